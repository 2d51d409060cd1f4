/** What the review refuses, in a sentence for the person who asked. */
import { kindOfCode, kindOfErrno } from '../sqlite/fault-codes.ts'

export type ReviewProblem = 'unknown' | 'conflict' | 'wrong' | 'too-large' | 'forbidden' | 'unavailable'

export class ReviewError extends Error {
  readonly code = 'THANHLOC_REVIEW'
  readonly problem: ReviewProblem

  constructor(problem: ReviewProblem, message: string, options?: ErrorOptions) {
    super(message, options)
    this.problem = problem
  }
}

/** Throws ReviewError. */
export function refuse(problem: ReviewProblem, message: string): never {
  throw new ReviewError(problem, message)
}

/** A sentence instead of an error that says that nothing can be written; any other `error` as it is. */
export function fullDisk(error: unknown): unknown {
  const { errcode, code } = error as { errcode?: number; code?: string }
  const kind = typeof errcode === 'number' ? kindOfCode(errcode) : kindOfErrno(code)
  if (kind === 'full')
    return new ReviewError('unavailable', 'The disk is full: make room and try again.', { cause: error })
  if (kind === 'readonly')
    return new ReviewError('unavailable', 'The data directory cannot be written: see to that and try again.', { cause: error }) // prettier-ignore
  return error
}
