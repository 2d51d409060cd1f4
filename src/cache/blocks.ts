/**
 * The memory of one thread's cache: one buffer in blocks of one size. Nothing kept in it is an object, so the garbage
 * collector has nothing to move or to mark; nothing fragments, and what is taken is known to the block.
 *
 *   block    1             2             3
 *   octets   [192 …… ]     [192 …… ]     [192 …… ]     …
 *   next     3             0             0
 *
 * What is kept is a chain of blocks, here 1 → 3, and 2 by itself; free blocks are a chain too. One that was never used
 * is taken only when that chain is empty, the lowest first: the system gives memory page by page as it is written, so
 * a cache has what it once needed and no more. Block 0 means none and stays empty.
 */

import { copyOctets, Octets } from '../octets.ts'

/** Most answers take one block (docs/decisions/0015). */
export const BLOCK_BYTES = 192

/** What a block takes: itself and its place in `next`. */
export const BYTES_PER_BLOCK = BLOCK_BYTES + 4

/** Up to here copying four octets at a time costs less than a call that copies (benchmark: compare.py hit). */
const SHORT_BYTES = 96

/** How many blocks so many octets take. */
export function blocksFor(octets: number): number {
  return Math.ceil(octets / BLOCK_BYTES)
}

export class Blocks {
  /** Block b begins at octet b × BLOCK_BYTES. */
  readonly bytes: Octets
  /** The same memory. */
  readonly buffer: Buffer
  readonly words: Int32Array
  readonly doubles: Float64Array
  /** The block that follows in its chain; 0: none. */
  readonly next: Int32Array
  readonly count: number
  /** The first of the chain of free blocks. */
  #free = 0
  /** The highest that was ever taken. */
  #highest = 0
  #used = 0

  /** `count` blocks. Throws a RangeError where the system has no memory for so many. */
  constructor(count: number) {
    const memory = new ArrayBuffer((count + 1) * BLOCK_BYTES)
    this.count = count
    this.bytes = new Octets(memory)
    this.buffer = Buffer.from(memory)
    this.words = new Int32Array(memory)
    this.doubles = new Float64Array(memory)
    this.next = new Int32Array(count + 1)
  }

  get used(): number {
    return this.#used
  }

  /** The highest block that was ever taken; none behind it holds anything. */
  get highest(): number {
    return this.#highest
  }

  get unused(): number {
    return this.count - this.#used
  }

  /** Takes a chain of `count` blocks, at least 1 and at most `unused`. Returns the first. What is in them is not cleared. */
  take(count: number): number {
    const { next } = this
    const first = this.#one()
    let last = first
    for (let more = 1; more < count; more++) last = next[last] = this.#one()
    next[last] = 0
    this.#used += count
    return first
  }

  /** Gives back a whole chain. */
  giveBack(first: number): void {
    const { next } = this
    let last = first
    let count = 1
    for (; next[last] !== 0; count++) last = next[last]!
    next[last] = this.#free
    this.#free = first
    this.#used -= count
  }

  /** Gives everything back. */
  clear(): void {
    this.#free = this.#highest = this.#used = 0
  }

  /** Copies the first `length` octets of `source` to the start of a chain that has room for them. */
  write(first: number, source: Buffer, length: number): void {
    const { buffer, next } = this
    for (let at = 0, block = first; at < length; at += BLOCK_BYTES, block = next[block]!) {
      source.copy(buffer, block * BLOCK_BYTES, at, Math.min(at + BLOCK_BYTES, length))
    }
  }

  /** Copies `length` octets of a chain, from `from` on, to `out` from `to` on. */
  read(first: number, from: number, out: Uint8Array, to: number, length: number): void {
    const { bytes, buffer, next } = this
    let block = first
    let start = from
    for (; start >= BLOCK_BYTES; start -= BLOCK_BYTES) block = next[block]!
    if (start + length <= BLOCK_BYTES && length <= SHORT_BYTES) {
      copyOctets(bytes, block * BLOCK_BYTES + start, out, to, length)
      return
    }
    for (let at = 0; at < length; start = 0, block = next[block]!) {
      const begin = block * BLOCK_BYTES + start
      const end = Math.min(begin + length - at, (block + 1) * BLOCK_BYTES)
      // The one copy of a part that makes no object: `set` needs a view of it.
      buffer.copy(out, to + at, begin, end)
      at += end - begin
    }
  }

  /** Copies a chain of other blocks, for which there must be room. Returns its first block here. */
  adopt(others: Blocks, first: number): number {
    const copy = this.take(others.lengthOf(first))
    for (
      let other = first, block = copy;
      other !== 0;
      other = others.next[other]!, block = this.next[block]!
    ) {
      others.buffer.copy(this.buffer, block * BLOCK_BYTES, other * BLOCK_BYTES, (other + 1) * BLOCK_BYTES)
    }
    return copy
  }

  /** How many blocks a chain has. */
  lengthOf(first: number): number {
    let count = 0
    for (let block = first; block !== 0; block = this.next[block]!) count++
    return count
  }

  #one(): number {
    const block = this.#free
    if (block === 0) return ++this.#highest
    this.#free = this.next[block]!
    return block
  }
}
