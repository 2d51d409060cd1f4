/** Lines that follow each other, put together where a name was broken between them. */
import type { Place } from '../documents/place.ts'
import type { TextLine, Traits } from '../documents/sink.ts'
import { type Break, breakBetween, hasBullet, isWhole, unfinishedIn, upTo } from './breaks.ts'
import { Mark, withoutMarks } from './clean-text.ts'

/** More lines than one name is broken over. */
const MAX_PIECES = 12
const PLAIN_WORD = /^\s*[\p{L}\p{M}\d]+\s*$/u
/** A bracket is open at the end: `evil[`, `evil[.`, `hxxp[:`. */
const OPEN = /[[({](?:\.|[a-z:/]{1,5})?$/i
/** Whole names in a cell that make it a list. */
const LEAST_ITEMS = 3

interface Piece {
  readonly text: string
  readonly isFull: boolean | null
}

/** The lines of a cell, pieces of one word in one line with a mark between them. */
export function joinLines(lines: readonly TextLine[]): string[] {
  const pieces = lines
    .map(({ text, isFull }): Piece => ({ text: withoutMarks(text), isFull }))
    .filter(({ text }) => text.trim() !== '')
  if (pieces.length < LEAST_ITEMS) return joinAll(pieces, false, false)
  // Three whole names are a list, once those are whole that were cut without doubt.
  const items = joinAll(pieces, true, true)
  return joinAll(pieces, items.filter(isWhole).length >= LEAST_ITEMS, false)
}

/** `isSure`: only what is without doubt is put together. */
function joinAll(pieces: readonly Piece[], isList: boolean, isSure: boolean): string[] {
  const joined: string[] = []
  for (let at = 0; at < pieces.length;) {
    let { text, isFull } = pieces[at++]!
    for (let taken = 1; at < pieces.length && taken < MAX_PIECES;) {
      const next = pieces.slice(at, at + MAX_PIECES - taken)
      let { how, rest, count } = nextBreak(text, isFull, isList, next)
      // What stands behind a doubtful break may be whole: then it has to go on by itself.
      const tail = text.slice(text.lastIndexOf(Mark.doubt) + 1)
      if (how !== 'apart' && tail !== text && !tail.includes('/') && isWhole(tail)) {
        ;({ how, rest, count } = nextBreak(tail, isFull, isList, next))
        if (how === 'joined') how = 'doubt'
      }
      if (how === 'apart' || (isSure && how === 'doubt')) break
      text = joinPieces(text, rest, how)
      isFull = pieces[at + count - 1]!.isFull
      at += count
      taken += count
    }
    joined.push(text)
  }
  return joined
}

interface Next {
  readonly how: Break
  /** What goes on, of `count` pieces. */
  readonly rest: string
  readonly count: number
}

/** Whether `text` goes on with the first of `pieces`, or with several of them, none of which is whole. */
function nextBreak(text: string, isFull: boolean | null, isList: boolean, pieces: readonly Piece[]): Next {
  let rest = ''
  for (const [index, { text: piece }] of pieces.entries()) {
    // A name, what is none, and another name: three things.
    if (index > 0 && isWhole(text) && isWhole(piece) && PLAIN_WORD.test(rest)) break
    const isUnsure = rest.trimEnd().endsWith('-') || isWhole(text)
    rest = index === 0 ? piece : joinPieces(rest, piece, isUnsure ? 'doubt' : 'joined')
    const how = breakBetween(text, rest, isFull, isList)
    // A name and, behind it, pieces of another one: nobody can say where the first ends.
    if (how !== 'apart') return { how: index > 0 && isWhole(text) ? 'doubt' : how, rest, count: index + 1 }
    if (isWhole(rest) && !OPEN.test(rest.trimEnd())) break
  }
  return { how: 'apart', rest, count: 0 }
}

export function joinPieces(before: string, after: string, how: 'joined' | 'doubt'): string {
  const start = after.trimStart()
  return `${upTo(before, start)}${how === 'joined' ? Mark.joined : Mark.doubt}${start}`
}

/** Running lines one by one: each waits for the next, which may go on with its last word. */
export class LineJoiner {
  readonly #take: (text: string, place: Place, traits: Traits) => void
  #text: string | null = null
  #place: Place = {}
  #traits: Traits | null = null
  #isFull: boolean | null = null
  #pieces = 1
  /** Half a name that the page before, or a column, ended with. */
  #unfinished: string | null = null

  constructor(take: (text: string, place: Place, traits: Traits) => void) {
    this.#take = take
  }

  line(line: TextLine, place: Place, traits: Traits): void {
    const text = withoutMarks(line.text)
    const before = this.#text
    if (before !== null && traits === this.#traits && this.#pieces < MAX_PIECES) {
      // Names that stand in lines of their own are a list, whatever the document says of it; not the lines of one paragraph.
      // On a page, what has no bullet below what has one is of the same item.
      const isItem = place.page !== undefined && hasBullet(before) && !hasBullet(text)
      // Pages of HTML may have all their paragraphs in one line: each has a place of its own.
      const isOther = place.line !== this.#place.line || (place !== this.#place && place.page === undefined)
      const isList = isOther && !isItem
      const how = breakBetween(before, text, this.#isFull, isList)
      if (how !== 'apart') {
        this.#text = joinPieces(before, text, how)
        this.#isFull = line.isFull
        this.#pieces++
        return
      }
    }
    this.flush()
    this.#text = text
    this.#place = place
    this.#traits = traits
    this.#isFull = line.isFull
    this.#pieces = 1
  }

  /** Nothing goes on with what came last. */
  flush(): void {
    const text = this.#text
    this.#text = null
    if (text === null || text.trim() === '') return
    const isPrinted = this.#place.page !== undefined
    const whole = this.#unfinished === null || !isPrinted ? text : joinPieces(this.#unfinished, text, 'doubt')
    this.#unfinished = isPrinted ? unfinishedIn(text) : null
    this.#take(whole, this.#place, this.#traits!)
  }
}
