/**
 * Every route × every kind of caller. What is expected stands here as a table written by hand, beside the one in
 * roles.ts, so that a route whose action is changed, or one that is new, shows.
 */
import { beforeAll, describe, expect, it } from 'vitest'
import { socketPrincipal, type Principal } from '../../../src/accounts/principal.ts'
import { may, ROLES, USER_ROLES, type Action, type Role } from '../../../src/accounts/roles.ts'
import { StoreUnavailable } from '../../../src/detection/queries.ts'
import { CASE, CLIENT, createFixture, isOfApi, healthyThreads, NOW, type Fixture } from './fake-threads.ts'

/** viewer, officer, admin, auditor, node: the first letter, u for the auditor. `everybody`: nobody has to say who they are. */
const TABLE = `
GET    /healthz                          everybody
GET    /metrics                          everybody
GET    /openapi.json                     everybody
GET    /readyz                           everybody
POST   /api/v1/session                   everybody
GET    /api/v1/session                   v o a u n f
DELETE /api/v1/session                   v o a u    people
POST   /api/v1/session/password          v o a u    people
POST   /api/v1/session/totp              v o a u    people
POST   /api/v1/session/totp/codes        v o a u    people
POST   /api/v1/session/totp/confirm      v o a u    people
POST   /api/v1/session/totp/remove       v o a u    people
GET    /api/v1/status                    v o a . .
GET    /api/v1/traffic                   v o a . .
GET    /api/v1/traffic/recent            v o a . .
GET    /api/v1/keeping                   v o a . .
GET    /api/v1/numbers                   v o a . .
GET    /api/v1/units                     v o a . .
GET    /api/v1/units/:id                 v o a . .
GET    /api/v1/campaigns                 v o a . .
GET    /api/v1/campaigns/:id             v o a . .
GET    /api/v1/clients                   . o a . .
GET    /api/v1/clients/:id               . o a . .
GET    /api/v1/hits                      . o a . .
GET    /api/v1/bypass                    . o a . .
GET    /api/v1/cases                     . o a . .
GET    /api/v1/cases/:id                 . o a . .
POST   /api/v1/cases/:id/change          . o a . .
GET    /api/v1/silences                  . o a . .
POST   /api/v1/silences                  . o a . .
DELETE /api/v1/silences                  . o a . .
GET    /api/v1/events                    . o a . .
GET    /api/v1/events/stream             . o a . .
GET    /api/v1/export/:what              . o a . .
GET    /api/v1/lists                     . o a . .
GET    /api/v1/enforced/:format          . o a . . f
GET    /api/v1/approved/:id              . . a . n .
POST   /api/v1/lists/reload              . . a . .
GET    /api/v1/zones                    . o a . .
POST   /api/v1/zones/:id/check          . . a . .
GET    /api/v1/feeds                     . o a . .
POST   /api/v1/feeds/:id/fetch           . . a . .
GET    /api/v1/imports                   . o a . .
POST   /api/v1/imports                   . . a . .
GET    /api/v1/imports/:id               . o a . .
GET    /api/v1/imports/:id/items         . o a . .
POST   /api/v1/imports/:id/decide        . . a . .
POST   /api/v1/imports/:id/discard       . . a . .
GET    /api/v1/lookup                    . o a . .
GET    /api/v1/contacts                  . o a . .
GET    /api/v1/reports                   . o a . .
GET    /api/v1/reports/:id               . o a . .
POST   /api/v1/reports/:id/decide        . o a . .
GET    /api/v1/allow                     . o a . .
POST   /api/v1/allow                     . . a . .
DELETE /api/v1/allow/:name               . . a . .
POST   /api/v1/pause                     . . a . .
POST   /api/v1/alerts/:id/test           . . a . .
POST   /api/v1/cache/flush               . . a . .
GET    /api/v1/config                    . . a . .
POST   /api/v1/reload                    . . a . .
GET    /api/v1/backup                    . . a . .
POST   /api/v1/backup                    . . a . .
GET    /api/v1/holds                     . . a . .
POST   /api/v1/holds                     . . a . .
POST   /api/v1/holds/:id/release         . . a . .
GET    /api/v1/deletions                 . . a u .
GET    /api/v1/audit                     . . a u .
GET    /api/v1/audit/head                . . a u .
POST   /api/v1/audit/verify              . . a u .
GET    /api/v1/users                     . . a . .
POST   /api/v1/users                     . . a . .
PATCH  /api/v1/users/:name               . . a . .
DELETE /api/v1/users/:name               . . a . .
POST   /api/v1/users/:name/password      . . a . .
POST   /api/v1/users/:name/unlock        . . a . .
DELETE /api/v1/users/:name/totp          . . a . .
GET    /api/v1/tokens                    . . a . .
POST   /api/v1/tokens                    . . a . .
DELETE /api/v1/tokens/:name              . . a . .
GET    /api/v1/nodes/changes             . . a . n
`
const LETTERS: Readonly<Record<Role, string>> = { viewer: 'v', officer: 'o', admin: 'a', auditor: 'u', node: 'n', firewall: 'f' } // prettier-ignore

interface Row {
  readonly method: string
  readonly path: string
  readonly isFree: boolean
  readonly isForPeople: boolean
  readonly roles: ReadonlySet<Role>
}
const rows: Row[] = TABLE.trim()
  .split('\n')
  .map((line) => {
    const [method = '', path = '', ...marks] = line.split(/ +/)
    const roles = new Set(ROLES.filter((role) => marks.includes(LETTERS[role])))
    return { method, path, isFree: marks[0] === 'everybody', isForPeople: marks.at(-1) === 'people', roles }
  })

const HOST = { host: '127.0.0.1:8053', 'content-type': 'application/json' }
const PASSWORD = 'Mèo trèo cây cau 7'
const socket = { principal: socketPrincipal(null), source: 'socket' }

let fixture: Fixture
/** Headers of a token of each role, and of the tokens that let in nobody or elsewhere. */
const tokens = new Map<Role | 'expired' | 'revoked' | 'elsewhere', Record<string, string>>()

beforeAll(async () => {
  // A stream that is let in has no end.
  const eventsEnd = () => {
    throw new StoreUnavailable('the store is being opened')
  }
  const threads = healthyThreads().on('cases/change', () => ({ id: CASE.id, clientId: CLIENT.id, state: 'confirmed', version: 2 })) // prettier-ignore
  const settings =
    'units: [ { id: so-tttt, networks: [10.1.0.0/16] }, { id: so-gd, networks: [10.2.0.0/16] } ]'
  fixture = await createFixture({ threads, settings, cases: { eventsEnd } })
  const add = (name: string, role: Role, units: readonly string[] | null = null, lifeMs = 86_400_000) => {
    const { secret } = fixture.accounts.tokens.add(socket, { name, role, units, expiresAt: NOW + lifeMs })
    return { authorization: `Bearer ${secret}` }
  }
  for (const role of ROLES) tokens.set(role, add(`t-${role}`, role))
  tokens.set('expired', add('t-expired', 'admin', null, 1000))
  tokens.set('revoked', add('t-revoked', 'admin'))
  tokens.set('elsewhere', add('t-elsewhere', 'officer', ['so-gd']))
  fixture.accounts.tokens.revoke(socket, 't-revoked')
  fixture.clock.nowMs += 2000
  for (const role of USER_ROLES) {
    await fixture.accounts.users.add(socket, { name: `p-${role}`, role, units: null, password: { text: PASSWORD, isOwn: true } }) // prettier-ignore
  }
})

async function statusOf(row: Row, headers: Record<string, string>): Promise<number> {
  return (await send(row.method, urlFor(row), headers, '{}')).statusCode
}

/** It leads to something that is not there. */
function urlFor({ path }: Row): string {
  return path.replace(':id', '999999').replace(':name', 'nobody-here').replace(':what', 'cases')
}

function send(method: string, url: string, headers: Record<string, string>, body: string) {
  const payload = method === 'GET' || method === 'HEAD' ? {} : { payload: body }
  return fixture.app.inject({ method: method as 'GET', url, headers: { ...HOST, ...headers }, ...payload })
}

async function signIn(role: Role): Promise<Record<string, string>> {
  const reply = await send('POST', '/api/v1/session', {}, JSON.stringify({ name: `p-${role}`, password: PASSWORD })) // prettier-ignore
  expect(reply.statusCode, reply.body).toBe(200)
  const cookie = String(reply.headers['set-cookie']).split(';')[0]!
  return { cookie, 'x-csrf-token': reply.json<{ csrf: string }>().csrf }
}

const principal = (kind: 'user' | 'token', role: Role): Principal => ({
  kind,
  name: 'x',
  role,
  units: null,
  mustChangePassword: false,
})

describe('the table', () => {
  it('has each route there is, and no other', () => {
    const routes = fixture.app.routeTable
      .filter(({ method, path }) => method !== 'HEAD' && isOfApi(path))
      .map(({ method, path }) => `${method} ${path}`)
    expect(rows.map(({ method, path }) => `${method} ${path}`).toSorted()).toEqual(routes.toSorted())
  })

  it('is what roles.ts makes of the action each route names; one that names none is nobody’s', () => {
    for (const { method, path, access } of fixture.app.routeTable.filter((route) => isOfApi(route.path))) {
      // prettier-ignore
      const row = rows.find((each) => each.path === path && each.method === (method === 'HEAD' ? 'GET' : method))!
      const route = `${method} ${path}`
      expect(access, `${route} names no action`).not.toBeNull()
      expect(access === 'free', route).toBe(row.isFree)
      expect(access === 'self.change', route).toBe(row.isForPeople)
      if (access === 'free') continue
      for (const role of ROLES) {
        const kinds = access === 'known' ? ['any'] : (['user', 'token'] as const).filter((kind) => may(principal(kind, role), access as Action)) // prettier-ignore
        expect(kinds.length > 0, `${role}: ${route}`).toBe(row.roles.has(role))
      }
    }
  })
})

describe('each cell, asked for', () => {
  it('by tokens, with HEAD as with GET: let in or 403, and nothing in between', async () => {
    const withHead = new Set(fixture.app.routeTable.filter(({ method }) => method === 'HEAD').map(({ path }) => path)) // prettier-ignore
    expect(withHead.size).toBeGreaterThan(20)
    const asked = rows.flatMap((row) =>
      row.method === 'GET' && withHead.has(row.path) ? [row, { ...row, method: 'HEAD' }] : [row],
    )
    for (const row of asked.filter(({ isFree }) => !isFree)) {
      for (const role of ROLES) {
        const status = await statusOf(row, tokens.get(role)!)
        const cell = `${role}: ${row.method} ${row.path}: ${status}`
        if (row.roles.has(role) && !row.isForPeople) expect([401, 403], cell).not.toContain(status)
        else expect(status, cell).toBe(403)
      }
    }
  })

  it('by people with a session: let in or 403', async () => {
    for (const role of USER_ROLES) {
      let session = await signIn(role)
      for (const row of rows.filter(({ isFree }) => !isFree)) {
        const { statusCode: status, body } = await send(row.method, urlFor(row), session, '{}')
        const cell = `${role}: ${row.method} ${row.path}: ${body}`
        if (row.roles.has(role)) expect([401, 403], cell).not.toContain(status)
        else expect(status, cell).toBe(403)
        if (row.method === 'DELETE' && row.path === '/api/v1/session') session = await signIn(role)
      }
    }
  })

  it.each(['nobody', 'expired', 'revoked'] as const)(
    'by %s: 401, but for what is everybody’s',
    async (who) => {
      for (const row of rows) {
        const status = await statusOf(row, who === 'nobody' ? {} : tokens.get(who)!)
        const cell = `${who}: ${row.method} ${row.path}: ${status}`
        if (row.isFree) expect([401, 403], cell).not.toContain(status)
        else expect(status, cell).toBe(401)
      }
    },
  )

  it('by an officer of another unit: what has an id is not there', async () => {
    let own = 0
    for (const row of rows.filter(
      ({ path, roles }) => /\/(?:clients|cases)\/:id/.test(path) && roles.has('officer'),
    )) {
      const id = row.path.includes('/cases/') ? CASE.id : CLIENT.id
      const url = row.path.replace(':id', String(id))
      const body = '{"version":1,"to":"confirmed"}'
      const allowed = await send(row.method, url, tokens.get('officer')!, body)
      expect(allowed.statusCode, `${row.path}: ${allowed.body}`).toBe(200)
      const elsewhere = await send(row.method, url, tokens.get('elsewhere')!, body)
      expect(elsewhere.statusCode, `${row.path}: ${elsewhere.body}`).toBe(404)
      expect(elsewhere.body).not.toContain(CLIENT.address)
      own += 1
    }
    expect(own).toBeGreaterThan(2)
  })
})
