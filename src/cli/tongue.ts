/** In which language a command speaks to officers: Vietnamese first and English beside it, or one of the two. */
import type { Words } from '../alerts/catalogue.ts'
import type { Arguments, OptionSpecs } from './arguments.ts'
import { UsageError } from './command.ts'

/** Of a terminal as it always was. */
export const SCREEN_COLUMNS = 80

export type Tongue = 'vi' | 'en' | 'both'

export const TONGUE_OPTION: OptionSpecs = {
  lang: { value: 'vi|en', help: 'in one language alone; Vietnamese with English beside it unless given' },
}

/** Throws UsageError. */
export function readTongue(args: Arguments): Tongue {
  const text = args.text('lang')
  if (text === null) return 'both'
  if (text !== 'vi' && text !== 'en') throw new UsageError(`--lang ${text}: there are vi and en`)
  return text
}

/** The lines to print, a language a line. */
export function linesIn(tongue: Tongue, { vi, en }: Words): string[] {
  if (tongue === 'vi') return [vi]
  if (tongue === 'en') return [en]
  return vi === en ? [vi] : [vi, en]
}

/** In one line, where a word or two are said. */
export function inLine(tongue: Tongue, words: Words): string {
  return linesIn(tongue, words).join(' · ')
}

/** Numbers as the language that is read first writes them. */
export function numberText(tongue: Tongue, value: number, digits = 0): string {
  return value.toLocaleString(tongue === 'en' ? 'en' : 'vi', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  })
}

/** Lines no longer than `columns`, broken at blanks; the first begins with `first`, further ones with `indent`. */
export function wrap(text: string, columns: number, first: string, indent: string): string[] {
  const lines: string[] = []
  let line = first
  let isBegun = false
  for (const word of text.split(' ')) {
    if (isBegun && line.length + 1 + word.length > columns) {
      lines.push(line)
      line = indent
      isBegun = false
    }
    line += isBegun ? ` ${word}` : word
    isBegun = true
  }
  return [...lines, line]
}
