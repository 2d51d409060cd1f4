import { describe, expect, it } from 'vitest'
import { blocksOf } from '../../../src/documents/pdf-columns.ts'
import type { Fragment } from '../../../src/documents/pdf-lines.ts'

const piece = (text: string, x: number, y: number, width: number): Fragment => ({ text, x, y, width, height: 10, starts: [], isAfterBlank: false, isBeforeBlank: false, font: null, isHidden: false }) // prettier-ignore
const row = (y: number): Fragment[] => [piece('evil.com', 0, y, 40), piece('192.0.2.1', 100, y, 40)]

describe('columns without ruled lines', () => {
  it('rows of cells are a table', () => {
    const [block] = blocksOf([...row(100), ...row(80), ...row(60)])
    expect(block?.kind === 'band' && block.rows.length).toBe(3)
  })

  it('what stands over the white space of every row is none, and does not stop the reader', () => {
    const struck = [100, 80].flatMap((y) => [...row(y), piece('-', 20, y, 90)])
    expect(blocksOf(struck).map(({ kind }) => kind)).toEqual(['lines'])
  })
})
