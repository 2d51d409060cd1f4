import { describe, expect, it } from 'vitest'
import { docx, paragraph, relation, table, xlsx, zip } from '../../support/office-documents.ts'
import { itemOf, proposalOf, wordsOf } from '../../support/proposals.ts'

const HEAD = ['STT', 'Tên miền', 'Ghi chú']

describe('docx', () => {
  it('tells table, row and cell of what stands in a table, the paragraph of what does not', async () => {
    const file = docx(paragraph('PHỤ LỤC') + paragraph('bad[.]net') + table([HEAD, ['1', 'evil[.]com', '']]))
    expect((await itemOf('a.docx', file, 'evil.com')).places).toEqual([
      { file: 0, table: 1, row: 2, cell: 2 },
    ])
    expect((await itemOf('a.docx', file, 'bad.net')).places).toEqual([{ file: 0, line: 2 }])
  })

  it('line breaks, no-break and optional hyphens in a name', async () => {
    const file = docx(table([HEAD, ['1', 'evil[.\n]com', ''], ['2', 'mal\u2011ware.net', ''], ['3', 'evil\u00adname.org', '']])) // prettier-ignore
    expect(await wordsOf('a.docx', file)).toEqual(['accept host evil.com', 'accept host mal-ware.net', 'accept host evilname.org']) // prettier-ignore
  })

  it('merged cells keep the columns of those behind them', async () => {
    const wide = '<w:tc><w:tcPr><w:gridSpan w:val="2"/></w:tcPr>' + paragraph('nhóm') + '</w:tc>'
    const row = `<w:tr>${wide}<w:tc>${paragraph('evil[.]com')}</w:tc></w:tr>`
    const file = docx(table([['STT', 'Nhóm', 'Tên miền']]).replace('</w:tbl>', `${row}</w:tbl>`))
    expect((await itemOf('a.docx', file, 'evil.com')).places).toEqual([
      { file: 0, table: 1, row: 2, cell: 3 },
    ])
  })

  it('deleted text is not read, inserted text is, a raised 1 is no part of a name', async () => {
    const run = (text: string, properties = ''): string => `<w:r><w:rPr>${properties}</w:rPr><w:t>${text}</w:t></w:r>` // prettier-ignore
    const raised = run('1', '<w:vertAlign w:val="superscript"/>')
    const body =
      `<w:p><w:del><w:r><w:delText>old.com</w:delText></w:r></w:del><w:ins>${run('new[.]com')}</w:ins></w:p>` +
      `<w:p>${run('bad[.]net')}${raised}</w:p><w:p>${run('instr', '')}<w:r><w:instrText>HYPERLINK "http://x.com"</w:instrText></w:r></w:p>`
    expect(await wordsOf('a.docx', docx(body))).toEqual(['accept host new.com', 'accept host bad.net'])
  })

  it('hidden text is held', async () => {
    const body = '<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>evil[.]com</w:t></w:r></w:p><w:p><w:r><w:rPr><w:vanish w:val="0"/></w:rPr><w:t>bad[.]net</w:t></w:r></w:p>' // prettier-ignore
    expect(await wordsOf('a.docx', docx(body))).toEqual(['hold host evil.com', 'accept host bad.net'])
  })

  it('text boxes are read once, footnotes too', async () => {
    const box = (text: string): string =>
      `<wps:txbx><w:txbxContent>${paragraph(text)}</w:txbxContent></wps:txbx>`
    const body = `<w:p><w:r><mc:AlternateContent><mc:Choice>${box('evil[.]com')}</mc:Choice><mc:Fallback>${box('evil[.]com')}</mc:Fallback></mc:AlternateContent></w:r></w:p>` // prettier-ignore
    const notes = { name: 'word/footnotes.xml', data: `<w:footnotes xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:footnote>${paragraph('bad[.]net')}</w:footnote></w:footnotes>` } // prettier-ignore
    const { items } = await proposalOf(
      'a.docx',
      docx(body, [notes], relation('r9', 'footnotes', 'footnotes.xml')),
    )
    expect(items.map(({ value, places }) => `${value} ${places.length}`)).toEqual(['evil.com 1', 'bad.net 1'])
  })

  it('says that pictures are not read', async () => {
    const { file } = await proposalOf(
      'a.docx',
      docx(paragraph('x'), [{ name: 'word/media/image1.png', data: 'x' }]),
    )
    expect(file.warnings).toEqual([expect.stringMatching(/1 picture/)])
  })
})

describe('xlsx', () => {
  it('tells sheet and cell; inline, rich and formula text; numbers in a column of addresses', async () => {
    const file = xlsx([
      {
        name: 'Phụ lục',
        rows: [
          ['STT', 'Địa chỉ IP', 'Tên miền'],
          [1, '203.0.113.5', { type: 'inlineStr', xml: '<is><r><t>evil</t></r><r><t>[.]com</t></r></is>' }],
          [2, 192168111222, { type: 'str', xml: '<f>A1</f><v>bad.net</v>' }],
        ],
      },
    ])
    const { items } = await proposalOf('a.xlsx', file)
    expect(items.map(({ decision, value, reasons, places }) => [decision, value, reasons[0], places[0]!.cell].join(' '))).toEqual([
      'accept 203.0.113.5 listed B2', 'accept evil.com listed C2', 'refuse 192168111222 spreadsheet-number B3', 'accept bad.net listed C3',
    ]) // prettier-ignore
    expect(items[0]!.places[0]).toEqual({ file: 0, sheet: 'Phụ lục', row: 2, cell: 'B2' })
  })

  it('names hidden sheets and holds what stands in them', async () => {
    const file = xlsx([{ name: 'A', rows: [['evil[.]com']] }, { name: 'B', state: 'veryHidden', rows: [['bad[.]net']] }]) // prettier-ignore
    const { items, file: read } = await proposalOf('a.xlsx', file)
    expect(items.map(({ decision, value }) => `${decision} ${value}`)).toEqual([
      'accept evil.com',
      'hold bad.net',
    ])
    expect(read.warnings).toEqual(['trang tính "B" bị ẩn · the sheet "B" is hidden'])
  })
})

describe('archives made to do harm', () => {
  const small = docx(paragraph('evil[.]com'))

  it.each([
    ['cut off', small.subarray(0, small.length - 30), /no whole zip archive/],
    ['an archive of files', zip([{ name: 'a.txt', data: 'x' }]), /unpack it/],
    ['two of one name', zip([{ name: 'word/a', data: 'x' }, { name: 'word/a', data: 'y' }]), /twice/],
    ['a bomb', docx('', [{ name: 'word/footnotes.xml', data: Buffer.alloc(20 << 20) }], relation('r', 'footnotes', 'footnotes.xml')), /more than 200 times/],
    ['a size that lies', docx('', [{ name: 'word/footnotes.xml', data: 'x'.repeat(9000), claimedBytes: 10 }], relation('r', 'footnotes', 'footnotes.xml')), /damaged or larger/],
    ['a document type', docx('', [{ name: 'word/footnotes.xml', data: '<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;">]><a>&lol2;</a>' }], relation('r', 'footnotes', 'footnotes.xml')), /document type/],
    ['an entity', docx('', [{ name: 'word/footnotes.xml', data: '<a>&lol;</a>' }], relation('r', 'footnotes', 'footnotes.xml')), /cannot be read/],
    ['elements inside each other', docx('', [{ name: 'word/footnotes.xml', data: '<a>'.repeat(300) }], relation('r', 'footnotes', 'footnotes.xml')), /inside each other/],
    ['broken XML', docx('<w:p>'), /cannot be read/],
  ] as const)('%s', async (_, bytes, message) => {
    await expect(proposalOf('a.docx', bytes)).rejects.toThrow(message)
  }) // prettier-ignore

  it('more files or bytes than allowed', async () => {
    await expect(proposalOf('a.docx', small, { maxEntries: 2 })).rejects.toThrow(/4 files, more than 2/)
    await expect(proposalOf('a.docx', docx(paragraph('x'.repeat(1 << 20))), {
        maxExpansion: 2000, maxExpandedBytes: 1 << 20 })).rejects.toThrow(/more than 1 MiB/) // prettier-ignore
    await expect(proposalOf('a.docx', small, { maxInputBytes: 100 })).rejects.toThrow(/larger than/)
    await expect(proposalOf('a.docx', docx(paragraph('x').repeat(50)), { maxRows: 20 })).rejects.toThrow(/more than 20 lines/) // prettier-ignore
  })

  it.each([
    ['\xd0\xcf\x11\xe0', /save it as docx or xlsx/],
    ['{\\rtf1', /RTF/],
    ['', /empty/],
    ['a\0b', /no text/],
  ])('%s: what to do is said', async (text, message) => {
    await expect(proposalOf('a.bin', Buffer.from(text, 'latin1'))).rejects.toThrow(message)
  })
})
