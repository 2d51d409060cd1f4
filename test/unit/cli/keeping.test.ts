/** `hold`, `silence`, `backup` and `restore`: what they ask the server, what they print, what makes no sense. */
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createFixture, healthyThreads, NOW, type FakeThreads, type Fixture } from '../admin/fake-threads.ts'
import { runCommand } from './terminal.ts'

const SILENCE = {
  clientId: 7, unit: null, indicator: 'evil.test', kind: 'subtree', until: NOW, setAt: NOW, actor: 'user:an', reason: 'máy thử',
  caseId: 3,
} // prettier-ignore

let data: string
let server: Server
let fixture: Fixture
let threads: FakeThreads
const thanhloc = (...words: string[]) => runCommand(...words, '--data', data)

beforeAll(async () => {
  data = mkdtempSync(join(tmpdir(), 'thanhloc-keeping-'))
  server = createServer((request, response) => fixture.app.routing(request, response))
  server.listen(join(data, 'admin.sock'))
  await once(server, 'listening')
})
beforeEach(async () => {
  threads = healthyThreads()
  const listSilences = () => ({ items: [SILENCE], next: 'bmV4dA' })
  fixture = await createFixture({ threads, bySocket: true, cases: { listSilences }, settings: 'keep: { holds: [ { document: 1/QĐ, what: all } ] }' }) // prettier-ignore
})
afterAll(() => {
  server.close()
  rmSync(data, { recursive: true })
})

describe('hold', () => {
  it('sets and lifts by number, and shows those of the configuration', async () => {
    threads.on('store/hold', () => ({ id: 5 })).on('store/release-hold', () => ({ id: 5 }))
    const added = await thanhloc('hold', 'add', 'client:7', '--document', ' 12/QĐ ', '--reason', 'vụ án')
    expect(added).toMatchObject({ exit: 0, out: expect.stringMatching(/^hold 5 is in force: nothing of client:7 is deleted; .*hold release 5 /) }) // prettier-ignore
    expect(threads.bodies('store/hold')).toEqual([{ document: '12/QĐ', scope: 'client', target: '7', reason: 'vụ án', actor: 'socket' }]) // prettier-ignore
    expect((await thanhloc('hold', 'list')).out).toBe('configuration  all  1/QĐ')
    const released = await thanhloc('hold', 'release', '5', '--reason', 'xong')
    expect([released.exit, released.out]).toEqual([0, 'hold 5 is lifted: what is too old goes again'])
    expect(JSON.parse((await thanhloc('hold', 'list', '--json')).out)).toMatchObject({
      items: [{ what: 'all' }],
    })
  })

  it.each([
    [['hold', 'add', 'every', '--document', '1'], /"every" is not what a hold can be about/],
    [['hold', 'add', 'all'], /--document/],
    [['hold', 'add', 'all', '--document', ' '], /--document/],
    [['hold', 'release', 'x', '--reason', 'y'], /"x" is no number of a hold/],
    [['hold', 'release', '5'], /say why with --reason/],
    [['hold', 'lift', '5'], /there is no lift/],
    [['silence', 'end', '--client', '7', '--reason', 'x'], /--indicator is missing/],
    [['silence', 'off'], /there is no off/],
    [['restore'], /a word is missing/],
    [['backup', 'a', 'b'], /"b" is one word too many/],
  ])('%j is refused before a server is asked', async (words, said) => {
    const ran = await thanhloc(...words)
    expect([ran.exit, ran.out]).toEqual([2, ''])
    expect(ran.err).toMatch(said)
    expect(threads.asked).toEqual([])
  })
})

describe('silence', () => {
  it('lists, says that there is more, and ends', async () => {
    const { out } = await thanhloc('silence', 'list', '--client', '7')
    expect(out).toMatch(
      /^client 7 {2}evil\.test {2}until .*; by user:an: false alarm of case 3: máy thử\n… there are more$/,
    )
    threads.on('cases/silence', () => ({ indicators: 1 }))
    const ended = await thanhloc(
      'silence',
      'end',
      '--client',
      '7',
      '--indicator',
      '192.0.2.0/24',
      '--reason',
      'xong',
    )
    expect([ended.exit, ended.out]).toEqual([0, 'client 7 is heard again on 192.0.2.0/24'])
    expect(threads.bodies('cases/silence')).toEqual([
      { client: 7, indicator: '192.0.2.0/24', untilMs: null, actor: 'socket', reason: 'xong', isOwn: false },
    ])
  })
})

describe('backup', () => {
  const RUNNING = { path: '/a.backup', bytes: 1, expectedBytes: 2 }
  const upkeep = (running: object | null, last: object | null) => ({ isSwept: true, isHeld: false, error: null, backup: { running, last } }) // prettier-ignore
  const done = { path: '/a.backup', bytes: 9, clients: 1, cases: 2, hits: 3, parts: [], durationMs: 1 }

  it('waits until it is written', async () => {
    let looks = 0
    threads
      .on('store/backup', () => RUNNING)
      .on('store/upkeep', () =>
        ++looks < 3
          ? upkeep(RUNNING, null)
          : upkeep(null, { path: '/a.backup', atMs: NOW, reason: null, done }),
      )
    const ran = await thanhloc('backup', '/a.backup', '--replace')
    expect(ran).toMatchObject({ exit: 0, err: '' })
    expect(ran.out).toMatch(/^\/a\.backup: 9 bytes\nin it: 1 clients, 2 cases, 3 hits; NO ACCOUNTS/)
    expect(looks).toBe(3)
    expect(threads.bodies('store/backup')).toEqual([{ path: '/a.backup', replaces: true }])
  })

  it.each([
    [
      'full',
      { path: '/a.backup', atMs: NOW, reason: 'no room', done: null },
      /no backup is written to \/a\.backup: no room/,
    ],
    ['given up', null, /the server gave it up/],
    ['of another', { path: '/b.backup', atMs: NOW, reason: null, done }, /the server gave it up/],
  ])('says why there is none: %s', async (_, last, said) => {
    threads.on('store/backup', () => RUNNING).on('store/upkeep', () => upkeep(null, last))
    const ran = await thanhloc('backup', '/a.backup')
    expect([ran.exit, ran.out]).toEqual([1, ''])
    expect(ran.err).toMatch(said)
  })

  it('of a directory without a database is none', async () => {
    const empty = mkdtempSync(join(tmpdir(), 'thanhloc-keeping-'))
    const ran = await runCommand('backup', '/a.backup', '--data', empty)
    expect([ran.exit, ran.err]).toEqual([1, expect.stringContaining(`there is no database in ${empty}`)])
    rmSync(empty, { recursive: true })
  })
})
