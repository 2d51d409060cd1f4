/** Defanged indicators to what they stand for: `hxxps[:]//evil[.]com`, `evil(dot)com`, `user[@]evil{.}com`. */
import { cleanText, Mark, type MappedText, replaceMapped } from './clean-text.ts'
import { numberOf } from './ranges.ts'

/** A full stop in any brackets, as a sign or a word; blanks around it belong to it. */
const BRACKETED_DOT = / ?[[({<] {0,2}(?:\\?\.|d[o0]t|chấm|dấu chấm) {0,2}[\])}>] ?/giu
/** `evil[.com`, `evil.]com`: half of the brackets got lost. */
const HALF_BRACKETED_DOT =
  /(?<=[\p{L}\d])(?:[[({]\.|\.[\])}])(?=[\p{L}\d])|(?<=\p{L})\]\.(?=[\p{L}\d])|(?<=\p{L})\.\[(?=\p{L})/gu
const DOT_AS_WORD = /(?<=[\p{L}\d]) {1,2}dot {1,2}(?=[\p{L}\d])/giu
const ESCAPED_DOT = /(?<=[\p{L}\d])\\\.(?=[\p{L}\d])/gu
/** `[:]`, `[://]`, `[/]`, `(:)//`. */
const BRACKETED_COLON = / ?[[({] ?(:\/{0,2}|\/{1,2}) ?[\])}]/g
const BRACKETED_AT = / ?[[({<] ?(?:@|at|a còng) ?[\])}>] ?/giu
/** Schemes that are none, before a colon. */
const FAKE_SCHEME =
  /(?<![\p{L}\d])(?:h[x*+_]{2,3}p|ht[x*]p|h[x*]tp|hxp|xxxp|meow)(s?)(?=:|\/\/)|(?<![\p{L}\d])(f[x*]p|f[x*]tp)(s?)(?=:|\/\/)/giu
const BACKSLASHES = /(?<=\b(?:https?|ftp)\ue005?:)\\\\/gi
const ADDRESS = String.raw`(?<![\d.])(\d{1,3}(?:\.\d{1,3}){3})`
/** `103.145.3.3 - 103.145.3.20`: from one address to another. */
const SPACED_RANGE = new RegExp(
  `${ADDRESS} {1,2}[-${Mark.dash}] {1,2}(\\d{1,3}(?:\\.\\d{1,3}){3})(?![\\d.])`,
  'g',
)
/** `103.145.8.0 255.255.255.0`, `103.145.8.0/255.255.255.0`: a prefix by its mask. */
const MASKED = new RegExp(`${ADDRESS} ?[ /] ?(255(?:\\.\\d{1,3}){3})(?![\\d.])`, 'g')

/** No defanging is without one of these. */
const TRACES = /[[\](){}<>\\*]|\bdot\b|hxp|xxp|meow|fxp|htxp|hxtp|h__p|h\+\+p|fxtp/i

/** `original` cleaned and refanged; where it was defanged is marked (`Mark`). */
export function refang(original: string): MappedText {
  const clean = withRanges(cleanText(original))
  if (!TRACES.test(clean.text)) return clean
  let mapped = replaceMapped(clean, BRACKETED_COLON, (match) => match[1]! + Mark.defanged)
  mapped = replaceMapped(mapped, BRACKETED_DOT, () => Mark.dot)
  mapped = replaceMapped(mapped, HALF_BRACKETED_DOT, () => Mark.dot)
  mapped = replaceMapped(mapped, ESCAPED_DOT, () => Mark.dot)
  mapped = replaceMapped(mapped, DOT_AS_WORD, () => Mark.dot)
  mapped = replaceMapped(mapped, BRACKETED_AT, () => '@')
  mapped = replaceMapped(mapped, FAKE_SCHEME, ([, http, ftp, ftps]) =>
    ftp === undefined
      ? `http${http!.toLowerCase()}${Mark.defanged}`
      : `ftp${ftps!.toLowerCase()}${Mark.defanged}`,
  )
  return replaceMapped(mapped, BACKSLASHES, () => '//')
}

/** Addresses that say what lies between them, as one word. */
function withRanges(clean: MappedText): MappedText {
  if (!/\d[ /]/.test(clean.text)) return clean
  const mapped = replaceMapped(clean, MASKED, ([all, address, mask]) => {
    const length = maskLength(mask!)
    return length === null ? all : `${address!}/${length}`
  })
  return replaceMapped(mapped, SPACED_RANGE, ([all, first, last]) => {
    const isNear = first!.split('.').slice(0, 2).join() === last!.split('.').slice(0, 2).join()
    return isNear && numberOf(first!) < numberOf(last!) ? `${first!}-${last!}` : all
  })
}

/** How many ones a mask begins with; null: zeros stand between them. */
function maskLength(mask: string): number | null {
  const bits = mask.split('.').map((octet) => Number(octet).toString(2).padStart(8, '0')).join('') // prettier-ignore
  const match = /^(1*)0*$/.exec(bits)
  return match === null || bits.length !== 32 ? null : match[1]!.length
}
