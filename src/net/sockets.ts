/**
 * Opens the sockets clients send to, through the C library, on the main thread. Main keeps them for good and hands a
 * duplicate to each resolver thread: when a thread dies its duplicate is closed, the socket and what the kernel has
 * queued on it stay, and the thread's successor answers it. (A socket bound inside a thread would be closed with it,
 * and its clients refused until the restart.)
 */
import { constants, networkInterfaces } from 'node:os'
import koffi from 'koffi'
import { isMappedIPv4, parseAddress } from './address.ts'

/** Linux numbers, the same on x86-64 and arm64. */
const AF_INET = 2
const AF_INET6 = 10
const SOCK_STREAM = 1
const SOCK_DGRAM = 2
const SOCK_FLAGS = 0o2000000 | 0o4000 // CLOEXEC, NONBLOCK
const SOL_SOCKET = 1
const SO_REUSEADDR = 2
const SO_RCVBUF = 8
const SO_REUSEPORT = 15
const SO_RCVBUFFORCE = 33
const IPPROTO_IPV6 = 41
const IPV6_V6ONLY = 26
const F_DUPFD_CLOEXEC = 1030

/** RFC 9210 §4.5 leaves the backlog to the operator; the kernel caps it by net.core.somaxconn. */
const TCP_BACKLOG = 512
/** The default buffer holds 256 queries, 13 ms at 20,000 a second: ask for more. */
export const RECEIVE_BUFFER_BYTES = 4 << 20

/** A socket call that failed; `code` is the errno's name, such as EADDRINUSE. */
export class SocketError extends Error {
  readonly code: string

  constructor(call: string, errno: number) {
    const code = Object.entries(constants.errno).find(([, value]) => value === errno)?.[0] ?? `errno ${errno}`
    super(`${call}: ${code}`)
    this.code = code
  }
}

type LibraryCall = (...args: (number | Uint8Array | Int32Array | string)[]) => number

interface Library {
  readonly socket: LibraryCall
  readonly bind: LibraryCall
  readonly listen: LibraryCall
  readonly setsockopt: LibraryCall
  readonly getsockopt: LibraryCall
  readonly getsockname: LibraryCall
  readonly fcntl: LibraryCall
  readonly close: LibraryCall
}

let library: Library | null | undefined

/** True where sockets can be opened this way: Linux with the FFI library in place. */
export function canOpenSockets(): boolean {
  if (library === undefined) library = loadLibrary()
  return library !== null
}

function loadLibrary(): Library | null {
  if (process.platform !== 'linux') return null
  try {
    // The process itself: whatever C library it runs on, glibc or musl.
    const libc = koffi.load(null)
    const define = (signature: string): LibraryCall => libc.func(signature) as LibraryCall
    return {
      socket: define('int socket(int, int, int)'),
      bind: define('int bind(int, const void *, uint)'),
      listen: define('int listen(int, int)'),
      setsockopt: define('int setsockopt(int, int, int, const void *, uint)'),
      getsockopt: define('int getsockopt(int, int, int, void *, void *)'),
      getsockname: define('int getsockname(int, void *, void *)'),
      fcntl: define('int fcntl(int, int, ...)'),
      close: define('int close(int)'),
    }
  } catch {
    // No prebuilt FFI for this machine: sockets are bound inside the threads instead, and the log says so.
    return null
  }
}

function lib(): Library {
  if (!canOpenSockets()) throw new Error('sockets cannot be opened through the C library here')
  return library!
}

function checked(call: string, result: number): number {
  if (result < 0) throw new SocketError(call, koffi.errno())
  return result
}

export interface OpenOptions {
  /** Several sockets on one address and port, among which the kernel spreads the clients. */
  readonly reusePort: boolean
}

/** Binds a UDP socket; port 0 takes a free one. Returns the descriptor. Throws SocketError. */
export function openUdp(address: string, port: number, options: OpenOptions): number {
  return open(SOCK_DGRAM, address, port, options)
}

/** Binds a TCP socket and listens. Returns the descriptor. Throws SocketError. */
export function openTcp(address: string, port: number, options: OpenOptions): number {
  const fd = open(SOCK_STREAM, address, port, options)
  try {
    checked('listen', lib().listen(fd, TCP_BACKLOG))
    return fd
  } catch (error) {
    closeSocket(fd)
    throw error
  }
}

function open(kind: number, address: string, port: number, options: OpenOptions): number {
  const { socket, bind } = lib()
  const name = socketName(address, port)
  const isIPv6 = name.length > 16
  const fd = checked('socket', socket(isIPv6 ? AF_INET6 : AF_INET, kind | SOCK_FLAGS, 0))
  try {
    if (isIPv6) setOption(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1)
    // A restart must not wait for old connections to time out; for UDP the option would let a second server in.
    if (kind === SOCK_STREAM) setOption(fd, SOL_SOCKET, SO_REUSEADDR, 1)
    if (options.reusePort) setOption(fd, SOL_SOCKET, SO_REUSEPORT, 1)
    checked(`bind ${address} port ${port}`, bind(fd, name, name.length))
    return fd
  } catch (error) {
    closeSocket(fd)
    throw error
  }
}

function setOption(fd: number, level: number, option: number, value: number): boolean {
  return lib().setsockopt(fd, level, option, Int32Array.of(value), 4) === 0
}

/** struct sockaddr_in (16 bytes) or sockaddr_in6 (28). */
function socketName(address: string, port: number): Uint8Array {
  const bytes = new Uint8Array(16)
  if (!parseAddress(address, bytes)) throw new Error(`not an IP address: ${address}`)
  const name = new Uint8Array(isMappedIPv4(bytes) ? 16 : 28)
  const view = new DataView(name.buffer)
  view.setUint16(2, port)
  if (name.length === 16) {
    view.setUint16(0, AF_INET, true)
    name.set(bytes.subarray(12), 4)
  } else {
    view.setUint16(0, AF_INET6, true)
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
  checked('getsockname', lib().getsockname(fd, name, Int32Array.of(name.length)))
  return (name[2]! << 8) | name[3]!
}

/** Another number for the same socket, for a thread to use and close. */
export function duplicate(fd: number): number {
  return checked('fcntl', lib().fcntl(fd, F_DUPFD_CLOEXEC, 'int', 0))
}

export function closeSocket(fd: number): void {
  lib().close(fd)
}

/** Asks for a larger receive buffer, past net.core.rmem_max where the process may. Returns the bytes granted. */
export function growReceiveBuffer(fd: number, bytes: number): number {
  if (!setOption(fd, SOL_SOCKET, SO_RCVBUFFORCE, bytes)) setOption(fd, SOL_SOCKET, SO_RCVBUF, bytes)
  const granted = new Int32Array(1)
  const { getsockopt } = lib()
  checked('getsockopt', getsockopt(fd, SOL_SOCKET, SO_RCVBUF, granted, Int32Array.of(4)))
  // Linux counts its own overhead in: what it reports is twice what was asked for (socket(7)).
  return granted[0]! / 2
}
