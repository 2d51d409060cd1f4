/** What the functions that change accounts ask of their caller before they do anything. */
import { fold, NAME_RULE, readName, type AccountName } from './account-name.ts'
import type { Statements } from './accounts-file.ts'
import type { Caller, Principal } from './principal.ts'
import { refuse } from './problem.ts'
import { may, readRole, ROLES_BY_UNIT, type Action, type Role } from './roles.ts'
import { findUser, type UserRow } from './user-row.ts'

const UNITS_MAX = 1000
const UNIT_ID = /^[a-z0-9][a-z0-9._-]{0,63}$/

/** Throws AccountError where `principal` may not do `action`. */
export function demand(principal: Principal, action: Action): void {
  if (!may(principal, action)) refuse('THANHLOC_ACCOUNT_FORBIDDEN', `The role does not allow ${action}.`)
}

/** The account `name`. Throws AccountError where there is none. */
export function demandUser(statements: Statements, name: string): UserRow {
  return (
    findUser(statements, fold(name.slice(0, 256))) ??
    refuse('THANHLOC_ACCOUNT_UNKNOWN', 'There is no account of that name.')
  )
}

/** The account the caller signed in with. Throws AccountError. */
export function ownUser(statements: Statements, { principal }: Caller): UserRow {
  demand(principal, 'self.change')
  return demandUser(statements, principal.name)
}

/** `text` as a name. Throws AccountError. */
export function demandName(text: string): AccountName {
  return readName(text) ?? refuse('THANHLOC_ACCOUNT_INVALID', `That is no name: ${NAME_RULE}.`)
}

/** `text` as one of `roles`. Throws AccountError. */
export function demandRole<R extends Role>(text: string, roles: readonly R[]): R {
  return (
    readRole(text, roles) ??
    refuse('THANHLOC_ACCOUNT_INVALID', `That is no role: take one of ${roles.join(', ')}.`)
  )
}

/** `units` fit for `role`. Throws AccountError. */
export function demandUnits(role: Role, units: readonly string[] | null): readonly string[] | null {
  if (units === null) return null
  if (!ROLES_BY_UNIT.has(role)) {
    const detail = `The role ${role} is not limited to units: give it none, or take ${[...ROLES_BY_UNIT].join(' or ')}.`
    return refuse('THANHLOC_ACCOUNT_INVALID', detail)
  }
  if (units.length > UNITS_MAX)
    return refuse(
      'THANHLOC_ACCOUNT_INVALID',
      `Give at most ${UNITS_MAX} units: those below count by themselves.`,
    )
  const wrong = units.find((unit) => !UNIT_ID.test(unit))
  if (wrong !== undefined)
    return refuse('THANHLOC_ACCOUNT_INVALID', `"${wrong.slice(0, 64)}" is no id of a unit.`)
  return [...new Set(units)].toSorted()
}
