/**
 * A thousand clients at once, every one with its own socket and question, answers from upstream late and shuffled:
 * nobody ever gets what another one asked for. The address in an answer tells the name it belongs to.
 */
import { createSocket, type Socket } from 'node:dgram'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildQuery, readReply, type Reply } from '../support/dns-client.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { eventually } from '../support/server.ts'
import { Stage } from '../support/stage.ts'
import { TcpConnection } from '../support/tcp-connection.ts'
import { pointer, RESPONSE_FLAGS, wireMessage, wireQuestion, wireRecord } from '../support/wire-parts.ts'

const CLIENTS = 1_000

const random = seededRandom(1_298)
let stage: Stage
let clients: Client[]

// Both socket implementations hand over what they reuse: each has to be read in time.
describe.each(['auto', 'portable'])('a thousand clients, datagrams: %s', (datagrams) => {
  beforeAll(async () => {
    stage = await Stage.open(`workers: 2\ntcp: { perClient: 200 }\ndatagrams: ${datagrams}\n`)
    stage.up.raw((seen) =>
      wireMessage({
        id: seen.id,
        flags: RESPONSE_FLAGS,
        questions: [wireQuestion(seen.spelled, seen.qtype)],
        // TTL 0: nothing is kept, so every question waits for upstream.
        answers: [
          wireRecord(pointer(12), seen.qtype, seen.name.startsWith('kept') ? 300 : 0, addressOf(seen.name)),
        ],
      }),
    )
    clients = await Promise.all(Array.from({ length: CLIENTS }, () => Client.open(stage.server.port)))
  })
  afterAll(async () => {
    for (const client of clients) client.close()
    await stage.close()
  })

  it('with the same id and different names, answered in another order', async () => {
    stage.up.hold()
    await inWaves(clients, (client, i) => client.ask(spell(`n${i}.same-id.vn`), 0x4242))
    await eventually(() => new Set(stage.up.queries.map(({ name }) => name)).size === CLIENTS)
    stage.up.release((held) => random.shuffle(held))
    await expectOwnAnswers()
  })

  it('with names shared by a few, each spelled in its own way, answers late by chance', async () => {
    const names = Array.from({ length: CLIENTS / 4 }, (_, i) => `n${i}.shared.vn`)
    for (const name of names) stage.up.delay(random.below(300), name)
    await inWaves(random.shuffle(clients), (client, i) =>
      client.ask(spell(names[i % names.length]!), random.below(0x1_0000)),
    )
    await expectOwnAnswers()
    // And identical questions were not asked once for each client.
    const asked = stage.up.queries.filter(({ name }) => name.endsWith('.shared.vn'))
    expect(new Set(asked.map(({ spelled }) => spelled)).size).toBeLessThan(CLIENTS)
  })

  it('some asking for what is kept while others wait', async () => {
    await inWaves(clients, (client, i) => client.ask(spell(`kept-${i % 10}.vn`), i))
    await expectOwnAnswers()
    stage.up.hold()
    await inWaves(clients, (client, i) =>
      client.ask(spell(i % 2 === 0 ? `kept-${i % 10}.vn` : `n${i}.waiting.vn`), random.below(0x1_0000)),
    )
    const waiting = CLIENTS / 2
    await eventually(() => clients.filter(({ reply }) => reply !== null).length >= waiting)
    await eventually(() => stage.up.held >= waiting)
    stage.up.release((held) => random.shuffle(held))
    await expectOwnAnswers()
  })

  it('over a hundred TCP connections, ten questions on each', async () => {
    const connections = await Promise.all(
      Array.from({ length: 100 }, () => TcpConnection.open({ port: stage.server.port })),
    )
    const asked = connections.map((_, i) =>
      Array.from({ length: 10 }, (_, id) => spell(`n${i * 10 + id}.tcp.vn`)),
    )
    for (let i = 0; i < CLIENTS; i++) stage.up.delay(random.below(300), `n${i}.tcp.vn`)
    await inWaves(asked.flat(), (name, i) =>
      connections[Math.floor(i / 10)]!.send(buildQuery(name, 'A', { id: i % 10 })),
    )
    let late = 0
    await Promise.all(
      connections.map(async (connection, i) => {
        const ids = new Set<number>()
        for (let n = 0; n < 10; n++) {
          const reply = readReply(await connection.receive(20_000))
          ids.add(reply.id)
          if (!isAnswerTo(reply, asked[i]![reply.id]!)) late++
        }
        expect(ids.size).toBe(10)
        connection.close()
      }),
    )
    expect(late).toBeLessThan(CLIENTS / 10)
  })

  /** Everybody has got one answer, to what he asked. */
  async function expectOwnAnswers(): Promise<void> {
    await eventually(() => clients.every(({ reply }) => reply !== null), 20_000)
    let late = 0
    for (const client of clients) {
      expect([client.reply!.id, client.unasked]).toEqual([client.id, 0])
      if (!isAnswerTo(client.reply!, client.name)) late++
    }
    expect(late).toBeLessThan(CLIENTS / 10)
  }
})

/** A hundred at a time, as much as the upstream's socket keeps. */
async function inWaves<T>(items: readonly T[], each: (item: T, index: number) => void): Promise<void> {
  for (const [index, item] of items.entries()) {
    each(item, index)
    if (index % 100 === 99) await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

/**
 * Expects an answer to `name`, and no other's. False for SERVFAIL: on a machine too busy for a thousand questions some
 * are not answered in time, and that is said to who asked them.
 */
function isAnswerTo(reply: Reply, name: string): boolean {
  expect(reply.question).toEqual({ name, type: 'A' })
  const isLate = reply.rcode === 'SERVFAIL'
  const address = [...addressOf(name.toLowerCase())].join('.')
  expect(reply.answers.map((record) => [record.name, record.data])).toEqual(isLate ? [] : [[name, address]])
  return !isLate
}

/** 10.x.y.z, different for every name here. */
function addressOf(name: string): Buffer {
  let hash = 0x811c9dc5
  for (const char of name) hash = Math.imul(hash ^ char.charCodeAt(0), 0x01000193)
  return Buffer.from([10, hash >>> 16, hash >>> 8, hash])
}

/** The name with capitals here and there. */
function spell(name: string): string {
  return name.replace(/[a-z]/g, (letter) => (random.below(2) === 0 ? letter : letter.toUpperCase()))
}

/** One socket, one question at a time. */
class Client {
  name = ''
  id = -1
  reply: Reply | null = null
  /** Messages beyond the one that was waited for. */
  unasked = 0
  readonly #socket: Socket
  readonly #port: number

  private constructor(socket: Socket, port: number) {
    this.#socket = socket
    this.#port = port
    socket.on('message', (message) => {
      if (this.reply === null) this.reply = readReply(message)
      else this.unasked++
    })
  }

  static open(port: number): Promise<Client> {
    const socket = createSocket('udp4')
    return new Promise((resolve, reject) => {
      socket.on('error', reject)
      socket.bind(0, '127.0.0.1', () => resolve(new Client(socket, port)))
    })
  }

  ask(name: string, id: number): void {
    this.name = name
    this.id = id
    this.reply = null
    this.#socket.send(buildQuery(name, 'A', { id }), this.#port, '127.0.0.1')
  }

  close(): void {
    this.#socket.close()
  }
}
