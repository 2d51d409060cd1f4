/** Places in a sorted list, as opaque text: the sort and the keys of the last row given out. */

/** A cursor that no list gave out, or one of another list. */
export class BadCursor extends Error {
  readonly code = 'THANHLOC_BAD_CURSOR'
}

/** One page of a list; `next` asks for the one behind it, null at the end. */
export interface Page<Item> {
  readonly items: readonly Item[]
  readonly next: string | null
}

export interface PageRequest {
  /** 1 to 1000. */
  readonly limit?: number | undefined
  readonly cursor?: string | undefined
}

/** A page in an order; `isReversed`: the other way round. */
export interface SortedRequest<Sort> extends PageRequest {
  readonly sort?: Sort | undefined
  readonly isReversed?: boolean | undefined
}

/** Items of a page where the request does not say, and the most it may ask for. */
export const DEFAULT_LIMIT = 100
export const MAX_LIMIT = 1000

/** How many items a page has. */
export function limitOf({ limit = DEFAULT_LIMIT }: PageRequest): number {
  return Math.min(Math.max(Math.trunc(limit) || 1, 1), MAX_LIMIT)
}

/** `keys` are whole numbers. */
export function writeCursor(sort: string, keys: readonly number[]): string {
  return Buffer.from(`${sort}:${keys.join(':')}`).toString('base64url')
}

/** The keys of a cursor of `sort`, `count` of them. Throws BadCursor. */
export function readCursor(cursor: string, sort: string, count: number): number[] {
  const [name, ...keys] = Buffer.from(cursor, 'base64url').toString('utf8').split(':')
  const isWhole = keys.every((key) => /^-?\d{1,15}$/.test(key))
  if (name !== sort || keys.length !== count || !isWhole)
    throw new BadCursor('the cursor is not one of this list')
  return keys.map(Number)
}

/** `limit` rows of the `limit` + 1 asked for; the one too many only tells that there is more. */
export function pageOf<Row, Item>(
  rows: readonly Row[],
  limit: number,
  item: (row: Row) => Item,
  cursor: (last: Row) => string,
): Page<Item> {
  const last = rows.length > limit ? rows[limit - 1] : undefined
  return { items: rows.slice(0, limit).map(item), next: last === undefined ? null : cursor(last) }
}
