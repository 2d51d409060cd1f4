/** What a list asks its officer for. */
import type { Words } from '../../words/vi/vi.ts'

/** A list of `GET /status`. */
export interface ListState {
  readonly id: string
  readonly state: string
  readonly isStale: boolean
  readonly renewedAt: string | null
  readonly validity: string
  readonly until: string | null
}

/** The most pressing thing, or null: it is well. */
export function listTask(
  { id, state, isStale, renewedAt, validity, until }: ListState,
  { overview }: Pick<Words, 'overview'>,
  format: { readonly ago: (time: string) => string; readonly day: (day: string) => string },
): string | null {
  if (state === 'failed') return overview.todoFailed(id)
  if (validity === 'ended') return overview.todoEnded(id)
  if (validity === 'ending' && until !== null) return overview.todoEnding(id, format.day(until))
  if (isStale && renewedAt !== null) return overview.todoStale(id, format.ago(renewedAt))
  return null
}
