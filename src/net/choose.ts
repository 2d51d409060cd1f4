/** Which of the two socket implementations a thread uses: the batched one where it has proved itself, else the portable. */
import type { Settings } from '../config/settings.ts'
import { Counters } from '../metrics/counters.ts'
import type { Random } from '../random.ts'
import { BatchedDatagrams } from './batched.ts'
import type { Datagrams } from './datagram.ts'
import type { DescriptorTable } from './descriptors.ts'
import { C, libc, type Libc } from './libc.ts'
import { MmsgArena } from './mmsg-arena.ts'
import { PortableDatagrams } from './portable.ts'
import { SendQueue } from './send-queue.ts'
import { boundPort, closeSocket, openUdp, socketName } from './sockets.ts'

/** Threads of libuv's pool that files need; each resolver thread waits in one more. */
const FILE_THREADS = 4

export interface Choice {
  readonly datagrams: Datagrams
  /** Why it is not the batched one, where that was not asked for; otherwise null. */
  readonly reason: string | null
}

export interface ChoiceParts {
  readonly counters: Counters
  readonly random: Random
  readonly descriptors: DescriptorTable
  /** Called before the datagrams of a batch are handed over. */
  readonly onBatch: () => void
}

export function chooseDatagrams(
  settings: Pick<Settings, 'datagrams' | 'workers'>,
  parts: ChoiceParts,
): Choice {
  const { counters, random, descriptors, onBatch } = parts
  const portable = (reason: string | null): Choice => ({
    datagrams: new PortableDatagrams(counters, random, onBatch),
    reason,
  })
  if (settings.datagrams === 'portable') return portable(null)
  if (libc === null)
    return portable('this machine is not Linux on x86-64 or arm64, or the FFI library is missing')
  const pool = Number(process.env['UV_THREADPOOL_SIZE'] ?? FILE_THREADS)
  if (settings.datagrams === 'auto' && pool < FILE_THREADS + settings.workers) {
    return portable(
      `UV_THREADPOOL_SIZE is ${pool}, not at least ${FILE_THREADS + settings.workers}: start with bin/thanhloc`,
    )
  }
  const fault = trial(libc)
  if (fault !== null) return portable(`a trial on loopback failed: ${fault}`)
  return { datagrams: new BatchedDatagrams(libc, counters, random, descriptors, onBatch), reason: null }
}

/** Sends a batch to itself and reads it: structs laid out otherwise than thought show here. Returns what is wrong. */
export function trial(calls: Libc): string | null {
  const fds: number[] = []
  try {
    const [to, from] = [0, 0].map(() => {
      const fd = openUdp('127.0.0.1', 0, { reusePort: false })
      fds.push(fd)
      return fd
    }) as [number, number]
    const name = socketName('127.0.0.1', boundPort(to))
    const queue = new SendQueue(calls, 64, new Counters())
    for (let i = 1; i <= 3; i++) {
      const place = queue.place(from)
      queue.arena.bytes.set(name, queue.arena.nameOf(place))
      queue.arena.buffers[place]!.fill(i, 0, i * 10)
      queue.add(i * 10, name.length)
    }
    queue.flush()
    return checkReceived(calls, to, boundPort(from))
  } catch (error) {
    return (error as Error).message
  } finally {
    for (const fd of fds) closeSocket(fd)
  }
}

function checkReceived(calls: Libc, fd: number, port: number): string | null {
  const received = new MmsgArena(16)
  const count = calls.recvmmsg(fd, received.base, 3, C.MSG_DONTWAIT, 0)
  if (count !== 3) return `${count} of 3 messages came`
  for (let i = 0; i < count; i++) {
    const name = received.bytes.subarray(received.nameOf(i), received.nameOf(i) + 8)
    const isCut = (received.flagsOf(i) & C.MSG_TRUNC) !== 0
    if (received.lengthOf(i) !== Math.min((i + 1) * 10, 16) || isCut !== i > 0)
      return 'lengths or flags stand elsewhere'
    if (received.buffers[i]!.subarray(0, received.lengthOf(i)).some((byte) => byte !== i + 1))
      return 'bytes stand elsewhere'
    if (((name[2]! << 8) | name[3]!) !== port || name[4] !== 127 || name[0] !== C.AF_INET)
      return 'names stand elsewhere'
  }
  return null
}
