/** What officers ask for, as it comes by letter: checked in full before any of it is done. */
import type { CaseProblem } from './desk.ts'
import { isCaseState, type CaseState } from './states.ts'

/** `cases/change`. */
export interface AskedChange {
  readonly id: number
  /** The version it was made from. */
  readonly version: number
  /** Null: as it is. */
  readonly to: CaseState | null
  /** Who: the name of an account. */
  readonly actor: string
  /** Empty: none. */
  readonly note: string
  /** Undefined: as it is; null: nobody's. */
  readonly assignee?: string | null | undefined
  /** Of a false alarm: until when; else null. */
  readonly untilMs: number | null
}

/** `cases/silence`. */
export interface AskedSilence {
  readonly client: number
  /** Its text: `evil.test`, `192.0.2.0/24`. */
  readonly indicator: string
  /** Null: it is to be heard again. */
  readonly untilMs: number | null
  readonly actor: string
  readonly reason: string
  /** Only what the client itself has asked for: whoever may not see other clients learns nothing of them. */
  readonly isOwn: boolean
}

/** Changes officers may make to one case: each is kept as long as the case. */
export const CHANGES_A_CASE = 1000
export const MAX_NOTE = 4000
export const MAX_NAME = 200
/** A judgement that it is nothing has to be made anew after a year. */
export const LONGEST_SILENCE_MS = 366 * 86_400_000

type Fields = Readonly<Record<string, unknown>>

/** Reads `cases/change`; `nowMs` is what `untilMs` is held against. */
export function readChange(asked: unknown, nowMs: number): AskedChange | CaseProblem {
  if (typeof asked !== 'object' || asked === null)
    return invalid('A change names a case and what to make of it.')
  const { id, version, to = null, actor, note = '', assignee, untilMs = null } = asked as Fields
  if (!isId(id) || !isId(version)) return invalid('A change names a case and the version it was made from.')
  if (to !== null && !isCaseState(to)) return invalid(`There is no state ${shown(to)}.`)
  const who = readName(actor)
  if (who === null) return invalid('A change names who makes it.')
  const text = cleaned(note, MAX_NOTE)
  if (text === null) return invalid(`A note is text of at most ${MAX_NOTE} characters.`)
  const whose = assignee === undefined || assignee === null ? assignee : readName(assignee)
  if (whose === null && assignee !== null)
    return invalid(`Whose a case is has a name of at most ${MAX_NAME} characters.`)
  if (to === 'false-alarm' && (untilMs === null || text === ''))
    return invalid('A false alarm needs a reason, and a time until which it holds.')
  if (to !== 'false-alarm' && untilMs !== null) return invalid('Only a false alarm holds until a time.')
  const wrongUntil = untilMs === null ? null : untilProblem(untilMs, nowMs)
  if (wrongUntil !== null) return wrongUntil
  if (to === null && text === '' && assignee === undefined) return invalid('The change changes nothing.')
  return { id, version, to, actor: who, note: text, assignee: whose, untilMs: untilMs as number | null }
}

/** Reads `cases/silence`. */
export function readSilence(asked: unknown, nowMs: number): AskedSilence | CaseProblem {
  if (typeof asked !== 'object' || asked === null)
    return invalid('A silence names a client and an indicator.')
  const { client, indicator, untilMs = null, actor, reason, isOwn = false } = asked as Fields
  if (!isId(client) || typeof indicator !== 'string' || indicator === '' || indicator.length > 1100)
    return invalid('A silence names a client and an indicator.')
  const who = readName(actor)
  if (who === null) return invalid('A silence names who sets it.')
  const text = cleaned(reason, MAX_NOTE)
  if (text === null || text === '') return invalid('A silence needs a reason.')
  const wrongUntil = untilMs === null ? null : untilProblem(untilMs, nowMs)
  if (wrongUntil !== null) return wrongUntil
  return {
    client,
    indicator,
    untilMs: untilMs as number | null,
    actor: who,
    reason: text,
    isOwn: isOwn === true,
  }
}

/** Text without control characters but line breaks and tabs, composed (NFC); null: it is none, or too long. */
export function cleaned(text: unknown, most: number): string | null {
  if (typeof text !== 'string' || text.length > most) return null
  return text
    .toWellFormed()
    .normalize('NFC')
    .replace(/\r\n?/g, '\n')
    .replace(/[\p{Cc}\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]/gu, (mark) =>
      mark === '\n' || mark === '\t' ? mark : '',
    )
    .trim()
}

/** A name on one line; null: it is none. */
export function readName(value: unknown): string | null {
  const name = cleaned(value, MAX_NAME)
  return name === null || name === '' || /[\n\t]/.test(name) ? null : name
}

export function invalid(message: string): CaseProblem {
  return { problem: 'invalid', message }
}

function untilProblem(untilMs: unknown, nowMs: number): CaseProblem | null {
  if (!Number.isSafeInteger(untilMs)) return invalid('Until when is a time in milliseconds.')
  if ((untilMs as number) <= nowMs) return invalid('Until when is a time to come.')
  return (untilMs as number) - nowMs > LONGEST_SILENCE_MS ? invalid('A year is the longest.') : null
}

function isId(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, 40) : typeof value
}
