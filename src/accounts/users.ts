/** The accounts of people: made, changed and removed, each change with its row in the audit trail or not at all. */
import type { Clock } from '../clock.ts'
import type { Random } from '../random.ts'
import type { AccountsFile, Statements } from './accounts-file.ts'
import { cleanText } from './audit-entry.ts'
import type { AuditTrail } from './audit-trail.ts'
import type { CredentialCheck } from './credential-check.ts'
import type { Lockout } from './lockout.ts'
import { judgePassword, makePassword } from './password-policy.ts'
import { demand, demandName, demandRole, demandUnits, demandUser } from './permission.ts'
import type { Caller } from './principal.ts'
import { isRefusal, refuse, type Refusal } from './problem.ts'
import { USER_ROLES } from './roles.ts'
import { endSessions } from './sessions.ts'
import { allUsers, findUser, publicUser, writeUnits, type User, type UserRow } from './user-row.ts'

const USERS_MAX = 2000
const FULL_NAME_MAX = 200

export interface UsersParts {
  readonly file: AccountsFile
  readonly clock: Clock
  readonly random: Random
  readonly trail: AuditTrail
  readonly lockout: Lockout
  readonly check: CredentialCheck
}

export interface NewUser {
  readonly name: string
  readonly fullName?: string | undefined
  readonly role: string
  /** Ids of units, each with all below it; null: no limit. */
  readonly units: readonly string[] | null
  readonly password?: GivenPassword | undefined
}

/** A password for somebody's account. Left out: one is made. */
export interface GivenPassword {
  readonly text: string
  /**
   * The caller is the owner: at the machine itself an administrator makes the first account so. Else it must be changed at
   * the next sign-in, so that nobody knows another's password.
   */
  readonly isOwn: boolean
}

export interface SetUser {
  readonly user: User
  /** The password that was made, shown once; null where one was given. */
  readonly madePassword: string | null
}

/** Each function throws AccountError for what is refused, AccountsUnavailable where the file cannot be used. */
export class Users {
  readonly #parts: UsersParts

  constructor(parts: UsersParts) {
    this.#parts = parts
  }

  list(caller: Caller): User[] {
    demand(caller.principal, 'user.read')
    return this.#parts.file.read(allUsers)
  }

  get(caller: Caller, name: string): User {
    demand(caller.principal, 'user.read')
    return publicUser(this.#parts.file.read((statements) => demandUser(statements, name)))
  }

  /** Makes an account. */
  async add(caller: Caller, given: NewUser): Promise<SetUser> {
    const { file, clock, trail, check, random } = this.#parts
    demand(caller.principal, 'user.change')
    const { name, key } = demandName(given.name)
    const role = demandRole(given.role, USER_ROLES)
    const units = demandUnits(role, given.units)
    const fullName = cleanText(given.fullName ?? '', FULL_NAME_MAX)
    const password = given.password?.text ?? makePassword(random)
    demandStrong(password, name, false)
    const isFree = (statements: Statements): void => {
      if (findUser(statements, key) !== null)
        refuse('THANHLOC_ACCOUNT_EXISTS', 'There is an account of that name, or one that looks the same.')
    }
    // Before a hash is computed, and again when it is.
    file.read(isFree)
    const hash = await check.hash(password)
    const user = file.change((statements) => {
      isFree(statements)
      if (Number(statements.of('SELECT count(*) AS n FROM user').get()!['n']) >= USERS_MAX)
        refuse('THANHLOC_ACCOUNT_LIMIT', `There are ${USERS_MAX} accounts, as many as there may be.`)
      const now = clock.wallMs()
      statements
        .of(
          `INSERT INTO user (name, name_key, full_name, role, units, password, needs_factor, must_change, created_at,
             password_at, active_at) VALUES (?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?)`,
        )
        .run(
          name,
          key,
          fullName,
          role,
          writeUnits(units),
          hash,
          Number(mustChange(caller, given.password)),
          now,
          now,
          now,
        )
      trail.append(caller, { action: 'user.add', target: `user:${name}`, details: { fullName, role, units } })
      return demandUser(statements, name)
    })
    return { user: publicUser(user), madePassword: given.password === undefined ? password : null }
  }

  /** Sets somebody's password. Ends their sessions. */
  async setPassword(caller: Caller, name: string, given?: GivenPassword): Promise<SetUser> {
    const { file, random } = this.#parts
    demand(caller.principal, 'user.change')
    const user = file.read((statements) => demandUser(statements, name))
    const password = given?.text ?? makePassword(random)
    demandStrong(password, user.name, false)
    const changed = await this.#storePassword(caller, user, password, false, mustChange(caller, given))
    return { user: publicUser(changed), madePassword: given === undefined ? password : null }
  }

  /**
   * Changes the caller's own password. Ends all sessions of the account, this one too. Gives back why `current` does not
   * prove who it is; throws AccountError for what is wrong with `next`.
   */
  async changePassword(caller: Caller, current: string, next: string): Promise<Refusal | null> {
    demand(caller.principal, 'self.change')
    const presented = { name: caller.principal.name, password: current, source: caller.source }
    const proved = await this.#parts.check.check(presented, false, (user) => ({ user }))
    if (isRefusal(proved)) return proved
    if (next.normalize('NFC') === current.normalize('NFC'))
      refuse('THANHLOC_ACCOUNT_PASSWORD', 'The new password is the old one.')
    const needsFactor = demandStrong(next, proved.user.name, proved.user.hasFactor)
    await this.#storePassword(caller, proved.user, next, needsFactor, false)
    return null
  }

  /** Gives an account another role or other units. Ends its sessions. */
  setRole(caller: Caller, name: string, role: string, units: readonly string[] | null): User {
    const newRole = demandRole(role, USER_ROLES)
    const newUnits = demandUnits(newRole, units)
    return this.#change(caller, name, (user, statements) => {
      if (newRole !== 'admin') demandOtherAdmin(statements, user)
      statements
        .of('UPDATE user SET role = ?, units = ? WHERE id = ?')
        .run(newRole, writeUnits(newUnits), user.id)
      endSessions(statements, user.id)
      const details = { from: { role: user.role, units: user.units }, to: { role: newRole, units: newUnits } }
      return { action: 'user.role', details }
    })
  }

  /** Nobody can sign in with the account until it is enabled. Ends its sessions. */
  disable(caller: Caller, name: string, reason = ''): User {
    return this.#change(caller, name, (user, statements) => {
      demandOtherAdmin(statements, user)
      statements.of('UPDATE user SET is_disabled = 1 WHERE id = ?').run(user.id)
      endSessions(statements, user.id)
      return { action: 'user.disable', reason }
    })
  }

  /** Enables an account that was disabled, or not used for long. */
  enable(caller: Caller, name: string): User {
    return this.#change(caller, name, (user, statements) => {
      statements
        .of('UPDATE user SET is_disabled = 0, active_at = ? WHERE id = ?')
        .run(this.#parts.clock.wallMs(), user.id)
      return { action: 'user.enable' }
    })
  }

  /** Forgets the failed sign-ins of an account. */
  unlock(caller: Caller, name: string): User {
    return this.#change(caller, name, (user) => {
      this.#parts.lockout.forget(user.key)
      return { action: 'user.unlock' }
    })
  }

  /** Removes an account with its sessions. The trail keeps its name. */
  remove(caller: Caller, name: string, reason = ''): void {
    const { file, trail } = this.#parts
    demand(caller.principal, 'user.change')
    file.change((statements) => {
      const user = demandUser(statements, name)
      demandOtherAdmin(statements, user)
      statements.of('DELETE FROM user WHERE id = ?').run(user.id)
      trail.append(caller, { action: 'user.remove', target: `user:${user.name}`, reason })
    })
  }

  #change(
    caller: Caller,
    name: string,
    change: (user: UserRow, statements: Statements) => Omit<Parameters<AuditTrail['append']>[1], 'target'>,
  ): User {
    const { file, trail } = this.#parts
    demand(caller.principal, 'user.change')
    return file.change((statements) => {
      const user = demandUser(statements, name)
      const event = change(user, statements)
      trail.append(caller, { ...event, target: `user:${user.name}` })
      return publicUser(demandUser(statements, name))
    })
  }

  async #storePassword(
    caller: Caller,
    user: UserRow,
    password: string,
    needsFactor: boolean,
    mustChange: boolean,
  ): Promise<UserRow> {
    const { file, clock, trail, check } = this.#parts
    const hash = await check.hash(password)
    return file.change((statements) => {
      const stored = statements
        .of(
          `UPDATE user SET password = ?, needs_factor = ?, must_change = ?, password_at = ?
           WHERE id = ? AND password = ? AND (totp NOTNULL OR NOT ?)`,
        )
        .run(
          hash,
          Number(needsFactor),
          Number(mustChange),
          clock.wallMs(),
          user.id,
          user.password,
          Number(needsFactor),
        )
      if (stored.changes !== 1)
        refuse('THANHLOC_ACCOUNT_CONFLICT', 'The account was changed meanwhile: look at it and try again.')
      endSessions(statements, user.id)
      trail.append(caller, { action: 'user.password', target: `user:${user.name}` })
      return demandUser(statements, user.name)
    })
  }
}

function mustChange({ principal }: Caller, given: GivenPassword | undefined): boolean {
  return !(given?.isOwn === true && principal.kind === 'socket')
}

function demandStrong(password: string, name: string, hasFactor: boolean): boolean {
  const strength = judgePassword(password, name, hasFactor)
  return 'refusedFor' in strength
    ? refuse('THANHLOC_ACCOUNT_PASSWORD', `The password is too weak: ${strength.refusedFor}.`)
    : strength.needsFactor
}

/** An agency without administrator can only be mended at the machine itself. */
function demandOtherAdmin(statements: Statements, { id, role, isDisabled }: UserRow): void {
  if (role !== 'admin' || isDisabled) return
  const others = statements
    .of(`SELECT count(*) AS n FROM user WHERE role = 'admin' AND is_disabled = 0 AND id <> ?`)
    .get(id)!
  if (Number(others['n']) === 0)
    refuse('THANHLOC_ACCOUNT_CONFLICT', 'That is the last administrator: make another one first.')
}
