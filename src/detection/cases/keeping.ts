/** How long things are kept, and what is wrong with that: pure. */
import { LEVEL_MONTHS, type KeepSettings } from '../../config/settings.ts'

const DAY_MS = 86_400_000

/**
 * The time before which things go that are kept for `months`: the same day so many months ago, at its beginning (UTC).
 * A day that the month does not have is its last.
 */
export function cutoffMs(nowMs: number, months: number): number {
  const today = new Date(nowMs)
  const year = today.getUTCFullYear()
  const month = today.getUTCMonth() - months
  const lastDay = new Date(Date.UTC(year, month + 1, 0)).getUTCDate()
  return Date.UTC(year, month, Math.min(today.getUTCDate(), lastDay))
}

/** What people are to be warned of; one sentence each. */
export function keepWarnings({ level, hitsMonths, casesMonths, auditMonths }: KeepSettings): string[] {
  if (level === null) return []
  const least = LEVEL_MONTHS[level]
  const short = (key: string, months: number): string[] =>
    months >= least
      ? []
      : [
          `keep.${key}: ${monthsText(months)} is less than the ${monthsText(least)} that level ${level} asks for`,
        ]
  return [...short('hits', hitsMonths), ...short('cases', casesMonths), ...short('audit', auditMonths)]
}

/** What the record of a deletion calls the rule: `keep.hits 12 months`. */
export function ruleText(key: 'hits' | 'cases' | 'audit', months: number): string {
  return `keep.${key} ${monthsText(months)}`
}

/** Days since 1970 (UTC). */
export function dayOf(ms: number): number {
  return Math.floor(ms / DAY_MS)
}

/** When a day since 1970 begins (UTC), milliseconds. */
export function startOfDay(day: number): number {
  return day * DAY_MS
}

function monthsText(months: number): string {
  return months === 1 ? '1 month' : `${months} months`
}
