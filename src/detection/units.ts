/**
 * Which unit an address belongs to: the one with the longest network that holds it. Built once from settings; CIDR
 * networks nest or are apart, so they flatten into disjoint ranges, which serve the lookup and the filters of queries.
 */
import ipaddr from 'ipaddr.js'
import type { UnitSettings } from '../config/settings.ts'
import { UnitTree } from './unit-tree.ts'

/** First and last address, 32 lower-case hexadecimal digits each: they compare as the addresses do. */
export type AddressRange = readonly [first: string, last: string]

/** A range and the unit it belongs to. */
export type UnitRange = readonly [...AddressRange, unit: string | null]

interface Network {
  readonly first: bigint
  readonly last: bigint
  readonly unit: string
}

interface Segment {
  readonly first: string
  readonly last: string
  readonly unit: string
}

export class UnitIndex {
  readonly tree: UnitTree
  /** Disjoint, ascending. */
  readonly #segments: readonly Segment[]
  #everywhere: readonly UnitRange[] | null = null

  constructor(units: readonly UnitSettings[]) {
    this.#segments = flatten(
      units.flatMap(({ id, networks }) => networks.map((cidr) => ({ ...rangeOf(cidr), unit: id }))),
    )
    this.tree = new UnitTree(units)
  }

  /** The id of the unit that holds `address` (16 bytes), or null. */
  find(address: Uint8Array): string | null {
    const wanted = hex(address)
    let low = 0
    let high = this.#segments.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#segments[middle]!.first <= wanted) low = middle + 1
      else high = middle
    }
    const segment = this.#segments[low - 1]
    return segment && segment.last >= wanted ? segment.unit : null
  }

  /** The whole space of addresses, ascending: every address stands in one of them; those of no unit under null. */
  get everywhere(): readonly UnitRange[] {
    return (this.#everywhere ??= withGaps(this.#segments))
  }

  /** The disjoint ranges of a unit and of all units under it. */
  ranges(unit: string): AddressRange[] {
    const place = this.tree.find(unit)
    if (place === null) return []
    const wanted = new Set(this.tree.under(place).map((one) => one.unit.id))
    return this.#segments
      .filter((segment) => wanted.has(segment.unit))
      .map(({ first, last }) => [first, last])
  }
}

/** The range of a network in CIDR form. Throws what ipaddr.js throws. */
export function networkRange(cidr: string): AddressRange {
  const { first, last } = rangeOf(cidr)
  return [text(first), text(last)]
}

function rangeOf(cidr: string): { first: bigint; last: bigint } {
  const [address, prefixLength] = ipaddr.parseCIDR(cidr)
  const isIPv4 = address.kind() === 'ipv4'
  const bytes = isIPv4 ? (address as ipaddr.IPv4).toIPv4MappedAddress().toByteArray() : address.toByteArray()
  const hostBits = BigInt((isIPv4 ? 32 : 128) - prefixLength)
  const first = (BigInt(`0x${hex(Uint8Array.from(bytes))}`) >> hostBits) << hostBits
  return { first, last: first + (1n << hostBits) - 1n }
}

/** Cuts nested networks into disjoint segments, each of the innermost; of equal networks the first one wins. */
function flatten(networks: readonly Network[]): Segment[] {
  const outerFirst = networks.toSorted((a, b) => compare(a.first, b.first) || compare(b.last, a.last))
  const segments: Segment[] = []
  const open: Network[] = []
  let at = 0n
  const emit = (last: bigint): void => {
    const unit = open.at(-1)?.unit
    if (unit !== undefined && at <= last) segments.push({ first: text(at), last: text(last), unit })
    at = last + 1n
  }
  const closeBefore = (first: bigint): void => {
    while (open.length > 0 && open.at(-1)!.last < first) {
      emit(open.at(-1)!.last)
      open.pop()
    }
  }
  for (const network of outerFirst) {
    closeBefore(network.first)
    const outer = open.at(-1)
    if (outer && outer.first === network.first && outer.last === network.last) continue
    if (outer && at < network.first) emit(network.first - 1n)
    at = network.first
    open.push(network)
  }
  closeBefore(1n << 128n)
  return segments
}

function withGaps(segments: readonly Segment[]): UnitRange[] {
  const ranges: UnitRange[] = []
  let at = 0n
  const gap = (last: bigint): void => {
    if (at <= last) ranges.push([text(at), text(last), null])
  }
  for (const { first, last, unit } of segments) {
    gap(BigInt(`0x${first}`) - 1n)
    ranges.push([first, last, unit])
    at = BigInt(`0x${last}`) + 1n
  }
  gap((1n << 128n) - 1n)
  return ranges
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : Number(a > b)
}

function text(address: bigint): string {
  return address.toString(16).padStart(32, '0')
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')
}
