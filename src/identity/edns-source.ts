/**
 * What forwarders of the organisation say of their machines in EDNS options: which MAC stands behind an address. Told
 * by the resolver threads for machines with hits alone, when a pair is new and about once a minute.
 */
import type { Clock } from '../clock.ts'
import type { Logger } from '../log/log.ts'
import { addressText } from '../net/address.ts'
import type { RevealedPair } from '../query/forwarders.ts'
import type { AddressBook } from './address-book.ts'
import { readAddress } from './address-text.ts'
import type { Binding } from './binding.ts'
import { MAX_ADDRESSES_OF_ONE } from './neighbours.ts'
import type { SourceHistory } from './source-history.ts'
import type { SourceStatus } from './watched-file.ts'

/** Addresses that are known at once; the one that was told of longest ago makes room. */
const MAX_ADDRESSES = 50_000

/** MACs of routers that are remembered, and named in the log. */
const MAX_ROUTERS = 100

/**
 * An address stays its machine's until another one is seen there, as with a lease, or nobody for so long: infected
 * machines may ask once a day.
 */
const HOLD_MS = 7 * 86_400_000

interface Known {
  readonly mac: string
  /** When it was told of last, monotonic. */
  readonly atMs: number
}

export class EdnsSource {
  readonly #history: SourceHistory
  readonly #clock: Clock
  readonly #log: Logger
  /** By address, in the order in which they were told of. */
  readonly #known = new Map<string, Known>()
  /** IPv4 addresses of each MAC. */
  readonly #addresses = new Map<string, number>()
  readonly #routers = new Set<string>()
  #lastReadMs: number | null = null

  constructor(book: AddressBook, context: { readonly clock: Clock; readonly log: Logger }) {
    this.#clock = context.clock
    this.#log = context.log
    this.#history = book.open('edns', { source: 'edns', graceMs: Infinity, canExpire: () => false })
  }

  status(): SourceStatus {
    return {
      source: 'edns',
      path: null,
      format: null,
      rows: this.#known.size,
      refused: 0,
      refusals: [],
      lastReadMs: this.#lastReadMs,
      error: null,
    }
  }

  /** An earlier run knew of this one. */
  remember({ address, mac, source, untilMs }: Binding): void {
    if (source === 'edns' && mac !== null && untilMs === null) this.#keep(addressText(address), mac)
  }

  take(pairs: readonly RevealedPair[]): void {
    const nowMs = this.#clock.wallMs()
    for (const { address: bytes, mac, atMs } of pairs) {
      const address = readAddress(addressText(bytes))
      if (address === null || this.#routers.has(mac)) continue
      this.#lastReadMs = nowMs
      this.#keep(address, mac)
      const seen = { address, mac, duid: null, hostName: null, fromMs: null, expiresMs: null, sure: 'likely', isRouter: false } as const // prettier-ignore
      const since = Math.min(atMs, nowMs)
      this.#history.put(seen, { nowMs, atMs: since, sinceMs: since, monotonicMs: this.#clock.monotonicMs() })
      if ((this.#addresses.get(mac) ?? 0) > MAX_ADDRESSES_OF_ONE) this.#foundRouter(mac)
    }
    this.tick(nowMs, this.#clock.monotonicMs())
  }

  /** No forwarder is believed any more. */
  end(): void {
    for (const address of this.#known.keys()) this.#drop(address, this.#clock.wallMs())
  }

  /** Ends what nobody has told of for long. */
  tick(nowMs: number, monotonicMs: number): void {
    for (const [address, { atMs }] of this.#known) {
      if (monotonicMs - atMs < HOLD_MS && this.#known.size <= MAX_ADDRESSES) return
      this.#drop(address, nowMs)
    }
  }

  #drop(address: string, atMs: number): void {
    this.#forget(address)
    this.#history.drop(address, atMs)
  }

  /** Behind another router a forwarder sees that one's MAC: who stands there it does not know. */
  #foundRouter(mac: string): void {
    const addresses = [...this.#known].flatMap(([address, known]) => (known.mac === mac ? address : []))
    for (const address of addresses) {
      this.#forget(address)
      this.#history.takeBack(address)
    }
    if (this.#routers.size >= MAX_ROUTERS) return
    this.#routers.add(mac)
    this.#log.info({ mac, addresses: addresses.length }, 'a forwarder names one MAC for many addresses: it is a router’s, and taken for none of their machines') // prettier-ignore
  }

  #keep(address: string, mac: string): void {
    this.#forget(address)
    this.#known.set(address, { mac, atMs: this.#clock.monotonicMs() })
    this.#count(mac, address, 1)
  }

  #forget(address: string): void {
    const known = this.#known.get(address)
    if (known === undefined) return
    this.#known.delete(address)
    this.#count(known.mac, address, -1)
  }

  #count(mac: string, address: string, step: 1 | -1): void {
    // Of IPv6 addresses one machine has many.
    if (address.includes(':')) return
    const count = (this.#addresses.get(mac) ?? 0) + step
    if (count === 0) this.#addresses.delete(mac)
    else this.#addresses.set(mac, count)
  }
}
