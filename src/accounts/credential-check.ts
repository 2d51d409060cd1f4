/**
 * Proves that somebody is who they say: name, password and, where the account has one, the second factor. In the same
 * time whether there is such an account or not, one after the other, and with a wait after failures.
 */
import type { Clock } from '../clock.ts'
import type { Random } from '../random.ts'
import { fold } from './account-name.ts'
import type { AccountsFile, Statements } from './accounts-file.ts'
import type { AuditTrail } from './audit-trail.ts'
import { AccountsUnavailable } from './fault.ts'
import type { HashQueue } from './hash-queue.ts'
import type { Lockout } from './lockout.ts'
import { decoyHash, hashPassword, needsRehash, verifyPassword, type ScryptCost } from './password-hash.ts'
import { isPasswordSize } from './password-policy.ts'
import { NOBODY } from './principal.ts'
import { AccountError, isRefusal, type Refusal } from './problem.ts'
import type { FactorCheck } from './factor-check.ts'
import { findUser, findUserById, type UserRow } from './user-row.ts'

/** What somebody presents. */
export interface Presented {
  readonly name: string
  readonly password: string
  /** Of the second factor, or a recovery code; undefined: none yet. */
  readonly code?: string | undefined
  /** Address it comes from, as text. */
  readonly source: string
}

export interface CredentialCheckParts {
  readonly file: AccountsFile
  readonly clock: Clock
  readonly random: Random
  readonly lockout: Lockout
  readonly trail: AuditTrail
  readonly factors: FactorCheck
  readonly queue: HashQueue
  readonly cost: ScryptCost
}

const NAME_MAX = 256
/** Accounts nobody used for so long are as good as disabled (TCVN 14423:2026). */
const UNUSED_MS = 45 * 24 * 3_600_000

const WRONG: Refusal = {
  code: 'THANHLOC_ACCOUNT_CREDENTIALS',
  detail: 'Name, password or code is wrong.',
}
const BUSY: Refusal = {
  code: 'THANHLOC_ACCOUNT_BUSY',
  detail: 'Too many sign-ins at once: try again in a few seconds.',
  retryAfterS: 3,
}

/** Why somebody was not let in. `locked`: not looked at, after too many failures. */
export const FAILURES = ['password', 'code', 'disabled', 'locked'] as const
export type Failure = (typeof FAILURES)[number]

export class CredentialCheck {
  readonly #parts: CredentialCheckParts
  readonly #decoy: string
  readonly #failures: Record<Failure, number> = { password: 0, code: 0, disabled: 0, locked: 0 }

  constructor(parts: CredentialCheckParts) {
    this.#parts = parts
    this.#decoy = decoyHash(parts.cost)
  }

  /** Since the start. */
  get failures(): Readonly<Record<Failure, number>> {
    return this.#failures
  }

  /** The text to store for `password`. Rejects with AccountError where too many wait. */
  async hash(password: string): Promise<string> {
    const { queue, cost, random } = this.#parts
    const hash = await queue.run(() => hashPassword(password, cost, random))
    if (hash === null) throw new AccountError(BUSY)
    return hash
  }

  /**
   * Runs `proceed` with the account of `presented` in a transaction, once it is proved; what it throws undoes it and the
   * code counts as unused. `withFactor`: the second factor is asked for too, where the account has one.
   */
  async check<T extends object>(
    presented: Presented,
    withFactor: boolean,
    proceed: (user: UserRow, statements: Statements) => T,
  ): Promise<T | Refusal> {
    // Before anything is computed of it.
    if (!isPasswordSize(presented.password) || presented.name.length > NAME_MAX) return WRONG
    const key = fold(presented.name)
    try {
      const locked = this.#locked(key, presented.source)
      if (locked !== null) return locked
      const result = await this.#parts.queue.run(async () => {
        // Those before in the queue may have been too many.
        const lockedNow = this.#locked(key, presented.source)
        if (lockedNow !== null) return lockedNow
        const user = await this.#findByPassword(key, presented.password)
        return this.#proceed(key, user, presented, withFactor, proceed)
      })
      return result ?? BUSY
    } catch (error) {
      if (error instanceof AccountsUnavailable) return { code: error.code, detail: error.message }
      if (error instanceof AccountError) return error
      throw error
    }
  }

  /** The account whose password is `password`, or null. Computes one hash in either case. */
  async #findByPassword(key: string, password: string): Promise<UserRow | null> {
    const { file, cost, random } = this.#parts
    const found = file.read((statements) => findUser(statements, key))
    const isRight = await verifyPassword(password, found?.password ?? this.#decoy)
    if (found === null || !isRight) return null
    const renewed = needsRehash(found.password, cost)
      ? await hashPassword(password, cost, random)
      : found.password
    return file.change((statements) => {
      if (renewed !== found.password)
        statements
          .of('UPDATE user SET password = ? WHERE id = ? AND password = ?')
          .run(renewed, found.id, found.password)
      // It may have been changed or removed while the hash was computed.
      const now = findUserById(statements, found.id)
      return now?.password === renewed ? now : null
    })
  }

  #proceed<T extends object>(
    key: string,
    user: UserRow | null,
    presented: Presented,
    withFactor: boolean,
    proceed: (user: UserRow, statements: Statements) => T,
  ): T | Refusal {
    const { file, lockout } = this.#parts
    const result = file.change((statements): T | Refusal => {
      if (user === null) return WRONG
      const refusal = this.#refusalOf(statements, user, presented, withFactor)
      if (refusal !== null) return refusal
      lockout.forget(key)
      return proceed(user, statements)
    })
    if (isRefusal(result) && result.code !== 'THANHLOC_ACCOUNT_CODE_NEEDED')
      this.#recordFailure(key, presented, user, result)
    return result
  }

  #refusalOf(
    statements: Statements,
    user: UserRow,
    { code }: Presented,
    withFactor: boolean,
  ): Refusal | null {
    const { clock, factors } = this.#parts
    if (user.isDisabled)
      return { code: 'THANHLOC_ACCOUNT_DISABLED', detail: 'The account is disabled: ask an administrator.' }
    if (clock.wallMs() - user.activeAt > UNUSED_MS) {
      const detail = 'The account was not used for 45 days: ask an administrator to enable it again.'
      return { code: 'THANHLOC_ACCOUNT_DISABLED', detail }
    }
    if (!withFactor || !user.hasFactor) return null
    if (code === undefined || code === '')
      return { code: 'THANHLOC_ACCOUNT_CODE_NEEDED', detail: 'Send the code of the second factor too.' }
    return factors.take(statements, user, code) ? null : WRONG
  }

  /** In the trail without the name that was typed, unless an account has it: some type their password there. */
  #recordFailure(key: string, { source }: Presented, user: UserRow | null, refusal: Refusal): void {
    const { file, lockout, trail } = this.#parts
    const wrong = whatWasWrong(user, refusal.code === 'THANHLOC_ACCOUNT_CREDENTIALS')
    this.#failures[wrong]++
    file.change((statements) => {
      const isWrong = refusal.code === 'THANHLOC_ACCOUNT_CREDENTIALS'
      const isLocked = isWrong && lockout.fail(key, source)
      const named = user ?? findUser(statements, key)
      trail.append(
        { principal: NOBODY, source },
        {
          action: 'sign-in.failed',
          target: named === null ? '' : `user:${named.name}`,
          details: { isAccount: named !== null, wrong, isLocked },
        },
      )
    })
  }

  #locked(key: string, source: string): Refusal | null {
    const waitMs = this.#parts.lockout.waitMs(key, source)
    if (waitMs === 0) return null
    this.#failures.locked++
    const retryAfterS = Math.ceil(waitMs / 1000)
    const detail = `Too many failures: try again in ${retryAfterS} s, or ask an administrator to unlock the account.`
    return { code: 'THANHLOC_ACCOUNT_LOCKED', detail, retryAfterS }
  }
}

function whatWasWrong(user: UserRow | null, isWrong: boolean): Exclude<Failure, 'locked'> {
  if (!isWrong) return 'disabled'
  return user === null ? 'password' : 'code'
}
