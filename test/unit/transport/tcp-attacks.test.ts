/** What clients do to a TCP server when they mean harm, or merely hurry. */
import { afterEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../../src/clock.ts'
import { Counters, type NamedCounter } from '../../../src/metrics/counters.ts'
import { boundPort, openTcp } from '../../../src/net/sockets.ts'
import type { QuestionHandler } from '../../../src/query/origin.ts'
import { TcpTransport } from '../../../src/transport/tcp.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { TcpConnection } from '../../support/tcp-connection.ts'

const LIMITS = { idleMs: 10_000, perClient: 100, total: 4 }
const open: { close(): void }[] = []
afterEach(() => {
  for (const one of open.splice(0)) one.close()
})

/** Remembers how many connections there were at most. */
class Peak extends Counters {
  connections = 0

  override set(name: NamedCounter, value: number): void {
    if (name === 'tcpConnections') this.connections = Math.max(this.connections, value)
    super.set(name, value)
  }
}

const echo: QuestionHandler = (bytes, length, _origin, out) => {
  out.set(bytes.subarray(0, length))
  return length
}

async function serve(question: QuestionHandler, limits = LIMITS, clock = systemClock) {
  const counters = new Peak()
  const transport = new TcpTransport(question, question, limits, counters, clock)
  const fd = openTcp('127.0.0.1', 0, { reusePort: false })
  const port = boundPort(fd)
  await transport.add({ fd, address: '127.0.0.1', port })
  open.push(transport)
  const connect = async (): Promise<TcpConnection> => {
    const connection = await TcpConnection.open({ port })
    open.push(connection)
    return connection
  }
  return { counters, transport, connect }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 1))
}

describe('TcpTransport', () => {
  it('holds its bound when a hundred connect at once', async () => {
    const { counters, connect } = await serve(echo)
    const connections = await Promise.all(Array.from({ length: 100 }, connect))
    await until(
      () => connections.filter(({ socket }) => socket.destroyed || socket.readableEnded).length === 96,
    )
    expect(counters.connections).toBe(4)
    const alive = connections.filter(({ socket }) => !socket.destroyed && !socket.readableEnded)
    for (const one of alive) {
      one.send(Uint8Array.of(1, 2))
      expect([...(await one.receive())]).toEqual([1, 2])
    }
  })

  it('takes no query any more on a connection it has ended: nobody would get the answer', async () => {
    const clock = new FakeClock()
    let asked = 0
    const { connect } = await serve(
      (...all) => {
        asked++
        return echo(...all)
      },
      LIMITS,
      clock,
    )
    const client = await connect()
    client.send(Uint8Array.of(1))
    await client.receive()
    // Idle for too long; what the client sends crosses with our end.
    clock.advance(12_000)
    client.send(Uint8Array.of(2))
    await client.closed
    expect(asked).toBe(1)
  })

  it('reads no more than a chunk ahead of a client whose answers do not come', async () => {
    const held: (() => void)[] = []
    const { connect } = await serve((_bytes, _length, origin) => {
      const later = origin.later()
      held.push(() => later.send(Uint8Array.of(9), 1))
      return 0
    })
    const client = await connect()
    const query = new Uint8Array(400)
    for (let i = 0; i < 3_000; i++) client.send(query)
    await until(() => held.length >= 200)
    await new Promise((resolve) => setTimeout(resolve, 30))
    // 200 and what one read of 64 KB holds.
    expect(held.length).toBeLessThan(200 + 65_536 / 400 + 10)
    while (held.length > 0) {
      for (const answer of held.splice(0)) answer()
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
    for (let i = 0; i < 3_000; i++) await client.receive()
  })
})
