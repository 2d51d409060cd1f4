import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { Counters } from '../../../src/metrics/counters.ts'
import { addressText } from '../../../src/net/address.ts'
import { PortableDatagrams } from '../../../src/net/portable.ts'
import { SecureRandom } from '../../../src/random.ts'

const datagrams = (): PortableDatagrams => new PortableDatagrams(new Counters(), new SecureRandom())

describe.each(['127.0.0.1', '::1'])('PortableDatagrams on %s', (address) => {
  it('answers at once and later, to the one who asked', async () => {
    const later: (() => void)[] = []
    const seen: string[] = []
    const listener = await datagrams().listen(
      { fd: -1, address, port: 0 },
      (bytes, length, peer, socket, out) => {
        seen.push(addressText(peer.address))
        if (bytes[0] === 1) {
          const copy = { ...peer, address: peer.address.slice() }
          later.push(() => socket.send(Uint8Array.of(11, 12, 13), 2, copy))
          return 0
        }
        out.set(bytes.subarray(0, length))
        return length
      },
    )
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
})
