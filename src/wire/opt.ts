/** Our OPT record (RFC 6891): size, DO, extended rcode, Extended DNS Errors (RFC 8914) and NSID (RFC 5001). */
import { copyOctets, Octets } from '../octets.ts'
import { EdnsOption, Type } from './constants.ts'

/** Extended DNS Errors as they stand in an OPT record; the same for many answers, so made once. */
export interface ExtendedErrors {
  /** Info code of the first. */
  readonly code: number
  /** The options, each with its head. */
  readonly bytes: Octets
}

/** Octets of a text: with the longest name there is room for an answer beside it in 512 octets. */
const MOST_TEXT_BYTES = 120

/** Encodes errors, at least one; each an info code of 16 bits and a text, which may be '', and is cut where it is long. */
export function extendedErrors(
  ...errors: readonly (readonly [code: number, text: string])[]
): ExtendedErrors {
  const options = errors.map(([code, text]) => {
    const utf8 = textBytes(text)
    const option = Buffer.alloc(OPTION_HEAD_BYTES + 2 + utf8.length)
    writeOptionHead(option, 0, EdnsOption.ExtendedError, 2 + utf8.length)
    option.writeUInt16BE(code, OPTION_HEAD_BYTES)
    option.set(utf8, OPTION_HEAD_BYTES + 2)
    return option
  })
  return { code: errors[0]![0], bytes: new Octets(Buffer.concat(options)) }
}

function textBytes(text: string): Uint8Array {
  const bytes = new Uint8Array(MOST_TEXT_BYTES)
  // Whole characters only.
  return bytes.subarray(0, new TextEncoder().encodeInto(text, bytes).written)
}

/** Octets without options: root, type, class, TTL, RDLENGTH. */
const BARE_OPT_BYTES = 11
/** Code and length of an option. */
const OPTION_HEAD_BYTES = 4

/** Octets `appendOpt` adds with these options. */
export function optSpace(ede: ExtendedErrors | null, nsid: Uint8Array | null): number {
  const nsidSpace = nsid === null ? 0 : OPTION_HEAD_BYTES + nsid.length
  return BARE_OPT_BYTES + nsidSpace + (ede === null ? 0 : ede.bytes.length)
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
  ede: ExtendedErrors | null,
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
    copyOctets(nsid, 0, out, at, nsid.length)
    at += nsid.length
  }
  if (ede !== null) {
    const { bytes } = ede
    copyOctets(bytes, 0, out, at, bytes.length)
    at += bytes.length
  }
  const additionals = ((out[10]! << 8) | out[11]!) + 1
  out[10] = additionals >>> 8
  out[11] = additionals & 0xff
  return at
}

function writeOptionHead(out: Uint8Array, at: number, code: number, length: number): number {
  out[at] = code >>> 8
  out[at + 1] = code & 0xff
  out[at + 2] = length >>> 8
  out[at + 3] = length & 0xff
  return at + 4
}
