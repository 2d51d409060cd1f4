import { describe, expect, it } from 'vitest'
import { framesOf } from '../../../src/documents/pdf-frames.ts'
import type { Fragment } from '../../../src/documents/pdf-lines.ts'

/** A run of 100 points that is drawn at a place. */
const at = (x: number, y: number, width = 100): Fragment => ({ text: 'evil.com', x, y, width, height: 10, starts: [], isAfterBlank: false, isBeforeBlank: false, font: null, isHidden: false }) // prettier-ignore
const lines = (x: number, top: number, count: number): Fragment[] =>
  Array.from({ length: count }, (_, line) => at(x, top - line * 12))
const page = (level: readonly Fragment[], horizontal: readonly { at: number; from: number; to: number }[] = []) => ({ level, rulings: { horizontal, vertical: [] }, left: 0, right: 600 }) // prettier-ignore
const shapeOf = (level: readonly Fragment[], horizontal: Parameters<typeof page>[1] = []) =>
  framesOf([page(level, horizontal)])[0]!.map(({ isColumn, shift, fragments }) => [isColumn, shift, fragments.length]) // prettier-ignore

describe('columns of a page', () => {
  it('the left is drawn before the right: each is read by itself, what is above and below too', () => {
    const header = at(100, 800, 400)
    const footer = at(250, 40, 100)
    const both = [...lines(50, 760, 12), ...lines(310, 760, 12)]
    expect(shapeOf([header, ...both, footer])).toEqual([
      [false, 0, 1],
      [true, 0, 12],
      [true, 260, 12],
      [false, 0, 1],
    ])
  })

  it('rows of a table are drawn one by one: it is read as one', () => {
    const rows = lines(50, 760, 12).flatMap((left) => [left, at(310, left.y)])
    expect(shapeOf([at(100, 800, 400), ...rows])).toEqual([[false, 0, 25]])
  })

  it('a cell of many lines beside another one is a row, between its rules', () => {
    const cells = [...lines(50, 740, 12), ...lines(310, 740, 12)]
    const rules = [750, 600].map((y) => ({ at: y, from: 45, to: 550 }))
    expect(shapeOf([at(100, 800, 450), ...cells], rules)).toEqual([[false, 0, 25]])
  })

  it('a few lines are enough where other pages have columns', () => {
    const full = [at(100, 800, 400), ...lines(50, 760, 12), ...lines(310, 760, 12)]
    const last = [at(100, 800, 400), ...lines(50, 760, 3), at(318, 758), at(318, 746), at(318, 734)]
    expect(framesOf([page(full), page(last)])[1]!.map(({ isColumn }) => isColumn)).toEqual([false, true, true]) // prettier-ignore
    expect(framesOf([page(last)])[0]!.map(({ isColumn }) => isColumn)).toEqual([false])
  })

  it('keeps every run, once', () => {
    const level = [
      at(100, 800, 400),
      ...lines(50, 760, 12),
      ...lines(310, 760, 9),
      at(100, 500, 400),
      at(60, 480),
    ]
    expect(new Set(framesOf([page(level)])[0]!.flatMap(({ fragments }) => fragments))).toEqual(new Set(level))
  })
})
