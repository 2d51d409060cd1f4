/**
 * Puts the records of one message behind what stands in another: an alias of ours and the answer for its target. Their
 * pointers mean places in their own message, so every name is written out, and an owner that stands in the new message
 * already becomes a pointer to it.
 */
import { Section, type Answer } from './answer.ts'
import { HEADER_BYTES, Type } from './constants.ts'
import { MAX_NAME_BYTES } from './name-key.ts'
import { MAX_LABEL_BYTES, lower } from './name.ts'
import { firstNameInData, namesInData } from './rdata-names.ts'

/** A name in the message cannot be read: nothing of it is good. */
export const MALFORMED = -2

/** Places of names that owners may point at: most answers have one or two. */
const MAX_PLACES = 8

/** Offsets of the section counts in the header. */
const ANSWER_COUNT = 6
const AUTHORITY_COUNT = 8

const MAX_POINTED_AT = 0x3fff
const MAX_POINTER_HOPS = 127

const places = new Uint16Array(MAX_PLACES)
let placeCount = 0

/**
 * Appends the answer and authority records of `bytes`, which `answer` was read from, to the `length` octets of `out`, a
 * message that has records in its answer section alone, and counts them in its header. The uncompressed name at `target`
 * of `out` is the one they answer for. Returns the new length, or -1 where `out` is full, or MALFORMED: then nothing counts.
 */
export function appendRecords(
  out: Uint8Array,
  length: number,
  bytes: Uint8Array,
  answer: Answer,
  target: number,
): number {
  placeCount = 0
  keepPlace(target)
  let at = length
  let answers = 0
  let authorities = 0
  for (let record = 0; record < answer.count; record++) {
    const section = answer.section[record]!
    if (section === Section.Additional) break
    at = appendRecord(out, at, bytes, answer, record)
    if (at < 0) return at
    if (section === Section.Answer) answers++
    else authorities++
  }
  count(out, ANSWER_COUNT, answers)
  count(out, AUTHORITY_COUNT, authorities)
  return at
}

function appendRecord(
  out: Uint8Array,
  start: number,
  bytes: Uint8Array,
  answer: Answer,
  record: number,
): number {
  let at = appendName(out, start, bytes, answer.owner[record]!, answer.length)
  if (at < 0) return at
  const known = placeOf(out, start)
  if (known === 0) keepPlace(start)
  else {
    out[start] = 0xc0 | (known >>> 8)
    out[start + 1] = known & 0xff
    at = start + 2
  }
  // Type, class, TTL; RDLENGTH is known at the end.
  const from = answer.rdata[record]!
  if (at + 10 > out.length) return -1
  for (let field = from - 10; field < from - 2; field++) out[at++] = bytes[field]!
  const data = at + 2
  at = appendData(out, data, bytes, answer.type[record]!, from, from + answer.rdataLength[record]!)
  if (at < 0) return at
  if (at - data > 0xffff) return -1
  out[data - 2] = (at - data) >>> 8
  out[data - 1] = (at - data) & 0xff
  // What an alias leads to owns the records that follow.
  if (answer.type[record] === Type.CNAME) keepPlace(data)
  return at
}

function appendData(
  out: Uint8Array,
  start: number,
  bytes: Uint8Array,
  type: number,
  from: number,
  end: number,
): number {
  let read = from
  let at = start
  let names = namesInData(type)
  if (names > 0) {
    const first = firstNameInData(bytes, type, from, end)
    if (first >= end) return MALFORMED
    at = appendOctets(out, at, bytes, from, first)
    for (read = first; names > 0 && at >= 0; names--) {
      at = appendName(out, at, bytes, read, end)
      read = nameEnd(bytes, read)
      if (at >= 0 && read > end) return MALFORMED
    }
  }
  return at < 0 ? at : appendOctets(out, at, bytes, read, end)
}

function appendOctets(out: Uint8Array, at: number, bytes: Uint8Array, from: number, end: number): number {
  if (at + end - from > out.length) return -1
  for (let read = from; read < end; read++) out[at++] = bytes[read]!
  return at
}

/** Writes out the name at `offset`, in its case. As `readName` walks it. */
function appendName(out: Uint8Array, start: number, bytes: Uint8Array, offset: number, end: number): number {
  let from = offset
  let read = offset
  let at = start
  for (let hops = 0; ;) {
    if (read >= end) return MALFORMED
    const size = bytes[read]!
    if (size > MAX_LABEL_BYTES) {
      if (size < 0xc0 || read + 1 >= end) return MALFORMED
      const place = ((size & 0x3f) << 8) | bytes[read + 1]!
      if (place >= from || place < HEADER_BYTES || ++hops > MAX_POINTER_HOPS) return MALFORMED
      read = from = place
      continue
    }
    if (read + size >= end || at - start + size + 1 > MAX_NAME_BYTES) return MALFORMED
    if (at + size + 1 > out.length) return -1
    for (const last = read + size; read <= last; read++) out[at++] = bytes[read]!
    if (size === 0) return at
  }
}

/** Behind the name at `at`, which could be read, without following its pointer. */
function nameEnd(bytes: Uint8Array, at: number): number {
  while (bytes[at]! > 0 && bytes[at]! <= MAX_LABEL_BYTES) at += 1 + bytes[at]!
  return bytes[at] === 0 ? at + 1 : at + 2
}

function keepPlace(place: number): void {
  if (place <= MAX_POINTED_AT && placeCount < MAX_PLACES) places[placeCount++] = place
}

/** Where the name that stands at `start` stands before, or 0. All of them are written out. */
function placeOf(out: Uint8Array, start: number): number {
  // A pointer would be longer than the root.
  if (out[start] === 0) return 0
  for (let index = 0; index < placeCount; index++) {
    const place = places[index]!
    let at = 0
    // A size is at most 63 and thus never a letter.
    while (lower(out[place + at]!) === lower(out[start + at]!)) {
      // The root's octet is the only zero where a size can stand; one inside a label is passed over by its size.
      if (out[start + at] === 0 && isRoot(out, start, at)) return place
      at++
    }
  }
  return 0
}

function isRoot(out: Uint8Array, start: number, at: number): boolean {
  let label = start
  while (label < start + at) label += 1 + out[label]!
  return label === start + at
}

function count(out: Uint8Array, at: number, more: number): void {
  const value = ((out[at]! << 8) | out[at + 1]!) + more
  out[at] = value >>> 8
  out[at + 1] = value & 0xff
}
