/**
 * Reads an upstream's answer into offsets, without decoding it: it is forwarded and cached as the bytes it is. One
 * pass over the records; names are followed only where policy needs them.
 */
import { Class, EdnsOption, Flag, HEADER_BYTES, MAX_MESSAGE_BYTES, Type } from './constants.ts'
import { NameKey } from './name-key.ts'
import { readName, skipName } from './name.ts'
import { namePointsBehind, rdataPointsBehind } from './rdata-names.ts'

export { forEachHint, minimumTtl, negativeTtl, readAlias } from './answer-data.ts'

/** A record takes at least 11 octets, so no message within 16 bits holds more. */
const MAX_RECORDS = Math.floor((MAX_MESSAGE_BYTES - HEADER_BYTES - 5) / 11)

/** More CNAME, DNAME, SVCB and HTTPS records than this in one message serve nobody; each is followed once. */
const MAX_ALIASES = 256

/** Longest text of an Extended DNS Error that is kept, octets. */
const MAX_EDE_TEXT = 255

/** Values of `Answer.section`. */
export const Section = { Answer: 1, Authority: 2, Additional: 3 } as const

/** One message, by offsets. A thread reuses one instance; it allocates nothing but the text of an EDE. */
export class Answer {
  id = 0
  /** The header's second word as it came. */
  flags = 0
  /** TC was set: ask again over TCP, whatever could be read. */
  truncated = false
  /** Octets up to the end of the last record; what the sender put behind it is not part of the message. */
  length = 0
  /** 12 bits: the header's four and the OPT's eight. */
  rcode = 0
  qtype = 0
  qclass = 0
  /** Offset behind the question. */
  questionEnd = 0

  /** Records in all sections, in order, without the OPT: `section` … `rdataLength` are filled up to here. */
  count = 0
  answerCount = 0
  authorityCount = 0
  readonly section = new Uint8Array(MAX_RECORDS)
  /** Offset of the owner name. */
  readonly owner = new Uint16Array(MAX_RECORDS)
  readonly type = new Uint16Array(MAX_RECORDS)
  readonly rrclass = new Uint16Array(MAX_RECORDS)
  readonly ttlOffset = new Uint16Array(MAX_RECORDS)
  /** Seconds; 0 where the message says 2^31 or more. */
  readonly ttl = new Uint32Array(MAX_RECORDS)
  /** Offset of RDATA. */
  readonly rdata = new Uint16Array(MAX_RECORDS)
  readonly rdataLength = new Uint16Array(MAX_RECORDS)

  /** The OPT record: offset of its owner and its length in octets, 0 where there is none. */
  optStart = 0
  optLength = 0
  ednsUdpSize = 0
  dnssecOk = false
  /** Info code of the first Extended DNS Error, or -1, and its text ('' without). */
  ede = -1
  edeText = ''
}

/**
 * Reads the first `length` octets of `bytes`. False for what is no well-formed answer to one question: then only
 * `id`, `flags`, `truncated` and the header's `rcode` are good (all 0 below 12 octets).
 */
export function readAnswer(bytes: Uint8Array, length: number, answer: Answer): boolean {
  clear(answer)
  if (length < HEADER_BYTES || length > MAX_MESSAGE_BYTES) return false
  const flags = (bytes[2]! << 8) | bytes[3]!
  answer.id = (bytes[0]! << 8) | bytes[1]!
  answer.flags = flags
  answer.rcode = flags & 15
  answer.truncated = (flags & Flag.TC) !== 0
  // A response to a standard query, with its one question (RFC 9619).
  if ((flags & Flag.QR) === 0 || (flags & 0x7800) !== 0) return false
  if (((bytes[4]! << 8) | bytes[5]!) !== 1) return false

  const question = skipName(bytes, HEADER_BYTES, length)
  if (question === -1 || question + 4 > length) return false
  answer.qtype = (bytes[question]! << 8) | bytes[question + 1]!
  answer.qclass = (bytes[question + 2]! << 8) | bytes[question + 3]!
  answer.questionEnd = question + 4
  return readRecords(bytes, length, answer)
}

function clear(answer: Answer): void {
  answer.id = 0
  answer.flags = 0
  answer.truncated = false
  answer.length = 0
  answer.rcode = 0
  answer.qtype = 0
  answer.qclass = 0
  answer.questionEnd = 0
  answer.count = 0
  answer.answerCount = 0
  answer.authorityCount = 0
  answer.optStart = 0
  answer.optLength = 0
  answer.ednsUdpSize = 0
  answer.dnssecOk = false
  answer.ede = -1
  answer.edeText = ''
}

function readRecords(bytes: Uint8Array, length: number, answer: Answer): boolean {
  const authorityFrom = (bytes[6]! << 8) | bytes[7]!
  const additionalFrom = authorityFrom + ((bytes[8]! << 8) | bytes[9]!)
  const total = additionalFrom + ((bytes[10]! << 8) | bytes[11]!)
  let at = answer.questionEnd
  let count = 0
  let aliases = 0
  for (let place = 0; place < total; place++) {
    const owner = at
    at = skipName(bytes, at, length)
    if (at === -1 || at + 10 > length) return false
    const type = (bytes[at]! << 8) | bytes[at + 1]!
    const rrclass = (bytes[at + 2]! << 8) | bytes[at + 3]!
    const rdata = at + 10
    const rdataLength = (bytes[at + 8]! << 8) | bytes[at + 9]!
    const end = rdata + rdataLength
    if (end > length) return false
    if (type === Type.OPT) {
      // RFC 6891 §6.1.1: one, in the additional section, owner the root.
      if (place < additionalFrom || answer.optLength > 0 || at !== owner + 1) return false
      answer.optStart = owner
      answer.optLength = end - owner
      readOpt(bytes, at, end, answer)
    } else {
      if (!hasSoundData(bytes, type, rrclass, rdata, end)) return false
      if (isAliasType(type) && ++aliases > MAX_ALIASES) return false
      answer.section[count] =
        place < authorityFrom
          ? Section.Answer
          : place < additionalFrom
            ? Section.Authority
            : Section.Additional
      answer.owner[count] = owner
      answer.type[count] = type
      answer.rrclass[count] = rrclass
      answer.ttlOffset[count] = at + 4
      // RFC 2181 §8: a TTL with the high bit set is 0.
      answer.ttl[count] =
        bytes[at + 4]! >= 0x80
          ? 0
          : (bytes[at + 4]! << 24) | (bytes[at + 5]! << 16) | (bytes[at + 6]! << 8) | bytes[at + 7]!
      answer.rdata[count] = rdata
      answer.rdataLength[count] = rdataLength
      count++
    }
    at = end
  }
  answer.count = count
  answer.answerCount = authorityFrom
  answer.authorityCount = additionalFrom - authorityFrom
  answer.length = at
  return true
}

const scratch = new NameKey()

/** False where data that policy looks at cannot be what its type says: it must not pass unlooked-at. */
function hasSoundData(bytes: Uint8Array, type: number, rrclass: number, rdata: number, end: number): boolean {
  if (type === Type.A) return rrclass !== Class.IN || end - rdata === 4
  if (type === Type.AAAA) return rrclass !== Class.IN || end - rdata === 16
  if (type === Type.CNAME || type === Type.DNAME) return readName(bytes, rdata, end, scratch) === end
  if (type === Type.SVCB || type === Type.HTTPS) return readName(bytes, rdata + 2, end, scratch) !== -1
  return true
}

function isAliasType(type: number): boolean {
  return type === Type.CNAME || type === Type.DNAME || type === Type.SVCB || type === Type.HTTPS
}

/**
 * Reads the OPT whose type stands at `at`. Options are hop by hop and end here, so a list that does not add up costs
 * the rest of the list and not the answer.
 */
function readOpt(bytes: Uint8Array, at: number, end: number, answer: Answer): void {
  answer.ednsUdpSize = (bytes[at + 2]! << 8) | bytes[at + 3]!
  answer.rcode |= bytes[at + 4]! << 4
  answer.dnssecOk = (bytes[at + 6]! & 0x80) !== 0
  let option = at + 10
  while (option + 4 <= end) {
    const code = (bytes[option]! << 8) | bytes[option + 1]!
    const data = option + 4
    option = data + ((bytes[option + 2]! << 8) | bytes[option + 3]!)
    if (option > end) return
    if (code !== EdnsOption.ExtendedError || answer.ede !== -1 || option - data < 2) continue
    answer.ede = (bytes[data]! << 8) | bytes[data + 1]!
    if (option - data > 2) {
      const textEnd = Math.min(option, data + 2 + MAX_EDE_TEXT)
      answer.edeText = utf8.decode(bytes.subarray(data + 2, textEnd))
    }
  }
}

const utf8 = new TextDecoder()

/**
 * Takes the OPT record out of the message in place, corrects ARCOUNT and the offsets in `answer`, and returns the new
 * length. -1 (treat as malformed, bytes unchanged): a name in a record behind the OPT points at it or behind it.
 */
export function cutOpt(bytes: Uint8Array, length: number, answer: Answer): number {
  const end = Math.min(length, answer.length)
  const { optStart, optLength, count, owner, rdata } = answer
  if (optLength === 0) return end
  let first = count
  while (first > 0 && owner[first - 1]! > optStart) first--
  for (let record = first; record < count; record++) {
    const data = rdata[record]!
    if (namePointsBehind(bytes, owner[record]!, data, optStart)) return -1
    if (rdataPointsBehind(bytes, answer.type[record]!, data, data + answer.rdataLength[record]!, optStart)) {
      return -1
    }
  }
  // It is nearly always the last.
  if (optStart + optLength < end) bytes.copyWithin(optStart, optStart + optLength, end)
  for (let record = first; record < count; record++) {
    owner[record]! -= optLength
    rdata[record]! -= optLength
    answer.ttlOffset[record]! -= optLength
  }
  const additionals = ((bytes[10]! << 8) | bytes[11]!) - 1
  bytes[10] = additionals >>> 8
  bytes[11] = additionals & 0xff
  answer.optLength = 0
  answer.length = end - optLength
  return answer.length
}
