import { readFileSync, writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { beforeEach, expect, test } from 'vitest'
import { AccountsUnavailable } from '../../../src/accounts/fault.ts'
import { NOBODY, type Principal } from '../../../src/accounts/principal.ts'
import { isRefusal } from '../../../src/accounts/problem.ts'
import { Bench, caller, codeOf, DAY_MS, dropTriggers, PASSWORD, SOCKET } from './setup.ts'

const TOKEN_OF_FILE = {
  isConfigured: true,
  accepts: (presented: string): boolean => presented === 'old-token',
}
const UNAVAILABLE = 'THANHLOC_ACCOUNTS_UNAVAILABLE'
let bench: Bench

beforeEach(() => {
  bench = new Bench()
  bench.tokenOfFile = TOKEN_OF_FILE
})

function who(credentials: object): Principal | string {
  const found = bench.accounts.authenticate({ bySocket: false, isChange: false, ...credentials })
  return isRefusal(found) ? found.code : found
}

test('who says nothing is nobody', () => {
  expect(who({})).toEqual(NOBODY)
  expect(who({ isChange: true, cookie: null })).toEqual(NOBODY)
})

test('who comes by the socket is administrator, whatever else is presented', () => {
  expect(who({ bySocket: true, uid: 1000 })).toEqual({ kind: 'socket', name: '1000', role: 'admin', units: null, mustChangePassword: false }) // prettier-ignore
  expect(who({ bySocket: true })).toMatchObject({ kind: 'socket', name: '' })
  expect(who({ bySocket: true, authorization: 'Bearer wrong', cookie: 'x', isChange: true })).toMatchObject({ kind: 'socket' }) // prettier-ignore
})

test('the token of admin.tokenFile stays administrator', () => {
  expect(who({ authorization: 'Bearer old-token' })).toEqual({ kind: 'token', name: 'admin.tokenFile', role: 'admin', units: null, mustChangePassword: false }) // prettier-ignore
  for (const authorization of [
    'Bearer old-toke',
    'Basic old-token',
    'old-token',
    '',
    `Bearer ${'x'.repeat(1 << 20)}`,
  ])
    expect(who({ authorization })).toBe('THANHLOC_ACCOUNT_TOKEN')
  bench.restart()
  bench.tokenOfFile = { isConfigured: false, accepts: () => true }
  expect(who({ authorization: 'Bearer old-token' })).toBe('THANHLOC_ACCOUNT_TOKEN')
})

test('a session changes something only with its CSRF token', async () => {
  await bench.addUser('an')
  const { cookie, csrf } = await bench.signIn('an')
  const { csrf: other } = await bench.signIn('an')
  expect(who({ cookie })).toMatchObject({ name: 'an' })
  expect(who({ cookie, csrf, isChange: true })).toMatchObject({ name: 'an' })
  for (const wrong of [undefined, '', other, cookie])
    expect(who({ cookie, csrf: wrong, isChange: true })).toBe('THANHLOC_ACCOUNT_CSRF')
})

test('a wrong token is refused though the session beside it is right', async () => {
  await bench.addUser('an')
  const { cookie } = await bench.signIn('an')
  expect(who({ cookie, authorization: 'Bearer wrong' })).toBe('THANHLOC_ACCOUNT_TOKEN')
})

test('sign-ins, and what callers do, stand in the trail', async () => {
  await bench.addUser('an')
  const { principal } = await bench.signIn('an', { source: 'fd00::5' })
  const row = bench.accounts.record(caller(principal, 'fd00::5'), {
    action: 'client.reveal',
    target: 'client:42',
    reason: 'CV 12',
  })
  expect(row).toMatchObject({ actor: 'user:an', role: 'officer', source: 'fd00::5', action: 'client.reveal' })
  expect(bench.actions).toEqual(['user.add', 'sign-in', 'client.reveal'])
})

test('the head of the trail goes to the log at the start and each hour', async () => {
  const heads = (): unknown[] => bench.log.of('head of the audit trail').map(({ fields }) => fields['head'])
  expect(bench.accounts.fault).toBeNull()
  expect(heads()).toEqual([`0:${'0'.repeat(64)}`])
  await bench.addUser('an')
  const head = bench.accounts.trail.head()
  bench.clock.advance(2 * 3_600_000)
  expect(heads().slice(1)).toEqual(Array(2).fill(`1:${head.hash}`))
  bench.restart()
  bench.clock.advance(2 * 3_600_000)
  expect(heads()).toHaveLength(3)
})

test('the check of the trail takes a head from the log, and is recorded', async () => {
  await bench.addUser('an')
  const { head } = bench.log.of('head of the audit trail')[0]!.fields
  const auditor = caller({
    kind: 'user',
    name: 'bo',
    role: 'auditor',
    units: null,
    mustChangePassword: false,
  })
  expect(await bench.accounts.verifyTrail(auditor, String(head))).toMatchObject({ isSound: true, rows: 1, outside: 'held' }) // prettier-ignore
  const [row] = bench.accounts.trail.read({ limit: 1 }).items
  expect(row).toMatchObject({ action: 'audit.verify', actor: 'user:bo' })
  expect(JSON.parse(row!.details)).toMatchObject({ isSound: true, rows: 1, outside: head, broken: null })
  expect(await codeOf(() => bench.accounts.verifyTrail(auditor, 'nonsense'))).toBe('THANHLOC_ACCOUNT_INVALID')
  const viewer = caller({ ...auditor.principal, role: 'viewer' })
  expect(await codeOf(() => bench.accounts.verifyTrail(viewer, null))).toBe('THANHLOC_ACCOUNT_FORBIDDEN')
})

test('a broken trail is told to the caller, the log and the trail', async () => {
  await bench.addUser('an')
  bench.edit((database) => {
    dropTriggers(database)
    database.exec(`UPDATE audit SET target = 'user:bo'`)
  })
  expect(await bench.accounts.verifyTrail(SOCKET, null)).toMatchObject({ isSound: false, broken: { kind: 'changed', seq: 1 } }) // prettier-ignore
  expect(bench.log.of('the audit trail is broken')).toMatchObject([{ level: 'error', fields: { kind: 'changed', seq: 1 } }]) // prettier-ignore
  const [row] = bench.accounts.trail.read({ limit: 1 }).items
  expect(JSON.parse(row!.details)).toMatchObject({ isSound: false, broken: { kind: 'changed', seq: 1 } })
})

test('with a corrupt file nobody signs in, and the socket and the token of admin.tokenFile work', async () => {
  await bench.addUser('an')
  const { cookie } = await bench.signIn('an')
  const { secret } = bench.accounts.tokens.add(SOCKET, { name: 'grafana', role: 'viewer', units: null, expiresAt: bench.clock.wallMs() + DAY_MS }) // prettier-ignore
  bench.restart()
  writeFileSync(bench.path, 'garbage '.repeat(5000))
  const before = readFileSync(bench.path)
  expect(bench.accounts.fault).toMatchObject({ kind: 'corrupt' })
  const refused = await bench.accounts.signIn({ name: 'an', password: PASSWORD, source: '10.0.0.5' })
  expect(refused).toMatchObject({ code: UNAVAILABLE, detail: expect.stringMatching(/restore the file.*socket.*works/) as string }) // prettier-ignore
  expect((refused as { detail: string }).detail).not.toContain(bench.directory)
  expect(who({ cookie })).toBe(UNAVAILABLE)
  expect(who({ authorization: `Bearer ${secret}` })).toBe(UNAVAILABLE)
  expect(who({ authorization: 'Bearer old-token' })).toMatchObject({ role: 'admin' })
  expect(who({ bySocket: true })).toMatchObject({ role: 'admin' })
  await expect(bench.accounts.users.add(SOCKET, { name: 'bo', role: 'admin', units: null })).rejects.toThrow(AccountsUnavailable) // prettier-ignore
  bench.clock.advance(3_600_000)
  bench.restart()
  expect(readFileSync(bench.path)).toEqual(before)
})

test('what cannot be recorded is refused, but at the machine itself goes to the log', async () => {
  await bench.addUser('an')
  const { principal } = await bench.signIn('an')
  bench.restart()
  writeFileSync(bench.path, '')
  const event = { action: 'list.allow', target: 'a.test', reason: 'chặn nhầm' } as const
  expect(() => bench.accounts.record(caller(principal), event)).toThrow(AccountsUnavailable)
  expect(bench.log.of('not in the audit trail')).toEqual([])
  expect(bench.accounts.record(SOCKET, event)).toBeNull()
  expect(bench.log.of('not in the audit trail')).toMatchObject([{ level: 'error', fields: { actor: 'socket:1000', ...event } }]) // prettier-ignore
})

test('on a full disk nobody signs in, who has signed in reads on, and nothing is done unrecorded', async () => {
  let connection: DatabaseSync | null = null
  bench.options = { connect: (path) => (connection = new DatabaseSync(path)) }
  await bench.addUser('an')
  const { cookie, principal } = await bench.signIn('an')
  const { secret } = bench.accounts.tokens.add(SOCKET, { name: 'grafana', role: 'viewer', units: null, expiresAt: bench.clock.wallMs() + DAY_MS }) // prettier-ignore
  const fill = (length: number): void => {
    for (let i = 0; i < 2000; i++) bench.accounts.record(caller(principal), { action: 'export', reason: 'x'.repeat(length) }) // prettier-ignore
  }
  connection!.exec('PRAGMA max_page_count = 60')
  // To the last byte: first long rows, then short ones.
  for (const length of [1000, 100, 0]) expect(() => fill(length)).toThrow(AccountsUnavailable)
  bench.clock.advance(120_000)
  expect(who({ cookie })).toMatchObject({ name: 'an' })
  expect(who({ authorization: `Bearer ${secret}` })).toMatchObject({ name: 'grafana' })
  expect(await bench.trySignIn('an')).toBe(UNAVAILABLE)
  for (let i = 0; i < 4; i++) {
    const code = await bench.trySignIn('an', { password: 'wrong' })
    expect([UNAVAILABLE, 'THANHLOC_ACCOUNT_CREDENTIALS', 'THANHLOC_ACCOUNT_LOCKED']).toContain(code)
  }
  connection!.exec('PRAGMA max_page_count = 100000')
  bench.clock.advance(20 * 60_000)
  expect(await bench.trySignIn('an')).toBe('in')
  expect(await bench.accounts.verifyTrail(SOCKET, null)).toMatchObject({ isSound: true })
})
