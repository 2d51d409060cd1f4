/**
 * Which address of the machine a datagram was sent to, and which one an answer leaves from: the control message
 * IP_PKTINFO (ip(7)) or IPV6_PKTINFO (ipv6(7), RFC 3542 §6), alone in the control buffer of its datagram. On 64-bit
 * Linux, in 32-bit words:
 *
 *   0 cmsg_len, 28 or 36 · 1 its upper half · 2 level · 3 type ·  IPv4: 4 interface · 5 ipi_spec_dst · 6 ipi_addr
 *                                                                 IPv6: 4 to 7 address · 8 interface
 *
 * `ipi_addr` is the destination as the packet has it, `ipi_spec_dst` the address of ours that an answer comes from:
 * for a packet to one of our addresses they are the same, for a broadcast they are not.
 */
import { copyOctets } from '../octets.ts'
import type { Peer } from './datagram.ts'
import { C } from './libc.ts'
import type { MmsgArena } from './mmsg-arena.ts'

/** CMSG_LEN of the two structures, and what they take up with their padding (CMSG_SPACE). */
const LENGTH4 = 28
const LENGTH6 = 36
const SPACE4 = 32
const SPACE6 = 40

// Words of the control message.
const UPPER = 1
const LEVEL = 2
const TYPE = 3
const INTERFACE4 = 4
const SPEC_DST = 5
const ADDR4 = 6
const ADDR6 = 4
const INTERFACE6 = 8

/** Where a datagram was sent: not told, to one address of ours, or to many machines (broadcast, multicast). */
export const Destination = { untold: 0, own: 1, group: 2 } as const
export type Destination = (typeof Destination)[keyof typeof Destination]

/** Says where message `i` from `peer` was sent, and notes it there if it is `own`: an answer leaves from no other. */
export function readLocal(arena: MmsgArena, i: number, isIPv4: boolean, peer: Peer): Destination {
  const { local } = peer
  // The socket is bound to one address.
  if (local === null) return Destination.own
  const { words, bytes } = arena
  const at = arena.controlOf(i) >> 2
  // What an earlier datagram has left there is still in the buffer: the length alone says what is new.
  if (arena.controlLengthOf(i) !== (isIPv4 ? SPACE4 : SPACE6)) return Destination.untold
  if (words[at] !== (isIPv4 ? LENGTH4 : LENGTH6) || words[at + UPPER] !== 0) return Destination.untold
  if (words[at + LEVEL] !== (isIPv4 ? C.IPPROTO_IP : C.IPPROTO_IPV6)) return Destination.untold
  if (words[at + TYPE] !== (isIPv4 ? C.IP_PKTINFO : C.IPV6_PKTINFO)) return Destination.untold
  if (isIPv4) {
    if (words[at + SPEC_DST] !== words[at + ADDR4]) return Destination.group
    const from = (at + SPEC_DST) << 2
    copyOctets(bytes, from, local, 12, 4)
    return Destination.own
  }
  const from = (at + ADDR6) << 2
  if (bytes[from] === 0xff) return Destination.group
  copyOctets(bytes, from, local, 0, 16)
  // Elsewhere the routes choose the interface, as they do for a socket bound to that address.
  peer.localScope = isLinkLocal(local) ? words[at + INTERFACE6]! : 0
  return Destination.own
}

/** Message `place` leaves from `local`, of the family of the name it is sent to. Returns the control length. */
export function writeLocal(
  arena: MmsgArena,
  place: number,
  isIPv4: boolean,
  local: Uint8Array,
  scope: number,
): number {
  const { words, bytes } = arena
  const at = arena.controlOf(place) >> 2
  words[at] = isIPv4 ? LENGTH4 : LENGTH6
  words[at + UPPER] = 0
  words[at + LEVEL] = isIPv4 ? C.IPPROTO_IP : C.IPPROTO_IPV6
  words[at + TYPE] = isIPv4 ? C.IP_PKTINFO : C.IPV6_PKTINFO
  if (isIPv4) {
    words[at + INTERFACE4] = 0
    words[at + ADDR4] = 0
    const to = (at + SPEC_DST) << 2
    copyOctets(local, 12, bytes, to, 4)
    return SPACE4
  }
  const to = (at + ADDR6) << 2
  copyOctets(local, 0, bytes, to, 16)
  words[at + INTERFACE6] = scope
  return SPACE6
}

/** fe80::/10, RFC 4291 §2.5.6: one of these may be there once on each interface. */
function isLinkLocal(address: Uint8Array): boolean {
  return address[0] === 0xfe && (address[1]! & 0xc0) === 0x80
}
