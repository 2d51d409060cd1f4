import { describe, expect, it } from 'vitest'
import { docx, paragraph, relation, table, xlsx } from '../../support/office-documents.ts'
import { itemOf, wordsOf } from '../../support/proposals.ts'

describe('headings of a table', () => {
  it('a title over a sheet of one column is none', async () => {
    const file = xlsx([{ name: 'A', rows: [['Phụ lục Công văn 1298/CATTT-NCSC ngày 23.8.2022'], ['Domain/IP'], ['203.0.113.5']] }]) // prettier-ignore
    expect(await wordsOf('a.xlsx', file)).toContain('accept ip 203.0.113.5')
  })

  it('a second row of them says more of the same columns', async () => {
    const rows = [
      ['Tên miền', 'Thông tin chỉ báo'],
      ['', 'Ghi chú'],
      ['evil.com', 'Giả mạo good.com'],
    ]
    expect(await wordsOf('a.docx', docx(table(rows)))).toEqual(['accept host evil.com', 'hold host good.com'])
  })

  it('hold behind a table that stands in one of the cells, and for that table too', async () => {
    const inner = (name: string): string => table([[name], [`x-${name}`]])
    const cell = (xml: string): string => `<w:tc>${xml}</w:tc>`
    const row = (...cells: string[]): string => `<w:tr>${cells.map(cell).join('')}</w:tr>`
    const outer = `<w:tbl>${row(paragraph('Tên miền'), paragraph('Nguồn'))}${row(inner('evil.com') + paragraph(''), inner('good.com') + paragraph(''))}${row(paragraph('bad.net'), paragraph('nice.org'))}</w:tbl>` // prettier-ignore
    expect(await wordsOf('a.docx', docx(outer))).toEqual([
      'accept host evil.com', 'accept host x-evil.com', 'hold host good.com', 'hold host x-good.com', 'accept host bad.net', 'hold host nice.org',
    ]) // prettier-ignore
  })

  it('text in a column of numbers is read', async () => {
    expect(await wordsOf('t.csv', 'STT,Tên miền\n1,evil.com\nxem bad.net,\n')).toContain('hold host bad.net')
  })

  it('a list in a cell is no rest of the cell above', async () => {
    expect(await wordsOf('t.csv', 'Tên miền,Ghi chú\nevil.com,C2\n"bad.net, worse.org",\n')).toEqual([
      'accept host evil.com', 'accept host bad.net', 'accept host worse.org',
    ]) // prettier-ignore
  })
})

describe('what nobody sees', () => {
  it('hidden rows and columns of a sheet are held', async () => {
    const sheet = '<cols><col min="3" max="3" hidden="1"/></cols>'
    const file = xlsx([{ name: 'A', rows: [['STT', 'Tên miền', 'Tên miền'], ['1', 'evil.com', 'bad.net'], ['2', 'worse.org', '']], before: sheet, hiddenRows: [3] }]) // prettier-ignore
    expect((await itemOf('a.xlsx', file, 'bad.net')).reasons).toContain('hidden')
    expect((await itemOf('a.xlsx', file, 'worse.org')).reasons).toContain('hidden')
    expect((await itemOf('a.xlsx', file, 'evil.com')).decision).toBe('accept')
  })

  it('a style hides or raises text as its own properties do', async () => {
    const styles = '<w:styles xmlns:w="w"><w:style w:styleId="base"><w:rPr><w:vanish/></w:rPr></w:style><w:style w:styleId="h"><w:basedOn w:val="base"/></w:style><w:style w:styleId="up"><w:rPr><w:vertAlign w:val="superscript"/></w:rPr></w:style></w:styles>' // prettier-ignore
    const run = (text: string, style: string): string =>
      `<w:r><w:rPr><w:rStyle w:val="${style}"/></w:rPr><w:t>${text}</w:t></w:r>`
    const body = `<w:p><w:r><w:t>evil.com</w:t></w:r>${run('1', 'up')}</w:p><w:p>${run('bad.net', 'h')}</w:p>`
    const file = docx(
      body,
      [{ name: 'word/styles.xml', data: styles }],
      relation('s', 'styles', 'styles.xml'),
    )
    expect((await itemOf('a.docx', file, 'evil.com')).decision).toBe('accept')
    expect((await itemOf('a.docx', file, 'bad.net')).reasons).toContain('hidden')
  })
})
