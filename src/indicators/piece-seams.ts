/** Whether what stands at the end of one piece of text on a page may go on with what stands at the beginning of another. */
import type { Seam } from '../documents/sink.ts'
import { beginsWhole, endsWhole } from './breaks.ts'
import { classify } from './classify.ts'
import { headingOf } from './headings.ts'
import { isSurelyFile } from './not-names.ts'
import { refang } from './refang.ts'

/** A sign that stands inside names, or next to where one is cut. */
export const SIGN = /[.\-:/[({\])}\ue000]/
/** What can stand at the end of half a name, and at the beginning of the other half. */
export const OPEN_END = /[\p{L}\p{M}\d._\-:/[\](){}?=&%#]\s*$/u
export const OPEN_START = /^\s*[\p{L}\p{M}\d._\-:/[\](){}?=&%#]/u
export const HEX = /^[0-9a-f]{8,}$/i
/** A word of Vietnamese, with its marks; a name of a product, a heading. */
export const SYLLABLE = /^(?=.*[^\x20-\x7e])[bcdđghklmnpqrstvx]{0,3}[aeiouyàáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵ]{1,3}(?:c|ch|m|n|ng|nh|p|t)?[.,:]?$/iu // prettier-ignore
export const TITLE = /^(?:\p{Lu}\p{Ll}+(?:[.\d]*|\.[\p{Lu}\d].*)|\p{Lu}{2,}\d*|v\d+(?:\.\d+)+)$/u
export const BULLET = /^\(?\d{1,3}[.)]$/
/** What may be left of a name that is whole without it. */
export const REST = /^\s*(?:[.:/[({-]\S*|[a-z\d-]+\/?|\d{1,3}:\d+)\s*$/
export const PATH = /^[\w.?=&%/-]+[,;]?$/
export const DOT_START = /^(?:[[({]?\.|[[({]dot|-[a-z\d])/i
export const SCHEME = /^(?:h..ps?|meow)[[(]?:/i
export const NUMBER = /^\(?\d{1,4}[.)]?$/
/** A full stop that was begun. */
export const DOT_OPEN =
  /(?:[\s\ue002](?:d|do|dot)|[[({][\s\ue002]?(?:\.|d|do|dot)?[\s\ue002]?[\])}]?|\ue002[^\p{L}\d\s]+)\s*$/iu
/** Some letters more, however much room there was. */
export const SHORT_REST = /^(?:[a-z\d]{1,3}(?:[:/]\S*)?|[a-z]{1,2}[[({]?\.\S*)$/

/** Whether the end of a run may be half a name. */
export function mayGoOn(text: string, seams: readonly Seam[]): boolean {
  const end = text.trimEnd()
  if (!OPEN_END.test(end) && !DOT_OPEN.test(end)) return false
  const last = tailOf(end)
  const isLone = last.length === flat(withoutBullet(end)).trimStart().length
  const isDot = /\sdot$/i.test(end)
  if (!isLone && !SIGN.test(last) && !isDot) return false
  const isCut = isLone && /^\p{Ll}/u.test(last) && seams.some(({ isTight }) => isTight)
  if (!SIGN.test(end) && !isCut && headingOf(end) !== null) return false
  if (SYLLABLE.test(last)) return isLone && /^\p{Ll}/u.test(last) && seams.some(({ isTight, isClose }) => isTight || isClose) // prettier-ignore
  return !TITLE.test(last) && !isSurelyFile(last)
}

/** Whether `after` is more of the path of the URL that `before` ends with. `isFull`: it had no room there. */
export function isPath(before: string, after: string, isFull: boolean): boolean {
  if (!/\/\S*$/.test(tailOf(before).replace(/^[^/]*\/\//, ''))) return false
  const [first, ...others] = after.trim().split(/\s+/) as [string, ...string[]]
  return PATH.test(first) && (isFull || !endsWhole(first)) && (others.length === 0 || /[./?=&%]/.test(first))
}

function withoutBullet(text: string): string {
  return text.replace(/^\s*(?:[-+*•●▪–—\ufffd\uf0b7]|\(?[\dA-Za-z]{1,3}[.)])[ \t\u00a0]+/, '')
}

function isNoName(text: string): boolean {
  const refusal = classify(text)?.refusal ?? null
  return refusal !== null && NO_NAMES.has(refusal)
}

/** Whether two runs may hold one word. `isDone`: the first ends with something whole. */
export function isPossible(before: string, after: string, seam: Seam, isDone: boolean): boolean {
  const { isClose, isFull, isTight, isOver } = seam
  const last = tailOf(before)
  const first = /^\S*/.exec(flat(after).trimStart())![0]
  const isLone =
    last.length === flat(withoutBullet(before)).trim().length && first.length === flat(after).trim().length
  if (HEX.test(last) && HEX.test(first)) return false
  if (isDone && !DOT_START.test(after.trimStart()) && !mayBeMore(before, after, seam)) return false
  if (/^\d{5,}$/.test(last) || SCHEME.test(after.trimStart())) return false
  // Numbers of rows, dates: they stand beside names.
  if (!isClose && !(isOver && isFull) && (NUMBER.test(before.trim()) || isNoName(last))) return false
  if (BULLET.test(last) && !/^\d/.test(first)) return false
  if (SYLLABLE.test(last) && beginsWhole(after)) return false
  const isCut = isLone && (isTight || isClose || (isOver && isFull))
  if (SYLLABLE.test(first) && !isCut) return false
  if (TITLE.test(first) && !(isLone && isTight) && !isPath(before, after, isFull)) return false
  if (isClose || SIGN.test(last.at(-1)!) || SIGN.test(first[0]!)) return true
  if (/\sdot$/i.test(before.trimEnd()) || /^dot\s/i.test(after)) return true
  if (
    NUMBER.test(last) ||
    (NUMBER.test(first) && !(isOver && isCut) && !((isOver || isFull) && AFTER_SIGN.test(last)))
  )
    return false
  if (isCut || (isOver && isLone && SIGN.test(first) && LABEL.test(last))) return true
  return SIGN.test(last) || /\d|^[a-z]{10}/.test(last)
}

/** Two whole things are two, and so is a whole one with room behind it, unless the second can be nothing but a rest. */
function mayBeMore(before: string, after: string, { isClose, isFull, isTight, isOver }: Seam): boolean {
  const text = after.trim()
  if (isPath(before, after, isFull)) return true
  if (isClose && !isFull) return SHORT_REST.test(text)
  if (!isFull) return false
  if (isOver && SHORT_REST.test(text)) return true
  if (!isClose && !REST.test(text) && !(AFTER_SIGN.test(before) && /^\d{1,4}$/.test(text))) return false
  return isTight || !beginsWhole(after)
}

/** The last word; full stops written with blanks around them are inside of it. */
export function tailOf(text: string): string {
  return /\S*$/.exec(flat(text).trimEnd())![0]
}

function flat(text: string): string {
  return /\s\S/.test(text) && BLANK_DOT.test(text) ? refang(text).text : text
}

/** Digits that more may follow. */
const AFTER_SIGN = /[:.\ue000\])}]\d{1,4}$/
const BLANK_DOT = /\sdot\s|[[({]\s|\s[[({\])}]/i
const LABEL = /^[\p{L}\p{M}\d_-]+$/u
const NO_NAMES: ReadonlySet<string> = new Set(['date', 'version', 'document-number', 'abbreviation'])
