/** Sign-in, accounts, tokens and the trail over the API, with the real accounts behind it. */
import { beforeEach, describe, expect, it } from 'vitest'
import { readBase32 } from '../../../src/accounts/base32.ts'
import { socketPrincipal } from '../../../src/accounts/principal.ts'
import { totpCode, totpStep } from '../../../src/accounts/totp.ts'
import { CLIENT, createFixture, healthyThreads, type Fixture } from './fake-threads.ts'

const HOST = '127.0.0.1:8053'
const PASSWORD = 'Mèo trèo cây cau 7'
const NEXT = 'Chuột đi chợ xa 8!'
const SOCKET = { principal: socketPrincipal(null), source: 'socket' }
const UNITS = `units:
  - { id: tinh, networks: [] }
  - { id: so-yte, parent: tinh, networks: [10.1.0.0/16] }
  - { id: so-tttt, parent: so-yte, networks: [10.1.2.0/24] }
  - { id: so-gd, parent: tinh, networks: [10.2.0.0/16] }`

let fixture: Fixture
let asked: unknown[]

interface Session {
  readonly cookie: string
  readonly csrf: string
}

beforeEach(async () => {
  asked = []
  const threads = healthyThreads()
    .on('lists/allow-remove', () => true)
    .on('lists/pause', () => null)
    .on('resolver/flush', () => ({ removed: 0 }))
  fixture = await createFixture({
    settings: UNITS,
    threads,
    clients: {
      listClients: (filter) => {
        asked.push(filter)
        return { items: [CLIENT], next: null }
      },
      countClients: (filter) => {
        asked.push(filter)
        return { machines: { new: 2 }, routers: 1, blocked: 4, logged: 1 }
      },
    },
  })
})

async function addUser(
  name: string,
  role = 'officer',
  units: readonly string[] | null = null,
): Promise<void> {
  await fixture.accounts.users.add(SOCKET, { name, role, units, password: { text: PASSWORD, isOwn: true } })
}

function call(
  method: string,
  path: string,
  { headers = {}, body }: { headers?: Record<string, string>; body?: object } = {},
) {
  const json = method === 'GET' ? {} : { 'content-type': 'application/json' }
  return fixture.app.inject({
    method: method as 'GET',
    url: `/api/v1${path}`,
    headers: { host: HOST, ...json, ...headers },
    ...(method === 'GET' ? {} : { payload: body ?? {} }),
  })
}

async function signIn(name: string, more: object = {}): Promise<Session> {
  const reply = await call('POST', '/session', { body: { name, password: PASSWORD, ...more } })
  expect(reply.statusCode, reply.body).toBe(200)
  const cookie = String(reply.headers['set-cookie']).split(';')[0]!
  return { cookie, csrf: reply.json<{ csrf: string }>().csrf }
}

const by = ({ cookie, csrf }: Session): Record<string, string> => ({ cookie, 'x-csrf-token': csrf })
const trail = (): { action: string; target: string; actor: string; reason: string; details: string }[] => [
  ...fixture.accounts.trail.read({ limit: 1000 }).items,
]

describe('a session', () => {
  it('is a cookie no script reads and no other page sends, and a token beside it', async () => {
    await addUser('an', 'admin')
    const reply = await call('POST', '/session', { body: { name: 'an', password: PASSWORD } })
    expect(reply.headers['set-cookie']).toMatch(
      /^thanhloc-session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/,
    )
    expect(reply.json()).toMatchObject({
      kind: 'user',
      name: 'an',
      role: 'admin',
      units: null,
      recoveryCodesLeft: null,
    })
    const session = { cookie: String(reply.headers['set-cookie']).split(';')[0]!, csrf: reply.json().csrf }
    const who = await call('GET', '/session', { headers: { cookie: session.cookie } })
    expect(who.json()).toMatchObject({ name: 'an', csrf: session.csrf })
    expect(who.json().actions).toContain('user.change')
  })

  it('tells its page after how long without a request it ends, by role', async () => {
    await addUser('an', 'admin')
    await addUser('binh', 'officer')
    for (const [name, idleSeconds] of [['an', 280], ['binh', 880]] as const) {
      const { cookie } = await signIn(name)
      const who = await call('GET', '/session', { headers: { cookie } })
      expect(who.json()).toMatchObject({ idleSeconds, recoveryCodesLeft: null })
      fixture.clock.nowMs += (idleSeconds - 1) * 1000
      expect((await call('GET', '/session', { headers: { cookie, 'x-background': '1' } })).statusCode).toBe(200)
      fixture.clock.nowMs += 22_000
      expect((await call('GET', '/session', { headers: { cookie, 'x-background': '1' } })).statusCode).toBe(401)
    }
  }) // prettier-ignore

  it('changes nothing without the CSRF token', async () => {
    await addUser('an', 'admin')
    const { cookie, csrf } = await signIn('an')
    const without = await call('POST', '/cache/flush', { headers: { cookie } })
    expect([without.statusCode, without.json().code]).toEqual([403, 'THANHLOC_ACCOUNT_CSRF'])
    expect((await call('POST', '/cache/flush', { headers: by({ cookie, csrf }) })).statusCode).toBe(200)
  })

  it('ends when somebody signs out, and when nobody has done anything for a while', async () => {
    await addUser('an')
    const first = await signIn('an')
    const out = await call('DELETE', '/session', { headers: by(first) })
    expect([out.statusCode, String(out.headers['set-cookie'])]).toEqual([
      204,
      expect.stringContaining('Max-Age=0'),
    ])
    expect((await call('GET', '/clients', { headers: by(first) })).json().code).toBe(
      'THANHLOC_ACCOUNT_SESSION',
    )
    const second = await signIn('an')
    fixture.clock.nowMs += 14 * 60_000
    expect((await call('GET', '/clients', { headers: by(second) })).statusCode).toBe(200)
    fixture.clock.nowMs += 14 * 60_000
    // What the page does by itself does not count as somebody being there.
    const background = { ...by(second), 'x-background': '1' }
    expect((await call('GET', '/clients', { headers: background })).statusCode).toBe(200)
    fixture.clock.nowMs += 2 * 60_000
    expect((await call('GET', '/clients', { headers: by(second) })).statusCode).toBe(401)
  })

  it('is refused for a while after failures, with the time to wait', async () => {
    await addUser('an')
    const wrong = () => call('POST', '/session', { body: { name: 'an', password: 'wrong' } })
    for (let failure = 0; failure < 5; failure++) {
      expect((await wrong()).json().code).toBe('THANHLOC_ACCOUNT_CREDENTIALS')
      fixture.clock.nowMs += 5000
    }
    const locked = await call('POST', '/session', { body: { name: 'an', password: PASSWORD } })
    expect([locked.statusCode, locked.json().code]).toEqual([429, 'THANHLOC_ACCOUNT_LOCKED'])
    expect(Number(locked.headers['retry-after'])).toBeGreaterThan(600)
    fixture.accounts.users.unlock(SOCKET, 'an')
    // The address it came from waits on.
    expect((await call('POST', '/session', { body: { name: 'an', password: PASSWORD } })).statusCode).toBe(
      429,
    )
    fixture.clock.nowMs += 16 * 60_000
    await signIn('an')
  })

  it('with a password somebody else set allows nothing but changing it', async () => {
    const made = await fixture.accounts.users.add(SOCKET, { name: 'binh', role: 'officer', units: null })
    const reply = await call('POST', '/session', { body: { name: 'binh', password: made.madePassword } })
    const session = { cookie: String(reply.headers['set-cookie']).split(';')[0]!, csrf: reply.json().csrf }
    expect(reply.json()).toMatchObject({ mustChangePassword: true, actions: ['self.change'] })
    expect((await call('GET', '/clients', { headers: by(session) })).json().detail).toContain(
      '/api/v1/session/password',
    )
    const change = (next: string) =>
      call('POST', '/session/password', { headers: by(session), body: { current: made.madePassword, next } })
    expect((await change('short')).json().code).toBe('THANHLOC_ACCOUNT_PASSWORD')
    expect((await change(NEXT)).statusCode).toBe(204)
    // All sessions end with the password.
    expect((await call('GET', '/clients', { headers: by(session) })).statusCode).toBe(401)
    expect((await signIn('binh', { password: NEXT })).csrf).not.toBe('')
  })

  it('with a second factor needs its code; a recovery code does once', async () => {
    await addUser('an')
    const session = await signIn('an')
    const begun = await call('POST', '/session/totp', { headers: by(session), body: { password: PASSWORD } })
    expect(begun.json().uri).toMatch(/^otpauth:\/\/totp\//)
    const secret = readBase32(begun.json<{ secret: string }>().secret)!
    const code = (): string => totpCode(secret, totpStep(fixture.clock.nowMs))
    const confirm = (given: string) =>
      call('POST', '/session/totp/confirm', { headers: by(session), body: { code: given } })
    expect((await confirm('000000')).statusCode).toBe(422)
    const { recoveryCodes } = (await confirm(code())).json<{ recoveryCodes: string[] }>()
    expect(recoveryCodes).toHaveLength(10)
    const needed = await call('POST', '/session', { body: { name: 'an', password: PASSWORD } })
    expect([needed.statusCode, needed.json().code]).toEqual([401, 'THANHLOC_ACCOUNT_CODE_NEEDED'])
    fixture.clock.nowMs += 30_000
    await signIn('an', { code: code() })
    const { cookie } = await signIn('an', { code: recoveryCodes[0] })
    const left = await call('GET', '/session', { headers: { cookie } })
    expect(left.json().recoveryCodesLeft).toBe(9)
    const again = await call('POST', '/session', {
      body: { name: 'an', password: PASSWORD, code: recoveryCodes[0] },
    })
    expect(again.statusCode).toBe(401)
    await addUser('chi', 'admin')
    fixture.clock.nowMs += 3000
    const taken = await call('DELETE', '/users/an/totp', { headers: by(await signIn('chi')) })
    expect(taken.statusCode, taken.body).toBe(204)
    await signIn('an')
  })
})

describe('clients', () => {
  it('of other units are not asked for, and are not there', async () => {
    await addUser('yte', 'officer', ['so-yte'])
    await addUser('gd', 'officer', ['so-gd'])
    const yte = by(await signIn('yte'))
    const gd = by(await signIn('gd'))
    await call('GET', '/clients?unit=so-gd', { headers: yte })
    expect(asked).toEqual([{ unit: 'so-gd', since: undefined, until: undefined, within: ['so-yte'] }])
    // so-tttt is below so-yte.
    expect((await call('GET', '/clients/7', { headers: yte })).statusCode).toBe(200)
    const theirs = await call('GET', '/clients/7', { headers: gd })
    const none = await call('GET', '/clients/8', { headers: gd })
    expect([theirs.statusCode, none.statusCode]).toEqual([404, 404])
    expect(theirs.body.replace('7', '8')).toBe(none.body)
    expect(trail().filter(({ action }) => action === 'client.reveal')).toMatchObject([
      { actor: 'user:yte', target: 'client:7' },
    ])
  })

  it('are hidden until they are asked for, which is on record before the answer', async () => {
    await addUser('an')
    const an = by(await signIn('an'))
    const reveals = () => trail().filter(({ action }) => action === 'client.reveal')
    const hidden = await call('GET', '/clients', { headers: an })
    expect(hidden.json().items).toMatchObject([{ id: 7, address: null, addresses: [], unit: 'so-tttt' }])
    expect(hidden.body).not.toMatch(/10\.1\.2\.3|52:54|pc-ketoan|Kế toán|kế toán/)
    expect(reveals()).toEqual([])
    const shown = await call('GET', '/clients?reveal=true&status=new', { headers: an })
    expect(shown.json().items).toMatchObject([{ id: 7, address: '10.1.2.3' }])
    expect(reveals()).toMatchObject([
      { actor: 'user:an', target: 'clients', details: '{"clients":[7],"status":"new"}' },
    ])
    // To search for an address is to learn whose it is.
    await call('GET', '/clients?q=10.1.2.3', { headers: an })
    expect(reveals()[0]!.details).toContain('"q":"10.1.2.3"')
  })

  it('are not shown where it cannot be recorded', async () => {
    await addUser('an')
    const an = by(await signIn('an'))
    fixture.accounts.close()
    const { app } = fixture
    const headers = { host: HOST, authorization: 'Bearer correct-horse-battery-staple' }
    for (const url of ['/api/v1/clients?reveal=true', '/api/v1/clients/7']) {
      const reply = await app.inject({ url, headers })
      expect([reply.statusCode, reply.json().code]).toEqual([503, 'THANHLOC_ACCOUNTS_UNAVAILABLE'])
      expect(reply.body).not.toContain('10.1.2.3')
    }
    expect((await call('GET', '/clients', { headers: an })).statusCode).toBe(503)
  })

  it('are numbers and nothing else for a viewer, of its units', async () => {
    await addUser('xem', 'viewer', ['so-yte'])
    const xem = by(await signIn('xem'))
    const numbers = await call('GET', '/numbers?campaign=2022', { headers: xem })
    expect(numbers.json()).toEqual({ machines: { new: 2 }, routers: 1, hits: 5, blocked: 4, logged: 1 })
    expect(asked).toEqual([{ campaign: '2022', since: undefined, until: undefined, within: ['so-yte'] }])
    expect((await call('GET', '/status', { headers: xem })).statusCode).toBe(200)
    for (const path of ['/clients', '/clients/7', '/lists', '/lookup?name=a.vn', '/audit', '/users'])
      expect((await call('GET', path, { headers: xem })).statusCode, path).toBe(403)
  })

  it('by the socket are shown without a row: who may open it may open the database', async () => {
    const { app, accounts } = await createFixture({ bySocket: true })
    const reply = await app.inject({ url: '/api/v1/clients', headers: { host: 'localhost' } })
    expect(reply.json().items).toMatchObject([{ address: '10.1.2.3' }])
    expect(accounts.trail.head().seq).toBe(0)
  })
})

describe('changes', () => {
  it('are recorded with who, what and why, before they are done', async () => {
    await addUser('an', 'admin')
    const headers = by(await signIn('an'))
    await call('POST', '/pause', { headers, body: { for: 'off', reason: 'xong' } })
    await call('POST', '/lists/reload', { headers, body: { reason: 'mới' } })
    await call('POST', '/reload', { headers, body: { reason: 'thử' } })
    await call('POST', '/cache/flush?name=a.vn', { headers })
    await call('DELETE', '/allow/a.vn?reason=h%E1%BA%BFt', { headers })
    // Refused by a thread that is away: that it was tried stands there.
    await call('POST', '/allow', { headers, body: { name: 'b.vn', reason: 'nhầm', for: '2h' } })
    expect(trail().slice(0, 6).map(({ actor, action, target, reason }) => [actor, action, target, reason])).toEqual([
      ['user:an', 'list.allow', 'name:b.vn', 'nhầm'],
      ['user:an', 'list.allow', 'name:a.vn', 'hết'],
      ['user:an', 'cache.flush', 'name:a.vn', ''],
      ['user:an', 'settings.reload', '', 'thử'],
      ['user:an', 'list.change', '', 'mới'],
      ['user:an', 'list.change', 'pause', 'xong'],
    ]) // prettier-ignore
  })

  it('are not done where they cannot be recorded, but at the machine itself', async () => {
    const remote = await createFixture()
    const local = await createFixture({ bySocket: true })
    const flush = (of: Fixture) => {
      of.accounts.close()
      of.threads.on('resolver/flush', () => ({ removed: 1 }))
      const headers = {
        host: HOST,
        'content-type': 'application/json',
        authorization: 'Bearer correct-horse-battery-staple',
      }
      return of.app.inject({ method: 'POST', url: '/api/v1/cache/flush', headers, payload: {} })
    }
    expect((await flush(remote)).statusCode).toBe(503)
    expect(remote.threads.bodies('resolver/flush')).toEqual([])
    expect((await flush(local)).json()).toEqual({ removed: 2 })
    expect(local.logged.join('')).toContain('not in the audit trail')
  })
})

describe('accounts and tokens', () => {
  it('are made, changed and removed', async () => {
    await addUser('an', 'admin')
    const headers = by(await signIn('an'))
    const made = await call('POST', '/users', {
      headers,
      body: { name: 'binh', role: 'officer', units: ['so-yte'] },
    })
    expect([made.statusCode, made.headers.location]).toEqual([201, '/api/v1/users/binh'])
    expect(made.json()).toMatchObject({ name: 'binh', units: ['so-yte'], mustChangePassword: true })
    expect(made.json().madePassword).toHaveLength(20)
    expect(
      (await call('POST', '/users', { headers, body: { name: 'binh', role: 'officer' } })).statusCode,
    ).toBe(409)
    expect((await call('POST', '/users', { headers, body: { name: 'x', role: 'king' } })).statusCode).toBe(
      422,
    )
    const list = (await call('GET', '/users', { headers })).json<{ items: { name: string }[] }>()
    expect(list.items.map(({ name }) => name)).toEqual(['an', 'binh'])
    expect(JSON.stringify(list)).not.toMatch(/scrypt|\$|secret/)
    const patch = (body: object) => call('PATCH', '/users/binh', { headers, body })
    // A limit stays unless it is lifted in so many words.
    expect((await patch({ role: 'viewer' })).json()).toMatchObject({ role: 'viewer', units: ['so-yte'] })
    expect((await patch({ units: null })).json()).toMatchObject({ role: 'viewer', units: null })
    expect((await patch({ units: ['so-gd'] })).json()).toMatchObject({ role: 'viewer', units: ['so-gd'] })
    expect((await patch({ role: 'viewer' })).json()).toMatchObject({ units: ['so-gd'] })
    expect((await patch({ isDisabled: true, reason: 'nghỉ việc' })).json()).toMatchObject({
      isDisabled: true,
    })
    expect((await patch({ isDisabled: false })).json()).toMatchObject({ isDisabled: false })
    expect((await patch({ isDisabled: false, role: 'admin' })).statusCode).toBe(400)
    expect((await patch({})).statusCode).toBe(400)
    expect((await call('POST', '/users/binh/unlock', { headers })).statusCode).toBe(200)
    expect((await call('POST', '/users/binh/password', { headers })).json().madePassword).toHaveLength(20)
    expect((await call('DELETE', '/users/binh?reason=x', { headers })).statusCode).toBe(204)
    expect((await call('DELETE', '/users/binh', { headers })).statusCode).toBe(404)
    expect((await call('DELETE', '/users/an', { headers })).json().code).toBe('THANHLOC_ACCOUNT_CONFLICT')
  })

  it('tokens have an end and a role, and stop at once', async () => {
    await addUser('an', 'admin')
    const headers = by(await signIn('an'))
    const body = { name: 'grafana', role: 'viewer', for: '90d' }
    const made = (await call('POST', '/tokens', { headers, body })).json()
    expect(made).toMatchObject({
      name: 'grafana',
      role: 'viewer',
      createdBy: 'user:an',
      expiresAt: '2027-02-19T08:00:00.000Z',
    })
    const bearer = { authorization: `Bearer ${made.secret}` }
    expect((await call('GET', '/session', { headers: bearer })).json()).toMatchObject({
      kind: 'token',
      name: 'grafana',
      csrf: null,
    })
    expect((await call('GET', '/clients', { headers: bearer })).statusCode).toBe(403)
    expect((await call('GET', '/tokens', { headers })).body).not.toContain(made.secret)
    expect(
      (await call('POST', '/tokens', { headers, body: { ...body, name: 'x', for: '500d' } })).statusCode,
    ).toBe(422)
    expect((await call('DELETE', '/tokens/grafana', { headers })).statusCode).toBe(204)
    const after = await call('GET', '/numbers', { headers: bearer })
    expect([after.statusCode, after.json().code]).toEqual([401, 'THANHLOC_ACCOUNT_TOKEN'])
  })
})

describe('the trail', () => {
  it('is read page by page, and checked', async () => {
    await addUser('an', 'auditor')
    const headers = by(await signIn('an'))
    const first = (await call('GET', '/audit?limit=1', { headers })).json()
    expect(first).toMatchObject({
      items: [{ seq: 2, action: 'sign-in', actor: 'user:an', source: '127.0.0.1' }],
      next: '2',
    })
    const second = (await call('GET', `/audit?limit=1&cursor=${first.next}`, { headers })).json()
    expect(second).toMatchObject({ items: [{ seq: 1, action: 'user.add', actor: 'socket' }], next: null })
    expect((await call('GET', '/audit?action=user.*', { headers })).json().items).toHaveLength(1)
    expect((await call('GET', '/audit?until=2026-11-20', { headers })).json().items).toEqual([])
    const { head } = (await call('GET', '/audit/head', { headers })).json<{ head: string }>()
    expect(head).toMatch(/^2:[0-9a-f]{64}$/)
    const verify = (body: object) => call('POST', '/audit/verify', { headers, body })
    expect((await verify({ head })).json()).toMatchObject({
      isSound: true,
      rows: 2,
      outside: 'held',
      broken: null,
    })
    const forged = `2:${'0'.repeat(64)}`
    expect((await verify({ head: forged })).json()).toMatchObject({
      isSound: false,
      broken: { kind: 'rewritten', seq: 2 },
    })
    expect((await verify({ head: 'nonsense' })).statusCode).toBe(422)
  })
})
