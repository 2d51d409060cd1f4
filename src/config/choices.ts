/** The valid choices in a message about a wrong one. */
import { nearest } from './nearest.ts'

/** What could have been meant by `word`: the end of a sentence that says there is no such thing in `section`. */
export function choices(word: string, valid: readonly string[], section: string): string {
  if (valid.length === 0) return `, and \`${section}\` names none`
  const near = nearest(word, valid)
  const shown = valid.slice(0, 10).join(', ') + (valid.length > 10 ? ', …' : '')
  return near === null ? `: there are ${shown}` : `: did you mean ${near}? There are ${shown}`
}
