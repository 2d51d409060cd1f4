/** Setting up, confirming and taking off second factors. The secret is shown once; it is in force when a code of it came. */
import type { Random } from '../random.ts'
import type { AccountsFile, Statements } from './accounts-file.ts'
import type { AuditTrail } from './audit-trail.ts'
import { writeBase32 } from './base32.ts'
import type { CredentialCheck } from './credential-check.ts'
import { recoveryCodesLeft, secretPlace, type FactorCheck } from './factor-check.ts'
import type { KeyFile } from './key-file.ts'
import { demand, demandUser, ownUser } from './permission.ts'
import type { Caller } from './principal.ts'
import { isRefusal, refuse, type Refusal } from './problem.ts'
import { makeRecoveryCodes, recoveryCodeHash } from './recovery-codes.ts'
import { seal } from './sealed.ts'
import { secretBytes } from './secret.ts'
import { otpauthUri, TOTP_SECRET_BYTES } from './totp.ts'
import type { UserRow } from './user-row.ts'

export interface SecondFactorsParts {
  readonly file: AccountsFile
  readonly random: Random
  readonly trail: AuditTrail
  readonly check: CredentialCheck
  readonly factors: FactorCheck
  readonly keyFile: KeyFile
  /** Shown in the authenticator app. */
  readonly issuer: string
}

/** What proves a person again before something that outlasts the session. */
export interface Proof {
  readonly password: string
  readonly code?: string | undefined
}

/** Shown once: the secret for typing, and the URI for a QR code. */
export interface ShownSecret {
  readonly secret: string
  readonly uri: string
}

export class SecondFactors {
  readonly #parts: SecondFactorsParts

  constructor(parts: SecondFactorsParts) {
    this.#parts = parts
  }

  /** Makes a secret for the caller's own account. It changes nothing until `confirm`. */
  async begin(caller: Caller, proof: Proof): Promise<ShownSecret | Refusal> {
    const { random, issuer, keyFile } = this.#parts
    return this.#prove(caller, proof, (user, statements) => {
      const sealed = statements
        .of('SELECT count(*) AS n FROM user WHERE totp NOTNULL OR totp_pending NOTNULL')
        .get()!
      const key = keyFile.readOrCreate(Number(sealed['n']) === 0)
      const secret = secretBytes(random, TOTP_SECRET_BYTES)
      statements
        .of('UPDATE user SET totp_pending = ? WHERE id = ?')
        .run(seal(key, secret, secretPlace(user.id), random), user.id)
      return { secret: writeBase32(secret), uri: otpauthUri(secret, issuer, user.name) }
    })
  }

  /** Puts the secret in force by a code of it; the recovery codes, shown once. Throws AccountError, AccountsUnavailable. */
  confirm(caller: Caller, code: string): readonly string[] {
    const { file, factors, trail } = this.#parts
    return file.change((statements) => {
      const user = ownUser(statements, caller)
      if (user.totpPending === null)
        return refuse('THANHLOC_ACCOUNT_CONFLICT', 'No second factor is being set up: begin again.')
      const step = factors.match(user, user.totpPending, code.slice(0, 64).replaceAll(/\s/g, ''), 0)
      if (step === null)
        return refuse(
          'THANHLOC_ACCOUNT_INVALID',
          'The code is wrong: check the clock of the telephone and try the next.',
        )
      statements
        .of('UPDATE user SET totp = totp_pending, totp_pending = NULL, totp_step = ? WHERE id = ?')
        .run(step, user.id)
      trail.append(caller, { action: 'user.factor', target: `user:${user.name}` })
      return this.#newCodes(statements, user)
    })
  }

  /** Fresh recovery codes for the caller's own account; the old ones are void. */
  async renewCodes(caller: Caller, proof: Proof): Promise<{ readonly codes: readonly string[] } | Refusal> {
    return this.#prove(caller, proof, (user, statements) => {
      if (!user.hasFactor)
        return refuse('THANHLOC_ACCOUNT_CONFLICT', 'The account has no second factor to recover.')
      this.#parts.trail.append(caller, { action: 'user.recovery-codes', target: `user:${user.name}` })
      return { codes: this.#newCodes(statements, user) }
    })
  }

  /** Takes the second factor off the caller's own account. */
  async remove(caller: Caller, proof: Proof): Promise<Refusal | null> {
    const result = await this.#prove(caller, proof, (user, statements) =>
      this.#remove(caller, user, statements),
    )
    return isRefusal(result) ? result : null
  }

  /** Takes it off somebody else's account, whose telephone is lost. Throws AccountError, AccountsUnavailable. */
  removeOf(caller: Caller, name: string): void {
    demand(caller.principal, 'user.change')
    this.#parts.file.change((statements) => this.#remove(caller, demandUser(statements, name), statements))
  }

  /** Recovery codes the caller has left; null: there is no second factor, or the caller is no person. Throws AccountsUnavailable. */
  codesLeft({ principal: { kind, name } }: Caller): number | null {
    if (kind !== 'user') return null
    return this.#parts.file.read((statements) => {
      const user = demandUser(statements, name)
      return user.hasFactor ? recoveryCodesLeft(statements, user.id) : null
    })
  }

  #remove(caller: Caller, user: UserRow, statements: Statements): object {
    if (user.needsFactor) {
      return refuse(
        'THANHLOC_ACCOUNT_CONFLICT',
        'The password is too short to stand alone: set one of at least 14 characters first.',
      )
    }
    statements.of('UPDATE user SET totp = NULL, totp_pending = NULL WHERE id = ?').run(user.id)
    statements.of('DELETE FROM recovery_code WHERE user_id = ?').run(user.id)
    this.#parts.trail.append(caller, { action: 'user.factor-removed', target: `user:${user.name}` })
    return {}
  }

  #newCodes(statements: Statements, user: UserRow): readonly string[] {
    const codes = makeRecoveryCodes(this.#parts.random)
    statements.of('DELETE FROM recovery_code WHERE user_id = ?').run(user.id)
    for (const code of codes)
      statements
        .of('INSERT INTO recovery_code (hash, user_id) VALUES (?, ?)')
        .run(recoveryCodeHash(code), user.id)
    return codes
  }

  async #prove<T extends object>(
    caller: Caller,
    { password, code }: Proof,
    proceed: (user: UserRow, statements: Statements) => T,
  ): Promise<T | Refusal> {
    demand(caller.principal, 'self.change')
    const presented = { name: caller.principal.name, password, code, source: caller.source }
    return this.#parts.check.check(presented, true, proceed)
  }
}
