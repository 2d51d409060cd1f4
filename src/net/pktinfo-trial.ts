/** Whether control messages do here what pktinfo.ts thinks: tried over loopback before anything relies on it. */
import { Counters } from '../metrics/counters.ts'
import { addressText, isMappedIPv4, parseAddress } from './address.ts'
import type { Peer } from './datagram.ts'
import { C, type Libc } from './libc.ts'
import { CONTROL_ROOM, MmsgArena } from './mmsg-arena.ts'
import { Destination, readLocal, writeLocal } from './pktinfo.ts'
import { SendQueue } from './send-queue.ts'
import { boundPort, closeSocket, openUdp, socketName } from './sockets.ts'

const MESSAGES = 3
/** The second shows whether the arena is ready again after the first. */
const ROUNDS = 2

/** Which addresses play: who asks, the source he says to use, and who is asked. */
interface Cast {
  readonly bound: string
  readonly source: string
  readonly asked: string
}

/** Returns what is wrong, null: nothing. IPv6 is tried where there is any. */
export function pktinfoTrial(calls: Libc): string | null {
  const fault = play(calls, { bound: '127.0.0.1', source: '127.0.0.3', asked: '127.0.0.2' })
  if (fault !== null) return fault
  return hasIPv6() ? play(calls, { bound: '::1', source: '::1', asked: '::1' }) : null
}

function hasIPv6(): boolean {
  try {
    closeSocket(openUdp('::1', 0, { reusePort: false }))
    return true
  } catch {
    return false
  }
}

function play(calls: Libc, { bound, source, asked }: Cast): string | null {
  const fds: number[] = []
  const open = (address: string, tellLocal: boolean): number => {
    const fd = openUdp(address, 0, { reusePort: false, tellLocal })
    fds.push(fd)
    return fd
  }
  try {
    const [to, from] = [open(asked, true), open(bound, false)]
    const queue = new SendQueue(calls, new MmsgArena(16), new Counters())
    const received = new MmsgArena(16, CONTROL_ROOM)
    for (let round = 0; round < ROUNDS; round++) {
      for (let i = 0; i < MESSAGES; i++) put(queue, from, asked, boundPort(to), source)
      queue.flush()
      const count = calls.recvmmsg(to, received.base, MESSAGES, C.MSG_DONTWAIT, 0)
      if (count !== MESSAGES) return `${count} of ${MESSAGES} messages from ${source} came`
      for (let i = 0; i < count; i++) {
        const fault = check(received, i, { bound, source, asked })
        if (fault !== null) return fault
      }
      received.resetReceived(count)
    }
    return null
  } catch (error) {
    return (error as Error).message
  } finally {
    for (const fd of fds) closeSocket(fd)
  }
}

function put(queue: SendQueue, fd: number, to: string, port: number, source: string): void {
  const place = queue.place(fd)
  const name = socketName(to, port)
  const local = bytesOf(source)
  queue.arena.bytes.set(name, queue.arena.nameOf(place))
  queue.add(1, name.length, writeLocal(queue.arena, place, isMappedIPv4(local), local, 0))
}

function check(received: MmsgArena, i: number, { source, asked }: Cast): string | null {
  const isIPv4 = !asked.includes(':')
  const local = new Uint8Array(16)
  if (isIPv4) local[10] = local[11] = 0xff
  const peer: Peer = { address: local, port: 0, text: '', scope: 0, local, localScope: 0 }
  if ((received.flagsOf(i) & C.MSG_CTRUNC) !== 0) return 'a control message is longer than thought'
  if (readLocal(received, i, isIPv4, peer) !== Destination.own) return 'control messages stand elsewhere'
  if (addressText(local) !== asked) return `a message to ${asked} says it was sent to ${addressText(local)}`
  const at = received.nameOf(i) + (isIPv4 ? 4 : 8)
  const name = received.bytes.subarray(at, at + (isIPv4 ? 4 : 16))
  const wanted = bytesOf(source).subarray(isIPv4 ? 12 : 0)
  return name.every((byte, k) => byte === wanted[k]) ? null : `a message from ${source} came from elsewhere`
}

function bytesOf(address: string): Uint8Array {
  const bytes = new Uint8Array(16)
  parseAddress(address, bytes)
  return bytes
}
