import { describe, expect, it } from 'vitest'
import type { Fragment } from '../../../src/documents/pdf-lines.ts'
import { withoutTextLines } from '../../../src/documents/pdf-underlines.ts'

const text = (x: number, width: number): Fragment => ({
  text: 'evil.com',
  x,
  y: 100,
  width,
  height: 10,
  starts: [],
  isAfterBlank: false,
  isBeforeBlank: false,
  font: null,
  isHidden: false,
})

describe('lines of the text', () => {
  it('the blank behind a word is underlined too', () => {
    const word = { ...text(50, 40), isBeforeBlank: true }
    expect(withoutTextLines([word], [{ at: 99, from: 50, to: 94 }]).rules).toEqual([])
    expect(withoutTextLines([text(50, 40)], [{ at: 99, from: 50, to: 94 }]).rules).toHaveLength(1)
  })

  it('the line under a link is no ruling', () => {
    const { rules, struck } = withoutTextLines([text(50, 40)], [{ at: 99, from: 50, to: 90 }])
    expect([rules, struck.size]).toEqual([[], 0])
  })

  it('nor is it under a blank that is spread', () => {
    const line = { at: 99, from: 90, to: 140 }
    expect(withoutTextLines([text(50, 40), text(140, 20)], [line]).rules).toEqual([])
    expect(withoutTextLines([text(50, 40)], [line]).rules).toEqual([line])
  })

  it('a line through the letters strikes them out', () => {
    const fragment = text(50, 40)
    const { rules, struck } = withoutTextLines([fragment, text(120, 40)], [{ at: 103, from: 50, to: 90 }])
    expect([rules, [...struck]]).toEqual([[], [fragment]])
  })

  it('the border of a cell, longer than its text or further below, stays', () => {
    const lines = [
      { at: 99, from: 40, to: 120 },
      { at: 96, from: 50, to: 90 },
    ]
    expect(withoutTextLines([text(50, 40)], lines).rules).toEqual(lines)
  })
})
