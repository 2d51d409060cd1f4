/** What the cache keeps, as the path asks for it. */
import type { Entry } from '../cache/entry.ts'
import type { Question } from '../upstream/pending.ts'
import { readAnswer, type Answer } from '../wire/answer.ts'
import type { Parts } from './parts.ts'
import type { AnswerScreen } from './screen.ts'

/** The answer kept for a question that is out. */
export function keptFor({ cache }: Parts, question: Question): Entry | undefined {
  const { nameLength, name, qtype, qclass, dnssecOk, checkingDisabled, group } = question
  const key = { bytes: name, length: nameLength }
  return cache.find(key, qtype, qclass, dnssecOk, checkingDisabled, group)
}

/**
 * Where a kept answer leads, as of the policy in force: looked at anew when that has changed, in the memory of `out` and
 * `answer`.
 */
export function screeningOf(
  { cache, policy, counters }: Parts,
  screen: AnswerScreen,
  entry: Entry,
  out: Uint8Array,
  answer: Answer,
): Int32Array | null {
  if (entry.generation === policy.generation) return entry.screened
  counters.add('screenedAgain')
  readAnswer(out, entry.copyMessage(out), answer)
  const screened = screen.look(out, answer, entry.group === 0)
  cache.noteScreening(entry, policy.generation, screened)
  return screened
}
