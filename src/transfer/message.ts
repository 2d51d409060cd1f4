/** The messages of a transfer: what is asked (RFC 5936 §2.1, RFC 1995 §3), and the records of one message of an answer. */
import { Class, Flag, HEADER_BYTES, Opcode, Type } from '../wire/constants.ts'
import { skipName } from '../wire/name.ts'
import { rdataText, readNameText } from './record-text.ts'
import { rcodeError, TransferError } from './transfer-error.ts'

/** A record of an answer. */
export interface ZoneRecord {
  /** Absolute, lower-case, as it stands in a master file. */
  readonly owner: string
  readonly type: number
  readonly ttlSeconds: number
  /** As it stands in a master file. */
  readonly rdata: string
}

/** Asks for the whole zone, or with `serial` for what has changed since. `zone`: wire form. */
export function buildRequest(id: number, zone: Uint8Array, serial: number | null): Uint8Array {
  const head = Buffer.alloc(HEADER_BYTES)
  head.writeUInt16BE(id, 0)
  head.writeUInt16BE(1, 4)
  head.writeUInt16BE(serial === null ? 0 : 1, 8)
  const question = Buffer.alloc(4)
  question.writeUInt16BE(serial === null ? Type.AXFR : Type.IXFR, 0)
  question.writeUInt16BE(Class.IN, 2)
  const parts = [head, zone, question]
  if (serial !== null) parts.push(ownSoa(serial))
  return Buffer.concat(parts)
}

/** RFC 1995 §3: of the SOA of the copy here the serial alone matters. */
function ownSoa(serial: number): Uint8Array {
  const bytes = Buffer.alloc(12 + 22)
  // The owner is the name of the question.
  bytes.writeUInt16BE(0xc000 | HEADER_BYTES, 0)
  bytes.writeUInt16BE(Type.SOA, 2)
  bytes.writeUInt16BE(Class.IN, 4)
  bytes.writeUInt16BE(22, 10)
  bytes.writeUInt32BE(serial, 14)
  return bytes
}

/**
 * Reads one message of the answer to request `id` about `zone` (wire form) and hands its answer records to `take`, in
 * order. Throws TransferError where the message is no such answer, or `take` does.
 */
export function readMessage(
  bytes: Uint8Array,
  id: number,
  zone: Uint8Array,
  take: (record: ZoneRecord) => void,
): void {
  const flags = ((bytes[2] ?? 0) << 8) | (bytes[3] ?? 0)
  if (bytes.length < HEADER_BYTES || ((bytes[0]! << 8) | bytes[1]!) !== id || (flags & Flag.QR) === 0)
    throw malformed('it answers something else than was asked')
  if ((flags & 15) !== 0) throw rcodeError(flags & 15)
  if (((flags >>> 11) & 15) !== Opcode.Query || (flags & Flag.TC) !== 0)
    throw malformed('a message of its answer is cut off or of another kind')
  let at = HEADER_BYTES
  const questions = (bytes[4]! << 8) | bytes[5]!
  // RFC 5936 §2.2.1: the first message repeats the question, the others may.
  if (questions > 1) throw malformed('a message of its answer has several questions')
  if (questions === 1) at = readQuestion(bytes, zone)
  const count = (bytes[6]! << 8) | bytes[7]!
  if (count === 0) throw malformed('a message of its answer holds no record')
  for (let record = 0; record < count; record++) at = readRecord(bytes, at, take)
}

function readQuestion(bytes: Uint8Array, zone: Uint8Array): number {
  const behind = skipName(bytes, HEADER_BYTES, bytes.length)
  const name = bytes.subarray(HEADER_BYTES, behind)
  const isZone = behind !== -1 && Buffer.from(name).toString('latin1').toLowerCase() === Buffer.from(zone).toString('latin1') // prettier-ignore
  if (!isZone || behind + 4 > bytes.length) throw malformed('it answers for another zone')
  return behind + 4
}

function readRecord(bytes: Uint8Array, at: number, take: (record: ZoneRecord) => void): number {
  const owner = readNameText(bytes, at, bytes.length)
  const head = owner?.behind ?? 0
  if (owner === null || head + 10 > bytes.length) throw malformed('a record of its answer is malformed')
  const rdata = head + 10
  const end = rdata + ((bytes[head + 8]! << 8) | bytes[head + 9]!)
  if (end > bytes.length) throw malformed('a record of its answer is malformed')
  const type = (bytes[head]! << 8) | bytes[head + 1]!
  const text = rdataText(bytes, type, rdata, end)
  if (text === null) throw malformed('the data of a record of its answer is malformed')
  if (((bytes[head + 2]! << 8) | bytes[head + 3]!) !== Class.IN)
    throw malformed('a record of its answer is not of class IN')
  const ttl = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).readUInt32BE(head + 4)
  // RFC 2181 §8.
  take({ owner: owner.text, type, ttlSeconds: ttl > 0x7fffffff ? 0 : ttl, rdata: text })
  return end
}

function malformed(reason: string): TransferError {
  return new TransferError(reason, 'see the log there; is a name server of zones at that address?')
}
