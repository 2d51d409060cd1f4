import { beforeEach, expect, test } from 'vitest'
import { Bench, MINUTE_MS, OTHER_PASSWORD, SOCKET } from './setup.ts'

const ENDED = 'THANHLOC_ACCOUNT_SESSION'
let bench: Bench

beforeEach(async () => {
  bench = new Bench()
  await bench.addUser('an')
})

test('a session is its account', async () => {
  const { cookie, principal } = await bench.signIn('an')
  expect(bench.who(cookie)).toEqual(principal)
  expect(principal).toMatchObject({ kind: 'user', name: 'an', role: 'officer', units: null })
  expect(bench.who(cookie.replace(/^./, (one) => (one === 'A' ? 'B' : 'A')))).toBe(ENDED)
})

test('ends after a quarter of an hour without a request, and not while there are some', async () => {
  const { cookie } = await bench.signIn('an')
  for (let i = 0; i < 4; i++) {
    bench.clock.advance(14 * MINUTE_MS)
    expect(bench.who(cookie)).toMatchObject({ name: 'an' })
  }
  bench.clock.advance(15 * MINUTE_MS)
  expect(bench.who(cookie)).toBe(ENDED)
  bench.clock.advance(-MINUTE_MS)
  expect(bench.who(cookie)).toBe(ENDED)
})

test('an administrator is signed out after five minutes', async () => {
  await bench.addUser('bo', 'admin')
  const { cookie } = await bench.signIn('bo')
  bench.clock.advance(4 * MINUTE_MS)
  expect(bench.who(cookie)).toMatchObject({ name: 'bo' })
  bench.clock.advance(5 * MINUTE_MS)
  expect(bench.who(cookie)).toBe(ENDED)
})

test('requests at short intervals keep a session alive, though not each is written down', async () => {
  const { cookie } = await bench.signIn('an')
  for (let second = 0; second < 1200; second += 5) {
    bench.clock.advance(5000)
    expect(bench.who(cookie)).toMatchObject({ name: 'an' })
  }
})

test('what a page asks by itself keeps no session alive', async () => {
  const { cookie } = await bench.signIn('an')
  for (let minute = 0; minute < 14; minute++) {
    bench.clock.advance(MINUTE_MS)
    expect(bench.who(cookie, true)).toMatchObject({ name: 'an' })
  }
  bench.clock.advance(MINUTE_MS)
  expect(bench.who(cookie, true)).toBe(ENDED)
})

test('ends after twelve hours whatever is done', async () => {
  const { cookie, endsAt } = await bench.signIn('an')
  expect(endsAt - bench.clock.wallMs()).toBe(12 * 60 * MINUTE_MS)
  for (let minute = 0; minute < 12 * 60 - 10; minute += 10) {
    bench.clock.advance(10 * MINUTE_MS)
    expect(bench.who(cookie)).toMatchObject({ name: 'an' })
  }
  bench.clock.advance(10 * MINUTE_MS)
  expect(bench.who(cookie)).toBe(ENDED)
})

test('outlives a restart, and its idle time goes on', async () => {
  const { cookie } = await bench.signIn('an')
  bench.restart()
  expect(bench.who(cookie)).toMatchObject({ name: 'an' })
  bench.clock.advance(15 * MINUTE_MS)
  bench.restart()
  expect(bench.who(cookie)).toBe(ENDED)
})

test('ends where the clock is set back: nobody knows how old it is', async () => {
  const { cookie } = await bench.signIn('an')
  bench.clock.setWall(bench.clock.wallMs() - 30_000)
  expect(bench.who(cookie)).toMatchObject({ name: 'an' })
  bench.clock.setWall(bench.clock.wallMs() - 24 * 60 * MINUTE_MS)
  expect(bench.who(cookie)).toBe(ENDED)
})

test('ends with a sign-out, and only then', async () => {
  const { cookie } = await bench.signIn('an')
  const { cookie: elsewhere } = await bench.signIn('an')
  expect(bench.accounts.signOut(cookie, '10.0.0.5')).toBe(true)
  expect(bench.accounts.signOut(cookie, '10.0.0.5')).toBe(false)
  expect(bench.accounts.signOut('nonsense', '10.0.0.5')).toBe(false)
  expect(bench.who(cookie)).toBe(ENDED)
  expect(bench.who(elsewhere)).toMatchObject({ name: 'an' })
  expect(bench.actions.slice(-3)).toEqual(['sign-in', 'sign-in', 'sign-out'])
})

test.each<[what: string, change: (bench: Bench) => unknown]>([
  ['another role', ({ accounts }) => accounts.users.setRole(SOCKET, 'an', 'viewer', null)],
  ['other units', ({ accounts }) => accounts.users.setRole(SOCKET, 'an', 'officer', ['so-a'])],
  ['another password', ({ accounts }) => accounts.users.setPassword(SOCKET, 'an', { text: OTHER_PASSWORD, isOwn: false })], // prettier-ignore
  ['disabling', ({ accounts }) => accounts.users.disable(SOCKET, 'an')],
  ['removal', ({ accounts }) => accounts.users.remove(SOCKET, 'an')],
])('all sessions of an account end with %s, those of others do not', async (_, change) => {
  await bench.addUser('bo')
  const mine = [await bench.signIn('an'), await bench.signIn('an')]
  const theirs = await bench.signIn('bo')
  await change(bench)
  expect(mine.map(({ cookie }) => bench.who(cookie))).toEqual([ENDED, ENDED])
  expect(bench.who(theirs.cookie)).toMatchObject({ name: 'bo' })
})

test('a session of an account that is disabled counts for nothing, though it stands in the file', async () => {
  const { cookie } = await bench.signIn('an')
  bench.edit((database) => database.exec('UPDATE user SET is_disabled = 1'))
  expect(bench.who(cookie)).toBe(ENDED)
})

test('an account has eight sessions at most: the one longest unused ends', async () => {
  const cookies: string[] = []
  for (let i = 0; i < 9; i++) {
    cookies.push((await bench.signIn('an')).cookie)
    bench.clock.advance(1000)
  }
  expect(cookies.map((cookie) => bench.who(cookie) !== ENDED)).toEqual([false, ...Array<true>(8).fill(true)])
})

test('the file holds neither cookies nor what has long ended', async () => {
  const { cookie } = await bench.signIn('an')
  bench.clock.advance(20 * MINUTE_MS)
  const { cookie: second } = await bench.signIn('an')
  const rows = bench.edit((database) => database.prepare('SELECT * FROM session').all())
  expect(rows).toHaveLength(1)
  const text = JSON.stringify(rows.map((row) => [...Object.values(row)].map((one) => one instanceof Uint8Array ? Buffer.from(one).toString('base64url') : one))) // prettier-ignore
  for (const value of [cookie, second]) expect(text).not.toContain(value)
})
