/**
 * Text on a PDF page that stands in columns without ruled lines: which lines belong to such a table, where its columns are,
 * and which lines are one row. White space tells: a strip that hardly any line crosses parts two columns, a wider gap than
 * between the lines of a cell parts two rows.
 */
import { type DrawnLine, drawnLines, type Fragment } from './pdf-lines.ts'

export interface Column {
  readonly left: number
  readonly right: number
}

/** Lines one below the other that are no table. */
export interface Plain {
  readonly kind: 'lines'
  readonly lines: readonly DrawnLine[]
}

export interface Band {
  readonly kind: 'band'
  readonly columns: readonly Column[]
  /** Rows of cells, a cell for each column; an empty cell has no lines. */
  readonly rows: readonly (readonly (readonly DrawnLine[])[])[]
}

/** A gap this many times the letters' height stands between columns. */
const COLUMN_GAP = 1.2
/** Narrower than the blanks between words: cells may stand close to each other. Points. */
const NARROWEST_GUTTER = 0.8
/** Points a step of the scale by which white space is looked for. */
const STEP = 0.25
const MAX_STEPS = 12_000
/** Lines that overlap by so much of their height stand beside each other. */
const OVERLAP = 0.25
/** Lines that go over the columns: so many in a row end the table. */
const ENDING_LINES = 3
/** Of the table's width. */
const LEAST_TEXT = 0.7
/** Lines one below the other in one cell are no further apart, as part of the letters' height. */
const WIDEST_STEP = 1.6
/** So much wider than between the lines of a cell is the gap between two rows. Points. */
const ROW_GAP = 0.6
/** What of the letters' height is above and below the base line. */
const ABOVE = 0.78
const BELOW = 0.22
const MAX_LINES = 2000
const BULLET = /^[-+*•●▪–\ufffd\uf0b7]$/u

export function blocksOf(fragments: readonly Fragment[]): (Plain | Band)[] {
  const strips = stripsOf(fragments)
  const blocks: (Plain | Band)[] = []
  let plain: Strip[] = []
  const flush = (): void => {
    if (plain.length > 0) blocks.push({ kind: 'lines', lines: plain.flatMap(({ lines }) => lines) })
    plain = []
  }
  for (let at = 0; at < strips.length;) {
    const found = isApart(strips[at]!) ? findBand(strips, at, plain.length) : null
    if (found === null) {
      plain.push(strips[at++]!)
      continue
    }
    plain.length -= found.before
    flush()
    blocks.push(found.band)
    at = found.end
  }
  flush()
  return blocks
}

/** Lines that stand beside each other, wholly or in part: cells that are centred hold their lines at other heights. */
interface Strip {
  /** From left to right. */
  readonly fragments: readonly Fragment[]
  readonly lines: DrawnLine[]
}

function stripsOf(fragments: readonly Fragment[]): Strip[] {
  const strips: Strip[] = []
  let bottom = Infinity
  for (const line of drawnLines(fragments)) {
    const isBeside = topOf(line) - bottom > OVERLAP * heightOf(line)
    if (isBeside) strips.at(-1)!.lines.push(line)
    else strips.push({ fragments: [], lines: [line] })
    bottom = isBeside ? Math.min(bottom, bottomOf(line)) : bottomOf(line)
  }
  return strips.map(({ lines }) => ({
    fragments: lines.flatMap((line) => line.fragments).toSorted((a, b) => a.x - b.x),
    lines,
  }))
}

function isApart({ fragments, lines }: Strip): boolean {
  let right = Infinity
  for (const { text, x, width, height } of fragments) {
    // Behind a bullet everything stands apart.
    if (BULLET.test(text)) continue
    const gap = x - right
    if (gap > COLUMN_GAP * height || (gap >= NARROWEST_GUTTER && lines.length > 1)) return true
    right = right === Infinity ? x + width : Math.max(right, x + width)
  }
  return false
}

interface Found {
  readonly band: Band
  /** Strips above the first that belong to it too. */
  readonly before: number
  /** The strip behind its last. */
  readonly end: number
}

/** The table that begins at strip `start`. `above`: strips right above it that belong to nothing yet. */
function findBand(strips: readonly Strip[], start: number, above: number): Found | null {
  const space = new WhiteSpace()
  let gutters: readonly Gutter[] = []
  let end = start
  let crossing = 0
  for (let at = start; at < Math.min(strips.length, start + MAX_LINES); at++) {
    const strip = strips[at]!
    space.add(strip)
    const now = space.gutters()
    // What parted the rows so far does so no more: another table begins.
    if (now.length === 0 || (strip.fragments.length > 1 && isLost(gutters, now))) break
    // A single line over all columns may be a title in the table; several are text behind it.
    crossing = crosses(strip, now) ? crossing + 1 : 0
    if (crossing >= ENDING_LINES || (crossing > 0 && isText(strip, strips.slice(start, end)))) break
    gutters = now
    if (crossing === 0) end = at + 1
  }
  // One line with a wide gap is no table: its words may be spread over the line.
  if (end === start || !gutters.some(({ isFirm }) => isFirm)) return null
  // Where cells are centred, the first line of a row may stand above the line it was found by.
  let before = 0
  while (before < Math.min(above, ENDING_LINES)) {
    const strip = strips[start - before - 1]!
    const [line] = strip.lines as [DrawnLine]
    const isNear = line.y - strips[start - before]!.lines[0]!.y < WIDEST_STEP * heightOf(line)
    if (!isNear || strip.fragments.length !== 1 || crosses(strip, gutters) || line.x < gutters[0]!.left) break
    before++
  }
  return { band: makeBand(strips.slice(start - before, end), gutters), before, end }
}

/** A line of text from one side of the table to the other. */
function isText(strip: Strip, table: readonly Strip[]): boolean {
  const widthOf = (fragments: readonly Fragment[]): number =>
    Math.max(...fragments.map(({ x, width }) => x + width)) - Math.min(...fragments.map(({ x }) => x))
  return !isApart(strip) && widthOf(strip.fragments) > LEAST_TEXT * widthOf(table.flatMap(({ fragments }) => fragments)) // prettier-ignore
}

function isLost(gutters: readonly Gutter[], now: readonly Gutter[]): boolean {
  return gutters.some(
    ({ left, right, isFirm }) => isFirm && !now.some((each) => each.left < right && each.right > left),
  )
}

function crosses({ fragments }: Strip, gutters: readonly Column[]): boolean {
  return fragments.some(({ x, width }) => gutters.some(({ left, right }) => x < left && x + width > right)) // prettier-ignore
}

/** White space between two columns. */
interface Gutter extends Column {
  /** More than one line says so. */
  readonly isFirm: boolean
}

/** Which strips of a page are crossed by how many lines, and which part what stands left and right of them. */
class WhiteSpace {
  /** By strips of several pieces, and by a piece alone in its strip. */
  readonly #crossed = new Uint16Array(MAX_STEPS)
  readonly #crossedAlone = new Uint16Array(MAX_STEPS)
  readonly #parting = new Uint16Array(MAX_STEPS)
  /** Behind the last that was counted. */
  #end = 0

  add({ fragments }: Strip): void {
    let right = -Infinity
    const crossed = fragments.length === 1 ? this.#crossedAlone : this.#crossed
    for (const { text, x, width } of fragments) {
      if (BULLET.test(text)) continue
      if (x - right >= NARROWEST_GUTTER) this.#count(this.#parting, right, x)
      this.#count(crossed, Math.max(x, right), x + width)
      right = Math.max(right, x + width)
    }
  }

  gutters(): Gutter[] {
    const gutters: Gutter[] = []
    let open = null as { left: number; right: number; crossed: number; isFirm: boolean } | null
    for (let step = 0; step <= this.#end; step++) {
      const parting = this.#parting[step]!
      const crossed = this.#crossed[step]! + this.#crossedAlone[step]!
      const isFree =
        parting > 0 &&
        this.#crossed[step]! <= parting * 0.15 &&
        this.#crossedAlone[step]! <= (parting > 1 ? Math.max(1, parting * 0.3) : 0)
      if (isFree) {
        // Where the fewest lines go over it.
        if (open === null || crossed < open.crossed)
          open = { left: step, right: step + 1, crossed, isFirm: open === null ? false : open.isFirm } // prettier-ignore
        else if (crossed === open.crossed && step === open.right) open.right = step + 1
        open.isFirm ||= parting > 1
      } else if (open !== null) {
        addGutter(gutters, open)
        open = null
      }
    }
    if (open !== null) addGutter(gutters, open)
    return gutters
  }

  #count(counts: Uint16Array, from: number, to: number): void {
    if (from === -Infinity) return
    const last = Math.min(MAX_STEPS - 1, Math.floor(to / STEP))
    this.#end = Math.max(this.#end, last)
    for (let step = Math.max(0, Math.ceil(from / STEP)); step < last; step++) counts[step]!++
  }
}

function addGutter(gutters: Gutter[], { left, right, isFirm }: Gutter): void {
  if ((right - left) * STEP >= NARROWEST_GUTTER)
    gutters.push({ left: left * STEP, right: right * STEP, isFirm })
}

function makeBand(strips: readonly Strip[], gutters: readonly Column[]): Band {
  const parts: Fragment[][] = Array.from({ length: gutters.length + 1 }, () => [])
  const columnOf = ({ x }: Fragment): number => {
    const column = gutters.findIndex(({ right }) => x < right - NARROWEST_GUTTER / 2)
    return column === -1 ? gutters.length : column
  }
  const edge = Math.max(...strips.flatMap(({ fragments }) => fragments.map(({ x, width }) => x + width)))
  for (const [index, strip] of strips.entries()) {
    const before = strips[index - 1]
    const goesOn = before !== undefined && isRestOf(strip, before, gutters, edge)
    for (const fragment of strip.fragments) parts[columnOf(goesOn ? before.fragments.at(-1)! : fragment)]!.push(fragment) // prettier-ignore
  }
  const columns: Column[] = []
  const filled: DrawnLine[][] = []
  for (const [index, part] of parts.entries()) {
    if (part.length === 0) continue
    // A title over all columns does not make the first one wider.
    const widest = gutters[index]?.left ?? Infinity
    const right = Math.min(widest + STEP, Math.max(...part.map(({ x, width }) => x + width)))
    columns.push({ left: Math.min(...part.map(({ x }) => x)), right })
    filled.push(drawnLines(part))
  }
  return { kind: 'band', columns, rows: rowsOf(filled) }
}

/** Whether `strip`, from the margin on over the columns, goes on with the last word above: tabs part the columns of a line. */
function isRestOf(strip: Strip, before: Strip, gutters: readonly Column[], edge: number): boolean {
  const [first] = strip.fragments as [Fragment]
  const last = before.fragments.at(-1)!
  if (strip.lines.length > 1 || first.x >= gutters[0]!.left || last.x < gutters[0]!.left) return false
  const letter = last.width / last.text.length
  return crosses(strip, gutters) && (/[-./[(]$/.test(last.text) || last.x + last.width > edge - 2 * letter)
}

function rowsOf(columns: readonly (readonly DrawnLine[])[]): DrawnLine[][][] {
  const all = columns.flatMap((lines, column) => lines.map((line) => ({ line, column })))
  const gap = lineGap(columns)
  const rows: DrawnLine[][][] = []
  let bottom = -Infinity
  for (const { line, column } of all.toSorted((a, b) => topOf(b.line) - topOf(a.line))) {
    if (rows.length === 0 || bottom - topOf(line) > gap) {
      rows.push(columns.map(() => []))
      bottom = Infinity
    }
    rows.at(-1)![column]!.push(line)
    bottom = Math.min(bottom, bottomOf(line))
  }
  return rows
}

/** The widest gap between two lines of one cell. */
function lineGap(columns: readonly (readonly DrawnLine[])[]): number {
  let narrowest = Infinity
  for (const lines of columns) {
    for (let at = 1; at < lines.length; at++) {
      const step = lines[at - 1]!.y - lines[at]!.y
      if (step < WIDEST_STEP * heightOf(lines[at]!)) narrowest = Math.min(narrowest, bottomOf(lines[at - 1]!) - topOf(lines[at]!)) // prettier-ignore
    }
  }
  return narrowest === Infinity ? 0 : narrowest + ROW_GAP
}

function topOf(line: DrawnLine): number {
  return line.y + ABOVE * heightOf(line)
}

function bottomOf(line: DrawnLine): number {
  return line.y - BELOW * heightOf(line)
}

function heightOf({ fragments }: DrawnLine): number {
  return Math.max(...fragments.map(({ height }) => height))
}
