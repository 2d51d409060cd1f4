/** What a response policy zone answers: records of the type asked for, or an alias that leads elsewhere. */
import { SINKHOLE_TTL, aliasOf, type LocalData, type PackedRecord } from '../policy/rule-table.ts'
import type { Verdict } from '../policy/verdict.ts'
import { HEADER_BYTES, Type } from '../wire/constants.ts'
import { MAX_NAME_BYTES } from '../wire/name-key.ts'
import { appendCname, appendOctets } from '../wire/respond.ts'
import type { Asked } from './asked.ts'

/**
 * Appends what `data` has for the type that was asked, to `out` of `length` octets, which hold header and question.
 * Returns the new length, `length` where it has nothing, -1 where `out` is full. `ttlSeconds`: of records whose list and
 * zone say none.
 */
export function appendLocalData(
  out: Uint8Array,
  length: number,
  { query }: Asked,
  data: LocalData,
  verdict: Verdict,
  ttlSeconds: number,
): number {
  const alias = aliasOf(data)
  if (alias !== null)
    return appendAlias(out, length, query.questionLength, alias, ttlOf(alias, verdict, ttlSeconds))
  // RFC 8482 §4.1: one of the types for ANY.
  const type = query.qtype === Type.ANY ? data[0]!.type : query.qtype
  let end = length
  for (const record of data) {
    if (record.type !== type || end === -1) continue
    const { rdata } = record
    end = appendOctets(out, end, HEADER_BYTES, type, ttlOf(record, verdict, ttlSeconds), rdata, rdata.length)
  }
  return end
}

/** The list's own TTL goes before the zone's. */
function ttlOf(record: PackedRecord, verdict: Verdict, otherwise: number): number {
  return verdict.ttlSeconds === SINKHOLE_TTL ? (record.ttlSeconds ?? otherwise) : verdict.ttlSeconds
}

const STAR = 0x2a
const target = new Uint8Array(2 * MAX_NAME_BYTES)

/** A target that would be too long is none: NODATA. */
function appendAlias(
  out: Uint8Array,
  length: number,
  questionLength: number,
  { rdata }: PackedRecord,
  ttlSeconds: number,
): number {
  const isWild = rdata[0] === 1 && rdata[1] === STAR
  if (!isWild) return appendCname(out, length, ttlSeconds, rdata)
  // The question is the name with the root's zero octet, and four octets of type and class.
  const qnameLength = questionLength - 5
  const targetLength = qnameLength + rdata.length - 2
  if (targetLength > MAX_NAME_BYTES) return length
  target.set(out.subarray(HEADER_BYTES, HEADER_BYTES + qnameLength))
  target.set(rdata.subarray(2), qnameLength)
  return appendCname(out, length, ttlSeconds, target)
}
