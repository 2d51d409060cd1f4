/**
 * What a fake upstream knows and how its answers are built: by dns2, so that nothing of src/wire answers for itself.
 * dns2 has no codec for the newer types; their RDATA is given as bytes.
 */
import { Packet } from 'dns2'

/** One record as a test gives it: text for A, AAAA, CNAME, NS, PTR, TXT; raw RDATA for every other type. */
export interface FakeRecord {
  readonly owner: string
  readonly type: number
  readonly ttl: number
  readonly value: string | Uint8Array
}

/** What is answered for a name and a type. */
export interface FakeAnswer {
  readonly rcode: number
  readonly answers: readonly FakeRecord[]
  /** Owner, TTL and MINIMUM of the SOA in the authority section, or null. */
  readonly soa: { readonly owner: string; readonly ttl: number; readonly minimum: number } | null
  readonly extendedError: { readonly code: number; readonly text: string } | null
}

/** A query as it arrived. */
export interface SeenQuery {
  readonly id: number
  /** Lower-case, no final dot; '' is the root. */
  readonly name: string
  /** As it stood in the question. */
  readonly spelled: string
  /** `A`, `AAAA`, `TYPE65280` … */
  readonly type: string
  readonly qtype: number
  readonly qclass: number
  readonly transport: 'udp' | 'tcp'
  /** The source port. */
  readonly port: number
  readonly rd: boolean
  readonly cd: boolean
  readonly ad: boolean
  readonly edns: { readonly udpSize: number; readonly dnssecOk: boolean; readonly version: number } | null
  readonly bytes: Buffer
}

/** Types that dns2 does not name. */
const MORE_TYPES: Readonly<Record<string, number>> = {
  NAPTR: 35, DNAME: 39, DS: 43, NSEC: 47, TLSA: 52, SVCB: 64, HTTPS: 65,
} // prettier-ignore

export const RCODES = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
  BADVERS: 16,
} as const
export type RcodeName = keyof typeof RCODES

// The typings of dns2 leave out much of what it does; this is what is used here.
interface Dns2Header {
  id: number
  qr: number
  tc: number
  rd: number
  ra: number
  ad: number
  cd: number
  rcode: number
}
interface Dns2Packet {
  header: Dns2Header
  questions: { name: string; type: number; class: number }[]
  answers: object[]
  authorities: object[]
  additionals: { type: number; class: number; version: number; doFlag: boolean }[]
  toBuffer(): Buffer
}
const dns2 = Packet as unknown as {
  new (): Dns2Packet
  parse(bytes: Buffer): Dns2Packet
  TYPE: Readonly<Record<string, number>>
  TYPE_NAME: Readonly<Record<number, string>>
  Resource: {
    EDNS: {
      (rdata: object[], options: object): Dns2Packet['additionals'][number]
      EDE(code: number, text: string): object
    }
  }
}

/** `AAAA`, `HTTPS`, `TYPE65280` or a number → the type's number. */
export function typeNumber(type: string | number): number {
  if (typeof type === 'number') return type
  const number = dns2.TYPE[type] ?? MORE_TYPES[type] ?? Number(/^TYPE(\d+)$/.exec(type)?.[1])
  if (!Number.isInteger(number)) throw new Error(`fake upstream: unknown type ${type}`)
  return number
}

function typeName(type: number): string {
  const more = Object.entries(MORE_TYPES).find(([, number]) => number === type)
  return dns2.TYPE_NAME[type] ?? more?.[0] ?? `TYPE${type}`
}

/** Reads a query, or returns null where dns2 cannot. */
export function readSeen(bytes: Buffer, transport: 'udp' | 'tcp', port: number): SeenQuery | null {
  let packet: Dns2Packet
  try {
    packet = dns2.parse(bytes)
  } catch {
    return null
  }
  const question = packet.questions[0]
  if (question === undefined || packet.header.qr) return null
  const opt = packet.additionals.find((record) => record.type === 41)
  return {
    id: packet.header.id,
    name: question.name.toLowerCase(),
    spelled: question.name,
    type: typeName(question.type),
    qtype: question.type,
    qclass: question.class,
    transport,
    port,
    rd: Boolean(packet.header.rd),
    cd: Boolean(packet.header.cd),
    ad: Boolean(packet.header.ad),
    edns: opt === undefined ? null : { udpSize: opt.class, dnssecOk: opt.doFlag, version: opt.version },
    bytes,
  }
}

export interface Shape {
  truncated?: boolean
  withEdns?: boolean
  authenticData?: boolean
  /** The question's name, when it shall not be the one asked. */
  spelled?: string
  id?: number
}

/** Encodes `answer` as the reply to `query`. */
export function encodeAnswer(query: SeenQuery, answer: FakeAnswer, shape: Shape = {}): Buffer {
  const packet = new dns2()
  const truncated = shape.truncated ?? false
  Object.assign(packet.header, {
    id: shape.id ?? query.id,
    qr: 1,
    tc: truncated ? 1 : 0,
    rd: query.rd ? 1 : 0,
    ra: 1,
    ad: shape.authenticData ? 1 : 0,
    cd: query.cd ? 1 : 0,
    rcode: answer.rcode,
  })
  packet.questions.push({ name: shape.spelled ?? query.spelled, type: query.qtype, class: query.qclass })
  if (!truncated) {
    packet.answers = answer.answers.map((record) => encodable(record, query.qclass))
    if (answer.soa !== null) packet.authorities = [soa(answer.soa, query.qclass)]
  }
  if (query.edns !== null && (shape.withEdns ?? true)) {
    const { code, text } = answer.extendedError ?? { code: -1, text: '' }
    const options = code < 0 ? [] : [dns2.Resource.EDNS.EDE(code, text)]
    packet.additionals.push(
      Object.assign(
        { name: '' },
        dns2.Resource.EDNS(options, {
          udpPayloadSize: 1232,
          doFlag: query.edns.dnssecOk,
          extendedRcode: answer.rcode >> 4,
        }),
      ),
    )
  }
  return packet.toBuffer()
}

function encodable(record: FakeRecord, rrclass: number): object {
  const common = { name: record.owner, type: record.type, class: rrclass, ttl: record.ttl }
  const { value } = record
  if (typeof value !== 'string') return { ...common, data: Buffer.from(value) }
  switch (typeName(record.type)) {
    case 'A':
    case 'AAAA':
      return { ...common, address: value }
    case 'CNAME':
    case 'PTR':
      return { ...common, domain: value }
    case 'NS':
      return { ...common, ns: value }
    case 'TXT':
      return { ...common, data: [value] }
    default:
      throw new Error(`fake upstream: give the RDATA of ${typeName(record.type)} as bytes`)
  }
}

function soa({ owner, ttl, minimum }: NonNullable<FakeAnswer['soa']>, rrclass: number): object {
  return {
    name: owner,
    type: 6,
    class: rrclass,
    ttl,
    primary: 'ns.invalid',
    admin: 'root.invalid',
    serial: 1,
    refresh: 3600,
    retry: 600,
    expiration: 86400,
    minimum,
  }
}

/** RDATA of SVCB and HTTPS (RFC 9460 §2.2) with the hints given. */
export function svcbRdata(options: {
  priority?: number
  target?: string
  ipv4?: readonly string[]
  ipv6?: readonly Uint8Array[]
}): Buffer {
  const name = (options.target ?? '').split('.').filter((label) => label !== '')
  const parts = [Buffer.from([0, options.priority ?? 1])]
  for (const label of name) parts.push(Buffer.from([label.length]), Buffer.from(label, 'latin1'))
  parts.push(Buffer.from([0]))
  const hint = (key: number, addresses: Uint8Array[]): void => {
    const value = Buffer.concat(addresses)
    if (value.length > 0) parts.push(Buffer.from([0, key, value.length >> 8, value.length & 255]), value)
  }
  hint(
    4,
    (options.ipv4 ?? []).map((text) => Uint8Array.from(text.split('.').map(Number))),
  )
  hint(6, [...(options.ipv6 ?? [])])
  return Buffer.concat(parts)
}
