/** Takes codes of second factors: each once. */
import type { Clock } from '../clock.ts'
import type { Statements } from './accounts-file.ts'
import type { KeyFile } from './key-file.ts'
import { refuse } from './problem.ts'
import { recoveryCodeHash } from './recovery-codes.ts'
import { unseal } from './sealed.ts'
import { matchTotp, TOTP_DIGITS } from './totp.ts'
import type { UserRow } from './user-row.ts'

const CODE_MAX = 64
const TOTP_CODE = new RegExp(`^\\d{${TOTP_DIGITS}}$`)

/** What a secret of an account is sealed for. */
export function secretPlace(userId: number): string {
  return `totp:${userId}`
}

export class FactorCheck {
  readonly #clock: Clock
  readonly #keyFile: KeyFile

  constructor(clock: Clock, keyFile: KeyFile) {
    this.#clock = clock
    this.#keyFile = keyFile
  }

  /**
   * Takes `code`, a time-based or a recovery code, for the second factor of `user`; false where it is wrong or was
   * taken before. Throws AccountError THANHLOC_ACCOUNT_KEY.
   */
  take(statements: Statements, user: UserRow, code: string): boolean {
    if (user.totp === null || code.length > CODE_MAX) return false
    const typed = code.replaceAll(/[\s-]/g, '')
    if (TOTP_CODE.test(typed)) {
      const step = this.match(user, user.totp, typed, user.totpStep)
      if (step === null) return false
      const taken = statements.of('UPDATE user SET totp_step = ? WHERE id = ? AND totp_step < ?')
      return taken.run(step, user.id, step).changes === 1
    }
    const hash = recoveryCodeHash(typed)
    if (hash === null) return false
    return (
      statements.of('DELETE FROM recovery_code WHERE hash = ? AND user_id = ?').run(hash, user.id).changes ===
      1
    )
  }

  /** The time step of `code` under the sealed secret, later than `lastStep`; null: wrong. Throws as `take`. */
  match(user: UserRow, sealed: Uint8Array, code: string, lastStep: number): number | null {
    const secret = unseal(this.#keyFile.read(), sealed, secretPlace(user.id))
    if (secret !== null) return matchTotp(secret, code, this.#clock.wallMs(), lastStep)
    return refuse(
      'THANHLOC_ACCOUNT_KEY',
      'The secret of the second factor cannot be read: accounts.key in the data directory is another than it was sealed ' +
        'with. Restore it from the backup, or take the second factor off the account by the admin socket.',
    )
  }
}

/** Recovery codes the account has left. */
export function recoveryCodesLeft(statements: Statements, userId: number): number {
  return Number(statements.of('SELECT count(*) AS n FROM recovery_code WHERE user_id = ?').get(userId)!['n'])
}
