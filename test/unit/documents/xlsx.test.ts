/** What programs other than a person's own put into workbooks. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { relation, xlsx, zip } from '../../support/office-documents.ts'
import { proposalOf } from '../../support/proposals.ts'

const others = join(import.meta.dirname, '../../fixtures/imports/others')
const told = async (file: Buffer): Promise<string[]> =>
  (await proposalOf('a.xlsx', file)).items.map(({ decision, value, reasons, places }) => [decision, value, reasons[0], places[0]!.cell ?? places[0]!.sheet].join(' ')) // prettier-ignore

describe('openpyxl', () => {
  const file = readFileSync(join(others, 'openpyxl.xlsx'))

  it('struck out cells are held, numbers that lost their dots are told, hidden ones are held', async () => {
    expect(await told(file)).toEqual([
      'accept one-evil.com listed B2', 'accept 203.0.113.7 listed C2', 'hold two-evil.com withdrawn B3', 'refuse 103145123145 spreadsheet-number C3',
      'accept three-evil.com listed B4', 'hold four-evil.com hidden B6', 'hold five-evil.com hidden A1', 'accept 45.77.8.9 listed A1', 'refuse 103145123146 spreadsheet-number A2',
    ]) // prettier-ignore
  })

  it('says of formulas nobody computed, of comments and of hidden sheets', async () => {
    const { file: read } = await proposalOf('a.xlsx', file)
    expect(read.warnings).toEqual([
      expect.stringMatching(/1 ô.*"Phụ lục".*công thức.* · 1 cell.*"Phụ lục".*formula/),
      expect.stringMatching(/"Ẩn" is hidden/),
      expect.stringMatching(/comments/),
    ])
  })
})

describe('XlsxWriter', () => {
  it('text boxes, rich and struck rich text, results of formulas', async () => {
    expect(await told(readFileSync(join(others, 'xlsxwriter.xlsx')))).toEqual([
      'accept one-evil.com listed A2', 'accept two-evil.com listed A3', 'hold three-evil.com withdrawn A4',
      'accept five-evil.com defanged IOC', 'accept four-evil.com listed A5',
    ]) // prettier-ignore
  })
})

it('a workbook inside a workbook is read', async () => {
  const inner = xlsx([{ name: 'S', rows: [['Tên miền'], ['evil.com']] }])
  const parts = [
    { name: '_rels/.rels', data: `<Relationships>${relation('r1', 'officeDocument', 'xl/workbook.xml')}</Relationships>` },
    { name: 'xl/workbook.xml', data: '<workbook><sheets><sheet name="A" r:id="r1"/></sheets></workbook>' },
    { name: 'xl/_rels/workbook.xml.rels', data: `<Relationships>${relation('r1', 'worksheet', 'worksheets/a.xml')}</Relationships>` },
    { name: 'xl/worksheets/a.xml', data: '<worksheet><sheetData/></worksheet>' },
    { name: 'xl/worksheets/_rels/a.xml.rels', data: `<Relationships>${relation('r1', 'package', '../embeddings/b.xlsx')}</Relationships>` },
    { name: 'xl/embeddings/b.xlsx', data: inner },
  ] // prettier-ignore
  const { items } = await proposalOf('a.xlsx', zip(parts))
  expect(items.map(({ value, places }) => `${value} ${places[0]!.part}`)).toEqual(['evil.com b.xlsx'])
})
