/** A host name in whatever spelling: valid or why not, its A-label form, and what makes a person look twice. */
import { parse } from 'tldts'
import { WireName } from '../lists/name.ts'
import { nameToText } from '../wire/name.ts'
import { endsLikeFile, isAbbreviation, isProduct, isVersion, mayBeFile } from './not-names.ts'
import type { ReasonCode } from './reasons.ts'
import { type Reading, refused, type Scope } from './verdict.ts'

const PLAIN = /^(?=.{1,253}$)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})+$/
/** RFC 2606 §2: never in the DNS, so blocking them harms nobody; used where something is tried out. */
const FOR_TESTS = new Set(['test', 'example', 'invalid'])
/** Names people use inside their own networks (RFC 6762 appendix G, RFC 8375, ICANN's .internal). */
const LOCAL = new Set(['local', 'lan', 'home', 'internal', 'corp', 'intranet', 'private', 'localhost', 'localdomain']) // prettier-ignore
/** RFC 7686 and roots beside the DNS. */
const ELSEWHERE = new Set(['onion', 'i2p', 'bit', 'eth', 'exit'])
const wire = new WireName()

/** What the public suffix list says of a name in ASCII. */
export interface Suffix {
  readonly isKnown: boolean
  /** The name is itself a suffix. */
  readonly isSuffix: boolean
  /** Registered under a company's suffix: `x.weebly.com`. */
  readonly isShared: boolean
}

const OPTIONS = {
  allowPrivateDomains: true,
  extractHostname: false,
  validateHostname: false,
  detectIp: false,
}

let lastName = ''
let lastSuffix: Suffix = { isKnown: false, isSuffix: false, isShared: false }

/** Asked several times for a name before the next one. */
export function suffixOf(name: string): Suffix {
  if (name === lastName) return lastSuffix
  const { isIcann, isPrivate, domain } = parse(name, OPTIONS)
  const last = name.slice(name.lastIndexOf('.') + 1)
  const isKnown = isIcann === true || isPrivate === true || FOR_TESTS.has(last)
  lastName = name
  return (lastSuffix = { isKnown, isSuffix: isKnown && domain === null, isShared: isPrivate === true })
}

/** What somebody registered of `name`: `x.com.vn` of `a.x.com.vn`. */
export function registrable(name: string): string {
  return parse(name, OPTIONS).domain ?? name
}

/** How many labels the public suffix of `name` has: two of `x.com.vn`. */
export function suffixLabels(name: string): number {
  return parse(name, OPTIONS).publicSuffix?.split('.').length ?? 0
}

/** Reads `text`, which holds a dot. */
export function readHost(text: string): Reading {
  let scope: Scope = 'subtree'
  let bare = text.endsWith('.') ? text.slice(0, -1) : text
  if (bare.startsWith('*.')) {
    scope = 'below'
    bare = bare.slice(2)
  } else if (bare.startsWith('.')) bare = bare.slice(1)
  if (bare.includes('*')) return refused(text, 'wildcard-inside', 'host')
  const lower = bare.toLowerCase()
  const isPlain = PLAIN.test(lower) && !lower.includes('xn--')
  const value = isPlain ? lower : toAscii(bare)
  if (value === 'bad-idn' || value === 'bad-name') return refused(text, value, 'host')
  if (!value.includes('.')) return refused(text, 'single-label', 'host')
  const top = value.slice(value.lastIndexOf('.') + 1)
  if (/^\d+$/.test(top)) return refused(text, /^[\d.]+$/.test(value) ? 'number' : 'bad-name', 'host')
  if (ELSEWHERE.has(top)) return refused(value, 'not-in-dns', 'host')
  if (!suffixOf(value).isKnown) return withoutTop(text, value, bare.normalize('NFC').split('.'), top, scope)
  const doubts = doubtsOf(value, bare, isPlain)
  const readings = doubts.includes('mixed-script') ? [value, latinReading(bare)] : NONE
  return { kind: 'host', value, scope, refusal: null, doubts, readings }
}

/** There is no such top-level domain: what else the word may be. */
function withoutTop(
  text: string,
  value: string,
  labels: readonly string[],
  top: string,
  scope: Scope,
): Reading {
  if (LOCAL.has(top))
    return { kind: 'host', value, scope, refusal: null, doubts: ['local-name'], readings: [] }
  if (isAbbreviation(labels)) return refused(text, 'abbreviation')
  if (endsLikeFile(labels)) return refused(text, 'file-name')
  if (isVersion(text)) return refused(text, 'version')
  return refused(text, 'unknown-tld', 'host')
}

/** `original`: as written. */
function doubtsOf(name: string, original: string, isPlain: boolean): readonly ReasonCode[] {
  const isFile = mayBeFile(name)
  const isOther = isProduct(name)
  const isMixed = !isPlain && original.normalize('NFC').split('.').some(looksLatin)
  const isShort =
    name.length <= SHORT && original === original.toUpperCase() && isAbbreviation(original.split('.'))
  if (!isFile && !isOther && !isMixed && !isShort) return NONE
  const doubts: ReasonCode[] = []
  if (isFile) doubts.push('file-or-host')
  if (isOther) doubts.push('product-name')
  if (isMixed) doubts.push('mixed-script')
  if (isShort) doubts.push('abbreviation')
  return doubts
}

/** Characters of an abbreviation, at most. */
const SHORT = 12
const NONE: readonly never[] = []

/** `bad-idn` and `bad-name`, which are no names, where it is none. */
function toAscii(text: string): string {
  const problem = wire.readText(text)
  if (problem !== null) return problem === 'bad-idn' ? 'bad-idn' : 'bad-name'
  return nameToText(wire.bytes)
}

/** Letters of other scripts that look like Latin ones, and which. */
const LOOK_ALIKES: Readonly<Record<string, string>> = {
  а: 'a', в: 'b', с: 'c', ԁ: 'd', е: 'e', һ: 'h', і: 'i', ј: 'j', к: 'k', ӏ: 'l', м: 'm', н: 'h', о: 'o', р: 'p', ԛ: 'q', ѕ: 's', т: 't', у: 'y', х: 'x', ԝ: 'w', г: 'r', п: 'n',
  α: 'a', ο: 'o', ν: 'v', ρ: 'p', τ: 't', υ: 'u', ι: 'i', κ: 'k', ε: 'e', η: 'n', ω: 'w', γ: 'y', χ: 'x', օ: 'o', ո: 'n', ս: 'u', հ: 'h',
} // prettier-ignore

/** Latin letters beside those of another script, or none but look-alikes. Written as an A-label it is meant. */
function looksLatin(label: string): boolean {
  if (label.toLowerCase().startsWith('xn--')) return false
  const letters = Array.from(label.toLowerCase()).filter((letter) => /\p{L}/u.test(letter))
  const foreign = letters.filter((letter) => /[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}\p{Script=Cherokee}]/u.test(letter)) // prettier-ignore
  if (foreign.length === 0) return false
  return foreign.length < letters.length || foreign.every((letter) => letter in LOOK_ALIKES)
}

function latinReading(text: string): string {
  return Array.from(text.toLowerCase())
    .map((letter) => LOOK_ALIKES[letter] ?? letter)
    .join('')
}
