/**
 * Finds entries by the hash of their question, and knows in which order they were used. An entry is known here by the
 * number of its first block. All of it stands in arrays of numbers that are as large at the start as they ever get: a
 * Map of as many entries is copied whole every so often, and everybody waits (docs/decisions/0015).
 *
 *   bucket [hash & mask] → entry → sameBucket → …   the latest added first; 0 ends it
 *   oldest ⇄ … ⇄ newest                             by `newer` and `older`
 */

/** The four arrays below and, at most, one bucket. */
export const BYTES_PER_PLACE = 20

export class EntryIndex {
  readonly #bucket: Int32Array
  readonly #mask: number
  readonly #hash: Int32Array
  readonly #sameBucket: Int32Array
  readonly #older: Int32Array
  readonly #newer: Int32Array
  #oldest = 0
  #newest = 0
  #size = 0

  /** For entries 1 to `count`. */
  constructor(count: number) {
    const buckets = 1 << (31 - Math.clz32(Math.max(1, count)))
    this.#bucket = new Int32Array(buckets)
    this.#mask = buckets - 1
    this.#hash = new Int32Array(count + 1)
    this.#sameBucket = new Int32Array(count + 1)
    this.#older = new Int32Array(count + 1)
    this.#newer = new Int32Array(count + 1)
  }

  get size(): number {
    return this.#size
  }

  /** The entry that was not used for longest; 0: there is none. */
  get oldest(): number {
    return this.#oldest
  }

  /** The one that was used next after `entry`; 0: none. */
  newerThan(entry: number): number {
    return this.#newer[entry]!
  }

  /** The hash `entry` was added with. */
  hashOf(entry: number): number {
    return this.#hash[entry]!
  }

  /** The entry of this hash (32 bits, signed); 0: none. */
  find(hash: number): number {
    let entry = this.#bucket[hash & this.#mask]!
    while (entry !== 0 && this.#hash[entry] !== hash) entry = this.#sameBucket[entry]!
    return entry
  }

  /** Whether an entry begins with that block. */
  has(block: number): boolean {
    return this.find(this.#hash[block]!) === block
  }

  /** Adds an entry that is not here, under a hash that is not here either, as the one used last. */
  add(entry: number, hash: number): void {
    const bucket = hash & this.#mask
    this.#hash[entry] = hash
    this.#sameBucket[entry] = this.#bucket[bucket]!
    this.#bucket[bucket] = entry
    this.#append(entry)
    this.#size++
  }

  /** Makes `entry` the one used last. */
  touch(entry: number): void {
    if (entry === this.#newest) return
    this.#unlink(entry)
    this.#append(entry)
  }

  remove(entry: number): void {
    const bucket = this.#hash[entry]! & this.#mask
    const after = this.#sameBucket[entry]!
    let before = this.#bucket[bucket]!
    if (before === entry) this.#bucket[bucket] = after
    else {
      while (this.#sameBucket[before] !== entry) before = this.#sameBucket[before]!
      this.#sameBucket[before] = after
    }
    this.#unlink(entry)
    this.#size--
  }

  clear(): void {
    this.#bucket.fill(0)
    this.#oldest = this.#newest = this.#size = 0
  }

  #append(entry: number): void {
    const before = this.#newest
    this.#older[entry] = before
    this.#newer[entry] = 0
    if (before === 0) this.#oldest = entry
    else this.#newer[before] = entry
    this.#newest = entry
  }

  #unlink(entry: number): void {
    const older = this.#older[entry]!
    const newer = this.#newer[entry]!
    if (older === 0) this.#oldest = newer
    else this.#newer[older] = newer
    if (newer === 0) this.#newest = older
    else this.#older[newer] = older
  }
}
