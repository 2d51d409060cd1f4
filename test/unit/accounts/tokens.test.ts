import { beforeEach, expect, test } from 'vitest'
import { NOBODY, type Principal } from '../../../src/accounts/principal.ts'
import { isRefusal } from '../../../src/accounts/problem.ts'
import { ACTION_NAMES, may } from '../../../src/accounts/roles.ts'
import { Bench, caller, codeOf, DAY_MS, MINUTE_MS, SOCKET } from './setup.ts'

const TOKEN = 'THANHLOC_ACCOUNT_TOKEN'
let bench: Bench

beforeEach(() => {
  bench = new Bench()
})

function add(name = 'grafana', role = 'viewer', days = 30, units: readonly string[] | null = null): string {
  const expiresAt = bench.clock.wallMs() + days * DAY_MS
  return bench.accounts.tokens.add(SOCKET, { name, role, units, expiresAt }).secret
}

function who(secret: string, scheme = 'Bearer'): Principal | string {
  const found = bench.accounts.authenticate({
    bySocket: false,
    authorization: `${scheme} ${secret}`,
    isChange: true,
  })
  return isRefusal(found) ? found.code : found
}

test('a token is its name, role and units', () => {
  const secret = add('sổ.2', 'officer', 30, ['so-a'])
  expect(secret).toMatch(/^tl_[\w-]{43}$/)
  expect(who(secret)).toEqual({ kind: 'token', name: 'sổ.2', role: 'officer', units: ['so-a'], mustChangePassword: false }) // prettier-ignore
})

test('is taken with the scheme in any case, and with nothing changed', () => {
  const secret = add()
  expect(who(secret, 'bearer')).toMatchObject({ name: 'grafana' })
  for (const wrong of [
    secret.slice(0, -1),
    `${secret}x`,
    secret.toUpperCase(),
    `tl_${'A'.repeat(43)}`,
    '',
    'x'.repeat(1 << 20),
  ])
    expect(who(wrong)).toBe(TOKEN)
  expect(who(secret, 'Basic')).toBe(TOKEN)
  expect(who(`${secret} ${secret}`)).toBe(TOKEN)
})

test('lets nobody in once it has expired or was revoked', () => {
  const short = add('short', 'viewer', 1)
  const long = add('long', 'viewer', 2)
  bench.clock.advance(DAY_MS - 1)
  expect(who(short)).toMatchObject({ name: 'short' })
  bench.clock.advance(1)
  expect(who(short)).toBe(TOKEN)
  expect(who(long)).toMatchObject({ name: 'long' })
  bench.accounts.tokens.revoke(SOCKET, 'LONG', 'lộ ra ngoài')
  expect(who(long)).toBe(TOKEN)
  expect(bench.accounts.tokens.list(SOCKET).map(({ name }) => name)).toEqual(['short'])
})

test('a clock set back before it was made does not make it last longer', () => {
  const secret = add()
  bench.clock.setWall(bench.clock.wallMs() - 2 * DAY_MS)
  expect(who(secret)).toBe(TOKEN)
})

test.each([0, -1, 400.001, 1e6, Number.NaN, Number.POSITIVE_INFINITY])(
  'a life of %d days is refused',
  async (days) => {
    expect(await codeOf(() => add('grafana', 'viewer', days))).toBe('THANHLOC_ACCOUNT_INVALID')
  },
)

test('a life of 400 days is taken', () => {
  expect(who(add('grafana', 'viewer', 400))).toMatchObject({ name: 'grafana' })
})

test.each([
  ['a name that is none', { name: 'a b' }, 'THANHLOC_ACCOUNT_INVALID'],
  ['the name of the token file', { name: 'Admin.TokenFile' }, 'THANHLOC_ACCOUNT_INVALID'],
  ['a name that is taken', { name: 'GRAFANA' }, 'THANHLOC_ACCOUNT_EXISTS'],
  ['no role', { role: 'root' }, 'THANHLOC_ACCOUNT_INVALID'],
  ['an administrator of one unit', { role: 'admin', units: ['so-a'] }, 'THANHLOC_ACCOUNT_INVALID'],
  ['a node of one unit', { role: 'node', units: ['so-a'] }, 'THANHLOC_ACCOUNT_INVALID'],
])('%s is refused', async (_, given, code) => {
  add()
  const token = {
    name: 'other',
    role: 'viewer',
    units: null,
    expiresAt: bench.clock.wallMs() + DAY_MS,
    ...given,
  }
  expect(await codeOf(() => bench.accounts.tokens.add(SOCKET, token))).toBe(code)
})

test('the other node may pull hits, and nothing else', () => {
  const node = who(add('node-2', 'node')) as Principal
  expect(ACTION_NAMES.filter((action) => may(node, action))).toEqual(['approval.pull', 'hits.pull'])
})

test.each([NOBODY.role, 'viewer', 'officer', 'auditor', 'node'] as const)(
  'a %s touches no token',
  async (role) => {
    add()
    const an = caller({ kind: 'user', name: 'an', role, units: null, mustChangePassword: false })
    const { tokens } = bench.accounts
    const given = { name: 'other', role: 'viewer', units: null, expiresAt: bench.clock.wallMs() + DAY_MS }
    for (const attempt of [
      (): unknown => tokens.list(an),
      (): unknown => tokens.add(an, given),
      (): unknown => tokens.revoke(an, 'grafana'),
    ])
      expect(await codeOf(attempt)).toBe('THANHLOC_ACCOUNT_FORBIDDEN')
  },
)

test('its last use is known to the minute, and written once a minute at most', () => {
  const secret = add()
  const usedAt = (): number | null => bench.accounts.tokens.list(SOCKET)[0]!.usedAt
  expect(usedAt()).toBeNull()
  const start = bench.clock.wallMs()
  const seen = new Set<number | null>()
  for (let second = 0; second < 180; second++) {
    who(secret)
    seen.add(usedAt())
    bench.clock.advance(1000)
  }
  expect([...seen]).toEqual([start, start + MINUTE_MS, start + 2 * MINUTE_MS])
})

test('only its hash is stored, and the trail says who made and revoked it, and when it was last used', () => {
  const secret = add()
  who(secret)
  bench.accounts.tokens.revoke(SOCKET, 'grafana', 'hết dùng')
  const { items } = bench.accounts.trail.read({ limit: 10 })
  expect(items.map(({ action, target, reason, actor }) => [action, target, reason, actor])).toEqual([
    ['token.revoke', 'token:grafana', 'hết dùng', 'socket:1000'],
    ['token.add', 'token:grafana', '', 'socket:1000'],
  ])
  expect(JSON.parse(items[0]!.details)).toEqual({ usedAt: '2024-01-01T00:00:00.000Z' })
  expect(JSON.parse(items[1]!.details)).toEqual({
    role: 'viewer',
    units: null,
    expiresAt: '2024-01-31T00:00:00.000Z',
  })
  const again = add()
  expect(bench.edit((database) => JSON.stringify(database.prepare('SELECT hex(hash), name FROM token').all()))).not.toContain(again) // prettier-ignore
})

test('there are a thousand tokens at most', async () => {
  add('first')
  bench.edit((database) => {
    database.exec('BEGIN')
    const insert =
      database.prepare(`INSERT INTO token (name, name_key, hash, role, units, created_by, created_at, expires_at)
      VALUES (?1, ?1, ?2, 'viewer', NULL, '', 0, 0)`)
    for (let i = 1; i < 1000; i++) insert.run(`t${i}`, Buffer.from(`t${i}`))
    database.exec('COMMIT')
  })
  expect(await codeOf(() => add('last'))).toBe('THANHLOC_ACCOUNT_LIMIT')
  bench.accounts.tokens.revoke(SOCKET, 't7')
  expect(who(add('last'))).toMatchObject({ name: 'last' })
})
