/**
 * How a policy snapshot lies in its slot, a growable SharedArrayBuffer. The builder writes it, readers of every thread
 * read it, the packed copy on disk holds it byte for byte. Words are 32 bits in the machine's order; places are bytes
 * from the start of the slot, multiples of four.
 *
 *   header | records … | index | pairs | sets | meta
 *
 *   record   word: length of the name (8 bits) | pair << 8 ; name bytes ; filled up to a multiple of four
 *            name:     lower-case wire form without the root's zero byte
 *            address:  0xF4, prefix length, 4 bytes  or  0xF6, prefix length, 16 bytes, host bits zero.
 *                      A length byte is at most 63, so no name begins like that.
 *   index    words: (place of the record / 4) << 4 | 4 bits of its hash ; 0 where empty, as two of seven are at
 *            least; a name that hashes to h is at or, linear probing, behind the word floor(h / 2^32 × words)
 *   pairs    two words each: the set of rules for the name itself, the set for the names under it
 *   sets     words: where set i starts among the rule numbers, one word more than there are sets ; the rule numbers,
 *            those of one set in order of precedence. Set 0 is the empty one
 *   meta     JSON, UTF-8: `SnapshotMeta`
 */

/** "TLPS" as it reads in memory of a little-endian machine; 0 while a snapshot is being written. */
export const MAGIC = 0x53504c54
export const MAGIC_BYTES = 4
export const LAYOUT_VERSION = 5

export const HEADER_BYTES = 128

/** Words of the header. Places and lengths in bytes, counts in things. */
export const Header = {
  magic: 0,
  version: 1,
  seed: 2,
  bytesUsed: 3,
  names: 4,
  addresses: 5,
  recordsEnd: 6,
  index: 7,
  indexWords: 8,
  pairs: 9,
  pairCount: 10,
  sets: 11,
  setCount: 12,
  setRules: 13,
  setRuleCount: 14,
  meta: 15,
  metaBytes: 16,
  /** 33 bits in two words, then 129 bits in five: bit n says that a prefix of length n is listed. */
  prefixes4: 17,
  prefixes6: 19,
  /** Bit n - 1 says that a name of n labels is listed, the highest bit one of 32 or more: see `depthBit`. */
  depths: 24,
} as const

export const PREFIX_WORDS4 = 2
export const PREFIX_WORDS6 = 5

/** The bit of a name or suffix of `labels` labels, at least 1, in `Header.depths`. */
export function depthBit(labels: number): number {
  return 1 << (labels < 32 ? labels - 1 : 31)
}

/** First byte of the pseudo-name of an address. */
export const IPV4_MARK = 0xf4
export const IPV6_MARK = 0xf6

/** What 28 bits of an index word can point at. */
export const MAX_RECORD_PLACE = 2 ** 30
/** What the 24 bits of a record's first word can number. */
export const MAX_PAIRS = 2 ** 24

/** Bytes a record takes whose name has `length` bytes. */
export function recordBytes(length: number): number {
  return (length + 7) & ~3
}

/** Why the first `bytesUsed` bytes of `memory` are no finished snapshot this code can read, or null. */
export function checkHeader(memory: SharedArrayBuffer, bytesUsed: number): string | null {
  if (bytesUsed < HEADER_BYTES || bytesUsed > memory.byteLength) return 'holds no header'
  const words = new Int32Array(memory, 0, HEADER_BYTES / 4)
  const at = (word: number): number => words[word]!
  if (at(Header.magic) !== MAGIC) return 'is not a finished snapshot'
  if (at(Header.version) !== LAYOUT_VERSION) return `has layout ${at(Header.version)}, not ${LAYOUT_VERSION}`
  if (at(Header.bytesUsed) !== bytesUsed) return `says it has ${at(Header.bytesUsed)} bytes, not ${bytesUsed}`
  const ends = [
    [HEADER_BYTES, at(Header.recordsEnd) - HEADER_BYTES],
    [at(Header.index), at(Header.indexWords) * 4],
    [at(Header.pairs), at(Header.pairCount) * 8],
    [at(Header.sets), (at(Header.setCount) + 1) * 4],
    [at(Header.setRules), at(Header.setRuleCount) * 4],
    [at(Header.meta), at(Header.metaBytes)],
  ] as const
  const isInside = ends.every(
    ([start, bytes]) => start >= HEADER_BYTES && start % 4 === 0 && bytes >= 0 && start + bytes <= bytesUsed,
  )
  return isInside ? null : 'has a part outside itself'
}
