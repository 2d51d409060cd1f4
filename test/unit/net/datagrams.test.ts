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
