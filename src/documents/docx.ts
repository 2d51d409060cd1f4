/** Word documents (ECMA-376 WordprocessingML): paragraphs, tables, text boxes, footnotes; not what was deleted. */
import { isOn, PLAIN_STYLE, raises, STRIKES, type TextStyle, WordStyles } from './docx-styles.ts'
import type { Budget } from './limits.ts'
import { commentWarning, type EmbeddedFile, embeddedFiles, mainPart, objectWarning, pictureWarning, readPart, readRelations } from './office.ts' // prettier-ignore
import { brokenLines, type Cell, type DocumentSink, HIDDEN, PLAIN, STRUCK, type TextLine } from './sink.ts'
import type { Attributes, XmlHandler } from './xml.ts'
import { ZipArchive } from './zip.ts'

/** Elements whose contents nobody sees, or that say the same once more; `rt`: a reading aid above the text. */
const LEFT_OUT = new Set(['del', 'moveFrom', 'Fallback', 'instrText', 'delText', 'rt'])
const NOTES = new Set(['footnotes', 'endnotes'])

/** Returns the files that stand in it, for whoever reads any format. Throws DocumentError. */
export function readDocx(bytes: Uint8Array, budget: Budget, sink: DocumentSink): EmbeddedFile[] {
  const archive = new ZipArchive(bytes, budget)
  const main = mainPart(archive)
  const relations = readRelations(archive, main)
  const styles = new WordStyles()
  for (const { type, part } of relations.values()) if (type === 'styles') readPart(archive, part, styles)
  const reader = new WordReader(styles, budget, sink)
  readPart(archive, main, reader)
  for (const { type, part } of relations.values()) {
    sink.gap()
    if (NOTES.has(type)) readPart(archive, part, reader)
  }
  const hasComments = [...relations.values()].some(
    ({ type, part }) => type === 'comments' && archive.has(part),
  )
  for (const warning of [
    pictureWarning(archive),
    commentWarning(hasComments),
    objectWarning(relations.values()),
  ])
    if (warning !== null) sink.warn(warning)
  return embeddedFiles(archive, relations, budget)
}

interface Table {
  readonly number: number
  row: number
  column: number
  cells: Cell[]
  /** Deleted with its row, or by itself, while changes were tracked. */
  isRowDeleted: boolean
  isCellDeleted: boolean
}

/** Where paragraphs go: into a cell, or (null) to the document. Text boxes stand inside paragraphs. */
interface Paragraph {
  text: string
  hidden: string
  struck: string
  style: TextStyle
}

class WordReader implements XmlHandler {
  readonly #styles: WordStyles
  readonly #budget: Budget
  readonly #sink: DocumentSink
  #leftOut = 0
  #tables = 0
  #paragraphs = 0
  readonly #tableStack: Table[] = []
  /** The lines of the cells that are open; null stands for a text box, whose lines are the document's. */
  readonly #cellStack: (TextLine[] | null)[] = []
  readonly #spanStack: number[] = []
  readonly #paragraphStack: Paragraph[] = []
  #inText = false
  #inRun = false
  #inProperties = 0
  #inRowProperties = false
  #isHidden = false
  #isStruck = false
  #isRaised = false

  constructor(styles: WordStyles, budget: Budget, sink: DocumentSink) {
    this.#styles = styles
    this.#budget = budget
    this.#sink = sink
  }

  open(name: string, attributes: Attributes): void {
    if (this.#leftOut > 0 || LEFT_OUT.has(name)) {
      if (this.#leftOut === 0 && name === 'del' && this.#inRowProperties) this.#deleteRow()
      this.#leftOut++
      return
    }
    if (STRIKES.has(name)) {
      if (this.#inRun) this.#isStruck = isOn(attributes)
      return
    }
    switch (name) {
      case 'p': return void this.#paragraphStack.push({ text: '', hidden: '', struck: '', style: PLAIN_STYLE })
      case 'r': return this.#beginRun()
      case 't': return void (this.#inText = true)
      case 'rPr': case 'pPr': case 'tblPr': return void this.#inProperties++
      case 'trPr': return void (this.#inRowProperties = true)
      case 'cellDel': return this.#deleteCell()
      case 'sym': return this.#append(symbol(attributes))
      case 'vanish': return void (this.#isHidden = this.#inRun && isOn(attributes))
      case 'vertAlign': case 'position': return void (this.#isRaised = this.#inRun && raises(name, attributes))
      case 'pStyle': return this.#setParagraphStyle(attributes)
      case 'rStyle': return this.#setStyle(this.#styles.of(attributes['val']))
      case 'br': case 'cr': return this.#mark('\n')
      case 'tab': case 'ptab': return this.#mark('\t')
      case 'noBreakHyphen': return this.#mark('-')
      case 'tbl': return this.#beginTable()
      case 'tr': return this.#beginRow()
      case 'tc': return this.#beginCell()
      case 'gridSpan': return this.#span(attributes)
      case 'gridBefore': return this.#skipColumns(attributes)
      case 'txbxContent': return void this.#cellStack.push(null)
    } // prettier-ignore
  }

  close(name: string): void {
    if (this.#leftOut > 0) {
      this.#leftOut--
      return
    }
    switch (name) {
      case 'p': return this.#endParagraph()
      case 'r': return void (this.#inRun = false)
      case 't': return void (this.#inText = false)
      case 'rPr': case 'pPr': case 'tblPr': return void this.#inProperties--
      case 'trPr': return void (this.#inRowProperties = false)
      case 'tc': return this.#endCell()
      case 'tr': return this.#endRow()
      case 'tbl': return this.#endTable()
      case 'txbxContent': return void this.#cellStack.pop()
      case 'footnote': case 'endnote': return this.#sink.gap()
    } // prettier-ignore
  }

  text(text: string): void {
    if (!this.#inText || this.#leftOut > 0) return
    // A raised 1 behind a name is the mark of a footnote, and no part of the name.
    this.#append(this.#isRaised ? ` ${text} ` : text)
  }

  #beginRun(): void {
    this.#inRun = true
    this.#setStyle(this.#paragraphStack.at(-1)?.style ?? PLAIN_STYLE)
  }

  #setStyle({ isHidden, isStruck, isRaised }: TextStyle): void {
    if (!this.#inRun) return
    this.#isHidden = isHidden
    this.#isStruck = isStruck
    this.#isRaised = isRaised
  }

  #setParagraphStyle({ val }: Attributes): void {
    const paragraph = this.#paragraphStack.at(-1)
    if (paragraph !== undefined) paragraph.style = this.#styles.of(val)
  }

  #mark(text: string): void {
    // `tab` and `br` are also names of properties.
    if (this.#inRun && this.#inProperties === 0) this.#append(text)
  }

  #append(text: string): void {
    const paragraph = this.#paragraphStack.at(-1)
    if (paragraph === undefined) return
    if (this.#isHidden) paragraph.hidden += text
    else if (this.#isStruck) paragraph.struck += text
    else paragraph.text += text
  }

  #endParagraph(): void {
    const { text, hidden, struck } = this.#paragraphStack.pop()!
    const cell = this.#cellStack.at(-1) ?? null
    if (cell === null) this.#paragraphs++
    const place = { line: this.#paragraphs }
    if (hidden.trim() !== '') this.#sink.line({ text: hidden, isFull: null }, place, HIDDEN)
    if (struck.trim() !== '') this.#sink.line({ text: struck, isFull: null }, place, STRUCK)
    if (cell !== null) return void cell.push(...brokenLines(text))
    this.#budget.spendRow()
    for (const line of brokenLines(text)) this.#sink.line(line, place, PLAIN)
  }

  #beginTable(): void {
    this.#sink.gap()
    this.#tableStack.push({
      number: ++this.#tables,
      row: 0,
      column: 0,
      cells: [],
      isRowDeleted: false,
      isCellDeleted: false,
    })
  }

  #beginRow(): void {
    const table = this.#tableStack.at(-1)
    if (table === undefined) return
    this.#budget.spendRow()
    table.row++
    table.column = 0
    table.cells = []
    table.isRowDeleted = false
  }

  #deleteRow(): void {
    const table = this.#tableStack.at(-1)
    if (table !== undefined) table.isRowDeleted = true
  }

  #deleteCell(): void {
    const table = this.#tableStack.at(-1)
    if (table !== undefined) table.isCellDeleted = true
  }

  #beginCell(): void {
    this.#cellStack.push([])
    this.#spanStack.push(1)
  }

  #endTable(): void {
    this.#tableStack.pop()
    this.#sink.gap()
  }

  #span({ val }: Attributes): void {
    if (this.#spanStack.length > 0) this.#spanStack[this.#spanStack.length - 1] = columns(val)
  }

  #skipColumns({ val }: Attributes): void {
    const table = this.#tableStack.at(-1)
    if (table !== undefined) table.column += columns(val)
  }

  #endCell(): void {
    const lines = this.#cellStack.pop()
    const span = this.#spanStack.pop() ?? 1
    const table = this.#tableStack.at(-1)
    if (table === undefined || lines === undefined || lines === null) return
    const { number, row, column } = table
    const place = { table: number, row, cell: column + 1 }
    if (!table.isCellDeleted) table.cells.push({ lines, place, column, isNumber: false })
    table.isCellDeleted = false
    table.column += span
  }

  #endRow(): void {
    const table = this.#tableStack.at(-1)
    if (table === undefined || table.isRowDeleted) return
    const outer = this.#tableStack.at(-2)
    const within = outer === undefined ? {} : { within: { table: `table ${outer.number}`, column: outer.column } } // prettier-ignore
    this.#sink.row(`table ${table.number}`, table.cells, { ...PLAIN, ...within })
  }
}

/** A letter of a font of signs (§17.3.3.30): the font Symbol has ASCII's punctuation and digits, others only pictures. */
function symbol({ font, char }: Attributes): string {
  const code = parseInt(char ?? '', 16) & 0xff
  return font === 'Symbol' && code >= 0x21 && code < 0x3f ? String.fromCharCode(code) : ' '
}

function columns(text: string | undefined): number {
  const count = Number(text)
  return Number.isInteger(count) && count > 0 && count < 1000 ? count : 1
}
