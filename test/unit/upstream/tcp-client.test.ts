import { createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { frame, FrameReader } from '../../../src/net/framing.ts'
import { SecureRandom } from '../../../src/random.ts'
import { TcpClient } from '../../../src/upstream/tcp-client.ts'
import { FakeClock } from '../../support/fake-clock.ts'

const clock = new FakeClock()
let server: Server
let client: TcpClient
/** What the server does with each message. */
let serve: (socket: Socket, message: Uint8Array) => void
let connections: Socket[]
const heard: [context: unknown, last: number | 'failed'][] = []

beforeEach(async () => {
  connections = []
  heard.length = 0
  serve = (socket, message) => socket.write(frame(message, message.length))
  server = createServer((socket) => {
    connections.push(socket)
    const reader = new FrameReader((bytes) => serve(socket, Uint8Array.from(bytes)))
    socket.on('data', (chunk: Buffer) => reader.push(chunk))
    socket.on('error', () => {})
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  client = new TcpClient({ address: '127.0.0.1', port }, clock, new SecureRandom(), {
    answered: (context, bytes, length) => heard.push([context, bytes[length - 1]!]),
    failed: (context) => heard.push([context, 'failed']),
  })
})
afterEach(async () => {
  client.close()
  for (const socket of connections) socket.destroy()
  await new Promise((resolve) => server.close(resolve))
})

/** A message whose last byte says which it is. */
function ask(which: number): boolean {
  const message = new Uint8Array(20)
  message[19] = which
  return client.ask(message, 20, which)
}

async function hear(count: number): Promise<void> {
  await vi.waitFor(() => expect(heard).toHaveLength(count), { interval: 2 })
}

describe('TCP to an upstream', () => {
  it('pipelines on two connections and takes answers in any order', async () => {
    const kept: [Socket, Uint8Array][] = []
    serve = (socket, message) => void kept.push([socket, message])
    for (let which = 0; which < 40; which++) expect(ask(which)).toBe(true)
    await vi.waitFor(() => expect(kept).toHaveLength(40), { interval: 2 })
    expect(connections).toHaveLength(2)
    for (const [socket, message] of kept.toReversed()) socket.write(frame(message, message.length))
    await hear(40)
    expect(heard.every(([context, last]) => context === last)).toBe(true)
  })

  it('has room for so many and no more', () => {
    serve = () => {}
    const taken = Array.from({ length: 250 }, (_, which) => ask(which)).filter(Boolean)
    expect(taken).toHaveLength(200)
  })

  it('ignores what has an id nobody asked with', async () => {
    serve = (socket, message) => {
      const other = Uint8Array.from(message)
      other[0]! ^= 0x80
      socket.write(frame(other, other.length))
      socket.write(frame(new Uint8Array(1), 1))
      socket.write(frame(message, message.length))
      socket.write(frame(message, message.length))
    }
    ask(1)
    await hear(1)
    expect(heard).toEqual([[1, 1]])
  })

  it('asks once more where a connection that worked was closed', async () => {
    ask(1)
    await hear(1)
    let closings = 0
    serve = (socket) => {
      closings++
      socket.destroy()
    }
    ask(2)
    await hear(2)
    expect(heard[1]).toEqual([2, 'failed'])
    expect(closings).toBe(2)
  })

  it('closes what is idle for 10 s, and what has gone deaf', async () => {
    ask(1)
    await hear(1)
    clock.advance(9_999)
    client.tick(clock.monotonicMs())
    expect(client.size).toBe(1)
    serve = () => {}
    ask(2)
    clock.advance(6_000)
    client.tick(clock.monotonicMs())
    // It had worked: once more on a new one.
    expect([heard.length, client.size]).toEqual([1, 1])
    clock.advance(6_000)
    client.tick(clock.monotonicMs())
    expect(heard[1]).toEqual([2, 'failed'])
    expect(client.size).toBe(0)
  })

  it('says so when nobody is there, and after it is closed', async () => {
    client.close()
    expect(ask(1)).toBe(false)
    const gone = new TcpClient({ address: '127.0.0.1', port: 1 }, clock, new SecureRandom(), {
      answered: () => {},
      failed: (context) => heard.push([context, 'failed']),
    })
    gone.ask(new Uint8Array(20), 20, 'gone')
    await hear(1)
    expect(heard).toEqual([['gone', 'failed']])
  })
})
