/** An address the machine has lost, while answers to those who asked there are still on their way. */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { Counters } from '../../../src/metrics/counters.ts'
import { BatchedDatagrams } from '../../../src/net/batched.ts'
import type { Datagrams, ListeningSocket } from '../../../src/net/datagram.ts'
import { DESCRIPTOR_BYTES, DescriptorTable } from '../../../src/net/descriptors.ts'
import { libc } from '../../../src/net/libc.ts'
import { PortableDatagrams } from '../../../src/net/portable.ts'
import { boundPort, openUdp } from '../../../src/net/sockets.ts'
import { SecureRandom } from '../../../src/random.ts'
import { address16 } from '../../support/addresses.ts'

const MAKE = {
  portable: (): Datagrams => new PortableDatagrams(new Counters(), new SecureRandom()),
  batched: (): Datagrams =>
    new BatchedDatagrams(
      libc!,
      new Counters(),
      new SecureRandom(),
      new DescriptorTable(new SharedArrayBuffer(DESCRIPTOR_BYTES)),
    ),
}

const echo = (bytes: Uint8Array, length: number, _peer: unknown, _socket: unknown, out: Uint8Array) => {
  out.set(bytes.subarray(0, length))
  return length
}

function listen(datagrams: Datagrams): Promise<ListeningSocket> {
  const fd = openUdp('127.0.0.1', 0, { reusePort: false })
  return datagrams.listen({ fd, address: '127.0.0.1', port: boundPort(fd) }, echo)
}

describe.each(['portable', 'batched'] as const)('%s', (kind) => {
  it('an answer for a socket that is closed goes nowhere, and closing it twice closes no other', async () => {
    const datagrams = MAKE[kind]()
    const client = createSocket('udp4')
    client.bind(0, '127.0.0.1')
    await once(client, 'listening')
    const heard: number[] = []
    client.on('message', (bytes: Buffer) => heard.push(bytes[0]!))
    const { port } = client.address()
    const peer = {
      address: address16('127.0.0.1'),
      port,
      text: '127.0.0.1',
      scope: 0,
      local: null,
      localScope: 0,
    }

    const lost = await listen(datagrams)
    lost.close()
    // Takes the descriptor, and the place, that have become free.
    const next = await listen(datagrams)
    lost.send(Uint8Array.of(1), 1, peer)
    lost.close()
    next.send(Uint8Array.of(2), 1, peer)
    while (!heard.includes(2)) await new Promise((resolve) => setImmediate(resolve))
    expect(heard).toEqual([2])
    client.send(Uint8Array.of(3), next.port, '127.0.0.1')
    while (!heard.includes(3)) await new Promise((resolve) => setImmediate(resolve))
    client.close()
    next.close()
  })
})
