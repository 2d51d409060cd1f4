/**
 * Which names a list may hold at all, whoever published it. One look at the top-level label decides for most of them
 * that nothing below needs to be asked.
 */
import { getPublicSuffix } from 'tldts'
import { nameToText } from '../wire/name.ts'
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
 * Top-level domains of more than two letters that have public suffixes under them. Those of two letters and the
 * internationalised ones (xn--) are always looked up. A test holds this against the table of tldts.
 */
export const LONG_TLDS_WITH_SUFFIXES = ['aero', 'arpa', 'int', 'pro'] as const

const SUFFIX_OPTIONS = {
  allowPrivateDomains: false, // `weebly.com` is a name like any other here
  extractHostname: false,
  validateHostname: false,
  detectIp: false,
  mixedInputs: false,
}

/** MD5 and SHA-1 in hexadecimal look like a label. */
const HASH_LABEL = /^(?:[0-9a-f]{32}|[0-9a-f]{40})$/

export type Screened =
  | { readonly kind: 'refused'; readonly reason: Refusal }
  | { readonly kind: 'hash' }
  | { readonly kind: 'held-back'; readonly reason: GuardReason }

export class NameScreen {
  readonly #guards: Guards
  readonly #watched: ReadonlySet<number>

  constructor(guards: Guards) {
    this.#guards = guards
    const labels = [...SPECIAL_USE, ...LONG_TLDS_WITH_SUFFIXES, ...guards.topLabels]
    this.#watched = new Set(labels.map(textHash))
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
    if (labels < 2 || size === 2) return false
    if (size > 4 && wire[top + 1] === 0x78 && wire[top + 2] === 0x6e && wire[top + 3] === 0x2d) return false
    return !this.#watched.has(labelHash(wire, top + 1, size))
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

function labelHash(wire: Uint8Array, start: number, size: number): number {
  let hash = size
  for (let at = start; at < start + size; at++) hash = (Math.imul(hash, 31) + wire[at]!) | 0
  return hash
}

function textHash(label: string): number {
  return labelHash(Buffer.from(label), 0, label.length)
}
