/**
 * Which names a list may hold at all, whoever published it. The top-level label, the number of labels and a filter over
 * the last ones decide for most of them that nothing below needs to be asked.
 */
import { getPublicSuffix } from 'tldts'
import { nameToText } from '../wire/name.ts'
import { GuardFilter } from './guard-filter.ts'
import type { Guards } from './guards.ts'
import type { GuardReason, Refusal } from './outcome.ts'

/**
 * Never answered from the public DNS, with all names under them. `test` and `example` (RFC 6761) are not among them: a
 * list may hold such names, so that a set-up can be tried out.
 */
const SPECIAL_USE = new Set([
  'localhost', // RFC 6761 §6.3
  'invalid', // RFC 6761 §6.4
  'local', // RFC 6762 §3
  'onion', // RFC 7686 §2
  'alt', // RFC 9476 §2
  'arpa', // RFC 3172: infrastructure; with home.arpa (RFC 8375), resolver.arpa (RFC 9462), ipv4only.arpa (RFC 8880)
])

/**
 * Top-level domains of more than two letters that have public suffixes under them. The internationalised ones (xn--)
 * are always looked up. A test holds this and what follows against the table of tldts.
 */
export const LONG_TLDS_WITH_SUFFIXES = ['aero', 'arpa', 'int', 'pro'] as const

/** Labels of the longest public suffix under top-level domains of two letters, by number; for all others it is two. */
export const SUFFIX_LABELS: Readonly<Record<1 | 3 | 4, string>> = {
  1:
    'ad aq ax bv cc cf cg ch de dj dk eu fo ga gb gf gm gq gs gw hm is li lu md mh mp mq ne nl nu pm ru si sj sm sr ' +
    'su tc td tf tg tk tv va wf yt',
  3: 'at au br im jp no pl tr uk',
  4: 'us',
}
const USUAL_SUFFIX_LABELS = 2

const SUFFIX_OPTIONS = {
  allowPrivateDomains: false, // `weebly.com` is a name like any other here
  extractHostname: false,
  validateHostname: false,
  detectIp: false,
  mixedInputs: false,
}

/** MD5 and SHA-1 in hexadecimal look like a label. */
const HASH_LABEL = /^(?:[0-9a-f]{32}|[0-9a-f]{40})$/

/** A power of two, so many that few other labels are taken for a marked one. */
const MARKS = 256

export type Screened =
  | { readonly kind: 'refused'; readonly reason: Refusal }
  | { readonly kind: 'hash' }
  | { readonly kind: 'held-back'; readonly reason: GuardReason }

export class NameScreen {
  readonly #guards: Guards
  /** Top-level labels under which every name is looked at. */
  readonly #watched: ReadonlySet<number>
  /** Top-level labels under which some names are guarded, and those. */
  readonly #guarded: ReadonlySet<number>
  readonly #guardFilter: GuardFilter
  /** By the last bits of its hash: 0 where a top-level label is neither watched nor guarded. */
  readonly #marks = new Uint8Array(MARKS)

  constructor(guards: Guards) {
    this.#guards = guards
    this.#watched = new Set([...SPECIAL_USE, ...LONG_TLDS_WITH_SUFFIXES].map(textHash))
    this.#guarded = new Set([...guards.topLabels].map(textHash))
    this.#guardFilter = new GuardFilter(guards)
    for (const hash of [...this.#watched, ...this.#guarded]) this.#marks[hash & (MARKS - 1)] = 1
  }

  /** True when nothing speaks against the wire name; false: ask `examine`. Called for every name of every list. */
  isPlain(wire: Uint8Array): boolean {
    let top = 0
    let labels = 0
    for (let at = 0; wire[at] !== 0; at += wire[at]! + 1) {
      top = at
      labels++
    }
    const size = wire[top]!
    if (labels < 2) return false
    if (size === 2 && labels <= suffixLabels(wire[top + 1]!, wire[top + 2]!)) return false
    if (size > 4 && wire[top + 1] === 0x78 && wire[top + 2] === 0x6e && wire[top + 3] === 0x2d) return false
    const hash = labelHash(wire, top + 1, size)
    if (this.#marks[hash & (MARKS - 1)] === 0) return true
    return !this.#watched.has(hash) && !(this.#guarded.has(hash) && this.#guardFilter.mayHold(wire))
  }

  /** What speaks against the wire name, or null. `accept`: names that guards let through. */
  examine(wire: Uint8Array, accept: ReadonlySet<string>): Screened | null {
    const name = nameToText(wire)
    const top = name.slice(name.lastIndexOf('.') + 1)
    if (top === name)
      return HASH_LABEL.test(name) ? { kind: 'hash' } : { kind: 'refused', reason: 'single-label' }
    if (SPECIAL_USE.has(top)) return { kind: 'refused', reason: 'special-use' }
    if (getPublicSuffix(name, SUFFIX_OPTIONS) === name) return { kind: 'refused', reason: 'public-suffix' }
    if (!this.#guards.topLabels.has(top)) return null
    const reason = this.#guards.nameReason(name)
    return reason === null || accept.has(name) ? null : { kind: 'held-back', reason }
  }
}

const LETTER_A = 0x61
const LETTERS = 26
const suffixLabelTable = new Uint8Array(LETTERS * LETTERS).fill(USUAL_SUFFIX_LABELS)
for (const [labels, names] of Object.entries(SUFFIX_LABELS)) {
  for (const [first, second] of names.split(' ').map((name) => Buffer.from(name) as Uint8Array)) {
    suffixLabelTable[(first! - LETTER_A) * LETTERS + second! - LETTER_A] = Number(labels)
  }
}

/** How many labels a public suffix under the top-level domain of these two bytes may have. */
function suffixLabels(first: number, second: number): number {
  const [one, two] = [first - LETTER_A, second - LETTER_A]
  const isLetters = one >= 0 && one < LETTERS && two >= 0 && two < LETTERS
  return isLetters ? suffixLabelTable[one * LETTERS + two]! : USUAL_SUFFIX_LABELS
}

function labelHash(wire: Uint8Array, start: number, size: number): number {
  let hash = size
  for (let at = start; at < start + size; at++) hash = (Math.imul(hash, 31) + wire[at]!) | 0
  return hash
}

function textHash(label: string): number {
  return labelHash(Buffer.from(label), 0, label.length)
}
