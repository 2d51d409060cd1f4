/**
 * What policy and cache want to know of an answer's records: where they lead (aliases, addresses in hints) and how
 * long they hold.
 */
import type { Answer } from './answer.ts'
import { SvcParam, Type } from './constants.ts'
import type { NameKey } from './name-key.ts'
import { readName } from './name.ts'

/**
 * Reads where `record` leads into `key`: the target of a CNAME or DNAME, the TargetName of an SVCB or HTTPS record.
 * False where it leads nowhere: another type, or TargetName "." (RFC 9460 §2.5: the owner itself, or nothing).
 */
export function readAlias(bytes: Uint8Array, answer: Answer, record: number, key: NameKey): boolean {
  const type = answer.type[record]!
  const rdata = answer.rdata[record]!
  const end = rdata + answer.rdataLength[record]!
  if (type === Type.CNAME || type === Type.DNAME) return readName(bytes, rdata, end, key) !== -1
  if (type !== Type.SVCB && type !== Type.HTTPS) return false
  return readName(bytes, rdata + 2, end, key) !== -1 && key.length > 1
}

/**
 * Calls `onAddress` for each address in the ipv4hint and ipv6hint of an SVCB or HTTPS record with the offset of its
 * first octet; for other types, and behind the first parameter that does not add up, not at all.
 */
export function forEachHint(
  bytes: Uint8Array,
  answer: Answer,
  record: number,
  onAddress: (bytes: Uint8Array, offset: number, family: 4 | 6) => void,
): void {
  const type = answer.type[record]!
  if (type !== Type.SVCB && type !== Type.HTTPS) return
  const end = answer.rdata[record]! + answer.rdataLength[record]!
  let at = svcParamsStart(bytes, answer.rdata[record]! + 2, end)
  while (at + 4 <= end) {
    const code = (bytes[at]! << 8) | bytes[at + 1]!
    const value = at + 4
    at = value + ((bytes[at + 2]! << 8) | bytes[at + 3]!)
    if (at > end) return
    if (code === SvcParam.Ipv4Hint) {
      for (let address = value; address + 4 <= at; address += 4) onAddress(bytes, address, 4)
    } else if (code === SvcParam.Ipv6Hint) {
      for (let address = value; address + 16 <= at; address += 16) onAddress(bytes, address, 6)
    }
  }
}

/** Offset behind the TargetName, which `readAnswer` has found well-formed. */
function svcParamsStart(bytes: Uint8Array, offset: number, end: number): number {
  let at = offset
  while (at < end && bytes[at]! !== 0) {
    if (bytes[at]! >= 0xc0) return at + 2
    at += 1 + bytes[at]!
  }
  return at + 1
}

/** The shortest TTL of all records but the OPT, seconds; 0 where there is none. */
export function minimumTtl(answer: Answer): number {
  if (answer.count === 0) return 0
  let minimum = answer.ttl[0]!
  for (let record = 1; record < answer.count; record++) {
    if (answer.ttl[record]! < minimum) minimum = answer.ttl[record]!
  }
  return minimum
}

/** RFC 2308 §5: the lesser of the TTL and the MINIMUM of the SOA in the authority section, seconds; -1 without one. */
export function negativeTtl(bytes: Uint8Array, answer: Answer): number {
  for (let record = answer.answerCount; record < answer.answerCount + answer.authorityCount; record++) {
    // Two names, the shortest one octet each, and five 32-bit numbers (RFC 1035 §3.3.13).
    if (answer.type[record] !== Type.SOA || answer.rdataLength[record]! < 22) continue
    const at = answer.rdata[record]! + answer.rdataLength[record]! - 4
    if (bytes[at]! >= 0x80) return 0
    const minimum = (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!
    return Math.min(answer.ttl[record]!, minimum)
  }
  return -1
}
