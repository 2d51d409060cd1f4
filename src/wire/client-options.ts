/**
 * The EDNS options by which a forwarder says which of its clients asks: Client Subnet (RFC 7871) and the MAC options of
 * dnsmasq (`--add-mac`; codes and forms as in its edns0.c, no RFC has them). Read in place, nothing is allocated.
 *
 * They tell who asks and change no answer. So they are never sent, neither on nor back, as by a server without
 * support for them (RFC 7871 §7.2.1); a forwarder takes such an answer as good for all its clients (§7.3). And what is
 * malformed is no FORMERR, which §7.2.1 asks of servers whose answers depend on it, but not there: a fault of the
 * forwarder must not cost everybody behind it the DNS.
 */
import { EdnsOption } from './constants.ts'

/** ADDRESS FAMILY of RFC 7871 §6. */
const IPV4 = 1
const IPV6 = 2

/** Octets of code and length, and of family and the two prefix lengths. */
const HEAD_BYTES = 4
const SUBNET_BYTES = 4

const MAC_BYTES = 6

/**
 * Reads the Client Subnet option at `at` of a query into `address` (16 bytes, IPv4 mapped). False where it tells no
 * single machine: a prefix (RFC 7871 asks for one, for privacy), loopback, a group, or malformed.
 */
export function readClientSubnet(bytes: Uint8Array, at: number, address: Uint8Array): boolean {
  const length = (bytes[at + 2]! << 8) | bytes[at + 3]!
  if (length < SUBNET_BYTES) return false
  const family = (bytes[at + 4]! << 8) | bytes[at + 5]!
  const prefixBits = bytes[at + 6]!
  // RFC 7871 §6: the scope is 0 in a query, and there are as many octets as the prefix has bits.
  if (bytes[at + 7] !== 0 || length !== SUBNET_BYTES + (prefixBits >>> 3)) return false
  if (!(family === IPV4 && prefixBits === 32) && !(family === IPV6 && prefixBits === 128)) return false
  const from = 16 - (prefixBits >>> 3)
  for (let byte = 0; byte < from; byte++) address[byte] = byte < 10 ? 0 : 0xff
  for (let byte = from; byte < 16; byte++)
    address[byte] = bytes[at + HEAD_BYTES + SUBNET_BYTES + byte - from]!
  return isOneMachine(address)
}

/**
 * Reads the MAC option at `at` of a query into `mac` (6 bytes): 65001 holds it as it is, 65073 as text
 * (`aa:bb:cc:dd:ee:ff`) or base64. False for a group address, the zero one, another length, or malformed.
 */
export function readClientMac(bytes: Uint8Array, at: number, mac: Uint8Array): boolean {
  const code = (bytes[at]! << 8) | bytes[at + 1]!
  const length = (bytes[at + 2]! << 8) | bytes[at + 3]!
  const from = at + HEAD_BYTES
  const isRead =
    code === EdnsOption.Mac ? readRaw(bytes, from, length, mac)
    : length === 8 ? readBase64(bytes, from, mac)
    : length === 17 && readText(bytes, from, mac) // prettier-ignore
  if (!isRead || (mac[0]! & 1) !== 0) return false
  for (let byte = 0; byte < MAC_BYTES; byte++) if (mac[byte] !== 0) return true
  return false
}

/**
 * Writes to `address` the link-local address that a machine with this MAC makes itself (RFC 4291, appendix A): it
 * stands for a machine of which nothing else is known.
 */
export function writeLinkLocal(mac: Uint8Array, address: Uint8Array): void {
  address.fill(0, 2, 8)
  address[0] = 0xfe
  address[1] = 0x80
  address[8] = mac[0]! ^ 2
  address[9] = mac[1]!
  address[10] = mac[2]!
  address[11] = 0xff
  address[12] = 0xfe
  address[13] = mac[3]!
  address[14] = mac[4]!
  address[15] = mac[5]!
}

/** RFC 6890: not loopback ("this forwarder itself"), unspecified, multicast, reserved or broadcast. */
function isOneMachine(address: Uint8Array): boolean {
  let zeros = 0
  while (zeros < 16 && address[zeros] === 0) zeros++
  if (zeros === 10 && address[10] === 0xff && address[11] === 0xff) {
    const first = address[12]!
    return first !== 0 && first !== 127 && first < 224
  }
  return address[0] !== 0xff && zeros < 15
}

function readRaw(bytes: Uint8Array, at: number, length: number, mac: Uint8Array): boolean {
  if (length !== MAC_BYTES) return false
  for (let byte = 0; byte < MAC_BYTES; byte++) mac[byte] = bytes[at + byte]!
  return true
}

function readText(bytes: Uint8Array, at: number, mac: Uint8Array): boolean {
  for (let byte = 0; byte < MAC_BYTES; byte++) {
    const from = at + byte * 3
    const high = hexDigit(bytes[from]!)
    const low = hexDigit(bytes[from + 1]!)
    if (high < 0 || low < 0 || (byte < MAC_BYTES - 1 && bytes[from + 2] !== 0x3a)) return false
    mac[byte] = (high << 4) | low
  }
  return true
}

/** Eight digits of RFC 4648 §4; six octets need no padding. */
function readBase64(bytes: Uint8Array, at: number, mac: Uint8Array): boolean {
  for (let half = 0; half < 2; half++) {
    let value = 0
    for (let digit = 0; digit < 4; digit++) {
      const bits = base64Digit(bytes[at + half * 4 + digit]!)
      if (bits < 0) return false
      value = (value << 6) | bits
    }
    mac[half * 3] = value >>> 16
    mac[half * 3 + 1] = (value >>> 8) & 0xff
    mac[half * 3 + 2] = value & 0xff
  }
  return true
}

/** -1: none. */
function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30
  const lower = code | 0x20
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1
}

/** -1: none. */
function base64Digit(code: number): number {
  if (code >= 0x41 && code <= 0x5a) return code - 0x41
  if (code >= 0x61 && code <= 0x7a) return code - 0x47
  if (code >= 0x30 && code <= 0x39) return code + 4
  return code === 0x2b ? 62 : code === 0x2f ? 63 : -1
}
