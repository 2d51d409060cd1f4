/**
 * PDF with a text layer: ruled tables cell by cell, everything else line by line, pieces far apart as cells of a row.
 * A page without text is named: what stands in a picture is not read.
 */
import { type Budget, LimitError } from './limits.ts'
import { type Band, blocksOf, type Column, type Plain } from './pdf-columns.ts'
import { type DrawnLine, drawnLines, type Fragment, textLines } from './pdf-lines.ts'
import { edgesOf } from './pdf-edges.ts'
import { type Frame, framesOf } from './pdf-frames.ts'
import { openPdf } from './pdf-library.ts'
import { apply, rotation } from './pdf-matrix.ts'
import { readRulings, type Rulings } from './pdf-rulings.ts'
import { PieceFinder } from './pdf-pieces.ts'
import { type RuledCell, type RuledTable, splitByRulings } from './pdf-table.ts'
import { readText } from './pdf-text.ts'
import type { Place } from './place.ts'
import { type Cell, type DocumentSink, HIDDEN, PLAIN, STRUCK, UNSURE } from './sink.ts'

/** Throws DocumentError. */
export async function readPdf(bytes: Uint8Array, budget: Budget, sink: DocumentSink): Promise<void> {
  const { document, codes } = await openPdf(bytes)
  const { maxPages } = budget.limits
  if (document.numPages > maxPages) {
    throw new LimitError(
      `có ${document.numPages} trang, quá ${maxPages}: hãy tách riêng phụ lục · it has ${document.numPages} pages, more than ${maxPages}: take out the annex`,
    )
  }
  const drawn: Drawn[] = []
  const silent: number[] = []
  for (let number = 1; number <= document.numPages; number++) {
    const page = await document.getPage(number)
    const operators = await page.getOperatorList()
    const start = rotation(page.rotate)
    const { level, turned } = readText(operators, codes, start)
    if (level.length === 0 && turned.length === 0) silent.push(number)
    else {
      const rulings = readRulings(operators, codes, start)
      const [left, low, right, high] = page.view
      const [one, other] = [apply(start, left, low), apply(start, right, high)]
      drawn.push({
        number,
        level,
        turned,
        rulings,
        top: Math.max(one[1], other[1]),
        bottom: Math.min(one[1], other[1]),
        left: Math.min(one[0], other[0]),
        right: Math.max(one[0], other[0]),
      })
    }
    page.cleanup()
  }
  const pieces = new PieceFinder()
  const frames = framesOf(drawn)
  const pages = drawn.map((page, index): DrawnPage => {
    const parts = frames[index]!.map((frame): PagePart => {
      const { tables, free, placed, struck } = splitByRulings(frame.fragments, frame.rulings)
      pieces.frame(page.number, placed, frame)
      return { ...frame, tables, free, struck }
    })
    return { ...page, parts }
  })
  new PageReader(budget, sink).read(pages)
  sink.pieces(pieces.find())
  if (silent.length > 0) sink.warn(describeSilent(silent, document.numPages))
  await document.cleanup()
}

/** What stands on a page; pages without text are left out. */
interface Drawn {
  readonly number: number
  readonly level: readonly Fragment[]
  readonly turned: readonly string[]
  readonly rulings: Rulings
  readonly top: number
  readonly bottom: number
  readonly left: number
  readonly right: number
}

interface PagePart extends Frame {
  readonly tables: readonly RuledTable[]
  readonly free: readonly Fragment[]
  readonly struck: ReadonlySet<Fragment>
}

interface DrawnPage extends Drawn {
  readonly parts: readonly PagePart[]
}

function describeSilent(pages: readonly number[], all: number): string {
  const list = pages.join(', ')
  const which =
    pages.length === all
      ? ['không trang nào có chữ', 'no page of it has any text']
      : [`trang ${list} không có chữ`, `page ${list} has no text`]
  return `${which[0]}: chữ trong ảnh không đọc được, hãy xin nơi gửi tệp gốc · ${which[1]}: a picture of text is not read; ask the sender for the file itself`
}

/** As part of the letters' height. */
const COLUMN_GAP = 1.2
const SAME_COLUMN = 6
/** Tables that may go on. */
const MOST_OPEN = 4

class PageReader {
  readonly #budget: Budget
  readonly #sink: DocumentSink
  #tables = 0
  /** The last tables, the last one first: one with the same columns goes on with it. */
  #open: readonly { readonly key: string; readonly columns: readonly number[] }[] = []
  #bands = 0
  /** The last table without ruled lines, on this page or before. */
  #band: { readonly key: string; readonly columns: readonly Column[] } | null = null
  /** Lines of the page outside ruled tables. */
  #lines = 0
  /** Where lines begin and end. */
  #sides: readonly [number, number] = [0, 0]
  /** Points that they stand further right than on other pages. */
  #shift = 0
  /** What of them may be no part of the text. */
  #unsure: ReadonlySet<Fragment> = new Set()
  #struck: ReadonlySet<Fragment> = new Set()
  /** From where to where the page goes. */
  #seen: readonly [number, number] = [0, 0]

  constructor(budget: Budget, sink: DocumentSink) {
    this.#budget = budget
    this.#sink = sink
  }

  read(pages: readonly DrawnPage[]): void {
    const edges = edgesOf(
      pages.map(({ parts, top, bottom }) => ({ lines: drawnLines(parts.flatMap(({ free }) => free)), top, bottom })), // prettier-ignore
    )
    for (const [index, page] of pages.entries()) {
      const { away, unsure } = edges[index]!
      const gone = new Set([...away].flatMap(({ fragments }) => fragments))
      this.#lines = 0
      this.#seen = [page.left, page.right]
      this.#unsure = unsure
      this.#readEdges(page.number, away)
      this.#readPage(page, gone)
    }
  }

  #readEdges(page: number, lines: ReadonlySet<DrawnLine>): void {
    for (const { text } of lines) {
      this.#budget.spendRow()
      this.#sink.gap()
      this.#sink.line({ text, isFull: null }, { page, line: ++this.#lines }, UNSURE)
    }
    this.#sink.gap()
  }

  #readPage({ number, parts, turned }: DrawnPage, gone: ReadonlySet<Fragment>): void {
    let tables = 0
    for (const part of parts) {
      this.#struck = part.struck
      this.#sides = sidesOf(part)
      this.#shift = part.shift
      const blocks = blocksBetween(part.tables, part.free.filter((fragment) => !gone.has(fragment))) // prettier-ignore
      for (const [index, table] of part.tables.entries()) {
        this.#readFree(number, blocks[index]!)
        this.#readTable(number, ++tables, table)
      }
      this.#readFree(number, blocks.at(-1)!)
    }
    for (const text of turned) {
      this.#budget.spendRow()
      this.#sink.gap()
      this.#sink.line({ text, isFull: null }, { page: number, line: ++this.#lines }, UNSURE)
    }
    this.#sink.gap()
    if (tables === 0) this.#open = []
  }

  #readTable(page: number, number: number, table: RuledTable): void {
    this.#sink.gap()
    // On the next page, in another column of the page, or below a table in one of its cells.
    const same = this.#open.find(({ columns }) => isNear(columns, table.columns))
    const key = same?.key ?? `table ${++this.#tables}`
    this.#open = [{ key, columns: table.columns }, ...this.#open.filter((each) => each !== same)].slice(0, MOST_OPEN) // prettier-ignore
    const rows = Map.groupBy(table.cells, ({ row }) => row)
    for (const [row, cells] of [...rows].sort(([a], [b]) => a - b)) {
      this.#budget.spendRow()
      const read = cells
        .toSorted((a, b) => a.column - b.column)
        .map(({ fragments, box, column }): Cell => {
          const lines = textLines(drawnLines(fragments), box.left, box.right)
          const place = { page, table: number, row: row + 1, cell: column + 1 }
          return {
            lines,
            place,
            column,
            isNumber: false,
            isStruck: this.#isStruck(fragments),
            isHidden: this.#isHidden(fragments),
          }
        })
      const over = numberOver(table, { page, table: number, row: row + 1, cell: 1 }, cells)
      this.#sink.row(key, over === null ? read : [over, ...read], PLAIN)
    }
    this.#sink.gap()
  }

  #isStruck(fragments: readonly Fragment[]): boolean {
    return this.#struck.size > 0 && fragments.some((fragment) => this.#struck.has(fragment))
  }

  /** Outside of the page, or not painted. */
  #isHidden(fragments: readonly Fragment[]): boolean {
    const [left, right] = this.#seen
    return fragments.some(({ isHidden, x, width }) => isHidden || x + width < left || x > right)
  }

  #readFree(page: number, blocks: readonly (Plain | Band)[]): void {
    for (const block of blocks) {
      this.#sink.gap()
      if (block.kind === 'lines') this.#readLines(page, block.lines)
      else this.#readBand(page, block)
    }
    this.#sink.gap()
  }

  #readLines(page: number, lines: readonly DrawnLine[]): void {
    const [left, right] = this.#sides
    for (const [index, text] of textLines(lines, left, right).entries()) {
      this.#budget.spendRow()
      const { fragments } = lines[index]!
      const isUnsure = isApart(fragments) || fragments.some((fragment) => this.#unsure.has(fragment))
      const traits = this.#isStruck(fragments) ? STRUCK : this.#isHidden(fragments) ? HIDDEN : isUnsure ? UNSURE : PLAIN // prettier-ignore
      this.#sink.line(text, { page, line: ++this.#lines }, traits)
    }
  }

  #readBand(page: number, { columns, rows }: Band): void {
    const level = columns.map(({ left, right }) => ({ left: left - this.#shift, right: right - this.#shift }))
    const { key, numbers } = this.#bandLike(level)
    for (const cells of rows) {
      this.#budget.spendRow()
      const line = this.#lines + 1
      this.#lines += Math.max(...cells.map((lines) => lines.length))
      const read = cells.flatMap((lines, index): Cell[] => {
        if (lines.length === 0) return []
        const { left, right } = columns[index]!
        const column = numbers[index]!
        const place = { page, line, cell: column + 1 }
        return [{ lines: textLines(lines, left, right), place, column, isNumber: false, isHidden: this.#isHidden(lines.flatMap(({ fragments }) => fragments)) }] // prettier-ignore
      })
      this.#sink.row(key, read, UNSURE)
    }
  }

  /** The table that columns at these places go on with, or a new one; and the numbers of the columns in it. */
  #bandLike(columns: readonly Column[]): { readonly key: string; readonly numbers: readonly number[] } {
    const before = this.#band
    const numbers = columns.map((column) => before?.columns.findIndex((each) => covers(each, column)) ?? -1)
    const known = numbers.filter((number) => number !== -1)
    if (before !== null && known.length === columns.length && new Set(known).size === known.length) {
      const all = [...before.columns]
      const filled = numbers.map((number, index) => (number === -1 ? all.push(columns[index]!) - 1 : number))
      this.#band = { key: before.key, columns: all }
      return { key: before.key, numbers: filled }
    }
    this.#band = { key: `columns ${++this.#bands}`, columns }
    return { key: this.#band.key, numbers: columns.map((_, index) => index) }
  }
}

/** The number of a row that has none of its own: in the first column stands one for several rows. */
function numberOver(table: RuledTable, place: Place, cells: readonly RuledCell[]): Cell | null {
  const top = Math.max(...cells.map(({ box }) => box.top))
  if (cells.some(({ column }) => column === 0)) return null
  const over = table.cells.find(
    ({ column, box }) => column === 0 && box.top > top - 1 && box.bottom < top - 1,
  )
  if (over === undefined) return null
  const [line] = drawnLines(over.fragments)
  if (line === undefined || !/^\s*\d{1,4}[.)]?\s*$/.test(line.text)) return null
  return { lines: [{ text: line.text, isFull: null }], place, column: 0, isNumber: false, isShared: true }
}

/** From where to where lines of the page may go: its margins are alike. */
function sidesOf({ free, left, right }: PagePart): [number, number] {
  let [first, last] = [Infinity, -Infinity]
  for (const { x, width } of free) [first, last] = [Math.min(first, x), Math.max(last, x + width)]
  return [first, Math.max(last, right - (first - left))]
}

/** What stands outside tables: above the first, between each two, below the last. */
function blocksBetween(tables: readonly RuledTable[], free: readonly Fragment[]): (Plain | Band)[][] {
  const parts: Fragment[][] = Array.from({ length: tables.length + 1 }, () => [])
  for (const fragment of free) {
    const below = tables.findIndex(({ top }) => fragment.y > top)
    parts[below === -1 ? tables.length : below]!.push(fragment)
  }
  return parts.map(blocksOf)
}

/** Words that stand as far from each other as columns do, but for a bullet. */
function isApart(fragments: readonly Fragment[]): boolean {
  return fragments.some(({ x, height }, index) => {
    const before = fragments[index - 1]
    return (
      before !== undefined &&
      !/^\S{1,4}$/.test(before.text) &&
      x - before.x - before.width > COLUMN_GAP * height
    )
  })
}

/** Whether two columns stand at the same place, whatever is in them. */
function covers(a: Column, b: Column): boolean {
  const shared = Math.min(a.right, b.right) - Math.max(a.left, b.left)
  return shared > 0.5 * Math.min(a.right - a.left, b.right - b.left)
}

function isNear(a: readonly number[], b: readonly number[]): boolean {
  const shift = b[0]! - a[0]!
  return a.length === b.length && a.every((at, index) => Math.abs(at + shift - b[index]!) <= SAME_COLUMN)
}
