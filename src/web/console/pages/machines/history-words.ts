/** What became of a case, in words. */
import { wordFor } from '../../kit/word.ts'
import type { Words } from '../../words/vi/vi.ts'

/** A row of its history. */
export interface Changed {
  readonly cause: string
  /** Null: it was opened. */
  readonly from: string | null
  readonly to: string
  readonly note: string
}

/** What a newer server has and is not known here is a change of states. */
export function whatOf(
  { cause, from, to, note }: Changed,
  { machine: { did }, machines: { states } }: Pick<Words, 'machine' | 'machines'>,
): string {
  if (cause === 'contact') return did.contact
  if (cause === 'merge') return did.merge
  if (from === null) return did.opened
  if (from === to) return note === '' ? wordFor(states, to) : did.note
  return did.state(wordFor(states, from), wordFor(states, to))
}
