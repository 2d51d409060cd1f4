/** Runs of text on a page of a PDF: what is drawn without a gap, and, once more, how it may have to be read otherwise. */
import { drawnLines, type Fragment } from './pdf-lines.ts'
import type { Box, Placed } from './pdf-table.ts'

/** Points, y upwards, of the base line. */
export interface Run {
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
  /** Without blanks that nobody drew. */
  readonly closed: string
  /** Without a number that was drawn by itself, right before the rest. Null: it has none. */
  readonly numberless: { readonly text: string; readonly left: number } | null
}

/** The number of a row. */
export const ROW_NUMBER = /^\(?\d{1,4}[.)]?$/
/** Gaps within a run, as part of the letters' height: with a blank drawn, and without one. */
const WIDEST_BLANK = 1.2
const WIDEST_GAP = 0.08
/** Of a line that is spread over its column. */
const WIDEST_SPREAD = 60
const SAME_LINE = 0.45
/**
 * Runs as they are drawn, those that begin with the number of a row also without it, and whole lines: the blanks of a line that
 * is spread over its column are as wide as columns are apart.
 */
export function runsOf(page: number, placed: readonly Placed[]): Run[] {
  const narrow = groupsOf(page, placed, WIDEST_BLANK, WIDEST_GAP)
  const known = new Set(narrow.map(({ text, y }) => `${y} ${text}`))
  const wide = groupsOf(page, placed, WIDEST_SPREAD, WIDEST_SPREAD)
  const others = wide.filter(({ text, y }) => !known.has(`${y} ${text}`))
  return [
    ...narrow,
    ...narrow.flatMap(unnumbered).map((run) => ({ ...run, isWide: true })),
    ...others.flatMap(closed).map((run) => ({ ...run, isWide: run.box === null })),
  ]
}

/** A narrow column leaves no room between the number of a row and the name beside it. */
function unnumbered(run: Run): Run[] {
  return run.numberless === null ? [] : [{ ...run, ...run.numberless, numberless: null }]
}

/** A line that is spread over its column, also without the blanks that nobody drew: it may be spread at a sign without width. */
function closed(run: Run): Run[] {
  return run.closed === run.text ? [run] : [run, { ...run, text: run.closed }]
}

function groupsOf(page: number, placed: readonly Placed[], blank: number, gap: number): Run[] {
  const groups: { readonly box: Box | null; readonly fragments: Fragment[] }[] = []
  for (const { fragment, box } of placed) {
    const group = groups.at(-1)
    const before = group?.fragments.at(-1)
    if (
      group !== undefined &&
      (group.box === box ? goesOn(before!, fragment, blank, gap) : goesOn(before!, fragment, 0, WIDEST_GAP))
    )
      group.fragments.push(fragment)
    else groups.push({ box, fragments: [fragment] })
  }
  return groups.flatMap(({ box, fragments }) =>
    drawnLines(fragments).map(({ text, x, right, y, fragments: [first, ...others] }): Run => {
      const unit = /^[^\s/-]*[/-]?/.exec(text)![0].length
      const closed = others.reduce(
        (all, next, index) => all + (isSpread([first!, ...others][index]!, next, box) ? '' : ' ') + next.text,
        first!.text,
      )
      return { page, box, text, left: x, right, y, height: first!.height, unit: ((right - x) * unit) / Math.max(1, text.length), isWide: false, closed, numberless: numberlessOf(text, first!, others) } // prettier-ignore
    }),
  )
}

function numberlessOf(text: string, first: Fragment, [next]: readonly Fragment[]): Run['numberless'] {
  if (next === undefined || !ROW_NUMBER.test(first.text) || first.isBeforeBlank || next.isAfterBlank)
    return null
  return text.startsWith(first.text)
    ? { text: text.slice(first.text.length).trimStart(), left: next.x }
    : null
}

/** Whether the room between two pieces may be none of the text. */
function isSpread(before: Fragment, next: Fragment, box: Box | null): boolean {
  if (before.isBeforeBlank || next.isAfterBlank) return false
  return box !== null || /[-.[({\])}/:]$/.test(before.text) || /^[-.[({\])}/:]/.test(next.text)
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
