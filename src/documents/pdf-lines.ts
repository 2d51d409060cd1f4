/** Pieces of text on a PDF page to lines, and whether a line was broken because there was no more room. */
import type { TextLine } from './sink.ts'

/** A run of text as the page draws it. Points, y upwards, `y` of the base line. */
export interface Fragment {
  readonly text: string
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  /** Where each character of `text` begins. */
  readonly starts: readonly number[]
  /** A blank was drawn with it, before or behind. */
  readonly isAfterBlank: boolean
  readonly isBeforeBlank: boolean
  /** Of the page. */
  readonly font: unknown
  /** Nobody sees it. */
  readonly isHidden: boolean
}

export interface DrawnLine {
  readonly fragments: readonly Fragment[]
  readonly text: string
  readonly x: number
  readonly right: number
  readonly y: number
}

/** Part of the letters' height that base lines of one line may differ by. */
const SAME_LINE = 0.45
/** Gap that is a blank, as part of the letters' height. */
const BLANK = 0.17

/** From top to bottom. Raised marks (of footnotes) are told apart by blanks. */
export function drawnLines(fragments: readonly Fragment[]): DrawnLine[] {
  const sorted = fragments.toSorted((a, b) => b.y - a.y || a.x - b.x)
  const groups: Fragment[][] = []
  for (const fragment of sorted) {
    const group = groups.at(-1)
    const first = group?.[0]
    if (group && first && first.y - fragment.y <= SAME_LINE * Math.max(first.height, fragment.height)) {
      group.push(fragment)
    } else groups.push([fragment])
  }
  return groups.map(drawLine)
}

function drawLine(group: readonly Fragment[]): DrawnLine {
  const fragments = group.toSorted((a, b) => a.x - b.x)
  const tallest = Math.max(...fragments.map(({ height }) => height))
  let text = ''
  let right = fragments[0]!.x
  let before: Fragment | null = null
  for (const fragment of fragments) {
    const gap = fragment.x - right
    const isRaised = (each: Fragment): boolean => each.height < tallest * 0.75
    const isMark = before !== null && isRaised(before) !== isRaised(fragment)
    const isBlank = gap > BLANK * tallest || isMark || fragment.isAfterBlank || before?.isBeforeBlank === true
    if (before !== null && isBlank) text += ' '
    text += fragment.text
    right = Math.max(right, fragment.x + fragment.width)
    before = fragment
  }
  return { fragments, text, x: fragments[0]!.x, right, y: fragments[0]!.y }
}

/** Room between the border of a cell and its text, at most. */
const WIDEST_PADDING = 6

/** The lines of a cell or a page that is `left` to `right` wide. */
export function textLines(lines: readonly DrawnLine[], left: number, right: number): TextLine[] {
  const indent = Math.min(...lines.map(({ x }) => x - left))
  const width = right - left - 2 * Math.max(0, Math.min(WIDEST_PADDING, indent))
  return lines.map((line, index) => {
    const next = lines[index + 1] ?? null
    const isLineFull = isFull(line, next, width)
    return { text: withoutHyphen(line.text), isFull: isLineFull }
  })
}

/**
 * A program breaks a word only where it may (behind a hyphen or a stroke) when what follows has no room, or anywhere
 * when the word is longer than a whole line. The last line of a cell may go on on the next page.
 */
function isFull(line: DrawnLine, next: DrawnLine | null, width: number): boolean | null {
  const room = width - (line.right - line.x)
  const letter = (line.right - line.x) / Math.max(1, line.text.trim().length)
  const isWide = next !== null && /^[mwMW@%]/.test(next.text)
  if (room < (isWide ? 2.2 : 1.6) * letter) return true
  if (next === null || !/[-/]\s*$/.test(line.text)) return room > 3 * letter ? false : null
  const unit = /^[^\s/-]*[/-]?/.exec(next.text.trim())![0].length
  const nextLetter = (next.right - next.x) / Math.max(1, next.text.trim().length)
  return room < unit * nextLetter ? true : null
}

/** A hyphen at the end that cannot be of a name: it was put in where the word was broken. */
function withoutHyphen(text: string): string {
  return text.replace(/([^\p{L}\d\s-])-\s*$/u, '$1')
}
