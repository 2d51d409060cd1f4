/** From a pair in shared memory to a hit in text: names as people read them, addresses in their shortest form. */
import { addressText } from '../net/address.ts'
import { indicatorText } from '../policy/indicator-text.ts'
import { IPV4_MARK, IPV6_MARK } from '../policy/layout.ts'
import { HIT_PAIRS, type HitPair } from '../thread/hit-table.ts'
import { Type } from '../wire/constants.ts'
import { MAX_LABEL_BYTES, nameToText } from '../wire/name.ts'

/** What tells a pair of client and indicator from all others; one object for as long as the pair is remembered. */
export interface PairText {
  /** The client's 16 bytes as a string of 16 latin1 characters; null: unknown (folded). */
  readonly clientKey: string | null
  /** Index in INDICATOR_KINDS. */
  readonly kind: number
  /** `evil.test`, `192.0.2.1`, `192.0.2.0/24`. */
  readonly indicator: string
}

/** A hit as it is stored and logged; merged over the time its half was active. Reused: valid during the call only. */
export interface Hit extends PairText {
  readonly pair: PairText
  readonly triggers: number
  readonly action: number
  readonly qtype: number
  readonly firstQname: string
  readonly lastQname: string
  /** List numbers, the deciding one first. The same array for the same numbers, mostly. */
  readonly lists: readonly number[]
  readonly blocked: number
  readonly logged: number
  /** Wall clock, whole milliseconds. */
  readonly firstMs: number
  readonly lastMs: number
}

interface KnownPair extends PairText {
  lists: readonly number[]
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] }

const ADDRESS_KIND = 3
const NOBODY: PairText = { clientKey: null, kind: 0, indicator: '' }
/** Pairs remembered before the memory starts anew: as many as a half holds. */
const REMEMBERED = HIT_PAIRS

/** Makes hits of pairs. Most pairs are met again with every drain, so their texts are remembered. */
export class HitReader {
  readonly #pairs = new Map<string, KnownPair>()
  readonly #lists = new Map<string, readonly number[]>()
  readonly #date: (ms: number) => number
  /** The one hit: to make one of each pair was a tenth of the store's garbage (benchmark: compare.py block). */
  readonly #hit: Writable<Hit> = {
    pair: NOBODY, ...NOBODY, triggers: 0, action: 0, qtype: 0, firstQname: '', lastQname: '', lists: [], blocked: 0,
    logged: 0, firstMs: 0, lastMs: 0,
  } // prettier-ignore

  /** `date`: what a time by the machine's clock is taken for. */
  constructor(date: (ms: number) => number = (ms) => ms) {
    this.#date = date
  }

  /** `pair` as a hit. Never throws, whatever the bytes. */
  read(pair: HitPair): Hit {
    const known = this.#known(pair)
    if (!isSame(known.lists, pair.lists, pair.listCount)) known.lists = this.#listsOf(pair)
    const { indicator } = known
    const hit = this.#hit
    hit.pair = known
    hit.clientKey = known.clientKey
    hit.kind = known.kind
    hit.indicator = indicator
    hit.triggers = pair.triggers
    hit.action = pair.action
    hit.qtype = pair.qtype
    hit.firstQname = qnameOf(pair.firstQname, pair.firstQnameLength, indicator, indicator)
    hit.lastQname = qnameOf(pair.lastQname, pair.lastQnameLength, indicator, hit.firstQname)
    hit.lists = known.lists
    hit.blocked = pair.blocked
    hit.logged = pair.logged
    hit.firstMs = this.#date(Math.trunc(pair.firstMs) || 0)
    hit.lastMs = this.#date(Math.trunc(pair.lastMs) || 0)
    return hit
  }

  #known(pair: HitPair): KnownPair {
    // A folded pair has no client, which no client's bytes can say.
    const key = pair.hasClient ? pair.key : `?${pair.key}`
    let known = this.#pairs.get(key)
    if (known !== undefined) return known
    if (this.#pairs.size >= REMEMBERED) {
      this.#pairs.clear()
      this.#lists.clear()
    }
    known = {
      clientKey: pair.hasClient
        ? Buffer.from(pair.client.buffer, pair.client.byteOffset, 16).toString('latin1')
        : null,
      kind: pair.kind,
      indicator: indicatorOf(pair),
      lists: this.#listsOf(pair),
    }
    this.#pairs.set(key, known)
    return known
  }

  #listsOf({ lists, listCount }: HitPair): readonly number[] {
    const numbers = Array.from(lists.subarray(0, listCount))
    const key = numbers.join()
    const known = this.#lists.get(key)
    if (known !== undefined) return known
    this.#lists.set(key, numbers)
    return numbers
  }
}

function indicatorOf({ kind, indicator, indicatorLength }: HitPair): string {
  if (kind === ADDRESS_KIND) return prefixText(indicator, indicatorLength)
  const wire = new Uint8Array(indicatorLength + 1)
  wire.set(indicator.subarray(0, indicatorLength))
  return qnameText(wire, wire.length, '?')
}

function isSame(known: readonly number[], lists: Uint16Array, listCount: number): boolean {
  if (known.length !== listCount) return false
  for (let at = 0; at < listCount; at++) if (known[at] !== lists[at]) return false
  return true
}

/** `[0xF4, 24, 192, 0, 2, 0]` → `192.0.2.0/24`; a single address without its length; `?` for what is no prefix. */
export function prefixText(bytes: Uint8Array, length: number): string {
  const isWhole = (bytes[0] === IPV4_MARK && length === 6) || (bytes[0] === IPV6_MARK && length === 18)
  return isWhole ? indicatorText(bytes, 0, length) : '?'
}

/** The client's address in its shortest form; `::` for an unknown one. */
export function clientText(clientKey: string | null): string {
  return clientKey === null ? '::' : addressText(Buffer.from(clientKey, 'latin1'))
}

const TYPE_TEXT = new Map<number, string>(Object.entries(Type).map(([name, value]) => [value, name]))

/** `A`, `HTTPS`; a type without a name as TYPE12345 (RFC 3597 §5). */
export function typeText(type: number): string {
  return TYPE_TEXT.get(type) ?? `TYPE${type}`
}

/** The names of the set bits. */
export function bitNames(bits: number, names: readonly string[]): string[] {
  return names.filter((_, bit) => (bits & (1 << bit)) !== 0)
}

/** A qname of a pair: the indicator where its length is 0, `otherwise` where it is no whole name. */
function qnameOf(bytes: Uint8Array, length: number, indicator: string, otherwise: string): string {
  return length === 0 ? indicator : qnameText(bytes, length, otherwise)
}

/** A thread that died while it copied a name leaves half of it: `otherwise` stands in for what is no whole name. */
function qnameText(bytes: Uint8Array, length: number, otherwise: string): string {
  let at = 0
  while (at < length - 1 && bytes[at]! > 0 && bytes[at]! <= MAX_LABEL_BYTES) at += bytes[at]! + 1
  return at === length - 1 && bytes[at] === 0 ? nameToText(bytes) : otherwise
}
