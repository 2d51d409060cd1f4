import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { constants } from 'node:os'
import { describe, expect, it } from 'vitest'
import { Counters } from '../../../src/metrics/counters.ts'
import { BatchedDatagrams } from '../../../src/net/batched.ts'
import { chooseDatagrams, decideDatagrams, trial } from '../../../src/net/choose.ts'
import { NO_EVENTS } from '../../../src/net/datagram.ts'
import { DESCRIPTOR_BYTES, DescriptorTable } from '../../../src/net/descriptors.ts'
import { libc, type Libc } from '../../../src/net/libc.ts'
import { BATCH, MmsgArena } from '../../../src/net/mmsg-arena.ts'
import { pktinfoTrial } from '../../../src/net/pktinfo-trial.ts'
import { SendQueue } from '../../../src/net/send-queue.ts'
import { boundPort, closeSocket, openUdp, receiveDrops, socketName } from '../../../src/net/sockets.ts'
import { SecureRandom } from '../../../src/random.ts'

const calls = libc!

async function receiver() {
  const socket = createSocket('udp4')
  const heard: number[] = []
  socket.on('message', (bytes: Buffer) => heard.push(bytes[0]!))
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  return { socket, heard, port: socket.address().port }
}

function put(queue: SendQueue, fd: number, port: number, byte: number): void {
  const place = queue.place(fd)
  const name = socketName('127.0.0.1', port)
  queue.arena.bytes.set(name, queue.arena.nameOf(place))
  queue.arena.buffers[place]![0] = byte
  queue.add(1, name.length)
}

const settled = (condition: () => boolean): Promise<void> =>
  new Promise((resolve) => {
    const look = (): void => void (condition() ? resolve() : setImmediate(look))
    look()
  })

describe('SendQueue', () => {
  it('sends what comes behind a message that cannot be sent', async () => {
    const { socket, heard, port } = await receiver()
    const counters = new Counters()
    const failed: string[] = []
    const queue = new SendQueue(calls, new MmsgArena(64), counters, (_fd, code) => failed.push(code))
    const fd = openUdp('127.0.0.1', 0, { reusePort: false })
    for (let i = 0; i < 10; i++) put(queue, fd, i % 3 === 1 ? 0 : port, i)
    queue.flush()
    await settled(() => heard.length === 7)
    expect(heard).toEqual([0, 2, 3, 5, 6, 8, 9])
    expect(counters.named('udpSendErrors')).toBe(3)
    expect(failed).toEqual(['EINVAL'])
    closeSocket(fd)
    socket.close()
  })

  it('sends by itself when it is full and when the socket changes', async () => {
    const { socket, heard, port } = await receiver()
    const queue = new SendQueue(calls, new MmsgArena(64), new Counters())
    const [one, two] = [0, 0].map(() => openUdp('127.0.0.1', 0, { reusePort: false })) as [number, number]
    for (let i = 0; i < BATCH + 1; i++) put(queue, one, port, i)
    await settled(() => heard.length === BATCH)
    put(queue, two, port, 200)
    await settled(() => heard.length === BATCH + 1)
    queue.flush()
    await settled(() => heard.length === BATCH + 2)
    expect(heard.at(-1)).toBe(200)
    closeSocket(one)
    closeSocket(two)
    socket.close()
  })

  it.each([
    ['that makes room is waited for', 1, 3, 0],
    ['that stays full loses the batch, in bounded time', 0, 0, 3],
  ])('a socket buffer %s', (_what, roomComes, wantedSent, wantedErrors) => {
    let sent = 0
    let isFull = true
    const full: Libc = {
      ...calls,
      // The real call leaves the errno behind: an empty socket says EAGAIN to recvmmsg.
      sendmmsg: (fd, headers, count, flags) => {
        if (isFull) return calls.recvmmsg(fd, headers, count, flags, 0)
        sent += count
        return count
      },
      poll: () => {
        isFull = roomComes === 0
        return 1
      },
    }
    const counters = new Counters()
    const queue = new SendQueue(full, new MmsgArena(64), counters)
    const fd = openUdp('127.0.0.1', 0, { reusePort: false })
    for (let i = 0; i < 3; i++) put(queue, fd, 9, i)
    queue.flush()
    expect(sent).toBe(wantedSent)
    expect(counters.named('udpSendErrors')).toBe(wantedErrors)
    closeSocket(fd)
  })
})

describe('BatchedDatagrams', () => {
  it('drops a datagram that is longer than its room, counts it, and goes on', async () => {
    const counters = new Counters()
    const seen: number[] = []
    const datagrams = new BatchedDatagrams(
      calls,
      counters,
      new SecureRandom(),
      new DescriptorTable(new SharedArrayBuffer(DESCRIPTOR_BYTES)),
    )
    const fd = openUdp('127.0.0.1', 0, { reusePort: false })
    const listener = await datagrams.listen({ fd, address: '127.0.0.1', port: 0 }, (_bytes, length) => {
      seen.push(length)
      return 0
    })
    const client = createSocket('udp4')
    for (const length of [10, 5000, 4096, 4097, 11])
      client.send(new Uint8Array(length), listener.port, '127.0.0.1')
    await settled(() => seen.length === 3)
    expect(seen).toEqual([10, 4096, 11])
    expect(counters.named('udpTruncated')).toBe(2)
    client.close()
    listener.close()
  })

  it('leaves nothing open that its thread has noted, when main closes it', async () => {
    const table = new DescriptorTable(new SharedArrayBuffer(DESCRIPTOR_BYTES))
    const datagrams = new BatchedDatagrams(calls, new Counters(), new SecureRandom(), table)
    const connected = datagrams.connect('127.0.0.1', 9, () => {}, () => {}) // prettier-ignore
    const gone = datagrams.connect('127.0.0.1', 9, () => {}, () => {}) // prettier-ignore
    gone.close()
    const closed: number[] = []
    table.closeAll((fd) => closed.push(fd))
    // The epoll set and the connected socket; not the one that was closed before.
    expect(closed).toHaveLength(2)
    table.closeAll(() => expect.unreachable())
    connected.close()
  })
})

describe('chooseDatagrams', () => {
  const parts = {
    counters: new Counters(),
    random: new SecureRandom(),
    descriptors: new DescriptorTable(new SharedArrayBuffer(DESCRIPTOR_BYTES)),
    events: NO_EVENTS,
  }
  const choose = (datagrams: 'auto' | 'batched' | 'portable', by: Libc | null = calls) =>
    chooseDatagrams({ datagrams }, parts, by)

  it('takes the batched one where it works', () => {
    expect(trial(calls)).toBeNull()
    expect(choose('batched')).toMatchObject({ datagrams: { name: 'batched' }, reason: null })
  })

  it('takes the portable one where that is asked for, and says why where it has to', () => {
    const portable = { name: 'portable' }
    expect(choose('portable')).toMatchObject({ datagrams: portable, reason: null })
    expect(choose('auto', null)).toMatchObject({ datagrams: portable, reason: /not Linux/ })
    const loopless: Libc = { ...calls, epoll_ctl: () => -1 }
    expect(choose('batched', loopless)).toMatchObject({ datagrams: portable, reason: /epoll_ctl/ })
  })

  it.each([
    ['lengths elsewhere', (words: Int32Array) => words.copyWithin(13, 14, 15)],
    ['nothing received', null],
  ])('a kernel that lays its structs out otherwise is noticed: %s', (_what, spoil) => {
    const strange: Libc = {
      ...calls,
      recvmmsg: (fd, headers, count, flags, timeout) =>
        spoil === null ? 0 : Math.min(2, calls.recvmmsg(fd, headers, count, flags, timeout)),
    }
    expect(trial(strange)).toMatch(/of 3 messages came/)
  })

  it('a call that fails is told, not thrown', () => {
    const broken: Libc = { ...calls, sendmmsg: () => -1 }
    expect(trial(broken)).not.toBeNull()
    expect(pktinfoTrial(broken)).not.toBeNull()
  })

  it('main decides the same, and whether one socket will do for a wildcard', () => {
    const decide = (datagrams: 'auto' | 'batched' | 'portable') => decideDatagrams({ datagrams })
    expect(pktinfoTrial(calls)).toBeNull()
    expect(decide('batched')).toEqual({ datagrams: 'batched', reason: null, eachBecause: null })
    expect(decide('portable')).toMatchObject({
      datagrams: 'portable',
      reason: null,
      eachBecause: /one by one/,
    })
  })

  it.each([
    ['is not told at all', 0, 8, 0, 'control messages stand elsewhere'],
    ['takes more room than thought', 0, 12, 1, 'a control message is longer than thought'],
  ])('where the address that was asked %s, that is noticed', (_what, level, option, value, fault) => {
    const strange: Libc = {
      ...calls,
      recvmmsg: (fd, headers, count, flags, timeout) => {
        calls.setsockopt(fd, level, option, Int32Array.of(value), 4)
        return calls.recvmmsg(fd, headers, count, flags, timeout)
      },
    }
    expect(pktinfoTrial(strange)).toBe(fault)
  })
})

describe('receiveDrops', () => {
  it('counts what the kernel threw away', async () => {
    const fd = openUdp('127.0.0.1', 0, { reusePort: false })
    calls.setsockopt(fd, 1, 8, Int32Array.of(2048), 4)
    const client = createSocket('udp4')
    const send = (): Promise<void> =>
      new Promise((resolve) => client.send(new Uint8Array(1000), boundPort(fd), '127.0.0.1', () => resolve()))
    for (let i = 0; i < 30; i++) await send()
    expect(receiveDrops(fd)).toBeGreaterThan(10)
    expect(constants.errno.EAGAIN).toBeGreaterThan(0)
    client.close()
    closeSocket(fd)
  })
})

describe('an answer longer than its room', () => {
  it('comes as one that says TC, so that it is asked for by TCP', async () => {
    const server = await receiver()
    const datagrams = new BatchedDatagrams(
      calls,
      new Counters(),
      new SecureRandom(),
      new DescriptorTable(new SharedArrayBuffer(DESCRIPTOR_BYTES)),
    )
    const heard: { length: number; tc: boolean }[] = []
    const connected = datagrams.connect(
      '127.0.0.1',
      server.port,
      (bytes, length) => heard.push({ length, tc: (bytes[2]! & 2) !== 0 }),
      () => {},
    )
    server.socket.on('message', (_bytes, from) => {
      server.socket.send(new Uint8Array(4096), from.port, from.address)
      server.socket.send(new Uint8Array(5000), from.port, from.address)
    })
    connected.send(Uint8Array.of(1), 1)
    await settled(() => heard.length === 2)
    expect(heard).toEqual([
      { length: 4096, tc: false },
      { length: 4096, tc: true },
    ])
    connected.close()
    server.socket.close()
  })
})
