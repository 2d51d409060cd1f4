/** Pages of short lists that are known whole: by a figure, the greatest first, and by their place where figures are equal. */
import { readCursor, writeCursor, type Page } from '../detection/cursor.ts'

/** `figure` and `place` are whole numbers, the place of its own. */
export interface Ranked<Item> {
  readonly item: Item
  readonly figure: number
  readonly place: number
}

export interface RankedRequest {
  /** Tells this list from others. */
  readonly name: string
  readonly isReversed: boolean
  readonly limit: number
  readonly cursor: string | undefined
}

/** What stays where it is comes once, whatever comes and goes between pages. Throws BadCursor. */
export function rankedPage<Item>(
  ranked: readonly Ranked<Item>[],
  { name, isReversed, limit, cursor }: RankedRequest,
): Page<Item> {
  const list = `${name}${isReversed ? '-reversed' : ''}`
  const sign = isReversed ? -1 : 1
  const compare = (a: Omit<Ranked<Item>, 'item'>, b: Omit<Ranked<Item>, 'item'>): number =>
    sign * (b.figure - a.figure || a.place - b.place)
  const [figure, place] = cursor === undefined ? [] : readCursor(cursor, list, 2)
  const behind =
    figure === undefined || place === undefined
      ? ranked
      : ranked.filter((one) => compare(one, { figure, place }) > 0)
  const chosen = behind.toSorted(compare).slice(0, limit)
  const last = behind.length > limit ? chosen.at(-1) : undefined
  return {
    items: chosen.map(({ item }) => item),
    next: last === undefined ? null : writeCursor(list, [last.figure, last.place]),
  }
}
