/**
 * What the comment behind an entry of an allow list says of it: who answers for it, why it passes, and until when.
 *
 *   portal.example.vn   # owner: Nguyễn An; reason: đã xác minh với nhà cung cấp; until: 2026-12-31
 */
import { mayBlockAt } from './validity.ts'

export interface AllowNote {
  /** Empty: nobody is named. */
  readonly owner: string
  readonly reason: string
  /** The last day, `2026-12-31`; null: it has no end. */
  readonly until: string | null
}

/** What an allow list came to, beside its counts. Plain data. */
export interface AllowOutcome {
  /** Entries past their last day, which are not in force. */
  readonly expired: number
  /** Entries in force nobody answers for. */
  readonly unowned: number
  /** The first last day of those in force; null: none has one. */
  readonly ends: string | null
  /** The latest last day of the expired ones; null: there are none. */
  readonly ended: string | null
}

/** What one list came to. */
interface Came {
  readonly id: string
  readonly outcome: { readonly allowed?: AllowOutcome }
}

/**
 * Allow lists of which other entries should be in force at a moment, wall clock, than those they came to, in one text to
 * compare; empty: none.
 */
export function movedAllow(lists: readonly Came[], nowMs: number): string {
  const isOver = (until: string | null): boolean => !mayBlockAt({ from: null, until }, nowMs)
  const moved = lists.flatMap(({ id, outcome: { allowed } }) => {
    if (allowed === undefined) return []
    const { ends, ended } = allowed
    // The clock may have been wrong, and set back.
    return isOver(ends) || (ended !== null && !isOver(ended)) ? [`${id} ${ends} ${ended}`] : []
  })
  return moved.join()
}

const COMMENT = /[#;!](.*)$/
const MAX_TEXT = 200
const UNFIT = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\p{Bidi_Control}]+/gu

/** Reads the comment of `line`; where it says nothing, `otherwise` holds. Null: its `until` is no date. */
export function readAllowNote(line: string, otherwise: AllowNote): AllowNote | null {
  let { owner, reason } = otherwise
  let until = otherwise.until
  for (const part of (COMMENT.exec(line)?.[1] ?? '').split(';')) {
    const colon = part.indexOf(':')
    const text = part
      .slice(colon + 1)
      .replace(UNFIT, ' ')
      .trim()
      .slice(0, MAX_TEXT)
    const key = colon === -1 ? '' : part.slice(0, colon).trim().toLowerCase()
    if (key === 'owner') owner = text
    else if (key === 'reason') reason = text
    else if (key === 'until') {
      const day = dayOf(text)
      if (day === null) return null
      until = earlier(until, day)
    }
  }
  return { owner, reason, until }
}

/** `2026-12-31`, `31/12/2026`. */
function dayOf(text: string): string | null {
  const match = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text)
  const turned = /^(\d\d?)[/-](\d\d?)[/-](\d{4})$/.exec(text)
  const parts = match?.slice(1) ?? turned?.slice(1).toReversed()
  if (parts === undefined) return null
  const day = parts.map((part) => part.padStart(2, '0')).join('-')
  const date = new Date(`${day}T00:00:00Z`)
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day) ? day : null
}

/** The earlier of two days; null: none. */
function earlier(one: string | null, other: string | null): string | null {
  if (one === null || other === null) return one ?? other
  return one < other ? one : other
}

/** Counts the entries of one allow list. */
export class AllowTally {
  readonly #otherwise: AllowNote
  readonly #nowMs: number
  #expired = 0
  #unowned = 0
  #ends: string | null = null
  #ended: string | null = null

  /** `otherwise`: what the configuration says of the whole file. `nowMs`: wall clock. */
  constructor(otherwise: AllowNote, nowMs: number) {
    this.#otherwise = otherwise
    this.#nowMs = nowMs
  }

  /** Whether the entry on `line` lets pass now; `bad-date`: nobody can tell. */
  admit(line: string): boolean | 'bad-date' {
    const note = readAllowNote(line, this.#otherwise)
    if (note === null) return 'bad-date'
    const { until, owner } = note
    if (!mayBlockAt({ from: null, until }, this.#nowMs)) {
      this.#expired++
      if (this.#ended === null || until! > this.#ended) this.#ended = until
      return false
    }
    if (owner === '') this.#unowned++
    this.#ends = earlier(this.#ends, until)
    return true
  }

  outcome(): AllowOutcome {
    return { expired: this.#expired, unowned: this.#unowned, ends: this.#ends, ended: this.#ended }
  }
}
