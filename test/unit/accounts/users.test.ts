import { beforeEach, expect, test } from 'vitest'
import type { Principal } from '../../../src/accounts/principal.ts'
import { isRefusal } from '../../../src/accounts/problem.ts'
import { Bench, caller, codeOf, OTHER_PASSWORD, PASSWORD, SOCKET } from './setup.ts'

const FORBIDDEN = 'THANHLOC_ACCOUNT_FORBIDDEN'
const INVALID = 'THANHLOC_ACCOUNT_INVALID'
let bench: Bench

beforeEach(() => {
  bench = new Bench()
})

function user(role: Principal['role'], name = 'an'): Principal {
  return { kind: 'user', name, role, units: null, mustChangePassword: false }
}

test('the first account is made at the machine itself; before it there is none to sign in with', async () => {
  expect(bench.accounts.users.list(SOCKET)).toEqual([])
  for (const name of ['admin', 'root', 'thanhloc'])
    expect(await bench.trySignIn(name, { source: '10.9.9.9' })).toBe('THANHLOC_ACCOUNT_CREDENTIALS')
  const made = await bench.accounts.users.add(SOCKET, {
    name: 'Nguyễn.An',
    fullName: 'Nguyễn Văn An',
    role: 'admin',
    units: null,
    password: { text: PASSWORD, isOwn: true },
  })
  expect(made).toEqual({
    madePassword: null,
    user: {
      name: 'Nguyễn.An',
      fullName: 'Nguyễn Văn An',
      role: 'admin',
      units: null,
      hasFactor: false,
      mustChangePassword: false,
      isDisabled: false,
      createdAt: bench.clock.wallMs(),
      passwordAt: bench.clock.wallMs(),
      activeAt: bench.clock.wallMs(),
    },
  })
  expect((await bench.signIn('nguyễn.an')).principal).toMatchObject({
    role: 'admin',
    mustChangePassword: false,
  })
})

test('a password that is made is shown once and must be changed', async () => {
  const { madePassword } = await bench.accounts.users.add(SOCKET, { name: 'an', role: 'viewer', units: null })
  const { principal } = await bench.signIn('an', { password: madePassword! })
  expect(principal.mustChangePassword).toBe(true)
  const again = await bench.accounts.users.setPassword(SOCKET, 'an')
  expect(again.madePassword).not.toBe(madePassword)
  expect(await bench.trySignIn('an', { password: madePassword! })).toBe('THANHLOC_ACCOUNT_CREDENTIALS')
  expect(await bench.trySignIn('an', { password: again.madePassword! })).toBe('in')
})

test('over the network nobody makes an account whose password they go on knowing', async () => {
  const admin = caller(user('admin', 'bo'))
  const password = { text: PASSWORD, isOwn: true }
  const { user: made } = await bench.accounts.users.add(admin, {
    name: 'an',
    role: 'admin',
    units: null,
    password,
  })
  expect(made.mustChangePassword).toBe(true)
})

test.each(['viewer', 'officer', 'auditor', 'node', null] as const)(
  'a %s changes no account',
  async (role) => {
    await bench.addUser('bo')
    const { users } = bench.accounts
    const an = caller(user(role))
    const attempts: (() => unknown)[] = [
      () => users.list(an),
      () => users.get(an, 'bo'),
      () => users.add(an, { name: 'ci', role: 'admin', units: null }),
      () => users.setPassword(an, 'bo'),
      () => users.setRole(an, 'an', 'admin', null),
      () => users.disable(an, 'bo'),
      () => users.enable(an, 'bo'),
      () => users.unlock(an, 'bo'),
      () => users.remove(an, 'bo'),
      () => bench.accounts.factors.removeOf(an, 'bo'),
    ]
    for (const attempt of attempts) expect(await codeOf(attempt)).toBe(FORBIDDEN)
    expect(bench.actions).toEqual(['user.add'])
  },
)

test('one person is one account: names that look the same are taken', async () => {
  await bench.addUser('nguyễn')
  const add = (name: string): Promise<string> =>
    codeOf(() => bench.accounts.users.add(SOCKET, { name, role: 'viewer', units: null }))
  for (const name of ['nguyễn', 'NGUYỄN', 'nguyễn'.normalize('NFD'), 'ｎguyễn'])
    expect(await add(name)).toBe('THANHLOC_ACCOUNT_EXISTS')
  for (const name of ['', 'an binh', 'an\u0000', '<script>', 'an\u202e', 'аn', 'x'.repeat(1 << 20)])
    expect(await add(name)).toBe(INVALID)
  const both = ['bo', 'BO'].map((name) =>
    bench.accounts.users.add(SOCKET, { name, role: 'viewer', units: null }),
  )
  expect(await codeOf(() => both[1])).toBe('THANHLOC_ACCOUNT_EXISTS')
  expect((await both[0]!).user.name).toBe('bo')
})

test('the name of a person is text without unseen characters', async () => {
  const { user: made } = await bench.accounts.users.add(SOCKET, { name: 'an', fullName: '<b>An\u202e\n', role: 'viewer', units: null }) // prettier-ignore
  expect(made.fullName).toBe('<b>An��')
})

test.each([
  ['no role', 'boss', null],
  ['the role of another node', 'node', null],
  ['an administrator of one unit', 'admin', ['so-a']],
  ['an auditor of one unit', 'auditor', ['so-a']],
  ['a unit that is no id', 'officer', ['Sở A']],
  ['too many units', 'officer', Array.from({ length: 1001 }, (_, i) => `u${i}`)],
])('%s is refused', async (_, role, units) => {
  await bench.addUser('an')
  expect(await codeOf(() => bench.accounts.users.add(SOCKET, { name: 'bo', role, units }))).toBe(INVALID)
  expect(await codeOf(() => bench.accounts.users.setRole(SOCKET, 'an', role, units))).toBe(INVALID)
})

test('units are kept once each, and none is not the same as no limit', async () => {
  await bench.addUser('an', 'officer', ['so-b', 'so-a', 'so-b'])
  await bench.addUser('bo', 'officer', [])
  await bench.addUser('ci', 'officer', null)
  expect(bench.accounts.users.list(SOCKET).map(({ units }) => units)).toEqual([['so-a', 'so-b'], [], null])
})

test('units that were damaged in the file mean none', async () => {
  await bench.addUser('an', 'officer', ['so-a'])
  for (const damaged of ['', '{', '"so-a"', '[1]', 'null']) {
    bench.edit((database) => database.prepare('UPDATE user SET units = ?').run(damaged))
    expect(bench.accounts.users.get(SOCKET, 'an').units).toEqual([])
  }
  bench.edit((database) => database.exec(`UPDATE user SET role = 'superadmin'`))
  expect(bench.accounts.users.get(SOCKET, 'an').role).toBe('viewer')
})

test.each(['matkhau', 'Matkhau@Hanoi2026', 'Con-meo-An.Nguyen-7!', 'x'.repeat(1 << 20)])(
  'a weak password is refused: %.30s',
  async (text) => {
    const password = { text, isOwn: true }
    const add = (): unknown => bench.accounts.users.add(SOCKET, { name: 'an.nguyen', role: 'viewer', units: null, password }) // prettier-ignore
    expect(await codeOf(add)).toBe('THANHLOC_ACCOUNT_PASSWORD')
    await bench.addUser('an.nguyen')
    expect(await codeOf(() => bench.accounts.users.setPassword(SOCKET, 'an.nguyen', password))).toBe(
      'THANHLOC_ACCOUNT_PASSWORD',
    )
  },
)

test('people change their own password, knowing the old one', async () => {
  await bench.addUser('an')
  const { users } = bench.accounts
  const mine = caller((await bench.signIn('an')).principal)
  const change = (current: string, next: string): Promise<string> =>
    codeOf(() => users.changePassword(mine, current, next))
  expect(await change(OTHER_PASSWORD, 'Gà trống gáy 5 giờ')).toBe('THANHLOC_ACCOUNT_CREDENTIALS')
  expect(await change(PASSWORD, PASSWORD.normalize('NFD'))).toBe('THANHLOC_ACCOUNT_PASSWORD')
  expect(await change(PASSWORD, 'short')).toBe('THANHLOC_ACCOUNT_PASSWORD')
  bench.clock.advance(1000)
  expect(await users.changePassword(mine, PASSWORD, OTHER_PASSWORD)).toBeNull()
  expect(await bench.trySignIn('an', { source: '10.9.9.9' })).toBe('THANHLOC_ACCOUNT_CREDENTIALS')
  expect(await bench.trySignIn('an', { password: OTHER_PASSWORD, source: '10.9.9.9' })).toBe('in')
  expect(users.get(SOCKET, 'an').passwordAt).toBe(bench.clock.wallMs())
})

test('guessing the old password from a session that was left open is locked like signing in', async () => {
  await bench.addUser('an')
  const mine = caller((await bench.signIn('an')).principal)
  const codes: string[] = []
  for (let i = 0; i < 6; i++) {
    codes.push(
      await codeOf(() =>
        bench.accounts.users.changePassword(mine, `${OTHER_PASSWORD}${i}`, 'Gà trống 5 giờ!'),
      ),
    )
    bench.clock.advance(5000)
  }
  expect(codes.slice(4)).toEqual(['THANHLOC_ACCOUNT_CREDENTIALS', 'THANHLOC_ACCOUNT_LOCKED'])
})

test('two changes of a password at once: one of them holds, the other is told', async () => {
  await bench.addUser('an')
  const mine = caller((await bench.signIn('an')).principal)
  const results = await Promise.allSettled([
    bench.accounts.users.changePassword(mine, PASSWORD, OTHER_PASSWORD),
    bench.accounts.users.setPassword(SOCKET, 'an', { text: 'Gà trống gáy 5 giờ', isOwn: true }),
  ])
  const held = results.filter(
    (one) => one.status === 'fulfilled' && (one.value === null || !isRefusal(one.value)),
  )
  expect(held).toHaveLength(1)
})

test('the last administrator stays', async () => {
  await bench.addUser('an', 'admin')
  const { users } = bench.accounts
  const CONFLICT = 'THANHLOC_ACCOUNT_CONFLICT'
  const attempts = [
    (): unknown => users.remove(SOCKET, 'an'),
    (): unknown => users.disable(SOCKET, 'an'),
    (): unknown => users.setRole(SOCKET, 'an', 'officer', null),
  ]
  for (const attempt of attempts) expect(await codeOf(attempt)).toBe(CONFLICT)
  await bench.addUser('bo', 'admin')
  users.disable(SOCKET, 'bo')
  for (const attempt of attempts) expect(await codeOf(attempt)).toBe(CONFLICT)
  users.enable(SOCKET, 'bo')
  users.remove(SOCKET, 'an')
  expect(users.list(SOCKET).map(({ name }) => name)).toEqual(['bo'])
})

test('an account that is not there is told', async () => {
  const { users } = bench.accounts
  for (const attempt of [
    (): unknown => users.get(SOCKET, 'an'),
    (): unknown => users.setPassword(SOCKET, 'an'),
    (): unknown => users.setRole(SOCKET, 'an', 'viewer', null),
    (): unknown => users.remove(SOCKET, '\0'),
  ])
    expect(await codeOf(attempt)).toBe('THANHLOC_ACCOUNT_UNKNOWN')
})

test('each change has its row in the trail, with who, what and why, and without passwords', async () => {
  const { users } = bench.accounts
  await bench.addUser('an')
  users.setRole(SOCKET, 'an', 'officer', ['so-a'])
  await users.setPassword(SOCKET, 'an', { text: OTHER_PASSWORD, isOwn: false })
  users.disable(SOCKET, 'an', 'nghỉ việc')
  users.enable(SOCKET, 'an')
  users.unlock(SOCKET, 'an')
  users.remove(SOCKET, 'an', 'chuyển đơn vị')
  expect(bench.actions).toEqual(['user.add', 'user.role', 'user.password', 'user.disable', 'user.enable', 'user.unlock', 'user.remove']) // prettier-ignore
  const { items } = bench.accounts.trail.read({ limit: 100 })
  for (const item of items)
    expect(item).toMatchObject({ actor: 'socket:1000', target: 'user:an', source: 'socket' })
  expect(items.map(({ reason }) => reason).filter((reason) => reason !== '')).toEqual([
    'chuyển đơn vị',
    'nghỉ việc',
  ])
  expect(JSON.parse(items[5]!.details)).toEqual({
    from: { role: 'officer', units: null },
    to: { role: 'officer', units: ['so-a'] },
  })
  expect(JSON.stringify(items)).not.toMatch(/scrypt|Mèo|Chuột/)
})

test('a change whose row cannot be written is not made', async () => {
  await bench.addUser('an')
  bench.edit((database) => database.exec(`CREATE TRIGGER no_rows BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no'); END`)) // prettier-ignore
  expect(() => bench.accounts.users.setRole(SOCKET, 'an', 'admin', null)).toThrow('no')
  await expect(bench.accounts.users.setPassword(SOCKET, 'an')).rejects.toThrow('no')
  bench.edit((database) => database.exec('DROP TRIGGER no_rows'))
  expect(bench.accounts.users.get(SOCKET, 'an').role).toBe('officer')
  expect(await bench.trySignIn('an')).toBe('in')
})
