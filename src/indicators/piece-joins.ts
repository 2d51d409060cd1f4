/**
 * Words that go over pieces of a page, however it was read: every join of pieces that may follow each other and make an
 * indicator. A person decides; nothing is accepted because of it.
 */
import type { Place } from '../documents/place.ts'
import type { Piece, Seam } from '../documents/sink.ts'
import { endsWhole, hasBullet } from './breaks.ts'
import { classify } from './classify.ts'
import { Mark, withoutMarks } from './clean-text.ts'
import { joinPieces } from './lines.ts'
import { withoutHyphens } from './passage.ts'
import { type Doubt, Fences } from './piece-fences.ts'
import {
  DOT_OPEN,
  isPath,
  isPossible,
  mayGoOn,
  OPEN_END,
  OPEN_START,
  SHORT_REST,
  SIGN,
} from './piece-seams.ts'
import { refang } from './refang.ts'
import { type Word, wordsOf } from './words.ts'

/** Pieces that may be one name. */
export interface Way {
  /** What it would be, as it stands there first, then without hyphens. */
  readonly values: readonly string[]
  /** Indexes of the pieces. */
  readonly path: readonly number[]
  /** All right below each other. */
  readonly isLikely: boolean
  /** It goes over the end of a column or a page. */
  readonly isOver: boolean
  /** What may be said against that it is whole. */
  readonly doubt: Doubt | null
}

/** What begins in one piece. */
export interface PieceJoin {
  readonly start: number
  readonly ways: readonly Way[]
  /** What pieces of the likely ones would be by themselves. */
  readonly parts: readonly string[]
  readonly written: string
  readonly place: Place
}

interface Open {
  readonly isOver: boolean
  /** One piece is not right below the one before. */
  readonly hasLeapt: boolean
  /** Indexes of its pieces. */
  readonly path: readonly number[]
  /** With a mark between each two of them. */
  readonly text: string
  readonly isLikely: boolean
  readonly isFlow: boolean
}

interface Found extends Omit<Way, 'doubt'> {
  readonly word: Word
  readonly text: string
}

/** Pieces one name is broken over: followed straight down a column, and searched for everywhere. */
const MAX_PIECES = 24
const MAX_LIKELY = 12
const MAX_UNLIKELY = 12
/** Of a full stop in brackets, behind the word it belongs to. */
const DOT_REST = /^\s?\.?\s?[\])}]?\s*$/
/** Each of them may be of the name or not. */
const MAX_HYPHENS = 5
const FEW_HYPHENS = 2
/** Joins tried straight down, and ends of columns they go over. */
const MAX_FLOW = 160
const MAX_LEAPS = 2
/** Letters of a line of a narrow column; lines of one name in it, and steps down from one beginning. */
const NARROW = 8
const MAX_NARROW = 64
const MAX_FALL = 300
/** ` dot `, broken, with nothing else in its lines. */
const CUT_DOT = /\ue002(?:d\ue002ot|do\ue002t|d\ue002o\ue002t)$/i
/** Joins tried for one beginning. */
const MAX_JOINS = 160
/** Of a document: seconds. */
const MAX_ALL_JOINS = 400_000
/** Of a line, from its end. */
const MAX_TAIL = 200

/** `warn` is called once where there are more joins than are tried: what stands behind is not joined. */
export function pieceJoins(pieces: readonly Piece[], warn: (text: string) => void): PieceJoin[] {
  const texts = pieces.map(({ text }) => withoutMarks(text))
  const reader = new JoinReader(pieces, texts)
  const found: FoundJoin[] = []
  for (let at = 0; at < pieces.length; at++) {
    const join = reader.isDone ? null : reader.from(at)
    if (join !== null) found.push(join)
    found.push(...reader.in(at))
  }
  if (reader.isDone)
    warn(
      'có quá nhiều đoạn chữ: tên bị ngắt ở cuối tệp có thể thiếu, hãy xin tệp docx · it has too many pieces of text: broken names at its end may be missing; ask for the docx',
    )
  const all = found.flatMap(({ ways }) => ways)
  const ends = new Set(all.flatMap(({ isLikely, path, values }) => (isLikely && values.length > 0 ? [path.at(-1)!] : []))) // prettier-ignore
  const fences = new Fences(pieces, texts, ends)
  return found.map((join) => ({
    ...join,
    ways: join.ways.map(({ word, text, ...way }): Way => {
      const [first, last] = [way.path[0]!, way.path.at(-1)!]
      const isUnsure = pieces[first]!.isWide || (way.path.length > 1 && !way.isLikely)
      return { ...way, doubt: isUnsure ? 'part' : fences.doubtOf(word, text, first, last) }
    }),
  }))
}

interface FoundJoin extends Omit<PieceJoin, 'ways'> {
  readonly ways: readonly Found[]
}

class JoinReader {
  readonly #pieces: readonly Piece[]
  readonly #texts: readonly string[]
  /** What stands right below something. */
  readonly #below: ReadonlySet<number>
  #joins = 0

  constructor(pieces: readonly Piece[], texts: readonly string[]) {
    this.#pieces = pieces
    this.#texts = texts
    this.#below = new Set(pieces.flatMap(({ next }) => next.flatMap(({ isClose, piece }) => (isClose ? [piece] : [])))) // prettier-ignore
  }

  /** No more joins are tried. */
  get isDone(): boolean {
    return this.#joins > MAX_ALL_JOINS
  }

  /** What stands in the piece itself. */
  *in(at: number): Generator<FoundJoin> {
    const text = this.#texts[at]!
    const { place } = this.#pieces[at]!
    if (!SIGN.test(text) && !/\sdot\s/i.test(text)) return
    for (const word of wordsOf(refang(text), text)) {
      for (const value of valuesOf(word)) {
        const ways = [{ values: [value], path: [at], isLikely: false, isOver: false, word, text }]
        yield { start: at, ways, parts: [], written: text, place }
      }
    }
  }

  from(start: number): FoundJoin | null {
    const text = this.#texts[start]!.slice(-MAX_TAIL)
    if (!mayGoOn(text, this.#pieces[start]!.next)) return null
    const found: Found[] = []
    const beginning: Open = {
      path: [start],
      text,
      isLikely: true,
      isOver: false,
      hasLeapt: false,
      isFlow: true,
    }
    const take = (next: Open): boolean => {
      this.#joins++
      const word = wordOver(next.text)
      if (word === null) return DOT_OPEN.test(next.text)
      const values = valuesOf(word, next.isLikely ? MAX_HYPHENS : FEW_HYPHENS)
      if (values.length > 0 || isMail(word))
        found.push({
          path: next.path,
          isLikely: next.isLikely,
          isOver: next.isOver,
          text: next.text,
          values,
          word,
        })
      const rest = next.text.slice(word.to)
      const isLast = DOT_REST.test(rest) || !/\s/.test(rest.replace(DOT_OPEN, ''))
      return isLast && (OPEN_END.test(next.text) || DOT_OPEN.test(next.text))
    }
    this.#follow(beginning, 0, { left: MAX_FLOW }, take)
    if (this.#isTop(start)) this.#fall(beginning, take)
    const likelyOpen: Open[] = [beginning]
    const unlikelyOpen: Open[] = []
    for (let joins = 0; joins < MAX_JOINS;) {
      const open = likelyOpen.shift() ?? unlikelyOpen.shift()
      if (open === undefined) break
      for (const next of this.#behind(open)) {
        joins++
        if (!take(next) || next.path.length >= (next.isLikely ? MAX_LIKELY : MAX_UNLIKELY)) continue
        if (next.isLikely) likelyOpen.push(next)
        else unlikelyOpen.push(next)
      }
    }
    if (found.length === 0) return null
    const likely = found.filter(({ isLikely }) => isLikely)
    const unlikely = found.filter(({ isLikely }) => !isLikely)
    const values = new Set(likely.flatMap((each) => each.values))
    return {
      start,
      ways: [...likely, ...unlikely],
      parts: [
        ...new Set(
          (likely.length > 0 ? likely : unlikely.filter(({ isOver }) => isOver)).flatMap(({ path }) =>
            path.length > MAX_PIECES ? [] : this.#partsOf(path),
          ),
        ),
      ].filter((part) => !values.has(part)),
      written: (likely[0] ?? found[0]!).path.map((at) => this.#texts[at]!.slice(-MAX_TAIL)).join(' '),
      place: this.#pieces[start]!.place,
    }
  }

  /** Straight down a column, then over its end to the next one, and straight down again. */
  #follow(open: Open, leaps: number, budget: { left: number }, take: (next: Open) => boolean): void {
    if (open.path.length >= MAX_PIECES) return
    for (const next of [...this.#behind(open)]) {
      const isLeap = next.isOver && !open.isOver
      if (!next.isFlow || (isLeap && leaps >= MAX_LEAPS) || budget.left-- <= 0) continue
      if (take(next)) this.#follow({ ...next, isOver: false }, leaps + Number(isLeap), budget, take)
    }
  }

  /**
   * Straight down a column of a few letters a line, on at the top of the next one, and down again: only what is whole is taken,
   * and only the first lines of columns are gone on to.
   */
  #fall(beginning: Open, take: (next: Open) => boolean): void {
    let left = MAX_FALL
    let tops: Open[] = [beginning]
    for (let leaps = 0; ; leaps++) {
      const ends: Open[] = []
      for (const top of tops) {
        for (let end = top; left > 0; left--) {
          this.#joins++
          const isTried = (leaps > 0 || end.path.length > MAX_PIECES) && endsWhole(end.text)
          if (isTried && !take({ ...end, isLikely: false, isOver: leaps > 0 })) break
          const [next] = this.#behind(end, (seam) => seam.isClose && this.#isNarrow(seam.piece))
          if (next === undefined) {
            ends.push(end)
            break
          }
          end = next
        }
      }
      if (leaps >= MAX_LEAPS || left <= 0) return
      tops = ends.flatMap((end) => [
        ...this.#behind({ ...end, hasLeapt: false }, (seam) => seam.isOver && this.#isTop(seam.piece)),
      ])
    }
  }

  #isNarrow(at: number): boolean {
    return this.#texts[at]!.trim().length <= NARROW
  }

  /** Nothing stands right above it. */
  #isTop(at: number): boolean {
    return this.#isNarrow(at) && !this.#below.has(at)
  }

  /** `open` and each piece that may go on with it, of those that `isMeant`. */
  *#behind(
    { path, text, isLikely, isOver, hasLeapt }: Open,
    isMeant: (seam: Seam) => boolean = () => true,
  ): Generator<Open> {
    if (path.length >= MAX_NARROW) return
    const isDone = endsWhole(text)
    for (const seam of this.#pieces[path.at(-1)!]!.next) {
      const { piece, isClose } = seam
      if (!isMeant(seam)) continue
      const after = this.#texts[piece]!
      // One leap is enough.
      if (hasLeapt && !isClose) continue
      if (path.includes(piece) || !OPEN_START.test(after) || hasBullet(after)) continue
      if (!isPossible(text, after, seam, isDone)) continue
      const joined = joinPieces(text, after.slice(0, MAX_TAIL), 'doubt')
      const isAlso = isClose && (seam.isTight || !isDone || SIGN.test(after.trimStart()[0]!) || SHORT_REST.test(after.trim()) || isPath(text, after, seam.isFull)) // prettier-ignore
      const next = {
        path: [...path, piece],
        text: joined,
        isLikely: isLikely && isAlso,
        isOver: isOver || seam.isOver,
        hasLeapt: hasLeapt || !isClose,
        isFlow: isAlso || seam.isOver,
      }
      yield next
      if (CUT_DOT.test(joined)) yield { ...next, text: joined.replace(CUT_DOT, ` ${Mark.doubt}dot`) }
    }
  }

  /** What stretches of the pieces are by themselves, short of all. */
  #partsOf(path: readonly number[]): string[] {
    const parts: string[] = []
    for (let from = 0; from < path.length; from++) {
      for (let to = from + 1; to <= path.length; to++) {
        if (to - from === path.length) continue
        let text = this.#texts[path[from]!]!.slice(-MAX_TAIL)
        for (const at of path.slice(from + 1, to)) text = joinPieces(text, this.#texts[at]!, 'doubt')
        text = text.replace(/\s+dot\s*$/i, '')
        const words = wordsOf(refang(text), text)
        const word = from === 0 ? words.at(-1) : words[0]
        if (word !== undefined) parts.push(...valuesOf(word))
      }
    }
    return parts
  }
}

function isMail({ text }: Word): boolean {
  return classify(text)?.kind === 'email'
}

/** The word that goes over all breaks of `joined`. */
function wordOver(joined: string): Word | null {
  const first = joined.indexOf(Mark.doubt)
  const last = joined.lastIndexOf(Mark.doubt)
  return wordsOf(refang(joined), joined).find(({ from, to }) => from < first && to > last + 1) ?? null
}

function valuesOf({ text, doubts }: Word, hyphens = FEW_HYPHENS): string[] {
  return withoutHyphens(text, doubts, hyphens).flatMap((variant) => {
    const reading = classify(variant.replace(/^[.-]+|[.]+$/g, ''))
    if (reading === null || reading.refusal !== null) return []
    return reading.kind === 'hash' || reading.kind === 'email' ? [] : [reading.value]
  })
}
