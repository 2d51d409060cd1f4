/**
 * Names: from the wire to a `NameKey`, and to and from the presentation form. Nothing here trusts a length byte or a
 * pointer; every walk is bounded by `end` and by the 255 octets of a name. Lower-casing is ASCII only (RFC 4343 §3).
 */
import { copyLowerWords, Octets } from '../octets.ts'
import { HEADER_BYTES } from './constants.ts'
import { MAX_NAME_BYTES, NameKey } from './name-key.ts'

/** RFC 1035 §2.3.4. */
export const MAX_LABEL_BYTES = 63

/** Honest names need one or two; a chain may not cost more than a name of 127 labels. */
const MAX_POINTER_HOPS = 127

/**
 * Reads the name at `offset`, decompressed and lower-cased, into `key` (bytes, labels, length; hashes are not
 * computed). Returns the offset behind the name where it stands, or -1: bad label type, past `end`, over 255 octets,
 * more than 127 pointers, or a pointer that does not lead back behind the header. The key is empty after -1.
 */
export function readName(bytes: Uint8Array, offset: number, end: number, key: NameKey): number {
  const behind = bytes instanceof Octets ? readWhole(bytes, offset, end, key) : 0
  return behind === 0 ? readLabels(bytes, offset, end, key) : behind
}

/**
 * The same for a name that stands there whole, as the one in a question does: its labels are only counted, and copied
 * all at once. Returns 0, and nothing in `key` means anything, for all others.
 */
function readWhole(bytes: Octets, offset: number, end: number, key: NameKey): number {
  const { labelStart } = key
  let labels = 0
  let at = offset
  for (;;) {
    if (at >= end) return 0
    const size = bytes[at]!
    if (size === 0) break
    // At most 127 labels of one octet fit, so that none stands past the end of `labelStart`.
    if (!(size <= MAX_LABEL_BYTES) || at - offset + size + 2 > MAX_NAME_BYTES) return 0
    labelStart[labels++] = at - offset
    at += size + 1
  }
  const length = at - offset + 1
  if (length < 4) return 0
  key.length = length
  key.labelCount = labels
  // Sizes are at most 63, and so are no letters.
  copyLowerWords(bytes.view, offset, key.bytes.view, 0, length)
  return at + 1
}

/** The plain version, which reads what is compressed and knows what is wrong: the oracle in test/property/wire-names.test.ts. */
export function readLabels(bytes: Uint8Array, offset: number, end: number, key: NameKey): number {
  const { bytes: name, labelStart } = key
  key.length = 0
  key.labelCount = 0
  let at = offset
  let start = offset
  let behind = -1
  let hops = 0
  let length = 0
  let labels = 0
  for (;;) {
    if (at >= end) return -1
    const size = bytes[at]!
    if (size === 0) break
    if (size <= MAX_LABEL_BYTES) {
      const last = at + size
      // One octet stays free for the root.
      if (last >= end || length + size + 2 > MAX_NAME_BYTES) return -1
      labelStart[labels++] = length
      name[length++] = size
      while (at < last) name[length++] = lower(bytes[++at]!)
      at++
      continue
    }
    // 01 and 10 are no label types any more (RFC 6891 §5).
    if (size < 0xc0 || at + 1 >= end) return -1
    const target = ((size & 0x3f) << 8) | bytes[at + 1]!
    if (behind === -1) behind = at + 2
    // "A prior occurrence" (RFC 1035 §4.1.4): before what is being read, so that no chain can return to itself.
    if (target >= start || target < HEADER_BYTES || ++hops > MAX_POINTER_HOPS) return -1
    at = start = target
  }
  name[length++] = 0
  key.length = length
  key.labelCount = labels
  return behind === -1 ? at + 1 : behind
}

/**
 * Returns the offset behind the name at `offset` without following its pointer, or -1 where it is malformed in place
 * or its pointer does not lead back. Cost: the labels that stand there.
 */
export function skipName(bytes: Uint8Array, offset: number, end: number): number {
  let at = offset
  while (at < end) {
    const size = bytes[at]!
    if (size === 0) return at + 1
    if (size > MAX_LABEL_BYTES) {
      if (size < 0xc0 || at + 1 >= end) return -1
      const target = ((size & 0x3f) << 8) | bytes[at + 1]!
      return target >= offset || target < HEADER_BYTES ? -1 : at + 2
    }
    at += size + 1
    // Room for the root's octet, or for what the pointer stands for.
    if (at - offset >= MAX_NAME_BYTES) return -1
  }
  return -1
}

/** Fills `key` from presentation form, lower-cased; false (and an empty key) where `textToName` would say -1. */
export function keyFromText(text: string, key: NameKey): boolean {
  const length = textToName(text, key.bytes)
  // Read onto itself: every byte is read before it is written.
  return readName(key.bytes, 0, Math.max(length, 0), key) !== -1
}

/** The lower-case wire form of `text`; throws a RangeError where it is no domain name. */
export function wireName(text: string): Uint8Array {
  const key = new NameKey()
  if (!keyFromText(text, key)) throw new RangeError(`"${text}" is not a domain name`)
  return key.bytes.slice(0, key.length)
}

/**
 * Writes `text` (presentation form, one final dot allowed, `\.` and `\DDD` escapes) as a wire name, case kept, into
 * `out`. Returns its length with the root's octet, or -1: an empty label, a label over 63 or a name over 255 octets,
 * a character outside printable ASCII that is not escaped, a broken escape, `out` too short.
 */
export function textToName(text: string, out: Uint8Array): number {
  const limit = Math.min(out.length, MAX_NAME_BYTES)
  if (limit === 0) return -1
  if (text === '.') {
    out[0] = 0
    return 1
  }
  let start = 0
  let length = 1
  for (let at = 0; at < text.length; at++) {
    let byte = text.charCodeAt(at)
    if (byte === DOT) {
      if (length - start === 1 || length >= limit) return -1
      out[start] = length - start - 1
      start = length++
      continue
    }
    // Space, controls and whatever is not ASCII only escaped.
    if (byte <= 0x20 || byte >= 0x7f) return -1
    if (byte === BACKSLASH) {
      byte = escapedByte(text, at + 1)
      if (byte === -1) return -1
      at += isDigit(text.charCodeAt(at + 1)) ? 3 : 1
    }
    if (length - start > MAX_LABEL_BYTES || length >= limit) return -1
    out[length++] = byte
  }
  if (length - start > 1) {
    if (length >= limit) return -1
    out[start] = length - start - 1
    start = length++
  } else if (start === 0) return -1
  out[start] = 0
  return length
}

/**
 * The uncompressed wire name at `offset` in presentation form: no final dot, "." for the root; a dot or backslash in
 * a label as `\.` `\\`, what is not printable ASCII as `\DDD` (RFC 1035 §5.1). Ends early at what is no label.
 */
export function nameToText(bytes: Uint8Array, offset = 0): string {
  let text = ''
  let at = offset
  for (;;) {
    const size = bytes[at] ?? 0
    const last = at + size
    if (size === 0 || size > MAX_LABEL_BYTES || last >= bytes.length) return text === '' ? '.' : text
    if (text !== '') text += '.'
    while (at < last) text += BYTE_TEXT[bytes[++at]!]!
    at++
  }
}

/** Each byte in ASCII lower case: one look costs less than two comparisons, and names are read for every query. */
const LOWER = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte,
)

/** ASCII lower case of one byte. */
export function lower(byte: number): number {
  return LOWER[byte]!
}

/** Lower-cases labels in place. A label's size is at most 63 and thus never a letter. */
export function lowerOctets(bytes: Uint8Array, from: number, end: number): void {
  if (end - from >= 4 && bytes instanceof Octets)
    copyLowerWords(bytes.view, from, bytes.view, from, end - from)
  else for (let at = from; at < end; at++) bytes[at] = lower(bytes[at]!)
}

const DOT = 0x2e
const BACKSLASH = 0x5c

/** Each byte as it stands in presentation form. */
const BYTE_TEXT: readonly string[] = Array.from({ length: 256 }, (_, byte) => {
  if (byte === DOT || byte === BACKSLASH) return `\\${String.fromCharCode(byte)}`
  if (byte > 0x20 && byte < 0x7f) return String.fromCharCode(byte)
  return `\\${String(byte).padStart(3, '0')}`
})

/** The byte an escape whose backslash stands before `at` means, or -1. */
function escapedByte(text: string, at: number): number {
  const first = text.charCodeAt(at)
  if (!isDigit(first)) return first > 0x20 && first < 0x7f ? first : -1
  const second = text.charCodeAt(at + 1)
  const third = text.charCodeAt(at + 2)
  if (!isDigit(second) || !isDigit(third)) return -1
  const value = (first - 0x30) * 100 + (second - 0x30) * 10 + (third - 0x30)
  return value > 255 ? -1 : value
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39
}
