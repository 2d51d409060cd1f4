/**
 * Whatever happens to the database or to the reader of the log: DNS does not notice, hits are kept up to a bound, the
 * state can be seen, and when the trouble is over every count is right.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { metric } from '../support/admin-reports.ts'
import { query } from '../support/dns-client.ts'
import { FakeUpstream } from '../support/fake-upstream.ts'
import { burstClients, burstNames, hitBurst } from '../support/hit-burst.ts'
import { integrityOf, recordedFolds, recordedHits } from '../support/recorded.ts'
import { eventually, TestServer } from '../support/server.ts'

/** A name answered within this was not kept waiting, however slow the machine. */
const PROMPT_MS = 1000
const CLIENT = '127.0.3.1'

interface Store {
  readonly state: string
  readonly pending: number
  readonly folded: number
  readonly lost: number
  readonly movedTo: string | null
}

let up: FakeUpstream
let server: TestServer | null = null
let directory: string

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

async function open(names: readonly string[] = []): Promise<TestServer> {
  server = await TestServer.start({
    directory,
    config: `
upstreams: { servers: ["${up.text}"] }
lists: [{ id: bad, path: bad.txt }]
`,
    files: { 'bad.txt': ['evil.vn', ...names].join('\n') },
  })
  return server
}

function databaseFile(): string {
  return join(directory, 'data/thanhloc.db')
}

/** Asks `count` times for a listed name and for a name never asked before, and is not kept waiting. */
async function ask(from: TestServer, count: number): Promise<void> {
  for (let number = 0; number < count; number++) {
    const options = { port: from.port, from: CLIENT, timeoutMs: PROMPT_MS }
    expect((await query('www.evil.vn', 'A', options)).answers[0]?.data).toBe('0.0.0.0')
    const clean = await query(`n${number}-${Date.now()}.clean.vn`, 'A', options)
    expect(clean.answers[0]?.data).toBe('192.0.2.1')
  }
}

async function storeOf(of: TestServer): Promise<Store> {
  return (await of.api<{ store: Store }>('GET', '/api/v1/status')).body.store
}

function stateIs(of: TestServer, state: string): Promise<Store> {
  return eventually(async () => {
    const store = await storeOf(of)
    return store.state === state && store
  })
}

/** What /readyz tells, which anybody may read. */
async function degraded(of: TestServer): Promise<string> {
  const { status, text } = await of.api('GET', '/readyz')
  expect(status).toBe(200)
  return text
}

async function hitsBecome(count: number): Promise<void> {
  await eventually(() => recordedHits(directory).get(CLIENT) === count)
}

describe('a database that another process has locked', () => {
  let locker: DatabaseSync | null = null

  function lock(): void {
    locker = new DatabaseSync(databaseFile(), { timeout: 5000 })
    locker.exec('BEGIN EXCLUSIVE')
  }
  afterEach(() => {
    locker?.close()
    locker = null
  })

  it('costs no answer and no hit', async () => {
    const under = await open()
    await ask(under, 1)
    await hitsBecome(1)
    lock()
    await ask(under, 20)
    await stateIs(under, 'locked')
    expect(await degraded(under)).toContain('hits wait in memory: locked')
    expect((await storeOf(under)).pending).toBeGreaterThan(0)
    await ask(under, 20)
    expect(recordedHits(directory).get(CLIENT)).toBe(1)

    locker!.exec('ROLLBACK')
    await stateIs(under, 'ok')
    await hitsBecome(41)
    expect(await degraded(under)).not.toContain('store')
    await under.stop(true)
    expect(recordedHits(directory).get(CLIENT)).toBe(41)
  })

  it('makes hits lose their client, not their number, when more wait than memory has room for', async () => {
    const names = burstNames(1000)
    const clients = burstClients(55)
    const under = await open(names)
    await ask(under, 1)
    await hitsBecome(1)
    lock()
    expect(await hitBurst(under.port, clients, names)).toBe(55_000)
    const { folded, lost } = await eventually(async () => {
      const store = await storeOf(under)
      return store.folded > 0 && store.folded === (await metric(under, 'thanhloc_hits_folded_total')) && store
    })
    expect(lost).toBe(0)
    await ask(under, 1)

    locker!.exec('ROLLBACK')
    await eventually(async () => (await storeOf(under)).pending === 0)
    await under.stop(true)
    const known = [...recordedHits(directory).values()].reduce((sum, hits) => sum + hits, 0)
    const unknown = recordedFolds(directory)
    expect(unknown).toBeGreaterThanOrEqual(folded)
    expect(known + unknown).toBe(55_002)
  }, 60_000)
})

describe('a log whose reader has stalled', () => {
  it('costs lines, which are counted, and neither an answer nor a hit', async () => {
    const names = burstNames(500)
    const clients = burstClients(20)
    const under = await open(names)
    under.process.stdout!.pause()
    expect(await hitBurst(under.port, clients, names)).toBe(10_000)
    await ask(under, 5)
    await eventually(async () => ((await metric(under, 'thanhloc_log_lines_dropped_total')) ?? 0) > 0)
    expect(await degraded(under)).toContain('log lines were dropped')
    await eventually(() => {
      const recorded = recordedHits(directory)
      return clients.every((client) => recorded.get(client) === 500) && recorded.get(CLIENT) === 5
    })

    // What the reader gets, now that it reads again, are whole lines, the newest among them.
    under.process.stdout!.resume()
    await under.logged((line) => line.msg === 'blocked')
    const fromMs = Date.now()
    await ask(under, 1)
    await under.logged(
      (line) =>
        line.msg === 'blocked' && line['client'] === CLIENT && Date.parse(line['last'] as string) >= fromMs,
      20_000,
    )
    expect(under.stderr).toBe('')
  }, 60_000)

  it('does not hold up the end', async () => {
    const names = burstNames(500)
    const under = await open(names)
    under.process.stdout!.pause()
    await hitBurst(under.port, burstClients(10), names)
    const ended = new Promise((resolve) => under.process.on('exit', resolve))
    under.process.kill('SIGTERM')
    expect(await ended).toBe(0)
    under.process.stdout!.resume()
    expect(recordedHits(directory).get('127.0.5.1')).toBe(500)
  }, 60_000)

  it('may be gone altogether', async () => {
    const under = await open()
    under.process.stdout!.destroy()
    await ask(under, 20)
    await hitsBecome(20)
  })
})

describe('a database that is corrupt at the start', () => {
  /** A sound database, spoiled. */
  async function spoil(how: (bytes: Buffer) => Buffer): Promise<Buffer> {
    const before = await open()
    await ask(before, 3)
    await before.stop(true)
    const bytes = how(readFileSync(databaseFile()))
    writeFileSync(databaseFile(), bytes)
    return bytes
  }

  it.each([
    ['no database at all', (): Buffer => Buffer.from('this is no database. '.repeat(500))],
    ['pages overwritten', (bytes: Buffer): Buffer => Buffer.from(bytes).fill(0xa5, 4096)],
    ['cut off', (bytes: Buffer): Buffer => bytes.subarray(0, 4096 * 3 + 100)],
  ])('%s: it is moved aside and kept, a new one begun', async (_, how) => {
    const bytes = await spoil(how)
    const under = await open()
    await ask(under, 5)
    const { movedTo } = await stateIs(under, 'corrupt-moved')
    expect(readFileSync(movedTo!).equals(bytes)).toBe(true)
    expect(statSync(movedTo!).mode & 0o777).toBe(0o600)
    expect(await degraded(under)).toContain('the store was corrupt')
    expect((await under.logged((line) => line['movedTo'] === movedTo)).level).toBe('error')
    await hitsBecome(5)
    await under.stop(true)
    expect(integrityOf(directory)).toBe('ok')
    expect(readdirSync(join(directory, 'data'))).toContain(movedTo!.split('/').at(-1))
  })
})

describe('a database that cannot be opened', () => {
  it('costs no answer, and no hit once it can', async () => {
    mkdirSync(databaseFile(), { recursive: true })
    const under = await open()
    await ask(under, 10)
    const { pending } = await stateIs(under, 'failed')
    expect(pending).toBeGreaterThan(0)
    expect(await degraded(under)).toContain('hits wait in memory: failed')
    rmSync(databaseFile(), { recursive: true })
    await stateIs(under, 'ok')
    await hitsBecome(10)
  })
})
