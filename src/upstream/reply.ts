/**
 * Is this datagram the answer to what was asked? The source is the kernel's to check (connected sockets) and the id
 * the flight table's; here are the header and the question, byte for byte, the case of every letter included
 * (draft-vixie-dnsext-dns0x20).
 */
import { sameOctets } from '../octets.ts'
import { readAnswer, type Answer } from '../wire/answer.ts'
import { Flag, HEADER_BYTES, Rcode } from '../wire/constants.ts'
import { sameQuestionIgnoringCase } from '../wire/upstream-query.ts'

export const Verdict = {
  /** The answer. */
  Good: 0,
  /** No response to a standard query. */
  NoReply: 1,
  /** Another question. */
  OtherQuestion: 2,
  /** The question, spelled otherwise. */
  OtherCase: 3,
  /** Header alone: how some servers refuse what they cannot read. */
  NoQuestion: 4,
} as const
export type Verdict = (typeof Verdict)[keyof typeof Verdict]

const OPCODE = 0x7800
/** Octets of a question behind its name. */
const TYPE_AND_CLASS = 4

/** Compares with the question (name, type, class) of `questionLength` bytes at `asked[askedAt]`. */
export function judgeReply(
  bytes: Uint8Array,
  length: number,
  asked: Uint8Array,
  askedAt: number,
  questionLength: number,
): Verdict {
  if (length < HEADER_BYTES) return Verdict.NoReply
  const flags = (bytes[2]! << 8) | bytes[3]!
  if ((flags & Flag.QR) === 0 || (flags & OPCODE) !== 0) return Verdict.NoReply
  const questions = (bytes[4]! << 8) | bytes[5]!
  if (questions === 0)
    return length === HEADER_BYTES || hasNoRecords(bytes) ? Verdict.NoQuestion : Verdict.OtherQuestion
  if (questions !== 1 || length < HEADER_BYTES + questionLength) return Verdict.OtherQuestion
  if (sameOctets(bytes, HEADER_BYTES, asked, askedAt, questionLength)) return Verdict.Good
  const nameLength = questionLength - TYPE_AND_CLASS
  const isSpelledOtherwise =
    sameQuestionIgnoringCase(bytes, HEADER_BYTES, asked, askedAt, nameLength) &&
    sameOctets(bytes, HEADER_BYTES + nameLength, asked, askedAt + nameLength, TYPE_AND_CLASS)
  return isSpelledOtherwise ? Verdict.OtherCase : Verdict.OtherQuestion
}

/** Nothing in the answer and authority sections; an OPT alone may be there. */
export function hasNoRecords(bytes: Uint8Array): boolean {
  return bytes[6] === 0 && bytes[7] === 0 && bytes[8] === 0 && bytes[9] === 0
}

/** BADVERS stands half in the OPT (RFC 6891 §6.1.3): NOERROR, and nothing in it. `answer` is overwritten. */
export function isBadVersion(bytes: Uint8Array, length: number, answer: Answer): boolean {
  if ((bytes[3]! & 15) !== Rcode.NoError || !hasNoRecords(bytes)) return false
  return readAnswer(bytes, length, answer) && answer.rcode === Rcode.BadVers
}

/** Does it bring an OPT: has its sender understood EDNS? `answer` is overwritten. */
export function hasOpt(bytes: Uint8Array, length: number, answer: Answer): boolean {
  return readAnswer(bytes, length, answer) && answer.optLength > 0
}

export function isTruncated(bytes: Uint8Array): boolean {
  return ((bytes[2]! << 8) & Flag.TC) !== 0
}

/** True where lower-casing would change the name of `length` bytes at `asked[at]`: its case can tell something. */
export function hasUpperCase(asked: Uint8Array, at: number, length: number): boolean {
  // Length bytes are at most 63, letters begin at 65.
  for (let i = at; i < at + length; i++) if (asked[i]! >= 0x41 && asked[i]! <= 0x5a) return true
  return false
}
