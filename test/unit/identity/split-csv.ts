/** CSV twice: by the product, and by a reading letter by letter that nobody would run on a long file. */
import { CsvRows } from '../../../src/identity/csv.ts'

export function splitCsv(text: string): { rows: string[][]; plain: string[][] } {
  const rows: string[][] = []
  const reader = new CsvRows(',', { row: (cells) => void rows.push([...cells]), broken() {} })
  for (const [index, line] of text.split('\n').entries()) reader.line(line, index + 1)
  reader.end()
  return { rows, plain: splitPlainly(text) }
}

function splitPlainly(text: string): string[][] {
  const rows: string[][] = []
  let row: string[] = []
  let cell = ''
  let state: 'blank' | 'bare' | 'quoted' | 'behind' = 'blank'
  for (let at = 0; at <= text.length; at++) {
    const letter = text[at] ?? 'end'
    if (state === 'quoted') {
      if (letter === 'end') return rows
      if (letter !== '"') cell += letter
      else if (text[at + 1] === '"') cell += text[at++]
      else state = 'behind'
    } else if (letter === ',' || letter === '\n' || letter === 'end') {
      row.push(cell)
      cell = ''
      state = 'blank'
      if (letter === ',') continue
      rows.push(row)
      row = []
    } else if (state === 'blank' && letter === '"') {
      cell = ''
      state = 'quoted'
    } else {
      if (state === 'blank' && letter !== ' ') state = 'bare'
      cell += letter
    }
  }
  return rows
}
