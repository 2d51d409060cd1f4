/**
 * The query we send to an upstream, and whether what comes back answers it. Letters of the question are set in random
 * case (draft-vixie-dnsext-dns0x20), which a forger who does not see the query has to guess as well.
 */
import { copyOctets, type Octets } from '../octets.ts'
import type { Random } from '../random.ts'
import { Flag, HEADER_BYTES, Type } from './constants.ts'
import { lower } from './name.ts'

/** Header bits of a query of ours; a constant or reused object. */
export interface QueryFlags {
  readonly rd: boolean
  readonly cd: boolean
  readonly ad: boolean
}

/** What our OPT record says; a constant or reused object. */
export interface QueryEdns {
  readonly udpSize: number
  readonly dnssecOk: boolean
}

/**
 * Writes a query for the wire name in the `nameLength` octets at `nameAt` of `name` into `out`. No client option goes up
 * (RFC 6891 §6.1.1: OPT is hop by hop). Returns its length, or -1 where `out` is too short.
 */
export function writeQuery(
  out: Uint8Array,
  id: number,
  name: Uint8Array,
  nameAt: number,
  nameLength: number,
  qtype: number,
  qclass: number,
  flags: QueryFlags,
  edns: QueryEdns | null,
): number {
  const length = HEADER_BYTES + nameLength + 4 + (edns === null ? 0 : 11)
  if (length > out.length) return -1
  const word = (flags.rd ? Flag.RD : 0) | (flags.cd ? Flag.CD : 0) | (flags.ad ? Flag.AD : 0)
  out[0] = id >>> 8
  out[1] = id & 0xff
  out[2] = word >>> 8
  out[3] = word & 0xff
  for (let at = 4; at < HEADER_BYTES; at++) out[at] = 0
  out[5] = 1
  out[11] = edns === null ? 0 : 1
  copyOctets(name, nameAt, out, HEADER_BYTES, nameLength)
  let at = HEADER_BYTES + nameLength
  out[at++] = qtype >>> 8
  out[at++] = qtype & 0xff
  out[at++] = qclass >>> 8
  out[at++] = qclass & 0xff
  if (edns === null) return at
  // RFC 6891 §6.1.2: root, type, class = size, extended rcode, version, flags, no options.
  out[at++] = 0
  out[at++] = 0
  out[at++] = Type.OPT
  out[at++] = edns.udpSize >>> 8
  out[at++] = edns.udpSize & 0xff
  out[at++] = 0
  out[at++] = 0
  out[at++] = edns.dnssecOk ? 0x80 : 0
  out[at++] = 0
  out[at++] = 0
  out[at++] = 0
  return at
}

/**
 * Copies the lower-case wire name in the first `length` octets of `name` to `at` of `out`, every letter in a random case.
 * Sizes of labels are at most 63 and thus no letters.
 */
export function mixCase(name: Octets, length: number, out: Octets, at: number, random: Random): void {
  let bits = 0
  let left = 0
  for (let index = 0; index < length; index += 4) {
    if (left === 0) {
      bits = random.bits32()
      left = 8
    }
    if (index + 4 <= length) {
      const four = name.view.getInt32(index, true)
      out.view.setInt32(at + index, four ^ (smallLetters(four) & spread(bits)), true)
    } else {
      const four = spread(bits)
      for (let each = index; each < length; each++) {
        const octet = name[each]!
        out[at + each] = octet ^ (smallLetters(octet) & (four >>> ((each - index) << 3)))
      }
    }
    bits >>>= 4
    left--
  }
}

/** 0x20, which tells small letters from capitals, for each of four octets that is a small letter; see `lowerFour`. */
function smallLetters(four: number): number {
  const seven = four & 0x7f7f7f7f
  const isSmall = (seven + 0x1f1f1f1f) & ~(seven + 0x05050505) & ~four & 0x80808080
  return isSmall >>> 2
}

/** The lowest four bits, each as the 0x20 of an octet. */
function spread(bits: number): number {
  return (Math.imul(bits & 15, 0x204081) & 0x01010101) << 5
}

/**
 * True where the octets are the same but for the case of ASCII letters. For the name alone: type and class are no letters
 * (65 and 97 are two types).
 */
export function sameQuestionIgnoringCase(
  a: Uint8Array,
  aOffset: number,
  b: Uint8Array,
  bOffset: number,
  nameLength: number,
): boolean {
  for (let index = 0; index < nameLength; index++) {
    if (lower(a[aOffset + index]!) !== lower(b[bOffset + index]!)) return false
  }
  return true
}
