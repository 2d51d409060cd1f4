/** Days as the calendar beside the reader has them, for the API, which takes moments. */

/** `2026-11-22` of a moment, in the time zone of the browser. */
export function dayOf(date: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0')
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
}

/** The moment a day begins, or null for what is no day. */
export function startOfDay(day: string): string | null {
  return momentOf(day, 0)
}

/** The last moment of it. */
export function endOfDay(day: string): string | null {
  const next = momentOf(day, 1)
  return next === null ? null : new Date(Date.parse(next) - 1).toISOString()
}

function momentOf(day: string, daysOn: number): string | null {
  const [, year, month, date] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day) ?? []
  if (year === undefined) return null
  const moment = new Date(Number(year), Number(month) - 1, Number(date))
  // 30 February would become a day of March.
  if (dayOf(moment) !== day) return null
  moment.setDate(moment.getDate() + daysOn)
  return moment.toISOString()
}
