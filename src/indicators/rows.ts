/** Rows of tables: which column holds what, rows that go on with the one above, names broken between two cells. */
import { brokenLines, type Cell, type TextLine, type Traits } from '../documents/sink.ts'
import type { Place } from '../documents/place.ts'
import { beginsWhole, breakBetween, endsWhole, unfinishedIn } from './breaks.ts'
import { classify } from './classify.ts'
import { withoutMarks } from './clean-text.ts'
import { type Heading, headingOf, isFileType } from './headings.ts'
import { joinLines, joinPieces } from './lines.ts'
import { type PlainWord, plainWord } from './plain-word.ts'
import type { ReasonCode } from './reasons.ts'
import { refang } from './refang.ts'
import { wordsOf } from './words.ts'
import type { Setting } from './passage.ts'
import { nextSection, type Section, tableSectionOf } from './sections.ts'

export interface CellSetting extends Setting {
  /** Why it is not proposed, whatever it is; null: nothing says so. */
  readonly doubt: 'withdrawn' | 'unmarked' | null
}

export interface RowSink {
  /** The text of a cell, line by line. */
  passage(text: string, place: Place, setting: CellSetting): void
  /** A cell that holds one word and nothing else. */
  word(word: PlainWord, place: Place, setting: CellSetting): void
  /** A numeric cell where an address should stand. */
  number(text: string, place: Place): void
}

interface OpenCell {
  readonly lines: TextLine[]
  readonly place: Place
  readonly column: number
  readonly isNumber: boolean
  readonly isHidden?: boolean
  readonly isStruck?: boolean
}

/** A table as far as it was read. */
interface OpenTable {
  readonly headings: Map<number, Heading>
  headingText: string
  /** Rows below the headings were read. */
  hasRows: boolean
  /** What a title over its rows says of them. */
  section: Section | null
  /** Of the cell of another table that it stands in. */
  readonly inherited: Heading | null
  /** Of columns on a page: half a name that the row above ended with. */
  readonly unfinished: Map<number, string>
}

/** Longer cells are no headings. */
const MAX_HEADING = 80

export class TableReader {
  readonly #sink: RowSink
  #name = ''
  /** Tables stand inside each other, so that one goes on behind the end of another. */
  readonly #tables = new Map<string, OpenTable>()
  #table: OpenTable = {
    headings: new Map(),
    headingText: '',
    hasRows: false,
    section: null,
    inherited: null,
    unfinished: new Map(),
  }
  #pending: OpenCell[] | null = null
  /** The page and the table on it that the last row stood in; null: there are no pages. */
  #part: string | null = null
  /** What is pending begins a page, below no headings of its own and without a number: the rest of a row, perhaps. */
  #isFirst = false
  #traits: Traits | null = null

  constructor(sink: RowSink) {
    this.#sink = sink
  }

  /** `section`: of the lines above the table. */
  row(table: string, cells: readonly Cell[], traits: Traits, section: Section | null): void {
    if (table !== this.#name) {
      this.flush()
      this.#name = table
      this.#table = this.#open(table, traits, section)
    }
    if (cells.every(({ lines }) => lines.every(({ text }) => text.trim() === ''))) return
    this.#takeTitle(cells)
    if (this.#takeHeadings(cells)) return
    const part = partOf(cells)
    this.#table.hasRows = true
    const isFirst = part !== null && part !== this.#part
    this.#part = part
    if (this.#pending !== null && this.#goesOn(cells)) return this.#addTo(this.#pending, cells)
    this.flush()
    this.#pending = cells.map((cell) => ({ ...cell, lines: [...cell.lines] }))
    this.#isFirst = isFirst && !this.#hasNumber(cells)
    this.#traits = traits
  }

  /** A row of one cell over others: "II. Tên miền chính thức". */
  #takeTitle(cells: readonly Cell[]): void {
    const [title, ...others] = cells.map(textOf).filter((text) => text !== '')
    if (title === undefined || others.length > 0 || !/\p{L}{2}.*\s/su.test(title) || holdsIndicator(title))
      return
    if (this.#pending !== null && this.#goesOn(cells)) return
    this.flush()
    this.#table.section = nextSection(title, this.#table.section, tableSectionOf(title), true)
  }

  #open(name: string, { within }: Traits, section: Section | null): OpenTable {
    const known = this.#tables.get(name)
    if (known !== undefined) return known
    const outer = within === undefined ? undefined : this.#tables.get(within.table)
    const inherited = outer?.headings.get(within!.column) ?? outer?.inherited ?? null
    const table = { headings: new Map(), headingText: '', hasRows: false, section, inherited, unfinished: new Map() } // prettier-ignore
    this.#tables.set(name, table)
    return table
  }

  /** Nothing goes on with the row that came last. */
  flush(): void {
    const cells = this.#pending
    this.#pending = null
    if (cells === null) return
    const isFileRow = cells.some(
      (cell) => this.#table.headings.get(cell.column) === 'type' && isFileType(textOf(cell)),
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
    if (text === this.#table.headingText) return true
    // One of several columns, or the head of a table of one; and no row of words below a head that is known.
    const { headings, hasRows } = this.#table
    const isAlone = headings.size === 0 || (headings.size === 1 && !hasRows)
    const isHead = cells.length === 1 ? isAlone : found.length > 1
    // Right below others, and nothing else: they say more of the same columns.
    const filled = cells.filter((cell) => textOf(cell) !== '').length
    const isBelow = headings.size > 0 && !hasRows && cells.length > 1 && found.length === filled
    // At the top of a table that looks like the one before: it is another one.
    const part = partOf(cells)
    const isTop = part !== null && part !== this.#part && found.length === filled
    const isSaying = found.some(([, heading]) => heading !== 'note')
    if (!isBelow && !(isTop && isSaying)) {
      if (!isHead || !isSaying) return false
      if (headings.size > 0 && hasRows && !found.some(([, heading]) => heading === 'indicator')) return false
    }
    // What came before stands below the old ones.
    this.flush()
    for (const [column, heading] of found) this.#table.headings.set(column, heading)
    this.#table.headingText = text
    // A second row of them may follow, again on each page.
    if (part !== null) this.#table.hasRows = false
    this.#part = part
    return true
  }

  /** Whether `cells` are the rest of the row above: no number of its own, or one cell alone; and a word goes on. */
  #goesOn(cells: readonly Cell[]): boolean {
    const filled = cells.filter((cell) => cell.isShared !== true && textOf(cell) !== '')
    const index = [...this.#table.headings].find(([, heading]) => heading === 'index')?.[0]
    const hasNumber = filled.some(({ column }) => column === index)
    const isLone = filled.length === 1 && this.#pending!.filter((cell) => textOf(cell) !== '').length > 1
    // The first row of a page may be the rest of the last one of the page before.
    const { page, table } = this.#pending![0]!.place
    const isOverPage =
      cells[0]!.place.page !== page || (page !== undefined && cells[0]!.place.table !== table)
    if ((hasNumber || index === undefined) && !isLone && !(isOverPage && !hasNumber)) return false
    return filled.some((cell) => {
      const above = this.#pending!.find(({ column }) => column === cell.column)
      const last = above?.lines.findLast(({ text }) => text.trim() !== '')
      const first = cell.lines.find(({ text }) => text.trim() !== '')
      if (above === undefined || last === undefined || first === undefined) return false
      // Two whole names in two rows are two items, whoever forgot a number.
      if (endsWhole(withoutMarks(last.text)) && beginsWhole(withoutMarks(first.text))) return false
      // Pieces that say nothing yet: a third may come.
      if (isOverPage && last.isFull !== false && unfinishedIn(withoutMarks(last.text)) !== null) return true
      const apart = joinLines(above.lines).length + joinLines(cell.lines).length
      return joinLines([...above.lines, ...cell.lines]).length < apart
    })
  }

  #addTo(above: OpenCell[], cells: readonly Cell[]): void {
    for (const more of cells) {
      const cell = above.find((each) => each.column === more.column)
      if (more.isShared === true) continue
      if (cell) cell.lines.push(...more.lines)
      else above.push({ ...more, lines: [...more.lines] })
    }
  }

  #readCell(cell: OpenCell, row: readonly OpenCell[], isFileRow: boolean): void {
    const own = this.#table.headings.get(cell.column) ?? headingBeside(cell, row) ?? this.#table.inherited
    if (own === 'index' && !holdsIndicator(textOf(cell))) return
    if (cell.isNumber) {
      if (own === 'indicator' || (own === null && hasLostDots(textOf(cell))))
        this.#sink.number(textOf(cell), cell.place)
      return
    }
    const { section } = this.#table
    const heading = isFileRow
      ? 'file'
      : section !== null && (own === null || own === 'indicator')
        ? section
        : own
    const { headings, inherited } = this.#table
    const hasIndicators = inherited === 'indicator' || [...headings.values()].includes('indicator')
    const setting: CellSetting = {
      heading,
      isBeside: hasIndicators && heading !== 'indicator' && heading !== 'hash' && heading !== 'email',
      isList: false,
      isHidden: this.#traits!.isHidden || cell.isHidden === true,
      doubt: this.#doubtOf(cell, row),
      isUnsure: this.#traits!.isUnsure === true,
      isPartial: this.#isPartial(cell, row),
    }
    const unfinished = this.#table.unfinished.get(cell.column)
    const word = cell.lines.length === 1 && unfinished === undefined ? plainWord(cell.lines[0]!.text) : null
    if (word !== null) return this.#sink.word(word, cell.place, setting)
    const lines = joinLines(cell.lines)
    if (unfinished !== undefined && lines.length > 0) lines[0] = joinPieces(unfinished, lines[0]!, 'doubt')
    if (cell.place.page !== undefined) this.#noteUnfinished(cell.column, lines.at(-1))
    for (const line of lines) this.#sink.passage(line, cell.place, setting)
  }

  /** A line goes through it; or its publisher (MISP: `to_ids`) marks others for detection and not this row. */
  #doubtOf(cell: OpenCell, row: readonly OpenCell[]): CellSetting['doubt'] {
    if (cell.isStruck === true || this.#traits!.isStruck === true) return 'withdrawn'
    const mark = row.find(({ column }) => this.#table.headings.get(column) === 'mark')
    return mark !== undefined && /^(?:0|false|no)$/i.test(textOf(mark)) ? 'unmarked' : null
  }

  /** Of a page: what may be the rest of another row, or, in columns that only white space parts, more than one line. */
  #isPartial({ lines, place }: OpenCell, row: readonly OpenCell[]): boolean {
    if (place.page === undefined) return false
    const isNumbered = this.#hasNumber(row)
    const isUnsure = this.#traits!.isUnsure === true && (lines.length > 1 || !isNumbered)
    return this.#isFirst || isUnsure || (!isNumbered && [...this.#table.headings.values()].includes('index'))
  }

  #hasNumber(row: readonly Cell[]): boolean {
    const index = [...this.#table.headings].find(([, heading]) => heading === 'index')?.[0]
    const number = row.find(({ column }) => column === index)
    return number !== undefined && /\d/.test(textOf(number))
  }

  /** What begins the next row of the column may be the rest of it. */
  #noteUnfinished(column: number, line: string | undefined): void {
    const unfinished = line === undefined ? null : unfinishedIn(line)
    if (unfinished === null) this.#table.unfinished.delete(column)
    else this.#table.unfinished.set(column, unfinished)
  }
}

function partOf(cells: readonly Cell[]): string | null {
  const { page, table = 0 } = cells[0]!.place
  return page === undefined ? null : `${page} ${table}`
}

/** `103145123145`: where full stops part thousands, a spreadsheet takes `103.145.123.145` for that number. */
function hasLostDots(text: string): boolean {
  const match = /^(\d{1,3})(\d{3})(\d{3})(\d{3})$/.exec(
    /^[\d.]+e\+?\d+$/i.test(text) ? String(Number(text)) : text,
  )
  return match !== null && match.slice(1).every((octet) => Number(octet) < 256)
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
