/** From a pair in shared memory to a hit in text: names as people read them, addresses in their shortest form. */
import { addressText } from '../net/address.ts'
import { indicatorText } from '../policy/indicator-text.ts'
import { IPV4_MARK, IPV6_MARK } from '../policy/layout.ts'
import type { HitPair } from '../thread/hit-table.ts'
import { Type } from '../wire/constants.ts'
import { MAX_LABEL_BYTES, nameToText } from '../wire/name.ts'

/** A hit as it is stored and logged; merged over the time its half was active. */
export interface Hit {
  /** The client's 16 bytes as a string of 16 latin1 characters; null: unknown (folded). */
  readonly clientKey: string | null
  /** Index in INDICATOR_KINDS. */
  readonly kind: number
  /** `evil.test`, `192.0.2.1`, `192.0.2.0/24`. */
  readonly indicator: string
  readonly triggers: number
  readonly action: number
  readonly qtype: number
  readonly firstQname: string
  readonly lastQname: string
  /** List numbers, the deciding one first. */
  readonly lists: readonly number[]
  readonly blocked: number
  readonly logged: number
  /** Wall clock, whole milliseconds. */
  readonly firstMs: number
  readonly lastMs: number
}

const ADDRESS_KIND = 3

/** Copies `pair` into a hit of its own. Never throws, whatever the bytes. */
export function readHit(pair: HitPair): Hit {
  const indicator =
    pair.kind === ADDRESS_KIND
      ? prefixText(pair.indicator, pair.indicatorLength)
      : qnameText(pair.indicator, pair.indicatorLength + 1, '?')
  const firstQname = qnameText(pair.firstQname, pair.firstQnameLength, indicator)
  return {
    clientKey: pair.hasClient
      ? Buffer.from(pair.client.buffer, pair.client.byteOffset, 16).toString('latin1')
      : null,
    kind: pair.kind,
    indicator,
    triggers: pair.triggers,
    action: pair.action,
    qtype: pair.qtype,
    firstQname,
    lastQname: qnameText(pair.lastQname, pair.lastQnameLength, firstQname),
    lists: Array.from(pair.lists.subarray(0, pair.listCount)),
    blocked: pair.blocked,
    logged: pair.logged,
    firstMs: Math.trunc(pair.firstMs) || 0,
    lastMs: Math.trunc(pair.lastMs) || 0,
  }
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

/** A thread that died while it copied a name leaves half of it: `otherwise` stands in for what is no whole name. */
function qnameText(bytes: Uint8Array, length: number, otherwise: string): string {
  let at = 0
  while (at < length - 1 && bytes[at]! > 0 && bytes[at]! <= MAX_LABEL_BYTES) at += bytes[at]! + 1
  return at === length - 1 && bytes[at] === 0 ? nameToText(bytes) : otherwise
}
