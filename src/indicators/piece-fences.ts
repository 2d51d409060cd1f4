/**
 * Whether a name on a page may go on in a neighbouring piece of text: nothing is proposed that may be a part of more. What
 * stands before and behind it has to end, or to begin, with something else.
 */
import type { Piece, Seam } from '../documents/sink.ts'
import { endsWhole, hasBullet } from './breaks.ts'
import { joinPieces } from './lines.ts'
import { DOT_OPEN, isPath, isPossible, mayGoOn, NUMBER, SYLLABLE, tailOf } from './piece-seams.ts'
import type { Word } from './words.ts'

/** Signs that names hold: something goes on. Colons and full stops end labels and sentences too. */
const OPEN_END = /[-[({_=?&%@]$|^h..ps?[:/]+$|[^\s.:]*[.:][^\s]*[.:]$/i
const OPEN_START = /^(?:[.\])}/:=&%_]|-\S|[[({]\s?(?:\.|dot))/i
const WORD = /^[\p{L}\p{M}]+$/u

/** What keeps a name from being proposed. */
export type Doubt = 'part' | 'prose'

export class Fences {
  readonly #pieces: readonly Piece[]
  readonly #texts: readonly string[]
  readonly #ends: ReadonlySet<number>
  readonly #before: readonly (readonly { readonly piece: number; readonly seam: Seam }[])[]

  /** `texts`: of the pieces, without marks of ours. `ends`: pieces that end with a name that goes over several. */
  constructor(pieces: readonly Piece[], texts: readonly string[], ends: ReadonlySet<number>) {
    this.#ends = ends
    this.#pieces = pieces
    this.#texts = texts
    const before: { readonly piece: number; readonly seam: Seam }[][] = pieces.map(() => [])
    for (const [piece, { next }] of pieces.entries())
      for (const seam of next) before[seam.piece]!.push({ piece, seam })
    this.#before = before
  }

  /** Of a `word` that begins in piece `first` and ends in piece `last`, `text` the text of both and what is between. Null: none. */
  doubtOf({ from, to }: Word, text: string, first: number, last: number): Doubt | null {
    const start = text.slice(0, from)
    const end = text.slice(to)
    if (!/[\s,;]\S*$/.test(start) && !hasBullet(text)) {
      for (const { piece, seam } of this.#before[first]!) {
        if (this.#goesOn(piece, seam) || this.#endsOpen(piece, seam)) return 'part'
        if (isProse(this.#texts[piece]!, seam)) return 'prose'
      }
    }
    const isAtEnd = !/^\S*[\s,;]/.test(end.trimEnd())
    return isAtEnd && this.#pieces[last]!.next.some((seam) => this.#goesOn(last, seam)) ? 'part' : null
  }

  /** A number says nothing, but what stands before it may: `qlogin-` / `632` / `x.com`. */
  #endsOpen(at: number, seam: Seam): boolean {
    if (!NUMBER.test(this.#texts[at]!.trim())) return false
    let before = this.#texts[at]!
    for (let [first, left] = [at, MOST_NUMBERS]; left > 0; left--) {
      const above = this.#before[first]!.find(
        (each) => each.seam.isNext && this.#goesOn(each.piece, each.seam),
      )
      if (above === undefined) return false
      before = joinPieces(this.#texts[above.piece]!, before, 'doubt')
      if (this.#goesOn(at, seam, before)) return true
      first = above.piece
    }
    return false
  }

  #goesOn(at: number, seam: Seam, before = this.#texts[at]!): boolean {
    const after = this.#texts[seam.piece]!
    const last = tailOf(before)
    if (!seam.isNext) return false
    const isDone = endsWhole(before) || this.#ends.has(at)
    if (isDone && last.endsWith('/')) return isPath(before, after, false)
    if (OPEN_END.test(last) || DOT_OPEN.test(before) || OPEN_START.test(after.trimStart()))
      return !hasBullet(after)
    if (!seam.isClose && !seam.isOver) return false
    return (
      mayGoOn(before, this.#pieces[at]!.next) && !hasBullet(after) && isPossible(before, after, seam, isDone)
    )
  }
}

/** A sentence that goes on in the next line. */
function isProse(before: string, { isClose, isFull }: Seam): boolean {
  if (!isClose) return false
  const last = tailOf(before)
  const words = before.trim().split(/\s+/).length
  return (isFull && SYLLABLE.test(last)) || (words >= (isFull ? 2 : LEAST_WORDS) && WORD.test(last))
}

/** Pieces above a number that are looked at. */
const MOST_NUMBERS = 4
/** Fewer may be the head of a list. */
const LEAST_WORDS = 4
