/**
 * NOTIFY (RFC 1996): the primary of a zone says that it has changed. Believed from the address of the primary alone, and
 * where the zone has a key, only signed with it; all it can bring about is that the primary is asked.
 */
import { addressText } from '../net/address.ts'
import { Class, Flag, HEADER_BYTES, Opcode, Rcode, Type } from '../wire/constants.ts'
import { NameKey } from '../wire/name-key.ts'
import { readName } from '../wire/name.ts'
import { checkRequest, type RequestCheck } from './tsig-check.ts'
import type { TsigKey } from './tsig-key.ts'
import { copyOf, refuseUnsigned, seconds48, sign, TsigProblem } from './tsig.ts'
import type { Zone } from './zone.ts'

/** A message with opcode NOTIFY, as it came. */
export interface Notice {
  readonly bytes: Uint8Array
  /** Who sent it, 16 bytes. */
  readonly address: Uint8Array
}

/** RFC 2136 §2.2: not responsible, and what goes with a signature that is not taken (RFC 8945 §5.2). */
const NOT_AUTH = 9

type NotifiedZone = Pick<Zone, 'name' | 'options' | 'readKey' | 'notified'>

/** Tells the zones it is about, of which there are several where one address has them at two ports, and gives the answer. Null: it cannot be read far enough to be answered. */
export function answerNotify(
  { bytes, address }: Notice,
  zones: readonly NotifiedZone[],
  nowSeconds: number,
): Uint8Array | null {
  const question = readQuestion(bytes)
  if (question === null) return null
  const respond = (rcode: number): Uint8Array => respondTo(bytes, question.end, rcode)
  const from = addressText(address)
  const own = zones.filter((zone) => addressTextOf(zone) === from && isNamed(zone, question.name))
  if (question.type !== Type.SOA || question.rrclass !== Class.IN || own.length === 0)
    return respond(NOT_AUTH)
  let taken: Uint8Array | null = null
  let last: Uint8Array = respond(NOT_AUTH)
  for (const zone of own) {
    const key = keyOf(zone)
    if (key === undefined) {
      last = respond(Rcode.ServFail)
      continue
    }
    const check = checkRequest(bytes, key, nowSeconds)
    if (check === undefined) return respond(Rcode.FormErr)
    if (check.record === null && key !== null) {
      last = respond(Rcode.Refused)
      continue
    }
    if (check.problem !== null) {
      last = refuse(respond(NOT_AUTH), check, key, nowSeconds)
      continue
    }
    zone.notified()
    const answer = respond(Rcode.NoError)
    taken = check.record === null || key === null ? answer : sign(answer, key, nowSeconds, check.record.mac).bytes // prettier-ignore
  }
  return taken ?? last
}

/** The key of a zone, null where it has none; undefined: it cannot be read, which the next check says. */
function keyOf(zone: NotifiedZone): TsigKey | null | undefined {
  try {
    return zone.readKey()
  } catch {
    return undefined
  }
}

function refuse(
  answer: Uint8Array,
  { record, problem }: RequestCheck,
  key: TsigKey | null,
  nowSeconds: number,
): Uint8Array {
  // RFC 8945 §5.2.3: that the clocks differ is told with a signature, at the time the other side signed.
  if (problem === TsigProblem.BadTime)
    return sign(answer, key!, record.time, record.mac, problem, seconds48(nowSeconds)).bytes
  return refuseUnsigned(answer, record!, problem!)
}

interface Question {
  /** Wire form, lower-case. */
  readonly name: Uint8Array
  readonly type: number
  readonly rrclass: number
  /** Offset behind it. */
  readonly end: number
}

function readQuestion(bytes: Uint8Array): Question | null {
  if (bytes.length < HEADER_BYTES) return null
  const flags = (bytes[2]! << 8) | bytes[3]!
  const questions = (bytes[4]! << 8) | bytes[5]!
  if ((flags & Flag.QR) !== 0 || ((flags >>> 11) & 15) !== Opcode.Notify || questions !== 1) return null
  const key = new NameKey()
  const at = readName(bytes, HEADER_BYTES, bytes.length, key)
  if (at === -1 || at + 4 > bytes.length) return null
  const word = (offset: number): number => (bytes[offset]! << 8) | bytes[offset + 1]!
  return { name: key.bytes.slice(0, key.length), type: word(at), rrclass: word(at + 2), end: at + 4 }
}

/** RFC 1996 §3.7: header and question as they came. */
function respondTo(bytes: Uint8Array, questionEnd: number, rcode: number): Uint8Array {
  const answer = copyOf(bytes, 0, questionEnd)
  const flags = Flag.QR | Flag.AA | (Opcode.Notify << 11) | rcode
  answer[2] = flags >>> 8
  answer[3] = flags & 0xff
  answer.fill(0, 6, HEADER_BYTES)
  return answer
}

function addressTextOf({ options }: NotifiedZone): string {
  return options.primary.server.address.split('%')[0]!
}

function isNamed(zone: NotifiedZone, name: Uint8Array): boolean {
  return Buffer.compare(zone.name, name) === 0
}
