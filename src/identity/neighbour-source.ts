/** The neighbour table as a source: read every so often. */
import type { Clock } from '../clock.ts'
import type { Logger } from '../log/log.ts'
import type { AddressBook } from './address-book.ts'
import { Breath } from './breath.ts'
import type { Neighbour, NeighbourTable } from './neighbours.ts'
import type { Seen, SourceHistory } from './source-history.ts'
import type { SourceStatus } from './watched-file.ts'

export const NEIGHBOURS_ID = 'neighbours'

/** The kernel forgets who is silent for minutes; the machine has its address all the same. */
const GRACE_MS = 3_600_000

/** Who stands in the table at the first look has asked its first name before. */
const FIRST_LOOK_MS = 10_000

/** MACs of proxies that are named in the log. */
const MAX_NAMED = 100

export class NeighbourSource {
  readonly #read: () => Promise<NeighbourTable>
  readonly #history: SourceHistory
  readonly #clock: Clock
  readonly #log: Logger
  readonly #named = new Set<string>()
  #isReading = false
  #isClosed = false
  #lastReadMs: number | null = null
  #rows = 0
  #error: string | null = null

  constructor(
    book: AddressBook,
    context: { readonly clock: Clock; readonly log: Logger },
    read: () => Promise<NeighbourTable>,
  ) {
    this.#read = read
    this.#clock = context.clock
    this.#log = context.log
    const options = { source: 'neighbour', graceMs: GRACE_MS, canExpire: () => false } as const
    this.#history = book.open(NEIGHBOURS_ID, options)
  }

  /** True after the first look that succeeded. */
  get wasRead(): boolean {
    return this.#lastReadMs !== null
  }

  status(): SourceStatus {
    return {
      source: 'neighbour',
      path: null,
      format: null,
      rows: this.#rows,
      refused: 0,
      refusals: [],
      lastReadMs: this.#lastReadMs,
      error: this.#error,
    }
  }

  /** A look at the table; nothing while an earlier one lasts. Never rejects. */
  async look(): Promise<void> {
    if (this.#isReading) return
    this.#isReading = true
    try {
      const table = await this.#read()
      if (!this.#isClosed) await this.#take(table)
      if (this.#error !== null) this.#log.info('the neighbour table can be read again')
      this.#error = null
    } catch (error) {
      const reason = (error as Error).message
      if (reason !== this.#error) this.#log.warn({ reason }, 'the neighbour table cannot be read: MAC addresses come from other sources alone') // prettier-ignore
      this.#error = reason
    } finally {
      this.#isReading = false
    }
  }

  tick(nowMs: number, monotonicMs: number): void {
    this.#history.tick(nowMs, monotonicMs, this.#error === null)
  }

  close(): void {
    this.#isClosed = true
  }

  async #take({ neighbours, proxies }: NeighbourTable): Promise<void> {
    for (const { mac, addresses } of proxies) {
      // Who stands behind it is not known, and never was.
      for (const address of addresses) this.#history.takeBack(address)
      if (this.#named.has(mac) || this.#named.size >= MAX_NAMED) continue
      this.#named.add(mac)
      this.#log.info({ mac, addresses: addresses.length }, 'a router answers for many addresses: its MAC is taken for none of their machines') // prettier-ignore
    }
    const nowMs = this.#clock.wallMs()
    const sinceMs = Math.min(this.#lastReadMs ?? nowMs - FIRST_LOOK_MS, nowMs)
    this.#lastReadMs = nowMs
    this.#rows = neighbours.length
    const look = { nowMs, atMs: nowMs, sinceMs, monotonicMs: this.#clock.monotonicMs() }
    await new Breath(this.#clock).run(this.#history.take(neighbours.map(seen), [], look))
  }
}

function seen({ address, mac, isRouter }: Neighbour): Seen {
  return { address, mac, duid: null, hostName: null, fromMs: null, expiresMs: null, sure: 'likely', isRouter }
}
