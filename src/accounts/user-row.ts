/** An account as it stands in the file, and as others may see it. */
import type { Statements } from './accounts-file.ts'
import type { Principal } from './principal.ts'
import { readRole, USER_ROLES, type UserRole } from './roles.ts'

/** All times: milliseconds since 1970. */
export interface User {
  readonly name: string
  readonly fullName: string
  readonly role: UserRole
  /** Ids of units, each with all below it; null: no limit. */
  readonly units: readonly string[] | null
  readonly hasFactor: boolean
  readonly mustChangePassword: boolean
  readonly isDisabled: boolean
  readonly createdAt: number
  readonly passwordAt: number
  /** Last signed in, made or enabled. */
  readonly activeAt: number
}

/** With what only the accounts themselves use. */
export interface UserRow extends User {
  readonly id: number
  readonly key: string
  readonly password: string
  readonly needsFactor: boolean
  readonly totp: Uint8Array | null
  readonly totpPending: Uint8Array | null
  readonly totpStep: number
}

type Row = Readonly<Record<string, unknown>>

/** The account whose name compares as `key`, or null. */
export function findUser(statements: Statements, key: string): UserRow | null {
  return optional(statements.of('SELECT * FROM user WHERE name_key = ?').get(key))
}

/** The account `id`, or null. */
export function findUserById(statements: Statements, id: number): UserRow | null {
  return optional(statements.of('SELECT * FROM user WHERE id = ?').get(id))
}

/** All accounts, by name. */
export function allUsers(statements: Statements): User[] {
  return statements.of('SELECT * FROM user ORDER BY name_key').all().map(readUser).map(publicUser)
}

/** The row without its secrets. */
export function publicUser(row: UserRow): User {
  const { name, fullName, role, units, hasFactor, mustChangePassword, isDisabled } = row
  const { createdAt, passwordAt, activeAt } = row
  return {
    name,
    fullName,
    role,
    units,
    hasFactor,
    mustChangePassword,
    isDisabled,
    createdAt,
    passwordAt,
    activeAt,
  }
}

export function userPrincipal({ name, role, units, mustChangePassword }: UserRow): Principal {
  return { kind: 'user', name, role, units, mustChangePassword }
}

/** Units as stored in JSON; damaged text means none, not all. */
export function readUnits(stored: unknown): readonly string[] | null {
  if (stored === null) return null
  try {
    const units: unknown = JSON.parse(stored as string)
    return Array.isArray(units) ? units.filter((unit) => typeof unit === 'string') : []
  } catch {
    return []
  }
}

export function writeUnits(units: readonly string[] | null): string | null {
  return units === null ? null : JSON.stringify(units)
}

function optional(row: Row | undefined): UserRow | null {
  return row === undefined ? null : readUser(row)
}

function readUser(row: Row): UserRow {
  return {
    id: Number(row['id']),
    name: String(row['name']),
    key: String(row['name_key']),
    fullName: String(row['full_name']),
    // A role this version does not know gets the least.
    role: readRole(String(row['role']), USER_ROLES) ?? 'viewer',
    units: readUnits(row['units']),
    password: String(row['password']),
    needsFactor: row['needs_factor'] !== 0,
    mustChangePassword: row['must_change'] !== 0,
    isDisabled: row['is_disabled'] !== 0,
    hasFactor: row['totp'] !== null,
    totp: row['totp'] as Uint8Array | null,
    totpPending: row['totp_pending'] as Uint8Array | null,
    totpStep: Number(row['totp_step']),
    createdAt: Number(row['created_at']),
    passwordAt: Number(row['password_at']),
    activeAt: Number(row['active_at']),
  }
}
