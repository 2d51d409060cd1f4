/** `user`, `token` and `audit` against a real admin API on a socket, and the trail without one. */
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Accounts } from '../../../src/accounts/accounts.ts'
import { socketPrincipal } from '../../../src/accounts/principal.ts'
import { systemClock } from '../../../src/clock.ts'
import { SecureRandom } from '../../../src/random.ts'
import { createFixture, type Fixture } from '../admin/fake-threads.ts'
import { runCommand, runWithInput } from './terminal.ts'

const PASSWORD = 'Mèo trèo cây cau 7'

let data: string
let server: Server
let fixture: Fixture
const thanhloc = (...words: string[]) => runCommand(...words, '--data', data)

beforeAll(async () => {
  data = mkdtempSync(join(tmpdir(), 'thanhloc-accounts-'))
  fixture = await createFixture({ bySocket: true })
  server = createServer((request, response) => fixture.app.routing(request, response))
  server.listen(join(data, 'admin.sock'))
  await once(server, 'listening')
})
afterAll(() => {
  server.close()
  rmSync(data, { recursive: true })
})

describe('user', () => {
  it('makes an account with a password that is shown once', async () => {
    const { exit, out } = await thanhloc(
      'user',
      'add',
      'binh',
      '--role',
      'officer',
      '--units',
      'so-yte,so-gd',
    )
    expect(exit).toBe(0)
    expect(out).toMatch(/^binh: officer of so-gd, so-yte; must change the password; active \d{4}-/)
    const [, made] = /shown this once.*: (\S{20})$/.exec(out)!
    expect((await thanhloc('user', 'list')).out).not.toContain(made)
  })

  it("takes the owner's own from standard input, never from the command line", async () => {
    const add = [
      'user',
      'add',
      'an',
      '--role',
      'admin',
      '--own',
      '--full-name',
      'Nguyễn Văn An',
      '--data',
      data,
    ]
    const { exit, out } = await runWithInput([PASSWORD], ...add)
    expect(exit).toBe(0)
    expect(out).toMatch(/^an: admin; Nguyễn Văn An; active /)
    expect(out).not.toContain('password')
    const given = await thanhloc('user', 'password', 'an', '--password', 'x')
    expect(given).toMatchObject({ exit: 2, err: expect.stringContaining('"x" is one word too many') })
    expect(await runWithInput([], ...add)).toMatchObject({
      exit: 1,
      err: 'thanhloc user: no password was given',
    })
    const weak = await runWithInput(['abc'], 'user', 'password', 'an', '--own', '--data', data)
    expect(weak).toMatchObject({ exit: 1, err: expect.stringContaining('too weak') })
  })

  it('changes role and units, disables, enables, unlocks, removes', async () => {
    expect((await thanhloc('user', 'role', 'binh', '--units', 'so-yte')).out).toMatch(
      /^binh: officer of so-yte;/,
    )
    expect((await thanhloc('user', 'role', 'binh', '--units', 'all')).out).toMatch(/^binh: officer;/)
    expect((await thanhloc('user', 'role', 'binh', '--role', 'viewer')).out).toMatch(/^binh: viewer;/)
    expect((await thanhloc('user', 'disable', 'binh', '--reason', 'nghỉ')).out).toContain('DISABLED')
    expect((await thanhloc('user', 'enable', 'binh')).out).not.toContain('DISABLED')
    expect((await thanhloc('user', 'unlock', 'binh')).out).toBe('binh may try again')
    expect((await thanhloc('user', 'password', 'binh')).out).toMatch(/shown this once/)
    expect((await thanhloc('user', 'totp', 'binh', '--remove')).exit).toBe(0)
    const list = JSON.parse((await thanhloc('user', 'list', '--json')).out) as { items: { name: string }[] }
    expect(list.items.map(({ name }) => name)).toEqual(['an', 'binh'])
    expect((await thanhloc('user', 'remove', 'binh', '--reason', 'nghỉ việc')).out).toBe('binh is removed')
    const { items } = fixture.accounts.trail.read({ limit: 1 })
    expect(items).toMatchObject([
      { action: 'user.remove', target: 'user:binh', reason: 'nghỉ việc', actor: 'socket' },
    ])
  })

  it("tells slips, and the server's own words", async () => {
    expect(await thanhloc('user', 'ad', 'x')).toMatchObject({
      exit: 2,
      err: expect.stringContaining('did you mean add?'),
    })
    expect(await thanhloc('user', 'add')).toMatchObject({
      exit: 2,
      err: expect.stringContaining('name is missing'),
    })
    expect(await thanhloc('user', 'add', 'x')).toMatchObject({
      exit: 2,
      err: expect.stringContaining('--role ROLE'),
    })
    expect(await thanhloc('user', 'list', 'x')).toMatchObject({ exit: 2 })
    expect(await thanhloc('user', 'totp', 'an')).toMatchObject({ exit: 2 })
    expect(await thanhloc('user', 'remove', 'an')).toMatchObject({
      exit: 1,
      err: expect.stringContaining('last administrator'),
    })
    expect(await thanhloc('user', 'add', 'AN', '--role', 'viewer')).toMatchObject({
      exit: 1,
      err: expect.stringContaining('There is an account'),
    })
  })
})

describe('token', () => {
  it('is made, listed and revoked', async () => {
    const made = await thanhloc('token', 'add', 'grafana', '--role', 'viewer', '--for', '30d')
    expect(made.out).toMatch(
      /^grafana: viewer; until .*; made by socket; never used\nthe token, shown this once: tl_\S{43}$/,
    )
    expect((await thanhloc('token', 'list')).out).toMatch(/^grafana: viewer; until [^\n]*$/)
    expect(await thanhloc('token', 'add', 'x', '--role', 'viewer', '--for', '30')).toMatchObject({ exit: 2 })
    expect((await thanhloc('token', 'revoke', 'grafana')).out).toBe('grafana is revoked')
    expect((await thanhloc('token', 'revoke', 'grafana')).exit).toBe(1)
    expect((await thanhloc('token', 'list')).out).toBe('there is no token')
  })
})

describe('audit', () => {
  it('reads, gives the head, checks', async () => {
    const { out } = await thanhloc('audit', 'read', '--action', 'token.*')
    expect(out.split('\n')).toEqual([
      expect.stringMatching(
        /^\d+ {2}2026-11-2\d .* {2}socket \(admin\) from socket {2}token\.revoke token:grafana/,
      ),
      expect.stringMatching(/token\.add token:grafana {2}\{"role":"viewer"/),
    ])
    const head = (await thanhloc('audit', 'head')).out
    const verify = await thanhloc('audit', 'verify', '--head', head)
    expect(verify).toMatchObject({ exit: 0, err: '' })
    expect(verify.out).toMatch(
      /^the trail is sound: \d+ rows\nhead \d+:\w{64}\nthe head from outside stands in it$/,
    )
    const cut = await thanhloc('audit', 'verify', '--head', `9999:${'a'.repeat(64)}`)
    expect(cut).toMatchObject({ exit: 1, out: '', err: expect.stringContaining('the end was cut off') })
    expect(await thanhloc('audit', 'read', '--limit', '0')).toMatchObject({ exit: 2 })
  })

  it('without a server says what the file says; without a file, that there is none', async () => {
    const directory = join(data, 'stopped')
    const none = await runCommand('audit', 'verify', '--data', directory)
    expect(none).toMatchObject({ exit: 1, err: expect.stringContaining('there is no audit trail in') })
    const tokenOfFile = { isConfigured: false, accepts: () => false }
    const log = { info: () => {}, warn: () => {}, error: () => {} }
    const accounts = Accounts.open({
      directory,
      clock: systemClock,
      random: new SecureRandom(),
      log,
      tokenOfFile,
    })
    accounts.record(
      { principal: socketPrincipal(null), source: 'socket' },
      { action: 'cache.flush', reason: 'a\u001b[2Jb' },
    )
    accounts.close()
    const read = await runCommand('audit', 'read', '--data', directory)
    expect(read).toMatchObject({ exit: 0, err: 'no server runs: this is what the file says' })
    expect(read.out).toMatch(/^1 {2}.*cache\.flush: a\uFFFD\[2Jb$/)
    const verify = await runCommand('audit', 'verify', '--json', '--data', directory)
    expect(JSON.parse(verify.out)).toMatchObject({ isSound: true, rows: 1, outside: 'none' })
    expect((await runCommand('audit', 'verify', '--head', 'x', '--data', directory)).err).toContain(
      'that is no head',
    )
  })
})
