/** Upstream answers for tests: encoded by dns-packet, read by src/wire as the path reads them. */
import { Answer, readAnswer } from '../../src/wire/answer.ts'
import { keyFromText } from '../../src/wire/name.ts'
import { NameKey, hashSuffixes } from '../../src/wire/name-key.ts'
import { encode, toType, type RecordToEncode } from './dns-packet.ts'

export interface MessageParts {
  readonly rcode?: number
  readonly answers?: readonly RecordToEncode[]
  readonly authority?: readonly RecordToEncode[]
  readonly additional?: readonly RecordToEncode[]
  /** RA and RD by default. */
  readonly flags?: number
}

/** The bytes of an answer to `name` `type`. */
export function message(name: string, type: string, parts: MessageParts = {}): Buffer {
  const { rcode = 0, answers = [], authority = [], additional = [], flags = 0x0180 } = parts
  return encode({
    id: 0xabcd,
    type: 'response',
    flags: flags | rcode,
    questions: [{ name, type }],
    answers,
    authorities: authority,
    additionals: additional,
  })
}

/** Reads what must be readable. */
export function readMessage(bytes: Uint8Array): Answer {
  const answer = new Answer()
  if (!readAnswer(bytes, bytes.length, answer)) throw new Error('the message cannot be read')
  return answer
}

export function soa(name: string, ttl: number, minimum: number): RecordToEncode {
  const data = {
    mname: 'ns.test',
    rname: 'hostmaster.test',
    serial: 1,
    refresh: 2,
    retry: 3,
    expire: 4,
    minimum,
  }
  return { type: 'SOA', name, ttl, data }
}

export function a(name: string, ttl: number, data = '192.0.2.1'): RecordToEncode {
  return { type: 'A', name, ttl, data }
}

/** A name as look-ups want it. */
export function keyOf(name: string, seed = 0): NameKey {
  const key = new NameKey()
  if (!keyFromText(name, key)) throw new Error(`no name: ${name}`)
  hashSuffixes(key, seed)
  return key
}

/** A question as the cache takes it. */
export function question(name: string, type: string | number = 'A', more: Partial<QuestionFields> = {}) {
  const key = keyOf(name)
  const fields = { qclass: 1, dnssecOk: false, checkingDisabled: false, group: 0, ...more }
  return { name: key.bytes, nameLength: key.length, qtype: toType(type), ...fields }
}

interface QuestionFields {
  readonly qclass: number
  readonly dnssecOk: boolean
  readonly checkingDisabled: boolean
  readonly group: number
}
