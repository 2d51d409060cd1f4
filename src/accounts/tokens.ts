/** Tokens of machines: a secret shown once, a role, an end. Only a hash is stored. */
import type { Clock } from '../clock.ts'
import type { Random } from '../random.ts'
import type { AccountsFile, Statements } from './accounts-file.ts'
import { fold } from './account-name.ts'
import type { AuditTrail } from './audit-trail.ts'
import { AccountsUnavailable } from './fault.ts'
import { demand, demandName, demandRole, demandUnits } from './permission.ts'
import { actorOf, type Caller, type Principal } from './principal.ts'
import { refuse } from './problem.ts'
import { readRole, ROLES, type Role } from './roles.ts'
import { digest, secretBytes } from './secret.ts'
import { readUnits, writeUnits } from './user-row.ts'

/** What every token begins with, so that one that got out can be found. */
export const TOKEN_PREFIX = 'tl_'
const SECRET_BYTES = 32
const TOKEN = /^tl_[A-Za-z0-9_-]{43}$/
const DAY_MS = 24 * 3_600_000
const LIFE_MAX_MS = 400 * DAY_MS
const TOKENS_MAX = 1000
/** How often a use is noted. */
const NOTE_MS = 60_000
/** The principal of admin.tokenFile bears this name; no token may. */
const RESERVED_KEY = 'admin.tokenfile'

/** A token without its secret. All times: milliseconds since 1970. */
export interface TokenInfo {
  readonly name: string
  readonly role: Role
  readonly units: readonly string[] | null
  readonly createdBy: string
  readonly createdAt: number
  readonly expiresAt: number
  /** To the minute; null: never. */
  readonly usedAt: number | null
}

export interface NewToken {
  readonly name: string
  readonly role: string
  readonly units: readonly string[] | null
  /** At most 400 days away. */
  readonly expiresAt: number
}

type Row = Readonly<Record<string, unknown>>

export class Tokens {
  readonly #file: AccountsFile
  readonly #clock: Clock
  readonly #random: Random
  readonly #trail: AuditTrail

  constructor(file: AccountsFile, clock: Clock, random: Random, trail: AuditTrail) {
    this.#file = file
    this.#clock = clock
    this.#random = random
    this.#trail = trail
  }

  /** All tokens by name, expired ones too. Throws AccountError, AccountsUnavailable. */
  list(caller: Caller): TokenInfo[] {
    demand(caller.principal, 'token.read')
    const rows = this.#file.read((statements) => statements.of('SELECT * FROM token ORDER BY name_key').all())
    return rows.map(readToken)
  }

  /** Makes a token; `secret` is shown once. Throws AccountError, AccountsUnavailable. */
  add(caller: Caller, given: NewToken): { readonly secret: string; readonly token: TokenInfo } {
    demand(caller.principal, 'token.change')
    const { name, key } = demandName(given.name)
    if (key === RESERVED_KEY)
      refuse('THANHLOC_ACCOUNT_INVALID', `The name ${name} stands for the token file.`)
    const role = demandRole(given.role, ROLES)
    const units = demandUnits(role, given.units)
    const now = this.#clock.wallMs()
    const expiresAt = Math.trunc(given.expiresAt)
    if (!(expiresAt > now && expiresAt - now <= LIFE_MAX_MS))
      refuse('THANHLOC_ACCOUNT_INVALID', 'A token must expire, in the future and within 400 days.')
    const secret = TOKEN_PREFIX + secretBytes(this.#random, SECRET_BYTES).toString('base64url')
    const token = this.#file.change((statements) => {
      if (findToken(statements, key) !== undefined)
        refuse(
          'THANHLOC_ACCOUNT_EXISTS',
          'There is a token of that name: revoke it first, or take another name.',
        )
      if (Number(statements.of('SELECT count(*) AS n FROM token').get()!['n']) >= TOKENS_MAX)
        refuse(
          'THANHLOC_ACCOUNT_LIMIT',
          `There are ${TOKENS_MAX} tokens, as many as there may be: revoke old ones.`,
        )
      statements
        .of(
          `INSERT INTO token (name, name_key, hash, role, units, created_by, created_at, expires_at)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
        )
        .run(name, key, digest(secret), role, writeUnits(units), actorOf(caller.principal), now, expiresAt)
      const details = { role, units, expiresAt: new Date(expiresAt).toISOString() }
      this.#trail.append(caller, { action: 'token.add', target: `token:${name}`, details })
      return readToken(findToken(statements, key)!)
    })
    return { secret, token }
  }

  /** Removes a token: from now on it lets nobody in. Throws AccountError, AccountsUnavailable. */
  revoke(caller: Caller, name: string, reason = ''): void {
    demand(caller.principal, 'token.change')
    this.#file.change((statements) => {
      const row = findToken(statements, fold(name.slice(0, 256)))
      if (row === undefined) return refuse('THANHLOC_ACCOUNT_UNKNOWN', 'There is no token of that name.')
      const token = readToken(row)
      statements.of('DELETE FROM token WHERE name_key = ?').run(String(row['name_key']))
      const usedAt = token.usedAt === null ? null : new Date(token.usedAt).toISOString()
      this.#trail.append(caller, {
        action: 'token.revoke',
        target: `token:${token.name}`,
        reason,
        details: { usedAt },
      })
    })
  }

  /** Who presents `secret`; null where no token in force has it. Throws AccountsUnavailable. */
  find(secret: string): Principal | null {
    if (!TOKEN.test(secret)) return null
    const hash = digest(secret)
    const now = this.#clock.wallMs()
    const row = this.#file.read((statements) => statements.of('SELECT * FROM token WHERE hash = ?').get(hash))
    if (row === undefined) return null
    const { name, role, units, createdAt, expiresAt, usedAt } = readToken(row)
    // Before it was made: the clock was set back, and nobody knows whether it has expired.
    if (now >= expiresAt || now < createdAt - DAY_MS) return null
    if (usedAt === null || Math.abs(now - usedAt) >= NOTE_MS) this.#note(hash, now)
    return { kind: 'token', name, role, units, mustChangePassword: false }
  }

  /** A request is not refused because its time could not be noted: the file has told its log. */
  #note(hash: Buffer, now: number): void {
    try {
      this.#file.change((statements) =>
        statements.of('UPDATE token SET used_at = ? WHERE hash = ?').run(now, hash),
      )
    } catch (error) {
      if (!(error instanceof AccountsUnavailable)) throw error
    }
  }
}

function findToken(statements: Statements, key: string): Row | undefined {
  return statements.of('SELECT * FROM token WHERE name_key = ?').get(key)
}

function readToken(row: Row): TokenInfo {
  return {
    name: String(row['name']),
    // A role this version does not know gets the least.
    role: readRole(String(row['role']), ROLES) ?? 'viewer',
    units: readUnits(row['units']),
    createdBy: String(row['created_by']),
    createdAt: Number(row['created_at']),
    expiresAt: Number(row['expires_at']),
    usedAt: row['used_at'] === null ? null : Number(row['used_at']),
  }
}
