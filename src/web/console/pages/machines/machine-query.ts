/** Filters of the machine list: in the address days of the reader's calendar, to the server moments. */
import { endOfDay, startOfDay } from '../../kit/days.ts'

export const FILTERS = [
  'q', 'unit', 'status', 'campaign', 'list', 'priority', 'kind', 'isConfirmed', 'since', 'until', 'firstSince',
] as const // prettier-ignore
export type Filter = (typeof FILTERS)[number]

/** Those behind the fold of the form. */
export const RARE_FILTERS: readonly Filter[] = [
  'campaign',
  'list',
  'priority',
  'kind',
  'isConfirmed',
  'since',
  'until',
  'firstSince',
]

export const PAGE_ROWS = 50

/** What `GET /clients` is asked with; a day that is none is left out. */
export function apiQuery(
  query: URLSearchParams,
  isRevealed: boolean,
): Record<string, string | number | boolean | null> {
  const { since, until, firstSince, ...plain } = filtersOf(query)
  return {
    ...plain,
    since: startOfDay(since),
    until: endOfDay(until),
    firstSince: startOfDay(firstSince),
    sort: query.get('sort'),
    reverse: query.get('reverse'),
    cursor: query.get('cursor'),
    limit: PAGE_ROWS,
    reveal: isRevealed ? true : null,
  }
}

/** Where the file of what is shown comes from; it knows fewer filters. */
export function exportHref(query: URLSearchParams): string {
  const { since, until, unit } = filtersOf(query)
  const search = new URLSearchParams({ format: 'csv' })
  const wanted = { since: startOfDay(since), until: endOfDay(until), unit }
  for (const [key, value] of Object.entries(wanted))
    if (value !== null && value !== '') search.set(key, value)
  return `/api/v1/export/clients?${search}`
}

/** Each as the address has it; empty: not filtered by. */
export function filtersOf(query: URLSearchParams): Record<Filter, string> {
  return Object.fromEntries(FILTERS.map((name) => [name, query.get(name) ?? ''])) as Record<Filter, string>
}
