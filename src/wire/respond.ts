/**
 * Answers of our own, written straight into the buffer that is sent: header and question as asked, records whose owner
 * is a pointer to the question, OPT last. Every function returns the message's new length, or -1 where `out` is full
 * and nothing was added.
 */
import { copyOctets } from '../octets.ts'
import { Flag, HEADER_BYTES } from './constants.ts'
import type { Query } from './question.ts'

export { appendOpt, extendedErrors, optSpace } from './opt.ts'
export type { ExtendedErrors } from './opt.ts'
export {
  appendA,
  appendAaaa,
  appendAddress,
  appendCname,
  appendHinfo,
  appendOctets,
  appendPtr,
  appendSoa,
  appendTxt,
} from './records.ts'

/** What a response takes over from its query; a waiter keeps a copy of it. */
export type RespondedTo = Pick<Query, 'id' | 'flags' | 'opcode' | 'questionLength'>

/**
 * Starts the response to `query`, whose message is `request`: QR and RA set; opcode, RD and CD copied; AA and AD
 * clear; no records; the question as it was asked where it parsed. Of an `rcode` above 15 the lower four bits
 * (`appendOpt` writes the rest). `out` and `request` may be the same buffer.
 */
export function beginResponse(
  out: Uint8Array,
  request: Uint8Array,
  query: RespondedTo,
  rcode: number,
): number {
  const length = HEADER_BYTES + query.questionLength
  if (length > out.length) return -1
  const flags = Flag.QR | Flag.RA | (query.opcode << 11) | (query.flags & (Flag.RD | Flag.CD)) | (rcode & 15)
  out[0] = query.id >>> 8
  out[1] = query.id & 0xff
  out[2] = flags >>> 8
  out[3] = flags & 0xff
  for (let at = 4; at < HEADER_BYTES; at++) out[at] = 0
  out[5] = query.questionLength > 0 ? 1 : 0
  if (out !== request) copyOctets(request, HEADER_BYTES, out, HEADER_BYTES, query.questionLength)
  return length
}

/**
 * Starts a response that says "ask again over TCP" in place of one that does not fit: header with TC, question, no
 * records. RFC 2181 §9: no partial RRset; RFC 6891 §7: the OPT stays, so the caller appends it.
 */
export function truncate(out: Uint8Array, request: Uint8Array, query: RespondedTo, rcode: number): number {
  const length = beginResponse(out, request, query, rcode)
  if (length !== -1) out[2]! |= Flag.TC >>> 8
  return length
}
