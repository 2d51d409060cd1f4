/** The clients the firewall brought here because they ask other resolvers: the latest of them, since the start, in memory. */
import type { BypassCount } from '../access/bypass-tally.ts'
import type { Clock } from '../clock.ts'
import type { Machine } from '../identity/binding.ts'
import { addressText } from '../net/address.ts'

/** Addresses kept; beyond that the one seen longest ago goes. */
export const BYPASS_CLIENTS = 4096

/** A client that does not ask where it was told to. */
export interface BypassClient {
  /** 16 bytes. */
  readonly bytes: Uint8Array
  readonly address: string
  /** Who has the address now, where that is known. */
  readonly machine: Machine | null
  readonly queries: number
  /** Wall clock, to about a second. */
  readonly firstMs: number
  readonly lastMs: number
}

interface Row {
  readonly bytes: Uint8Array
  readonly firstMs: number
  queries: number
  lastMs: number
}

export interface BypassBoardOptions {
  readonly clock: Clock
  /** Who is at an address (16 bytes) now. */
  readonly find: (address: Uint8Array) => Machine | null
}

export class BypassBoard {
  readonly #options: BypassBoardOptions
  /** By address, seen longest ago first. */
  readonly #rows = new Map<string, Row>()

  constructor(options: BypassBoardOptions) {
    this.#options = options
  }

  /** Takes what a resolver thread has seen since its last letter. */
  add(counts: readonly BypassCount[]): void {
    const nowMs = this.#options.clock.wallMs()
    for (const { address, queries } of counts) {
      const text = addressText(address)
      const row = this.#rows.get(text) ?? { bytes: address, firstMs: nowMs, queries: 0, lastMs: nowMs }
      row.queries += queries
      row.lastMs = nowMs
      this.#rows.delete(text)
      this.#rows.set(text, row)
    }
    for (const text of this.#rows.keys()) {
      if (this.#rows.size <= BYPASS_CLIENTS) break
      this.#rows.delete(text)
    }
  }

  /** Seen last first. */
  list(): BypassClient[] {
    const { find } = this.#options
    const rows = Array.from(this.#rows, ([address, row]) => ({ ...row, address, machine: find(row.bytes) }))
    return rows.toReversed()
  }
}
