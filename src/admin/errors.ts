/** From whatever a handler or the framework throws to problem details. */
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { AccountsUnavailable } from '../accounts/fault.ts'
import { AccountError } from '../accounts/problem.ts'
import { BadCursor, StoreUnavailable } from '../detection/queries.ts'
import type { Logger } from '../log/log.ts'
import { ReviewError, type ReviewProblem } from '../review/problem.ts'
import { MailError } from '../thread/mail.ts'
import { ApiError, describeProblem, PROBLEM_TYPE, type Problem, type ProblemCode } from './problem.ts'

/** The framework's own errors that are the caller's doing. */
const FRAMEWORK: Readonly<Record<string, ProblemCode>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'THANHLOC_API_CONTENT_TYPE',
  FST_ERR_CTP_BODY_TOO_LARGE: 'THANHLOC_API_TOO_LARGE',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'THANHLOC_API_INVALID',
  FST_ERR_CTP_INVALID_JSON_BODY: 'THANHLOC_API_INVALID',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'THANHLOC_API_INVALID',
  FST_ERR_BAD_URL: 'THANHLOC_API_INVALID',
  FST_ERR_NOT_FOUND: 'THANHLOC_API_NOT_FOUND',
}

const REVIEW: Readonly<Record<ReviewProblem, ProblemCode>> = {
  unknown: 'THANHLOC_API_NOT_FOUND',
  conflict: 'THANHLOC_API_CONFLICT',
  wrong: 'THANHLOC_API_UNPROCESSABLE',
  'too-large': 'THANHLOC_API_TOO_LARGE',
  forbidden: 'THANHLOC_ACCOUNT_FORBIDDEN',
  unavailable: 'THANHLOC_API_UNAVAILABLE',
}

/** Answers `error`; what is our own fault is logged, and told without its inside. */
export function answerError(
  error: FastifyError,
  _request: FastifyRequest,
  reply: FastifyReply,
  log: Pick<Logger, 'error'>,
): FastifyReply {
  const problem = problemOf(error)
  const isTold = error instanceof ApiError || error instanceof AccountError || error instanceof ReviewError
  if (problem.status >= 500 && !isTold && !(error instanceof AccountsUnavailable))
    log.error({ error }, 'admin API: a request failed')
  const retryAfterS = error instanceof AccountError ? error.retryAfterS : undefined
  if (problem.status === 503 || retryAfterS !== undefined)
    void reply.header('retry-after', String(retryAfterS ?? 1))
  return sendProblem(reply, problem)
}

/** Sends `problem` with its status and media type. */
export function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  // Serialised here: a route's response schema must not cut anything off.
  return reply
    .code(problem.status)
    .header('content-type', PROBLEM_TYPE)
    .serializer((document: unknown) => JSON.stringify(document))
    .send(problem)
}

function problemOf(error: FastifyError): Problem {
  if (error instanceof ApiError) return describeProblem(error.code, error.message)
  if (error instanceof AccountError) return describeProblem(error.code, error.detail)
  if (error instanceof ReviewError) return describeProblem(REVIEW[error.problem], error.message)
  // Its log line is written where the file is opened.
  if (error instanceof AccountsUnavailable) return describeProblem(error.code, error.message)
  // Another thread is being restarted, is too busy, or said no.
  if (error instanceof MailError || error instanceof StoreUnavailable) {
    return describeProblem('THANHLOC_API_UNAVAILABLE', error.message)
  }
  if (error instanceof BadCursor) return describeProblem('THANHLOC_API_INVALID', error.message)
  if (error.validation) return invalid(error)
  const code = FRAMEWORK[error.code]
  if (code) return describeProblem(code, error.message)
  if (error.statusCode !== undefined && error.statusCode < 500) {
    return describeProblem('THANHLOC_API_INVALID', error.message)
  }
  return describeProblem('THANHLOC_API_INTERNAL', 'This is a fault of the server; its log has the details.')
}

function invalid(error: FastifyError): Problem {
  const where = error.validationContext ?? 'request'
  const errors = (error.validation ?? []).map(({ instancePath, message, params }) => {
    const unknown = params['additionalProperty']
    const missing = params['missingProperty']
    const last = typeof unknown === 'string' ? unknown : typeof missing === 'string' ? missing : ''
    const field = [where, ...instancePath.split('/').slice(1), last].filter((part) => part !== '').join('.')
    return { field, message: typeof unknown === 'string' ? 'is not known here' : (message ?? 'is not valid') }
  })
  const detail = errors.map(({ field, message }) => `${field} ${message}`).join('; ')
  return describeProblem('THANHLOC_API_INVALID', detail, errors)
}
