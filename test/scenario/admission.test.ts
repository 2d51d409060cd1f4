/** From the first account to the audit: who gets in over TCP, what they see, what they leave behind. The real product, over TLS. */
import { request } from 'node:https'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readBase32 } from '../../src/accounts/base32.ts'
import { totpCode, totpStep } from '../../src/accounts/totp.ts'
import { hitOn, type ClientReport } from '../support/admin-reports.ts'
import type { Called } from '../support/http-call.ts'
import { selfSigned } from '../support/self-signed.ts'
import { eventually } from '../support/server.ts'
import { Stage } from '../support/stage.ts'
import { runCommand, runWithInput } from '../unit/cli/terminal.ts'

const PASSWORD = 'Mèo trèo cây cau 7'
const OTHER = 'Chuột đi chợ xa 8!'

const CONFIG = `
admin: { listen: "127.0.0.1:0", tls: { certificate: cert.pem, key: key.pem } }
lists: [ { id: apt32, path: apt32.txt } ]
units:
  - { id: tinh }
  - { id: so-yte, parent: tinh, networks: [127.0.21.0/24] }
  - { id: bv-tinh, parent: so-yte, networks: [127.0.22.0/24] }
  - { id: so-gd, parent: tinh, networks: [127.0.23.0/24] }
`
const CLIENTS = ['127.0.21.1', '127.0.22.1', '127.0.23.1', '127.0.24.1']

interface Session {
  readonly cookie: string
  readonly csrf: string
}

let stage: Stage
let port: number
let certificate: string
const data = (): string => stage.server.path('data')
const thanhloc = (...words: string[]) => runCommand(...words, '--data', data())

/** Over TLS, believing only the certificate the test made. */
function call(
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body?: object,
): Promise<Called> {
  const payload = method === 'GET' ? null : JSON.stringify(body ?? {})
  const json = payload === null ? {} : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(payload)) } // prettier-ignore
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, method, path: `/api/v1${path}`, ca: certificate, agent: false, headers: { ...json, ...headers } } // prettier-ignore
    const asking = request(options, (reply) => {
      let text = ''
      reply.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      reply.on('end', () =>
        resolve({
          status: reply.statusCode!,
          headers: reply.headers,
          text,
          body: text.startsWith('{') ? JSON.parse(text) : null,
        }),
      )
    })
    asking.on('error', reject)
    asking.end(payload)
  })
}

const by = ({ cookie, csrf }: Session): Record<string, string> => ({ cookie, 'x-csrf-token': csrf })

async function signIn(name: string, password: string, code?: string): Promise<Session> {
  const reply = await call('POST', '/session', {}, { name, password, ...(code !== undefined && { code }) })
  expect(reply.status, reply.text).toBe(200)
  const [cookie = ''] = String(reply.headers['set-cookie']).split(';')
  return { cookie, csrf: (reply.body as { csrf: string }).csrf }
}

async function makeUser(name: string, role: string, ...options: string[]): Promise<void> {
  const words = ['user', 'add', name, '--role', role, '--own', ...options, '--data', data()]
  const ran = await runWithInput([PASSWORD], ...words)
  expect(ran, ran.err).toMatchObject({ exit: 0, err: '' })
}

async function addresses(session: Session, query = ''): Promise<(string | null)[]> {
  const reply = await call('GET', `/clients?reveal=true&limit=1000${query}`, by(session))
  expect(reply.status, reply.text).toBe(200)
  return (reply.body as { items: ClientReport[] }).items.map(({ address }) => address).toSorted()
}

beforeAll(async () => {
  const { cert, key } = selfSigned('127.0.0.1')
  certificate = cert
  stage = await Stage.open(CONFIG, { 'apt32.txt': 'evil.vn\n', 'cert.pem': cert, 'key.pem': key })
  const ready = stage.server.lines.find(({ msg }) => msg === 'ready')!
  port = Number((ready['admin'] as string[])[0]!.split(':').at(-1))
  for (const from of CLIENTS) {
    await stage.ask('evil.vn', 'A', { from })
    await hitOn(stage.server, from, 'evil.vn')
  }
})
afterAll(() => stage.close())

describe('from the first account on', () => {
  it('nobody gets in over TCP before one is made at the machine', async () => {
    const reply = await call('GET', '/clients')
    expect([reply.status, reply.text]).toEqual([401, expect.stringContaining('thanhloc user add')])
    const guess = await call('POST', '/session', {}, { name: 'admin', password: 'admin' })
    expect([guess.status, guess.body]).toMatchObject([401, { code: 'THANHLOC_ACCOUNT_CREDENTIALS' }])
  })

  it('the first administrator signs in with a password of their own and a second factor', async () => {
    await makeUser('quantri', 'admin', '--full-name', 'Nguyễn Văn An')
    const reply = await call('POST', '/session', {}, { name: 'quantri', password: PASSWORD })
    expect(String(reply.headers['set-cookie'])).toMatch(/^__Host-thanhloc-session=.*; Secure; HttpOnly; SameSite=Strict$/) // prettier-ignore
    const session = await signIn('quantri', PASSWORD)
    const begun = await call('POST', '/session/totp', by(session), { password: PASSWORD })
    const secret = readBase32((begun.body as { secret: string }).secret)!
    const step = totpStep(Date.now())
    const confirmed = await call('POST', '/session/totp/confirm', by(session), {
      code: totpCode(secret, step),
    })
    expect(confirmed.status, confirmed.text).toBe(200)
    const { recoveryCodes } = confirmed.body as { recoveryCodes: string[] }
    expect((await call('POST', '/session', {}, { name: 'quantri', password: PASSWORD })).body).toMatchObject({
      code: 'THANHLOC_ACCOUNT_CODE_NEEDED',
    })
    // The next step, which may be a little ahead of the clock.
    await signIn('quantri', PASSWORD, totpCode(secret, step + 1))
    await signIn('quantri', PASSWORD, recoveryCodes[3])
  })
})

describe('an officer of a unit', () => {
  let yte: Session
  beforeAll(async () => {
    await makeUser('yte', 'officer', '--units', 'so-yte')
    yte = await signIn('yte', PASSWORD)
  })

  it('sees the clients of that unit and of those below it, page by page, and no others', async () => {
    expect(await addresses(yte)).toEqual(['127.0.21.1', '127.0.22.1'])
    expect(await addresses(yte, '&unit=bv-tinh')).toEqual(['127.0.22.1'])
    expect(await addresses(yte, '&unit=tinh')).toEqual(['127.0.21.1', '127.0.22.1'])
    expect(await addresses(yte, '&unit=so-gd')).toEqual([])
    expect(await addresses(yte, '&q=127.0.23.1')).toEqual([])
    const seen = []
    for (let cursor = ''; ;) {
      const { body } = await call('GET', `/clients?limit=1${cursor}`, by(yte))
      const { items, next } = body as { items: { id: number }[]; next: string | null }
      seen.push(...items)
      if (next === null) break
      cursor = `&cursor=${encodeURIComponent(next)}`
    }
    expect(seen).toHaveLength(2)
  })

  it('cannot tell a client of another unit from one that is not there', async () => {
    const { body } = await stage.server.api<{ items: ClientReport[] }>('GET', '/api/v1/clients')
    for (const { id, address } of body.items) {
      const reply = await call('GET', `/clients/${id}`, by(yte))
      expect(reply.status, address).toBe(/^127\.0\.2[12]\./.test(address) ? 200 : 404)
      if (reply.status === 404) expect(reply.text).toContain(`There is no client ${id}.`)
    }
  })

  it('counts its own', async () => {
    const { body } = await call('GET', '/numbers', by(yte))
    expect(body).toMatchObject({ machines: { new: 2 }, routers: 0, hits: 2, blocked: 2 })
    const all = await stage.server.api('GET', '/api/v1/numbers')
    expect(all.body).toMatchObject({ machines: { new: 4 }, hits: 4 })
  })

  it('loses the session with the role', async () => {
    await thanhloc('user', 'role', 'yte', '--units', 'so-gd')
    expect((await call('GET', '/clients', by(yte))).body).toMatchObject({ code: 'THANHLOC_ACCOUNT_SESSION' })
    expect(await addresses(await signIn('yte', PASSWORD))).toEqual(['127.0.23.1'])
  })
})

it('a viewer sees numbers and no machine', async () => {
  await makeUser('xem', 'viewer')
  const xem = by(await signIn('xem', PASSWORD))
  expect((await call('GET', '/numbers', xem)).body).toMatchObject({ machines: { new: 4 } })
  const status = await call('GET', '/status', xem)
  expect(status.status).toBe(200)
  expect(status.text).not.toMatch(/127\.0\.2[1-4]\.1/)
  for (const path of [
    '/clients',
    '/clients/1',
    '/clients?q=evil.vn',
    '/lists',
    '/audit',
    '/users',
    '/tokens',
  ])
    expect((await call('GET', path, xem)).status, path).toBe(403)
  expect((await call('POST', '/pause', xem, { for: '10m', reason: 'x' })).status).toBe(403)
})

it('a token that is revoked lets nobody in from then on', async () => {
  const made = await thanhloc(
    'token',
    'add',
    'bao-cao',
    '--role',
    'officer',
    '--units',
    'so-gd',
    '--for',
    '30d',
  )
  expect(made.out).toMatch(/^bao-cao: officer of so-gd; until /)
  const headers = { authorization: `Bearer ${/tl_\S+/.exec(made.out)![0]}` }
  // A program is shown addresses, which is on record, unless it says that it does without.
  expect((await call('GET', '/clients?reveal=false', headers)).body).toMatchObject({
    items: [{ address: null, unit: 'so-gd' }],
  })
  const [shown] = ((await call('GET', '/clients', headers)).body as { items: { address: string }[] }).items
  expect(shown!.address).toMatch(/^127\./)
  expect((await thanhloc('token', 'revoke', 'bao-cao', '--reason', 'lộ')).out).toBe('bao-cao is revoked')
  expect((await call('GET', '/clients', headers)).body).toMatchObject({ code: 'THANHLOC_ACCOUNT_TOKEN' })
})

it('a renewed certificate is shown without a restart; one that is wrong is not, and said', async () => {
  const next = selfSigned('127.0.0.1')
  stage.server.write('key.pem', next.key)
  await stage.server.logged(({ msg }) => msg === 'certificate of the admin API refused')
  const degraded = async (): Promise<string> =>
    JSON.stringify((await stage.server.api<{ degraded: object[] }>('GET', '/api/v1/status')).body.degraded)
  expect(await degraded()).toMatch(/key\.pem: it is not the key of the certificate/)
  expect((await call('GET', '/session')).status).toBe(401)
  stage.server.write('cert.pem', next.cert)
  await eventually(async () => (await degraded()) === '[]')
  certificate = next.cert
  expect((await call('GET', '/session')).status).toBe(401)
})

it('who guesses passwords waits, from there and for that account', async () => {
  await makeUser('can', 'officer')
  let last: Called | undefined
  for (let attempt = 0; attempt < 12 && last?.status !== 429; attempt++) {
    last = await call('POST', '/session', {}, { name: 'can', password: `${OTHER}${attempt}` })
  }
  expect([last!.status, last!.body]).toMatchObject([429, { code: 'THANHLOC_ACCOUNT_LOCKED' }])
  expect(Number(last!.headers['retry-after'])).toBeGreaterThan(0)
  expect((await call('POST', '/session', {}, { name: 'can', password: PASSWORD })).status).toBe(429)
  // The machine itself is never locked out.
  expect((await thanhloc('user', 'list')).out).toMatch(/^can: officer; /)
  expect((await thanhloc('user', 'unlock', 'can')).out).toBe('can may try again')
})

describe('the trail', () => {
  it('says who did what, whoever did it', async () => {
    await thanhloc('pause', '10m', '--reason', 'khắc phục')
    await thanhloc('pause', 'off')
    const { out } = await thanhloc('audit', 'read', '--limit', '1000')
    for (const row of [
      /socket \(admin\) from socket {2}user\.add user:quantri/,
      /user:quantri \(admin\) from 127\.0\.0\.1 {2}user\.factor user:quantri/,
      /user:yte \(officer\) from 127\.0\.0\.1 {2}client\.reveal client:\d/,
      /socket \(admin\) from socket {2}list\.change pause: khắc phục/,
      /none from 127\.0\.0\.1 {2}sign-in\.failed user:can/,
      /socket \(admin\) from socket {2}token\.revoke token:bao-cao: lộ/,
    ])
      expect(out).toMatch(row)
    // What was typed is not there: some type their password where the name belongs.
    expect(out).not.toContain(OTHER)
    expect(out).not.toContain(PASSWORD)
  })

  it('finds what anybody changed in the file, with the server running and without', async () => {
    const head = (await thanhloc('audit', 'head')).out
    expect(head).toMatch(/^\d+:[0-9a-f]{64}$/)
    const sound = await thanhloc('audit', 'verify', '--head', head)
    expect(sound).toMatchObject({
      exit: 0,
      out: expect.stringContaining('the head from outside stands in it'),
    })
    expect((await thanhloc('audit', 'verify', '--offline')).exit).toBe(0)
    const database = new DatabaseSync(join(data(), 'accounts.db'))
    for (const { name } of database.prepare(`SELECT name FROM sqlite_schema WHERE type = 'trigger'`).all())
      database.exec(`DROP TRIGGER ${String(name)}`)
    const changed = database.prepare(`UPDATE audit SET actor = 'user:khac' WHERE seq = 3`).run()
    database.close()
    expect(changed.changes).toBe(1)
    const broken = await thanhloc('audit', 'verify')
    expect([broken.exit, broken.err]).toEqual([1, expect.stringMatching(/^THE TRAIL IS BROKEN at row 3: /)])
    await stage.server.logged(({ msg }) => msg === 'the audit trail is broken')
    await stage.server.stop(true)
    const offline = await thanhloc('audit', 'verify', '--head', head)
    expect(offline.exit).toBe(1)
    expect(offline.err).toMatch(/^no server runs: this is what the file says\nTHE TRAIL IS BROKEN at row 3: /)
  })
})
