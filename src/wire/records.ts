/**
 * Records of our own making. Each function appends one (owner a pointer to the question unless said otherwise), counts
 * it in the header, and returns the new length, or -1 where `out` is full: then nothing was added.
 * After -1 the next one says -1 as well, so a caller may check once at the end.
 */
import { copyOctets, Octets } from '../octets.ts'
import { Class, HEADER_BYTES, Type } from './constants.ts'
import { skipName } from './name.ts'

/** Offsets of the section counts in the header. */
const ANSWER_COUNT = 6
const AUTHORITY_COUNT = 8

/** Owner as a pointer, type, class, TTL, RDLENGTH. */
const HEAD_BYTES = 12

/** A: `address` holds 4 octets. */
export function appendA(
  out: Uint8Array,
  length: number,
  ttlSeconds: number,
  address: Uint8Array,
  ownerOffset = HEADER_BYTES,
): number {
  return appendOctets(out, length, ownerOffset, Type.A, ttlSeconds, address, 4)
}

/** AAAA: `address` holds 16 octets. */
export function appendAaaa(
  out: Uint8Array,
  length: number,
  ttlSeconds: number,
  address: Uint8Array,
  ownerOffset = HEADER_BYTES,
): number {
  return appendOctets(out, length, ownerOffset, Type.AAAA, ttlSeconds, address, 16)
}

/** A or AAAA, as `address` has 4 or 16 octets. */
export function appendAddress(
  out: Uint8Array,
  length: number,
  ttlSeconds: number,
  address: Uint8Array,
  ownerOffset = HEADER_BYTES,
): number {
  return address.length === 4
    ? appendA(out, length, ttlSeconds, address, ownerOffset)
    : appendAaaa(out, length, ttlSeconds, address, ownerOffset)
}

/** CNAME to the uncompressed wire name that `target` begins with. */
export function appendCname(
  out: Uint8Array,
  length: number,
  ttlSeconds: number,
  target: Uint8Array,
  ownerOffset = HEADER_BYTES,
): number {
  return appendOctets(out, length, ownerOffset, Type.CNAME, ttlSeconds, target, wireNameLength(target))
}

/** PTR to the uncompressed wire name that `target` begins with. */
export function appendPtr(
  out: Uint8Array,
  length: number,
  ttlSeconds: number,
  target: Uint8Array,
  ownerOffset = HEADER_BYTES,
): number {
  return appendOctets(out, length, ownerOffset, Type.PTR, ttlSeconds, target, wireNameLength(target))
}

/** TXT in class `rrclass`: `text` in UTF-8, in as many strings of at most 255 octets as it takes. */
export function appendTxt(
  out: Uint8Array,
  length: number,
  ttlSeconds: number,
  rrclass: number,
  text: string,
): number {
  const utf8 = Buffer.from(text)
  const size = utf8.length
  // RFC 1035 §3.3.14: one string or more, so an empty text is one empty string.
  const strings = Math.max(1, Math.ceil(size / 255))
  const rdataLength = size + strings
  const rdata = length + HEAD_BYTES
  if (length === -1 || rdataLength > 0xffff || rdata + rdataLength > out.length) return -1
  writeHead(out, length, HEADER_BYTES, Type.TXT, rrclass, ttlSeconds, rdataLength)
  let at = rdata
  for (let from = 0; from < size || from === 0; from += 255) {
    const part = Math.min(255, size - from)
    out[at++] = part
    out.set(utf8.subarray(from, from + part), at)
    at += part
  }
  return counted(out, ANSWER_COUNT, at)
}

/** MNAME, RNAME and RFC 6303 §3's serial 1, refresh 1 h, retry 20 min, expire 7 days; MINIMUM follows. */
const SOA_START = new Octets(
  Buffer.from(
    '\x08thanhloc\x07invalid\x00\x06nobody\x07invalid\x00' +
      '\x00\x00\x00\x01\x00\x00\x0e\x10\x00\x00\x04\xb0\x00\x09\x3a\x80',
    'latin1',
  ),
)

/**
 * SOA in the authority section, by which NXDOMAIN and NODATA are cached (RFC 2308 §3). `ownerOffset` is where the
 * owner starts inside the question: the listed name may be an ancestor of the name asked for. Both numbers seconds.
 */
export function appendSoa(
  out: Uint8Array,
  length: number,
  ownerOffset: number,
  ttlSeconds: number,
  minimumSeconds: number,
): number {
  const rdata = length + HEAD_BYTES
  const end = rdata + SOA_START.length + 4
  if (length === -1 || end > out.length) return -1
  writeHead(out, length, ownerOffset, Type.SOA, Class.IN, ttlSeconds, SOA_START.length + 4)
  copyOctets(SOA_START, 0, out, rdata, SOA_START.length)
  write32(out, end - 4, minimumSeconds)
  return counted(out, AUTHORITY_COUNT, end)
}

/** RFC 8482 §4.2: HINFO "RFC8482" "", the answer to ANY. */
const MINIMAL_ANY = Buffer.from('\x07RFC8482\x00', 'latin1')

/** The HINFO record that answers ANY (RFC 8482). */
export function appendHinfo(out: Uint8Array, length: number, ttlSeconds: number): number {
  return appendOctets(out, length, HEADER_BYTES, Type.HINFO, ttlSeconds, MINIMAL_ANY, MINIMAL_ANY.length)
}

/** A record of `type` with the first `dataLength` octets of `data` as its RDATA; names in it uncompressed. */
export function appendOctets(
  out: Uint8Array,
  length: number,
  ownerOffset: number,
  type: number,
  ttlSeconds: number,
  data: Uint8Array,
  dataLength: number,
): number {
  const rdata = length + HEAD_BYTES
  if (length === -1 || dataLength < 0 || rdata + dataLength > out.length) return -1
  writeHead(out, length, ownerOffset, type, Class.IN, ttlSeconds, dataLength)
  copyOctets(data, 0, out, rdata, dataLength)
  return counted(out, ANSWER_COUNT, rdata + dataLength)
}

function wireNameLength(name: Uint8Array): number {
  return skipName(name, 0, name.length)
}

function writeHead(
  out: Uint8Array,
  at: number,
  ownerOffset: number,
  type: number,
  rrclass: number,
  ttlSeconds: number,
  rdataLength: number,
): void {
  out[at] = 0xc0 | (ownerOffset >>> 8)
  out[at + 1] = ownerOffset & 0xff
  out[at + 2] = type >>> 8
  out[at + 3] = type & 0xff
  out[at + 4] = rrclass >>> 8
  out[at + 5] = rrclass & 0xff
  write32(out, at + 6, ttlSeconds)
  out[at + 10] = rdataLength >>> 8
  out[at + 11] = rdataLength & 0xff
}

function write32(out: Uint8Array, at: number, value: number): void {
  out[at] = value >>> 24
  out[at + 1] = (value >>> 16) & 0xff
  out[at + 2] = (value >>> 8) & 0xff
  out[at + 3] = value & 0xff
}

/** Bumps the section count at `countOffset` and returns `length`. */
function counted(out: Uint8Array, countOffset: number, length: number): number {
  const count = ((out[countOffset]! << 8) | out[countOffset + 1]!) + 1
  out[countOffset] = count >>> 8
  out[countOffset + 1] = count & 0xff
  return length
}
