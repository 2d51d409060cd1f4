/** Why something is refused. Sign-in and authentication give it back; changes throw it. */

/** Every code of the accounts, and what it means. */
export const ACCOUNT_PROBLEMS = {
  THANHLOC_ACCOUNT_CREDENTIALS: 'name, password or code is wrong',
  THANHLOC_ACCOUNT_CODE_NEEDED: 'the password is right; the code of the second factor is missing',
  THANHLOC_ACCOUNT_LOCKED: 'too many failures; try again after a while',
  THANHLOC_ACCOUNT_BUSY: 'too many sign-ins at once; try again in a few seconds',
  THANHLOC_ACCOUNT_DISABLED: 'the account is disabled',
  THANHLOC_ACCOUNT_TOKEN: 'the token is unknown, revoked or has expired',
  THANHLOC_ACCOUNT_SESSION: 'the session has ended; sign in again',
  THANHLOC_ACCOUNT_CSRF: 'the request does not carry the CSRF token of the session',
  THANHLOC_ACCOUNT_FORBIDDEN: 'the role does not allow it',
  THANHLOC_ACCOUNT_INVALID: 'a value is not acceptable',
  THANHLOC_ACCOUNT_PASSWORD: 'the password is too weak',
  THANHLOC_ACCOUNT_EXISTS: 'the name is taken',
  THANHLOC_ACCOUNT_UNKNOWN: 'there is no such account, token or session',
  THANHLOC_ACCOUNT_LIMIT: 'there are as many as there may be',
  THANHLOC_ACCOUNT_CONFLICT: 'the state of the account does not allow it',
  THANHLOC_ACCOUNT_KEY: 'accounts.key is missing or another: second factors cannot be checked',
  THANHLOC_ACCOUNTS_UNAVAILABLE: 'the accounts cannot be read or written',
} as const
export type AccountProblemCode = keyof typeof ACCOUNT_PROBLEMS

/** A refusal as a value. */
export interface Refusal {
  readonly code: AccountProblemCode
  /** What was wrong and what to do, for people. */
  readonly detail: string
  /** Seconds after which to try again. */
  readonly retryAfterS?: number
}

/** A refusal as an error: thrown by everything that changes accounts. Nothing was changed then. */
export class AccountError extends Error implements Refusal {
  readonly code: AccountProblemCode
  readonly detail: string
  readonly retryAfterS?: number

  constructor(refusal: Refusal, options?: ErrorOptions) {
    super(refusal.detail, options)
    this.code = refusal.code
    this.detail = refusal.detail
    if (refusal.retryAfterS !== undefined) this.retryAfterS = refusal.retryAfterS
  }
}

/** Tells a refusal from what would have been given otherwise. */
export function isRefusal(value: object): value is Refusal {
  return 'code' in value && 'detail' in value
}

/** Throws an AccountError. */
export function refuse(code: AccountProblemCode, detail: string): never {
  throw new AccountError({ code, detail })
}
