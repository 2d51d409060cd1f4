/**
 * Names of addresses from the organisation's own DNS (PTR, RFC 1035 §3.5, RFC 3596 §2.5). Asked are the servers that
 * were named for it, or those of the forward zone that holds the reverse name; never anybody else, because a reverse
 * question tells a stranger which machines there are.
 */
import { LRUCache } from 'lru-cache'
import type { Clock } from '../clock.ts'
import type { Endpoint, ForwardSettings, IdentitySettings } from '../config/settings.ts'
import type { DecodedMessage, DecodedRecord } from '../message/decode.ts'
import type { Random } from '../random.ts'
import { addressBytes } from './address-text.ts'
import { cleanHostName } from './host-name.ts'

/** Questions on their way, and addresses that wait behind them. */
const MAX_ASKING = 8
const MAX_WAITING = 1000
const CACHED_ADDRESSES = 20_000

const SHORTEST_MS = 60_000
const LONGEST_MS = 86_400_000
/** For "there is no such name", and for no answer at all. */
const NO_NAME_MS = 600_000
const NO_ANSWER_MS = 60_000

/** CNAMEs from a reverse name to where it is kept (RFC 2317). */
const MAX_ALIASES = 8

export interface ReverseSettings {
  readonly reverse: IdentitySettings['reverse']
  readonly forward: readonly ForwardSettings[]
}

interface Known {
  readonly name: string | null
  readonly untilMs: number
}

export class ReverseLookup {
  readonly #clock: Clock
  readonly #random: Random
  readonly #known = new LRUCache<string, Known>({ max: CACHED_ADDRESSES })
  readonly #asked = new Map<string, Promise<string | null>>()
  readonly #queue: (() => void)[] = []
  #settings: ReverseSettings
  #asking = 0
  #failures = 0
  #lastError: string | null = null

  constructor(settings: ReverseSettings, clock: Clock, random: Random) {
    this.#settings = settings
    this.#clock = clock
    this.#random = random
  }

  /** Questions no server answered since the start, and why the last one failed. */
  get failures(): { readonly count: number; readonly error: string | null } {
    return { count: this.#failures, error: this.#lastError }
  }

  configure(settings: ReverseSettings): void {
    this.#settings = settings
    this.#known.clear()
  }

  /**
   * The name of `address` (in the form of `readAddress`), lower-case, without the final dot. Null: it has none, nobody
   * may be asked, nobody answered, or too many wait. Never rejects.
   */
  find(address: string): Promise<string | null> {
    if (!this.#settings.reverse.enabled) return Promise.resolve(null)
    const known = this.#known.get(address)
    if (known !== undefined && known.untilMs > this.#clock.monotonicMs()) return Promise.resolve(known.name)
    const asked = this.#asked.get(address)
    if (asked !== undefined) return asked
    const servers = this.#serversFor(reverseName(address))
    if (servers.length === 0 || this.#asked.size >= MAX_ASKING + MAX_WAITING) return Promise.resolve(null)
    const answer = this.#ask(address, servers)
    this.#asked.set(address, answer)
    return answer
  }

  /** Longest zone first, as queries of clients are forwarded. */
  #serversFor(name: string): readonly Endpoint[] {
    const { reverse, forward } = this.#settings
    if (reverse.servers.length > 0) return reverse.servers
    let best: { zone: string; servers: readonly Endpoint[] } = { zone: '', servers: [] }
    for (const { zones, servers } of forward) {
      for (const zone of zones) {
        const isWithin = name === zone || name.endsWith(`.${zone}`)
        if (isWithin && zone.length > best.zone.length) best = { zone, servers }
      }
    }
    return best.servers
  }

  async #ask(address: string, servers: readonly Endpoint[]): Promise<string | null> {
    if (this.#asking < MAX_ASKING) this.#asking++
    else await new Promise<void>((resolve) => this.#queue.push(resolve))
    try {
      const { name, holdsMs } = await this.#askInTurn(reverseName(address), servers)
      this.#known.set(address, { name, untilMs: this.#clock.monotonicMs() + holdsMs })
      return name
    } finally {
      this.#asked.delete(address)
      // The next in the queue takes over the place of this one.
      const next = this.#queue.shift()
      if (next === undefined) this.#asking--
      else next()
    }
  }

  async #askInTurn(
    name: string,
    servers: readonly Endpoint[],
  ): Promise<{ name: string | null; holdsMs: number }> {
    // With it comes what reads messages, 3 MB: not before there is something to ask.
    const { askServer } = await import('./ask.ts')
    for (const server of servers) {
      try {
        const message = await askServer(server, name, 'PTR', this.#random)
        if (message.rcode === 'NXDOMAIN') return { name: null, holdsMs: NO_NAME_MS }
        if (message.rcode === 'NOERROR') return readName(message, name)
        this.#fail(`${server.address} answered ${message.rcode}`)
      } catch (error) {
        this.#fail(`${server.address}: ${(error as Error).message}`)
      }
    }
    return { name: null, holdsMs: NO_ANSWER_MS }
  }

  #fail(error: string): void {
    this.#failures++
    this.#lastError = error
  }
}

/** `10.1.0.5` → `5.0.1.10.in-addr.arpa`; IPv6 by nibbles under ip6.arpa. */
export function reverseName(address: string): string {
  if (!address.includes(':')) return `${address.split('.').toReversed().join('.')}.in-addr.arpa`
  const nibbles = [...addressBytes(address)].flatMap((byte) => [byte >> 4, byte & 15])
  return `${nibbles
    .toReversed()
    .map((nibble) => nibble.toString(16))
    .join('.')}.ip6.arpa`
}

/** The name an answer gives, where it is one a machine can have; of several the first by the alphabet. */
function readName(message: DecodedMessage, asked: string): { name: string | null; holdsMs: number } {
  const records = ownRecords(message.answers, `${asked}.`)
  const names = records
    .map(({ data }) => data.toLowerCase().replace(/\.$/, ''))
    .filter((name) => isHostName(name))
    .sort()
  const name = names.length === 0 ? null : cleanHostName(names[0]!)
  if (name === null) return { name, holdsMs: NO_NAME_MS }
  const ttlMs = Math.min(...records.map(({ ttl }) => ttl)) * 1000
  return { name, holdsMs: Math.min(Math.max(ttlMs, SHORTEST_MS), LONGEST_MS) }
}

/** The PTR records of `owner`, by way of its aliases. What else stands in an answer is nobody's word. */
function ownRecords(answers: readonly DecodedRecord[], owner: string): DecodedRecord[] {
  for (let aliases = 0; aliases <= MAX_ALIASES; aliases++) {
    const own = answers.filter(({ name }) => name.toLowerCase() === owner)
    const records = own.filter(({ type }) => type === 'PTR')
    const alias = own.find(({ type }) => type === 'CNAME')
    if (records.length > 0 || alias === undefined) return records
    owner = alias.data.toLowerCase()
  }
  return []
}

/** Letters, digits, `-` and `_` in labels of at most 63 (RFC 1123 §2.1, and what Windows allows itself). */
function isHostName(name: string): boolean {
  return (
    name.length <= 253 &&
    name.split('.').every((label) => /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/.test(label))
  )
}
