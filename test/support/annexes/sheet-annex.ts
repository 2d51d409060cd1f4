/** An annex as a workbook: titles over merged cells, hidden rows, columns and sheets, formulas, dates, notes. */
import { escapeXml } from '../office-documents.ts'
import type { Author } from './author.ts'
import { flatDocument, inlineText, style } from './open-document.ts'

const HEADS = {
  index: ['STT', 'TT', 'No.'],
  indicator: ['Tên miền/IP', 'Domain/IP', 'Địa chỉ IP, tên miền độc hại', 'IoC', 'Máy chủ C2'],
  note: ['Ghi chú', 'Mô tả', 'Chiến dịch'],
  date: ['Ngày phát hiện', 'First seen'],
  hash: ['MD5', 'Mã băm'],
  source: ['Nguồn', 'Tham khảo'],
} as const
type Column = keyof typeof HEADS

/** The workbook as flat ODF; what it holds is noted by `author`. `isPrinted`: it becomes pages. */
export function sheetAnnex(author: Author, isPrinted: boolean): string {
  const sheets = author.times(1 + author.below(3), (index) => sheet(author, index, isPrinted))
  if (author.sometimes(25)) sheets.push(hiddenSheet(author))
  const own = author.decoy()
  const isLandscape = author.sometimes(50)
  const page = `<style:page-layout style:name="pm1"><style:page-layout-properties fo:page-width="${isLandscape ? 29.7 : 21}cm" fo:page-height="${isLandscape ? 21 : 29.7}cm" style:print-orientation="${isLandscape ? 'landscape' : 'portrait'}" fo:margin="1cm"${author.sometimes(60) ? ' style:scale-to-X="1" style:scale-to-Y="0"' : ''}${author.sometimes(50) ? ' style:print="objects charts drawings zero-values grid"' : ''}/></style:page-layout>` // prettier-ignore
  const master = `<style:master-page style:name="Default" style:page-layout-name="pm1"><style:header><text:p>Cục ATTT - ${own}</text:p></style:header><style:footer><text:p>Trang <text:page-number>1</text:page-number> - ${author.decoy()}</text:p></style:footer></style:master-page>` // prettier-ignore
  return flatDocument('spreadsheet', '', `${page}${STYLES}`, master, sheets.join(''))
}

const line = 'fo:border="0.5pt solid #000000"'
const STYLES = [
  style({ name: 'ta1', family: 'table', properties: '<style:table-properties table:display="true"/>', attributes: 'style:master-page-name="Default"' }),
  style({ name: 'ta2', family: 'table', properties: '<style:table-properties table:display="false"/>', attributes: 'style:master-page-name="Default"' }),
  ...[1, 2, 3, 4, 6, 9].map((width) => style({ name: `w${width}`, family: 'table-column', properties: `<style:table-column-properties style:column-width="${width}cm"/>` })),
  ...['bordered', 'open'].flatMap((name) => ['', '-wrapped'].map((wrap) => style({
    name: name + wrap, family: 'table-cell',
    properties: `<style:table-cell-properties ${name === 'open' ? '' : line} fo:wrap-option="${wrap === '' ? 'no-wrap' : 'wrap'}"/><style:text-properties style:font-name="Liberation Serif" fo:font-family="'Liberation Serif'" fo:font-size="11pt"/>`,
  }))),
  style({ name: 'row', family: 'table-row', properties: '<style:table-row-properties style:use-optimal-row-height="true"/>' }),
].join('') // prettier-ignore

function sheet(author: Author, index: number, isPrinted: boolean): string {
  const columns: Column[] = author.sometimes(85) ? ['index', 'indicator'] : ['indicator']
  for (const column of ['note', 'date', 'hash', 'source'] as const) if (author.sometimes(35)) columns.push(column) // prettier-ignore
  const hidden = author.sometimes(15) ? columns.length : -1
  // What does not fit into a cell that is printed and not wrapped is cut off: nobody can read it.
  const isWrapped = isPrinted || author.sometimes(50)
  const cellStyle = author.pick(['bordered', 'bordered', 'open']) + (isWrapped ? '-wrapped' : '')
  const widths = columns.map((column) => (column === 'index' ? 1 : author.pick(column === 'indicator' ? [4, 6, 9] : [2, 3, 4]))) // prettier-ignore
  const rows: string[] = []
  if (author.sometimes(70))
    rows.push(rowXml([merged(cellStyle, columns.length, author.pick(['DANH SÁCH TÊN MIỀN ĐỘC HẠI', 'Phụ lục Công văn 1298/CATTT-NCSC ngày 23.8.2022']))])) // prettier-ignore
  if (author.sometimes(30)) rows.push(rowXml([]))
  rows.push(rowXml([...columns.map((column) => cell(cellStyle, author.pick(HEADS[column]))), ...(hidden < 0 ? [] : [cell(cellStyle, 'Tên miền')])])) // prettier-ignore
  for (let at = 0, count = 2 + author.below(author.sometimes(10) ? 60 : 14); at < count; at++) {
    const cells = columns.map((column) => content(author, column, at, cellStyle))
    if (hidden >= 0) cells.push(cell(cellStyle, author.decoy()))
    rows.push(rowXml(cells))
    if (author.sometimes(5)) rows.push(hiddenRow(author, columns, cellStyle))
  }
  const columnXml = [
    ...widths.map((width) => `<table:table-column table:style-name="w${width}"/>`),
    ...(hidden < 0 ? [] : ['<table:table-column table:style-name="w4" table:visibility="collapse"/>']),
  ]
  return `<table:table table:name="${author.pick(['Phụ lục', 'IoC', 'Sheet'])} ${index + 1}" table:style-name="ta1">${columnXml.join('')}${rows.join('')}</table:table>` // prettier-ignore
}

/** As a filter leaves it: it was taken out, or is only not looked at. */
function hiddenRow(author: Author, columns: readonly Column[], cellStyle: string): string {
  const cells = columns.map((column) => cell(cellStyle, column === 'indicator' ? author.decoy() : '1'))
  return `<table:table-row table:style-name="row" table:visibility="${author.pick(['collapse', 'filter'])}">${cells.join('')}</table:table-row>` // prettier-ignore
}

function hiddenSheet(author: Author): string {
  const rows = author.times(3, () => rowXml([cell('open', author.decoy())]))
  return `<table:table table:name="Nháp" table:style-name="ta2"><table:table-column table:style-name="w6"/>${rowXml([cell('open', 'Tên miền')])}${rows.join('')}</table:table>` // prettier-ignore
}

function content(author: Author, column: Column, index: number, style: string): string {
  switch (column) {
    case 'index': return author.sometimes(70) ? number(style, index + 1) : cell(style, String(index + 1))
    case 'indicator': return indicators(author, style)
    case 'note': return cell(style, author.pick(['', 'APT32', `Giả mạo ${author.decoy()}`, 'Xem mục 2.1', '10.0.19041.1']), author.sometimes(10) ? author.decoy() : '')
    case 'date': return author.sometimes(50) ? `<table:table-cell table:style-name="${style}" office:value-type="date" office:date-value="2022-08-${String(10 + author.below(20))}"><text:p>.</text:p></table:table-cell>` : cell(style, '23.8.2022')
    case 'hash': return cell(style, author.hash())
    case 'source': return cell(style, author.pick([author.decoy(), `https://${author.decoy()}/a`, 'NCSC']))
  } // prettier-ignore
}

function indicators(author: Author, style: string): string {
  const which = author.below(20)
  if (which === 0) return number(style, 18_525_316_041) // 185.25.316.041 as a spreadsheet leaves it
  if (which === 1) return formula(style, author.defanged())
  if (which === 2) return cell(style, author.times(2 + author.below(2), () => author.indicator({ breaks: 0, isSure: false })).join(author.pick(['\n', ', ', ' ; ']))) // prettier-ignore
  if (which === 3) return rich(style, author.indicator({ breaks: 0 }))
  return cell(style, author.indicator({ breaks: 8 }), author.sometimes(4) ? author.decoy() : '')
}

/** A text put together by a formula. */
function formula(style: string, text: string): string {
  const at = Math.floor(text.length / 2)
  const quoted = [text.slice(0, at), text.slice(at)]
    .map((part) => `&quot;${escapeXml(part)}&quot;`)
    .join('&amp;')
  return `<table:table-cell table:style-name="${style}" table:formula="of:=${quoted}" office:value-type="string"><text:p>${escapeXml(text)}</text:p></table:table-cell>` // prettier-ignore
}

/** A link over the text that leads elsewhere. */
function rich(style: string, text: string): string {
  return `<table:table-cell table:style-name="${style}" office:value-type="string"><text:p><text:a xlink:type="simple" xlink:href="http://qlienket.com.vn/">${escapeXml(text)}</text:a></text:p></table:table-cell>` // prettier-ignore
}

function cell(style: string, text: string, note = ''): string {
  const lines = text.split('\n').map((each) => `<text:p>${inlineText(each)}</text:p>`)
  const annotation = note === '' ? '' : `<office:annotation><dc:creator>An</dc:creator><text:p>${note}</text:p></office:annotation>` // prettier-ignore
  return `<table:table-cell table:style-name="${style}" office:value-type="string">${annotation}${lines.join('')}</table:table-cell>` // prettier-ignore
}

function number(style: string, value: number): string {
  return `<table:table-cell table:style-name="${style}" office:value-type="float" office:value="${value}"><text:p>${value}</text:p></table:table-cell>` // prettier-ignore
}

function merged(style: string, columns: number, text: string): string {
  return `<table:table-cell table:style-name="${style}" table:number-columns-spanned="${columns}" table:number-rows-spanned="1" office:value-type="string"><text:p>${text}</text:p></table:table-cell>${'<table:covered-table-cell/>'.repeat(columns - 1)}` // prettier-ignore
}

function rowXml(cells: readonly string[]): string {
  return `<table:table-row table:style-name="row">${cells.join('')}</table:table-row>`
}
