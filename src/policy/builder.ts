/**
 * Compiles indicators into a snapshot, in the list thread. Records go straight into the slot as they come, so that a
 * list is never held a second time; only the index is private until the end, because it has to grow.
 */
import { lower } from '../wire/name.ts'
import { SnapshotFullError } from './full-error.ts'
import { TAG_BITS, TAG_MASK, firstIndexWord, hashBytes } from './hash.ts'
import { HEADER_BYTES, Header, LAYOUT_VERSION, MAGIC, MAX_RECORD_PLACE, recordBytes } from './layout.ts'
import type { NameKind, SnapshotMeta } from './meta.ts'
import { EMBEDDING_BITS, PSEUDO_NAME_BYTES6, embedsIpv4, writePseudoName } from './prefix.ts'
import { RuleSets } from './rule-sets.ts'
import { writeTail } from './tail.ts'

/** Whether an entry changed the snapshot, or its rule held that very name or prefix already. */
export type Added = 'new' | 'known'

export interface BuiltSnapshot {
  readonly bytesUsed: number
  /** Different names and different prefixes; one that several lists hold counts once. */
  readonly names: number
  readonly addresses: number
}

/** Memory is taken from the system page by page as it is touched; this only bounds how often views are made anew. */
const GROWTH_BYTES = 4 << 20
const FIRST_INDEX_WORDS = 1 << 12
const MAX_NAME_BYTES = 255

export class SnapshotBuilder {
  readonly #memory: SharedArrayBuffer
  readonly #seed: number
  readonly #sets = new RuleSets()
  readonly #name = new Uint8Array(256)
  readonly #address = new Uint8Array(PSEUDO_NAME_BYTES6)
  #bytes: Uint8Array = new Uint8Array(0)
  #words: Int32Array = new Int32Array(0)
  #end = HEADER_BYTES
  #index = new Int32Array(FIRST_INDEX_WORDS)
  #names = 0
  #addresses = 0

  /**
   * `memory` is the slot no thread reads; what it held is gone from here on. `seed` is the one names are hashed with:
   * the same for the overlay and for the life of the process, because caches use the hashes too.
   */
  constructor(memory: SharedArrayBuffer, seed: number) {
    this.#memory = memory
    this.#seed = seed | 0
    this.#reserve(HEADER_BYTES)
    this.#words.fill(0, 0, HEADER_BYTES / 4)
  }

  /**
   * Lists the uncompressed wire name in the first `length` bytes, the root's zero byte included; letters of either
   * case. Throws RangeError for what is no name and for the root, SnapshotFullError when the slot is full.
   */
  addName(wire: Uint8Array, length: number, kind: NameKind, rule: number): Added {
    const name = this.#name
    const end = length - 1
    if (!(end > 0 && end < MAX_NAME_BYTES) || wire[end] !== 0)
      throw new RangeError('not a name that can be listed')
    let label = 0
    while (label < end && wire[label] !== 0 && wire[label]! < 64) label += wire[label]! + 1
    if (label !== end) throw new RangeError('the labels of a name do not add up')
    // Length bytes are below any letter.
    for (let at = 0; at < end; at++) name[at] = lower(wire[at]!)
    const before = this.#names + this.#addresses
    const added = this.#add(name, end, kind, rule, before)
    if (added === Outcome.created) this.#names++
    return added === Outcome.known ? 'known' : 'new'
  }

  /**
   * Lists the prefix of `prefixLength` bits of an address of 4 or 16 bytes; bits behind it are ignored. IPv4 inside
   * IPv6 is listed as IPv4. Errors as `addName`.
   */
  addAddress(address: Uint8Array, prefixLength: number, rule: number): Added {
    let family: 4 | 6 = address.length === 4 ? 4 : 6
    let offset = 0
    let bits = prefixLength
    const width = address.length * 8
    if ((width !== 32 && width !== 128) || !(bits >= 0 && bits <= width)) {
      throw new RangeError('not an address prefix')
    }
    if (family === 6 && bits >= EMBEDDING_BITS && embedsIpv4(address, 0)) {
      family = 4
      offset = 12
      bits -= EMBEDDING_BITS
    }
    const length = writePseudoName(address, offset, family, bits, this.#address)
    const added = this.#add(this.#address, length, 'exact', rule, this.#names + this.#addresses)
    if (added === Outcome.created) {
      this.#addresses++
      this.#words[(family === 4 ? Header.prefixes4 : Header.prefixes6) + (bits >> 5)]! |= 1 << (bits & 31)
    }
    return added === Outcome.known ? 'known' : 'new'
  }

  /**
   * Lays index, sets and `meta` behind the records and marks the snapshot as finished. `meta.rules` names every rule
   * that was given. The builder cannot be used afterwards.
   */
  finish(meta: SnapshotMeta): BuiltSnapshot {
    // Handed back at once: a buffer of up to 128 MB would else wait for a collection the list thread may not have soon.
    this.#index.buffer.transfer(0)
    const names = this.#names
    const addresses = this.#addresses
    const index = this.#end
    const indexWords = Math.max(8, 2 * (names + addresses))
    this.#reserve(index + indexWords * 4)
    this.#words.fill(0, index / 4, index / 4 + indexWords)
    this.#writeIndex(index / 4, indexWords)
    const words = this.#words
    words[Header.seed] = this.#seed
    words[Header.names] = names
    words[Header.addresses] = addresses
    words[Header.recordsEnd] = index
    words[Header.index] = index
    words[Header.indexWords] = indexWords
    const bytesUsed = writeTail(this.#sets, meta, index + indexWords * 4, (bytes) => {
      this.#reserve(bytes)
      return this.#words
    })
    this.#words[Header.bytesUsed] = bytesUsed
    this.#words[Header.version] = LAYOUT_VERSION
    this.#words[Header.magic] = MAGIC
    return { bytesUsed, names, addresses }
  }

  #add(name: Uint8Array, length: number, kind: NameKind, rule: number, entries: number): Outcome {
    if (entries * 2 >= this.#index.length) this.#growIndex()
    const hash = hashBytes(name, 0, length, this.#seed)
    const index = this.#index
    const mask = index.length - 1
    let at = (hash >>> TAG_BITS) & mask
    for (let word = index[at]!; word !== 0; word = index[at]!) {
      if (((word ^ hash) & TAG_MASK) === 0) {
        const record = word >>> TAG_BITS
        const head = this.#words[record]!
        if ((head & 0xff) === length && this.#holds(record * 4 + 4, name, length)) {
          const pair = this.#sets.withRule(head >>> 8, kind, rule)
          if (pair === head >>> 8) return Outcome.known
          this.#words[record] = (pair << 8) | length
          return Outcome.changed
        }
      }
      at = (at + 1) & mask
    }
    const record = this.#append(name, length, this.#sets.withRule(0, kind, rule))
    index[at] = ((record >> 2) << TAG_BITS) | (hash & TAG_MASK)
    return Outcome.created
  }

  #holds(place: number, name: Uint8Array, length: number): boolean {
    const bytes = this.#bytes
    for (let at = 0; at < length; at++) if (bytes[place + at] !== name[at]) return false
    return true
  }

  #append(name: Uint8Array, length: number, pair: number): number {
    const record = this.#end
    const end = record + recordBytes(length)
    if (end > MAX_RECORD_PLACE) throw new SnapshotFullError(`more than ${MAX_RECORD_PLACE} bytes of names`)
    if (end > this.#bytes.length) this.#reserve(end)
    // The last word first, so that the bytes that fill it up are zero whatever stood in the slot.
    this.#words[(end >> 2) - 1] = 0
    this.#words[record >> 2] = (pair << 8) | length
    const bytes = this.#bytes
    for (let at = 0; at < length; at++) bytes[record + 4 + at] = name[at]!
    this.#end = end
    return record
  }

  /** Hashes are not kept: reading the records once more in order costs less than the memory. */
  #growIndex(): void {
    const grown = new Int32Array(this.#index.length * 2)
    const mask = grown.length - 1
    this.#eachRecord((record, hash) => {
      let at = (hash >>> TAG_BITS) & mask
      while (grown[at] !== 0) at = (at + 1) & mask
      grown[at] = ((record >> 2) << TAG_BITS) | (hash & TAG_MASK)
    })
    this.#index.buffer.transfer(0)
    this.#index = grown
  }

  #writeIndex(start: number, indexWords: number): void {
    const words = this.#words
    const scale = indexWords / 2 ** 32
    this.#eachRecord((record, hash) => {
      let at = firstIndexWord(hash, scale)
      while (words[start + at] !== 0) if (++at === indexWords) at = 0
      words[start + at] = ((record >> 2) << TAG_BITS) | (hash & TAG_MASK)
    })
  }

  #eachRecord(visit: (record: number, hash: number) => void): void {
    const bytes = this.#bytes
    const words = this.#words
    for (let record = HEADER_BYTES; record < this.#end;) {
      const length = words[record >> 2]! & 0xff
      visit(record, hashBytes(bytes, record + 4, record + 4 + length, this.#seed))
      record += recordBytes(length)
    }
  }

  /**
   * Grows the slot to hold `bytes`. Views have explicit lengths: those that track a growing buffer are of a slower
   * kind in V8, so they are made anew after each step.
   */
  #reserve(bytes: number): void {
    const memory = this.#memory
    if (bytes > memory.byteLength) {
      if (bytes > memory.maxByteLength) throw new SnapshotFullError(`more than ${memory.maxByteLength} bytes`)
      memory.grow(Math.min(memory.maxByteLength, Math.max(bytes, memory.byteLength + GROWTH_BYTES)))
    }
    if (this.#bytes.length === memory.byteLength) return
    this.#bytes = new Uint8Array(memory, 0, memory.byteLength)
    this.#words = new Int32Array(memory, 0, memory.byteLength >> 2)
  }
}

const Outcome = { known: 0, changed: 1, created: 2 } as const
type Outcome = (typeof Outcome)[keyof typeof Outcome]
