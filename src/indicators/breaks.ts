/**
 * Names broken over lines: whether the end of one line and the beginning of the next are one word, two, or nobody can
 * say. What is only likely is left to a person: a wrong join is a wrong block, and so is half a name.
 */
import { classify } from './classify.ts'
import { Mark } from './clean-text.ts'
import { headingOf } from './headings.ts'
import { registrable, suffixLabels } from './host.ts'
import { isSurelyFile } from './not-names.ts'
import { refang } from './refang.ts'
import type { Reading } from './verdict.ts'
import { type Word, wordsOf } from './words.ts'

export type Break = 'apart' | 'joined' | 'doubt'

/** `2.`, `-`, `•`, `b)`: the next item of a list begins. */
const BULLET = /^\s*(?:[-+*•●▪–—\ufffd\uf0b7]|\(?[\dA-Za-z]{1,3}[.)/])[ \t\u00a0]/
/** Letters and digits of a bullet: `2.`, `b)`, `12.`. */
const BULLET_WORD = /^(?:\d{0,3}|[A-Za-z])$/
const OPEN_BRACKET = /[[({<][^\])}>]{0,6}$/
const CLOSE_BRACKET = /^[^[({<]{0,6}[\])}>]/
const HEX = /^[0-9a-f]+$/i
const HASH_LENGTHS: ReadonlySet<number> = new Set([32, 40, 64, 128])
/** The beginning of a URL up to where its host begins, or a part of that. */
const SCHEME_PIECE = /^(?:h[tx*]{0,3}p?s?|f[tx]?p?s?|meow?)(?:\[|\(|\[:|\[:\]|:)?\/{0,2}[\])]?$/i
const FAKE_OR_REAL_SCHEME = /^(?:https?|ftps?):\/\//
const SCHEME = /^[a-z]{3,5}(?::|:?\/\/)/i
const LABEL = /^[\p{L}\p{M}\d-]+$/u
/** What is no piece of a name, however it goes on. */
const WHOLE: ReadonlySet<string> = new Set(['file-path', 'date', 'version', 'document-number', 'abbreviation', 'product-name', 'path-only', 'hardware-address', 'wildcard-inside']) // prettier-ignore

/**
 * How `before` and `after`, two lines that follow each other, belong together. `isFull`: the first was broken because
 * there was no more room; null: nobody can say. `isList`: they stand in a list, one item a line.
 */
export function breakBetween(before: string, after: string, isFull: boolean | null, isList: boolean): Break {
  // Nothing begins with a mark: its letter is in the line before.
  if (/^\p{M}/u.test(after.trimStart())) return 'joined'
  if (BULLET.test(after) || /[ \t\u00a0][-–—•]$/.test(before.trimEnd())) return 'apart'
  if (/[,;]\s*$/.test(before)) return 'apart'
  const start = after.trimStart()
  const sides = sidesOf(upTo(before, start), start, isFull, isList)
  return sides === null ? 'apart' : judge(sides)
}

/** Whether the next item of a list begins. */
export function hasBullet(line: string): boolean {
  return BULLET.test(line)
}

/** What stands before a break: a full stop written as a word keeps the blanks around it. */
export function upTo(before: string, after: string): string {
  const end = before.trimEnd()
  return /(?:^|[\s\ue001\ue002])dot$/i.test(end) || /^dot(?:\s|$)/i.test(after) ? `${end} ` : end
}

/** A word that goes over the break, and what it is made of. */
interface Sides {
  readonly word: Word
  readonly joined: Reading | null
  /** The same without the hyphen that stands at the break; null: there is none, or it is none either. */
  readonly unhyphened: Reading | null
  /** The word's piece before the break and behind it, refanged. */
  readonly a: string
  readonly b: string
  /** The same as they stand there. */
  readonly rawA: string
  readonly rawB: string
  /** A full stop in the first piece was written defanged; the one it ends with was. */
  readonly isStartDefanged: boolean
  readonly isEndDefanged: boolean
  readonly left: Reading | null
  readonly right: Reading | null
  /** Nothing but a bullet stands before the word; nothing behind it. */
  readonly isAloneA: boolean
  readonly isAloneB: boolean
  readonly isFull: boolean | null
  readonly isList: boolean
}

function sidesOf(before: string, after: string, isFull: boolean | null, isList: boolean): Sides | null {
  const text = before + Mark.doubt + after
  const mapped = refang(text)
  const at = before.length
  const word = wordsOf(mapped, text).find(({ from, to }) => from < at && to > at + 1)
  if (word === undefined) return null
  const rawA = before.slice(word.from)
  const rawB = after.slice(0, word.to - at - 1)
  // Doubts of breaks before this one come first.
  const cut = word.doubts[rawA.split(Mark.doubt).length - 1]!
  const a = word.text.slice(0, cut)
  const refangedA = refang(rawA).text
  return {
    word,
    joined: whole(classify(word.text)),
    unhyphened: a.endsWith('-') ? whole(classify(a.slice(0, -1) + word.text.slice(cut))) : null,
    rawA,
    rawB,
    a,
    b: word.text.slice(cut),
    isStartDefanged: refangedA.includes(Mark.dot),
    isEndDefanged: refangedA.trimEnd().endsWith(Mark.dot) || (a.endsWith('.') && !/\.\s*$/.test(rawA)),
    left: readOne(rawA),
    right: readOne(rawB),
    isAloneA: isNothing(before.slice(0, word.from)),
    // The number of a footnote may stand behind it.
    isAloneB: /^\s*[,;]|^(?!.*(?:\p{L}|\d{3}|\d\D+\d))/su.test(refang(after.slice(rawB.length)).text),
    isFull,
    isList,
  }
}

/** Nothing but a bullet, or what a comma ends. */
function isNothing(text: string): boolean {
  return /[,;]\s*$/.test(text) || BULLET_WORD.test(text.replace(/[^\p{L}\d]+/gu, ''))
}

function judge(sides: Sides): Break {
  const { word, joined, a, b, left, right, isAloneA } = sides
  if (HEX.test(a) && HEX.test(b) && isAloneA && !/^\d{1,5}$/.test(a)) {
    const how = joinHash(a, b)
    if (how !== null) return how
  }
  // `mal-` / `ware.com`: the hyphen may be of the name, or put in where it was broken.
  // Nobody puts one in at the beginning of a line; a list may begin there.
  if (b.startsWith('-') && sides.isFull === true && left === null) return joined === null ? 'apart' : 'joined'
  if (a.endsWith('-') || b.startsWith('-'))
    return joined === null && sides.unhyphened === null ? 'apart' : 'doubt'
  if (SCHEME_PIECE.test(a) && FAKE_OR_REAL_SCHEME.test(word.text)) return joined === null ? 'apart' : 'joined'
  if (FAKE_OR_REAL_SCHEME.test(a) && left === null) return joined === null ? 'apart' : 'joined'
  if (left !== null && (left.kind === 'url' || a.endsWith('/'))) return afterUrl(sides)
  if (left !== null && /^\/[\w.%-]/.test(b)) return 'joined'
  if (joined === null) return isBrokenFile(sides) ? 'doubt' : 'apart'
  if (isBracketCut(sides)) return 'joined'
  if (joined.kind === 'email' && left === null) return 'joined'
  // Lists of domains put a full stop in front: `.evil.com` below a whole name may be the next.
  if (b.startsWith('.') && !b.startsWith('..')) return left !== null && whole(classify(b.slice(1))) !== null ? 'doubt' : 'joined' // prettier-ignore
  if (a.endsWith('.')) return afterDot(sides)
  if (left === null && right === null)
    return isAloneA || sides.isFull === true || word.isDefanged ? 'joined' : 'doubt'
  if (left !== null) return right === null ? afterWhole(sides) : betweenWhole(sides)
  return beforeWhole(sides)
}

/** `evil[` / `.]com`, and `evil[.` / `com`, which lost its other bracket. */
function isBracketCut({ rawA, rawB }: Sides): boolean {
  return /[[({]\.$/.test(rawA) || (OPEN_BRACKET.test(rawA) && CLOSE_BRACKET.test(rawB))
}

/** A full stop ends the line: of a sentence, or inside a name. */
function afterDot({ a, left, right, isAloneA, isAloneB, isEndDefanged }: Sides): Break {
  // Nobody defangs the end of a sentence.
  if (isEndDefanged) return 'joined'
  if (left === null && right === null) return 'joined'
  if (left !== null && right !== null) return 'apart'
  if (left === null) return isAloneA && /^[a-z\d.-]+$/i.test(a) ? 'doubt' : 'apart'
  return isAloneB ? 'doubt' : 'apart'
}

/** Nothing that is whole can go on with `b`, but a URL can. */
function afterUrl({ b, right, isAloneB, isFull, isList }: Sides): Break {
  if (right !== null) return isFull === true && isAloneB && right.kind !== 'url' ? 'doubt' : 'apart'
  if (!isAloneB || SCHEME.test(b) || !/^[\w./?=&%#~+:-]+$/.test(b)) return 'apart'
  const isFile = classify(b)?.refusal === 'file-name'
  // A name with full stops may be the next item too.
  if (isFull === true) return b.includes('.') && !isFile && !/[/?=&%#]/.test(b) ? 'doubt' : 'joined'
  if (/[/?=&%#]|^\./.test(b)) return 'joined'
  // There was room, or it is the next of a list, which may begin with a piece of a name.
  if (isList || isFull === false) return !isList && (LABEL.test(b) || isFile) ? 'doubt' : 'apart'
  return 'joined'
}

/** Null: no matter for hashes. */
function joinHash(a: string, b: string): Break | null {
  if (HASH_LENGTHS.has(a.length) && HASH_LENGTHS.has(b.length)) return 'apart'
  if (HASH_LENGTHS.has(a.length + b.length)) return 'joined'
  return a.length + b.length > 40 && a.length + b.length < 128 ? 'joined' : null
}

/** `evil.co` / `m`: a name, and something that may be the rest of it. */
function afterWhole({ b, isAloneA, isAloneB, isFull }: Sides): Break {
  if (!isAloneB || isLabelWord(b) || !/^[\p{L}\p{M}\d./?=&%_:-]+$/u.test(b)) return 'apart'
  return isFull === true && isAloneA ? 'joined' : 'doubt'
}

/**
 * Two whole names are two items, unless `com.vn` or its like was cut in two. A name cut behind letters that are a
 * top-level domain (`evil.qa` / `tar.com`) looks the same: where two stand alone in a cell nobody can say.
 */
function betweenWhole({ a, b, joined, left, right, isFull, isList }: Sides): Break {
  if (isFull === true || (a.includes('://') && !b.includes('://') && !isList)) return 'doubt'
  if (joined!.kind !== 'host' || left!.kind !== 'host' || right!.kind !== 'host') return 'apart'
  const labels = suffixLabels(joined!.value)
  if (labels > 1 && labels === right!.value.split('.').length) return 'doubt'
  const isOwn = /^www\d?\./.test(right!.value) || registrable(left!.value) === registrable(right!.value)
  return isList || isOwn ? 'apart' : 'doubt'
}

/** `malwaredom` / `ain.com`: something that may be the beginning of a name, and a name. */
function beforeWhole({ a, isAloneA, isFull, isList, isStartDefanged }: Sides): Break {
  const refusal = classify(a)?.refusal ?? null
  if (!isAloneA || (refusal !== null && WHOLE.has(refusal)) || (refusal === 'file-name' && isSurelyFile(a))) {
    return 'apart'
  }
  // Lists hold names under top-level domains that are none, too.
  if (a.includes('.') && isList) return isFull === true ? 'joined' : 'apart'
  if (a.includes('.')) return isStartDefanged ? 'joined' : 'doubt'
  if (!LABEL.test(a) || isLabelWord(a)) return 'apart'
  // A number may be that of the item.
  return isFull === true && !/^\d{1,4}$/.test(a) ? 'joined' : 'doubt'
}

/** `IP`, `Domain`, `Mã`: a word people put over or under a name, and no piece of one. */
function isLabelWord(text: string): boolean {
  return headingOf(text) !== null && /^\p{Lu}|[^\x20-\x7e]/u.test(text) && !/[-_]/.test(text)
}

/** `setup.co` / `nfig`: half the name of a file is a name too. */
function isBrokenFile({ word, b, left }: Sides): boolean {
  return left !== null && classify(word.text)?.refusal === 'file-name' && /^[a-z\d]+$/i.test(b)
}

/** What the text is, where it is one word and whole; otherwise null. */
function readOne(text: string): Reading | null {
  const words = wordsOf(refang(text), text)
  return words.length === 1 ? whole(classify(words[0]!.text)) : null
}

/** What could be enforced, and hashes and mail addresses, which are whole too. */
function whole(reading: Reading | null): Reading | null {
  if (reading === null || reading.refusal === null) return reading
  return reading.refusal === 'hash' || reading.refusal === 'email' ? reading : null
}

/** A hyphen at the end: something goes on. */
const ENDS_OPEN = /-\s*$/

/** Whether a line holds an indicator and nothing else. */
export function isWhole(line: string): boolean {
  return !ENDS_OPEN.test(line) && readOne(line) !== null
}

/** Whether the first word of a line is an indicator. */
export function beginsWhole(line: string): boolean {
  const [first] = wordsOf(refang(line), line)
  return first !== undefined && whole(classify(first.text)) !== null
}

/** Whether the last word of a line is an indicator. */
export function endsWhole(line: string): boolean {
  const last = wordsOf(refang(line), line).at(-1)
  return last !== undefined && !ENDS_OPEN.test(line) && whole(classify(last.text)) !== null
}

/** The word a line ends with, where it looks like half a name; null: it does not. */
export function unfinishedIn(line: string): string | null {
  const end = line.trimEnd()
  const last = wordsOf(refang(end), end).at(-1)
  if (last === undefined || last.doubts.length > MOST_DOUBTS) return null
  const rest = end.slice(last.from)
  // Nothing but signs that belong to a name stand behind it.
  if (/\s/.test(rest.slice(last.to - last.from)) || whole(classify(last.text)) !== null) return null
  const refusal = classify(last.text)?.refusal ?? null
  const isPiece =
    last.doubts.length > 0 ||
    (refusal === null ? /^[a-z\d-]*[a-z\d]-$|\ue000$/.test(refang(rest).text) : UNFINISHED.has(refusal))
  return isPiece && !isSurelyFile(last.text) && !TITLE.test(last.text) ? rest : null
}

const MOST_DOUBTS = 4
/** `Trojan.Gen.2`, the name of no host. */
const TITLE = /^\p{Lu}\p{Ll}+\.\p{Lu}/u
const UNFINISHED: ReadonlySet<string> = new Set(['unknown-tld', 'bad-name', 'single-label', 'bad-address'])
