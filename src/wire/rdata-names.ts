/**
 * Where names stand inside RDATA. Only the types of RFC 1035 and those RFC 3597 §4 tells receivers to expect may
 * hold a compressed name; the data of every other type is opaque and free of pointers.
 */
import { Type } from './constants.ts'
import { skipName } from './name.ts'

/** Octets before the first name, and how many names follow. */
type Shape = readonly [skip: number, names: number]

const SHAPES: ReadonlyMap<number, Shape> = new Map<number, Shape>([
  [Type.NS, [0, 1]],
  [Type.MD, [0, 1]],
  [Type.MF, [0, 1]],
  [Type.CNAME, [0, 1]],
  [Type.SOA, [0, 2]],
  [Type.MB, [0, 1]],
  [Type.MG, [0, 1]],
  [Type.MR, [0, 1]],
  [Type.PTR, [0, 1]],
  [Type.MINFO, [0, 2]],
  [Type.MX, [2, 1]],
  [Type.RP, [0, 2]],
  [Type.AFSDB, [2, 1]],
  [Type.RT, [2, 1]],
  [Type.SIG, [18, 1]],
  [Type.PX, [2, 2]],
  [Type.NXT, [0, 1]],
  [Type.SRV, [6, 1]],
  [Type.KX, [2, 1]],
  [Type.DNAME, [0, 1]],
  [Type.RRSIG, [18, 1]],
  [Type.NSEC, [0, 1]],
  // Both name their target after a priority; some writers compress it although RFC 9460 §2.2 forbids it.
  [Type.SVCB, [2, 1]],
  [Type.HTTPS, [2, 1]],
])

/** How many names the RDATA of a record of `type` holds that may be compressed; they stand one behind the other. */
export function namesInData(type: number): number {
  return type === Type.NAPTR ? 1 : (SHAPES.get(type)?.[1] ?? 0)
}

/** Where the first of them stands in the RDATA `from`..`end`; behind `end` where the data is cut short. */
export function firstNameInData(bytes: Uint8Array, type: number, from: number, end: number): number {
  if (type !== Type.NAPTR) return from + (SHAPES.get(type)?.[0] ?? 0)
  // RFC 3403 §4.1: order, preference, then flags, services and regexp as character strings.
  let at = from + 4
  for (let text = 0; text < 3 && at < end; text++) at += 1 + bytes[at]!
  return at
}

/**
 * True where a name in the RDATA `from`..`end` of a record of `type` has a pointer to `limit` or behind it, or is
 * malformed.
 */
export function rdataPointsBehind(
  bytes: Uint8Array,
  type: number,
  from: number,
  end: number,
  limit: number,
): boolean {
  let at = firstNameInData(bytes, type, from, end)
  for (let names = namesInData(type); names > 0; names--) {
    if (namePointsBehind(bytes, at, end, limit)) return true
    at = skipName(bytes, at, end)
  }
  return false
}

/** True where the name at `offset` ends in a pointer to `limit` or behind it, or is malformed. */
export function namePointsBehind(bytes: Uint8Array, offset: number, end: number, limit: number): boolean {
  const behind = skipName(bytes, offset, end)
  if (behind === -1) return true
  let at = offset
  while (at < behind && bytes[at]! < 0xc0) at += 1 + bytes[at]!
  return at < behind && (((bytes[at]! & 0x3f) << 8) | bytes[at + 1]!) >= limit
}
