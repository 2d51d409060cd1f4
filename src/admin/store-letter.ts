/** What officers ask of the store, by letter: its problems are answered as ours. */
import type { CaseProblem } from '../detection/cases/desk.ts'
import type { Mail } from '../metrics/thread-status.ts'
import { ApiError, type ProblemCode } from './problem.ts'

const PROBLEM_CODES: Readonly<Record<CaseProblem['problem'], ProblemCode>> = {
  invalid: 'THANHLOC_API_UNPROCESSABLE',
  'not-found': 'THANHLOC_API_NOT_FOUND',
  conflict: 'THANHLOC_API_CONFLICT',
  'not-permitted': 'THANHLOC_API_UNPROCESSABLE',
  unavailable: 'THANHLOC_API_UNAVAILABLE',
}

/** What the store answers to a letter. Rejects with ApiError for what it did not do, and with MailError. */
export async function askStore<T extends object>(mail: Mail, type: string, letter: unknown): Promise<T> {
  const done = await mail.request<T | CaseProblem>('store', type, letter)
  if ('problem' in done) throw new ApiError(PROBLEM_CODES[done.problem], done.message)
  return done
}
