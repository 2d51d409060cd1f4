/** One suite for both socket implementations. */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { Counters } from '../../../src/metrics/counters.ts'
import { addressText } from '../../../src/net/address.ts'
import { BatchedDatagrams } from '../../../src/net/batched.ts'
import type { Datagrams, DatagramHandler, ListeningSocket, Peer } from '../../../src/net/datagram.ts'
import { DESCRIPTOR_BYTES, DescriptorTable } from '../../../src/net/descriptors.ts'
import { libc } from '../../../src/net/libc.ts'
import { PortableDatagrams } from '../../../src/net/portable.ts'
import { boundPort, isWildcard, openUdp } from '../../../src/net/sockets.ts'
import { SecureRandom } from '../../../src/random.ts'

const counters = new Counters()
const MAKE = {
  portable: (): Datagrams => new PortableDatagrams(counters, new SecureRandom()),
  batched: (): Datagrams =>
    new BatchedDatagrams(
      libc!,
      counters,
      new SecureRandom(),
      new DescriptorTable(new SharedArrayBuffer(DESCRIPTOR_BYTES)),
    ),
}

/** Listens as a resolver thread does: on a socket that somebody else has opened. */
function listen(
  datagrams: Datagrams,
  address: string,
  onDatagram: DatagramHandler,
): Promise<ListeningSocket> {
  const fd = openUdp(address, 0, { reusePort: false, tellLocal: isWildcard(address) })
  return datagrams.listen({ fd, address, port: boundPort(fd) }, onDatagram)
}

/** For an answer that is given later. */
function copyOf(peer: Peer): Peer {
  return { ...peer, address: peer.address.slice(), local: peer.local && peer.local.slice() }
}

/** The nth of client i, and what it is answered: as long, longer or shorter. */
const question = (i: number, n: number): Buffer => Buffer.alloc(20 + n, Uint8Array.of(i, n))
const answerTo = (i: number, n: number): Buffer => Buffer.alloc(n === 3 ? 1200 : 4 * n + 4, Uint8Array.of(i, 100 + n)) // prettier-ignore

/** A third of each client's, at other places than its neighbours'. */
const isDropped = (i: number, n: number): boolean => (i + n) % 3 === 1

// The address clients ask, and the one that is bound.
describe.each([
  ['portable', '127.0.0.1', '127.0.0.1'],
  ['portable', '::1', '::1'],
  ['batched', '127.0.0.1', '127.0.0.1'],
  ['batched', '::1', '::1'],
  ['batched', '127.0.0.1', '0.0.0.0'],
  ['batched', '::1', '::'],
] as const)('%s datagrams to %s, bound to %s', (kind, address, bound) => {
  const datagrams = MAKE[kind]

  it('answers at once and later, to the one who asked', async () => {
    const later: (() => void)[] = []
    const seen: string[] = []
    const listener = await listen(datagrams(), bound, (bytes, length, peer, socket, out) => {
      seen.push(addressText(peer.address))
      if (bytes[0] === 1) {
        const copy = copyOf(peer)
        later.push(() => socket.send(Uint8Array.of(11, 12, 13), 2, copy))
        return 0
      }
      out.set(bytes.subarray(0, length))
      return length
    })
    const client = createSocket(address.includes(':') ? 'udp6' : 'udp4')
    client.send(Uint8Array.of(5, 6), listener.port, address)
    const [now] = (await once(client, 'message')) as [Buffer]
    expect([...now]).toEqual([5, 6])
    client.send(Uint8Array.of(1), listener.port, address)
    while (later.length === 0) await new Promise((resolve) => setImmediate(resolve))
    later[0]!()
    const [then] = (await once(client, 'message')) as [Buffer]
    expect([...then]).toEqual([11, 12])
    expect(seen).toEqual([address, address])
    client.close()
    listener.close()
  })

  it('connects from a random port and hears only the one it asked', async () => {
    const server = createSocket(address.includes(':') ? 'udp6' : 'udp4')
    server.bind({ port: 0, address, exclusive: true })
    await once(server, 'listening')
    const heard: number[] = []
    const connected = datagrams().connect(
      address,
      server.address().port,
      (bytes) => heard.push(bytes[0]!),
      () => {},
    )
    connected.send(Uint8Array.of(9), 1)
    const [, from] = (await once(server, 'message')) as [Buffer, { port: number; address: string }]
    const stranger = createSocket(address.includes(':') ? 'udp6' : 'udp4')
    await new Promise<void>((resolve) =>
      stranger.send(Uint8Array.of(66), from.port, address, () => resolve()),
    )
    server.send(Uint8Array.of(10), from.port, address)
    while (heard.length === 0) await new Promise((resolve) => setImmediate(resolve))
    expect(heard).toEqual([10])
    connected.close()
    stranger.close()
    server.close()
  })

  it('says when nobody is there', async () => {
    const gone = createSocket(address.includes(':') ? 'udp6' : 'udp4')
    gone.bind({ port: 0, address, exclusive: true })
    await once(gone, 'listening')
    const { port } = gone.address()
    gone.close()
    const code = await new Promise<string>((resolve) => {
      const connected = datagrams().connect(address, port, () => {}, (error) => (connected.close(), resolve(error))) // prettier-ignore
      connected.send(Uint8Array.of(1), 1)
    })
    expect(code).toBe('ECONNREFUSED')
  })

  it('reads a burst from many clients in order, and answers each of them', async () => {
    const made = datagrams()
    const listener = await listen(made, bound, (bytes, length, _peer, _socket, out) => {
      out.set(bytes.subarray(0, length))
      return length
    })
    const family = address.includes(':') ? 'udp6' : 'udp4'
    const clients = Array.from({ length: 8 }, () => createSocket(family))
    const heard = clients.map(() => [] as number[])
    const all = new Promise<void>((resolve) => {
      for (const [i, client] of clients.entries()) {
        client.on('message', (bytes: Buffer) => {
          heard[i]!.push(bytes.readUInt16BE(0))
          if (heard.every((list) => list.length === 20)) resolve()
        })
      }
    })
    for (let n = 0; n < 20; n++) {
      for (const [i, client] of clients.entries()) client.send(Uint8Array.of(i, n), listener.port, address)
    }
    await all
    for (const [i, list] of heard.entries()) {
      expect(list.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, n) => (i << 8) | n))
    }
    expect(made.batch).toBeGreaterThan(0)
    for (const client of clients) client.close()
    listener.close()
  })

  it('answers some of what waits on two sockets, each with its own, and reads what comes next whole', async () => {
    const fds = [0, 0].map(() => openUdp(bound, 0, { reusePort: false, tellLocal: isWildcard(bound) }))
    const family = address.includes(':') ? 'udp6' : 'udp4'
    const heard: string[][] = []
    const clients = await Promise.all(
      Array.from({ length: 6 }, async (_, i) => {
        const client = createSocket(family)
        // Connected: it hears nobody but the address it asked.
        await new Promise<void>((resolve) => client.connect(boundPort(fds[i % 2]!), address, () => resolve()))
        const list: string[] = (heard[i] = [])
        client.on('message', (bytes: Buffer) => list.push(bytes.toString('hex')))
        for (let n = 0; n < 9; n++)
          await new Promise<void>((resolve) => client.send(question(i, n), () => resolve()))
        return client
      }),
    )
    const made = datagrams()
    let longest = 0
    const listeners = await Promise.all(
      fds.map((fd) =>
        made.listen({ fd, address: bound, port: boundPort(fd) }, (bytes, length, _peer, _socket, out) => {
          longest = Math.max(longest, length)
          const [i, n] = [bytes[0]!, bytes[1]!]
          if (length !== question(i, n).length || isDropped(i, n)) return 0
          const answer = answerTo(i, n)
          out.set(answer)
          return answer.length
        }),
      ),
    )
    const settled = async (count: number): Promise<void> => {
      while (heard.some((list) => list.length < count)) await new Promise((resolve) => setImmediate(resolve))
    }
    await settled(6)
    for (const [i, list] of heard.entries()) {
      const all = Array.from({ length: 9 }, (_, n) =>
        isDropped(i, n) ? [] : [answerTo(i, n).toString('hex')],
      )
      expect(list.toSorted()).toEqual(all.flat().toSorted())
    }
    clients[0]!.send(Buffer.alloc(4000))
    while (longest < 4000) await new Promise((resolve) => setImmediate(resolve))
    for (const client of clients) client.send(question(9, 8))
    await settled(7)
    expect(longest).toBe(4000)
    for (const client of clients) client.close()
    for (const listener of listeners) listener.close()
  })

  it('answers nobody on a socket that a handler has closed', async () => {
    const errors = counters.named('udpSendErrors')
    let calls = 0
    const listener = await listen(datagrams(), bound, (_bytes, _length, _peer, socket, out) => {
      calls++
      socket.close()
      out[0] = 1
      return 1
    })
    const client = createSocket(address.includes(':') ? 'udp6' : 'udp4')
    const heard: number[] = []
    client.on('message', (bytes: Buffer) => heard.push(bytes[0]!))
    for (let n = 0; n < 3; n++) client.send(Uint8Array.of(n), listener.port, address)
    while (calls === 0) await new Promise((resolve) => setImmediate(resolve))
    // What comes behind an answer says that there was none.
    const last = createSocket(address.includes(':') ? 'udp6' : 'udp4')
    last.send(Uint8Array.of(7), client.address().port, address)
    while (heard.length === 0) await new Promise((resolve) => setImmediate(resolve))
    expect([calls, heard, counters.named('udpSendErrors') - errors]).toEqual([1, [7], 0])
    last.close()
    client.close()
  })

  it('gives what waits on its socket to the next who listens there', async () => {
    const fd = openUdp(bound, 0, { reusePort: false, tellLocal: isWildcard(bound) })
    const port = boundPort(fd)
    const client = createSocket(address.includes(':') ? 'udp6' : 'udp4')
    await new Promise<void>((resolve) => client.send(Uint8Array.of(3), port, address, () => resolve()))
    const answered = once(client, 'message')
    const listener = await datagrams().listen(
      { fd, address: bound, port },
      (_bytes, _length, _peer, _socket, out) => {
        out[0] = 4
        return 1
      },
    )
    expect([...((await answered) as [Buffer])[0]]).toEqual([4])
    client.close()
    listener.close()
  })
})
