/**
 * What a request is answered that cannot be served: problem details (RFC 9457), in every case. The status is the kind,
 * `detail` says what was wrong and what to do, `code` is for programs.
 */
import { STATUS_CODES } from 'node:http'
import { Type, type Static } from 'typebox'

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8'

/** Every code this API answers, and the status it comes with. */
export const PROBLEMS = {
  THANHLOC_API_INVALID: 400,
  THANHLOC_API_TOKEN: 401,
  THANHLOC_API_ORIGIN: 403,
  THANHLOC_API_NOT_FOUND: 404,
  THANHLOC_API_TIMEOUT: 408,
  THANHLOC_API_TOO_LARGE: 413,
  THANHLOC_API_CONTENT_TYPE: 415,
  THANHLOC_API_HOST: 421,
  THANHLOC_API_UNPROCESSABLE: 422,
  THANHLOC_API_INTERNAL: 500,
  THANHLOC_API_UNAVAILABLE: 503,
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
  const title = STATUS_CODES[status] ?? 'Error'
  return { type: 'about:blank', title, status, detail, code, ...(errors ? { errors } : {}) }
}
