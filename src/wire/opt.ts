/** Our OPT record (RFC 6891): size, DO, extended rcode, Extended DNS Errors (RFC 8914) and NSID (RFC 5001). */
import { EdnsOption, Type } from './constants.ts'
import { textBytes, writeText } from './text.ts'

/** One Extended DNS Error; `text` may be ''. */
export interface EdeOption {
  readonly code: number
  readonly text: string
}

/** Octets without options: root, type, class, TTL, RDLENGTH. */
const BARE_OPT_BYTES = 11

/** Octets `appendOpt` adds with these options. */
export function optSpace(ede: readonly EdeOption[] | null, nsid: Uint8Array | null): number {
  let space = BARE_OPT_BYTES
  if (nsid !== null) space += 4 + nsid.length
  if (ede !== null) {
    for (let index = 0; index < ede.length; index++) space += 6 + textBytes(ede[index]!.text)
  }
  return space
}

/**
 * Appends the OPT record: `udpSize` what we take over UDP in octets, `dnssecOk` as the query had it (RFC 3225 §3),
 * `extendedRcode` the upper eight bits of the rcode. Counts it and returns the new length, or -1 where `out` is full
 * and nothing was added.
 */
export function appendOpt(
  out: Uint8Array,
  length: number,
  udpSize: number,
  dnssecOk: boolean,
  extendedRcode: number,
  ede: readonly EdeOption[] | null,
  nsid: Uint8Array | null,
): number {
  const space = optSpace(ede, nsid)
  const rdataLength = space - BARE_OPT_BYTES
  if (length === -1 || length + space > out.length) return -1
  let at = length
  out[at++] = 0
  out[at++] = 0
  out[at++] = Type.OPT
  out[at++] = udpSize >>> 8
  out[at++] = udpSize & 0xff
  out[at++] = extendedRcode & 0xff
  out[at++] = 0
  out[at++] = dnssecOk ? 0x80 : 0
  out[at++] = 0
  out[at++] = rdataLength >>> 8
  out[at++] = rdataLength & 0xff
  if (nsid !== null) {
    at = writeOptionHead(out, at, EdnsOption.Nsid, nsid.length)
    for (let index = 0; index < nsid.length; index++) out[at++] = nsid[index]!
  }
  if (ede !== null) {
    for (let index = 0; index < ede.length; index++) at = writeEde(out, at, ede[index]!)
  }
  const additionals = ((out[10]! << 8) | out[11]!) + 1
  out[10] = additionals >>> 8
  out[11] = additionals & 0xff
  return at
}

function writeEde(out: Uint8Array, from: number, { code, text }: EdeOption): number {
  const at = writeOptionHead(out, from, EdnsOption.ExtendedError, 2 + textBytes(text))
  out[at] = code >>> 8
  out[at + 1] = code & 0xff
  return writeText(out, at + 2, text)
}

function writeOptionHead(out: Uint8Array, at: number, code: number, length: number): number {
  out[at] = code >>> 8
  out[at + 1] = code & 0xff
  out[at + 2] = length >>> 8
  out[at + 3] = length & 0xff
  return at + 4
}
