/**
 * A set of networks, asked for every query: who may ask, who is exempt. Built once from CIDR text; a lookup is a
 * binary search over disjoint ranges and allocates nothing. Addresses are 16 bytes, IPv4 as ::ffff:a.b.c.d.
 */
import { parseAddress } from '../net/address.ts'

interface Range {
  readonly first: bigint
  readonly last: bigint
}

export class NetworkSet {
  /** Four 32-bit words a range, ascending, disjoint; each word with its highest bit turned round (see `word`). */
  readonly #first: Int32Array
  readonly #last: Int32Array
  readonly #count: number
  /** The range that held the latest address: it mostly holds the next one too. */
  #latest = 0

  /** `networks`: CIDR or single addresses. Throws a RangeError that names the first that is neither. */
  constructor(networks: readonly string[]) {
    const ranges = merge(networks.flatMap(rangesOf))
    this.#count = ranges.length
    this.#first = Int32Array.from(ranges.flatMap(({ first }) => wordsOf(first)))
    this.#last = Int32Array.from(ranges.flatMap(({ last }) => wordsOf(last)))
  }

  /** Disjoint ranges held. */
  get size(): number {
    return this.#count
  }

  /** Whether the 16 bytes at `offset` of `address` lie in one of the networks. */
  contains(address: Uint8Array, offset = 0): boolean {
    const word0 = word(address, offset)
    const word1 = word(address, offset + 4)
    const word2 = word(address, offset + 8)
    const word3 = word(address, offset + 12)
    if (this.#count > 0 && this.#holds(this.#latest, word0, word1, word2, word3)) return true
    // The last range that does not begin behind the address is the only one that can hold it.
    let low = 0
    let high = this.#count
    while (low < high) {
      const middle = (low + high) >>> 1
      if (compare(this.#first, middle, word0, word1, word2, word3) <= 0) low = middle + 1
      else high = middle
    }
    if (low === 0 || compare(this.#last, low - 1, word0, word1, word2, word3) < 0) return false
    this.#latest = low - 1
    return true
  }

  #holds(range: number, word0: number, word1: number, word2: number, word3: number): boolean {
    return (
      compare(this.#first, range, word0, word1, word2, word3) <= 0 &&
      compare(this.#last, range, word0, word1, word2, word3) >= 0
    )
  }
}

/** Below 0, 0 or above 0: where range bound `index` of `bounds` lies to the address of the four words. */
function compare(
  bounds: Int32Array,
  index: number,
  word0: number,
  word1: number,
  word2: number,
  word3: number,
): number {
  const at = index * 4
  if (bounds[at] !== word0) return bounds[at]! < word0 ? -1 : 1
  if (bounds[at + 1] !== word1) return bounds[at + 1]! < word1 ? -1 : 1
  if (bounds[at + 2] !== word2) return bounds[at + 2]! < word2 ? -1 : 1
  if (bounds[at + 3] !== word3) return bounds[at + 3]! < word3 ? -1 : 1
  return 0
}

/**
 * Four bytes of an address as a signed number of the same order, because V8 compares unsigned ones as doubles: the
 * highest bit is turned round.
 */
function word(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) ^ TURNED_ROUND
}

const TURNED_ROUND = 0x8000_0000

const MAPPED_FIRST = 0xffffn << 32n
const MAPPED_LAST = MAPPED_FIRST + 0xffff_ffffn

/** The addresses `network` covers; an IPv6 network never reaches the IPv4 clients that lie inside ::ffff:0:0/96. */
function rangesOf(network: string): Range[] {
  const { value, prefixLength } = parse(network)
  const size = 1n << BigInt(128 - prefixLength)
  const first = value & ~(size - 1n)
  const last = first + size - 1n
  if (prefixLength >= 96 || last < MAPPED_FIRST || first > MAPPED_LAST) return [{ first, last }]
  return [
    { first, last: MAPPED_FIRST - 1n },
    { first: MAPPED_LAST + 1n, last },
  ]
}

function parse(network: string): { value: bigint; prefixLength: number } {
  const [text = '', prefix, ...rest] = network.split('/')
  const bytes = new Uint8Array(16)
  if (rest.length > 0 || (prefix !== undefined && !/^\d{1,3}$/.test(prefix)) || !parseAddress(text, bytes)) {
    throw new RangeError(`network "${network}": neither an address nor a CIDR`)
  }
  const bits = text.includes(':') ? 128 : 32
  const prefixLength = prefix === undefined ? bits : Number(prefix)
  if (prefixLength > bits)
    throw new RangeError(`network "${network}": its prefix is longer than ${bits} bits`)
  const value = bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n)
  return { value, prefixLength: prefixLength + 128 - bits }
}

function merge(ranges: readonly Range[]): Range[] {
  const merged: { first: bigint; last: bigint }[] = []
  for (const { first, last } of ranges.toSorted((a, b) => (a.first < b.first ? -1 : 1))) {
    const previous = merged.at(-1)
    if (previous === undefined || first > previous.last + 1n) merged.push({ first, last })
    else if (last > previous.last) previous.last = last
  }
  return merged
}

function wordsOf(value: bigint): number[] {
  return [96n, 64n, 32n, 0n].map((shift) => Number((value >> shift) & 0xffff_ffffn) ^ TURNED_ROUND)
}
