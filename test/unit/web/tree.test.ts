import { describe, expect, it } from 'vitest'
import { firstClosed, fold, keyStep, treeRows } from '../../../src/web/console/pages/units/tree.ts'

const unit = (id: string, parent: string | null, name = id) => ({ id, parent, name, code: '' })
const UNITS = [
  unit('tinh', null, 'UBND tỉnh'),
  unit('so-yt', 'tinh', 'Sở Y tế'),
  unit('bv-1', 'so-yt', 'Bệnh viện Đa khoa'),
  unit('so-gd', 'tinh', 'Sở Giáo dục và Đào tạo'),
  unit('huyen', null, 'Huyện'),
]
const shown = (closed: readonly string[] = [], q = '') =>
  treeRows(UNITS, new Set(closed), q).map(({ unit: { id }, level }) => `${level} ${id}`)

describe('rows of the tree', () => {
  it('stand as deep as the units above them are many', () => {
    expect(shown()).toEqual(['1 tinh', '2 so-yt', '3 bv-1', '2 so-gd', '1 huyen'])
  })

  it('are not there below one that is closed, however deep', () => {
    expect(shown(['tinh'])).toEqual(['1 tinh', '1 huyen'])
    expect(shown(['so-yt'])).toEqual(['1 tinh', '2 so-yt', '2 so-gd', '1 huyen'])
    expect(treeRows(UNITS, new Set(['so-yt']), '').map(({ isOpen, hasChildren }) => [isOpen, hasChildren])).toEqual([
      [true, true], [false, true], [false, false], [false, false],
    ]) // prettier-ignore
  })

  it('of a search are those it fits with all above them, also where these are closed', () => {
    expect(shown(['tinh'], 'benh vien da')).toEqual(['1 tinh', '2 so-yt', '3 bv-1'])
    expect(shown([], 'Đào')).toEqual(['1 tinh', '2 so-gd'])
    expect(shown([], 'so-')).toEqual(['1 tinh', '2 so-yt', '2 so-gd'])
    expect(shown([], 'nowhere')).toEqual([])
  })

  it('begin at the top where the unit above is not to be seen', () => {
    const own = treeRows([unit('so-yt', 'tinh'), unit('bv-1', 'so-yt')], new Set(['tinh']), '')
    expect(own.map(({ unit: { id }, level }) => `${level} ${id}`)).toEqual(['1 so-yt', '2 bv-1'])
  })
})

describe('what is closed at first', () => {
  const many = (count: number) => [
    { ...unit('tinh', null), children: 1 },
    { ...unit('so', 'tinh'), children: count },
    ...Array.from({ length: count }, (_value, at) => ({ ...unit(`truong-${at}`, 'so'), children: 0 })),
  ]

  it('is nothing of a small tree, and all below the second level of a large one', () => {
    expect(firstClosed(many(198))).toEqual(new Set())
    expect(firstClosed(many(199))).toEqual(new Set(['so']))
    expect(treeRows(many(9000), firstClosed(many(9000)), '')).toHaveLength(2)
  })

  it('opens what stands uppermost for who sees a part of the tree alone', () => {
    const [, ...own] = many(300)
    expect(firstClosed(own)).toEqual(new Set())
  })
})

describe('keys', () => {
  const rows = treeRows(UNITS, new Set(['so-yt']), '')
  it.each([
    [0, 'ArrowDown', { focus: 1 }],
    [3, 'ArrowDown', null],
    [0, 'ArrowUp', null],
    [2, 'ArrowUp', { focus: 1 }],
    [2, 'Home', { focus: 0 }],
    [0, 'End', { focus: 3 }],
    [1, 'ArrowRight', { toggle: 'so-yt' }],
    [0, 'ArrowRight', { focus: 1 }],
    [2, 'ArrowRight', null],
    [0, 'ArrowLeft', { toggle: 'tinh' }],
    [1, 'ArrowLeft', { focus: 0 }],
    [3, 'ArrowLeft', null],
    [0, 'x', null],
    [9, 'Home', null],
  ] as const)('row %i, %s', (at, key, step) => {
    expect(keyStep(rows, at, key)).toEqual(step)
  })
})

it('neither case nor marks matter, composed or not', () => {
  expect(fold('Đống Đa')).toBe('dong da')
  expect(fold('Đống Đa'.normalize('NFD'))).toBe('dong da')
})
