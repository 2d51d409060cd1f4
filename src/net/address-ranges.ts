/**
 * Disjoint ranges of addresses, asked for every query: which one holds a client. A lookup is a binary search and
 * allocates nothing. Addresses are 16 bytes, IPv4 as ::ffff:a.b.c.d.
 */
import { viewOf } from '../octets.ts'
import { parseAddress } from './address.ts'

/** Both ends are in it; addresses as numbers of 128 bits. */
export interface AddressRange {
  readonly first: bigint
  readonly last: bigint
}

export class AddressRanges {
  /** Four 32-bit words a range, ascending, disjoint; each word with its highest bit turned round (see below). */
  readonly #first: Int32Array
  readonly #last: Int32Array
  readonly #count: number
  /** The range that held the latest address: it mostly holds the next one too. */
  #latest = 0

  /** `ranges`: disjoint, ascending. */
  constructor(ranges: readonly AddressRange[]) {
    this.#count = ranges.length
    this.#first = Int32Array.from(ranges.flatMap(({ first }) => wordsOf(first)))
    this.#last = Int32Array.from(ranges.flatMap(({ last }) => wordsOf(last)))
  }

  get size(): number {
    return this.#count
  }

  /** The place of the range that holds the 16 bytes at `offset` of `address`, or -1. */
  find(address: Uint8Array, offset = 0): number {
    const view = viewOf(address)
    return this.#find(
      view.getInt32(offset) ^ TURNED_ROUND,
      view.getInt32(offset + 4) ^ TURNED_ROUND,
      view.getInt32(offset + 8) ^ TURNED_ROUND,
      view.getInt32(offset + 12) ^ TURNED_ROUND,
    )
  }

  #find(word0: number, word1: number, word2: number, word3: number): number {
    if (this.#count > 0 && this.#holds(this.#latest, word0, word1, word2, word3)) return this.#latest
    // The last range that does not begin behind the address is the only one that can hold it.
    let low = 0
    let high = this.#count
    while (low < high) {
      const middle = (low + high) >>> 1
      if (compare(this.#first, middle, word0, word1, word2, word3) <= 0) low = middle + 1
      else high = middle
    }
    if (low === 0 || compare(this.#last, low - 1, word0, word1, word2, word3) < 0) return -1
    this.#latest = low - 1
    return low - 1
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
 * Turns the highest bit of four bytes of an address round: as signed numbers they are then in the order of addresses.
 * Unsigned ones V8 compares as doubles.
 */
const TURNED_ROUND = 0x8000_0000

const MAPPED_FIRST = 0xffffn << 32n
const MAPPED_LAST = MAPPED_FIRST + 0xffff_ffffn

/**
 * The addresses `network`, CIDR text or a single address, covers, and how long its prefix is, 0 to 128; an IPv6 network
 * never reaches the IPv4 clients that lie inside ::ffff:0:0/96. Throws a RangeError where it is neither.
 */
export function rangesOf(network: string): {
  readonly ranges: AddressRange[]
  readonly prefixLength: number
} {
  const { value, prefixLength } = parse(network)
  const size = 1n << BigInt(128 - prefixLength)
  const first = value & ~(size - 1n)
  const last = first + size - 1n
  if (prefixLength >= 96 || last < MAPPED_FIRST || first > MAPPED_LAST)
    return { ranges: [{ first, last }], prefixLength }
  return {
    ranges: [
      { first, last: MAPPED_FIRST - 1n },
      { first: MAPPED_LAST + 1n, last },
    ],
    prefixLength,
  }
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

function wordsOf(value: bigint): number[] {
  return [96n, 64n, 32n, 0n].map((shift) => Number((value >> shift) & 0xffff_ffffn) ^ TURNED_ROUND)
}
