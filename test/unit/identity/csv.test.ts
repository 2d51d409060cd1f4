import { describe, expect, it } from 'vitest'
import { cellOf, findColumns, plainName } from '../../../src/identity/columns.ts'
import { CsvRows, separatorOf, type Separator } from '../../../src/identity/csv.ts'

function rowsOf(text: string, separator: Separator = ','): string[] {
  const found: string[] = []
  const rows = new CsvRows(separator, {
    row: (cells, line) => void found.push(`${line} ${cells.join('|')}`),
    broken: (line) => void found.push(`${line} broken`),
  })
  for (const [index, line] of text.split('\n').entries()) rows.line(line, index + 1)
  rows.end()
  return found
}

describe('rows of CSV', () => {
  it('have quoted cells, doubled quotes, and line breaks inside quotes', () => {
    expect(rowsOf('a,"b,c","d ""e"""\n"x\ny",z\n,')).toEqual(['1 a|b,c|d "e"', '2 x\ny|z', '4 |'])
    expect(rowsOf('a; "b;c" ;d', ';')).toEqual(['1 a|b;c |d'])
  })

  it('go on behind quotes that nobody closes', () => {
    const rows = rowsOf(`"never\n${'a,b\n'.repeat(40)}c,d`)
    expect(rows[0]).toBe('1 broken')
    expect(rows.at(-1)).toBe('42 c|d')
    expect(rowsOf('a,"b')).toEqual(['1 broken'])
  })

  it.each([
    ['a,b;c,d', ','],
    ['a;b;c,d', ';'],
    ['a\tb\tc', '\t'],
    ['"x,y,z";b', ';'],
  ])('are separated in %j', (header, separator) => expect(separatorOf(header)).toBe(separator))
})

describe('columns', () => {
  it.each([
    ['Địa chỉ  MAC:', 'dia chi mac'],
    ['Địa chỉ MAC'.normalize('NFD'), 'dia chi mac'],
    ['\ufeffNgười phụ trách', 'nguoi phu trach'],
    ['ĐƠN_VỊ', 'don vi'],
    ['IP (tĩnh)', 'ip tinh'],
  ])('called %j', (name, plain) => expect(plainName(name)).toBe(plain))

  it('are found by any of their names, the first of two', () => {
    const columns = findColumns(['TT', 'Tên', 'name', 'MAC'], { name: ['ten', 'name'], mac: ['mac'] })
    expect([...columns]).toEqual([
      ['name', 1],
      ['mac', 3],
    ])
    expect(cellOf(columns, ['1', '\u00a0x\u200e ', 'y'], 'name')).toBe('x')
    expect(cellOf(columns, ['1'], 'mac')).toBe('')
  })
})
