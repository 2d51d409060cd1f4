/**
 * What a request is answered that cannot be served: problem details (RFC 9457), in every case. The status is the kind,
 * `detail` says what was wrong and what to do, `code` is for programs.
 */
import { Type, type Static } from 'typebox'
import type { AccountProblemCode } from '../accounts/problem.ts'
import { http } from '../net/http.ts'

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8'

/** What the accounts refuse, and the status it comes with. */
const ACCOUNT_PROBLEMS = {
  THANHLOC_ACCOUNT_CREDENTIALS: 401,
  THANHLOC_ACCOUNT_CODE_NEEDED: 401,
  THANHLOC_ACCOUNT_TOKEN: 401,
  THANHLOC_ACCOUNT_SESSION: 401,
  THANHLOC_ACCOUNT_DISABLED: 403,
  THANHLOC_ACCOUNT_CSRF: 403,
  THANHLOC_ACCOUNT_FORBIDDEN: 403,
  THANHLOC_ACCOUNT_UNKNOWN: 404,
  THANHLOC_ACCOUNT_EXISTS: 409,
  THANHLOC_ACCOUNT_LIMIT: 409,
  THANHLOC_ACCOUNT_CONFLICT: 409,
  THANHLOC_ACCOUNT_INVALID: 422,
  THANHLOC_ACCOUNT_PASSWORD: 422,
  THANHLOC_ACCOUNT_LOCKED: 429,
  THANHLOC_ACCOUNT_BUSY: 429,
  THANHLOC_ACCOUNT_KEY: 503,
  THANHLOC_ACCOUNTS_UNAVAILABLE: 503,
} as const satisfies Record<AccountProblemCode, number>

/** Every code this API answers, and the status it comes with. */
export const PROBLEMS = {
  THANHLOC_API_INVALID: 400,
  THANHLOC_API_TOKEN: 401,
  THANHLOC_API_ORIGIN: 403,
  THANHLOC_API_NOT_FOUND: 404,
  THANHLOC_API_TIMEOUT: 408,
  THANHLOC_API_CONFLICT: 409,
  THANHLOC_API_TOO_LARGE: 413,
  THANHLOC_API_CONTENT_TYPE: 415,
  THANHLOC_API_HOST: 421,
  THANHLOC_API_UNPROCESSABLE: 422,
  THANHLOC_API_INTERNAL: 500,
  THANHLOC_API_UNAVAILABLE: 503,
  ...ACCOUNT_PROBLEMS,
} as const
export type ProblemCode = keyof typeof PROBLEMS

/** RFC 9457 §3.1; `code` and `errors` are ours (§3.2). */
export const Problem = Type.Object(
  {
    type: Type.String({ description: 'always about:blank: the status says the kind' }),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String(),
    code: Type.String(),
    errors: Type.Optional(Type.Array(Type.Object({ field: Type.String(), message: Type.String() }))),
  },
  { $id: 'Problem', description: 'Problem details, RFC 9457' },
)
export type Problem = Static<typeof Problem>

/** Thrown by a handler, answered as problem details. */
export class ApiError extends Error {
  readonly code: ProblemCode

  constructor(code: ProblemCode, detail: string, options?: ErrorOptions) {
    super(detail, options)
    this.code = code
  }
}

/** The document that says `detail`. */
export function describeProblem(code: ProblemCode, detail: string, errors?: Problem['errors']): Problem {
  const status = PROBLEMS[code]
  const title = http.STATUS_CODES[status] ?? 'Error'
  return { type: 'about:blank', title, status, detail, code, ...(errors ? { errors } : {}) }
}
