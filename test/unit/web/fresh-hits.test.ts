import { expect, it } from 'vitest'
import { freshHits, nextSince, type Known } from '../../../src/web/console/pages/journal/fresh-hits.ts'

const pair = (clientId: number, hits: number, lastSeen = '2026-11-22T10:00:00.000Z', indicator = 'evil.test') => ({
  clientId,
  indicator,
  kind: 'subtree',
  hits,
  lastSeen,
}) // prettier-ignore

it('the first look shows what is there, and does not call it new', () => {
  const { fresh } = freshHits(null, [pair(1, 5), pair(2, 1)])
  expect(fresh.map(({ pair: { clientId }, grown }) => [clientId, grown])).toEqual([
    [1, null],
    [2, null],
  ])
})

it('after it, what has grown by how much, what is new with all it has, and nothing twice', () => {
  let known: Known = freshHits(null, [pair(1, 5)]).known
  const second = freshHits(known, [pair(3, 2), pair(1, 8)])
  known = second.known
  expect(second.fresh.map(({ key, grown }) => [key, grown])).toEqual([
    ['3 subtree evil.test 2', 2],
    ['1 subtree evil.test 8', 3],
  ])
  expect(freshHits(known, [pair(3, 2), pair(1, 8)]).fresh).toEqual([])
})

it('one indicator of two kinds is two pairs', () => {
  const { known } = freshHits(null, [pair(1, 5)])
  expect(freshHits(known, [{ ...pair(1, 5), kind: 'exact' }]).fresh).toHaveLength(1)
})

it('the next look asks from a minute before the latest seen, and never goes back', () => {
  expect(nextSince(null, [])).toBeNull()
  const first = nextSince(null, [pair(1, 1), pair(2, 1, '2026-11-22T10:05:00.000Z')])
  expect(first).toBe('2026-11-22T10:04:00.000Z')
  expect(nextSince(first, [])).toBe(first)
  expect(nextSince(first, [pair(3, 1, '2026-11-22T10:04:30.000Z')])).toBe(first)
})
