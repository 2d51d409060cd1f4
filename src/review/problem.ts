/** What the review refuses, in a sentence for the person who asked. */

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
