import fc from 'fast-check'
import { expect, it } from 'vitest'
import { rankedPage, type Ranked } from '../../../src/admin/ranked-page.ts'
import { BadCursor } from '../../../src/detection/cursor.ts'

const list = (figures: readonly number[]): Ranked<number>[] =>
  figures.map((figure, place) => ({ item: place, figure, place }))

function walk(read: () => readonly Ranked<number>[], isReversed: boolean, limit: number): number[] {
  const seen: number[] = []
  for (let cursor: string | undefined | null; cursor !== null;) {
    const page = rankedPage(read(), { name: 'x', isReversed, limit, cursor })
    expect(page.items.length).toBeLessThanOrEqual(limit)
    seen.push(...page.items)
    cursor = page.next
  }
  return seen
}

it('pages of any size hold all, the greatest first, and by place where figures are equal', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(5)),
      fc.integer({ min: 1, max: 7 }),
      fc.boolean(),
      (figures, limit, isReversed) => {
        const ranked = list(figures)
        const sorted = ranked
          .toSorted((a, b) => b.figure - a.figure || a.place - b.place)
          .map(({ item }) => item)
        expect(walk(() => ranked, isReversed, limit)).toEqual(isReversed ? sorted.toReversed() : sorted)
      },
    ),
  )
})

it('what stays where it is comes once, whatever comes and goes between pages', () => {
  let figures = [9, 7, 5, 3, 1]
  const read = (): Ranked<number>[] => {
    const now = list(figures)
    // The first goes to the end, the last is gone.
    figures = [0, 7, 5, 3]
    return now
  }
  expect(walk(read, false, 2)).toEqual([0, 1, 2, 3, 0])
})

it('a cursor of another list or direction is refused', () => {
  const ranked = list([2, 1])
  const { next } = rankedPage(ranked, { name: 'x', isReversed: false, limit: 1, cursor: undefined })
  const read = (name: string, isReversed: boolean) => () =>
    rankedPage(ranked, { name, isReversed, limit: 1, cursor: next! })
  expect(read('y', false)).toThrow(BadCursor)
  expect(read('x', true)).toThrow(BadCursor)
})
