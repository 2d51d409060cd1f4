import { describe, expect, it } from 'vitest'
import { grid, pdf, textAt } from '../../support/pdf-documents.ts'
import { itemOf, proposalOf, wordsOf } from '../../support/proposals.ts'

/** A table with rows of 30 points, texts in lines of 12. */
function ruled(rows: readonly (readonly string[])[], widths = [40, 120, 100], top = 780): string {
  const heights = rows.map(() => 30)
  let content = grid(50, top, widths, heights)
  for (const [row, cells] of rows.entries()) {
    let x = 50
    for (const [column, cell] of cells.entries()) {
      for (const [line, text] of cell.split('\n').entries())
        content += textAt(x + 3, top - row * 30 - 11 - line * 12, text)
      x += widths[column]!
    }
  }
  return content
}

describe('pdf', () => {
  it('reads ruled tables cell by cell, with page, table, row and cell', async () => {
    const file = pdf([{ content: textAt(50, 800, 'DANH SACH') }, { content: ruled([['STT', 'Domain', 'Note'], ['1', 'evil[.]com', 'xem a.com']]) }]) // prettier-ignore
    expect((await itemOf('a.pdf', file, 'evil.com')).places).toEqual([{ file: 0, page: 2, table: 1, row: 2, cell: 2 }]) // prettier-ignore
    expect((await itemOf('a.pdf', file, 'a.com')).reasons).toEqual(['other-column'])
  })

  it('a word that had no room goes on in the next line of its cell', async () => {
    const file = pdf([{ content: ruled([['STT', 'Domain', 'Note'], ['1', 'averylonghostnamewithoutb\nreaks[.]example[.]com', '']]) }]) // prettier-ignore
    expect(await wordsOf('a.pdf', file)).toEqual(['accept host averylonghostnamewithoutbreaks.example.com'])
  })

  it('a table goes on over the page with its headings; a name that goes over it is held', async () => {
    const first = ruled([['STT', 'Domain', 'Note'], ['1', 'evil[.]com', ''], ['2', 'averylonghostnamewithoutb', '']]) // prettier-ignore
    const second = textAt(300, 820, '2') + ruled([['STT', 'Domain', 'Note'], ['', 'reaks[.]example[.]com', ''], ['3', 'bad.net', '']]) // prettier-ignore
    expect(await wordsOf('a.pdf', pdf([{ content: first }, { content: second }]))).toEqual([
      'accept host evil.com', 'hold host averylonghostnamewithoutbreaks.example.com', 'accept host bad.net',
    ]) // prettier-ignore
  })

  it('columns without rules are told by their gaps', async () => {
    const row = (y: number, cells: readonly string[]): string => cells.map((cell, index) => textAt(50 + index * 150, y, cell)).join('') // prettier-ignore
    const file = pdf([
      { content: row(800, ['STT', 'Domain', 'Source']) + row(780, ['1', 'evil.com', 'good.com']) },
    ])
    expect(await wordsOf('a.pdf', file)).toEqual(['accept host evil.com', 'hold host good.com'])
  })

  it('holds what stands at the edge of a page, and a row that has no number', async () => {
    const list = ['evil.com', 'bad.net', 'worse.org'].map((name, line) => textAt(50, 700 - line * 12, name)).join('') // prettier-ignore
    expect(await wordsOf('a.pdf', pdf([{ content: textAt(50, 815, 'agency.com') + list }]))).toEqual([
      'hold host agency.com', 'accept host evil.com', 'accept host bad.net', 'accept host worse.org',
    ]) // prettier-ignore
    const rows = ruled([
      ['STT', 'Domain', 'Note'],
      ['1', 'evil.com', ''],
      ['', 'bad.net', ''],
    ])
    expect(await wordsOf('b.pdf', pdf([{ content: rows }]))).toEqual([
      'accept host evil.com',
      'hold host bad.net',
    ])
  })

  it('tells tables beside each other apart', async () => {
    const left = grid(50, 780, [100], [30, 30]) + textAt(53, 769, 'Domain') + textAt(53, 739, 'evil.com')
    const right = grid(300, 780, [100], [30, 30]) + textAt(303, 769, 'Source') + textAt(303, 739, 'good.com')
    expect(await wordsOf('a.pdf', pdf([{ content: left + right }]))).toEqual(['accept host evil.com', 'hold host good.com']) // prettier-ignore
  })

  it('goes on in the column of a table without rules where a name had no room', async () => {
    const row = (y: number, ...cells: string[]): string => cells.map((cell, index) => textAt([50, 90, 260][index]!, y, cell)).join('') // prettier-ignore
    const content = row(700, 'STT', 'Domain', 'Source') + row(670, '1', 'averylonghostnamewithoutb', 'a.com') + row(658.5, '', 'reaks[.]example[.]com') + row(630, '2', 'evil.com', 'b.com') // prettier-ignore
    const file = pdf([{ content: content.replaceAll(/BT[^\n]*\(\) Tj ET\n/g, '') }])
    expect((await itemOf('a.pdf', file, 'averylonghostnamewithoutbreaks.example.com')).decision).toBe('hold')
    expect((await itemOf('a.pdf', file, 'evil.com')).decision).toBe('accept')
    expect((await itemOf('a.pdf', file, 'a.com')).decision).toBe('hold')
  })

  it('says which pages have no text', async () => {
    const { file } = await proposalOf('a.pdf', pdf([{ content: textAt(50, 800, 'evil[.]com') }, { content: '0 0 10 10 re f' }])) // prettier-ignore
    expect(file.warnings).toEqual([
      expect.stringMatching(/^trang 2 không có chữ: .+ · page 2 has no text: a picture/),
    ])
    const none = await proposalOf('b.pdf', pdf([{ content: '0 0 10 10 re f' }]))
    expect(none.file.warnings).toEqual([
      expect.stringMatching(/^không trang nào có chữ: .+ · no page of it has any text: a picture/),
    ])
  })

  it('too many pages, and what is damaged, end the import', async () => {
    const pages = Array.from({ length: 500 }, () => ({ content: textAt(50, 800, 'x') }))
    await expect(proposalOf('a.pdf', pdf(pages))).rejects.toThrow(
      'a.pdf: có 500 trang, quá 200: hãy tách riêng phụ lục · it has 500 pages, more than 200: take out the annex',
    )
    await expect(proposalOf('a.pdf', '%PDF-1.4 nothing')).rejects.toThrow(
      /a\.pdf: tệp đã hỏng: .+ · it is damaged, /,
    )
  })

  it('holds what nobody sees', async () => {
    const list = ['evil.com', 'bad.net', 'worse.org'].map((name, line) => textAt(50, 700 - line * 12, name)).join('') // prettier-ignore
    const unseen = [
      `3 Tr ${textAt(50, 600, 'scanned.com')} 0 Tr\n`,
      `1 1 1 rg ${textAt(50, 580, 'white.com')} 0 0 0 rg\n`,
      textAt(700, 560, 'beside.com'),
      textAt(50, 540, 'tiny.com').replace('/F 10 Tf', '/F 0.2 Tf'),
    ]
    const file = pdf([{ content: list + unseen.join('') }])
    for (const name of ['scanned.com', 'white.com', 'beside.com', 'tiny.com'])
      expect((await itemOf('a.pdf', file, name)).reasons).toContain('hidden')
    expect((await itemOf('a.pdf', file, 'evil.com')).decision).toBe('accept')
  })

  it('two columns of text: a table goes on in the second', async () => {
    const table = (x: number, rows: readonly (readonly string[])[]): string => {
      let content = grid(x, 780, [30, 200], rows.map(() => 30)) // prettier-ignore
      for (const [row, [number, name]] of rows.entries())
        content += textAt(x + 3, 769 - row * 30, number!) + textAt(x + 33, 769 - row * 30, name!)
      return content
    }
    const names = Array.from({ length: 30 }, (_, row) => [String(row + 1), `qhost${row}.com`])
    const header = textAt(60, 815, 'Phu luc cua cong van so 1298 cua cuc an toan thong tin gui cac don vi trong ca nuoc') // prettier-ignore
    const content = header + table(50, [['TT', 'Domain'], ...names.slice(0, 15)]) + table(320, names.slice(15)) // prettier-ignore
    const items = (await proposalOf('a.pdf', pdf([{ content }]))).items.filter(({ kind }) => kind === 'host')
    expect(items.map(({ decision, value }) => [decision, value])).toEqual(names.map(([, name]) => ['accept', name])) // prettier-ignore
  })

  describe('what may be one name is a reading of what is held', () => {
    const readingsOf = async (...contents: readonly string[]): Promise<string[]> => {
      const { items } = await proposalOf('a.pdf', pdf(contents.map((content) => ({ content }))))
      expect(items.filter(({ decision }) => decision === 'accept')).toEqual([])
      return items.filter(({ decision }) => decision === 'hold').flatMap(({ readings }) => readings)
    }
    const lines = (x: number, y: number, texts: readonly string[]): string => texts.map((text, line) => textAt(x, y - line * 14, text)).join('') // prettier-ignore
    const header = textAt(43, 800, 'Phu luc cua cong van so 1298 cua cuc an toan thong tin gui cac don vi trong ca nuoc') // prettier-ignore
    const footer = (page: number): string => textAt(268, 45, `Trang ${page}/2`)

    it('beside the number of a row that leaves no room', async () => {
      // The digits are 11.12 points wide.
      expect(await readingsOf(textAt(50, 700, '12') + lines(61.1, 700, ['qevil-', 'host.com']))).toContain(
        'qevil-host.com',
      )
    })

    it('from the right of a page that is not told to have columns to the left of the next one', async () => {
      const left = lines(43, 120, ['a line of words a', 'a line of words b', 'a line of words c'])
      const right = lines(305, 88, ['qup', 'date-', 'cong-'])
      const next = textAt(43, 786, 'host.com') + footer(2)
      expect(await readingsOf(header + left + right + footer(1), next)).toContain('qupdate-cong-host.com')
    })

    it('from a column within a column to the top of the next one, spread over two', async () => {
      const inner = lines(85, 128, ['qone.com', 'qtwo.com']) + lines(194, 128, ['qthree.com', 'qflash-'])
      const top = textAt(306, 746, 'host.]evil.]') + textAt(415, 746, 'xyz')
      const rest = textAt(306, 700, 'Cac don vi') + textAt(486, 700, 'Cac don vi')
      expect(await readingsOf(header + inner + top + rest)).toContain('qflash-host.evil.xyz')
    })
  })

  it('letters that stand alone, each at its place, end', async () => {
    const spread = Array.from('evil host of a line').map((letter, index) => textAt(50 + index * 20, 700, letter)).join('') // prettier-ignore
    const crossing = Array.from({ length: 6 }, (_, line) => textAt(50, 680 - line * 12, 'a line of words over all of the page that goes on and on')).join('') // prettier-ignore
    expect(await wordsOf('a.pdf', pdf([{ content: spread + crossing + spread }]))).toEqual([])
  })
})
