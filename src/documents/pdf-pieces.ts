/**
 * Runs of text on the pages of a PDF, and which may go on with which, whatever the layout is taken for: the next one drawn,
 * the next one below, the first ones of the next column or page. What lines, cells and columns were read wrongly is found so.
 */
import { drawnLines, type Fragment } from './pdf-lines.ts'
import type { Box, Placed } from './pdf-table.ts'
import type { Piece, Seam } from './sink.ts'

interface Run {
  readonly page: number
  readonly box: Box | null
  readonly text: string
  readonly left: number
  readonly right: number
  readonly y: number
  readonly height: number
  /** Width of what could not be broken at its beginning. */
  readonly unit: number
  readonly isWide: boolean
}

/** Gaps within a run, as part of the letters' height: with a blank drawn, and without one. */
const WIDEST_BLANK = 1.2
const WIDEST_GAP = 0.08
/** Of a line that is spread over its column. */
const WIDEST_SPREAD = 25
const SAME_LINE = 0.45
/** Points that left edges, or middles, of one column differ by. */
const SAME_EDGE = 3
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
const FIRST_RUNS = 7
const MAX_RUNS = 60_000
/** Of one page: what costs its square. */
const MAX_OF_PAGE = 2000

export class PieceFinder {
  readonly #pages: Run[][] = []
  #count = 0

  /** In the order in which it is drawn. */
  page(number: number, placed: readonly Placed[]): void {
    if (this.#count >= MAX_RUNS) return
    const runs = runsOf(number, placed).slice(0, MAX_OF_PAGE)
    this.#count += runs.length
    this.#pages.push(runs)
  }

  find(): Piece[] {
    const pieces: Piece[] = []
    const offsets: number[] = []
    let all = 0
    for (const runs of this.#pages) {
      offsets.push(all)
      all += runs.length
    }
    for (const [at, runs] of this.#pages.entries()) {
      const numbers = new Map(runs.map((run, index) => [run, offsets[at]! + index]))
      const following = this.#pages[at + 1] ?? []
      const numbersBehind = new Map(following.map((run, index) => [run, offsets[at + 1]! + index]))
      const sheet = new Sheet(runs)
      const behind = new Sheet(following)
      for (const [index, run] of runs.entries()) {
        const seams = new Map<number, Seam>()
        const add = (next: Run, isClose: boolean, isOver = false): void => {
          const piece = numbers.get(next) ?? numbersBehind.get(next)!
          if (seams.has(piece)) return
          const room = (run.box?.right ?? sheet.rightOf(run)) - run.right
          seams.set(piece, {
            piece,
            isClose,
            isOver,
            isTight: room < TIGHT * run.height,
            isFull: next.unit > room - run.height * 0.5,
          })
        }
        const below = sheet.below(run)
        for (const next of below) add(next, run.y - next.y < CLOSE * run.height && run.box === next.box)
        const drawn = runs[index + 1]
        if (drawn !== undefined && (run.box === drawn.box || run.box === null || drawn.box === null)) add(drawn, false) // prettier-ignore
        if (sheet.isLast(run))
          for (const next of [...sheet.besides(run), ...behind.first(run)]) add(next, false, true)
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

  /** Nearest below it: with the same edge, with the same middle, over or under it. */
  below(run: Run): Run[] {
    const found = new Set<Run>()
    const from = this.#runs.indexOf(run) + 1
    const kinds = [isSameLeft, isSameMiddle, isOver]
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
        if (box === null) return each.box === null && isAligned(each, run)
        return each.box !== null && Math.abs(each.box.left - box.left) <= SAME_EDGE && Math.abs(each.box.right - box.right) <= SAME_EDGE // prettier-ignore
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
        return (
          each.box !== null && Math.abs(each.box.right - each.box.left - box.right + box.left) <= SAME_EDGE
        )
      })
      .slice(0, FIRST_RUNS)
  }
}

function isAligned(a: Run, b: Run): boolean {
  return isSameLeft(a, b) || isSameMiddle(a, b)
}

function isSameLeft(a: Run, b: Run): boolean {
  return Math.abs(a.left - b.left) <= SAME_EDGE
}

function isSameMiddle(a: Run, b: Run): boolean {
  return Math.abs(a.left + a.right - b.left - b.right) <= 2 * SAME_EDGE
}

function isOver(a: Run, b: Run): boolean {
  return a.left < b.right && b.left < a.right
}

/** Runs as they are drawn, and whole lines: the blanks of a line that is spread over its column are as wide as columns are apart. */
function runsOf(page: number, placed: readonly Placed[]): Run[] {
  const narrow = groupsOf(page, placed, WIDEST_BLANK, WIDEST_GAP)
  const known = new Set(narrow.map(({ text, y }) => `${y} ${text}`))
  const wide = groupsOf(page, placed, WIDEST_SPREAD, WIDEST_SPREAD)
  const others = wide.filter(({ text, y }) => !known.has(`${y} ${text}`))
  return [...narrow, ...others.map((run) => ({ ...run, isWide: run.box === null }))]
}

function groupsOf(page: number, placed: readonly Placed[], blank: number, gap: number): Run[] {
  const groups: { readonly box: Box | null; readonly fragments: Fragment[] }[] = []
  for (const { fragment, box } of placed) {
    const group = groups.at(-1)
    const before = group?.fragments.at(-1)
    if (group !== undefined && group.box === box && goesOn(before!, fragment, blank, gap))
      group.fragments.push(fragment)
    else groups.push({ box, fragments: [fragment] })
  }
  return groups.flatMap(({ box, fragments }) =>
    drawnLines(fragments).map(({ text, x, right, y, fragments: [first] }): Run => {
      const unit = /^[^\s/-]*[/-]?/.exec(text)![0].length
      return { page, box, text, left: x, right, y, height: first!.height, unit: ((right - x) * unit) / Math.max(1, text.length), isWide: false } // prettier-ignore
    }),
  )
}

function goesOn(before: Fragment, next: Fragment, widestBlank: number, widestGap: number): boolean {
  const height = Math.max(before.height, next.height)
  const gap = next.x - before.x - before.width
  const isBlank = before.isBeforeBlank || next.isAfterBlank
  return (
    Math.abs(before.y - next.y) <= SAME_LINE * height &&
    gap > -WIDEST_BLANK * height &&
    gap < (isBlank ? widestBlank : widestGap) * height
  )
}
