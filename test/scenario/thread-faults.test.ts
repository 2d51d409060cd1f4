/**
 * Any thread but main may die at any moment, under load: DNS answers throughout, the thread comes back, and every hit
 * is in the store exactly once.
 */
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { query } from '../support/dns-client.ts'
import { FakeUpstream } from '../support/fake-upstream.ts'
import type { Fault, FaultOrder } from '../support/faulty-thread.ts'
import { Load } from '../support/load.ts'
import { PlainServer } from '../support/plain-server.ts'
import { recordedHits } from '../support/recorded.ts'
import { eventually, TestServer } from '../support/server.ts'

/** Of one test on a machine that does much else. */
const PATIENCE_MS = 90_000
const ENTRY = join(import.meta.dirname, '../support/faulty-main.ts')
/** Asks known numbers of listed names; the load has its own clients. */
const COUNTED = '127.0.9.1'
const LOAD_CLIENTS = ['127.0.2.1', '127.0.2.2', '127.0.2.3']

interface Thread {
  readonly name: string
  readonly restarts: number
  readonly lastError: string | null
}

let up: FakeUpstream
let server: TestServer | null = null
let load: Load | null = null

beforeEach(async () => {
  up = await FakeUpstream.start()
  up.answer('*', 'A', '192.0.2.1', { ttl: 60 })
})
afterEach(async () => {
  await load?.stop()
  load = null
  await server?.stop()
  server = null
  await up.stop()
})

async function open(workers: number): Promise<TestServer> {
  server = await TestServer.start({
    entry: ENTRY,
    config: `
workers: ${workers}
upstreams: { servers: ["${up.text}"] }
lists: [{ id: bad, path: bad.txt }]
`,
    files: { 'bad.txt': 'evil.vn\n' },
  })
  return server
}

/** A third each: answered upstream, from the cache, by the list. */
function nameOf(number: number): string {
  return [`n${number}.clean.vn`, 'often.clean.vn', `n${number % 50}.evil.vn`][number % 3]!
}

function order(to: TestServer, thread: string, fault: Fault): void {
  to.process.send({ thread, fault } satisfies FaultOrder)
}

/** Asks for `count` listed names and has every answer. */
async function hit(from: TestServer, count: number): Promise<void> {
  const asked = Array.from({ length: count }, (_, number) =>
    query(`c${number}.evil.vn`, 'A', { port: from.port, from: COUNTED, timeoutMs: 10_000 }),
  )
  for (const reply of await Promise.all(asked)) expect(reply.answers[0]?.data).toBe('0.0.0.0')
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  probe.close()
  await once(probe, 'close')
  return port
}

async function threadOf(of: TestServer, name: string): Promise<Thread> {
  const { body } = await of.api<{ threads: Thread[] }>('GET', '/api/v1/status')
  return body.threads.find((thread) => thread.name === name)!
}

/** Resolves when the thread was started anew and the whole product says that all is well. */
async function isBack(of: TestServer, name: string): Promise<Thread> {
  await of.logged((line) => line.msg.includes('died') && line['name'] === name, 20_000)
  return eventually(async () => {
    try {
      const thread = await threadOf(of, name)
      const { body } = await of.api<{ degraded: object[] }>('GET', '/api/v1/status')
      return thread.restarts > 0 && body.degraded.length === 0 && thread
    } catch {
      // The control thread is the one that is being restarted.
      return false
    }
  }, 20_000)
}

/** The new thread does what the dead one did. */
async function doesItsWork(under: TestServer, thread: string): Promise<void> {
  if (thread === 'lists') {
    under.write('bad.txt', 'evil.vn\nlate.vn\n')
    await eventually(async () => {
      const reply = await query('late.vn', 'A', { port: under.port, timeoutMs: 5000 })
      return reply.answers[0]?.data === '0.0.0.0'
    })
  } else if (thread === 'control') {
    const { text } = await under.api('GET', '/metrics')
    expect(text).toContain('thanhloc_thread_restarts_total{thread="control"} 1')
  } else if (thread !== 'store') {
    const reply = await query('c1.evil.vn', 'AAAA', { port: under.port, tcp: true, from: '127.0.9.2' })
    expect(reply.answers[0]?.data).toBe('::')
  }
}

/** The fault under load, hits counted before and after; fails when an answer or a hit is missing or doubled. */
async function withstand(workers: number, thread: string, fault: Fault, error: RegExp): Promise<void> {
  const under = await open(workers)
  load = await Load.start({
    port: under.port,
    clients: LOAD_CLIENTS,
    socketsPerClient: 4,
    queriesPerSecond: 400,
    name: nameOf,
  })
  await eventually(() => load!.answered > 100)
  await hit(under, 60)
  // At once: these hits still wait in shared memory.
  order(under, thread, fault)
  expect((await isBack(under, thread)).lastError).toMatch(error)
  await hit(under, 60)
  await doesItsWork(under, thread)
  const report = await load.stop()
  load = null

  expect(report.unanswered).toEqual([])
  expect(report.rcodes).toEqual({ 0: report.queries })
  const isDataPlane = thread.startsWith('resolver-')
  // A thread beside the data plane costs no query its answer, not even a first attempt.
  if (!isDataPlane) expect(report).toMatchObject({ retries: 0 })

  await under.stop(true)
  const hits = recordedHits(under.directory)
  expect(hits.get(COUNTED)).toBe(120)
  const loadHits = LOAD_CLIENTS.reduce((sum, client) => sum + hits.get(client)!, 0)
  const blocked = Math.floor(report.queries / 3)
  // A query that was asked again may have been counted before its answer was lost.
  expect(loadHits).toBeGreaterThanOrEqual(blocked)
  expect(loadHits).toBeLessThanOrEqual(blocked + report.retries)
}

const FAULTS = [
  ['throw', /a fault by order/],
  ['heap', /ERR_WORKER_OUT_OF_MEMORY|memory limit/],
] as const satisfies readonly (readonly [Fault, RegExp])[]

describe.each(FAULTS)('a thread that dies by: %s', { timeout: PATIENCE_MS }, (fault, error) => {
  it.each(['lists', 'store', 'control'])('%s: nobody waits', (thread) => withstand(1, thread, fault, error))
  it('the only resolver: what it lost is asked again', () => withstand(1, 'resolver-0', fault, error))
  it('one of two resolvers: what it lost is asked again', () => withstand(2, 'resolver-1', fault, error))
})

describe('a resolver thread that does not move', { timeout: PATIENCE_MS }, () => {
  it('is replaced, and what waited in the kernel is answered', () =>
    withstand(1, 'resolver-0', 'hang', /exit code 1|terminated/))
})

describe('one of two resolver threads', { timeout: PATIENCE_MS }, () => {
  it('has its share of the clients again after its restart: nobody is left unanswered', async () => {
    const under = await open(2)
    const ask = (round: string, timeoutMs: number): Promise<PromiseSettledResult<unknown>[]> =>
      Promise.allSettled(
        Array.from({ length: 200 }, (_, client) =>
          query(`${round}-${client}.clean.vn`, 'A', { port: under.port, timeoutMs }),
        ),
      )
    const unanswered = (results: PromiseSettledResult<unknown>[]): number =>
      results.filter(({ status }) => status === 'rejected').length

    expect(unanswered(await ask('before', 5000))).toBe(0)
    const during = ask('during', 1000)
    order(under, 'resolver-0', 'throw')
    await during
    await isBack(under, 'resolver-0')
    expect(unanswered(await ask('after', 5000))).toBe(0)
    expect(unanswered(await ask('later', 5000))).toBe(0)
  })
})

describe('a thread that dies whenever it is started', { timeout: PATIENCE_MS }, () => {
  let plain: PlainServer
  let directory: string
  beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'thanhloc-'))))
  afterEach(async () => {
    plain.process.kill('SIGTERM')
    await plain.ended()
    rmSync(directory, { recursive: true, force: true })
  })

  it.each(['lists', 'store', 'control'])(
    '%s: clean names are answered, and the log tells why',
    async (thread) => {
      const port = await freePort()
      const config = join(directory, 'thanhloc.yaml')
      writeFileSync(
        config,
        `listen: ["127.0.0.1:${port}"]\nadmin: { listen: "off" }\nstore: { path: data }\nlog: { level: error }\n` +
          `upstreams: { servers: ["${up.text}"] }\n`,
      )
      plain = new PlainServer(['--config', config], {
        entry: ENTRY,
        env: { THANHLOC_FAULT_AT_START: thread },
      })
      await eventually(() => plain.stdout.split('a fault at the start').length > 3)
      const line = JSON.parse(plain.stdout.split('\n', 1)[0]!) as object
      expect(line).toMatchObject({ level: 'error', thread: 'main', name: thread })
      expect(await query('clean.vn', 'A', { port, timeoutMs: 25_000 })).toMatchObject({ rcode: 'NOERROR' })
    },
  )
})
