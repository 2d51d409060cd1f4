import { beforeEach, expect, test } from 'vitest'
import type { AccountsFile } from '../../../src/accounts/accounts-file.ts'
import { AccountsUnavailable } from '../../../src/accounts/fault.ts'
import { Lockout } from '../../../src/accounts/lockout.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { DAY_MS, MINUTE_MS, openFile } from './setup.ts'

const LOCK_MS = 15 * MINUTE_MS

let file: AccountsFile
let clock: FakeClock
let lockout: Lockout

beforeEach(() => {
  ;({ file, clock } = openFile())
  lockout = new Lockout(file, clock)
})

function fail(times: number, key = 'an', source = '10.0.0.5'): void {
  for (let i = 0; i < times; i++) lockout.fail(key, source)
}

test('waits grow, and the fifth failure locks for a quarter of an hour', () => {
  const waits = [1, 2, 3, 4, 5].map(() => {
    const isLocked = lockout.fail('an', '10.0.0.5')
    const waitMs = lockout.waitMs('an', '10.0.0.5')
    clock.advance(waitMs)
    return [waitMs, isLocked]
  })
  expect(waits).toEqual([[0, false], [0, false], [1000, false], [4000, false], [LOCK_MS, true]]) // prettier-ignore
  expect(lockout.waitMs('an', '10.0.0.5')).toBe(0)
  expect(lockout.fail('an', '10.0.0.5')).toBe(true)
  expect(lockout.waitMs('an', '10.0.0.5')).toBe(LOCK_MS)
})

test('an account is locked from everywhere, an address for every account', () => {
  fail(5)
  expect(lockout.waitMs('an', '10.9.9.9')).toBe(LOCK_MS)
  expect(lockout.waitMs('bo', '10.0.0.5')).toBe(LOCK_MS)
  expect(lockout.waitMs('bo', '10.9.9.9')).toBe(0)
})

test('the addresses of one IPv6 network are one, an IPv4 address is one in either form', () => {
  fail(5, 'an', '2001:db8:1:2::5')
  expect(lockout.waitMs('bo', '2001:db8:1:2:ffff::1')).toBe(LOCK_MS)
  expect(lockout.waitMs('bo', '2001:db8:1:3::5')).toBe(0)
  fail(5, 'ci', '192.0.2.1')
  expect(lockout.waitMs('bo', '::ffff:192.0.2.1')).toBe(LOCK_MS)
  expect(lockout.waitMs('bo', '192.0.2.2')).toBe(0)
})

test('a success forgets the failures of the account, not of the address', () => {
  fail(4)
  clock.advance(MINUTE_MS)
  lockout.forget('an')
  lockout.fail('an', '10.9.9.9')
  expect(lockout.waitMs('an', '10.9.9.9')).toBe(0)
  lockout.fail('bo', '10.0.0.5')
  expect(lockout.waitMs('ci', '10.0.0.5')).toBe(LOCK_MS)
})

test('after a day without a failure all is forgotten', () => {
  fail(5)
  clock.advance(DAY_MS + 1)
  lockout.fail('an', '10.0.0.5')
  expect(lockout.waitMs('an', '10.0.0.5')).toBe(0)
})

test('a restart forgets nothing', () => {
  fail(4)
  clock.advance(MINUTE_MS)
  lockout = new Lockout(file, clock)
  lockout.fail('an', '10.9.9.9')
  lockout = new Lockout(file, clock)
  expect(lockout.waitMs('an', '10.1.1.1')).toBe(LOCK_MS)
  lockout.forget('an')
  lockout = new Lockout(file, clock)
  expect(lockout.waitMs('an', '10.1.1.1')).toBe(0)
})

test('a clock that is set back makes nobody wait longer than the lock', () => {
  fail(5)
  clock.setWall(Date.UTC(2020, 0, 1))
  expect(lockout.waitMs('an', '10.1.1.1')).toBe(LOCK_MS)
  clock.advance(LOCK_MS)
  expect(lockout.waitMs('an', '10.1.1.1')).toBe(0)
})

test('what is remembered is bounded, in memory and in the file; what is recent stays', () => {
  lockout = new Lockout(file, clock, 100)
  fail(5, 'first', '10.200.0.1')
  for (let i = 0; i < 300; i++) {
    lockout.fail(`name ${i}`, `10.0.${i >> 8}.${i & 255}`)
    clock.advance(1)
  }
  fail(5, 'last', '10.200.0.2')
  const rows = file.read((statements) =>
    Number(statements.of('SELECT count(*) AS n FROM failure').get()!['n']),
  )
  expect(rows).toBe(100)
  for (const one of [lockout, new Lockout(file, clock, 100)]) {
    expect(one.waitMs('first', '10.9.9.9')).toBe(0)
    expect(one.waitMs('last', '10.9.9.9')).toBe(LOCK_MS)
  }
})

test('what was typed as a name is nowhere in the file', () => {
  fail(5, 'my-secret-password')
  const rows = file.read((statements) => statements.of('SELECT key FROM failure').all())
  expect(rows).toHaveLength(2)
  expect(JSON.stringify(rows)).not.toContain('my-secret')
})

test('failures count where they cannot be written', () => {
  lockout.waitMs('an', '10.0.0.5')
  file.close()
  for (let i = 0; i < 5; i++) expect(() => lockout.fail('an', '10.0.0.5')).toThrow(AccountsUnavailable)
  expect(lockout.waitMs('an', '10.0.0.5')).toBe(LOCK_MS)
})
