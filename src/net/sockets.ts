/**
 * Opens the sockets clients send to, through the C library, on the main thread. Main keeps them for good and hands a
 * duplicate to each resolver thread: when a thread dies its duplicate is closed, the socket and what the kernel has
 * queued on it stay, and the thread's successor answers it. (A socket bound inside a thread would be closed with it,
 * and its clients refused until the restart.)
 */
import { networkInterfaces } from 'node:os'
import type { Random } from '../random.ts'
import { isMappedIPv4, parseAddress } from './address.ts'
import { C, lastErrno, libc, type Libc } from './libc.ts'

/** RFC 9210 §4.5 leaves the backlog to the operator; the kernel caps it by net.core.somaxconn. */
const TCP_BACKLOG = 512
/** The default buffer holds 256 queries, 13 ms at 20,000 a second: ask for more. */
export const RECEIVE_BUFFER_BYTES = 4 << 20

/** A socket call that failed; `code` is the errno's name, such as EADDRINUSE. */
export class SocketError extends Error {
  readonly code: string

  constructor(call: string) {
    const code = lastErrno()
    super(`${call}: ${code}`)
    this.code = code
  }
}

/** True where sockets can be opened this way: Linux with the FFI library in place. */
export function canOpenSockets(): boolean {
  return libc !== null
}

function calls(): Libc {
  if (libc === null) throw new Error('sockets cannot be opened through the C library here')
  return libc
}

function checked(call: string, result: number): number {
  if (result < 0) throw new SocketError(call)
  return result
}

export interface OpenOptions {
  /** Several sockets on one address and port, among which the kernel spreads the clients. */
  readonly reusePort: boolean
  /** UDP: each datagram comes with the address it was sent to (pktinfo.ts). For sockets on a wildcard address. */
  readonly tellLocal?: boolean
  /** Takes what the firewall brings here for other addresses and ports (TPROXY); needs CAP_NET_RAW or CAP_NET_ADMIN. */
  readonly isTransparent?: boolean
}

/** Whether the address stands for all addresses of its family that the machine has. */
export function isWildcard(address: string): boolean {
  return address === '0.0.0.0' || address === '::'
}

/** Binds a UDP socket; port 0 takes a free one. Returns the descriptor. Throws SocketError. */
export function openUdp(address: string, port: number, options: OpenOptions): number {
  return open(C.SOCK_DGRAM, address, port, options)
}

/** Binds a TCP socket and listens. Returns the descriptor. Throws SocketError. */
export function openTcp(address: string, port: number, options: OpenOptions): number {
  const fd = open(C.SOCK_STREAM, address, port, options)
  try {
    checked('listen', calls().listen(fd, TCP_BACKLOG))
    return fd
  } catch (error) {
    closeSocket(fd)
    throw error
  }
}

function open(kind: number, address: string, port: number, options: OpenOptions): number {
  const { socket, bind } = calls()
  const name = socketName(address, port)
  const isIPv6 = name.length > 16
  const fd = checked(
    'socket',
    socket(isIPv6 ? C.AF_INET6 : C.AF_INET, kind | C.SOCK_CLOEXEC | C.SOCK_NONBLOCK, 0),
  )
  try {
    if (isIPv6) setOption(fd, C.IPPROTO_IPV6, C.IPV6_V6ONLY, 1)
    // A restart must not wait for old connections to time out; for UDP the option would let a second server in.
    if (kind === C.SOCK_STREAM) setOption(fd, C.SOL_SOCKET, C.SO_REUSEADDR, 1)
    if (options.reusePort) setOption(fd, C.SOL_SOCKET, C.SO_REUSEPORT, 1)
    if (options.isTransparent === true) {
      const isSet = isIPv6
        ? setOption(fd, C.IPPROTO_IPV6, C.IPV6_TRANSPARENT, 1)
        : setOption(fd, C.IPPROTO_IP, C.IP_TRANSPARENT, 1)
      checked('setsockopt', isSet ? 0 : -1)
    }
    // Before the socket is bound: a datagram that has been queued without it does not tell any more.
    if (options.tellLocal === true) {
      const isSet = isIPv6
        ? setOption(fd, C.IPPROTO_IPV6, C.IPV6_RECVPKTINFO, 1)
        : setOption(fd, C.IPPROTO_IP, C.IP_PKTINFO, 1)
      checked('setsockopt', isSet ? 0 : -1)
    }
    checked(`bind ${address} port ${port}`, bind(fd, name, name.length))
    return fd
  } catch (error) {
    closeSocket(fd)
    throw error
  }
}

/** Ports below belong to the system; RFC 6056 §3.2 asks for the whole range above. */
export const FIRST_PORT = 1024
/** Random ports that may be taken before the kernel is left to choose. */
export const PORT_TRIES = 8

/** A UDP socket of a random local port, connected to `address`.`port`. Throws SocketError. */
export function connectUdp(address: string, port: number, random: Random): number {
  const { connect } = calls()
  const name = socketName(address, port)
  const fd = openOnRandomPort(name.length > 16 ? '::' : '0.0.0.0', random)
  try {
    checked(`connect ${address} port ${port}`, connect(fd, name, name.length))
    return fd
  } catch (error) {
    closeSocket(fd)
    throw error
  }
}

function openOnRandomPort(any: string, random: Random): number {
  for (let attempt = 0; attempt < PORT_TRIES; attempt++) {
    try {
      return openUdp(any, FIRST_PORT + random.below(65_536 - FIRST_PORT), { reusePort: false })
    } catch (error) {
      const { code } = error as SocketError
      if (code !== 'EADDRINUSE' && code !== 'EACCES') throw error
    }
  }
  return openUdp(any, 0, { reusePort: false })
}

function setOption(fd: number, level: number, option: number, value: number): boolean {
  return calls().setsockopt(fd, level, option, Int32Array.of(value), 4) === 0
}

/** struct sockaddr_in (16 bytes) or sockaddr_in6 (28) of an address, with its zone where it is link-local. */
export function socketName(address: string, port: number): Uint8Array {
  const bytes = new Uint8Array(16)
  if (!parseAddress(address, bytes)) throw new Error(`not an IP address: ${address}`)
  const name = new Uint8Array(isMappedIPv4(bytes) ? 16 : 28)
  const view = new DataView(name.buffer)
  view.setUint16(2, port)
  if (name.length === 16) {
    view.setUint16(0, C.AF_INET, true)
    name.set(bytes.subarray(12), 4)
  } else {
    view.setUint16(0, C.AF_INET6, true)
    name.set(bytes, 8)
    view.setUint32(24, scopeOf(address), true)
  }
  return name
}

/** The interface number of a link-local address with its zone (`fe80::1%eth0`), RFC 4007 §11. */
function scopeOf(address: string): number {
  const [bare, zone] = address.split('%') as [string, string | undefined]
  if (zone === undefined) return 0
  const found = networkInterfaces()[zone]?.find((one) => one.address === bare)
  return found && 'scopeid' in found ? (found.scopeid ?? 0) : Number(zone) || 0
}

/** The port a socket is bound to. */
export function boundPort(fd: number): number {
  const name = new Uint8Array(28)
  checked('getsockname', calls().getsockname(fd, name, Int32Array.of(name.length)))
  return (name[2]! << 8) | name[3]!
}

/** Another number for the same socket, for a thread to use and close. */
export function duplicate(fd: number): number {
  return checked('fcntl', calls().fcntl(fd, C.F_DUPFD_CLOEXEC, 0))
}

export function closeSocket(fd: number): void {
  calls().close(fd)
}

/** Asks for a larger receive buffer, past net.core.rmem_max where the process may. Returns the bytes granted. */
export function growReceiveBuffer(fd: number, bytes: number): number {
  if (!setOption(fd, C.SOL_SOCKET, C.SO_RCVBUFFORCE, bytes)) setOption(fd, C.SOL_SOCKET, C.SO_RCVBUF, bytes)
  const granted = new Int32Array(1)
  const { getsockopt } = calls()
  checked('getsockopt', getsockopt(fd, C.SOL_SOCKET, C.SO_RCVBUF, granted, Int32Array.of(4)))
  // Linux counts its own overhead in: what it reports is twice what was asked for (socket(7)).
  return granted[0]! / 2
}

/** Datagrams the kernel has thrown away on this socket because nobody read them in time, since it was opened. */
export function receiveDrops(fd: number): number {
  // struct sk_meminfo as nine 32-bit words (linux/sock_diag.h); the last is SK_MEMINFO_DROPS.
  const meminfo = new Int32Array(9)
  checked('getsockopt', calls().getsockopt(fd, C.SOL_SOCKET, C.SO_MEMINFO, meminfo, Int32Array.of(36)))
  return meminfo[8]! >>> 0
}
