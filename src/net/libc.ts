/**
 * The calls of the C library that Node does not offer, by FFI. Linux on 64 bits only: elsewhere `libc` is null, and
 * whoever uses it has another way. Addresses are numbers: those of user space have at most 48 bits.
 */
import { createRequire } from 'node:module'
import { constants } from 'node:os'

type Koffi = typeof import('koffi').default

/** Linux numbers, the same on x86-64 and arm64. */
export const C = {
  AF_UNIX: 1,
  AF_INET: 2,
  AF_INET6: 10,
  SOCK_STREAM: 1,
  SOCK_DGRAM: 2,
  SOCK_CLOEXEC: 0o2000000,
  SOCK_NONBLOCK: 0o4000,
  SOL_SOCKET: 1,
  SO_REUSEADDR: 2,
  SO_RCVBUF: 8,
  SO_REUSEPORT: 15,
  SO_RCVBUFFORCE: 33,
  SO_ATTACH_REUSEPORT_CBPF: 51,
  SO_MEMINFO: 55,
  IPPROTO_IP: 0,
  IP_PKTINFO: 8,
  IP_TRANSPARENT: 19,
  IPPROTO_IPV6: 41,
  IPV6_V6ONLY: 26,
  IPV6_RECVPKTINFO: 49,
  IPV6_PKTINFO: 50,
  IPV6_TRANSPARENT: 75,
  F_DUPFD_CLOEXEC: 1030,
  MSG_CTRUNC: 0x8,
  MSG_TRUNC: 0x20,
  MSG_DONTWAIT: 0x40,
  MSG_NOSIGNAL: 0x4000,
  EPOLL_CLOEXEC: 0o2000000,
  EPOLL_CTL_ADD: 1,
  EPOLL_CTL_DEL: 2,
  EPOLLIN: 1,
  POLLOUT: 4,
} as const

type Bytes = Uint8Array | Int32Array

export interface Libc {
  socket(family: number, kind: number, protocol: number): number
  bind(fd: number, name: Bytes, length: number): number
  connect(fd: number, name: Bytes, length: number): number
  listen(fd: number, backlog: number): number
  setsockopt(fd: number, level: number, option: number, value: Bytes, length: number): number
  getsockopt(fd: number, level: number, option: number, value: Bytes, length: Int32Array): number
  getsockname(fd: number, name: Bytes, length: Int32Array): number
  fcntl(fd: number, command: number, argument: number): number
  sendto(fd: number, bytes: Bytes, length: number, flags: number, name: Bytes, nameLength: number): number
  close(fd: number): number
  recvmmsg(fd: number, headers: number, count: number, flags: number, timeout: number): number
  sendmmsg(fd: number, headers: number, count: number, flags: number): number
  poll(fds: Int32Array, count: number, timeoutMs: number): number
  epoll_create1(flags: number): number
  epoll_ctl(epoll: number, operation: number, fd: number, event: number): number
  epoll_wait(epoll: number, events: number, most: number, timeoutMs: number): number
  usleep(us: number): number
}

const SIGNATURES: Readonly<Record<keyof Libc, string>> = {
  socket: 'int socket(int, int, int)',
  bind: 'int bind(int, const void *, uint)',
  connect: 'int connect(int, const void *, uint)',
  listen: 'int listen(int, int)',
  setsockopt: 'int setsockopt(int, int, int, const void *, uint)',
  getsockopt: 'int getsockopt(int, int, int, void *, void *)',
  getsockname: 'int getsockname(int, void *, void *)',
  // Variadic in C; with one int argument both calling conventions pass it alike.
  fcntl: 'int fcntl(int, int, int)',
  sendto: 'long sendto(int, const void *, ulong, int, const void *, uint)',
  close: 'int close(int)',
  recvmmsg: 'int recvmmsg(int, uintptr_t, uint, int, uintptr_t)',
  sendmmsg: 'int sendmmsg(int, uintptr_t, uint, int)',
  poll: 'int poll(void *, ulong, int)',
  epoll_create1: 'int epoll_create1(int)',
  epoll_ctl: 'int epoll_ctl(int, int, int, uintptr_t)',
  epoll_wait: 'int epoll_wait(int, uintptr_t, int, int)',
  usleep: 'int usleep(uint)',
}

/** The FFI and the calls; null where they cannot be had: another system, or no prebuilt FFI for this processor. */
const loaded = load()
export const libc: Libc | null = loaded?.calls ?? null

interface Loaded {
  readonly koffi: Koffi
  /** The process itself: Node, and whatever C library it runs on, glibc or musl. */
  readonly program: ReturnType<Koffi['load']>
  readonly calls: Libc
}

function load(): Loaded | null {
  if (process.platform !== 'linux' || !['x64', 'arm64'].includes(process.arch)) return null
  try {
    // Not an import: its binary part may be missing, and then the portable way is taken, which the log says.
    const koffi = createRequire(import.meta.url)('koffi') as Koffi
    const program = koffi.load(null)
    const calls = Object.fromEntries(
      Object.entries(SIGNATURES).map(([name, signature]) => [name, program.func(signature)]),
    )
    return { koffi, program, calls: calls as unknown as Libc }
  } catch {
    return null
  }
}

/** A function of this process by its C prototype, numbers only. Throws where there is none of that name. */
export function nativeFunction(prototype: string): (...numbers: number[]) => number {
  if (loaded === null) throw new Error('the FFI library is missing')
  return loaded.program.func(prototype)
}

/** The name of the latest call's errno in this thread, such as EADDRINUSE. */
export function lastErrno(): string {
  const errno = loaded?.koffi.errno() ?? 0
  return Object.entries(constants.errno).find(([, value]) => value === errno)?.[0] ?? `errno ${errno}`
}

/** Where the bytes of `memory` lie; they never move. */
export function addressOf(memory: ArrayBuffer): number {
  return Number(loaded!.koffi.address(memory))
}
