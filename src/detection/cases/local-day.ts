/** Days and hours as the people of the office count them: in the time zone of the machine. */

const DAY_MS = 86_400_000
const MINUTE_MS = 60_000

/** Days since 1970. */
export function localDay(ms: number): number {
  return Math.floor((ms - new Date(ms).getTimezoneOffset() * MINUTE_MS) / DAY_MS)
}

/** 0 to 23. */
export function localHour(ms: number): number {
  return new Date(ms).getHours()
}
