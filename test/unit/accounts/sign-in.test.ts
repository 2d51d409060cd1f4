import { beforeEach, expect, test } from 'vitest'
import { needsRehash } from '../../../src/accounts/password-hash.ts'
import { isRefusal } from '../../../src/accounts/problem.ts'
import { Bench, CHEAP, DAY_MS, MINUTE_MS, OTHER_PASSWORD, PASSWORD, SOCKET } from './setup.ts'

const WRONG = 'THANHLOC_ACCOUNT_CREDENTIALS'
const LOCKED = 'THANHLOC_ACCOUNT_LOCKED'
let bench: Bench

beforeEach(async () => {
  bench = new Bench()
  await bench.addUser('nguyễn.an')
})

/** Details of the failures in the trail, oldest first. */
function failures(): [target: string, details: unknown][] {
  const { items } = bench.accounts.trail.read({ limit: 1000, action: 'sign-in.failed' })
  return items.map(({ target, details }): [string, unknown] => [target, JSON.parse(details)]).toReversed()
}

test('the right password lets in, whatever the form of the name', async () => {
  for (const name of ['nguyễn.an', 'NGUYỄN.AN', 'nguyễn.an'.normalize('NFD'), 'ｎguyễn.an']) {
    expect(await bench.trySignIn(name)).toBe('in')
  }
  expect((await bench.signIn('Nguyễn.An')).principal.name).toBe('nguyễn.an')
})

test('a wrong password and a name nobody has are refused alike', async () => {
  const refusals = [
    await bench.accounts.signIn({ name: 'nguyễn.an', password: OTHER_PASSWORD, source: '10.0.0.5' }),
    await bench.accounts.signIn({ name: 'nobody', password: PASSWORD, source: '10.0.0.6' }),
    await bench.accounts.signIn({ name: '', password: PASSWORD, source: '10.0.0.7' }),
  ]
  expect(refusals[0]).toMatchObject({ code: WRONG })
  expect(refusals[1]).toEqual(refusals[0])
  expect(refusals[2]).toEqual(refusals[0])
})

test('for a name nobody has a hash is computed too', async () => {
  // Three sign-ins at once: those that compute wait in the queue, those that do not are done at once.
  const order: string[] = []
  await Promise.all([
    bench.trySignIn('nguyễn.an', { source: '10.0.0.1' }).then(() => order.push('known')),
    bench.trySignIn('nobody', { source: '10.0.0.2' }).then(() => order.push('unknown')),
    bench
      .trySignIn('nguyễn.an', { password: '', source: '10.0.0.3' })
      .then(() => order.push('not looked at')),
  ])
  expect(order).toEqual(['not looked at', 'known', 'unknown'])
})

test.each([
  ['a password of a megabyte', { password: 'x'.repeat(1 << 20) }],
  ['a name of a megabyte', { name: 'x'.repeat(1 << 20) }],
  ['no password', { password: '' }],
])('%s is refused before anything is computed or counted', async (_, given) => {
  for (let i = 0; i < 20; i++) {
    const refusal = await bench.accounts.signIn({
      name: 'nguyễn.an',
      password: PASSWORD,
      source: '10.0.0.5',
      ...given,
    })
    expect(refusal).toMatchObject({ code: WRONG })
  }
  expect(failures()).toEqual([])
  expect(await bench.trySignIn('nguyễn.an')).toBe('in')
})

test('after five failures the right password does not help either, for a quarter of an hour', async () => {
  for (let i = 0; i < 5; i++) {
    expect(await bench.trySignIn('nguyễn.an', { password: OTHER_PASSWORD })).toBe(WRONG)
    bench.clock.advance(5000)
  }
  const locked = await bench.accounts.signIn({ name: 'nguyễn.an', password: PASSWORD, source: '10.9.9.9' })
  expect(locked).toMatchObject({ code: LOCKED, retryAfterS: 895 })
  bench.restart()
  expect(await bench.trySignIn('nguyễn.an', { source: '10.9.9.9' })).toBe(LOCKED)
  bench.clock.advance(15 * MINUTE_MS)
  expect(await bench.trySignIn('nguyễn.an')).toBe('in')
  expect(failures().map(([, details]) => details)).toEqual([
    ...[false, false, false, false, true].map((isLocked) => ({
      isAccount: true,
      wrong: 'password',
      isLocked,
    })),
  ])
})

test('a name nobody has is locked like an account', async () => {
  for (let i = 0; i < 5; i++) {
    expect(await bench.trySignIn('nobody')).toBe(WRONG)
    bench.clock.advance(5000)
  }
  expect(await bench.trySignIn('nobody', { source: '10.9.9.9' })).toBe(LOCKED)
})

test('many at once get no more than the five tries', async () => {
  const codes = await Promise.all(
    Array.from({ length: 9 }, () => bench.trySignIn('nguyễn.an', { password: OTHER_PASSWORD })),
  )
  // Third and fourth failures make the next wait, so not even five are looked at.
  expect(codes.filter((code) => code === WRONG)).toHaveLength(3)
  expect(codes.filter((code) => code === LOCKED)).toHaveLength(6)
})

test('of a flood few wait, the rest is told to come back', async () => {
  const flood = Array.from({ length: 50 }, (_, i) => bench.accounts.signIn({ name: `name${i}`, password: PASSWORD, source: `10.1.0.${i}` })) // prettier-ignore
  const codes = (await Promise.all(flood)).map((result) => (isRefusal(result) ? result.code : 'in'))
  expect(codes.filter((code) => code === WRONG)).toHaveLength(9)
  const busy = codes.filter((code) => code === 'THANHLOC_ACCOUNT_BUSY')
  expect(busy).toHaveLength(41)
  expect(failures()).toHaveLength(9)
  expect(await bench.trySignIn('nguyễn.an')).toBe('in')
})

test('a success forgets the failures before it', async () => {
  for (let round = 0; round < 5; round++) {
    expect(await bench.trySignIn('nguyễn.an', { password: OTHER_PASSWORD, source: `10.0.${round}.1` })).toBe(
      WRONG,
    )
    expect(await bench.trySignIn('nguyễn.an', { source: `10.0.${round}.2` })).toBe('in')
  }
})

test('an administrator can unlock', async () => {
  for (let i = 0; i < 5; i++) {
    await bench.trySignIn('nguyễn.an', { password: OTHER_PASSWORD, source: `10.0.0.${i}` })
    bench.clock.advance(5000)
  }
  expect(await bench.trySignIn('nguyễn.an', { source: '10.9.9.9' })).toBe(LOCKED)
  bench.accounts.users.unlock(SOCKET, 'Nguyễn.An')
  expect(await bench.trySignIn('nguyễn.an', { source: '10.9.9.9' })).toBe('in')
})

test('the trail names accounts, and nothing that was typed where a name belongs', async () => {
  await bench.trySignIn('Nguyễn.An', { password: OTHER_PASSWORD, source: '10.0.0.1' })
  await bench.trySignIn('my-secret-password', { source: '10.0.0.2' })
  expect(failures()).toEqual([
    ['user:nguyễn.an', { isAccount: true, wrong: 'password', isLocked: false }],
    ['', { isAccount: false, wrong: 'password', isLocked: false }],
  ])
  const [last] = bench.accounts.trail.read({ limit: 1 }).items
  expect(last).toMatchObject({ actor: 'none', role: '', source: '10.0.0.2' })
})

test('a disabled account is told so only to who knows its password', async () => {
  bench.accounts.users.disable(SOCKET, 'nguyễn.an')
  expect(await bench.trySignIn('nguyễn.an')).toBe('THANHLOC_ACCOUNT_DISABLED')
  expect(await bench.trySignIn('nguyễn.an', { password: OTHER_PASSWORD })).toBe(WRONG)
  expect(failures()[0]).toEqual(['user:nguyễn.an', { isAccount: true, wrong: 'disabled', isLocked: false }])
  bench.accounts.users.enable(SOCKET, 'nguyễn.an')
  expect(await bench.trySignIn('nguyễn.an')).toBe('in')
})

test('an account unused for 45 days is as good as disabled, until it is enabled', async () => {
  bench.clock.advance(40 * DAY_MS)
  expect(await bench.trySignIn('nguyễn.an')).toBe('in')
  bench.clock.advance(45 * DAY_MS)
  expect(await bench.trySignIn('nguyễn.an')).toBe('in')
  bench.clock.advance(45 * DAY_MS + 1)
  expect(await bench.trySignIn('nguyễn.an')).toBe('THANHLOC_ACCOUNT_DISABLED')
  bench.accounts.users.enable(SOCKET, 'nguyễn.an')
  expect(await bench.trySignIn('nguyễn.an')).toBe('in')
})

test('a hash of another cost is made anew at the next sign-in', async () => {
  const stored = (): string => bench.edit((database) => String(database.prepare('SELECT password FROM user').get()!['password'])) // prettier-ignore
  expect(needsRehash(stored(), CHEAP)).toBe(false)
  bench.restart()
  bench.options = { cost: { ln: 5, r: 1, p: 1 } }
  expect(await bench.trySignIn('nguyễn.an', { password: OTHER_PASSWORD })).toBe(WRONG)
  expect(needsRehash(stored(), CHEAP)).toBe(false)
  expect(await bench.trySignIn('nguyễn.an')).toBe('in')
  expect(needsRehash(stored(), { ln: 5, r: 1, p: 1 })).toBe(false)
  expect(await bench.trySignIn('nguyễn.an')).toBe('in')
})

test('a password changed while the old one is being checked lets nobody in', async () => {
  const late = bench.trySignIn('nguyễn.an')
  bench.edit((database) => database.exec(`UPDATE user SET password = replace(password, 'ln=4', 'ln=5')`))
  expect(await late).toBe(WRONG)
})

test('who signs in by a password somebody else set is told, and may only change it', async () => {
  await bench.accounts.users.setPassword(SOCKET, 'nguyễn.an', { text: OTHER_PASSWORD, isOwn: false })
  const { principal } = await bench.signIn('nguyễn.an', { password: OTHER_PASSWORD })
  expect(principal.mustChangePassword).toBe(true)
  const mine = { principal, source: '10.0.0.5' }
  expect(await bench.accounts.users.changePassword(mine, OTHER_PASSWORD, PASSWORD)).toBeNull()
  expect((await bench.signIn('nguyễn.an')).principal.mustChangePassword).toBe(false)
})
