/** Cuts a refanged text into words: names, addresses and URLs in one piece, whatever punctuation stands around them. */
import { Mark, type MappedText } from './clean-text.ts'

export interface Word {
  /** Without marks of ours. */
  readonly text: string
  /** As it stands in the original. */
  readonly written: string
  /** Where it begins and ends in the refanged text. */
  readonly start: number
  readonly end: number
  /** The same in the original. */
  readonly from: number
  readonly to: number
  readonly isDefanged: boolean
  readonly isJoined: boolean
  readonly isTurned: boolean
  readonly hasDash: boolean
  /** Where in `text` pieces were joined that may not belong together. */
  readonly doubts: readonly number[]
}

/** Nothing goes over these. */
const CHUNK = /[^\s"`'|<>^]+/g
const URL_INSIDE = /:\/\/|:?\ue005?\/\//
/** What may stand around brackets that belong to an address: `[2001:db8::1]:443`. */
const BRACKETED_ADDRESS = /^\[[0-9a-f:.]+\](?::\d+)?$/i
/** `;` or `,` between two of them: another scheme begins. */
const NEXT_URL = /[,;](?=[a-z][a-z0-9+.-]*\ue005?:)/gi
/** `evil.com/x?id=7`: a URL without its scheme. */
const QUERY = /[\p{L}\d]\/[^\s?]*\?[^\s?]*=/u
const SEPARATORS_OF_URLS = /[,;()[\]{}]+/g
const SEPARATORS = /[,;()[\]{}=]+/g
// A mark in front belongs to a letter that got lost: what is left is not the name.
const LEADING = /^[^\p{L}\p{M}\ufffd\d*._[/@\\%:]+|^[:]+(?!:)/u
/** Punctuation at the end of a word, and at the end of a URL, of which more belongs to it. */
const TRAILING = new Set('.,;:!?…*)]}>~&#%=-\ue003\ue004')
const TRAILING_URL = new Set('.,;:!?…]}>\ue003\ue004')
/** `C2:evil.com`, `md5:…`: a label and what it labels. A port would be digits, a scheme has strokes. */
const LABELLED = /^([\p{L}][\p{L}\d&_-]{0,24}:)(?!\/|\d{1,5}(?:\/|$)|\\|:)(?=.*[.:]|[0-9a-f]{32})/u
const MARKS = /[\ue000-\ue005]/g

export function wordsOf(mapped: MappedText, original: string): Word[] {
  const words: Word[] = []
  const add = (start: number, text: string): void => {
    const word = makeWord(mapped, original, start, text)
    if (word !== null) words.push(word)
  }
  for (const { 0: chunk, index } of mapped.text.matchAll(CHUNK)) {
    if (URL_INSIDE.test(chunk)) split(chunk, NEXT_URL, (at, text) => add(index + at, text))
    else if (BRACKETED_ADDRESS.test(chunk)) add(index, chunk)
    else split(chunk, QUERY.test(chunk) ? SEPARATORS_OF_URLS : SEPARATORS, (at, text) => addLabelled(index + at, text)) // prettier-ignore
  }
  return words

  function addLabelled(start: number, text: string): void {
    const label = LABELLED.exec(text)?.[1]
    if (label === undefined || isAddress(text)) return add(start, text)
    add(start, label)
    add(start + label.length, text.slice(label.length))
  }
}

/** `fe80::1` begins like a label. */
function isAddress(text: string): boolean {
  return (
    /^[0-9a-f]{0,4}:[0-9a-f:]*(?:$|[%/.])/i.test(text) && (text.includes('::') || text.split(':').length > 5)
  )
}

function split(text: string, at: RegExp, take: (start: number, text: string) => void): void {
  let start = 0
  for (const { 0: separator, index } of text.matchAll(at)) {
    if (index > start) take(start, text.slice(start, index))
    start = index + separator.length
  }
  if (start < text.length) take(start, text.slice(start))
}

function makeWord(mapped: MappedText, original: string, start: number, whole: string): Word | null {
  let text = whole
  const isUrl = text.includes('//')
  const lead = BRACKETED_ADDRESS.test(text) ? '' : (LEADING.exec(text)?.[0] ?? '')
  text = text.slice(lead.length)
  // A label keeps its colon: it says what follows.
  const isLabel = /^[\p{L}][^.:]*:$/u.test(text)
  if (!isLabel && !BRACKETED_ADDRESS.test(text)) text = trimEnd(text, isUrl ? TRAILING_URL : TRAILING)
  if (isUrl) text = withoutOpenBracket(text)
  if (text === '') return null
  const from = start + lead.length
  const end = from + text.length
  const [first, last] = mapped.from === null ? [from, end] : [mapped.from[from]!, mapped.from[end - 1]! + 1]
  const breaks = breaksIn(original, first, last)
  return {
    text: plainText(text),
    written: original.slice(first, last).replace(MARKS, ''),
    start: from,
    end,
    from: first,
    to: last,
    isDefanged: text.includes(Mark.dot) || text.includes(Mark.defanged),
    isJoined: breaks.some((at) => original[at] === Mark.joined),
    isTurned: whole.includes(Mark.turned),
    hasDash: text.includes(Mark.dash),
    doubts: breaks
      .filter((at) => original[at] === Mark.doubt)
      .map((at) => lengthBefore(mapped, from, text, at)),
  }
}

/** `text` without marks of ours, defanged full stops and dashes as what they stand for. */
function plainText(text: string): string {
  return text.replace(MARKS, (mark) => (mark === Mark.dot ? '.' : mark === Mark.dash ? '-' : ''))
}

/** A loop: an expression would begin anew at each of a thousand full stops. */
function trimEnd(text: string, signs: ReadonlySet<string>): string {
  let end = text.length
  while (end > 0 && signs.has(text[end - 1]!)) end--
  return text.slice(0, end)
}

/** Where marks of breaks stand in `original`. */
function breaksIn(original: string, from: number, to: number): number[] {
  const found: number[] = []
  for (let at = from; at < to; at++) {
    const character = original[at]
    if (character === Mark.joined || character === Mark.doubt) found.push(at)
  }
  return found
}

/** How much of a word comes from before `at` of the original. */
function lengthBefore({ from }: MappedText, start: number, text: string, at: number): number {
  let length = 0
  while (length < text.length && from![start + length]! < at) length++
  return plainText(text.slice(0, length)).length
}

/** `http://evil.com/x)` from `(see http://evil.com/x)`. */
function withoutOpenBracket(text: string): string {
  return text.endsWith(')') && !text.includes('(') ? trimEnd(text.slice(0, -1), TRAILING_URL) : text
}
