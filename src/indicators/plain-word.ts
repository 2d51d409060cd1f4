/** Text that is one word and an indicator, or a hash, told without looking for words in it: most lines and cells of most lists. */
import { classify } from './classify.ts'
import type { Reading } from './verdict.ts'

/** One word without anything to refang or to trim. */
const PLAIN = /^[a-z\d_][a-z\d._:/?=&%~+-]*[a-z\d_/]$/i
/** The usual ways to defang, where nothing else is to be done. */
const USUAL_DOT = /[[({]\.[\])}]|\[dot\]|\(dot\)/gi
const USUAL_SCHEME = /^hxxp(?=s?:\/\/)/i
const REAL_SCHEME = /^(?:https?|ftps?):\/\//i

export interface PlainWord {
  /** As it stands there. */
  readonly text: string
  readonly isDefanged: boolean
  readonly reading: Reading
}

/** Null: a closer look is needed, or it is none. What is read here is read no other way (a property test). */
export function plainWord(text: string): PlainWord | null {
  let word = text
  let isDefanged = false
  if (!PLAIN.test(word)) {
    word = text.replace(USUAL_DOT, '.').replace(USUAL_SCHEME, 'http')
    if (word === text || !PLAIN.test(word)) return null
    isDefanged = true
  } else if (USUAL_SCHEME.test(word)) {
    word = `http${word.slice(4)}`
    isDefanged = true
  }
  // Schemes that are none, and masks, take the long way.
  if (word.includes('/255.')) return null
  if (word.includes('//') && !REAL_SCHEME.test(word)) return null
  const reading = classify(word)
  if (reading === null || (reading.refusal !== null && reading.refusal !== 'hash')) return null
  return { text, isDefanged, reading }
}
