/** What readers of documents hand on: lines, rows of tables, values with a declared type, entries of lists. */
import type { Refusal, NotEnforceable } from '../lists/outcome.ts'
import type { Place } from './place.ts'

export interface TextLine {
  readonly text: string
  /**
   * Whether the line was broken because there was no more room: true, so the word may go on in the next line; false,
   * there was room; null, nobody can say.
   */
  readonly isFull: boolean | null
}

/** How a line or a cell is to be taken. */
export interface Traits {
  /** One of a list: what stands first in the line is meant. */
  readonly isList: boolean
  /** Nobody sees it who opens the document: hidden text, a hidden sheet. */
  readonly isHidden: boolean
  /** That a word stands alone there says nothing: at the edge of a page, in columns that nothing but white space parts. */
  readonly isUnsure?: boolean
  /** A line goes through it: its author took it back. */
  readonly isStruck?: boolean
  /** Of a table inside a cell: the outer table, and the column the cell stands in. */
  readonly within?: { readonly table: string; readonly column: number }
}

export const PLAIN: Traits = { isList: false, isHidden: false }
export const LIST: Traits = { isList: true, isHidden: false }
export const HIDDEN: Traits = { isList: false, isHidden: true }
export const STRUCK: Traits = { isList: false, isHidden: false, isStruck: true }
export const UNSURE: Traits = { isList: false, isHidden: false, isUnsure: true }

export interface Cell {
  readonly lines: readonly TextLine[]
  readonly place: Place
  /** From 0, cells before it counted by how many columns they cover. */
  readonly column: number
  /** A number or a date of a spreadsheet: what is shown is made from it. */
  readonly isNumber: boolean
  /** Nobody sees it, whatever the row it stands in. */
  readonly isHidden?: boolean
  readonly isStruck?: boolean
  /** It stands beside several rows, and was handed on with the first of them. */
  readonly isShared?: boolean
}

/** What a file in a format for machines says of a value. */
export interface Declared {
  /** Why it stands there. `context`: beside the indicators, as a reference or a comment. */
  readonly role:
    | 'indicator'
    /** The publisher marks other values for detection and not this one. */
    | 'unmarked'
    /** The publisher marks nothing at all for detection. */
    | 'marks-nothing'
    /** Seen, and not said to be malicious. */
    | 'observed'
    /** Only together with another condition, or no longer. */
    | 'conditional'
    | 'withdrawn'
    | 'origin'
    | 'reference'
    | 'context'
    | 'file'
  /** The type as the file names it (`ip-dst`, `domain-name:value`). */
  readonly type: string
}

export interface ListEntry {
  /** The name in lower-case ASCII, or an address or prefix. */
  readonly value: string
  readonly isName: boolean
  readonly scope: 'listed' | 'exact' | 'subtree' | 'below'
  /** The list lets it through. */
  readonly isException: boolean
}

/** A run of text on a page, and which ones may go on with its last word, whatever the layout is taken for. */
export interface Piece {
  readonly text: string
  readonly place: Place
  /** A whole line outside of ruled cells, across wide gaps: it may be of several columns. */
  readonly isWide: boolean
  readonly next: readonly Seam[]
}

export interface Seam {
  /** Index of the piece behind it. */
  readonly piece: number
  /** It stands right below, in the same cell or column. */
  readonly isClose: boolean
  /** The first had no room for what the other begins with: the program may have broken the line there. */
  readonly isFull: boolean
  /** The first had no room for one letter more. */
  readonly isTight: boolean
  /** From the last lines of a page or a column to the first ones of the next. */
  readonly isOver: boolean
  /** As far as ruled lines tell: right below, or from the last cell of a page to the first of the next, no row of its own. */
  readonly isNext: boolean
}

export interface DocumentSink {
  /** A line of running text or of a list; the next one follows it directly unless `gap` is called. */
  line(line: TextLine, place: Place, traits: Traits): void
  gap(): void
  /** `table` tells the tables of a file apart; one may go on behind other lines, on the next page. */
  row(table: string, cells: readonly Cell[], traits: Traits): void
  value(text: string, declared: Declared, place: Place): void
  entry(entry: ListEntry, written: string, place: Place): void
  refusedEntry(written: string, reason: Refusal | NotEnforceable, place: Place): void
  /** All of a document that says only where its text stands, once, behind its last line and row. */
  pieces(pieces: readonly Piece[]): void
  /** What a person should know of the file: pages that are images, parts that were not read. */
  warn(text: string): void
}

/** Lines of `text`, of which nobody can say why they were broken. */
export function brokenLines(text: string): TextLine[] {
  return text.split(/\r\n|[\n\r\v\f\u0085\u2028\u2029]/).map((line) => ({ text: line, isFull: null }))
}
