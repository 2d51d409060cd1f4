/** dns-packet as the tests use it: its typings know neither types nor options it has no codec for. */
import * as dnsPacket from 'dns-packet'

export interface OptRecord {
  readonly type: 'OPT'
  readonly name: string
  readonly ttl: number
  readonly data: unknown
  readonly udpPayloadSize: number
  readonly extendedRcode: number
  readonly ednsVersion: number
  readonly flag_do: boolean
  readonly options: readonly { readonly code: number; readonly data: Buffer }[]
}

export interface PlainRecord {
  readonly type: string
  readonly name: string
  readonly class?: string
  readonly ttl: number
  readonly data: unknown
}
export type DecodedRecord = PlainRecord | OptRecord

export interface DecodedPacket {
  readonly questions: readonly { readonly name: string; readonly type: string; readonly class: string }[]
  readonly answers: readonly DecodedRecord[]
  readonly authorities: readonly DecodedRecord[]
  readonly additionals: readonly DecodedRecord[]
}

/** One record to encode; types without codec take bytes and the name `UNKNOWN_n`. */
export interface RecordToEncode {
  readonly type: string
  readonly name: string
  readonly class?: string
  readonly ttl: number
  readonly data: unknown
}

export interface PacketToEncode {
  readonly id?: number
  readonly type?: 'query' | 'response'
  /** The header's second word without QR. The rcode are its last four bits. */
  readonly flags?: number
  readonly questions?: readonly { readonly name: string; readonly type: string }[]
  readonly answers?: readonly RecordToEncode[]
  readonly authorities?: readonly RecordToEncode[]
  readonly additionals?: readonly object[]
}

export function decode(bytes: Buffer): DecodedPacket {
  return dnsPacket.decode(bytes) as unknown as DecodedPacket
}

export function encode(packet: PacketToEncode): Buffer {
  return dnsPacket.encode(packet as dnsPacket.Packet)
}

const TYPES: Readonly<Record<string, number>> = {
  A: 1, NS: 2, CNAME: 5, SOA: 6, PTR: 12, HINFO: 13, MX: 15, TXT: 16, AAAA: 28, SRV: 33, NAPTR: 35, DNAME: 39, DS: 43,
  RRSIG: 46, NSEC: 47, DNSKEY: 48, TLSA: 52, SVCB: 64, HTTPS: 65, CAA: 257, IXFR: 251, AXFR: 252, ANY: 255,
} // prettier-ignore

/** The number of a type: `AAAA`, `TYPE65280` or itself. */
export function toType(type: string | number): number {
  if (typeof type === 'number') return type
  const number = TYPES[type] ?? Number(/^TYPE(\d+)$/.exec(type)?.[1])
  if (!Number.isInteger(number)) throw new Error(`no such record type: ${type}`)
  return number
}
