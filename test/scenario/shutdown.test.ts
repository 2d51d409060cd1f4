/** The end: in order, all at once by kill -9, and too early. */
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { query, type Reply } from '../support/dns-client.ts'
import { FakeUpstream } from '../support/fake-upstream.ts'
import { PlainServer } from '../support/plain-server.ts'
import { integrityOf, recordedHits } from '../support/recorded.ts'
import { eventually, TestServer } from '../support/server.ts'

/** What container engines grant before they kill. */
const GRACE_MS = 10_000
const EARLIER = '127.0.4.1'
const LAST = '127.0.4.2'

let up: FakeUpstream
let directory: string
let server: TestServer | null = null

beforeEach(async () => {
  up = await FakeUpstream.start()
  up.answer('*', 'A', '192.0.2.1')
  directory = mkdtempSync(join(tmpdir(), 'thanhloc-'))
})
afterEach(async () => {
  await server?.stop()
  server = null
  await up.stop()
  rmSync(directory, { recursive: true, force: true })
})

async function open(): Promise<TestServer> {
  server = await TestServer.start({
    directory,
    config: `
workers: 2
upstreams: { servers: ["${up.text}"] }
lists: [{ id: bad, path: bad.txt }]
`,
    files: { 'bad.txt': 'evil.vn\n' },
  })
  return server
}

function hit(from: TestServer, client: string, count: number): Promise<Reply[]> {
  return Promise.all(
    Array.from({ length: count }, (_, number) =>
      query(`n${number}.evil.vn`, 'A', { port: from.port, from: client, timeoutMs: 5000 }),
    ),
  )
}

/** Resolves with the exit code and how long it took. */
async function terminate(which: TestServer, signals: readonly NodeJS.Signals[] = ['SIGTERM']) {
  const startedMs = performance.now()
  const closed = new Promise<number | null>((resolve) => which.process.on('close', resolve))
  for (const signal of signals) which.process.kill(signal)
  return { code: await closed, tookMs: performance.now() - startedMs }
}

describe('SIGTERM', () => {
  it('answers what is in flight, over UDP and TCP, and exits 0', async () => {
    const under = await open()
    up.hold()
    const asked = Array.from({ length: 20 }, (_, number) =>
      query(`slow${number}.vn`, 'A', { port: under.port, tcp: number % 2 === 1, timeoutMs: GRACE_MS }),
    )
    await eventually(() => up.held === 20)
    const ending = terminate(under)
    await under.logged((line) => line.msg === 'stopping').catch(() => {})
    setTimeout(() => up.release(), 500)
    for (const reply of await Promise.all(asked)) expect(reply.answers[0]?.data).toBe('192.0.2.1')
    expect((await ending).code).toBe(0)
    expect(under.stderr).toBe('')
  })

  it('waits for no upstream longer than it is granted, and says SERVFAIL or nothing', async () => {
    const under = await open()
    up.drop()
    const asked = query('never.vn', 'A', { port: under.port, timeoutMs: 4000 }).catch(() => null)
    await eventually(() => up.seen('never.vn').length > 0)
    const { code, tookMs } = await terminate(under)
    expect(code).toBe(0)
    expect(tookMs).toBeLessThan(GRACE_MS)
    expect((await asked)?.rcode ?? 'SERVFAIL').toBe('SERVFAIL')
  })

  it('writes every hit and every log line, and leaves a clean directory', async () => {
    const under = await open()
    await hit(under, LAST, 300)
    expect((await terminate(under)).code).toBe(0)
    expect(recordedHits(directory).get(LAST)).toBe(300)
    expect(integrityOf(directory)).toBe('ok')
    expect(under.lines.some((line) => line.msg === 'stopped')).toBe(true)
    const logged = under.lines.filter((line) => line.msg === 'blocked' && line['client'] === LAST)
    expect(logged.reduce((sum, line) => sum + (line['count'] as number), 0)).toBe(300)
    expect(readdirSync(join(directory, 'data')).toSorted()).toEqual([
      'accounts.db',
      'alerts.db',
      'imports',
      'imports.db',
      'lists',
      'snapshot.packed',
      'thanhloc.db',
    ])
  })

  it('twice, and another signal on top, is the same as once', async () => {
    const under = await open()
    await hit(under, LAST, 50)
    const { code } = await terminate(under, ['SIGTERM', 'SIGTERM', 'SIGINT'])
    expect(code).toBe(0)
    expect(recordedHits(directory).get(LAST)).toBe(50)
    expect(under.lines.filter((line) => line.msg === 'stopped')).toHaveLength(1)
    expect(under.stderr).toBe('')
  })

  it('with the database locked ends in time all the same, and says what is lost', async () => {
    const under = await open()
    await hit(under, EARLIER, 10)
    await eventually(() => recordedHits(directory).get(EARLIER) === 10)
    const locker = new DatabaseSync(join(directory, 'data/thanhloc.db'), { timeout: 5000 })
    try {
      locker.exec('BEGIN EXCLUSIVE')
      await hit(under, LAST, 10)
      const { code, tookMs } = await terminate(under)
      expect(code).toBe(0)
      expect(tookMs).toBeLessThan(GRACE_MS)
    } finally {
      locker.close()
    }
    const told = under.lines.find((line) => line.msg.includes('could not be written'))
    expect(told).toMatchObject({ level: 'error', pending: expect.any(Number) as number })
    expect(recordedHits(directory)).toEqual(new Map([[EARLIER, 10]]))
  })
})

describe('SIGTERM during the start', () => {
  it.each([0, 100, 200, 300, 400, 600])('after %i ms: ends at once', async (afterMs) => {
    const first = await open()
    await first.stop(true)
    server = null

    const starting = new PlainServer(['--config', join(directory, 'thanhloc.yaml')])
    await new Promise((resolve) => setTimeout(resolve, afterMs))
    starting.process.kill('SIGTERM')
    const { code, signal, stderr } = await starting.ended()
    // Before anything is open the signal may end the process by itself.
    expect(signal === 'SIGTERM' || code === 0, `code ${code}, signal ${signal}`).toBe(true)
    expect(stderr).toBe('')
    expect(readdirSync(join(directory, 'data'))).not.toContain('thanhloc.lock')

    const next = await open()
    expect((await hit(next, LAST, 1))[0]!.answers[0]?.data).toBe('0.0.0.0')
  })
})

describe('kill -9', () => {
  it('costs the hits of the last second at most, and the database opens clean', async () => {
    const under = await open()
    await hit(under, EARLIER, 100)
    await new Promise((resolve) => setTimeout(resolve, 1000))
    await hit(under, LAST, 100)
    await under.kill()
    const hits = recordedHits(directory)
    expect(hits.get(EARLIER)).toBe(100)
    expect(hits.get(LAST) ?? 0).toBeLessThanOrEqual(100)
    expect(integrityOf(directory)).toBe('ok')

    const next = await open()
    await hit(next, EARLIER, 1)
    await next.stop(true)
    expect(recordedHits(directory)).toEqual(hits.set(EARLIER, 101))
  })

  it('in the middle of writing leaves a sound database as well', async () => {
    for (let round = 0; round < 4; round++) {
      const under = await open()
      const asked = hit(under, LAST, 200).catch(() => null)
      await new Promise((resolve) => setTimeout(resolve, 150 + round * 60))
      await under.kill()
      await asked
      if (existsSync(join(directory, 'data/thanhloc.db'))) expect(integrityOf(directory)).toBe('ok')
    }
  }, 60_000)

  it('the next start answers from the packed snapshot before it reads any list', async () => {
    const under = await open()
    await eventually(() => existsSync(join(directory, 'data/snapshot.packed')))
    await under.kill()
    const next = await open()
    const messages = next.lines.map(({ msg }) => msg)
    expect(messages).toContain('answering from the packed snapshot')
    expect(messages.slice(0, messages.indexOf('ready'))).not.toContain('lists in force')
    expect((await hit(next, LAST, 1))[0]!.answers[0]?.data).toBe('0.0.0.0')
  })
})
