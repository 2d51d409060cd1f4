/**
 * Runs of text on the pages of a PDF, and which may go on with which, whatever the layout is taken for: the next one drawn,
 * the next one below, the first ones of the next column or page. What lines, cells and columns were read wrongly is found so.
 */
import type { Frame } from './pdf-frames.ts'
import { ROW_NUMBER, type Run, runsOf } from './pdf-runs.ts'
import type { Box, Placed } from './pdf-table.ts'
import type { Piece, Seam } from './sink.ts'

/** Points that left edges, or middles, of one column differ by. */
const SAME_EDGE = 3
/** The same on another page or in another column of the page. */
const SIMILAR_EDGE = 8
/** The next line is no further below, as part of the letters' height. */
const FURTHEST = 3.4
const NEAREST = 0.5
/** Right below is no further. */
const CLOSE = 1.9
/** What stands below the last line of a column: the bottom of the page. */
const MOST_BELOW = 3
/** Room for less than a letter and the padding of a cell, as part of the letters' height. */
const TIGHT = 1.4
/** Looked at of the next page or column. */
const FIRST_RUNS = 8
/** Readings of the first line of one. */
const FIRST_LINE = 4
const MAX_RUNS = 60_000
/** Of one page: what costs its square. */
const MAX_OF_PAGE = 2000

export class PieceFinder {
  readonly #pages: { readonly runs: readonly Run[]; readonly page: number; readonly isColumn: boolean }[] = []
  #count = 0

  /** In the order in which it is drawn. */
  frame(page: number, placed: readonly Placed[], { isColumn, shift }: Frame): void {
    if (this.#count >= MAX_RUNS) return
    const runs = runsOf(page, shift === 0 ? placed : shifted(placed, shift)).slice(0, MAX_OF_PAGE)
    this.#count += runs.length
    this.#pages.push({ runs, page, isColumn })
  }

  find(): Piece[] {
    const pieces: Piece[] = []
    const offsets: number[] = []
    let all = 0
    for (const { runs } of this.#pages) {
      offsets.push(all)
      all += runs.length
    }
    const numbers = new Map(this.#pages.flatMap(({ runs }, at) => runs.map((run, index) => [run, offsets[at]! + index]))) // prettier-ignore
    const sheets = this.#pages.map(({ runs }) => new Sheet(runs))
    const heads = new Set<string>()
    for (const [at, { runs }] of this.#pages.entries()) {
      const sheet = sheets[at]!
      const behind = this.#behind(at).map((each) => sheets[each]!)
      for (const run of runs) if (run.box !== null) heads.add(headOf(run))
      for (const [index, run] of runs.entries()) {
        const seams = new Map<number, Seam>()
        const room = (run.box?.right ?? sheet.rightOf(run)) - run.right
        const add = (next: Run, isClose: boolean, isOver = false, isNext = true): void => {
          const piece = numbers.get(next)!
          if (seams.has(piece)) return
          seams.set(piece, {
            piece,
            isClose,
            isOver,
            isNext,
            isTight: room < TIGHT * run.height,
            isFull: next.unit > room - run.height * 0.5,
          })
        }
        const below = sheet.below(run)
        for (const next of below) add(next, run.y - next.y < CLOSE * run.height && run.box === next.box)
        const drawn = runs[index + 1]
        if (drawn !== undefined && (run.box === drawn.box || run.box === null || drawn.box === null)) add(drawn, false) // prettier-ignore
        if (sheet.isLast(run)) {
          for (const next of sheet.besides(run)) add(next, false, true, sheet.isLastCell(run))
          for (const each of behind) for (const next of each.first(run)) add(next, false, true, sheet.isLastCell(run) && each.isFirstCell(next, heads)) // prettier-ignore
          for (const next of sheet.topRightOf(run)) add(next, false, true, false)
          if (sheet.isRight(run)) for (const each of behind) for (const next of each.topLeft()) add(next, false, true, false) // prettier-ignore
        }
        pieces.push({
          text: run.text,
          place: { page: run.page },
          isWide: run.isWide,
          next: [...seams.values()],
        })
      }
    }
    return pieces
  }

  /** What a frame goes on in: the next one, and behind edges of pages the next column. */
  #behind(at: number): number[] {
    const behind: number[] = []
    const page = this.#pages[at]!.page
    for (let next = at + 1; next < this.#pages.length && this.#pages[next]!.page <= page + 1; next++) {
      behind.push(next)
      if (this.#pages[next]!.isColumn || !this.#pages[at]!.isColumn) break
    }
    return behind
  }
}

/** As if the frame stood where the first column does. */
function shifted(placed: readonly Placed[], shift: number): Placed[] {
  const boxes = new Map<Box, Box>()
  const move = (box: Box): Box => {
    const known = boxes.get(box) ?? { ...box, left: box.left - shift, right: box.right - shift }
    boxes.set(box, known)
    return known
  }
  return placed.map(({ fragment, box }) => ({
    fragment: { ...fragment, x: fragment.x - shift },
    box: box === null ? null : move(box),
  }))
}

/** Runs of a page by where they stand. */
class Sheet {
  readonly #runs: readonly Run[]
  readonly #left: number
  readonly #right: number

  constructor(runs: readonly Run[]) {
    this.#runs = runs.toSorted((a, b) => b.y - a.y || a.left - b.left)
    this.#left = Math.min(...runs.map(({ left }) => left))
    this.#right = Math.max(...runs.map(({ right }) => right))
  }

  /** The right edge of the column that `run` stands in, as far as anything tells. */
  rightOf(run: Run): number {
    return Math.max(...this.#runs.filter((each) => isAligned(each, run)).map(({ right }) => right))
  }

  /** No line of its cell stands below it, and no other cell of its column. */
  isLastCell(run: Run): boolean {
    const { box } = run
    if (box === null) return true
    return !this.#runs.some((each) => each.y < run.y - NEAREST * run.height && each.box !== null && isSameColumn(each.box, box)) // prettier-ignore
  }

  /** No cell of its column stands above it but heads that were seen before, and its row has no number of its own. */
  isFirstCell(run: Run, heads: ReadonlySet<string>): boolean {
    const { box } = run
    if (box === null) return true
    for (const each of this.#runs) {
      if (each.box === null) continue
      if (isSameColumn(each.box, box)) {
        if (each.y > run.y + NEAREST * run.height && !heads.has(headOf(each))) return false
      } else if (
        each.box.left < box.left &&
        Math.abs(each.box.top - box.top) < SAME_EDGE &&
        ROW_NUMBER.test(each.text)
      )
        return false
    }
    return true
  }

  /** Nearest below it: with the same edge, with the same middle, over or under it. */
  below(run: Run): Run[] {
    const found = new Set<Run>()
    const from = this.#runs.indexOf(run) + 1
    const kinds = [isSameLeft, isSameMiddle, isOver] as readonly ((a: Run, b: Run) => boolean)[]
    const reached = kinds.map(() => Infinity)
    for (let at = from; at < this.#runs.length; at++) {
      const next = this.#runs[at]!
      const step = run.y - next.y
      if (step > FURTHEST * run.height) break
      if (step < NEAREST * run.height || (run.box !== null && next.box !== null && run.box !== next.box))
        continue
      for (const [index, is] of kinds.entries()) {
        // The same line as a whole, and its first run.
        if ((reached[index] !== Infinity && reached[index]! - next.y > 1) || !is(run, next)) continue
        reached[index] = Math.min(reached[index]!, next.y)
        found.add(next)
      }
    }
    // What begins right below it first, the whole line before its first run.
    return [...found].toSorted(
      (a, b) => Number(isSameLeft(b, run)) - Number(isSameLeft(a, run)) || b.y - a.y || b.right - a.right,
    )
  }

  /** Hardly anything of its column stands below it. */
  isLast(run: Run): boolean {
    let below = 0
    for (let at = this.#runs.length - 1; at >= 0; at--) {
      const each = this.#runs[at]!
      if (each.y >= run.y - NEAREST * run.height) return true
      if (isAligned(each, run) && ++below > MOST_BELOW) return false
    }
    return true
  }

  /** The first below the top that stand as `run` does. */
  first(run: Run): Run[] {
    const { box } = run
    return this.#runs
      .filter((each) => {
        if (box === null) return each.box === null && isAligned(each, run, SIMILAR_EDGE)
        return each.box !== null && Math.abs(each.box.left - box.left) <= SIMILAR_EDGE && Math.abs(widthOf(each.box) - widthOf(box)) <= SAME_EDGE // prettier-ignore
      })
      .slice(0, FIRST_RUNS)
  }

  /** The first of the column right of its own: columns of a page are alike. */
  besides(run: Run): Run[] {
    const { box } = run
    const least = (this.#right - this.#left) * 0.4
    return this.#runs
      .filter((each) => {
        if (each.left - run.left < least || each.left < run.right || each.y < run.y) return false
        if (box === null) return each.box === null
        return each.box !== null && Math.abs(widthOf(each.box) - widthOf(box)) <= SAME_EDGE
      })
      .slice(0, FIRST_RUNS)
  }

  /** The first line right of its own, above it: parts of columns may be columns again. */
  topRightOf(run: Run): Run[] {
    if (run.box !== null) return []
    const right = this.#runs.filter((each) => each.box === null && each.left > run.right && each.y > run.y)
    const [first] = right
    return first === undefined ? [] : right.filter(({ left, y }) => first.y - y < 1 && left - first.left <= SAME_EDGE).slice(0, FIRST_LINE) // prettier-ignore
  }

  /** It stands where a second column may. */
  isRight({ box, left }: Run): boolean {
    return box === null && left - this.#left > (this.#right - this.#left) * 0.4
  }

  /** The first line, where a first column may be. */
  topLeft(): Run[] {
    const [first] = this.#runs
    return this.#runs.slice(0, FIRST_LINE).filter(({ box, left, y }) => box === null && first!.y - y < 1 && left - this.#left <= SAME_EDGE) // prettier-ignore
  }
}

function isSameColumn(a: Box, b: Box): boolean {
  return Math.abs(a.left - b.left) <= SAME_EDGE && Math.abs(a.right - b.right) <= SAME_EDGE
}

/** What tells the head of a column again on the next page. */
function headOf({ text, box }: Run): string {
  return `${Math.round(widthOf(box!) / 4)} ${text}`
}

function widthOf({ left, right }: Box): number {
  return right - left
}

function isAligned(a: Run, b: Run, edge = SAME_EDGE): boolean {
  return isSameLeft(a, b, edge) || isSameMiddle(a, b, edge)
}

function isSameLeft(a: Run, b: Run, edge = SAME_EDGE): boolean {
  return Math.abs(a.left - b.left) <= edge
}

function isSameMiddle(a: Run, b: Run, edge = SAME_EDGE): boolean {
  return Math.abs(a.left + a.right - b.left - b.right) <= 2 * edge
}

function isOver(a: Run, b: Run): boolean {
  return a.left < b.right && b.left < a.right
}
