/** DNS messages put together octet by octet, for what no encoder would write. */
import { encodeName } from './dns-client.ts'
import { toType } from './dns-packet.ts'

export interface Parts {
  readonly id: number
  /** The header's second word. */
  readonly flags?: number
  /** Section counts; those of what is given unless said otherwise. */
  readonly counts?: readonly [number, number, number, number]
  readonly questions?: readonly Uint8Array[]
  readonly answers?: readonly Uint8Array[]
  readonly authority?: readonly Uint8Array[]
  readonly additional?: readonly Uint8Array[]
}

/** A response with RD and RA, of which nothing more is said. */
export const RESPONSE_FLAGS = 0x8180

export function wireMessage(parts: Parts): Buffer {
  const { questions = [], answers = [], authority = [], additional = [] } = parts
  const sections = [questions, answers, authority, additional]
  const header = words(
    parts.id,
    parts.flags ?? 0x0100,
    ...(parts.counts ?? sections.map((section) => section.length)),
  )
  return Buffer.concat([header, ...sections.flat()])
}

/** Name, type, class. */
export function wireQuestion(name: string | Uint8Array, type: string | number, qclass = 1): Buffer {
  return Buffer.concat([asName(name), words(toType(type), qclass)])
}

/** One resource record; an owner given as bytes stands as it is, a pointer for instance. */
export function wireRecord(
  owner: string | Uint8Array,
  type: string | number,
  ttl: number,
  rdata: Uint8Array,
  options: { rrclass?: number; rdlength?: number } = {},
): Buffer {
  const head = Buffer.alloc(10)
  head.writeUInt16BE(toType(type), 0)
  head.writeUInt16BE(options.rrclass ?? 1, 2)
  head.writeUInt32BE(ttl, 4)
  head.writeUInt16BE(options.rdlength ?? rdata.length, 8)
  return Buffer.concat([asName(owner), head, rdata])
}

/** An OPT record with `rdata` as its options. */
export function wireOpt(
  rdata: Uint8Array = Buffer.alloc(0),
  options: { udpSize?: number; ttl?: number; owner?: string } = {},
): Buffer {
  return wireRecord(options.owner ?? '', 41, options.ttl ?? 0, rdata, { rrclass: options.udpSize ?? 1232 })
}

/** One EDNS option. */
export function wireOption(code: number, data: Uint8Array = Buffer.alloc(0)): Buffer {
  return Buffer.concat([words(code, data.length), data])
}

/** A compression pointer. */
export function pointer(to: number): Buffer {
  return words(0xc000 | to)
}

/** Name, type and class of the first question of a message, as they stand there. */
export function questionOf(message: Buffer): Buffer {
  let at = 12
  while (message[at] !== 0) at += message[at]! + 1
  return message.subarray(12, at + 5)
}

/** 16-bit words. */
export function words(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 2)
  values.forEach((value, index) => bytes.writeUInt16BE(value & 0xffff, index * 2))
  return bytes
}

function asName(name: string | Uint8Array): Uint8Array {
  return typeof name === 'string' ? encodeName(name) : name
}
