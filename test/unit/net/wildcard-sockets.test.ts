/** One socket for all addresses: each is answered from the one that was asked. */
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { networkInterfaces } from 'node:os'
import { afterEach, describe, expect, it } from 'vitest'
import { Counters } from '../../../src/metrics/counters.ts'
import { addressText } from '../../../src/net/address.ts'
import { BatchedDatagrams } from '../../../src/net/batched.ts'
import type { DatagramHandler, ListeningSocket, Peer } from '../../../src/net/datagram.ts'
import { DESCRIPTOR_BYTES, DescriptorTable } from '../../../src/net/descriptors.ts'
import { libc } from '../../../src/net/libc.ts'
import { PortableDatagrams } from '../../../src/net/portable.ts'
import { boundPort, closeSocket, openUdp } from '../../../src/net/sockets.ts'
import { SecureRandom } from '../../../src/random.ts'
import { address16 } from '../../support/addresses.ts'

const IPPROTO_IP = 0
const IP_PKTINFO = 8
const IP_RECVTTL = 12

const toClose: { close(): unknown }[] = []
afterEach(() => {
  for (const one of toClose.splice(0)) one.close()
})

/** A first byte of 1 is answered later, when `later` is called; everything else at once. Answers carry the question. */
class Server {
  readonly counters = new Counters()
  readonly heard: number[] = []
  /** Where, with the interface. */
  readonly asked: { readonly address: string; readonly scope: number }[] = []
  readonly later: (() => void)[] = []
  readonly datagrams = new BatchedDatagrams(
    libc!,
    this.counters,
    new SecureRandom(),
    new DescriptorTable(new SharedArrayBuffer(DESCRIPTOR_BYTES)),
  )

  async listen(address: string, tellLocal: boolean, port = 0): Promise<ListeningSocket & { fd: number }> {
    const fd = openUdp(address, port, { reusePort: false, tellLocal })
    const socket = await this.datagrams.listen({ fd, address, port }, this.#answer)
    toClose.push(socket)
    return Object.assign(socket, { fd })
  }

  readonly #answer: DatagramHandler = (bytes, length, peer, socket, out) => {
    this.heard.push(bytes[1]!)
    this.asked.push({ address: addressText(peer.local ?? peer.address), scope: peer.localScope })
    if (bytes[0] !== 1) {
      out.set(bytes.subarray(0, length))
      return length
    }
    const [kept, to] = [bytes.slice(0, length), copyOf(peer)]
    this.later.push(() => socket.send(kept, kept.length, to))
    return 0
  }
}

function copyOf(peer: Peer): Peer {
  return { ...peer, address: peer.address.slice(), local: peer.local && peer.local.slice() }
}

/** A client that the kernel lets hear nobody but the address it asks. */
async function clientOf(address: string, port: number): Promise<Socket> {
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4')
  toClose.push(socket)
  socket.connect(port, address)
  await once(socket, 'connect')
  return socket
}

async function settled(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve))
}

/** All there are here, and of IPv4 two more that every Linux machine answers to. */
const ADDRESSES = {
  '0.0.0.0': [...own('IPv4'), '127.0.0.2', '127.9.8.7'],
  '::': own('IPv6'),
} as const

function own(family: string): string[] {
  return Object.entries(networkInterfaces()).flatMap(([name, list]) =>
    (list ?? [])
      .filter((one) => one.family === family)
      .map((one) => (one.scopeid ? `${one.address}%${name}` : one.address)),
  )
}

describe.each(['0.0.0.0', '::'] as const)('a socket on %s', (bound) => {
  const addresses = ADDRESSES[bound]

  it('answers at once, from each address of the machine', async () => {
    const server = new Server()
    const { port } = await server.listen(bound, true)
    for (const address of addresses) {
      const client = await clientOf(address, port)
      client.send(Uint8Array.of(0, 7))
      const [answer] = (await once(client, 'message')) as [Buffer]
      expect([...answer]).toEqual([0, 7])
    }
    expect(server.asked.map(({ address }) => address)).toEqual(addresses.map((text) => text.split('%')[0]))
    expect(server.asked.map(({ scope }) => scope > 0)).toEqual(addresses.map((text) => text.includes('%')))
  })

  it('answers later, when others have asked other addresses meanwhile', async () => {
    const server = new Server()
    const { port } = await server.listen(bound, true)
    const clients = await Promise.all(addresses.map((address) => clientOf(address, port)))
    const answers = clients.map((client) => once(client, 'message'))
    clients.forEach((client, i) => client.send(Uint8Array.of(1, i)))
    await settled(() => server.later.length === clients.length)
    for (const answer of server.later.toReversed()) answer()
    const heard = (await Promise.all(answers)).map(([bytes]) => (bytes as Buffer)[1])
    expect(heard).toEqual(addresses.map((_, i) => i))
    expect(server.counters.named('udpSendErrors')).toBe(0)
  })

  it('counts an answer from an address that is gone, and sends the others of its batch', async () => {
    const server = new Server()
    const socket = await server.listen(bound, true)
    const client = await clientOf(addresses[0]!, socket.port)
    const heard: number[] = []
    client.on('message', (bytes: Buffer) => heard.push(bytes[1]!))
    for (const byte of [2, 3, 4]) client.send(Uint8Array.of(1, byte))
    await settled(() => server.later.length === 3)
    // As if others had asked at an address that the machine has lost since.
    const { address, port } = client.address()
    const gone = address16(bound === '::' ? '2001:db8::77' : '192.0.2.77')
    const other = { address: address16(address.split('%')[0]!), port, text: '', scope: 0, local: gone, localScope: 0 } // prettier-ignore
    for (const answer of server.later) {
      answer()
      socket.send(Uint8Array.of(0, 99), 2, other)
    }
    await settled(() => heard.length === 3)
    expect(heard).toEqual([2, 3, 4])
    expect(server.counters.named('udpSendErrors')).toBe(3)
  })
})

describe('beside a socket bound to one address', () => {
  it('each leaves from its own, whichever used the places before', async () => {
    const server = new Server()
    const all = await server.listen('0.0.0.0', true)
    const one = await server.listen('127.0.0.5', false)
    for (const [address, port] of [
      ['127.0.0.6', all.port],
      ['127.0.0.5', one.port],
      ['127.0.0.7', all.port],
    ] as const) {
      // prettier-ignore
      const client = await clientOf(address, port)
      for (const isLater of [0, 1, 0, 1]) {
        client.send(Uint8Array.of(isLater, 5))
        const answer = once(client, 'message')
        await settled(() => server.later.length === isLater)
        server.later.pop()?.()
        expect([...((await answer) as [Buffer])[0]]).toEqual([isLater, 5])
      }
    }
  })
})

describe('what cannot be answered from where it was asked', () => {
  it('a broadcast is not taken for a query', async () => {
    const server = new Server()
    const { port } = await server.listen('0.0.0.0', true)
    const socket = createSocket('udp4')
    toClose.push(socket)
    socket.bind(0, '127.0.0.1')
    await once(socket, 'listening')
    socket.setBroadcast(true)
    for (const [to, byte] of [
      ['127.255.255.255', 1],
      ['127.0.0.1', 2],
      ['127.255.255.255', 3],
      ['127.0.0.1', 4],
    ] as const)
      // prettier-ignore
      await new Promise((resolve) => socket.send(Uint8Array.of(0, byte), port, to, resolve))
    await settled(() => server.heard.includes(4))
    expect(server.heard).toEqual([2, 4])
    expect(server.counters.named('udpTruncated')).toBe(0)
  })

  it.each([
    ['a datagram that does not tell, after one that did', IP_PKTINFO, 0],
    ['a control message that is cut', IP_RECVTTL, 1],
  ])('%s is dropped and counted', async (_what, option, value) => {
    const server = new Server()
    const { port, fd } = await server.listen('0.0.0.0', true)
    const client = await clientOf('127.0.0.4', port)
    client.send(Uint8Array.of(0, 1))
    await once(client, 'message')
    libc!.setsockopt(fd, IPPROTO_IP, option, Int32Array.of(value), 4)
    client.send(Uint8Array.of(0, 2))
    await settled(() => server.counters.named('udpTruncated') === 1)
    libc!.setsockopt(fd, IPPROTO_IP, option, Int32Array.of(1 - value), 4)
    client.send(Uint8Array.of(0, 3))
    await once(client, 'message')
    expect(server.heard).toEqual([1, 3])
  })

  it('node:dgram could not: it does not listen there', async () => {
    const fd = openUdp('0.0.0.0', 0, { reusePort: false, tellLocal: true })
    const portable = new PortableDatagrams(new Counters(), new SecureRandom())
    const source = { fd, address: '0.0.0.0', port: boundPort(fd) }
    await expect(portable.listen(source, () => 0)).rejects.toThrow('a socket for each address, not 0.0.0.0')
    closeSocket(fd)
  })
})
