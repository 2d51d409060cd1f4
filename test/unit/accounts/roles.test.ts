import { expect, test } from 'vitest'
import { NOBODY, socketPrincipal, type Principal } from '../../../src/accounts/principal.ts'
import {
  ACTION_NAMES,
  covers,
  may,
  PERMISSIONS,
  ROLES,
  unitsFor,
  type Action,
  type Role,
} from '../../../src/accounts/roles.ts'

function principal(
  role: Role,
  units: readonly string[] | null = null,
  mustChangePassword = false,
): Principal {
  return { kind: 'user', name: 'an', role, units, mustChangePassword }
}

/** Every action, and who may: v viewer, o officer, a admin, u auditor, n node, f firewall. */
const TABLE: Readonly<Record<Action, string>> = {
  'self.change': 'voau',
  'status.read': 'voa',
  'numbers.read': 'voa',
  lookup: 'oa',
  'client.read': 'oa',
  'client.reveal': 'oa',
  'case.change': 'oa',
  export: 'oa',
  'list.read': 'oa',
  'list.allow': 'a',
  'list.change': 'a',
  'cache.flush': 'a',
  'settings.read': 'a',
  'settings.reload': 'a',
  'unit.change': 'a',
  'hold.change': 'a',
  backup: 'a',
  'alert.test': 'a',
  'user.read': 'a',
  'user.change': 'a',
  'token.read': 'a',
  'token.change': 'a',
  'audit.read': 'au',
  'audit.verify': 'au',
  'list.pull': 'oaf',
  'approval.pull': 'an',
  'hits.pull': 'an',
}
const LETTER: Readonly<Record<Role, string>> = {
  viewer: 'v',
  officer: 'o',
  admin: 'a',
  auditor: 'u',
  node: 'n',
  firewall: 'f',
}

const cells = ACTION_NAMES.flatMap((action) => ROLES.map((role) => ({ role, action })))

test('the table names every action', () => {
  expect(Object.keys(TABLE).toSorted()).toEqual(ACTION_NAMES.toSorted())
  expect(Object.keys(PERMISSIONS).toSorted()).toEqual(ROLES.toSorted())
})

test.each(cells)('$role × $action', ({ role, action }) => {
  expect(may(principal(role), action)).toBe(TABLE[action].includes(LETTER[role]))
})

test('who is nobody may nothing', () => {
  expect(ACTION_NAMES.filter((action) => may(NOBODY, action))).toEqual([])
})

test('who came by the socket may everything but change an account that is not theirs', () => {
  expect(ACTION_NAMES.filter((action) => !may(socketPrincipal(null), action))).toEqual(['self.change'])
})

test('a machine has no password to change', () => {
  const token: Principal = { ...principal('admin'), kind: 'token' }
  expect(may(token, 'self.change')).toBe(false)
  expect(may(token, 'user.change')).toBe(true)
})

test.each(ROLES)('with a password somebody else set, %s may only change it', (role) => {
  const allowed = ACTION_NAMES.filter((action) => may(principal(role, null, true), action))
  expect(allowed).toEqual(role === 'node' || role === 'firewall' ? [] : ['self.change'])
})

const PATH = ['phong-a', 'so-a', 'tinh']

test.each([
  ['the unit itself', ['phong-a'], true],
  ['the unit above', ['so-a'], true],
  ['the root', ['tinh'], true],
  ['one of several', ['so-b', 'so-a'], true],
  ['no limit', null, true],
  ['another unit', ['so-b'], false],
  ['a unit below', ['ban-a1'], false],
  ['no unit at all', [], false],
])('an officer of %s: %s', (_, units, isCovered) => {
  for (const action of ['client.read', 'client.reveal', 'case.change', 'export', 'numbers.read'] as const)
    expect(covers(principal('officer', units), action, PATH)).toBe(isCovered)
})

test('what belongs to no unit is reached by those without a limit alone', () => {
  expect(covers(principal('officer', ['tinh']), 'client.read', [])).toBe(false)
  expect(covers(principal('officer'), 'client.read', [])).toBe(true)
})

test('what concerns no unit is not limited by them, and what is not allowed is so nowhere', () => {
  const officer = principal('officer', ['so-a'])
  expect(unitsFor(officer, 'client.read')).toEqual(['so-a'])
  expect(unitsFor(officer, 'lookup')).toBeNull()
  expect(unitsFor(officer, 'user.change')).toEqual([])
  expect(covers(officer, 'user.change', PATH)).toBe(false)
  expect(covers(principal('viewer', ['so-a']), 'client.read', PATH)).toBe(false)
})
