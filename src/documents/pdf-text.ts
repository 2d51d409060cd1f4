/**
 * The text of a PDF page as it is drawn (ISO 32000-1 §9.4): one fragment for each piece drawn at once, with the place of
 * every letter. Blanks are those of the text; who reads it sees from the gaps where others are meant.
 */
import type { Fragment } from './pdf-lines.ts'
import { apply, IDENTITY, type Matrix, multiply } from './pdf-matrix.ts'
import type { Operators } from './pdf-rulings.ts'

export type TextCodes = Readonly<Record<
  | 'save' | 'restore' | 'transform' | 'paintFormXObjectBegin' | 'paintFormXObjectEnd' | 'beginText' | 'setFont'
  | 'setCharSpacing' | 'setWordSpacing' | 'setHScale' | 'setLeading' | 'setTextRise' | 'setTextMatrix' | 'moveText'
  | 'setLeadingMoveText' | 'nextLine' | 'showText' | 'setTextRenderingMode' | 'setFillRGBColor',
  number
>> // prettier-ignore

interface Glyph {
  readonly unicode: string
  /** Thousandths of the font size. */
  readonly width: number
  readonly isSpace: boolean
}

interface State {
  ctm: Matrix
  font: unknown
  fontSize: number
  charSpacing: number
  wordSpacing: number
  scale: number
  leading: number
  rise: number
  /** It leaves no mark, or a white one. */
  isUnseen: boolean
  isWhite: boolean
}

const START: State = { ctm: IDENTITY, font: null, fontSize: 0, charSpacing: 0, wordSpacing: 0, scale: 1, leading: 0, rise: 0, isUnseen: false, isWhite: false } // prettier-ignore

/** A jump this many times the letters' height begins another piece. */
const JUMP = 0.3
/** A letter with marks, in one character. */
const MARKED = /[\u00c0-\u017f\u01a0-\u01b0\u1e00-\u1eff]/g
/** Of a letter, as part of the font size. */
const USUAL_WIDTH = 0.55
/** What the font says of no letter: whatever stands there, it is not read. */
const UNKNOWN = /[\p{Co}\p{Cc}\p{Cn}]/u
const MAX_FRAGMENTS = 200_000

/** Text rendering modes that paint nothing (ISO 32000-1 §9.3.6): the text of a scanned page is laid under it so. */
const UNSEEN_MODES: ReadonlySet<number> = new Set([3, 7])
const WHITE = /^#f[a-f\d]f[a-f\d]f[a-f\d]$/i
/** A blank that takes less room is taken back, as part of the font size. */
const NO_BLANK = 0.08
/** Points: smaller is not read by anybody. */
const LEAST_HEIGHT = 1
/** Blanks that fonts call by other names. */
const BLANK = /^[\t\n\r\u00a0]$/

/** Text that runs from left to right, and the rest of the page. */
export interface DrawnText {
  readonly level: readonly Fragment[]
  readonly turned: readonly string[]
}

/** `start`: how the page is turned. */
export function readText(operators: Operators, codes: TextCodes, start: Matrix): DrawnText {
  return new TextReader(codes, start).read(operators)
}

class TextReader {
  readonly #codes: TextCodes
  readonly #stack: State[] = []
  readonly #level: Fragment[] = []
  readonly #turned: string[] = []
  /** Fonts with letters of which nobody can say what they are. */
  readonly #lying = new Set<unknown>()
  #state: State
  #matrix: Matrix = IDENTITY
  #line: Matrix = IDENTITY

  constructor(codes: TextCodes, start: Matrix) {
    this.#codes = codes
    this.#state = { ...START, ctm: start }
  }

  read({ fnArray, argsArray }: Operators): DrawnText {
    for (const [index, code] of fnArray.entries()) this.#take(code, (argsArray[index] ?? []) as unknown[])
    return { level: this.#level.map((fragment) => this.#unlie(fragment)), turned: this.#turned }
  }

  /**
   * Where a font lacks a letter with its mark, programs draw both apart, call the letter by the name of both and the mark by
   * none: then the letter alone is called so too.
   */
  #unlie(fragment: Fragment): Fragment {
    if (!this.#lying.has(fragment.font)) return fragment
    return { ...fragment, text: fragment.text.replace(MARKED, '\ufffd') }
  }

  #take(code: number, args: readonly unknown[]): void {
    const { save, restore, transform, paintFormXObjectBegin, paintFormXObjectEnd } = this.#codes
    if (code === this.#codes.showText) this.#show(args[0] as readonly (Glyph | number)[])
    else if (code === save) this.#stack.push({ ...this.#state })
    else if (code === restore || code === paintFormXObjectEnd) this.#state = this.#stack.pop() ?? this.#state
    else if (code === transform) this.#state.ctm = multiply(this.#state.ctm, args as unknown as Matrix)
    else if (code === paintFormXObjectBegin) {
      this.#stack.push({ ...this.#state })
      if (args[0]) this.#state.ctm = multiply(this.#state.ctm, args[0] as Matrix)
    } else this.#place(code, args)
  }

  #place(code: number, args: readonly unknown[]): void {
    const codes = this.#codes
    const [first, second] = args as [number, number]
    const state = this.#state
    switch (code) {
      case codes.beginText: return void (this.#matrix = this.#line = IDENTITY)
      case codes.setFont: state.font = first; return void (state.fontSize = second)
      case codes.setCharSpacing: return void (state.charSpacing = first)
      case codes.setWordSpacing: return void (state.wordSpacing = first)
      case codes.setHScale: return void (state.scale = first / 100)
      case codes.setLeading: return void (state.leading = -first)
      case codes.setTextRenderingMode: return void (state.isUnseen = UNSEEN_MODES.has(first))
      case codes.setFillRGBColor: return void (state.isWhite = WHITE.test(String(first)))
      case codes.setTextRise: return void (state.rise = first)
      case codes.setTextMatrix: return void (this.#matrix = this.#line = asMatrix(args))
      case codes.moveText: return this.#move(first, second)
      case codes.setLeadingMoveText: state.leading = second; return this.#move(first, second)
      case codes.nextLine: return this.#move(0, state.leading)
    } // prettier-ignore
  }

  #move(x: number, y: number): void {
    this.#matrix = this.#line = multiply(this.#line, [1, 0, 0, 1, x, y])
  }

  #show(glyphs: readonly (Glyph | number)[]): void {
    const { ctm, fontSize, charSpacing, wordSpacing, scale, rise } = this.#state
    const matrix = multiply(ctm, multiply(this.#matrix, [scale, 0, 0, 1, 0, rise]))
    const height = Math.hypot(matrix[2], matrix[3]) * Math.abs(fontSize)
    const stretch = Math.hypot(matrix[0], matrix[1])
    let at = 0
    let piece = new Piece(matrix, 0)
    for (const glyph of glyphs) {
      if (typeof glyph === 'number') {
        at -= (glyph * fontSize) / 1000
        continue
      }
      const gap = (at - piece.end) * stretch
      if (piece.text !== '' && (gap > JUMP * height || gap < -JUMP * height)) {
        this.#add(piece, height)
        piece = new Piece(matrix, at)
      }
      const width = (glyph.width * fontSize) / 1000
      // A font put in for a letter may tell no width: what follows must not look set apart.
      const shown = width === 0 && !/^\p{M}/u.test(glyph.unicode) ? USUAL_WIDTH * fontSize : width
      const unicode = BLANK.test(glyph.unicode) ? ' ' : glyph.unicode
      const isUnknown = UNKNOWN.test(unicode)
      if (isUnknown) this.#lying.add(this.#state.font)
      if (unicode !== ' ') piece.dropBlank(at, NO_BLANK * Math.abs(fontSize))
      piece.add(isUnknown ? '\ufffd' : unicode, at, shown)
      at += width + charSpacing + (glyph.isSpace ? wordSpacing : 0)
    }
    this.#add(piece, height)
    this.#matrix = multiply(this.#matrix, [1, 0, 0, 1, at * scale, 0])
  }

  #add(piece: Piece, height: number): void {
    if (piece.text === '' || height === 0 || this.#level.length >= MAX_FRAGMENTS) return
    const isHidden = this.#state.isUnseen || this.#state.isWhite || height < LEAST_HEIGHT
    if (piece.isLevel)
      this.#level.push(...withoutBlanks({ ...piece.fragment(height, this.#state.font), isHidden }))
    else if (/\S/.test(piece.text)) this.#turned.push(piece.text)
  }
}

/** Letters drawn one behind the other. */
class Piece {
  text = ''
  /** Behind its last letter, in its own coordinates. */
  end: number
  readonly #matrix: Matrix
  readonly #starts: number[] = []

  constructor(matrix: Matrix, start: number) {
    this.#matrix = matrix
    this.end = start
  }

  add(text: string, at: number, width: number): void {
    for (let index = 0; index < text.length; index++) this.#starts.push(at + (width * index) / text.length)
    this.text += text
    this.end = at + width
  }

  /** A blank at the end takes no room where what follows begins at `at`: nobody sees it. */
  dropBlank(at: number, room: number): void {
    if (!this.text.endsWith(' ') || at - this.#starts.at(-1)! > room) return
    this.text = this.text.slice(0, -1)
    this.#starts.pop()
  }

  /** It runs from left to right, but for a slant. */
  get isLevel(): boolean {
    const [a, b] = this.#matrix
    return a > 0 && Math.abs(b) < a / 3
  }

  fragment(height: number, font: unknown): Omit<Fragment, 'isHidden'> {
    const [x, y] = apply(this.#matrix, this.#starts[0]!, 0)
    const starts = this.#starts.map((start) => apply(this.#matrix, start, 0)[0])
    return { text: this.text, x, y, width: apply(this.#matrix, this.end, 0)[0] - x, height, starts, isAfterBlank: false, isBeforeBlank: false, font } // prettier-ignore
  }
}

/** A fragment without the blanks around it. Blanks alone say nothing: one may be drawn where a sign without width was meant. */
function withoutBlanks(fragment: Fragment): Fragment[] {
  const { text, starts, x, width } = fragment
  const from = text.search(/\S/)
  if (from === -1) return []
  const to = text.trimEnd().length
  if (from === 0 && to === text.length) return [fragment]
  const start = starts[from]!
  return [
    {
      ...fragment,
      text: text.slice(from, to),
      x: start,
      width: (starts[to] ?? x + width) - start,
      starts: starts.slice(from, to),
      isAfterBlank: from > 0,
      isBeforeBlank: to < text.length,
    },
  ]
}

/** A text matrix comes as six numbers, or as an array of them. */
function asMatrix(args: readonly unknown[]): Matrix {
  return (args.length === 6 ? args : Array.from(args[0] as ArrayLike<number>)) as unknown as Matrix
}
