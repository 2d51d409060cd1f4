import { readFileSync, readlinkSync } from 'node:fs'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Counters } from '../../../src/metrics/counters.ts'
import { EpollSet } from '../../../src/net/epoll.ts'
import {
  eventfdAmong,
  loopDescriptor,
  wakeFault,
  wakeLoopFor,
  watchedIn,
  type Watched,
} from '../../../src/net/event-loop.ts'
import { libc } from '../../../src/net/libc.ts'
import { MmsgArena } from '../../../src/net/mmsg-arena.ts'
import { SendQueue } from '../../../src/net/send-queue.ts'
import { boundPort, closeSocket, openUdp, socketName } from '../../../src/net/sockets.ts'

const calls = libc!
const nameOf = (fd: number): string => readlinkSync(`/proc/self/fd/${fd}`)

/** What Linux 6.18 says of a worker's loop. */
const INFO = `pos:	0
flags:	02000002
mnt_id:	17
ino:	18
tfd:       25 events:       19 data:               19  pos:0 ino:12 sdev:10
tfd:       23 events:       19 data:               17  pos:0 ino:27ebca sdev:f
`

describe('the event loop of this thread', () => {
  it('is found, with its one eventfd', () => {
    const loop = loopDescriptor()
    expect(nameOf(loop)).toBe('anon_inode:[eventpoll]')
    const watched = watchedIn(readFileSync(`/proc/self/fdinfo/${loop}`, 'utf8'))
    expect(nameOf(eventfdAmong(watched, nameOf))).toBe('anon_inode:[eventfd]')
    expect(wakeFault(calls)).toBeNull()
  })

  it('is told to be no use where the kernel does not play along', () => {
    expect(wakeFault({ ...calls, epoll_ctl: () => 0 })).toMatch(/does not tell/)
    expect(wakeFault({ ...calls, epoll_create1: () => -1 })).toMatch(/epoll_create1/)
    expect(() => wakeLoopFor(calls, -1)).toThrow('epoll_ctl: EBADF')
  })
})

describe('watchedIn', () => {
  it('reads what the kernel says', () => {
    expect(watchedIn(INFO)).toEqual([
      { fd: 25, number: 25 },
      { fd: 23, number: 23 },
    ])
    expect(watchedIn('pos:\t0\nflags:\t02000002\n')).toEqual([])
  })

  it('reads every line about a descriptor, and no other', () => {
    const descriptor = fc.record({ fd: fc.nat(), number: fc.nat({ max: Number.MAX_SAFE_INTEGER }) })
    const other = fc.oneof(fc.constantFrom('tfd:', 'tfd: data:', ' tfd: 1 data: 1', 'ino:\t18'), fc.string())
    fc.assert(
      fc.property(fc.array(fc.oneof(descriptor, other)), (lines) => {
        const info = lines.map((line) => (typeof line === 'string' ? line : lineOf(line))).join('\n')
        expect(watchedIn(info)).toEqual(lines.filter((line) => typeof line !== 'string'))
      }),
    )
  })
})

/** As fs/eventpoll.c prints it. */
function lineOf({ fd, number }: Watched): string {
  return `tfd: ${String(fd).padStart(8)} events: ${'19'.padStart(8)} data: ${number.toString(16).padStart(16)}  pos:0 ino:12 sdev:10`
}

describe('eventfdAmong', () => {
  const names: Readonly<Record<number, string>> = { 23: 'pipe:[2616266]', 25: 'anon_inode:[eventfd]' }
  const named = (fd: number): string => names[fd]!

  it('finds it', () => {
    expect(eventfdAmong(watchedIn(INFO), named)).toBe(25)
  })

  it.each([
    ['none', [{ fd: 23, number: 23 }], /0 eventfds/],
    ['several', [{ fd: 25, number: 25 }, { fd: 25, number: 25 }], /2 eventfds/],
    ['one known by a pointer', [{ fd: 25, number: 0x7f00_0000_1000 }], /knows its descriptor 25 as 139/],
    ['one known by its number and more', [{ fd: 25, number: 0x1_0000_0019 }], /knows its descriptor 25 as 4294967321/],
  ])('refuses %s', (_what, watched, reason) => {
    expect(() => eventfdAmong(watched, named)).toThrow(reason)
  }) // prettier-ignore
})

describe('EpollSet', () => {
  it('tells what is readable by the number it was given, until it is taken out', () => {
    const set = new EpollSet(calls)
    const [one, two] = [0, 0].map(() => openUdp('127.0.0.1', 0, { reusePort: false })) as [number, number]
    set.add(one, 7)
    set.add(two, 8)
    expect(set.look()).toBe(0)
    const name = socketName('127.0.0.1', boundPort(two))
    expect(calls.connect(one, name, name.length)).toBe(0)
    const back = socketName('127.0.0.1', boundPort(one))
    expect(calls.connect(two, back, back.length)).toBe(0)
    sendByte(one)
    expect(set.look()).toBe(1)
    expect(set.numberAt(0)).toBe(8)
    sendByte(two)
    expect(set.look()).toBe(2)
    expect([set.numberAt(0), set.numberAt(1)].sort()).toEqual([7, 8])
    set.remove(two)
    expect(set.look()).toBe(1)
    expect(set.numberAt(0)).toBe(7)
    for (const fd of [one, two, set.fd]) closeSocket(fd)
  })
})

function sendByte(fd: number): void {
  const queue = new SendQueue(calls, new MmsgArena(64), new Counters())
  queue.place(fd)
  queue.add(1, 0)
  queue.flush()
}
