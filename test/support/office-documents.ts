/** Office documents for tests, written without the code that reads them. */
import { crc32, deflateRawSync } from 'node:zlib'

export interface ZipFile {
  readonly name: string
  readonly data: Uint8Array | string
  /** What the archive says of its size; default: the truth. */
  readonly claimedBytes?: number
  readonly method?: 0 | 8
}

/** A zip archive (APPNOTE.TXT 6.3.10) of `files`. */
export function zip(files: readonly ZipFile[], comment = ''): Buffer {
  const parts: Buffer[] = []
  const directory: Buffer[] = []
  let at = 0
  for (const { name, data, claimedBytes, method = 8 } of files) {
    const bytes = Buffer.from(data)
    const packed = method === 8 ? deflateRawSync(bytes) : bytes
    const title = Buffer.from(name)
    const shared = Buffer.alloc(26)
    shared.writeUInt16LE(20, 0)
    shared.writeUInt16LE(0x800, 2)
    shared.writeUInt16LE(method, 4)
    shared.writeUInt32LE(crc32(bytes), 10)
    shared.writeUInt32LE(packed.length, 14)
    shared.writeUInt32LE(claimedBytes ?? bytes.length, 18)
    shared.writeUInt16LE(title.length, 22)
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), shared, title, packed])
    const tail = Buffer.alloc(14)
    tail.writeUInt32LE(at, 10)
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x00', 'latin1'), shared, tail, title]))
    parts.push(local)
    at += local.length
  }
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  end.writeUInt16LE(files.length, 8)
  end.writeUInt16LE(files.length, 10)
  end.writeUInt32LE(Buffer.concat(directory).length, 12)
  end.writeUInt32LE(at, 16)
  end.writeUInt16LE(comment.length, 20)
  return Buffer.concat([...parts, ...directory, end, Buffer.from(comment)])
}

const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
const W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"' // prettier-ignore
const RELATIONS = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'

export function escapeXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

/** A paragraph; `\n` is a line break in it, `\u2011` a no-break hyphen, `\u00ad` an optional one. */
export function paragraph(text: string): string {
  const runs = escapeXml(text)
    .replaceAll('\n', '</w:t><w:br/><w:t xml:space="preserve">')
    .replaceAll('\u2011', '</w:t><w:noBreakHyphen/><w:t xml:space="preserve">')
    .replaceAll('\u00ad', '</w:t><w:softHyphen/><w:t xml:space="preserve">')
  return `<w:p><w:r><w:t xml:space="preserve">${runs}</w:t></w:r></w:p>`
}

/** A table; each cell one or more paragraphs. `raw` cells are XML already. */
export function table(
  rows: readonly (readonly (string | readonly string[])[])[],
  isHeadRepeated = false,
): string {
  const cells = (cell: string | readonly string[]): string =>
    `<w:tc><w:tcPr><w:tcW w:w="0" w:type="auto"/></w:tcPr>${(typeof cell === 'string' ? [cell] : cell).map(paragraph).join('')}</w:tc>` // prettier-ignore
  const body = rows.map(
    (row, index) =>
      `<w:tr>${index === 0 && isHeadRepeated ? '<w:trPr><w:tblHeader/></w:trPr>' : ''}${row.map(cells).join('')}</w:tr>`,
  )
  const border = ['top', 'left', 'bottom', 'right', 'insideH', 'insideV'].map((side) => `<w:${side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>`) // prettier-ignore
  return `<w:tbl><w:tblPr><w:tblW w:w="9000" w:type="dxa"/><w:tblBorders>${border.join('')}</w:tblBorders><w:tblLayout w:type="fixed"/></w:tblPr>${grid(rows[0]?.length ?? 1)}${body.join('')}</w:tbl>` // prettier-ignore
}

function grid(columns: number): string {
  return `<w:tblGrid>${`<w:gridCol w:w="${Math.floor(9000 / columns)}"/>`.repeat(columns)}</w:tblGrid>`
}

/** A Word document of `body` (WordprocessingML). `parts`: others, by name; `relations`: of the main part. */
export function docx(body: string, parts: readonly ZipFile[] = [], relations = ''): Buffer {
  return zip([
    {
      name: '[Content_Types].xml',
      data: `${XML}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>`,
    },
    {
      name: '_rels/.rels',
      data: `${XML}<Relationships ${RELATIONS}><Relationship Id="rId1" Type="${OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>`,
    },
    {
      name: 'word/_rels/document.xml.rels',
      data: `${XML}<Relationships ${RELATIONS}>${relations}</Relationships>`,
    },
    {
      name: 'word/document.xml',
      data: `${XML}<w:document ${W}><w:body>${body}<w:sectPr/></w:body></w:document>`,
    },
    ...parts,
  ])
}

/** A relation of the main part to `target`. */
export function relation(id: string, type: string, target: string): string {
  return `<Relationship Id="${id}" Type="${OFFICE}/${type}" Target="${target}"/>`
}

const MAIN = 'application/vnd.openxmlformats-officedocument.spreadsheetml'

export interface Sheet {
  readonly name: string
  readonly state?: 'hidden' | 'veryHidden'
  /** Texts, numbers, and XML of a cell's inside with its type. */
  readonly rows: readonly (readonly (
    string | number | { readonly type: string; readonly xml: string } | null
  )[])[]
  /** XML before the rows: columns. */
  readonly before?: string
  /** From 1. */
  readonly hiddenRows?: readonly number[]
}

/** A workbook; texts are shared strings. */
export function xlsx(sheets: readonly Sheet[]): Buffer {
  const strings: string[] = []
  const files = sheets.map(({ rows, before = '', hiddenRows = [] }, sheet): ZipFile => {
    const body = rows.map((row, index) => `<row r="${index + 1}"${hiddenRows.includes(index + 1) ? ' hidden="1"' : ''}>${row.map((cell, column) => cellXml(cell, `${String.fromCharCode(65 + column)}${index + 1}`, strings)).join('')}</row>`) // prettier-ignore
    return {
      name: `xl/worksheets/sheet${sheet + 1}.xml`,
      data: `${XML}<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">${before}<sheetData>${body.join('')}</sheetData></worksheet>`,
    }
  })
  const list = sheets.map(({ name, state }, index) => `<sheet name="${escapeXml(name)}" sheetId="${index + 1}"${state ? ` state="${state}"` : ''} r:id="rId${index + 1}"/>`) // prettier-ignore
  const relations = sheets.map((_, index) => relation(`rId${index + 1}`, 'worksheet', `worksheets/sheet${index + 1}.xml`)) // prettier-ignore
  const types = sheets.map((_, index) => `<Override PartName="/xl/worksheets/sheet${index + 1}.xml" ContentType="${MAIN}.worksheet+xml"/>`) // prettier-ignore
  return zip([
    {
      name: '[Content_Types].xml',
      data: `${XML}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="${MAIN}.sheet.main+xml"/><Override PartName="/xl/sharedStrings.xml" ContentType="${MAIN}.sharedStrings+xml"/>${types.join('')}</Types>`,
    },
    {
      name: '_rels/.rels',
      data: `${XML}<Relationships ${RELATIONS}>${relation('rId1', 'officeDocument', 'xl/workbook.xml')}</Relationships>`,
    },
    {
      name: 'xl/workbook.xml',
      data: `${XML}<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="${OFFICE}"><sheets>${list.join('')}</sheets></workbook>`,
    },
    {
      name: 'xl/_rels/workbook.xml.rels',
      data: `${XML}<Relationships ${RELATIONS}>${relations.join('')}${relation('rIdS', 'sharedStrings', 'sharedStrings.xml')}</Relationships>`,
    },
    {
      name: 'xl/sharedStrings.xml',
      data: `${XML}<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">${strings.map((text) => `<si>${text}</si>`).join('')}</sst>`,
    },
    ...files,
  ])
}

function cellXml(cell: Sheet['rows'][number][number], address: string, strings: string[]): string {
  if (cell === null) return ''
  if (typeof cell === 'number') return `<c r="${address}"><v>${cell}</v></c>`
  if (typeof cell === 'object') return `<c r="${address}" t="${cell.type}">${cell.xml}</c>`
  const index = strings.push(`<t xml:space="preserve">${escapeXml(cell)}</t>`) - 1
  return `<c r="${address}" t="s"><v>${index}</v></c>`
}
