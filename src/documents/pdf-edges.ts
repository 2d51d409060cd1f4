/**
 * Lines at the top and the bottom of the pages of a PDF: who sent it, its number, the page. They stand alone as the lines of
 * a list do, and what they name is no indicator.
 */
import type { DrawnLine, Fragment } from './pdf-lines.ts'

/** Lines of one page outside tables, from top to bottom, and where the page ends. Points, y upwards. */
export interface PageLines {
  readonly lines: readonly DrawnLine[]
  readonly top: number
  readonly bottom: number
}

/** So much of the page's height belongs to its edge. */
const EDGE = 0.12
/** Points. */
const LEAST_EDGE = 115
const TOP_LINES = 2
const BOTTOM_LINES = 3
/** Lines further apart than this many heights of their letters do not belong together. */
const APART = 1.7
const PAGE_NUMBER = /^\D{0,8}\d{1,4}(?:\D{1,6}\d{1,4})?$/
/** Between words, as part of the letters' height. */
const WIDEST_BLANK = 0.5
/** A word with a full stop in it, as lists hold one a line. */
const LONE_WORD = /^\s*(?:[-+•*]|\d{1,4}[.)])?\s*\S+[.\])}]\S+\s*$/

/** Lines that stand at an edge. */
export interface Edges {
  /** Surely no part of the text: on other pages too, or with a gap between. */
  readonly away: ReadonlySet<DrawnLine>
  /** The first of a page, and no line of a list. */
  readonly unsure: ReadonlySet<Fragment>
}

export function edgesOf(pages: readonly PageLines[]): Edges[] {
  const seen = new Map<string, number>()
  const candidates = pages.map(atEdges)
  for (const lines of candidates)
    for (const key of new Set(lines.map(({ line }) => keyOf(line)))) seen.set(key, (seen.get(key) ?? 0) + 1)
  return candidates.map((lines) => {
    const away = lines.filter(({ line, isApart }) => isApart || seen.get(keyOf(line))! > 1)
    const first = lines.find(({ line, isUpper }) => isUpper && !away.some((each) => each.line === line))
    const unsure = lines.filter((each) => (each.isOutermost || each === first) && !each.isOfList)
    return {
      away: new Set(away.map(({ line }) => line)),
      unsure: new Set(unsure.flatMap(({ line }) => line.fragments)),
    }
  })
}

interface Candidate {
  readonly line: DrawnLine
  readonly isOutermost: boolean
  readonly isUpper: boolean
  /** Further from the line beside it than lines of one text are. */
  readonly isApart: boolean
  /** What stands beside it, towards the middle of the page, is a word alone too. */
  readonly isOfList: boolean
}

function atEdges({ lines, top, bottom }: PageLines): Candidate[] {
  const edge = Math.max(EDGE * (top - bottom), LEAST_EDGE)
  const upper = lines.slice(0, TOP_LINES).filter(({ y }) => y > top - edge)
  const lower = lines.slice(Math.max(upper.length, lines.length - BOTTOM_LINES)).filter(({ y }) => y < bottom + edge) // prettier-ignore
  return [
    ...upper.map((line, at) => candidate(line, lines.slice(at + 1, at + 3), at === 0, true)),
    ...lower.map((line, index) => {
      const at = lines.length - lower.length + index
      const isOutermost = lines.slice(at + 1).every(({ text }) => PAGE_NUMBER.test(text))
      return candidate(line, lines.slice(Math.max(0, at - 2), at).toReversed(), isOutermost, false)
    }),
  ].filter(({ line }) => !isWide(line))
}

/** `beside`: the next two lines towards the middle of the page. */
function candidate(
  line: DrawnLine,
  beside: readonly DrawnLine[],
  isOutermost: boolean,
  isUpper: boolean,
): Candidate {
  const height = Math.max(...line.fragments.map((fragment) => fragment.height))
  const [next] = beside
  const isApart = next === undefined || Math.abs(next.y - line.y) > APART * height
  return { line, isOutermost, isUpper, isApart, isOfList: !isApart && beside.every(({ text }) => LONE_WORD.test(text)) } // prettier-ignore
}

/** Cells of a row stand further from each other than words. */
function isWide({ fragments }: DrawnLine): boolean {
  return fragments.some(({ x, height }, index) => {
    const before = fragments[index - 1]
    return before !== undefined && x - (before.x + before.width) > WIDEST_BLANK * height
  })
}

/** Numbers of pages are other ones on each. */
function keyOf({ text, y }: DrawnLine): string {
  return `${text.replace(/\d+/g, '#')} ${Math.round(y / 4)}`
}
