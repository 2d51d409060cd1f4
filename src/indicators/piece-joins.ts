/**
 * Words that go over pieces of a page, however it was read: every join of pieces that may follow each other and make an
 * indicator. A person decides; nothing is accepted because of it.
 */
import type { Place } from '../documents/place.ts'
import type { Piece, Seam } from '../documents/sink.ts'
import { beginsWhole, endsWhole, hasBullet } from './breaks.ts'
import { classify } from './classify.ts'
import { Mark, withoutMarks } from './clean-text.ts'
import { headingOf } from './headings.ts'
import { joinPieces } from './lines.ts'
import { withoutHyphens } from './passage.ts'
import { isSurelyFile } from './not-names.ts'
import { refang } from './refang.ts'
import { type Word, wordsOf } from './words.ts'

export interface PieceJoin {
  /** What may be meant: of pieces right below each other, and of others. */
  readonly likely: readonly string[]
  readonly unlikely: readonly string[]
  /** Of these, what goes over the end of a column or a page, and the pieces behind the first. */
  readonly over: readonly { readonly values: readonly string[]; readonly path: readonly number[] }[]
  /** Index of its first piece, and of the others of the likely ones. */
  readonly start: number
  readonly rests: readonly number[]
  /** What pieces of the likely ones would be by themselves. */
  readonly parts: readonly string[]
  /** What stands whole in one piece, or in pieces right below each other. */
  readonly sure: readonly string[]
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
}

interface Found extends Open {
  readonly values: readonly string[]
}

/** Pieces one name is broken over. */
const MAX_PIECES = 24
const MAX_LIKELY = 12
const MAX_UNLIKELY = 12
/** Joins tried for one beginning. */
const MAX_JOINS = 160
/** Of a document: seconds. */
const MAX_ALL_JOINS = 400_000
/** Of a line, from its end. */
const MAX_TAIL = 200
/** A sign that stands inside names, or next to where one is cut. */
const SIGN = /[.\-:/[({\])}\ue000]/
/** What can stand at the end of half a name, and at the beginning of the other half. */
const OPEN_END = /[\p{L}\p{M}\d._\-:/[\](){}?=&%#]\s*$/u
const OPEN_START = /^\s*[\p{L}\p{M}\d._\-:/[\](){}?=&%#]/u
const HEX = /^[0-9a-f]{8,}$/i
/** A word of Vietnamese, with its marks; a name of a product, a heading. */
const SYLLABLE = /^(?=.*[^\x20-\x7e])[bcdđghklmnpqrstvx]{0,3}[aeiouyàáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵ]{1,3}(?:c|ch|m|n|ng|nh|p|t)?[.,:]?$/iu // prettier-ignore
const TITLE = /^(?:\p{Lu}\p{Ll}+(?:[.\d]*|\.[\p{Lu}\d].*)|\p{Lu}{2,}\d*|v\d+(?:\.\d+)+)$/u
const BULLET = /^\(?\d{1,3}[.)]$/
/** What may be left of a name that is whole without it. */
const REST = /^\s*(?:[.:/[({-]\S*|[a-z\d-]+\/?)\s*$/
const REST_OF_PATH = /^\s*[\w.?=&%-]+\/?\s*$/
const DOT_START = /^(?:[[({]?\.|[[({]dot|-[a-z\d])/i
const SCHEME = /^(?:h..ps?|meow)[[(]?:/i
const NUMBER = /^\(?\d{1,4}[.)]?$/

/** `warn` is called once where there are more joins than are tried: what stands behind is not joined. */
export function* pieceJoins(pieces: readonly Piece[], warn: (text: string) => void): Generator<PieceJoin> {
  const reader = new JoinReader(pieces)
  for (let at = 0; at < pieces.length; at++) {
    const join = reader.isDone ? null : reader.from(at)
    if (join !== null) yield join
    for (const value of reader.in(at))
      yield {
        start: at,
        rests: [],
        over: [],
        likely: [],
        unlikely: [value],
        parts: [],
        sure: pieces[at]!.isWide ? [] : [value],
        written: pieces[at]!.text,
        place: pieces[at]!.place,
      }
  }
  if (reader.isDone)
    warn('it has too many pieces of text: broken names at its end may be missing; ask for the docx')
}

class JoinReader {
  readonly #pieces: readonly Piece[]
  readonly #texts: readonly string[]
  #joins = 0

  constructor(pieces: readonly Piece[]) {
    this.#pieces = pieces
    this.#texts = pieces.map(({ text }) => withoutMarks(text))
  }

  /** No more joins are tried. */
  get isDone(): boolean {
    return this.#joins > MAX_ALL_JOINS
  }

  /** What stands in the piece itself. */
  in(at: number): string[] {
    const text = this.#texts[at]!
    return SIGN.test(text) || /\sdot\s/i.test(text) ? wordsOf(refang(text), text).flatMap(valuesOf) : []
  }

  from(start: number): PieceJoin | null {
    const text = this.#texts[start]!.slice(-MAX_TAIL)
    if (!mayGoOn(text)) return null
    const found: Found[] = []
    const beginning: Open = { path: [start], text, isLikely: true, isOver: false, hasLeapt: false }
    const take = (next: Open): boolean => {
      const word = wordOver(next.text)
      if (word === null) return false
      const values = valuesOf(word)
      if (values.length > 0 || isMail(word)) found.push({ ...next, values })
      return !/\s/.test(next.text.slice(word.to)) && OPEN_END.test(next.text)
    }
    // Straight down a narrow column, then the likely ones, then the shortest.
    for (let open: Open | undefined = beginning; open !== undefined && open.path.length < MAX_PIECES;) {
      const next: Open | undefined = this.#behind(open).find(({ isLikely }) => isLikely)
      open = next !== undefined && take(next) ? next : undefined
    }
    const likelyOpen: Open[] = [beginning]
    const unlikelyOpen: Open[] = []
    for (let joins = 0; joins < MAX_JOINS;) {
      const open = likelyOpen.shift() ?? unlikelyOpen.shift()
      if (open === undefined) break
      for (const next of this.#behind(open)) {
        joins++
        this.#joins++
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
      rests: [...new Set(likely.flatMap(({ path }) => path.slice(1)))],
      likely: inOrder(likely),
      unlikely: inOrder(unlikely),
      over: unlikely.filter(({ isOver }) => isOver),
      parts: [
        ...new Set(
          (likely.length > 0 ? likely : unlikely.filter(({ isOver }) => isOver)).flatMap(({ path }) =>
            this.#partsOf(path),
          ),
        ),
      ].filter((part) => !values.has(part)),
      sure: likely.flatMap(({ values }) => values),
      written: (likely[0] ?? found[0]!).path.map((at) => this.#texts[at]!.slice(-MAX_TAIL)).join(' '),
      place: this.#pieces[start]!.place,
    }
  }

  /** `open` and each piece that may go on with it. */
  *#behind({ path, text, isLikely, isOver, hasLeapt }: Open): Generator<Open> {
    const isDone = endsWhole(text)
    for (const seam of this.#pieces[path.at(-1)!]!.next) {
      const { piece, isClose } = seam
      const after = this.#texts[piece]!
      // One leap is enough.
      if (hasLeapt && !isClose) continue
      if (path.includes(piece) || !OPEN_START.test(after) || hasBullet(after)) continue
      if (!isPossible(text, after, seam, isDone)) continue
      const joined = joinPieces(text, after.slice(0, MAX_TAIL), 'doubt')
      const isAlso = isClose && (seam.isTight || !isDone || SIGN.test(after.trimStart()[0]!))
      yield {
        path: [...path, piece],
        text: joined,
        isLikely: isLikely && isAlso,
        isOver: isOver || seam.isOver,
        hasLeapt: hasLeapt || !isClose,
      }
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

/** As they stand there first, then without hyphens. */
function inOrder(found: readonly Found[]): string[] {
  return [
    ...new Set([
      ...found.flatMap(({ values }) => values.slice(0, 1)),
      ...found.flatMap(({ values }) => values),
    ]),
  ]
}

/** Whether the end of a run may be half a name. */
function mayGoOn(text: string): boolean {
  const end = text.trimEnd()
  if (!OPEN_END.test(end)) return false
  const last = tailOf(end)
  const isLone = last.length === end.trimStart().length
  if (!isLone && !SIGN.test(last) && !/\sdot$/.test(end)) return false
  if (!SIGN.test(last) && headingOf(end) !== null) return false
  return !SYLLABLE.test(last) && !TITLE.test(last) && !isSurelyFile(last)
}

/** Whether two runs may hold one word. `isDone`: the first ends with something whole. */
function isPossible(before: string, after: string, seam: Seam, isDone: boolean): boolean {
  const { isClose, isFull, isTight, isOver } = seam
  const last = tailOf(before)
  const first = /^\S*/.exec(after.trimStart())![0]
  if (HEX.test(last) && HEX.test(first)) return false
  // Two whole things are two, and so is a whole one with room behind it.
  if (isDone && !DOT_START.test(first)) {
    if (!isFull || (!isClose && !(last.endsWith('/') ? REST_OF_PATH : REST).test(after))) return false
    if (!isTight && beginsWhole(after)) return false
  }
  if (/^\d{5,}$/.test(last)) return false
  if (SCHEME.test(first)) return false
  if (BULLET.test(last) && !/^\d/.test(first)) return false
  if (SYLLABLE.test(first) || TITLE.test(first)) return false
  if (isClose || SIGN.test(last.at(-1)!) || SIGN.test(first[0]!)) return true
  if (NUMBER.test(last) || (NUMBER.test(first) && !(isOver && /:\d{1,4}$/.test(last)))) return false
  return SIGN.test(refang(last).text) || /\d|^[a-z]{10}/.test(last)
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

function valuesOf({ text, doubts }: Word): string[] {
  return withoutHyphens(text, doubts).flatMap((variant) => {
    const reading = classify(variant.replace(/^[.-]+|[.]+$/g, ''))
    if (reading === null || reading.refusal !== null) return []
    return reading.kind === 'hash' || reading.kind === 'email' ? [] : [reading.value]
  })
}

function tailOf(text: string): string {
  return /\S*$/.exec(text.trimEnd())![0]
}
