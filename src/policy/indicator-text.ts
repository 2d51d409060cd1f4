/** Indicators for people: what a verdict or a hit points at as text, and everything that holds a name. */
import { addressText } from '../net/address.ts'
import { nameToText } from '../wire/name.ts'
import { IPV4_MARK, IPV6_MARK } from './layout.ts'
import type { Matches } from './matches.ts'
import type { IndicatorKind, ListMeta, RuleMeta } from './meta.ts'
import type { PolicyReader } from './reader.ts'

/**
 * The indicator in `bytes[start … start + length)`, as a verdict has it: a name without final dot, an address, or a
 * prefix in CIDR form.
 */
export function indicatorText(bytes: Uint8Array, start: number, length: number): string {
  const mark = bytes[start]
  if (mark !== IPV4_MARK && mark !== IPV6_MARK) {
    const wire = new Uint8Array(length + 1)
    wire.set(bytes.subarray(start, start + length))
    return nameToText(wire)
  }
  const prefixLength = bytes[start + 1]!
  const address = new Uint8Array(16)
  const isIpv4 = mark === IPV4_MARK
  if (isIpv4) address.fill(0xff, 10, 12)
  address.set(bytes.subarray(start + 2, start + length), isIpv4 ? 12 : 0)
  return prefixLength === (isIpv4 ? 32 : 128)
    ? addressText(address)
    : `${addressText(address)}/${prefixLength}`
}

/** One entry of one list that holds a name or an address. */
export interface Holding {
  readonly list: ListMeta
  readonly rule: RuleMeta
  readonly indicator: string
  readonly kind: IndicatorKind
}

/** Everything `reader` found, the longest first, inside that in order of precedence. Allocates: not for the path. */
export function listHoldings(reader: PolicyReader, found: Matches): Holding[] {
  const holdings: Holding[] = []
  const { setStarts, setRules, meta } = reader
  for (let match = 0; match < found.count; match++) {
    const record = found.record[match]!
    const indicator = indicatorText(reader.bytes, record + 4, reader.nameLength(record))
    for (let at = setStarts[found.set[match]!]!; at < setStarts[found.set[match]! + 1]!; at++) {
      const number = setRules[at]!
      const rule = meta.rules[number]!
      holdings.push({
        list: meta.lists[rule.list]!,
        rule,
        indicator,
        kind: reader.indicatorKind(record, number),
      })
    }
  }
  return holdings
}
