/**
 * PDF with a text layer: ruled tables cell by cell, everything else line by line, pieces far apart as cells of a row.
 * A page without text is named: what stands in a picture is not read.
 */
import { type Budget, DocumentError, LimitError } from './limits.ts'
import { type DrawnLine, drawnLines, type Fragment, textLines } from './pdf-lines.ts'
import { type OperatorCodes, type Operators, readRulings } from './pdf-rulings.ts'
import { type RuledTable, splitByRulings } from './pdf-table.ts'
import { type Cell, type DocumentSink, PLAIN } from './sink.ts'

const MAX_FRAGMENTS_PER_PAGE = 50_000

interface TextItem {
  readonly str: string
  readonly transform: readonly number[]
  readonly width: number
  readonly height: number
}

interface PdfPage {
  getTextContent(): Promise<{ readonly items: readonly (TextItem | { readonly type: string })[] }>
  getOperatorList(): Promise<Operators>
  cleanup(): void
}

interface PdfDocument {
  readonly numPages: number
  getPage(number: number): Promise<PdfPage>
  cleanup(): Promise<void>
}

interface PdfLibrary {
  readonly OPS: OperatorCodes
  readonly VerbosityLevel: { readonly ERRORS: number }
  getDocument(options: Readonly<Record<string, unknown>>): { readonly promise: Promise<PdfDocument> }
}

/** Throws DocumentError. */
export async function readPdf(bytes: Uint8Array, budget: Budget, sink: DocumentSink): Promise<void> {
  // Two megabytes that only this format needs.
  const library = (await import('unpdf/pdfjs')) as unknown as PdfLibrary
  const document = await open(library, bytes)
  const { maxPages } = budget.limits
  if (document.numPages > maxPages) {
    throw new LimitError(`it has ${document.numPages} pages, more than ${maxPages}: take out the annex`)
  }
  const reader = new PageReader(budget, sink)
  const silent: number[] = []
  for (let number = 1; number <= document.numPages; number++) {
    const page = await document.getPage(number)
    const fragments = fragmentsOf((await page.getTextContent()).items)
    if (fragments.length === 0) silent.push(number)
    else reader.read(number, fragments, readRulingsOf(await page.getOperatorList(), library))
    page.cleanup()
  }
  if (silent.length > 0) sink.warn(describeSilent(silent, document.numPages))
  await document.cleanup()
}

function readRulingsOf(operators: Operators, { OPS }: PdfLibrary): ReturnType<typeof readRulings> {
  return readRulings(operators, OPS)
}

async function open(library: PdfLibrary, bytes: Uint8Array): Promise<PdfDocument> {
  try {
    return await library.getDocument({
      data: Uint8Array.from(bytes),
      isEvalSupported: false,
      useSystemFonts: false,
      disableFontFace: true,
      useWorkerFetch: false,
      enableXfa: false,
      stopAtErrors: false,
      verbosity: library.VerbosityLevel.ERRORS,
    }).promise
  } catch (error) {
    const { name, message } = error as Error
    const why = name === 'PasswordException' ? 'it is protected by a password' : `it is damaged: ${message}`
    throw new DocumentError(why, { cause: error })
  }
}

function describeSilent(pages: readonly number[], all: number): string {
  const which = pages.length === all ? 'no page of it has' : `page ${pages.join(', ')} has no`
  return `${which}${pages.length === all ? ' any' : ''} text: a picture of text is not read; ask the sender for the file itself`
}

function fragmentsOf(items: readonly (TextItem | { readonly type: string })[]): Fragment[] {
  const fragments: Fragment[] = []
  for (const item of items) {
    // A blank without height is not drawn: the library puts it where it sees a gap.
    if (!('str' in item) || item.str === '' || (item.height === 0 && item.str.trim() === '')) continue
    const [a, b, , , x, y] = item.transform as [number, number, number, number, number, number]
    const height = item.height || Math.hypot(a, b)
    fragments.push({ text: item.str, x, y, width: item.width || guessWidth(item.str, height), height })
    if (fragments.length > MAX_FRAGMENTS_PER_PAGE) {
      throw new LimitError(`a page of it has more than ${MAX_FRAGMENTS_PER_PAGE} pieces of text`)
    }
  }
  return fragments
}

/**
 * A letter from a font that does not tell its width, as programs take one for letters their own font lacks: what follows
 * must not look set apart.
 */
function guessWidth(text: string, height: number): number {
  let width = 0
  for (const letter of text.normalize('NFD')) {
    if (/\p{M}/u.test(letter)) continue
    width += /[iljtfrI1.,:;!|']/.test(letter)
      ? 0.3
      : /[mwMW@%]/.test(letter)
        ? 0.85
        : /\p{Lu}/u.test(letter)
          ? 0.7
          : 0.57
  }
  return width * height
}

/** A gap this many times the letters' height stands between columns. */
const COLUMN_GAP = 1.2
const SAME_COLUMN = 6

class PageReader {
  readonly #budget: Budget
  readonly #sink: DocumentSink
  #tables = 0
  /** The last table of the page before: one with the same columns goes on with it. */
  #open: { readonly key: string; readonly columns: readonly number[] } | null = null

  constructor(budget: Budget, sink: DocumentSink) {
    this.#budget = budget
    this.#sink = sink
  }

  read(page: number, fragments: readonly Fragment[], rulings: ReturnType<typeof readRulings>): void {
    const { tables, free } = splitByRulings(fragments, rulings)
    const lines = drawnLines(free)
    const left = Math.min(...free.map(({ x }) => x))
    const right = Math.max(...lines.map((line) => line.right))
    let at = 0
    for (const [index, table] of tables.entries()) {
      const from = at
      while (at < lines.length && lines[at]!.y > table.top) at++
      this.#readFree(page, lines.slice(from, at), left, right, from)
      this.#readTable(page, index + 1, table)
    }
    if (at < lines.length) this.#readFree(page, lines.slice(at), left, right, at)
    if (tables.length === 0) this.#open = null
  }

  #readTable(page: number, number: number, table: RuledTable): void {
    this.#sink.gap()
    const isSame = number === 1 && this.#open !== null && isNear(this.#open.columns, table.columns)
    const key = isSame ? this.#open!.key : `table ${++this.#tables}`
    this.#open = { key, columns: table.columns }
    const rows = Map.groupBy(table.cells, ({ row }) => row)
    for (const [row, cells] of [...rows].sort(([a], [b]) => a - b)) {
      this.#budget.spendRow()
      const read = cells
        .toSorted((a, b) => a.column - b.column)
        .map(({ fragments, box, column }): Cell => {
          const lines = textLines(drawnLines(fragments), box.left, box.right)
          const place = { page, table: number, row: row + 1, cell: column + 1 }
          return { lines, place, column, isNumber: false }
        })
      this.#sink.row(key, read, PLAIN)
    }
    this.#sink.gap()
  }

  #readFree(page: number, lines: readonly DrawnLine[], left: number, right: number, before: number): void {
    const columns: number[] = []
    const texts = textLines(lines, left, right)
    for (const [index, line] of lines.entries()) {
      this.#budget.spendRow()
      const place = { page, line: before + index + 1 }
      const pieces = piecesOf(line)
      if (pieces.length === 1) {
        this.#sink.line(texts[index]!, place, PLAIN)
        continue
      }
      const cells = pieces.map((piece): Cell => {
        const column = columnAt(columns, piece[0]!.x)
        const text = drawnLines(piece)[0]!.text
        return {
          lines: [{ text, isFull: null }],
          place: { ...place, cell: column + 1 },
          column,
          isNumber: false,
        }
      })
      this.#sink.row(`page ${page}`, cells, PLAIN)
    }
    this.#sink.gap()
  }
}

/** What of a line stands together. */
function piecesOf(line: DrawnLine): Fragment[][] {
  const pieces: Fragment[][] = []
  let right = -Infinity
  for (const fragment of line.fragments) {
    if (fragment.x - right > COLUMN_GAP * fragment.height) pieces.push([])
    pieces.at(-1)!.push(fragment)
    right = fragment.x + fragment.width
  }
  return pieces
}

function columnAt(columns: number[], x: number): number {
  const known = columns.findIndex((at) => Math.abs(at - x) <= SAME_COLUMN)
  return known >= 0 ? known : columns.push(x) - 1
}

function isNear(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((at, index) => Math.abs(at - b[index]!) <= SAME_COLUMN)
}
