import { expect, test } from 'vitest'
import type { Principal } from '../../../src/accounts/principal.ts'
import { isInScope, scopeOf } from '../../../src/admin/scope.ts'
import type { UnitSettings } from '../../../src/config/settings.ts'

const unit = (id: string, parent: string | null): UnitSettings => ({
  id,
  name: '',
  networks: [],
  parent,
  contact: '',
  wan: [],
  code: '',
})
const UNITS = [unit('tinh', null), unit('so-yte', 'tinh'), unit('bv', 'so-yte'), unit('so-gd', 'tinh')]

function officer(units: readonly string[] | null, role: Principal['role'] = 'officer') {
  const principal: Principal = { kind: 'user', name: 'an', role, units, mustChangePassword: false }
  return { principal, source: '10.0.0.5' }
}

test('a filter ends at the units of the caller; without a limit nothing is added', () => {
  expect(scopeOf(officer(['so-yte']), 'client.read')).toEqual({ within: ['so-yte'] })
  expect(scopeOf(officer([]), 'client.read')).toEqual({ within: [] })
  expect(scopeOf(officer(null), 'client.read')).toEqual({})
  // What the role does not allow at all is nowhere, not everywhere.
  expect(scopeOf(officer(null, 'viewer'), 'client.read')).toEqual({ within: [] })
})

test.each([
  ['so-yte', true],
  ['bv', true],
  ['so-gd', false],
  ['tinh', false],
  ['nowhere', false],
  [null, false],
])('an officer of so-yte, a client of %s: %s', (of, expected) => {
  expect(isInScope(officer(['so-yte']), 'client.reveal', of, UNITS)).toBe(expected)
})

test('without a limit also what belongs to no unit', () => {
  expect(isInScope(officer(null), 'client.reveal', null, UNITS)).toBe(true)
})

test('parents that go in a circle end', () => {
  const circle = [unit('a', 'b'), unit('b', 'a')]
  expect(isInScope(officer(['c']), 'client.reveal', 'a', circle)).toBe(false)
  expect(isInScope(officer(['b']), 'client.reveal', 'a', circle)).toBe(true)
})
