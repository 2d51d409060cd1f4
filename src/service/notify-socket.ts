/**
 * The socket of the service manager: datagrams of `NAME=value` lines to a unix socket, sd_notify(3). Node has no
 * datagrams over unix sockets, hence the C library. Nothing here waits, and nothing throws: main calls it.
 */
import { C, lastErrno, libc } from '../net/libc.ts'

/** sun_path of struct sockaddr_un (unix(7)). */
const PATH_BYTES = 108
const FAMILY_BYTES = 2

/** What became of a message: taken, not taken now (the manager is slow to read), or why it never will be. */
export type Sent = 'sent' | 'full' | { readonly error: string }

export interface NotifySocket {
  send(text: string): Sent
  close(): void
}

/** Opens what sends to `address`, a path or `@name` in the abstract namespace. A string says why that cannot be. */
export function openNotifySocket(address: string): NotifySocket | string {
  const name = socketName(address)
  if (name === null)
    return `${address.slice(0, 120)} is neither a path nor @name of at most ${PATH_BYTES} bytes`
  if (libc === null) return 'the FFI library is missing'
  const { socket, sendto, close } = libc
  const fd = socket(C.AF_UNIX, C.SOCK_DGRAM | C.SOCK_CLOEXEC | C.SOCK_NONBLOCK, 0)
  if (fd < 0) return `socket: ${lastErrno()}`
  return {
    send(text) {
      const bytes = new TextEncoder().encode(text)
      // Not connected: a manager that was restarted has another socket of the same name.
      const flags = C.MSG_DONTWAIT | C.MSG_NOSIGNAL
      if (sendto(fd, bytes, bytes.length, flags, name, name.length) >= 0) return 'sent'
      const errno = lastErrno()
      return errno === 'EAGAIN' || errno === 'ENOBUFS' ? 'full' : { error: errno }
    },
    close: () => void close(fd),
  }
}

/** struct sockaddr_un; an abstract name begins with a zero octet and has no end mark. Null: there is no such address. */
export function socketName(address: string): Uint8Array | null {
  const isAbstract = address.startsWith('@')
  if (!isAbstract && !address.startsWith('/')) return null
  const path = new TextEncoder().encode(isAbstract ? `\0${address.slice(1)}` : `${address}\0`)
  if (path.length < 2 || path.length > PATH_BYTES || path.subarray(1, -1).includes(0)) return null
  const name = new Uint8Array(FAMILY_BYTES + path.length)
  new DataView(name.buffer).setUint16(0, C.AF_UNIX, true)
  name.set(path, FAMILY_BYTES)
  return name
}
