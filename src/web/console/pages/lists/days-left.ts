/** How long a list still blocks. */

const DAY_MS = 86_400_000

/** Days until the end of `until` (`2026-12-31`, its last day, in the time zone of the browser); 1 on that day itself, 0 behind it. */
export function daysLeft(until: string, nowMs: number): number {
  const [year, month, day] = until.split('-').map(Number)
  const endMs = new Date(year!, month! - 1, day! + 1).getTime()
  return Math.max(0, Math.ceil((endMs - nowMs) / DAY_MS))
}
