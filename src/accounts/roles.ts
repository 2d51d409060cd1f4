/**
 * Who may do what: one table, role × action. What does not stand in it is denied. The documentation and the tests print
 * it from here.
 */
import type { Principal } from './principal.ts'

/** Everything the admin API can be asked to do that is not free to all, and what it means. */
export const ACTIONS = {
  'self.change': "one's own password, second factor and sessions; people only",
  'status.read': 'state of the server, its lists and upstreams; no client',
  'numbers.read': 'counts of clients, hits and cases by unit and campaign; no client',
  lookup: 'why a name is blocked',
  'client.read': 'clients and cases, with the addresses and names hidden',
  'client.reveal': 'address, MAC and names of a client',
  'case.change': 'states, notes and assignees of cases; what is decided of reports of a wrong block',
  export: 'clients, cases, hits and contacts as a file',
  'list.read': 'the lists, their entries and what is let through by hand',
  'list.allow': 'let a blocked name through, or block it again',
  'list.change': 'reload and import lists, pause blocking',
  'cache.flush': 'forget stored answers',
  'settings.read': 'the configuration in force, secrets left out',
  'settings.reload': 'read the configuration again',
  'unit.change': 'units, asset register and list of infected public addresses',
  'hold.change': 'legal holds and retention',
  backup: 'a copy of the databases',
  'alert.test': 'send a test alert',
  'user.read': 'the accounts',
  'user.change': 'make, change, lock and remove accounts',
  'token.read': 'the tokens, without their secrets',
  'token.change': 'make and revoke tokens',
  'audit.read': 'the audit trail',
  'audit.verify': 'check the audit trail',
  'list.pull': 'all that is blocked, for firewalls and other resolvers',
  'approval.pull': 'what is approved of imports, and on whose word, for the other node of the agency',
  'hits.pull': 'all hits, for the other node of the agency',
} as const
export type Action = keyof typeof ACTIONS

export const ACTION_NAMES = Object.keys(ACTIONS) as readonly Action[]

/** Roles of people. */
export const USER_ROLES = ['viewer', 'officer', 'admin', 'auditor'] as const
export type UserRole = (typeof USER_ROLES)[number]

/** Roles of tokens: those of people, that of the other node of an agency, and that of a firewall. */
export const ROLES = [...USER_ROLES, 'node', 'firewall'] as const
export type Role = (typeof ROLES)[number]

/** The table. */
export const PERMISSIONS: Readonly<Record<Role, ReadonlySet<Action>>> = {
  viewer: new Set<Action>(['self.change', 'status.read', 'numbers.read']),
  officer: new Set<Action>([
    'self.change',
    'status.read',
    'numbers.read',
    'lookup',
    'client.read',
    'client.reveal',
    'case.change',
    'export',
    'list.read',
    'list.pull',
  ]),
  admin: new Set(ACTION_NAMES),
  auditor: new Set<Action>(['self.change', 'audit.read', 'audit.verify']),
  node: new Set<Action>(['hits.pull', 'approval.pull']),
  firewall: new Set<Action>(['list.pull']),
}

/** What is asked of one unit, and so ends at the units a principal is responsible for. */
const BY_UNIT: ReadonlySet<Action> = new Set([
  'numbers.read',
  'client.read',
  'client.reveal',
  'case.change',
  'export',
])

/** Roles that may be limited to units. What the others do concerns all of them. */
export const ROLES_BY_UNIT: ReadonlySet<Role> = new Set(['viewer', 'officer'])

/** Whether `principal` may do `action` at all; where it ends, `unitsFor` and `covers` say. */
export function may(principal: Principal, action: Action): boolean {
  if (principal.role === null || !PERMISSIONS[principal.role].has(action)) return false
  if (action === 'self.change') return principal.kind === 'user'
  return !principal.mustChangePassword
}

/** The units, each with all below it, for which `principal` may do `action`; null: no limit; []: nowhere. */
export function unitsFor(principal: Principal, action: Action): readonly string[] | null {
  if (!may(principal, action)) return []
  return BY_UNIT.has(action) ? principal.units : null
}

/**
 * Whether `principal` may do `action` to what belongs to a unit. `unitPath`: that unit, its parent and so on up to the
 * root; [] for what belongs to none, which only those without a limit reach.
 */
export function covers(principal: Principal, action: Action, unitPath: readonly string[]): boolean {
  const units = unitsFor(principal, action)
  return units === null || unitPath.some((unit) => units.includes(unit))
}

/** `text` as a role of `roles`, or null. */
export function readRole<R extends Role>(text: string, roles: readonly R[]): R | null {
  return roles.find((role) => role === text) ?? null
}
