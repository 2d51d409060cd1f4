/**
 * How many queries came and how many were blocked, looked up every five seconds for the last day: what a chart that is
 * opened now begins with. The counters know only sums since the start.
 */
import type { Clock } from '../clock.ts'
import { Outcome, type Counters } from '../metrics/counters.ts'

export const STEP_MS = 5000
/** A day and an hour, so that the whole of today is there wherever midnight is. */
const LOOKS = (25 * 3_600_000) / STEP_MS

/** Rates between looks, the oldest first; rows of one length. */
export interface TrafficRates {
  /** When each ended, milliseconds since 1970. */
  readonly endsMs: readonly number[]
  /** A second. */
  readonly queries: readonly number[]
  readonly blocked: readonly number[]
}

/** What came from `fromMs` (since 1970) until now. */
export interface TrafficSum {
  readonly fromMs: number
  readonly queries: number
  readonly blocked: number
}

type Counted = Pick<Counters, 'queries' | 'answers'>

export class TrafficRing {
  readonly #threads: readonly Counted[]
  readonly #clock: Clock
  /** By look: monotonic milliseconds, and the sums as they stood then. */
  readonly #at = new Float64Array(LOOKS)
  readonly #queries = new Float64Array(LOOKS)
  readonly #blocked = new Float64Array(LOOKS)
  /** Ever. The look `n` stands at `n % LOOKS`. */
  #looks = 0
  readonly #stop: () => void

  /** Looks at once, and from then on until `close`. */
  constructor(threads: readonly Counted[], clock: Clock) {
    this.#threads = threads
    this.#clock = clock
    this.#look()
    this.#stop = clock.every(STEP_MS, () => this.#look())
  }

  /** Those of the last `steps` looks, as many as there are. */
  rates(steps: number): TrafficRates {
    const endsMs: number[] = []
    const queries: number[] = []
    const blocked: number[] = []
    const wallMs = this.#wallOffset()
    for (let look = Math.max(this.#oldest + 1, this.#looks - steps); look < this.#looks; look++) {
      const to = look % LOOKS
      const from = (look - 1) % LOOKS
      const seconds = (this.#at[to]! - this.#at[from]!) / 1000
      if (seconds <= 0) continue
      endsMs.push(wallMs + this.#at[to]!)
      queries.push((this.#queries[to]! - this.#queries[from]!) / seconds)
      blocked.push((this.#blocked[to]! - this.#blocked[from]!) / seconds)
    }
    return { endsMs, queries, blocked }
  }

  /** From `sinceMs` (since 1970), or from the oldest look where there is none so old. */
  since(sinceMs: number): TrafficSum {
    const wallMs = this.#wallOffset()
    let look = this.#oldest
    // Less than a step of what came before is counted with it.
    while (look + 1 < this.#looks && wallMs + this.#at[(look + 1) % LOOKS]! <= sinceMs) look++
    const from = look % LOOKS
    return {
      fromMs: Math.max(sinceMs, wallMs + this.#at[from]!),
      queries: this.#sum((thread) => thread.queries(0) + thread.queries(1)) - this.#queries[from]!,
      blocked: this.#sum((thread) => thread.answers(Outcome.blocked)) - this.#blocked[from]!,
    }
  }

  close(): void {
    this.#stop()
  }

  get #oldest(): number {
    return Math.max(0, this.#looks - LOOKS)
  }

  /** What monotonic time is to be added to. After the clock was set, all looks move with it. */
  #wallOffset(): number {
    return this.#clock.wallMs() - this.#clock.monotonicMs()
  }

  #look(): void {
    const at = this.#looks % LOOKS
    this.#at[at] = this.#clock.monotonicMs()
    this.#queries[at] = this.#sum((thread) => thread.queries(0) + thread.queries(1))
    this.#blocked[at] = this.#sum((thread) => thread.answers(Outcome.blocked))
    this.#looks += 1
  }

  #sum(read: (thread: Counted) => number): number {
    return this.#threads.reduce((total, thread) => total + read(thread), 0)
  }
}
