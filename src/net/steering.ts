/** Which of the sockets that share a port (SO_REUSEPORT) gets a datagram: told to the kernel by a program of one line. */
import { addressOf, C, libc } from './libc.ts'
import { SocketError } from './sockets.ts'

/** BPF_RET | BPF_K: the answer is a constant, the place of a socket in the order in which they were bound. */
const RETURN_CONSTANT = 0x06
/** No socket has this place: the kernel then chooses by a hash of both addresses and ports, as without a program. */
const NO_PLACE = 0xffff_ffff

/**
 * From now on all datagrams for the port of `fd` go to its socket number `place`, or with null to all of them by the
 * clients' addresses and ports. `fd` is any of them. What is queued stays where it is. Throws SocketError.
 */
export function steer(fd: number, place: number | null): void {
  if (libc === null) throw new Error('datagrams cannot be steered without the C library')
  // struct sock_filter { u16 code; u8 jt, jf; u32 k }
  const instruction = new ArrayBuffer(8)
  const filter = new DataView(instruction)
  filter.setUint16(0, RETURN_CONSTANT, true)
  filter.setUint32(4, place ?? NO_PLACE, true)
  // struct sock_fprog { u16 len; struct sock_filter *filter }
  const program = new Uint8Array(16)
  const view = new DataView(program.buffer)
  view.setUint16(0, 1, true)
  view.setBigUint64(8, BigInt(addressOf(instruction)), true)
  if (libc.setsockopt(fd, C.SOL_SOCKET, C.SO_ATTACH_REUSEPORT_CBPF, program, program.length) < 0)
    throw new SocketError('setsockopt SO_ATTACH_REUSEPORT_CBPF')
}
