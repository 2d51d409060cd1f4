/** How often each of many may ask: a token bucket for each, and one for all. What is remembered is bounded. */

export interface QuotaBounds {
  /** At once, and then one each so often. */
  readonly burst: number
  readonly everyMs: number
}

/** Those that asked last are remembered. */
const REMEMBERED = 4096

export class Quota {
  readonly #each: QuotaBounds
  readonly #all: QuotaBounds
  /** By who asks: when its bucket is full again, monotonic. The one that asked longest ago first. */
  readonly #fullMs = new Map<string, number>()
  #allFullMs = 0

  constructor(each: QuotaBounds, all: QuotaBounds) {
    this.#each = each
    this.#all = all
  }

  /** Whether `who` may ask at `nowMs` (monotonic); it counts only where it may. */
  take(who: string, nowMs: number): boolean {
    const own = later(this.#fullMs.get(who) ?? 0, nowMs, this.#each)
    const all = later(this.#allFullMs, nowMs, this.#all)
    if (own === null || all === null) return false
    this.#allFullMs = all
    this.#fullMs.delete(who)
    this.#fullMs.set(who, own)
    if (this.#fullMs.size > REMEMBERED) this.#fullMs.delete(this.#fullMs.keys().next().value!)
    return true
  }
}

/** When the bucket is full again if one is taken out of it now; null: there is none in it. */
function later(fullMs: number, nowMs: number, { burst, everyMs }: QuotaBounds): number | null {
  const next = Math.max(fullMs, nowMs) + everyMs
  return next - nowMs > burst * everyMs ? null : next
}
