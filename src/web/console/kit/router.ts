/** Which page is shown: the path below /console/ and the query, so that every view has an address to go back to. */
import { Store, useStore } from './store.ts'

export const BASE = '/console'

export interface Place {
  /** Below BASE, always with a slash before it: `/machines/12`. */
  readonly path: string
  readonly query: URLSearchParams
}

const place = new Store<Place>(read())

function read(): Place {
  const { pathname, search } = window.location
  const path = pathname.startsWith(BASE) ? pathname.slice(BASE.length) : pathname
  return { path: path.replace(/\/+$/, '') || '/', query: new URLSearchParams(search) }
}

/** To be called once: the browser's own way back and forth. */
export function followHistory(): void {
  window.addEventListener('popstate', () => place.set(read()))
}

export function usePlace(): Place {
  return useStore(place)
}

/** Address of a page, for a link: `hrefOf('/machines', { status: 'new' })`. Empty and absent values are left out. */
export function hrefOf(path: string, query: Query = {}): string {
  const text = searchOf(query)
  return `${BASE}${path}${text}`
}

export type Query = Readonly<Record<string, string | number | boolean | null | undefined>>

export function searchOf(query: Query): string {
  const search = new URLSearchParams()
  for (const [key, value] of Object.entries(query))
    if (value !== null && value !== undefined && value !== '') search.set(key, String(value))
  const text = search.toString()
  return text === '' ? '' : `?${text}`
}

/** Goes to a page of ours by its address (of `hrefOf`); `isReplacing` leaves no step to go back to. */
export function go(href: string, isReplacing = false): void {
  if (isReplacing) window.history.replaceState(null, '', href)
  else window.history.pushState(null, '', href)
  const before = place.value.path
  place.set(read())
  // A new page begins at its top; another filter of the same one stays where it is.
  if (place.value.path !== before) window.scrollTo(0, 0)
}

/** The query with some values changed; what a filter was, a page of it is no longer: `cursor` goes unless it is given. */
export function changeQuery(changes: Query, isReplacing = false): void {
  const { path, query } = place.value
  const next = { ...Object.fromEntries(query), cursor: null, ...changes }
  go(hrefOf(path, next), isReplacing)
}

/** Whether the browser is to do with a click what it always does: another tab, another window, a download. */
export function isForBrowser(event: MouseEvent): boolean {
  return event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey
}
