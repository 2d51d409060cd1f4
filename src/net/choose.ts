/** Which of the two socket implementations a thread uses: the batched one where it has proved itself, else the portable. */
import type { Settings } from '../config/settings.ts'
import { Counters } from '../metrics/counters.ts'
import type { Random } from '../random.ts'
import { BatchedDatagrams } from './batched.ts'
import type { BatchEvents, Datagrams } from './datagram.ts'
import type { DescriptorTable } from './descriptors.ts'
import { wakeFault } from './event-loop.ts'
import { C, libc, type Libc } from './libc.ts'
import { MmsgArena } from './mmsg-arena.ts'
import { pktinfoTrial } from './pktinfo-trial.ts'
import { PortableDatagrams } from './portable.ts'
import { SendQueue } from './send-queue.ts'
import { boundPort, closeSocket, openUdp, socketName } from './sockets.ts'

export interface Choice {
  readonly datagrams: Datagrams
  /** Why it is not the batched one, where that was not asked for; otherwise null. */
  readonly reason: string | null
}

export interface ChoiceParts {
  readonly counters: Counters
  readonly random: Random
  readonly descriptors: DescriptorTable
  readonly events: BatchEvents
}

/** What main has found before it opens the sockets, so that it opens such as its threads can use. */
export interface Decision {
  /** What the threads are told to use, in place of the setting. */
  readonly datagrams: 'batched' | 'portable'
  /** Why it is not the batched one, where that was not asked for; otherwise null. */
  readonly reason: string | null
  /** Why a wildcard address takes a socket for each address of the machine; null: one for all of them will do. */
  readonly eachBecause: string | null
}

/** To be called in main, before the sockets are opened. */
export function decideDatagrams(settings: Pick<Settings, 'datagrams'>): Decision {
  const reason = settings.datagrams === 'portable' ? null : batchedFault(libc)
  if (settings.datagrams === 'portable' || reason !== null)
    return { datagrams: 'portable', reason, eachBecause: 'datagrams are read one by one' }
  return { datagrams: 'batched', reason, eachBecause: pktinfoTrial(libc!) }
}

/** What a resolver thread reads and sends by. `calls` is null where there is no FFI. */
export function chooseDatagrams(
  settings: Pick<Settings, 'datagrams'>,
  parts: ChoiceParts,
  calls = libc,
): Choice {
  const { counters, random, descriptors, events } = parts
  let reason = settings.datagrams === 'portable' ? null : batchedFault(calls)
  if (settings.datagrams !== 'portable' && reason === null) {
    try {
      return { datagrams: new BatchedDatagrams(calls!, counters, random, descriptors, events), reason }
    } catch (error) {
      reason = `the event loop cannot be woken: ${(error as Error).message}`
    }
  }
  return { datagrams: new PortableDatagrams(counters, random, events), reason }
}

/** Why datagrams cannot be read in batches here, as far as any thread can tell for the others; null: they can. */
function batchedFault(calls: Libc | null): string | null {
  if (calls === null) return 'this machine is not Linux on x86-64 or arm64, or the FFI library is missing'
  const trialFault = trial(calls)
  if (trialFault !== null) return `a trial on loopback failed: ${trialFault}`
  const fault = wakeFault(calls)
  return fault === null ? null : `the event loop cannot be woken: ${fault}`
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
    const queue = new SendQueue(calls, new MmsgArena(64), new Counters())
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
