/** Pieces of the API's schemas that several routes use, and the conversions between them and what threads speak. */
import { Type, type TSchema } from 'typebox'
import { parseDomain } from '../config/domain.ts'
import { parseDuration } from '../config/duration.ts'
import { WireName } from '../lists/name.ts'
import { ApiError, Problem } from './problem.ts'

/** Time as RFC 3339 in UTC. */
export const Time = Type.String({ format: 'date-time', description: 'RFC 3339, UTC' })
export const NullableTime = Type.Union([Time, Type.Null()])

/** Body or query that takes these keys and no others. */
export function strict<Properties extends Record<string, TSchema>>(properties: Properties) {
  return Type.Object(properties, { additionalProperties: false })
}

/** Which page of a list. */
export const paging = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 100 })),
  cursor: Type.Optional(
    Type.String({ minLength: 1, maxLength: 200, description: 'what `next` of the page before said' }),
  ),
}

/** In which direction a list is sorted. */
export const reversal = {
  reverse: Type.Optional(Type.Boolean({ default: false, description: 'the other way round' })),
}

/** Why it is done; kept with what is done. */
export const Reason = Type.String({
  minLength: 1,
  maxLength: 1000,
  pattern: '\\S',
  description: 'why; kept on record',
})

/** Responses of a route: its own, and problem details for everything else. */
export function responses<Own extends Record<number, TSchema>>(own: Own) {
  return {
    ...own,
    default: { content: { 'application/problem+json': { schema: Problem } }, description: 'Problem details' },
  }
}

/** Milliseconds since 1970 as RFC 3339. */
export function timeText(ms: number): string {
  return new Date(ms).toISOString()
}

/** `2022-08-23T00:00:00Z`, or a date: the start of that day in UTC, its end for the end of a span. */
export function readTime(field: string, text: string, isEnd = false): number {
  const isDate = /^\d{4}-\d{2}-\d{2}$/.test(text)
  const isTime = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/i.test(text)
  const ms =
    (isDate || isTime) && isDay(text.slice(0, 10)) ? Date.parse(isDate ? `${text}T00:00:00Z` : text) : NaN
  if (Number.isNaN(ms)) {
    throw new ApiError(
      'THANHLOC_API_INVALID',
      `${field} is no time: write 2022-08-23 or 2022-08-23T08:00:00Z`,
    )
  }
  return isDate && isEnd ? ms + 86_399_999 : ms
}

/** Whether the calendar has that day: `Date` takes 30 February for 2 March. */
function isDay(text: string): boolean {
  const ms = Date.parse(`${text}T00:00:00Z`)
  return !Number.isNaN(ms) && timeText(ms).startsWith(text)
}

/** The name in lower-case A-labels. Throws ApiError. */
export function readDomain(text: string): string {
  const parsed = parseDomain(text)
  if ('problem' in parsed)
    throw new ApiError('THANHLOC_API_UNPROCESSABLE', `name "${text}" ${parsed.problem}`)
  return parsed.value
}

/** The same for a name that may stand in a list, which holds fewer spellings. Throws ApiError. */
export function readListedName(text: string): string {
  const name = readDomain(text)
  if (new WireName().readText(name) === null) return name
  throw new ApiError('THANHLOC_API_UNPROCESSABLE', `name "${text}" is neither a host name nor an address`)
}

/** Milliseconds, more than none and at most `mostMs`. Throws ApiError. */
export function readDuration(text: string, mostMs: number, mostText: string): number {
  const parsed = parseDuration(text)
  if ('problem' in parsed) throw new ApiError('THANHLOC_API_UNPROCESSABLE', `for "${text}" ${parsed.problem}`)
  if (parsed.ms === 0 || parsed.ms > mostMs) {
    throw new ApiError(
      'THANHLOC_API_UNPROCESSABLE',
      `for "${text}" is out of range: more than nothing, at most ${mostText}`,
    )
  }
  return parsed.ms
}
