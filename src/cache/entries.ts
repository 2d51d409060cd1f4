/**
 * The entries of one cache: their blocks, where to find them, and who has to go when there is no room. Whatever takes
 * an entry away gives its blocks back here.
 */
import { Blocks, blocksFor, BYTES_PER_BLOCK } from './blocks.ts'
import { BYTES_PER_PLACE, EntryIndex } from './entry-index.ts'
import { Entry } from './entry.ts'

/** All that a block costs, whether an entry begins with it or not. */
export const BYTES_PER_KEPT_BLOCK = BYTES_PER_BLOCK + BYTES_PER_PLACE

export class Entries {
  readonly maxBytes: number
  readonly #blocks: Blocks
  readonly #index: EntryIndex
  /** What callers get. */
  readonly #found: Entry
  /** What goes round in here, so that what a caller looks at stays where it is. */
  readonly #passing: Entry

  /**
   * Reserves `maxBytes`: only addresses, the system gives the memory as it is written. Throws a RangeError where it
   * refuses them.
   */
  constructor(maxBytes: number) {
    const count = Math.floor(maxBytes / BYTES_PER_KEPT_BLOCK)
    this.maxBytes = maxBytes
    try {
      this.#blocks = new Blocks(count)
      this.#index = new EntryIndex(count)
    } catch (cause) {
      throw new RangeError(`cache.size: the system has no room for ${maxBytes} bytes; choose less`, { cause })
    }
    this.#found = new Entry(this.#blocks)
    this.#passing = new Entry(this.#blocks)
  }

  get count(): number {
    return this.#index.size
  }

  /** What they take, as accounted. */
  get bytes(): number {
    return this.#blocks.used * BYTES_PER_KEPT_BLOCK
  }

  /** The entry of this hash as it is at `nowMs`, or null: good until the next call that returns one. */
  find(hash: number, nowMs: number): Entry | null {
    const first = this.#index.find(hash)
    return first === 0 ? null : this.#found.at(first, nowMs)
  }

  /** Makes it the one used last. */
  touch(entry: Entry): void {
    this.#index.touch(entry.first)
  }

  /**
   * Adds the entry that the first `octets` of `draft` hold, in place of whatever has that hash. Returns it, or null
   * where it is larger than all the room there is.
   */
  add(
    hash: number,
    draft: Buffer,
    octets: number,
    generation: number,
    screened: Int32Array | null,
    nowMs: number,
  ): Entry | null {
    this.removeHash(hash)
    const count = blocksFor(octets)
    if (!this.#makeRoom(count + blocksOf(screened))) return null
    const first = this.#blocks.take(count)
    this.#blocks.write(first, draft, octets)
    this.#index.add(first, hash)
    this.#found.at(first, nowMs).setScreened(generation, screened)
    return this.#found
  }

  /** Notes what screening found. Where there is no room for it nothing is noted, and the generation stays. */
  setScreened(entry: Entry, generation: number, screened: Int32Array | null): void {
    entry.dropScreened()
    // Used last, it is not the one that has to go.
    this.touch(entry)
    if (this.#makeRoom(blocksOf(screened), entry.first)) entry.setScreened(generation, screened)
  }

  remove(entry: Entry): void {
    this.#remove(entry.first)
  }

  removeHash(hash: number): void {
    const first = this.#index.find(hash)
    if (first !== 0) this.#remove(first)
  }

  clear(): void {
    this.#index.clear()
    this.#blocks.clear()
  }

  /** Shows all, the least recently used first, at no particular time. `look` may remove the one it is shown, and nothing else. */
  forEach(look: (entry: Entry) => void): void {
    for (let first = this.#index.oldest, newer; first !== 0; first = newer) {
      newer = this.#index.newerThan(first)
      look(this.#passing.at(first, 0))
    }
  }

  /**
   * Shows those that begin in the `count` blocks from `from` on, 1 at first, as they are at `nowMs`; `look` changes nothing.
   * Returns the block to go on with, 0 when there is no other. What is there all the while is shown once, whatever comes
   * and goes between two calls.
   */
  walk(from: number, count: number, nowMs: number, look: (entry: Entry) => void): number {
    const { highest } = this.#blocks
    const end = Math.min(highest + 1, from + count)
    for (let block = from; block < end; block++)
      if (this.#index.has(block)) look(this.#passing.at(block, nowMs))
    return end > highest ? 0 : end
  }

  /** Takes over the entries of `others`, which are then of no use: as many as there is room for, the oldest go first. */
  adopt(others: Entries): void {
    others.forEach((other) => {
      const { generation, screened } = other
      const count = others.#blocks.lengthOf(other.first)
      if (!this.#makeRoom(count + blocksOf(screened))) return
      // What is copied must not lead to a chain that stays behind.
      other.dropScreened()
      const first = this.#blocks.adopt(others.#blocks, other.first)
      this.#index.add(first, others.#index.hashOf(other.first))
      this.#passing.at(first, 0).setScreened(generation, screened)
    })
  }

  /** Lets go of what was used longest ago until `count` blocks are free. False: there are not as many beside `spared`. */
  #makeRoom(count: number, spared = 0): boolean {
    if (count > this.#blocks.count - this.#blocks.lengthOf(spared)) return false
    while (this.#blocks.unused < count) this.#remove(this.#index.oldest)
    return true
  }

  #remove(first: number): void {
    this.#index.remove(first)
    this.#passing.at(first, 0).dropScreened()
    this.#blocks.giveBack(first)
  }
}

function blocksOf(screened: Int32Array | null): number {
  return screened === null ? 0 : blocksFor(screened.byteLength)
}
