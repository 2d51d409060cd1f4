/** Addresses and CIDR prefixes as lists spell them. */
import { isIP, isIPv4 } from 'node:net'
import { addressText, isMappedIPv4, parseAddress } from '../net/address.ts'

export interface Prefix {
  /** 4 or 16 bytes, host bits zero. */
  readonly address: Uint8Array
  readonly prefixLength: number
}

const scratch = new Uint8Array(16)

/**
 * Reads `192.0.2.1`, `192.0.2.0/24`, `2001:db8::1`, `2001:db8::/32`; IPv4 in IPv6 (::ffff:0:0/96) becomes IPv4, bits
 * behind the prefix are cleared. Null: something else. Octets with leading zeros are refused: some read them as octal.
 */
export function parsePrefix(text: string): Prefix | null {
  const slash = text.indexOf('/')
  const bare = slash === -1 ? text : text.slice(0, slash)
  if (bare.includes('%') || isIP(bare) === 0 || !parseAddress(bare, scratch)) return null
  const width = isIPv4(bare) ? 32 : 128
  let bits = width
  if (slash !== -1) {
    const suffix = text.slice(slash + 1)
    if (!/^\d{1,3}$/.test(suffix)) return null
    bits = Number(suffix)
    if (bits > width) return null
  }
  const isNarrow = width === 32 || (bits >= 96 && isMappedIPv4(scratch))
  const address = isNarrow ? scratch.slice(12) : scratch.slice()
  const prefixLength = width === 128 && isNarrow ? bits - 96 : bits
  clearHostBits(address, prefixLength)
  return { address, prefixLength }
}

function clearHostBits(address: Uint8Array, prefixLength: number): void {
  const whole = prefixLength >> 3
  if (whole >= address.length) return
  address[whole]! &= 0xff00 >> (prefixLength & 7)
  address.fill(0, whole + 1)
}

/** True where the two prefixes have an address in common. */
export function overlaps(a: Prefix, b: Prefix): boolean {
  if (a.address.length !== b.address.length) return false
  const bits = Math.min(a.prefixLength, b.prefixLength)
  const whole = bits >> 3
  for (let at = 0; at < whole; at++) if (a.address[at] !== b.address[at]) return false
  const rest = bits & 7
  return rest === 0 || ((a.address[whole]! ^ b.address[whole]!) & (0xff00 >> rest) & 0xff) === 0
}

/** The prefix as text, without the length where it is a single address. */
export function prefixText(address: Uint8Array, prefixLength: number): string {
  const full = new Uint8Array(16)
  if (address.length === 4) full.fill(0xff, 10, 12)
  full.set(address, 16 - address.length)
  const text = addressText(full)
  return prefixLength === address.length * 8 ? text : `${text}/${prefixLength}`
}
