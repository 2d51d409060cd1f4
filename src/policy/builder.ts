/**
 * Compiles indicators into a snapshot, in the list thread. Records go straight into the slot as they come, so that a
 * list is never held a second time; only the index is private until the end, because it has to grow.
 */
import { hashBytes } from '../wire/name-hash.ts'
import { SnapshotFullError } from './full-error.ts'
import { TAG_BITS, TAG_MASK, copyHashed, firstIndexWord } from './hash.ts'
import {
  HEADER_BYTES,
  Header,
  LAYOUT_VERSION,
  MAGIC,
  MAX_RECORD_PLACE,
  depthBit,
  recordBytes,
} from './layout.ts'
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
const MAX_NAME_BYTES = 255

/** Room for the many snapshots that hold little, and for the first part of a long list: what it says of the rest. */
const FIRST_INDEX_WORDS = 1 << 15
const LEAST_INDEX_WORDS = 8
/** A record of one label of one letter or two, and its words in the index. */
const LEAST_RECORD_BYTES = 16
/** What an entry gets when the index is laid out. Fewer make longer searches, more cost memory for every name. */
const WORDS_PER_ENTRY = 1.6
/** Below this a search for what is not listed looks at too many words, above it the index is laid out anew. */
const LEAST_WORDS_PER_ENTRY = 1.4
const MOST_WORDS_PER_ENTRY = 1.75
/** Entries put into the index at a time when it is laid out. */
const BATCH = 128

export class SnapshotBuilder {
  readonly #memory: SharedArrayBuffer
  readonly #seed: number
  readonly #sets = new RuleSets()
  readonly #address = new Uint8Array(PSEUDO_NAME_BYTES6)
  #bytes: Uint8Array = new Uint8Array(0)
  #words: Int32Array = new Int32Array(0)
  #end = HEADER_BYTES
  #index: Int32Array<ArrayBuffer> = new Int32Array(FIRST_INDEX_WORDS)
  #room = Math.floor(FIRST_INDEX_WORDS / LEAST_WORDS_PER_ENTRY)
  #expected = 0
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

  /** Different names and prefixes so far. */
  get entries(): number {
    return this.#names + this.#addresses
  }

  /**
   * Says how many entries there will be in all, as far as can be told by now: the index then grows once instead of
   * again and again. A wrong guess costs time or, for the length of the build, memory; never an entry.
   */
  expect(entries: number): void {
    this.#expected = entries > 0 ? entries : 0
  }

  /**
   * Lists the uncompressed wire name in the first `length` bytes, the root's zero byte included; letters of either
   * case. Throws RangeError for what is no name and for the root, SnapshotFullError when the slot is full.
   */
  addName(wire: Uint8Array, length: number, kind: NameKind, rule: number): Added {
    const end = length - 1
    if (!(end > 0 && end < MAX_NAME_BYTES) || wire[end] !== 0)
      throw new RangeError('not a name that can be listed')
    let label = 0
    let labels = 0
    for (; label < end && wire[label] !== 0 && wire[label]! < 64; labels++) label += wire[label]! + 1
    if (label !== end) throw new RangeError('the labels of a name do not add up')
    const place = this.#openRecord(end)
    // Length bytes are below any letter.
    const hash = copyHashed(wire, end, this.#bytes, place, this.#seed)
    const added = this.#closeRecord(end, hash, kind, rule)
    if (added === Outcome.created) {
      this.#names++
      this.#words[Header.depths]! |= depthBit(labels)
    }
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
    const place = this.#openRecord(length)
    for (let at = 0; at < length; at++) this.#bytes[place + at] = this.#address[at]!
    const hash = hashBytes(this.#address, 0, length, this.#seed)
    const added = this.#closeRecord(length, hash, 'exact', rule)
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
    const place = this.#end
    const indexWords = this.#moveIndex(place)
    const words = this.#words
    words[Header.seed] = this.#seed
    words[Header.names] = this.#names
    words[Header.addresses] = this.#addresses
    words[Header.recordsEnd] = place
    words[Header.index] = place
    words[Header.indexWords] = indexWords
    const bytesUsed = writeTail(this.#sets, meta, place + indexWords * 4, (bytes) => {
      this.#reserve(bytes)
      return this.#words
    })
    this.#words[Header.bytesUsed] = bytesUsed
    this.#words[Header.version] = LAYOUT_VERSION
    this.#words[Header.magic] = MAGIC
    return { bytesUsed, names: this.#names, addresses: this.#addresses }
  }

  /** Makes room behind the last record for one of `length` bytes and returns where these go. */
  #openRecord(length: number): number {
    const record = this.#end
    const end = record + recordBytes(length)
    if (end > this.#bytes.length) this.#reserve(end)
    // First of all, so that the bytes that fill the last word up are zero whatever stood in the slot.
    this.#words[(end >> 2) - 1] = 0
    return record + 4
  }

  /** Takes the bytes of the open record in, unless they stand in another one: it is then written over by the next. */
  #closeRecord(length: number, hash: number, kind: NameKind, rule: number): Outcome {
    if (this.entries >= this.#room) this.#growIndex()
    const index = this.#index
    const open = this.#end
    const words = this.#words
    let at = firstIndexWord(hash, index.length / 2 ** 32)
    for (let word = index[at]!; word !== 0; word = index[at]!) {
      if (((word ^ hash) & TAG_MASK) === 0) {
        const record = (word >>> TAG_BITS) << 2
        const head = words[record >> 2]!
        if ((head & 0xff) === length && this.#isSame(record + 4, open + 4, length)) {
          const pair = this.#sets.withRule(head >>> 8, kind, rule)
          if (pair === head >>> 8) return Outcome.known
          words[record >> 2] = (pair << 8) | length
          return Outcome.changed
        }
      }
      if (++at === index.length) at = 0
    }
    const end = open + recordBytes(length)
    if (end > MAX_RECORD_PLACE) throw new SnapshotFullError(`more than ${MAX_RECORD_PLACE} bytes of names`)
    words[open >> 2] = (this.#sets.withRule(0, kind, rule) << 8) | length
    index[at] = ((open >> 2) << TAG_BITS) | (hash & TAG_MASK)
    this.#end = end
    return Outcome.created
  }

  #isSame(one: number, other: number, length: number): boolean {
    const bytes = this.#bytes
    for (let at = 0; at < length; at++) if (bytes[one + at] !== bytes[other + at]) return false
    return true
  }

  #growIndex(): void {
    // More entries than this the slot cannot hold.
    const expected = Math.min(this.#expected, this.#memory.maxByteLength / LEAST_RECORD_BYTES)
    const indexWords = Math.max(this.#index.length * 2, Math.ceil(expected * WORDS_PER_ENTRY))
    this.#index.buffer.transfer(0)
    this.#index = new Int32Array(indexWords)
    this.#room = Math.floor(indexWords / LEAST_WORDS_PER_ENTRY)
    this.#layIndex(this.#index, 0, indexWords)
  }

  /** Puts the index at `place` of the slot and returns how many words it has. */
  #moveIndex(place: number): number {
    const built = this.#index
    const isTooLarge = built.length > this.entries * MOST_WORDS_PER_ENTRY
    const indexWords = isTooLarge
      ? Math.max(LEAST_INDEX_WORDS, Math.ceil(this.entries * WORDS_PER_ENTRY))
      : built.length
    this.#reserve(place + indexWords * 4)
    if (isTooLarge) {
      this.#words.fill(0, place / 4, place / 4 + indexWords)
      this.#layIndex(this.#words, place / 4, indexWords)
    } else this.#words.set(built, place / 4)
    // Handed back at once: up to 64 MB would else wait for a collection the list thread may not have soon.
    built.buffer.transfer(0)
    return indexWords
  }

  /**
   * Fills `words[start … start + indexWords)`, zero so far, from the records. Hashes are not kept: reading the records
   * once more in order costs less than the memory.
   */
  #layIndex(words: Int32Array, start: number, indexWords: number): void {
    const bytes = this.#bytes
    const heads = this.#words
    const scale = indexWords / 2 ** 32
    const places = new Int32Array(BATCH)
    const entries = new Int32Array(BATCH)
    const fetched = new Int32Array(BATCH)
    for (let record = HEADER_BYTES; record < this.#end;) {
      let count = 0
      for (; count < BATCH && record < this.#end; count++) {
        const length = heads[record >> 2]! & 0xff
        const hash = hashBytes(bytes, record + 4, record + 4 + length, this.#seed)
        places[count] = firstIndexWord(hash, scale)
        entries[count] = ((record >> 2) << TAG_BITS) | (hash & TAG_MASK)
        record += recordBytes(length)
      }
      // In a long index no place is near the processor. Read one right behind the other they are fetched together, and
      // all this takes a third of the time.
      for (let each = 0; each < count; each++) fetched[each] = words[start + places[each]!]!
      for (let each = 0; each < count; each++) {
        let at = places[each]!
        while (words[start + at] !== 0) if (++at === indexWords) at = 0
        words[start + at] = entries[each]!
      }
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
