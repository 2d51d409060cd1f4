/**
 * Text as people and programs mangle it, to text that can be cut into words: invisible marks out, look-alikes of
 * ASCII signs to those signs. Where each character came from is kept, so that a finding can be quoted as written.
 */

import { isTcvn3 } from './legacy-letters.ts'

/** Signs of our own, from the private use area; those of the input are left out. */
export const Mark = {
  /** A full stop that was written defanged. */
  dot: '\ue000',
  /** Put where pieces were joined, without doubt. */
  joined: '\ue001',
  /** Put where pieces were joined that may not belong together. */
  doubt: '\ue002',
  /** Here stood a mark that turns the direction of writing. */
  turned: '\ue003',
  /** A dash, longer than a hyphen. */
  dash: '\ue004',
  /** What stands around it was written defanged. */
  defanged: '\ue005',
} as const

/** How far around a sign the writing it is of shows. */
const NEAR = 100

/** `from[at]`: where `text[at]` began in the original; null: at the same place. One more than there are characters. */
export interface MappedText {
  readonly text: string
  readonly from: readonly number[] | null
}

/** No letters that would need a closer look. */
const ASCII = /^[\t\n\x20-\x7e]*$/

const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\p{Cf}\p{Co}]/u
const TURNING = /[\u202d\u202e\u2067]/
const OWN = /[\ue000-\ue005]/
const MIDDLE_DOTS = /[\u00b7\u2219\u22c5\u30fb]/
const SUPERSCRIPT = /[\u00b2\u00b3\u00b9\u2070-\u2079\u2026]/

const SIGNS: Readonly<Record<string, string>> = {
  '\u2024': '.', '\u3002': '.', '\ufe52': '.', '\uff61': '.',
  '\u2010': '-', '\u2011': '-', '\u2212': '-', '\ufe63': '-',
  '\u2012': Mark.dash, '\u2013': Mark.dash, '\u2014': Mark.dash, '\u2015': Mark.dash,
  '\u2044': '/', '\u2215': '/', '\u29f8': '/', '\ufe55': ':', '\ua789': ':', '\u2236': ':',
  '\u2018': "'", '\u2019': "'", '\u201a': "'", '\u201c': '"', '\u201d': '"', '\u201e': '"', '\u00ab': '"', '\u00bb': '"',
  '\r': '\n', '\v': '\n', '\f': '\n', '\u0085': '\n', '\u2028': '\n', '\u2029': '\n',
} // prettier-ignore

/** Marks of breaks (`joined`, `doubt`) in `original` are left out of the text: `Word` knows where they stood. */
export function cleanText(original: string): MappedText {
  if (ASCII.test(original)) return { text: original, from: null }
  let text = ''
  const from: number[] = []
  let at = 0
  for (const character of original) {
    const clean = cleanCharacter(character, original, at)
    for (let index = 0; index < clean.length; index++) from.push(at)
    text += clean
    at += character.length
  }
  from.push(at)
  return { text, from }
}

/** `text` without characters that mean something to us alone. */
export function withoutMarks(text: string): string {
  return OWN.test(text) ? text.replace(/[\ue000-\ue005]/g, '') : text
}

function cleanCharacter(character: string, original: string, at: number): string {
  const code = character.codePointAt(0)!
  if (code < 0x80) return SIGNS[character] ?? (code < 0x20 && code !== 9 && code !== 10 ? '' : character)
  if (TURNING.test(character)) return Mark.turned
  if (OWN.test(character) || INVISIBLE.test(character)) return ''
  const sign = SIGNS[character]
  if (sign !== undefined) return sign
  // Full-width forms, mathematical letters and ligatures are letters in another dress; superscripts are footnotes.
  if ((code >= 0xff01 && code <= 0xff5e) || (code >= 0x1d400 && code <= 0x1d7ff) || (code >= 0xfb00 && code <= 0xfb06)) {
    return character.normalize('NFKC')
  } // prettier-ignore
  // In TCVN3 it is a letter: `l·ng` is "lãng" and no host.
  if (code === 0xb7 && isTcvn3(original.slice(Math.max(0, at - NEAR), at + NEAR))) return 'ã'
  if (MIDDLE_DOTS.test(character)) return isBetweenLetters(original, at) ? Mark.dot : ' '
  if (SUPERSCRIPT.test(character) || /[\s\u2022\u25cf\u25aa\uf0b7]/.test(character)) return ' '
  return character
}

function isBetweenLetters(text: string, at: number): boolean {
  return /[\p{L}\d]/u.test(text[at - 1] ?? '') && /[\p{L}\d]/u.test(text[at + 1] ?? '')
}

/** `mapped` with every match of `pattern` replaced; what is put in comes from where the match began. */
export function replaceMapped(
  mapped: MappedText,
  pattern: RegExp,
  replacement: (match: RegExpExecArray) => string,
): MappedText {
  pattern.lastIndex = 0
  let match = pattern.exec(mapped.text)
  if (match === null) return mapped
  const { text: old, from: origin } = mapped
  let text = ''
  const from: number[] = []
  let at = 0
  const copy = (end: number): void => {
    for (let index = at; index < end; index++) from.push(origin === null ? index : origin[index]!)
    text += old.slice(at, end)
  }
  for (; match !== null; match = pattern.exec(old)) {
    copy(match.index)
    const put = replacement(match)
    const start = origin === null ? match.index : origin[match.index]!
    for (let index = 0; index < put.length; index++) from.push(start)
    text += put
    at = match.index + match[0].length
  }
  copy(old.length)
  from.push(origin === null ? old.length : origin[old.length]!)
  return { text, from }
}
