/**
 * What becomes of each line of a list: an entry, a duplicate, held back by a guard, refused, or not enforceable by
 * DNS. Everything is counted and the first ones of each kind are kept, so that a person sees what a list left out.
 */
import type { AllowOutcome, AllowTally } from './allow-note.ts'

/** Why a line, or a name in it, is no entry. */
export const REFUSALS = [
  'not-a-name', // none of what the format knows
  'not-an-address',
  'single-label', // `fe`, `ip6-loopback`: would block a whole top-level domain, or nothing
  'public-suffix', // `com.vn`: would block all who are registered under it
  'special-use', // never answered from the public DNS
  'bad-idn', // invalid punycode, or characters IDNA forbids
  'wildcard', // `*` elsewhere than as the first label
  'not-yet', // a rule this release does not enforce
  'name-server', // RPZ triggers NSDNAME and NSIP: who forwards never sees the servers of a name
  'out-of-zone', // an absolute owner outside the response policy zone
  'too-long', // a line over 4 KB, or more data than an answer should hold
  'junk', // no text
  'bad-date', // of an allow entry: nobody can tell until when it lets pass
] as const
export type Refusal = (typeof REFUSALS)[number]

/** Why a resolver cannot enforce an indicator, however right it is. Never cut to the host name in it. */
export const NOT_ENFORCEABLE = [
  'path', // `/x.php`, `host/path`
  'port', // `192.0.2.1:443`
  'url', // a URL with a path or a query
  'address-url', // `http://192.0.2.1`: nobody asks DNS for it
  'hash',
  'filter', // a browser's filter rule: modifiers, element hiding, patterns
] as const
export type NotEnforceable = (typeof NOT_ENFORCEABLE)[number]

/** Why a guard holds an entry back: see guards.ts. */
export type GuardReason =
  | 'government'
  | 'own-record'
  | 'forward-zone'
  | 'reserved-address'
  | 'own-address'
  | 'upstream'
  | 'sinkhole'
  | 'too-wide'

export interface LineError<Reason> {
  /** From 1. */
  readonly line: number
  readonly text: string
  readonly reason: Reason
}

/** Kept per list; the rest is only counted. */
const MAX_FIRST = 20
export const MAX_HELD_BACK_SHOWN = 100
const MAX_TEXT = 120

/** What one list came to. Plain data. */
export interface Outcome {
  readonly lines: number
  /** Names and addresses in force, exceptions included. */
  readonly entries: number
  readonly names: number
  readonly addresses: number
  readonly duplicates: number
  readonly refused: Readonly<Partial<Record<Refusal, number>>>
  readonly firstErrors: readonly LineError<Refusal>[]
  readonly notEnforceable: Readonly<Partial<Record<NotEnforceable, number>>>
  readonly firstNotEnforceable: readonly LineError<NotEnforceable>[]
  readonly heldBackCount: number
  /** The first 100. `text` is the name or the prefix. */
  readonly heldBack: readonly LineError<GuardReason>[]
  /** Of an allow list. */
  readonly allowed?: AllowOutcome
}

/** Counts the outcomes of one list. */
export class Tally {
  lines = 0
  names = 0
  addresses = 0
  duplicates = 0
  /** Of an allow list; else null. */
  readonly allowed: AllowTally | null
  readonly #refused = new Map<Refusal, number>()
  readonly #firstErrors: LineError<Refusal>[] = []
  readonly #notEnforceable = new Map<NotEnforceable, number>()
  readonly #firstNotEnforceable: LineError<NotEnforceable>[] = []
  #heldBackCount = 0
  readonly #heldBack: LineError<GuardReason>[] = []

  constructor(allowed: AllowTally | null = null) {
    this.allowed = allowed
  }

  /** `text` is called only where the line is kept. */
  refuse(reason: Refusal, line: number, text: () => string): void {
    count(this.#refused, reason)
    keep(this.#firstErrors, MAX_FIRST, reason, line, text)
  }

  skip(reason: NotEnforceable, line: number, text: () => string): void {
    count(this.#notEnforceable, reason)
    keep(this.#firstNotEnforceable, MAX_FIRST, reason, line, text)
  }

  holdBack(reason: GuardReason, line: number, text: () => string): void {
    this.#heldBackCount++
    keep(this.#heldBack, MAX_HELD_BACK_SHOWN, reason, line, text)
  }

  outcome(): Outcome {
    return {
      lines: this.lines,
      entries: this.names + this.addresses,
      names: this.names,
      addresses: this.addresses,
      duplicates: this.duplicates,
      refused: Object.fromEntries(this.#refused),
      firstErrors: this.#firstErrors,
      notEnforceable: Object.fromEntries(this.#notEnforceable),
      firstNotEnforceable: this.#firstNotEnforceable,
      heldBackCount: this.#heldBackCount,
      heldBack: this.#heldBack,
      ...(this.allowed !== null && { allowed: this.allowed.outcome() }),
    }
  }
}

/** `bytes[start, end)` as a person may read it: shortened, one line. */
export function shortText(bytes: Uint8Array, start: number, end: number): string {
  const cut = Math.min(end, start + MAX_TEXT)
  const text = Buffer.from(bytes.subarray(start, cut)).toString('utf8')
  // Control characters and those that turn the direction of writing could fake what a terminal shows.
  const plain = text.replace(/[\p{Cc}\p{Bidi_Control}]/gu, ' ').trim()
  return cut < end ? `${plain}…` : plain
}

function count<Reason>(counts: Map<Reason, number>, reason: Reason): void {
  counts.set(reason, (counts.get(reason) ?? 0) + 1)
}

function keep<Reason>(
  kept: LineError<Reason>[],
  most: number,
  reason: Reason,
  line: number,
  text: () => string,
): void {
  if (kept.length < most) kept.push({ line, text: text(), reason })
}
