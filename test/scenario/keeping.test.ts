/** What is kept, and what is not: backup and restore, legal holds against retention, silences. The real product. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { call } from '../support/http-call.ts'
import { eventually, TestServer } from '../support/server.ts'
import { query } from '../support/dns-client.ts'
import { FakeUpstream } from '../support/fake-upstream.ts'
import { runCommand, runWithInput, type Ran } from '../unit/cli/terminal.ts'

const CONFIG = `
campaigns: [{ id: "2022" }]
lists: [{ id: apt32, path: apt32.txt, campaign: "2022" }]
units: [{ id: so-y-te, networks: [127.0.3.0/24] }, { id: so-gd, networks: [127.0.4.0/24] }]
`
const FILES = { 'apt32.txt': 'evil.vn\nother.vn\nthird.vn\n' }

interface CaseItem {
  readonly id: number
  readonly clientId: number
  readonly address: string
  readonly state: string
  readonly hits: number
}
interface ClientItem {
  readonly id: number
  readonly address: string
  readonly hits: number
}

let up: FakeUpstream
let directory: string
let server: TestServer

beforeAll(async () => {
  up = await FakeUpstream.start()
  up.answer('*', 'A', '192.0.2.1')
})
afterAll(() => up.stop())
beforeEach(() => void (directory = mkdtempSync(join(tmpdir(), 'thanhloc-keeping-'))))
afterEach(async () => {
  await server.stop()
  rmSync(directory, { recursive: true, force: true })
})

async function open(config = '', at = directory): Promise<void> {
  const upstreams = `upstreams: { servers: ["${up.text}"] }\n`
  server = await TestServer.start({ directory: at, config: upstreams + CONFIG + config, files: FILES })
}

const ask = (name: string, from: string): Promise<unknown> =>
  query(name, 'A', { port: server.port, from, timeoutMs: 5000 })

/** In the data directory of the server that ran last. */
const thanhloc = (...words: string[]): Promise<Ran> => runCommand(...words, '--data', server.path('data'))

async function expectOk(ran: Promise<Ran>): Promise<string> {
  const { exit, out, err } = await ran
  expect({ exit, err }).toEqual({ exit: 0, err: '' })
  return out
}

async function list<T>(path: string): Promise<readonly T[]> {
  const { status, body, text } = await server.api<{ items: T[] }>('GET', `/api/v1${path}`)
  if (status === 503) return []
  expect(status, text).toBe(200)
  return body.items
}

const sum = (clients: readonly { readonly hits: number }[]): number =>
  clients.reduce((all, { hits }) => all + hits, 0)
const stored = async (): Promise<number> => sum(await list<ClientItem>('/clients?limit=1000'))

/** Every file below a directory but those of a running server, with its bytes. */
function filesOf(at: string): Record<string, string> {
  const names = readdirSync(at).filter((name) => statSync(join(at, name)).isFile())
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(at, name)).toString('base64')]))
}

describe('a backup', () => {
  it('written under hits brings all of it back in another directory: counts, cases, users, tokens, a trail that verifies', async () => {
    await open()
    expect((await runWithInput(['Mèo trèo cây cau 7'], 'user', 'add', 'an', '--role', 'admin', '--own', '--data', server.path('data'))).err).toBe('') // prettier-ignore
    await expectOk(thanhloc('token', 'add', 'grafana', '--role', 'viewer'))
    let asked = 0
    const round = async (): Promise<void> => {
      await Promise.all(
        Array.from({ length: 20 }, (_, n) => ask(n % 2 === 0 ? 'evil.vn' : 'other.vn', `127.0.3.${n + 1}`)),
      )
      asked += 20
    }
    await round()
    await eventually(async () => (await stored()) === asked)
    const file = join(directory, 'under.backup')
    let isWritten = false
    const written = thanhloc('backup', file, '--reason', 'hằng ngày').finally(() => (isWritten = true))
    while (!isWritten) await round()
    expect(await expectOk(written)).toMatch(/under\.backup: \d+ bytes\nin it: 20 clients, 20 cases, \d+ hits; accounts and the audit trail; imports and what was approved of them\nnot in it: accounts\.key/) // prettier-ignore
    expect(statSync(file).mode & 0o777).toBe(0o600)
    const inIt = Number(/(\d+) hits/.exec((await written).out)![1])
    expect(inIt).toBeGreaterThanOrEqual(20)
    expect(inIt).toBeLessThanOrEqual(asked)
    await eventually(async () => (await stored()) === asked)
    // When nothing comes it is exact.
    await expectOk(thanhloc('backup', file, '--replace'))
    const [first] = await list<CaseItem>('/cases')
    const change = { version: 1, to: 'confirmed', note: 'sau bản sao lưu' }
    expect((await server.api('POST', `/api/v1/cases/${first!.id}/change`, change)).status).toBe(200)
    await server.stop(true)

    const other = mkdtempSync(join(tmpdir(), 'thanhloc-keeping-'))
    try {
      const restored = await expectOk(runCommand('restore', file, '--data', join(other, 'data'), '--reason', 'máy mới')) // prettier-ignore
      expect(restored).toMatch(new RegExp(`20 clients, 20 cases, ${asked} hits are in`))
      expect(restored).not.toContain('put aside')
      await open('', other)
      expect(await stored()).toBe(asked)
      const cases = await list<CaseItem>('/cases?limit=1000')
      expect(cases.map(({ state }) => state)).toEqual(Array(20).fill('new'))
      expect(sum(cases)).toBe(asked)
      expect(await expectOk(thanhloc('user', 'list'))).toMatch(/^an: admin; /)
      expect(await expectOk(thanhloc('token', 'list'))).toMatch(/^grafana: viewer; /)
      expect(await expectOk(thanhloc('audit', 'verify'))).toMatch(/^the trail is sound: /)
      const trail = await list<{ action: string; target: string; reason: string; details: string }>('/audit')
      expect(trail.map(({ action }) => action).filter((action) => !action.startsWith('audit'))).toEqual(['restore', 'backup', 'backup', 'token.add', 'user.add']) // prettier-ignore
      const [restore] = trail.filter(({ action }) => action === 'restore')
      expect(restore).toMatchObject({ target: file, reason: 'máy mới' })
      await ask('evil.vn', '127.0.3.1')
      await eventually(async () => (await stored()) === asked + 1)
      await server.stop()
    } finally {
      rmSync(other, { recursive: true, force: true })
    }
  })

  it('of a server that was killed is made without it; what is there when it is restored is put aside', async () => {
    await open()
    await ask('evil.vn', '127.0.3.1')
    await eventually(async () => (await stored()) === 1)
    const file = join(directory, 'a.backup')
    await server.kill()
    const ran = await thanhloc('backup', file)
    expect(ran).toMatchObject({ exit: 0, err: 'no server runs: the files are copied as they are' })
    expect(ran.out).toContain('1 clients, 1 cases, 1 hits; accounts')
    await open()
    await ask('evil.vn', '127.0.3.1')
    await ask('evil.vn', '127.0.3.2')
    await eventually(async () => (await stored()) === 3)
    const { out: head } = await thanhloc('audit', 'head')
    const running = await thanhloc('restore', file)
    expect([running.exit, running.err]).toEqual([1, expect.stringMatching(/in use by process \d+: stop the server first; nothing was changed$/)]) // prettier-ignore
    expect(await stored()).toBe(3)
    await server.stop(true)
    const said = await expectOk(thanhloc('restore', file))
    const aside = readdirSync(server.path('data')).filter((name) => name.includes('.replaced-'))
    expect(aside.map((name) => name.replace(/-.*/, ''))).toEqual([
      'accounts.db.replaced',
      'imports.db.replaced',
      'thanhloc.db.replaced',
    ])
    for (const name of aside) expect(said).toContain(name)
    await open()
    expect(await stored()).toBe(1)
    const [row] = await list<{ action: string; details: string }>('/audit')
    expect(row!.action).toBe('restore')
    expect(JSON.parse(row!.details)).toMatchObject({ headBefore: head })
    await server.stop(true)
    // The way back, without the accounts.
    const back = await expectOk(thanhloc('restore', server.path(`data/${aside[2]!}`), '--keep-accounts'))
    expect(back).toContain('accounts and the audit trail are as they were')
    await open()
    expect(await stored()).toBe(3)
    expect(await expectOk(thanhloc('audit', 'verify'))).toMatch(/^the trail is sound: /)
  })

  it('that is damaged is refused in words, and nothing changes', async () => {
    await open()
    await ask('evil.vn', '127.0.3.1')
    await eventually(async () => (await stored()) === 1)
    const file = join(directory, 'a.backup')
    await expectOk(thanhloc('backup', file))
    await server.stop(true)
    const before = filesOf(server.path('data'))
    const whole = readFileSync(file)
    const damaged: [string, Uint8Array, RegExp][] = [
      ['changed', Buffer.from(whole).fill(1, 9000, 9001), /its checksum does not fit/],
      ['cut', whole.subarray(0, whole.length - 8192), /not sound|not whole|cannot be read/],
      ['text', Buffer.from('no backup at all'), /cannot be read as a database/],
    ]
    for (const [name, bytes, words] of damaged) {
      writeFileSync(join(directory, name), bytes)
      const ran = await thanhloc('restore', join(directory, name))
      expect([ran.exit, ran.out], name).toEqual([1, ''])
      expect(ran.err).toMatch(words)
      expect(ran.err).toMatch(/nothing was changed$/)
    }
    expect((await thanhloc('restore', join(directory, 'missing'))).err).toMatch(
      /no such file; nothing was changed$/,
    )
    // The head of the trail is looked at; its file is the same but for that.
    expect(filesOf(server.path('data'))).toEqual(before)
  })
})

describe('retention', () => {
  const OLD_MS = 100 * 86_400_000

  /** Lets everything that is in the store have happened a hundred days earlier. */
  function age(): void {
    const database = new DatabaseSync(server.path('data/thanhloc.db'))
    const old = (table: string, ...columns: string[]): void =>
      database.exec(
        `UPDATE ${table} SET ${columns.map((column) => `${column} = ${column} - ${OLD_MS}`).join(', ')}`,
      )
    old('client', 'first_seen', 'last_seen')
    old('client_address', 'first_at', 'last_at')
    old('client_list', 'first_at', 'last_at')
    old('hit', 'first_at', 'last_at')
    old('campaign_case', 'opened_at', 'changed_at', 'first_hit_at', 'last_hit_at')
    database.close()
  }

  it('deletes what is too old and says so, but nothing of what a hold names until it is lifted', async () => {
    await open('keep: { hits: 1 month, cases: 2 months }\n')
    await ask('evil.vn', '127.0.3.1')
    await ask('evil.vn', '127.0.4.1')
    await eventually(async () => (await stored()) === 2)
    const set = await expectOk(
      thanhloc('hold', 'add', 'unit:so-y-te', '--document', '12/QĐ', '--reason', 'vụ án'),
    )
    expect(set).toMatch(/^hold 1 is in force: nothing of unit:so-y-te is deleted/)
    expect(await expectOk(thanhloc('hold', 'list'))).toMatch(
      /^1 {2}unit:so-y-te {2}12\/QĐ: vụ án; by socket, /,
    )
    const isSwept = async (): Promise<boolean> =>
      (await server.api('GET', '/api/v1/keeping')).body['isSwept'] === true
    // From then on the clock is believed.
    await eventually(isSwept)
    await server.stop(true)
    age()
    await open('keep: { hits: 1 month, cases: 2 months }\n')
    await eventually(async () => (await stored()) === 1 && (await isSwept()))
    expect((await list<ClientItem>('/clients')).map(({ address }) => address)).toEqual(['127.0.3.1'])
    expect((await list<CaseItem>('/cases')).map(({ address }) => address)).toEqual(['127.0.3.1'])
    const gone = await list<{ what: string; rule: string; amount: number }>('/deletions')
    expect(gone.map(({ what, rule, amount }) => `${amount} ${what} by ${rule}`)).toEqual(
      expect.arrayContaining(['1 clients by keep.hits 1 month', '1 cases by keep.cases 2 months', '1 hits by keep.hits 1 month']),
    ) // prettier-ignore
    expect((await server.api('GET', '/api/v1/keeping')).body).toMatchObject({
      isHeld: true,
      audit: '2 months',
    })
    await expectOk(thanhloc('hold', 'release', '1', '--reason', 'xong'))
    await eventually(async () => (await stored()) === 0 && (await isSwept()))
    expect(await list<CaseItem>('/cases')).toEqual([])
    expect(await expectOk(thanhloc('hold', 'list'))).toBe('no hold is in force')
    expect(await expectOk(thanhloc('hold', 'list', '--all'))).toContain('lifted by socket')
    const trail = await list<{ action: string; target: string; reason: string }>('/audit?action=hold.change')
    expect(trail.map(({ target, reason }) => `${target} ${reason}`)).toEqual([
      'unit:so-y-te xong',
      'unit:so-y-te vụ án',
    ])
    expect((await thanhloc('hold', 'release', '1', '--reason', 'xong')).exit).toBe(1)
  })
})

describe('a silence', () => {
  const casesOf = async (client: number): Promise<number> =>
    (await list<CaseItem>(`/cases?client=${client}`)).length
  const clientAt = (address: string): Promise<ClientItem> =>
    eventually(async () => (await list<ClientItem>('/clients')).find((client) => client.address === address))

  it('keeps hits of a client on an indicator from opening a case until it ends or expires', async () => {
    await open()
    // The store knows an indicator once somebody has asked for it.
    for (const name of ['other.vn', 'third.vn']) await ask(name, '127.0.4.1')
    await ask('evil.vn', '127.0.3.1')
    const { id } = await clientAt('127.0.3.1')
    await eventually(async () => (await stored()) === 3)
    const [opened] = await list<CaseItem>(`/cases?client=${id}`)
    const year = new Date(Date.now() + 300 * 86_400_000).toISOString()
    const clean = (version: number, to: string, more: object = {}) =>
      server.api('POST', `/api/v1/cases/${opened!.id}/change`, { version, to, ...more })
    expect((await clean(1, 'false-alarm', { note: 'máy thử', until: year })).status).toBe(200)
    const state = async (): Promise<string> => (await list<CaseItem>(`/cases?client=${id}`))[0]!.state
    const untilMs = Date.now() + 6000
    const soon = {
      client: id,
      indicator: 'other.vn',
      until: new Date(untilMs).toISOString(),
      reason: 'đo thử',
    }
    expect((await server.api('POST', '/api/v1/silences', soon)).body).toMatchObject({
      clientId: id,
      indicators: 1,
    })
    expect((await server.api('POST', '/api/v1/silences', { ...soon, indicator: 'never.vn' })).status).toBe(
      404,
    )
    expect(await expectOk(thanhloc('silence', 'list', '--client', String(id)))).toMatch(
      new RegExp(`^client ${id} \\(so-y-te\\) {2}other\\.vn .*by socket: đo thử\nclient ${id} .* evil\\.vn .*false alarm of case \\d+: máy thử$`),
    ) // prettier-ignore
    await ask('other.vn', '127.0.3.1')
    expect(Date.now(), 'asked in time').toBeLessThan(untilMs)
    await eventually(async () => (await stored()) === 4)
    expect([await state(), await casesOf(id)]).toEqual(['false-alarm', 1])
    // Its time comes: the next hit is heard.
    await eventually(async () => (await ask('other.vn', '127.0.3.1'), (await state()) === 'new'), 20_000)
    expect((await list<{ indicator: string }>('/silences')).map(({ indicator }) => indicator)).toEqual([
      'evil.vn',
    ])
    expect((await list<{ indicator: string }>('/silences?expired=true')).length).toBe(2)

    const ended = { ...soon, indicator: 'third.vn', until: year }
    expect((await server.api('POST', '/api/v1/silences', ended)).status).toBe(201)
    await expectOk(
      thanhloc('silence', 'end', '--client', String(id), '--indicator', 'third.vn', '--reason', 'xong'),
    )
    expect(await expectOk(thanhloc('silence', 'list'))).not.toContain('third.vn')
    const twice = await thanhloc(
      'silence',
      'end',
      '--client',
      String(id),
      '--indicator',
      'third.vn',
      '--reason',
      'xong',
    )
    expect([twice.exit, twice.err]).toEqual([1, expect.stringContaining('third.vn is not silenced')])
    const trail = await list<{ target: string; details: string }>('/audit?action=case.change')
    expect(trail[0]).toMatchObject({ target: `client:${id}`, details: '{"silence":"third.vn","until":null}' })
  })
})

it('other names and another token of the admin API are in force when the configuration is read again', async () => {
  const config = (host: string, file: string): string =>
    `admin: { listen: "127.0.0.1:0", hosts: [${host}], tokenFile: ${file} }\n`
  writeFileSync(join(directory, 'one.token'), 'một mã truy cập đủ dài', { mode: 0o600 })
  const tokens = { one: 'first-token-long-enough', two: 'second-token-long-enough' }
  for (const [name, token] of Object.entries(tokens))
    writeFileSync(join(directory, `${name}.token`), token, { mode: 0o600 })
  await open(config('one.test', 'one.token'))
  const ready = server.lines.find(({ msg }) => msg === 'ready')!
  const port = Number((ready['admin'] as string[])[0]!.split(':').at(-1))
  const status = async (host: string, token: string): Promise<number> =>
    (await call(port, 'GET', '/api/v1/status', { host, authorization: `Bearer ${token}` })).status
  expect([await status('one.test', tokens.one), await status('two.test', tokens.one)]).toEqual([200, 421])
  const text = readFileSync(server.path('thanhloc.yaml'), 'utf8')
  server.write(
    'thanhloc.yaml',
    text.replace(config('one.test', 'one.token'), config('two.test', 'two.token')),
  )
  const { body } = await server.api('POST', '/api/v1/reload', {})
  expect(body).toMatchObject({ needsRestart: [] })
  await eventually(async () => (await status('two.test', tokens.two)) === 200)
  expect([await status('one.test', tokens.two), await status('two.test', tokens.one)]).toEqual([421, 401])
})
