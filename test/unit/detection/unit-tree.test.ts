import { expect, test } from 'vitest'
import { UnitTree } from '../../../src/detection/unit-tree.ts'
import { unitOf } from './cases/setup.ts'

const UNITS = [
  unitOf('school', [], { parent: 'ward' }),
  unitOf('province', []),
  unitOf('ward', [], { parent: 'province' }),
  unitOf('other', []),
  unitOf('office', [], { parent: 'province' }),
]

test('each unit is followed by those under it, in the order they were told', () => {
  const { places } = new UnitTree(UNITS)
  expect(places.map(({ unit, level, rank, end, children }) => [unit.id, level, rank, end, children])).toEqual(
    [
      ['province', 0, 0, 4, 2],
      ['ward', 1, 1, 3, 1],
      ['school', 2, 2, 3, 0],
      ['office', 1, 3, 4, 0],
      ['other', 0, 4, 5, 0],
    ],
  )
})

test('what stands under a unit and above it', () => {
  const tree = new UnitTree(UNITS)
  const ids = (places: readonly { readonly unit: { readonly id: string } }[]): string[] =>
    places.map(({ unit }) => unit.id)
  expect(ids(tree.under(tree.find('ward')!))).toEqual(['ward', 'school'])
  expect(ids(tree.above(tree.find('school')!))).toEqual(['province', 'ward'])
  expect(ids(tree.above(tree.find('other')!))).toEqual([])
  expect([...tree.ranks(['ward', 'other', 'gone'])]).toEqual([1, 2, 4])
  expect(tree.find('gone')).toBeNull()
})

test('parents that go in a circle, or are not there, end', () => {
  const tree = new UnitTree([
    unitOf('a', [], { parent: 'b' }),
    unitOf('b', [], { parent: 'a' }),
    unitOf('c', [], { parent: 'gone' }),
  ])
  expect(tree.places.map(({ unit, level }) => `${unit.id} ${level}`)).toEqual(['c 0', 'a 0', 'b 1'])
})

test('ten thousand units one under the other are told', () => {
  const chain = Array.from({ length: 10_000 }, (_, n) =>
    unitOf(`u${n}`, [], { parent: n > 0 ? `u${n - 1}` : null }),
  )
  const tree = new UnitTree(chain)
  expect(tree.places.at(-1)).toMatchObject({ level: 9999, rank: 9999, end: 10_000 })
  expect(tree.find('u0')!.end).toBe(10_000)
  expect(tree.above(tree.find('u9999')!)).toHaveLength(9999)
})

test('another tree has another mark', () => {
  expect(new UnitTree(UNITS).mark).toBe(new UnitTree(UNITS).mark)
  expect(new UnitTree(UNITS).mark).not.toBe(new UnitTree(UNITS.toReversed()).mark)
})
