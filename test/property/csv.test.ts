import fc from 'fast-check'
import { expect, test } from 'vitest'
import { csvLine, type Cell } from '../../src/admin/csv.ts'

/** RFC 4180 as its grammar says, one record. */
function parse(line: string): string[] {
  const cells: string[] = []
  for (let at = 0; ; at++) {
    let cell = ''
    if (line[at] === '"') {
      for (at++; line[at] !== '"' || line[at + 1] === '"'; at++) {
        if (at >= line.length) throw new Error('a quote is open')
        if (line[at] === '"') at++
        cell += line[at]
      }
      at++
    } else {
      for (; line[at] !== ',' && line[at] !== '\r'; at++) {
        if (at >= line.length || /["\n]/.test(line[at]!)) throw new Error(`a bare ${line[at]}`)
        cell += line[at]
      }
    }
    cells.push(cell)
    if (line[at] === ',') continue
    expect(line.slice(at)).toBe('\r\n')
    return cells
  }
}

const nasty = fc.string({ unit: fc.constantFrom('=', '+', '-', '@', '\t', '\r', '\n', '"', ',', "'", ' ', 'a', 'ế', '＝', '＠', '1') }) // prettier-ignore
const cell: fc.Arbitrary<Cell> = fc.oneof(nasty, fc.string({ unit: 'binary' }), fc.integer(), fc.constant(null), fc.array(nasty)) // prettier-ignore
const plain = (value: Cell): string => (value === null ? '' : Array.isArray(value) ? value.join(' ') : String(value)) // prettier-ignore

test('whatever stands in the cells is read back, with an apostrophe before what would be a formula', () => {
  fc.assert(
    fc.property(fc.array(cell, { minLength: 1 }), (cells) => {
      const read = parse(csvLine(cells))
      expect(read).toHaveLength(cells.length)
      for (const [index, value] of cells.entries()) {
        const text = plain(value)
        const isFormula = typeof value !== 'number' && ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'].some((mark) => text.startsWith(mark)) // prettier-ignore
        expect(read[index]).toBe(isFormula ? `'${text}` : text)
      }
    }),
  )
})
