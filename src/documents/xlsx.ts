/** Spreadsheets (ECMA-376 SpreadsheetML): the cells of every sheet as they were typed, hidden sheets marked. */
import { type Budget, DocumentError } from './limits.ts'
import { commentWarning, type EmbeddedFile, embeddedFiles, mainPart, objectWarning, pictureWarning, readPart, readRelations, type Relation } from './office.ts' // prettier-ignore
import { brokenLines, type Cell, type DocumentSink, HIDDEN, PLAIN, type Traits } from './sink.ts'
import { DrawingReader } from './xlsx-drawings.ts'
import { CellStyles, SharedStrings } from './xlsx-styles.ts'
import type { Attributes, XmlHandler } from './xml.ts'
import { ZipArchive } from './zip.ts'

/** Returns the files that stand in it, for whoever reads any format. Throws DocumentError. */
export function readXlsx(bytes: Uint8Array, budget: Budget, sink: DocumentSink): EmbeddedFile[] {
  const archive = new ZipArchive(bytes, budget)
  const main = mainPart(archive)
  const relations = readRelations(archive, main)
  const strings = new SharedStrings()
  const styles = new CellStyles()
  const embedded: EmbeddedFile[] = []
  const objects: Relation[] = []
  let hasComments = false
  for (const { type, part } of relations.values()) {
    if (type === 'sharedStrings') readPart(archive, part, strings)
    else if (type === 'styles') readPart(archive, part, styles)
  }
  for (const { name, id, isHidden } of readSheets(archive, main)) {
    const part = relations.get(id)?.part
    if (part === undefined || !archive.has(part))
      throw new DocumentError(`thiếu trang tính "${name}" · its sheet "${name}" is missing`)
    if (isHidden) sink.warn(`trang tính "${name}" bị ẩn · the sheet "${name}" is hidden`)
    const traits = isHidden ? HIDDEN : PLAIN
    const reader = new SheetReader(name, strings, styles, traits, budget, sink)
    readPart(archive, part, reader)
    sink.gap()
    const beside = readRelations(archive, part)
    objects.push(...beside.values())
    for (const { type, part: other } of beside.values()) {
      if (type === 'drawing') readPart(archive, other, new DrawingReader(name, traits, budget, sink))
      hasComments ||= COMMENTS.has(type)
    }
    embedded.push(...embeddedFiles(archive, beside, budget))
    const { uncomputed } = reader
    if (uncomputed > 0) sink.warn(`${uncomputed} ô của trang tính "${name}" có công thức chưa tính: hãy mở và lưu lại bằng Excel hoặc LibreOffice · ${uncomputed} cell(s) of the sheet "${name}" hold a formula without its result: open and save it in a spreadsheet program first`) // prettier-ignore
  }
  for (const warning of [pictureWarning(archive), commentWarning(hasComments), objectWarning(objects)])
    if (warning !== null) sink.warn(warning)
  return embedded
}

/** Notes, and the threads that took their place. */
const COMMENTS: ReadonlySet<string> = new Set(['comments', 'threadedComment'])

interface Sheet {
  readonly name: string
  readonly id: string
  readonly isHidden: boolean
}

function readSheets(archive: ZipArchive, main: string): Sheet[] {
  const sheets: Sheet[] = []
  readPart(archive, main, {
    open(element, { name, id, state }) {
      if (element !== 'sheet' || name === undefined || id === undefined) return
      sheets.push({ name, id, isHidden: state !== undefined && state !== 'visible' })
    },
    close() {},
  })
  return sheets
}

class SheetReader implements XmlHandler {
  readonly #sheet: string
  readonly #strings: SharedStrings
  readonly #styles: CellStyles
  readonly #traits: Traits
  readonly #budget: Budget
  readonly #sink: DocumentSink
  /** Columns that are not shown, from and to, counted from 1. */
  readonly #hiddenColumns: (readonly [number, number])[] = []
  #row = 0
  #isRowHidden = false
  #column = -1
  #cells: Cell[] = []
  #type = ''
  #value = ''
  #takes = false
  #hasFormula = false
  #format: string | undefined
  /** Formulas nobody has computed. */
  uncomputed = 0

  constructor(
    sheet: string,
    strings: SharedStrings,
    styles: CellStyles,
    traits: Traits,
    budget: Budget,
    sink: DocumentSink,
  ) {
    this.#sheet = sheet
    this.#strings = strings
    this.#styles = styles
    this.#traits = traits
    this.#budget = budget
    this.#sink = sink
  }

  open(name: string, attributes: Attributes): void {
    const { r, t } = attributes
    if (name === 'col' && isNotShown(attributes, 'width')) {
      this.#hiddenColumns.push([Number(attributes['min']), Number(attributes['max'])])
    } else if (name === 'row') {
      this.#budget.spendRow()
      this.#isRowHidden = isNotShown(attributes, 'ht')
      this.#row = r === undefined ? this.#row + 1 : Number(r)
      this.#column = -1
      this.#cells = []
    } else if (name === 'c') {
      this.#column = r === undefined ? this.#column + 1 : columnOf(r)
      this.#type = t ?? 'n'
      this.#value = ''
      this.#format = attributes['s']
      this.#hasFormula = false
    } else if (name === 'f') this.#hasFormula = true
    else if (name === 'v' || name === 't') this.#takes = true
  }

  close(name: string): void {
    if (name === 'v' || name === 't') this.#takes = false
    else if (name === 'c') this.#endCell()
    else if (name === 'row' && this.#cells.length > 0) {
      this.#sink.row(`sheet ${this.#sheet}`, this.#cells, this.#isRowHidden ? HIDDEN : this.#traits)
    }
  }

  text(text: string): void {
    if (this.#takes) this.#value += text
  }

  #endCell(): void {
    const type = this.#type
    if (this.#value === '' && this.#hasFormula && type !== 'str') this.uncomputed++
    if (this.#value === '' || type === 'b' || type === 'e') return
    const text = type === 's' ? (this.#strings.texts[Number(this.#value)] ?? '') : this.#value
    const column = this.#column
    this.#cells.push({
      lines: brokenLines(text.replace(ESCAPED, (_, code: string) => String.fromCharCode(parseInt(code, 16)))),
      place: { sheet: this.#sheet, row: this.#row, cell: `${columnName(column)}${this.#row}` },
      column,
      isNumber: type === 'n' || type === 'd',
      isHidden: this.#hiddenColumns.some(([from, to]) => from <= column + 1 && column + 1 <= to),
      isStruck:
        this.#styles.isStruck(this.#format) ||
        (type === 's' && this.#strings.struck.has(Number(this.#value))),
    })
  }
}

/** Of rows and columns: marked as hidden, by a filter too, or without any size. ECMA-376 part 1 §18.3.1.73, §18.3.1.13. */
function isNotShown(attributes: Attributes, size: 'ht' | 'width'): boolean {
  const { hidden } = attributes
  return hidden === '1' || hidden === 'true' || Number(attributes[size] ?? 1) === 0
}

/** ECMA-376 part 1 §22.9.2.19: characters XML cannot hold. */
const ESCAPED = /_x([0-9A-F]{4})_/g

/** `BC7` → 54. */
function columnOf(address: string): number {
  let column = 0
  for (const letter of /^[A-Z]{1,3}/.exec(address)?.[0] ?? 'A')
    column = column * 26 + letter.charCodeAt(0) - 64
  return column - 1
}

function columnName(column: number): string {
  const first = column < 26 ? '' : columnName(Math.floor(column / 26) - 1)
  return first + String.fromCharCode(65 + (column % 26))
}
