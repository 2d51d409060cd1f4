/** DNS over TCP as RFC 7766 and RFC 9210 want it: many queries on a connection, and bounds on all of it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildQuery, expectAnswer, readReply, type Reply } from '../support/dns-client.ts'
import { eventually } from '../support/server.ts'
import { craftAnswers, Stage } from '../support/stage.ts'
import { TcpConnection } from '../support/tcp-connection.ts'
import { pointer, RESPONSE_FLAGS, wireMessage, wireOpt, wireOption, wireQuestion, wireRecord } from '../support/wire-parts.ts' // prettier-ignore

describe('a connection', () => {
  let stage: Stage

  beforeAll(async () => {
    stage = await Stage.open('workers: 1\nrecords: { here.vn: 192.0.2.7 }\n')
    stage.up.answer('*', 'A', '192.0.2.1')
    const craft = craftAnswers(stage.up)
    // As large as a message can be: 60 texts of 1,086 octets.
    craft('huge.vn', ({ id, spelled, transport }) => {
      const question = wireQuestion(spelled, 'TXT')
      const text = Buffer.concat([Buffer.from([255]), Buffer.alloc(255, 0x78)])
      const record = wireRecord(
        pointer(12),
        'TXT',
        300,
        Buffer.concat([text, text, text, text, Buffer.alloc(50)]),
      )
      const flags = transport === 'udp' ? RESPONSE_FLAGS | 0x0200 : RESPONSE_FLAGS
      const answers = transport === 'udp' ? [] : Array.from({ length: 60 }, () => record)
      return wireMessage({ id, flags, questions: [question], answers })
    })
  })
  afterAll(() => stage.close())

  const open = (): Promise<TcpConnection> => TcpConnection.open({ port: stage.server.port })

  const receive = async (connection: TcpConnection, count: number): Promise<Reply[]> => {
    const replies: Reply[] = []
    for (let i = 0; i < count; i++) replies.push(readReply(await connection.receive(10_000)))
    return replies
  }

  it('takes a hundred queries in one segment, and each gets its answer', async () => {
    const connection = await open()
    const names = Array.from({ length: 100 }, (_, id) => `n${id}.pipelined.vn`)
    connection.socket.write(Buffer.concat(names.map((name, id) => framed(buildQuery(name, 'A', { id })))))
    const replies = await receive(connection, 100)
    connection.close()
    expect(new Set(replies.map(({ id }) => id)).size).toBe(100)
    for (const reply of replies) expectAnswer(reply, names[reply.id]!, 'A', '192.0.2.1')
  })

  it('gets answers as they come, not in the order of the queries', async () => {
    stage.up.delay(1_500, 'slow.vn')
    const connection = await open()
    for (const [id, name] of ['slow.vn', 'fast.vn', 'here.vn'].entries())
      connection.send(buildQuery(name, 'A', { id }))
    const replies = await receive(connection, 3)
    connection.close()
    expect(replies.map(({ id }) => id)).toEqual([2, 1, 0])
  })

  it('may have more queries out than are kept at a time: the others wait', async () => {
    const count = 700
    stage.up.hold()
    const connection = await open()
    for (let id = 0; id < count; id++) connection.send(buildQuery(`n${id}.many.vn`, 'A', { id }))
    await eventually(() => stage.up.held >= 100)
    stage.up.release()
    const replies = await receive(connection, count)
    connection.close()
    expect(new Set(replies.map(({ id }) => id)).size).toBe(count)
    for (const reply of replies) expectAnswer(reply, `n${reply.id}.many.vn`, 'A', '192.0.2.1')
  })

  it('may send a query an octet at a time', async () => {
    const connection = await open()
    for (const octet of framed(buildQuery('bytes.vn', 'A', { id: 5 }))) {
      connection.socket.write(Buffer.of(octet))
      await new Promise((resolve) => setImmediate(resolve))
    }
    expectAnswer((await receive(connection, 1))[0]!, 'bytes.vn', 'A', '192.0.2.1')
    connection.close()
  })

  it('may be closed for sending: what was asked is still answered, then it ends', async () => {
    stage.up.delay(300, 'half-closed.vn')
    const connection = await open()
    connection.send(buildQuery('half-closed.vn', 'A', { id: 1 }))
    connection.socket.end()
    expectAnswer((await receive(connection, 1))[0]!, 'half-closed.vn', 'A', '192.0.2.1')
    await connection.closed
  })

  it('that goes away does not keep its answers from others', async () => {
    stage.up.delay(1_000, 'left.vn')
    const [leaving, staying] = [await open(), await open()]
    leaving.send(buildQuery('left.vn', 'A', { id: 1 }))
    staying.send(buildQuery('left.vn', 'A', { id: 2 }))
    staying.send(buildQuery('here.vn', 'A', { id: 3 }))
    expect((await receive(staying, 1))[0]!.id).toBe(3)
    leaving.socket.resetAndDestroy()
    expectAnswer((await receive(staying, 1))[0]!, 'left.vn', 'A', '192.0.2.1')
    staying.close()
  })

  it('takes messages of 65,535 octets, and empty ones', async () => {
    const option = wireOption(65_001, Buffer.alloc(65_535 - 12 - 13 - 11 - 4))
    const query = wireMessage({
      id: 1,
      questions: [wireQuestion('here.vn', 'A')],
      additional: [wireOpt(option)],
    })
    expect(query).toHaveLength(65_535)
    const connection = await open()
    connection.send(query)
    connection.send(Buffer.alloc(0))
    connection.send(Buffer.alloc(65_535, 0xff))
    connection.send(buildQuery('here.vn', 'A', { id: 2 }))
    const replies = await receive(connection, 2)
    expect(replies.map(({ id }) => id)).toEqual([1, 2])
    for (const reply of replies) expectAnswer(reply, 'here.vn', 'A', '192.0.2.7')
    connection.close()
  })

  it('brings an answer of 64 KB whole', async () => {
    const connection = await open()
    // From upstream, then from the cache.
    for (let i = 0; i < 2; i++) {
      connection.send(buildQuery('huge.vn', 'TXT', { id: i }))
      const [reply] = await receive(connection, 1)
      expect(reply!.raw.length).toBeGreaterThan(64_000)
      expect([reply!.flags.tc, reply!.answers.length]).toEqual([false, 60])
    }
    connection.close()
  })

  it('whose client asks and does not read is cut off', async () => {
    const connection = await open()
    connection.send(buildQuery('huge.vn', 'TXT', { id: 0 }))
    await receive(connection, 1)
    connection.socket.pause()
    const queries = 2_000
    const query = framed(buildQuery('huge.vn', 'TXT', { id: 1 }))
    for (let i = 0; i < queries; i++) connection.socket.write(query)
    // The others do not notice.
    for (let i = 0; i < 20; i++) expectAnswer(await stage.ask('here.vn', 'A'), 'here.vn', 'A', '192.0.2.7')
    await eventually(async () => (await gauge(stage, 'thanhloc_tcp_connections')) === 0)
    let taken = 0
    connection.socket.on('data', (chunk: Buffer) => (taken += chunk.length))
    connection.socket.resume()
    await connection.closed
    expect(taken).toBeLessThan(queries * 64_000)
  })
})

describe('bounds', () => {
  let stage: Stage
  const opened: TcpConnection[] = []

  beforeAll(async () => {
    stage = await Stage.open(
      'workers: 1\ntcp: { idle: 2s, perClient: 4, total: 6 }\nrecords: { here.vn: 192.0.2.7 }\n',
    )
    stage.up.answer('*', 'A', '192.0.2.1')
  })
  afterAll(() => stage.close())

  const open = async (from: string): Promise<TcpConnection> => {
    const connection = await TcpConnection.open({ port: stage.server.port, from })
    opened.push(connection)
    return connection
  }
  const closeAll = async (): Promise<void> => {
    for (const connection of opened.splice(0)) connection.close()
    await eventually(async () => (await gauge(stage, 'thanhloc_tcp_connections')) === 0)
  }
  const ask = (connection: TcpConnection, name = 'here.vn'): void => connection.send(buildQuery(name, 'A'))
  const isAnswered = async (connection: TcpConnection): Promise<boolean> => {
    ask(connection)
    return connection.receive(5_000).then(
      () => true,
      (error: { code?: string }) => {
        if (error.code !== 'CLOSED') throw error
        return false
      },
    )
  }

  it('a client has so many connections and no more; another one has its own', async () => {
    const own = [
      await open('127.0.0.1'),
      await open('127.0.0.1'),
      await open('127.0.0.1'),
      await open('127.0.0.1'),
    ]
    for (const connection of own) expect(await isAnswered(connection)).toBe(true)
    expect(await isAnswered(await open('127.0.0.1'))).toBe(false)
    expect(await isAnswered(await open('127.0.0.2'))).toBe(true)
    for (const connection of own) expect(await isAnswered(connection)).toBe(true)
    // Who closes one may open one.
    own[0]!.close()
    await eventually(async () => isAnswered(await open('127.0.0.1')))
    await closeAll()
  })

  it('at the bound in all the connection that is idle the longest makes room, one at work does not', async () => {
    stage.up.delay(1_500, 'at-work.vn')
    const busy = await open('127.0.0.2')
    ask(busy, 'at-work.vn')
    const idle: TcpConnection[] = []
    for (let i = 3; i < 8; i++) {
      idle.push(await open(`127.0.0.${i}`))
      expect(await isAnswered(idle.at(-1)!)).toBe(true)
    }
    expect(await isAnswered(await open('127.0.0.9'))).toBe(true)
    await idle[0]!.closed
    for (const connection of idle.slice(1)) expect(await isAnswered(connection)).toBe(true)
    expectAnswer(readReply(await busy.receive(5_000)), 'at-work.vn', 'A', '192.0.2.1')
    await closeAll()
  })

  it('a connection that asks nothing is closed; one that asks, or waits for its answer, is not', async () => {
    stage.up.delay(3_500, 'waited-for.vn')
    const [silent, once, asking, waiting] = [await open('127.0.0.1'), await open('127.0.0.1'), await open('127.0.0.1'), await open('127.0.0.1')] // prettier-ignore
    const startedMs = performance.now()
    expect(await isAnswered(once)).toBe(true)
    ask(waiting, 'waited-for.vn')
    const idleMs = Promise.all(
      [silent, once].map((connection) => connection.closed.then(() => performance.now() - startedMs)),
    )
    for (let i = 0; i < 10; i++) {
      await new Promise((resolve) => setTimeout(resolve, 400))
      expect(await isAnswered(asking)).toBe(true)
    }
    for (const ms of await idleMs) expect(ms).toBeGreaterThan(1_900)
    expectAnswer(readReply(await waiting.receive(5_000)), 'waited-for.vn', 'A', '192.0.2.1')
    await closeAll()
  })
})

/** A message behind its length. */
function framed(message: Uint8Array): Buffer {
  const head = Buffer.alloc(2)
  head.writeUInt16BE(message.length, 0)
  return Buffer.concat([head, message])
}

async function gauge(stage: Stage, name: string): Promise<number> {
  const { text } = await stage.server.api('GET', '/metrics')
  const value = new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1]
  if (value === undefined) throw new Error(`no ${name} in the metrics`)
  return Number(value)
}
