import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { afterEach, expect, test } from 'vitest'
import { Listeners } from '../../../src/net/listeners.ts'
import { closeSocket } from '../../../src/net/sockets.ts'
import { steer } from '../../../src/net/steering.ts'

const CLIENTS = 60
const open: Socket[] = []
afterEach(() => {
  for (const socket of open.splice(0)) socket.close()
})

/** Sockets of two threads on one port, and how many datagrams each has got. */
async function setUp(address: string) {
  const listeners = new Listeners(2, true)
  await listeners.open([{ address, port: 0 }])
  const counts = [0, 0]
  for (const worker of [0, 1]) {
    const { udp, tcp } = listeners.handOver(worker)
    for (const { fd } of tcp) closeSocket(fd)
    const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4')
    open.push(socket)
    socket.on('message', () => counts[worker]!++)
    const isListening = once(socket, 'listening')
    socket.bind({ fd: udp[0]!.fd })
    await isListening
  }
  const { port } = listeners.endpoints[0]!
  /** One datagram from each of many ports. Resolves with what each thread got. */
  const send = async (): Promise<number[]> => {
    counts.fill(0)
    for (let client = 0; client < CLIENTS; client++) {
      const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4')
      await new Promise((sent) => socket.send(Buffer.alloc(12), port, address, sent))
      socket.close()
    }
    while (counts[0]! + counts[1]! < CLIENTS) await new Promise((resolve) => setImmediate(resolve))
    return [...counts]
  }
  return { listeners, send }
}

test.each(['127.0.0.1', '::1'])(
  'all datagrams for %s go where they are steered, and to all again',
  async (address) => {
    const { listeners, send } = await setUp(address)
    // By 60 ports; all of them to one of two has a chance of 1 in 2^59.
    expect((await send()).every((count) => count > 0)).toBe(true)
    listeners.steer(1)
    expect(await send()).toEqual([0, CLIENTS])
    listeners.steer(0)
    expect(await send()).toEqual([CLIENTS, 0])
    listeners.steer(null)
    expect((await send()).every((count) => count > 0)).toBe(true)
  },
)

test('says which call failed', () => {
  expect(() => steer(-1, 0)).toThrow('SO_ATTACH_REUSEPORT_CBPF: EBADF')
})
