/**
 * From when until when a list may block. Outside of that its hits are recorded and nothing is blocked: an indicator
 * whose basis has run out is no basis for a block, and still worth knowing.
 */
import { isPossible } from '../clock.ts'
import type { Action } from '../config/settings.ts'

/** First and last day, `2026-08-23`, by the server's own time zone; null: no bound. */
export interface Validity {
  readonly from: string | null
  readonly until: string | null
}

/** `ending`: valid, and the last day is at most two weeks away. */
export type ValidityState = 'unlimited' | 'not-yet' | 'valid' | 'ending' | 'ended'

/** How long before its end a list is said to end. */
export const ENDING_DAYS = 14

/** Where a list stands at a moment, wall clock, milliseconds. A clock that cannot be right ends no block. */
export function validityAt({ from, until }: Validity, nowMs: number): ValidityState {
  if (!isPossible(nowMs)) return from === null && until === null ? 'unlimited' : 'valid'
  if (from !== null && nowMs < dayStartMs(from, 0)) return 'not-yet'
  if (until === null) return from === null ? 'unlimited' : 'valid'
  // The last day itself is in.
  if (nowMs >= dayStartMs(until, 1)) return 'ended'
  return nowMs >= dayStartMs(until, 1 - ENDING_DAYS) ? 'ending' : 'valid'
}

/** Whether the moment is within the days of a list. */
export function mayBlockAt(list: Validity, nowMs: number): boolean {
  const state = validityAt(list, nowMs)
  return state !== 'not-yet' && state !== 'ended'
}

/** What a list does at a moment: its own action while it is valid, else `log`. */
export function actionAt(list: Validity & { readonly action: Action }, nowMs: number): Action {
  return mayBlockAt(list, nowMs) ? list.action : 'log'
}

/** What each of `lists` does at that moment, for some group where not for all, in one text to compare. */
export function actionsAt(lists: readonly (Validity & { readonly action: Action })[], nowMs: number): string {
  return lists.map((list) => (mayBlockAt(list, nowMs) ? list.action : 'ended')).join()
}

/** What people are to be told of it; null: nothing. */
export function validityReason({ from, until }: Validity, state: ValidityState): string | null {
  if (state === 'not-yet') return `begins to block on ${from}; until then its hits are only recorded`
  if (state === 'ending') return `blocks until ${until}; from then on its hits are only recorded`
  if (state === 'ended') return `has blocked until ${until}; its hits are only recorded`
  return null
}

/** The same of names that are let through. */
export function allowReason(until: string | null, state: ValidityState): string | null {
  if (state === 'ending') return `lets names pass until ${until}; from then on the lists decide again`
  return state === 'ended' ? `has let names pass until ${until}; the lists decide again` : null
}

/** The midnight `days` after that at which `day` begins, by the server's own time zone. */
function dayStartMs(day: string, days: number): number {
  const [year, month, date] = day.split('-').map(Number)
  return new Date(year!, month! - 1, date! + days).getTime()
}
