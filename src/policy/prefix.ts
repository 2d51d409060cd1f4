/**
 * Address prefixes as pseudo-names of the index, and the IPv4 addresses that stand inside IPv6 ones. An answer that
 * spells a listed IPv4 address as IPv6 must not slip through, so both are stored and looked up as IPv4.
 */
import { IPV4_MARK, IPV6_MARK } from './layout.ts'

/** Mark, prefix length, address. */
export const PSEUDO_NAME_BYTES4 = 6
export const PSEUDO_NAME_BYTES6 = 18

/** The prefix both kinds of embedding have. */
export const EMBEDDING_BITS = 96

/**
 * Writes the pseudo-name of the prefix of `prefixLength` bits that the address at `offset` (4 or 16 bytes, as `family`
 * says) stands in. Returns its length.
 */
export function writePseudoName(
  bytes: Uint8Array,
  offset: number,
  family: 4 | 6,
  prefixLength: number,
  out: Uint8Array,
): number {
  out[0] = family === 4 ? IPV4_MARK : IPV6_MARK
  out[1] = prefixLength
  const length = family === 4 ? PSEUDO_NAME_BYTES4 : PSEUDO_NAME_BYTES6
  const whole = prefixLength >> 3
  for (let at = 0; at < length - 2; at++) {
    if (at < whole) out[at + 2] = bytes[offset + at]!
    else if (at > whole) out[at + 2] = 0
    else out[at + 2] = bytes[offset + at]! & (0xff00 >> (prefixLength & 7))
  }
  return length
}

/** Whether the 16 bytes at `offset` hold an IPv4 address in their last four: mapped or NAT64's well-known prefix. */
export function embedsIpv4(bytes: Uint8Array, offset: number): boolean {
  for (let at = 4; at < 10; at++) if (bytes[offset + at] !== 0) return false
  const first =
    (bytes[offset]! << 24) | (bytes[offset + 1]! << 16) | (bytes[offset + 2]! << 8) | bytes[offset + 3]!
  const last = (bytes[offset + 10]! << 8) | bytes[offset + 11]!
  // ::ffff:0:0/96, RFC 4291 §2.5.5.2; 64:ff9b::/96, RFC 6052 §2.1.
  return (first === 0 && last === 0xffff) || (first === 0x0064ff9b && last === 0)
}
