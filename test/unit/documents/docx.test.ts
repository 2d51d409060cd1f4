/** What Word leaves in a document beside its text: tracked changes, struck out text, other files. */
import { describe, expect, it } from 'vitest'
import { docx, paragraph, relation, table, xlsx } from '../../support/office-documents.ts'
import { proposalOf, wordsOf } from '../../support/proposals.ts'

const run = (text: string, properties = ''): string =>
  `<w:r><w:rPr>${properties}</w:rPr><w:t>${text}</w:t></w:r>`
const reasonsOf = async (file: Buffer): Promise<string[]> =>
  (await proposalOf('a.docx', file)).items.map(({ decision, value, reasons }) => [decision, value, ...reasons].join(' ')) // prettier-ignore

describe('tracked changes', () => {
  const rowOf = (cells: string, properties = ''): string =>
    `<w:tr><w:trPr>${properties}</w:trPr>${cells}</w:tr>`
  const cell = (text: string, properties = ''): string =>
    `<w:tc><w:tcPr>${properties}</w:tcPr>${paragraph(text)}</w:tc>`
  const withRows = (rows: string): Buffer => docx(table([['STT', 'Tên miền']]).replace('</w:tbl>', `${rows}</w:tbl>`)) // prettier-ignore

  it('a deleted row is not read, an inserted one is', async () => {
    const file = withRows(
      rowOf(cell('1') + cell('old.com'), '<w:del w:id="1" w:author="A"/>') +
        rowOf(cell('1') + cell('new.com'), '<w:ins w:id="2" w:author="A"/>'),
    )
    expect(await wordsOf('a.docx', file)).toEqual(['accept host new.com'])
  })

  it('a deleted cell is not read, and those beside it stay in their columns', async () => {
    const gone = '<w:cellDel w:id="1" w:author="A"/>'
    const file = withRows(rowOf(cell('1') + cell('old.com', gone)) + rowOf(cell('2') + cell('evil.com')))
    expect(await wordsOf('a.docx', file)).toEqual(['accept host evil.com'])
  })
})

describe('struck out text', () => {
  it('is held as taken back, by its own format or its style; not where that is off', async () => {
    const styles = { name: 'word/styles.xml', data: '<w:styles xmlns:w="x"><w:style w:styleId="Gone"><w:rPr><w:strike/></w:rPr></w:style></w:styles>' } // prettier-ignore
    const body = [
      run('one.com', '<w:strike/>'),
      run('two.com', '<w:dstrike/>'),
      run('three.com', '<w:rStyle w:val="Gone"/>'),
      run('four.com', '<w:rStyle w:val="Gone"/><w:strike w:val="0"/>'),
    ]
    const file = docx(body.map((each) => `<w:p>${each}</w:p>`).join(''), [styles], relation('r1', 'styles', 'styles.xml')) // prettier-ignore
    expect(await reasonsOf(file)).toEqual([
      'hold one.com withdrawn', 'hold two.com withdrawn', 'hold three.com withdrawn', 'accept four.com listed',
    ]) // prettier-ignore
  })

  it('is held in a table too, and what is guarded says so beside', async () => {
    const struck = (text: string): string => `<w:tc><w:tcPr/><w:p>${run(text, '<w:strike/>')}</w:p></w:tc>`
    const row = (text: string): string => `<w:tr>${struck(text)}</w:tr>`
    const file = docx(table([['Tên miền']]).replace('</w:tbl>', `${row('evil.com')}${row('ca.gov.vn')}</w:tbl>`)) // prettier-ignore
    expect(await reasonsOf(file)).toEqual(['hold evil.com withdrawn', 'hold ca.gov.vn withdrawn government'])
  })
})

describe('signs', () => {
  it('a full stop of the font Symbol is one, a picture of another font is none', async () => {
    const symbol = (font: string, code: string): string =>
      `<w:r><w:sym w:font="${font}" w:char="${code}"/></w:r>`
    const body = `<w:p>${run('evil')}${symbol('Symbol', 'F02E')}${run('com')}</w:p><w:p>${symbol('Wingdings', 'F0FC')}${run('bad.net')}</w:p>`
    expect(await wordsOf('a.docx', docx(body))).toEqual(['accept host evil.com', 'accept host bad.net'])
  })

  it('a reading aid above the text is no part of it', async () => {
    const ruby = `<w:p><w:r><w:ruby><w:rt>${run('abc')}</w:rt><w:rubyBase>${run('evil.com')}</w:rubyBase></w:ruby></w:r></w:p>`
    expect(await wordsOf('a.docx', docx(ruby))).toEqual(['accept host evil.com'])
  })
})

describe('files inside', () => {
  const other = (name: string, data: Uint8Array | string, type: string): [Buffer, string] => [
    docx(paragraph('Phụ lục'), [{ name: `word/${name}`, data }], relation('r7', type, name)),
    name.split('/').at(-1)!,
  ]
  const sheet = xlsx([{ name: 'S', rows: [['Tên miền'], ['evil.com']] }])

  it.each([
    ['taken in as HTML', ...other('chunk.html', '<table><tr><th>Domain</th></tr><tr><td>evil.com</td></tr></table>', 'aFChunk')],
    ['taken in as Word', ...other('chunk.docx', docx(paragraph('evil.com')), 'aFChunk')],
    ['an embedded workbook', ...other('embeddings/book.xlsx', sheet, 'package')],
  ])('%s are read, with the part they stand in', async (_, file, part) => {
    const { items } = await proposalOf('a.docx', file)
    expect(items.map(({ decision, value, places }) => [decision, value, places[0]!.part].join(' '))).toEqual([`accept evil.com ${part}`]) // prettier-ignore
  }) // prettier-ignore

  it('one that cannot be read is named; objects of older programs are counted', async () => {
    const [file] = other('chunk.rtf', '{\\rtf1 evil.com}', 'aFChunk')
    expect((await proposalOf('a.docx', file)).file.warnings).toEqual([expect.stringMatching(/"chunk\.rtf" in it was not read: it is rich text/)]) // prettier-ignore
    const [old] = other('embeddings/old.bin', Buffer.from('d0cf11e0a1b11ae1', 'hex'), 'oleObject')
    expect((await proposalOf('a.docx', old)).file.warnings).toEqual([expect.stringMatching(/holds 1 embedded object.*old\.bin/)]) // prettier-ignore
  })

  it('documents inside each other without end are over a limit, and so are too many', async () => {
    let file = docx(paragraph('evil.com'))
    for (let depth = 0; depth < 9; depth++) [file] = other('chunk.docx', file, 'aFChunk')
    await expect(proposalOf('a.docx', file)).rejects.toThrow(/inside each other/)
    const [many] = other('chunk.html', 'x', 'aFChunk')
    await expect(proposalOf('a.docx', many, { maxAttachments: 0 })).rejects.toThrow(/more than 0 attachments/)
  })
})

it('says that comments are not read', async () => {
  const comments = { name: 'word/comments.xml', data: '<w:comments xmlns:w="x"/>' }
  const { file } = await proposalOf('a.docx', docx(paragraph('evil.com'), [comments], relation('r8', 'comments', 'comments.xml'))) // prettier-ignore
  expect(file.warnings).toEqual([expect.stringMatching(/comment/)])
})
