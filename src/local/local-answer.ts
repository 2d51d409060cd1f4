/** Writes what own records and special-use names answer. Never authoritative (AA), never with AD. */
import type { Query } from '../wire/question.ts'
import { Class, HEADER_BYTES, Rcode, Type } from '../wire/constants.ts'
import {
  appendA,
  appendAaaa,
  appendAddress,
  appendCname,
  appendPtr,
  appendSoa,
  appendTxt,
  beginResponse,
} from '../wire/respond.ts'
import type { OwnRecord } from './own-record.ts'
import { SpecialUse } from './special-use.ts'
import { Found } from './zones.ts'
import type { LocalMatch, LocalZones } from './zones.ts'

/** Own CNAMEs followed within one answer; they may lead in a circle. */
const MAX_ALIASES = 8

/**
 * Of special-use answers. RFC 6303 §3 says three hours; a quarter of one lets a forward zone that is added later be
 * seen soon by clients that asked before.
 */
export const SPECIAL_TTL_SECONDS = 900

/**
 * Writes the answer of a match that is a record or special use. Returns its length without OPT, or -1 where `out` is
 * full; the rcode stands in the header.
 */
export function writeLocal(
  out: Uint8Array,
  request: Uint8Array,
  query: Query,
  zones: LocalZones,
  match: LocalMatch,
): number {
  match.target = 0
  return match.kind === Found.Record
    ? writeRecord(out, request, query, zones, match)
    : writeSpecial(out, request, query, match)
}

function writeRecord(
  out: Uint8Array,
  request: Uint8Array,
  query: Query,
  zones: LocalZones,
  match: LocalMatch,
): number {
  const { qtype } = query
  let length = beginResponse(out, request, query, Rcode.NoError)
  let index = match.index
  let owner = HEADER_BYTES
  for (let alias = 0; alias < MAX_ALIASES && length !== -1; alias++) {
    const record = zones.record(index)
    if (record.cname === null) {
      const end = writeData(out, length, owner, qtype, record)
      // NODATA, after aliases too (RFC 2308 §2.2); its SOA belongs to the name asked for.
      return end === length ? appendSoa(out, length, HEADER_BYTES, record.ttlSeconds, record.ttlSeconds) : end
    }
    const rdata = length + 12
    length = appendCname(out, length, record.ttlSeconds, record.cname, owner)
    if (length === -1 || qtype === Type.CNAME || qtype === Type.ANY) return length
    owner = rdata
    index = zones.target(index)
    if (index === -1) {
      match.target = rdata
      return length
    }
  }
  return length
}

/** Appends the records of the type asked for, those of one type for ANY (RFC 8482 §4.1). */
function writeData(out: Uint8Array, from: number, owner: number, qtype: number, record: OwnRecord): number {
  const { a, aaaa, ptr, txt, ttlSeconds } = record
  const type = qtype === Type.ANY ? firstType(record) : qtype
  let length = from
  if (type === Type.PTR && ptr !== null) length = appendPtr(out, length, ttlSeconds, ptr, owner)
  for (const address of type === Type.A ? a : type === Type.AAAA ? aaaa : NO_ADDRESSES) {
    if (length !== -1) length = appendAddress(out, length, ttlSeconds, address, owner)
  }
  for (const text of type === Type.TXT ? txt : NO_TEXTS) {
    const start = length
    if (length !== -1) length = appendTxt(out, length, ttlSeconds, Class.IN, text)
    if (length !== -1) pointOwner(out, start, owner)
  }
  return length
}

const NO_ADDRESSES: readonly Uint8Array[] = []
const NO_TEXTS: readonly string[] = []

function firstType({ a, aaaa, ptr }: OwnRecord): number {
  return a.length > 0 ? Type.A : aaaa.length > 0 ? Type.AAAA : ptr !== null ? Type.PTR : Type.TXT
}

/** Makes the owner of the record at `start`, a pointer, one to `owner`. */
function pointOwner(out: Uint8Array, start: number, owner: number): void {
  out[start] = 0xc0 | (owner >>> 8)
  out[start + 1] = owner & 0xff
}

const LOOPBACK_IPV4 = Uint8Array.of(127, 0, 0, 1)
const LOOPBACK_IPV6 = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1)

function writeSpecial(out: Uint8Array, request: Uint8Array, query: Query, match: LocalMatch): number {
  const { qtype } = query
  const length = beginResponse(out, request, query, rcodeOf(match))
  if (length === -1) return -1
  if (match.index === SpecialUse.Loopback) {
    if (qtype === Type.A || qtype === Type.ANY)
      return appendA(out, length, SPECIAL_TTL_SECONDS, LOOPBACK_IPV4)
    if (qtype === Type.AAAA) return appendAaaa(out, length, SPECIAL_TTL_SECONDS, LOOPBACK_IPV6)
  }
  const zone = HEADER_BYTES + query.key.labelStart[match.label]!
  return appendSoa(out, length, zone, SPECIAL_TTL_SECONDS, SPECIAL_TTL_SECONDS)
}

function rcodeOf({ index, label, hasNamesBelow }: LocalMatch): number {
  // RFC 8020 §2: NXDOMAIN says that nothing below exists either.
  if (hasNamesBelow) return Rcode.NoError
  const isDenied = index === SpecialUse.NameError || (index === SpecialUse.EmptyZone && label > 0)
  return isDenied ? Rcode.NxDomain : Rcode.NoError
}
