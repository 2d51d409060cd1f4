/** Reverse lookups as a source: a name for an address, where nothing better is known. */
import type { Clock } from '../clock.ts'
import type { Random } from '../random.ts'
import type { AddressBook } from './address-book.ts'
import { ReverseLookup, type ReverseSettings } from './reverse.ts'
import type { SourceHistory } from './source-history.ts'
import type { SourceStatus } from './watched-file.ts'

/** Names that are kept; a network with more clients that were seen with a hit is ill otherwise. */
const MAX_NAMES = 50_000

export class ReverseSource {
  readonly #lookup: ReverseLookup
  readonly #history: SourceHistory
  readonly #clock: Clock
  #lastReadMs: number | null = null

  constructor(settings: ReverseSettings, book: AddressBook, clock: Clock, random: Random) {
    this.#clock = clock
    this.#lookup = new ReverseLookup(settings, clock, random)
    const options = { source: 'reverse', graceMs: Infinity, canExpire: () => false } as const
    this.#history = book.open('reverse', options)
  }

  configure(settings: ReverseSettings): void {
    this.#lookup.configure(settings)
  }

  status(): SourceStatus {
    const { count, error } = this.#lookup.failures
    return {
      source: 'reverse',
      path: null,
      format: null,
      rows: this.#history.size,
      refused: count,
      refusals: [],
      lastReadMs: this.#lastReadMs,
      error,
    }
  }

  /** The name of `address`, told as known since `sinceMs`; null: none is known. Never rejects. */
  async lookUp(address: string, sinceMs: number): Promise<string | null> {
    const name = await this.#lookup.find(address)
    if (name === null) return null
    const nowMs = this.#clock.wallMs()
    this.#lastReadMs = nowMs
    if (this.#history.size >= MAX_NAMES && this.#history.find(address) === null) return name
    const seen = { address, mac: null, duid: null, hostName: name, fromMs: null, expiresMs: null, sure: 'guess', isRouter: false } as const // prettier-ignore
    const atMs = Math.min(sinceMs, nowMs)
    this.#history.put(seen, { nowMs, atMs, sinceMs: atMs, monotonicMs: this.#clock.monotonicMs() })
    return name
  }
}
