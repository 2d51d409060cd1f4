/**
 * On whose word the entries of approved lists block: asked of who knows it, once for each entry that is hit and again when
 * lists have changed, behind the hits and never before them. A line of the block log is written a second after its hit, so
 * the answer is there by then.
 */
import type { Clock } from '../clock.ts'
import type { ImportOrigin } from '../lists/basis.ts'
import type { PairText } from './hit-text.ts'
import type { ListRegistry } from './list-registry.ts'
import type { StoreLog } from './log.ts'

/** An entry: what list `list` holds. */
export interface Entry {
  readonly list: string
  readonly indicator: string
}

/** An entry with where it comes from. `kind`: index in INDICATOR_KINDS. */
export interface EntryBasis extends Entry {
  readonly kind: number
  readonly basis: ImportOrigin
}

/** In the order asked; null: nobody knows. Rejects where nobody answers. */
export type AskBases = (entries: readonly Entry[]) => Promise<readonly (ImportOrigin | null)[]>

/** In one letter: what the other side finds in a few milliseconds. */
export const MAX_ASKED = 500
/** Entries that wait, and those that are remembered before the memory starts anew. */
const MAX_WAITING = 5000
const MAX_KNOWN = 20_000
const RETRY_MS = 10_000

interface Known {
  readonly basis: ImportOrigin | null
  /** Of the lists when it was asked. */
  readonly version: number
}

export interface BasesOptions {
  readonly registry: Pick<ListRegistry, 'version'>
  readonly ask: AskBases
  /** Writes them down. Throws what the database throws. */
  readonly save: (bases: readonly EntryBasis[]) => void
  readonly clock: Clock
  readonly log: Pick<StoreLog, 'warn'>
}

export class EntryBases {
  readonly #options: BasesOptions
  readonly #known = new Map<string, Known>()
  readonly #waiting = new Map<string, Entry & { readonly kind: number }>()
  #unsaved: EntryBasis[] = []
  #isAsking = false
  #retryMs = -Infinity

  constructor(options: BasesOptions) {
    this.#options = options
  }

  /** Has it asked, unless that was done since the lists changed last. What is too much at once is asked at its next hit. */
  want(list: string, { indicator, kind }: Pick<PairText, 'indicator' | 'kind'>): void {
    const key = keyOf(list, indicator)
    if (this.#known.get(key)?.version === this.#options.registry.version) return
    if (this.#waiting.size < MAX_WAITING) this.#waiting.set(key, { list, indicator, kind })
  }

  /** What is known of it now. */
  of(list: string, indicator: string): ImportOrigin | null {
    return this.#known.get(keyOf(list, indicator))?.basis ?? null
  }

  /** Asks for what waits and writes down what came. To be called every 200 ms; never throws. */
  tick(): void {
    if (this.#isAsking || this.#options.clock.monotonicMs() < this.#retryMs) return
    if (this.#unsaved.length > 0) this.#attempt(() => this.#save())
    if (this.#waiting.size === 0) return
    this.#isAsking = true
    const entries = [...this.#waiting.values()].slice(0, MAX_ASKED)
    this.#ask(entries)
      .catch((error: unknown) => this.#failed(error))
      .finally(() => (this.#isAsking = false))
  }

  async #ask(entries: readonly (Entry & { readonly kind: number })[]): Promise<void> {
    const { registry, ask } = this.#options
    const { version } = registry
    const found = await ask(entries.map(({ list, indicator }) => ({ list, indicator })))
    if (this.#known.size + entries.length > MAX_KNOWN) this.#known.clear()
    for (const [at, entry] of entries.entries()) {
      const basis = found[at] ?? null
      this.#waiting.delete(keyOf(entry.list, entry.indicator))
      this.#known.set(keyOf(entry.list, entry.indicator), { basis, version })
      if (basis !== null && this.#unsaved.length < MAX_WAITING) this.#unsaved.push({ ...entry, basis })
    }
    this.#attempt(() => this.#save())
  }

  #save(): void {
    this.#options.save(this.#unsaved)
    this.#unsaved = []
  }

  #attempt(work: () => void): void {
    try {
      work()
    } catch (error) {
      this.#failed(error)
    }
  }

  #failed(error: unknown): void {
    this.#retryMs = this.#options.clock.monotonicMs() + RETRY_MS
    this.#options.log.warn(
      { error },
      'of which document entries come that were hit is not known yet; it is asked again',
    )
  }
}

/** No id of a list has a blank. */
function keyOf(list: string, indicator: string): string {
  return `${list} ${indicator}`
}
