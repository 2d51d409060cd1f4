/**
 * Forwarders of the organisation's own: they say in EDNS options which of their machines asks, and only they are
 * believed, because anybody can write an option. Rate limit and access go by who sent the packet all the same.
 */
import { NetworkSet } from '../access/networks.ts'
import type { Clock } from '../clock.ts'
import { writeLinkLocal } from '../wire/client-options.ts'
import type { Query } from '../wire/question.ts'
import { RevealedPairs } from './revealed-pairs.ts'
import { Revealed } from './revealed.ts'

/** What a forwarder says of an address: for the control thread, which makes a binding of it. */
export interface RevealedPair {
  /** 16 bytes. */
  readonly address: Uint8Array
  /** `aa:bb:cc:dd:ee:ff`. */
  readonly mac: string
  /** Wall clock. */
  readonly atMs: number
}

/** Pairs that wait to be told; what comes beyond is told with a later hit. */
const MAX_NEWS = 1_000

export class Forwarders {
  readonly #clock: Clock
  readonly #pairs: RevealedPairs
  // Reused for every query.
  readonly #revealed = new Revealed()
  readonly #linkLocal = new Uint8Array(16)
  /** null: there are none, and no option is looked at. */
  #networks: NetworkSet | null = null
  #news: RevealedPair[] = []

  /** `memory`: see RevealedPairs. `networks`: of the forwarders, CIDR. */
  constructor(memory: SharedArrayBuffer, networks: readonly string[], clock: Clock) {
    this.#pairs = new RevealedPairs(memory)
    this.#clock = clock
    this.configure(networks)
  }

  configure(networks: readonly string[]): void {
    this.#networks = networks.length === 0 ? null : new NetworkSet(networks)
  }

  /**
   * The machine for which `source` (16 bytes) forwards `query`; null where it is no forwarder or names none: then the
   * client is `source` itself. Valid until the next call.
   */
  machineOf(request: Uint8Array, query: Query, source: Uint8Array): Revealed | null {
    if (this.#networks === null || (query.clientSubnetAt | query.clientMacAt) === 0) return null
    if (!this.#networks.contains(source)) return null
    return this.#revealed.read(request, query) ? this.#revealed : null
  }

  /**
   * The address (16 bytes, valid until the next call) under which a hit of `machine` is counted, and notes its MAC for
   * the control thread. While an address changes hands, or machines of two forwarders have it, the hit goes by the MAC
   * alone: no machine shall stand for another.
   */
  clientOf({ address, mac, hasMac }: Revealed): Uint8Array {
    if (!hasMac) return address
    if (this.#note(address, mac)) return address
    writeLinkLocal(mac, this.#linkLocal)
    this.#note(this.#linkLocal, mac)
    return this.#linkLocal
  }

  /** What is to be told since the last call. */
  takeNews(): readonly RevealedPair[] {
    const news = this.#news
    if (news.length > 0) this.#news = []
    return news
  }

  /** False: the address is not this machine's alone. */
  #note(address: Uint8Array, mac: Uint8Array): boolean {
    const nowMs = this.#clock.wallMs()
    const state = this.#pairs.note(address, mac, nowMs)
    if (state === 'news' && this.#news.length < MAX_NEWS) {
      this.#news.push({ address: address.slice(), mac: macText(mac), atMs: nowMs })
      this.#pairs.told(address, nowMs)
    }
    return state !== 'contested'
  }
}

function macText(mac: Uint8Array): string {
  return Array.from(mac, (byte) => byte.toString(16).padStart(2, '0')).join(':')
}
