/** Tables of a text document: columns as annexes have them, cells merged, borders of all kinds. */
import type { Author } from './author.ts'
import { inlineText, style, styledParagraph } from './open-document.ts'

/** Over the page, over a part of it, or over the cell it stands in. */
type Kind = 'wide' | 'narrow' | 'nested'
type Column = 'index' | 'indicator' | 'second' | 'kind' | 'hash' | 'file' | 'note' | 'source'

const HEADS: Readonly<Record<Column, readonly string[]>> = {
  index: ['STT', 'TT', 'Số TT', '#'],
  indicator: ['Tên miền/IP', 'Tên miền, địa chỉ IP', 'Domain', 'Địa chỉ IP/Domain/URL', 'IoC', 'Máy chủ C&C', 'Tên miền độc hại'], // prettier-ignore
  second: ['IP', 'Địa chỉ IP độc hại', 'URL'],
  kind: ['Loại mã độc', 'Mã độc', 'Nhóm tấn công', 'Loại'],
  hash: ['Mã băm', 'MD5', 'SHA-256', 'Hash'],
  file: ['Tên tệp tin', 'Tên file', 'Filename'],
  note: ['Ghi chú', 'Mô tả', 'Note'],
  source: ['Nguồn', 'Tham khảo', 'Website bị giả mạo', 'Tên miền chính thức'],
}
const WIDTHS: Readonly<Record<Column, number>> = { index: 1, indicator: 5, second: 4, kind: 3, hash: 4, file: 3, note: 3, source: 3 } // prettier-ignore

export class TextTables {
  /** Between the margins. */
  widthCm = 17
  readonly #author: Author
  readonly #made: { readonly name: string; readonly weights: readonly number[]; readonly kind: Kind }[] = [] // prettier-ignore
  readonly #cellStyles: string[] = []

  constructor(author: Author) {
    this.#author = author
  }

  /** Styles of all tables made so far, for pages of `widthCm`. */
  styles(): string {
    const tables = this.#made.map(({ name, weights, kind }) => {
      if (kind === 'nested') return style({ name, family: 'table', properties: '<style:table-properties table:align="margins"/>' }) + style({ name: `${name}.0`, family: 'table-column', properties: '<style:table-column-properties style:rel-column-width="65535*"/>' }) // prettier-ignore
      const width = this.widthCm * (kind === 'narrow' ? 0.6 : 1)
      const sum = weights.reduce((a, b) => a + b, 0)
      const columns = weights.map((weight, index) => style({ name: `${name}.${index}`, family: 'table-column', properties: `<style:table-column-properties style:column-width="${((width * weight) / sum).toFixed(2)}cm"/>` })) // prettier-ignore
      return style({ name, family: 'table', properties: `<style:table-properties style:width="${width.toFixed(2)}cm" table:align="left" style:may-break-between-rows="true"/>` }) + columns.join('') // prettier-ignore
    })
    return tables.join('') + this.#cellStyles.join('') + ROW
  }

  /** The two columns every letter begins with. */
  letterHead(agency: string): string {
    const cell = this.#cellStyle('none')
    const name = this.#table([1, 1], 'wide')
    const left = ['BỘ THÔNG TIN VÀ TRUYỀN THÔNG', agency, 'Số: 1298/CATTT-NCSC'].map((text) => styledParagraph('center', text)) // prettier-ignore
    const right = ['CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM', 'Độc lập - Tự do - Hạnh phúc', 'TP.HCM, ngày 23 tháng 8 năm 2022'].map((text) => styledParagraph('center', text)) // prettier-ignore
    return tableXml(name, 2, [], [row([cellXml(cell, left.join('')), cellXml(cell, right.join(''))])])
  }

  ruled(): string {
    return this.#make(this.#author.pick(['all', 'all', 'all', 'all', 'all', 'across']))
  }

  /** Without any border. */
  open(): string {
    return this.#make('none')
  }

  #make(borders: 'all' | 'across' | 'none'): string {
    const author = this.#author
    const columns = this.#columns()
    const weights = columns.map((column) => WIDTHS[column] * (0.6 + author.below(8) / 10))
    const name = this.#table(weights, author.sometimes(15) ? 'narrow' : 'wide')
    const style = this.#cellStyle(borders)
    if (borders !== 'all') author.features.add('white-columns')
    const heads = this.#heads(columns, style)
    const count = author.sometimes(15) ? 30 + author.below(30) : 2 + author.below(12)
    const rows: string[] = []
    const merged = { kind: '', left: 0 }
    for (let index = 0; index < count; index++) {
      if (merged.left === 0 && author.sometimes(4)) rows.push(row([spanned(style, columns.length, styledParagraph('cell', author.pick(['I. Tên miền máy chủ C2', 'II. Địa chỉ IP', 'Nhóm APT32 (OceanLotus)'])))])) // prettier-ignore
      rows.push(row(columns.map((column) => this.#cell(column, index, style, merged, count - index))))
    }
    return tableXml(name, columns.length, heads, rows) + styledParagraph('Standard', '')
  }

  #columns(): Column[] {
    const author = this.#author
    const columns: Column[] = author.sometimes(85) ? ['index', 'indicator'] : ['indicator']
    for (const column of ['second', 'kind', 'hash', 'file', 'note', 'source'] as const)
      if (author.sometimes(column === 'note' ? 50 : 22)) columns.push(column)
    return columns
  }

  #heads(columns: readonly Column[], style: string): string[] {
    const author = this.#author
    const texts = columns.map((column) => author.pick(HEADS[column]))
    const cell = (text: string): string => cellXml(style, styledParagraph('head', inlineText(text)))
    if (columns.length < 3 || author.sometimes(80)) return [row(texts.map(cell))]
    // Two rows: the second and what follows it under one title.
    const [index, ...rest] = texts as [string, ...string[]]
    const first = `<table:table-cell table:style-name="${style}" table:number-rows-spanned="2" office:value-type="string">${styledParagraph('head', inlineText(index))}</table:table-cell>` // prettier-ignore
    return [
      row([first, spanned(style, rest.length, styledParagraph('head', 'Thông tin chỉ báo'))]),
      row(['<table:covered-table-cell/>', ...rest.map(cell)]),
    ]
  }

  #cell(
    column: Column,
    index: number,
    style: string,
    merged: { kind: string; left: number },
    left: number,
  ): string {
    const author = this.#author
    if (column !== 'kind') return cellXml(style, this.#content(column, index))
    if (merged.left > 0) return (merged.left--, '<table:covered-table-cell/>')
    const rows = author.sometimes(20) ? Math.min(left, 2 + author.below(4)) : 1
    merged.left = rows - 1
    return `<table:table-cell table:style-name="${style}" table:number-rows-spanned="${rows}" office:value-type="string">${styledParagraph('cell', author.pick(['APT32', 'Win32/Agent.A', 'Trojan.Gen.2', 'RAT', 'Cobalt Strike']))}</table:table-cell>` // prettier-ignore
  }

  #content(column: Exclude<Column, 'kind'>, index: number): string {
    const author = this.#author
    const plain = (text: string): string => styledParagraph('cell', inlineText(text))
    switch (column) {
      case 'index': return plain(author.sometimes(85) ? String(index + 1) : `${index + 1}.`)
      case 'indicator': return this.#indicators()
      case 'second': return author.sometimes(50) ? plain('') : plain(author.indicator({ breaks: 8 }))
      case 'hash': return plain(author.sometimes(15) ? `${author.hash()}\n${author.hash()}` : author.hash())
      case 'file': return plain(author.fileName())
      case 'note': return plain(author.pick(['', '', 'Máy chủ C2', 'Phát hiện ngày 12.8.2022', `Giả mạo ${author.decoy()}`, 'Cổng 443, 8080', 'v1.2.3', 'Tải về qua email']))
      case 'source': return plain(author.pick([author.decoy(), `https://${author.decoy()}/bai-viet`, 'NCSC']))
    } // prettier-ignore
  }

  /** One, or several in lines, paragraphs or behind commas; now and then in a table of their own. */
  #indicators(): string {
    const author = this.#author
    const which = author.below(20)
    const several = (): string[] => author.times(2 + author.below(3), () => author.indicator({ breaks: 0, isSure: false })) // prettier-ignore
    if (which < 14) return styledParagraph('cell', inlineText(author.indicator()))
    if (which === 14) return styledParagraph('cell', inlineText(several().join('\n')))
    if (which === 15) return several().map((text) => styledParagraph('cell', inlineText(text))).join('') // prettier-ignore
    if (which === 16) return styledParagraph('cell', inlineText(several().join(author.pick([', ', '; ', ',\n'])))) // prettier-ignore
    if (which === 17) return this.#nested(several())
    const text = inlineText(author.indicator({ breaks: 0 }))
    if (which === 18) return styledParagraph('cell', `<text:a xlink:type="simple" xlink:href="http://${author.decoy()}/">${text}</text:a>`) // prettier-ignore
    return styledParagraph('cell', `${text}<text:span text:style-name="raised">1</text:span>`)
  }

  #nested(texts: readonly string[]): string {
    this.#author.features.add('nested')
    const cell = this.#cellStyle('all')
    const name = this.#table([1], 'nested')
    return tableXml(name, 1, [], texts.map((text) => row([cellXml(cell, styledParagraph('cell', inlineText(text)))]))) + styledParagraph('cell', '') // prettier-ignore
  }

  #table(weights: readonly number[], kind: Kind): string {
    const name = `T${this.#made.length + 1}`
    this.#made.push({ name, weights, kind })
    return name
  }

  #cellStyle(borders: 'all' | 'across' | 'none'): string {
    const name = `C${this.#cellStyles.length + 1}`
    const line = '0.5pt solid #000000'
    const border = borders === 'all' ? `fo:border="${line}"` : borders === 'none' ? 'fo:border="none"' : `fo:border-top="${line}" fo:border-bottom="${line}" fo:border-left="none" fo:border-right="none"` // prettier-ignore
    const properties = `<style:table-cell-properties ${border} fo:padding="${this.#author.pick(['0.02cm', '0.1cm', '0.19cm'])}" style:vertical-align="${this.#author.pick(['top', 'middle'])}"/>` // prettier-ignore
    this.#cellStyles.push(style({ name, family: 'table-cell', properties }))
    return name
  }
}

const ROW = '<style:style style:name="row" style:family="table-row"><style:table-row-properties fo:keep-together="auto"/></style:style>' // prettier-ignore

function tableXml(name: string, columns: number, heads: readonly string[], rows: readonly string[]): string {
  const widths = Array.from({ length: columns }, (_, index) => `<table:table-column table:style-name="${name}.${index}"/>`) // prettier-ignore
  const head = heads.length === 0 ? '' : `<table:table-header-rows>${heads.join('')}</table:table-header-rows>` // prettier-ignore
  return `<table:table table:name="${name}" table:style-name="${name}">${widths.join('')}${head}${rows.join('')}</table:table>` // prettier-ignore
}

function row(cells: readonly string[]): string {
  return `<table:table-row table:style-name="row">${cells.join('')}</table:table-row>`
}

function cellXml(style: string, content: string): string {
  return `<table:table-cell table:style-name="${style}" office:value-type="string">${content}</table:table-cell>`
}

function spanned(style: string, columns: number, content: string): string {
  return `<table:table-cell table:style-name="${style}" table:number-columns-spanned="${columns}" office:value-type="string">${content}</table:table-cell>${'<table:covered-table-cell/>'.repeat(columns - 1)}` // prettier-ignore
}
