/** Rows of tables: which column holds what, rows that go on with the one above, names broken between two cells. */
import { brokenLines, type Cell, type TextLine, type Traits } from '../documents/sink.ts'
import type { Place } from '../documents/place.ts'
import { breakBetween, isWhole } from './breaks.ts'
import { classify } from './classify.ts'
import { withoutMarks } from './clean-text.ts'
import { type Heading, headingOf, isFileType } from './headings.ts'
import { joinLines } from './lines.ts'
import { type PlainWord, plainWord } from './plain-word.ts'
import type { ReasonCode } from './reasons.ts'
import { refang } from './refang.ts'
import { wordsOf } from './words.ts'
import type { Setting } from './passage.ts'

export interface RowSink {
  /** The text of a cell, line by line. */
  passage(text: string, place: Place, setting: Setting): void
  /** A cell that holds one word and nothing else. */
  word(word: PlainWord, place: Place, setting: Setting): void
  /** A numeric cell where an address should stand. */
  number(text: string, place: Place): void
}

interface OpenCell {
  readonly lines: TextLine[]
  readonly place: Place
  readonly column: number
  readonly isNumber: boolean
}

/** Longer cells are no headings. */
const MAX_HEADING = 80

export class TableReader {
  readonly #sink: RowSink
  #table = ''
  readonly #headings = new Map<number, Heading>()
  #headingText = ''
  #pending: OpenCell[] | null = null
  #traits: Traits | null = null

  constructor(sink: RowSink) {
    this.#sink = sink
  }

  row(table: string, cells: readonly Cell[], traits: Traits): void {
    if (table !== this.#table) {
      this.flush()
      this.#table = table
      this.#headings.clear()
      this.#headingText = ''
    }
    if (cells.every(({ lines }) => lines.every(({ text }) => text.trim() === ''))) return
    if (this.#takeHeadings(cells)) return
    if (this.#pending !== null && this.#goesOn(cells)) return this.#addTo(this.#pending, cells)
    this.flush()
    this.#pending = cells.map(({ lines, place, column, isNumber }) => ({
      lines: [...lines],
      place,
      column,
      isNumber,
    }))
    this.#traits = traits
  }

  /** Nothing goes on with the row that came last. */
  flush(): void {
    const cells = this.#pending
    this.#pending = null
    if (cells === null) return
    const isFileRow = cells.some(
      (cell) => this.#headings.get(cell.column) === 'type' && isFileType(textOf(cell)),
    )
    for (const cell of joinCells(cells)) this.#readCell(cell, cells, isFileRow)
  }

  /** A row of headings: one cell says what stands below, none holds an indicator. */
  #takeHeadings(cells: readonly Cell[]): boolean {
    const found: [number, Heading][] = []
    for (const cell of cells) {
      const text = textOf(cell)
      if (holdsIndicator(text)) return false
      const heading = text.length <= MAX_HEADING ? headingOf(text) : null
      if (heading !== null) found.push([cell.column, heading])
    }
    const text = cells.map(textOf).join('|')
    if (text === this.#headingText) return true
    // One of several columns, or the head of a table of one; and no row of words below a head that is known.
    const isHead = cells.length === 1 ? this.#headings.size === 0 : found.length > 1
    if (!isHead || !found.some(([, heading]) => heading !== 'note')) return false
    if (this.#headings.size > 0 && !found.some(([, heading]) => heading === 'indicator')) return false
    for (const [column, heading] of found) this.#headings.set(column, heading)
    this.#headingText = text
    return true
  }

  /** Whether `cells` are the rest of the row above: no number of its own, or one cell alone; and a word goes on. */
  #goesOn(cells: readonly Cell[]): boolean {
    const filled = cells.filter((cell) => textOf(cell) !== '')
    const index = [...this.#headings].find(([, heading]) => heading === 'index')?.[0]
    const hasNumber = index === undefined || filled.some(({ column }) => column === index)
    const isLone = filled.length === 1 && this.#pending!.filter((cell) => textOf(cell) !== '').length > 1
    if (hasNumber && !isLone) return false
    return filled.some((cell) => {
      const above = this.#pending!.find(({ column }) => column === cell.column)
      const last = above?.lines.findLast(({ text }) => text.trim() !== '')
      const first = cell.lines.find(({ text }) => text.trim() !== '')
      if (above === undefined || last === undefined || first === undefined) return false
      // Two whole names in two rows are two items, whoever forgot a number.
      if (isWhole(withoutMarks(last.text)) && isWhole(withoutMarks(first.text))) return false
      const apart = joinLines(above.lines).length + joinLines(cell.lines).length
      return joinLines([...above.lines, ...cell.lines]).length < apart
    })
  }

  #addTo(above: OpenCell[], cells: readonly Cell[]): void {
    for (const { lines, place, column, isNumber } of cells) {
      const cell = above.find((each) => each.column === column)
      if (cell) cell.lines.push(...lines)
      else above.push({ lines: [...lines], place, column, isNumber })
    }
  }

  #readCell(cell: OpenCell, row: readonly OpenCell[], isFileRow: boolean): void {
    const own = this.#headings.get(cell.column) ?? headingBeside(cell, row)
    if (own === 'index') return
    if (cell.isNumber) {
      if (own === 'indicator') this.#sink.number(textOf(cell), cell.place)
      return
    }
    const heading = isFileRow ? 'file' : own
    const hasIndicators = [...this.#headings.values()].includes('indicator')
    const setting: Setting = {
      heading,
      isBeside: hasIndicators && heading !== 'indicator' && heading !== 'hash' && heading !== 'email',
      isList: false,
      isHidden: this.#traits!.isHidden,
    }
    const word = cell.lines.length === 1 ? plainWord(cell.lines[0]!.text) : null
    if (word !== null) return this.#sink.word(word, cell.place, setting)
    for (const line of joinLines(cell.lines)) this.#sink.passage(line, cell.place, setting)
  }
}

/** `Tên miền | evil.com`: a table that lies on its side. */
function headingBeside(cell: OpenCell, row: readonly OpenCell[]): Heading | null {
  const left = row.findLast(({ column }) => column < cell.column)
  if (left === undefined) return null
  const text = textOf(left)
  return text.length <= MAX_HEADING && !holdsIndicator(text) ? headingOf(text) : null
}

/** Neighbours of which one ends, or the other begins, in the middle of a name, without doubt. */
function joinCells(cells: readonly OpenCell[]): OpenCell[] {
  const joined: OpenCell[] = []
  for (const cell of cells) {
    const before = joined.at(-1)
    if (before !== undefined && isCutBetween(textOf(before), textOf(cell))) {
      joined[joined.length - 1] = { ...before, lines: [...before.lines, ...cell.lines] }
    } else joined.push(cell)
  }
  return joined
}

function isCutBetween(left: string, right: string): boolean {
  if (left === '' || right === '' || /\s/.test(left) || /\s/.test(right)) return false
  const isCut =
    /[.\ue000]$/.test(refang(left).text) ||
    /^[.\ue000][\p{L}\d]/u.test(refang(right).text) ||
    (/[[({][^\])}]{0,4}$/.test(left) && /^[^[({]{0,4}[\])}]/.test(right))
  return isCut && !/^\d+\.$/.test(left) && breakBetween(left, right, false, false) === 'joined'
}

function textOf({ lines }: { readonly lines: readonly TextLine[] }): string {
  if (lines.length === 1) return withoutMarks(lines[0]!.text).trim()
  return lines
    .map(({ text }) => withoutMarks(text))
    .join('\n')
    .trim()
}

/** Nothing without one of these is an indicator, however it was defanged. */
const POSSIBLE = /[^\s\p{L}\d,;-]|dot|[0-9a-f]{32}/iu

/** Whether the cell holds an indicator, or what somebody meant to be one. */
function holdsIndicator(text: string): boolean {
  if (!POSSIBLE.test(text)) return false
  if (plainWord(text) !== null) return true
  const words = joinLines(brokenLines(text)).flatMap((line) => wordsOf(refang(line), line))
  return words.some((word) => {
    const reading = classify(word.text)
    return reading !== null && (reading.refusal === null || !IN_HEADINGS.has(reading.refusal))
  })
}

/** What headings may hold too: "Mục 2.1", "Công văn số 1298/CATTT-NCSC". */
const IN_HEADINGS: ReadonlySet<ReasonCode> = new Set([
  'number',
  'date',
  'document-number',
  'abbreviation',
  'version',
])
