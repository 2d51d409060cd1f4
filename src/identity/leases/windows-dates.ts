/**
 * Dates as a Windows server writes them: in the order of its own language. `8/9/2022` is a day in August or in
 * September; one date of the file whose first or second number is no month decides for all of them, and where none
 * does, none is taken.
 */

/** Local time of the server that wrote the file, taken for the local time of this one. */
export type DateOrder = 'day first' | 'month first'

interface Parts {
  readonly first: number
  readonly second: number
  readonly year: number
  readonly time: readonly [hours: number, minutes: number, seconds: number]
  readonly half: string
}

const ISO = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?$/
/** The halves of the day are AM and PM in English, SA and CH in Vietnamese. */
const LOCAL = /^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})\s+(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\s*(AM|PM|SA|CH))?$/i

/** Milliseconds since 1970 of an ISO 8601 date; without a zone it is local. Null: something else. */
export function readIsoDate(text: string): number | null {
  if (!ISO.test(text)) return null
  const ms = Date.parse(text.replace(' ', 'T').replace(',', '.').replace(/(\.\d{3})\d+/, '$1').replace(/([+-]\d{2})(\d{2})$/, '$1:$2')) // prettier-ignore
  return Number.isNaN(ms) ? null : ms
}

/** Whether `text` looks like a date with its day and month in an order of somebody's own. */
export function isLocalDate(text: string): boolean {
  return LOCAL.test(text)
}

/** The order that this date allows alone; null: it allows both, or is none. */
export function orderHint(text: string): DateOrder | null {
  const parts = partsOf(text)
  if (parts === null) return null
  // A Vietnamese system writes the day first, always.
  if (parts.first > 12 || parts.half === 'SA' || parts.half === 'CH') return 'day first'
  return parts.second > 12 ? 'month first' : null
}

/** Milliseconds since 1970 of such a date; null: there is no such day or time. */
export function readLocalDate(text: string, order: DateOrder): number | null {
  const parts = partsOf(text)
  if (parts === null) return null
  const [day, month] = order === 'day first' ? [parts.first, parts.second] : [parts.second, parts.first]
  const [hours, minutes, seconds] = parts.time
  const isHalved = parts.half !== ''
  if (hours > (isHalved ? 12 : 23) || minutes > 59 || seconds > 59) return null
  const isAfternoon = parts.half === 'PM' || parts.half === 'CH'
  const hour = isHalved ? (hours % 12) + (isAfternoon ? 12 : 0) : hours
  const date = new Date(parts.year, month - 1, day, hour, minutes, seconds)
  // `new Date` takes 31 April for 1 May.
  return date.getMonth() === month - 1 && date.getDate() === day ? date.getTime() : null
}

function partsOf(text: string): Parts | null {
  const match = LOCAL.exec(text)
  if (match === null) return null
  const [first, second, year, hours, minutes, seconds] = match.slice(1, 7).map((digits) => Number(digits ?? 0)) as [
    number, number, number, number, number, number,
  ] // prettier-ignore
  return { first, second, year, time: [hours, minutes, seconds], half: (match[7] ?? '').toUpperCase() }
}
