/** However a name is cut into pieces of a page it is found again, and nothing is joined that no seam joins. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Piece, Seam } from '../../src/documents/sink.ts'
import { classify } from '../../src/indicators/classify.ts'
import { pieceJoins } from '../../src/indicators/piece-joins.ts'

const letters = (least: number, most: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...Array.from('abcdefghijklmnopqrstuvwxyz0123456789')), minLength: least, maxLength: most }) // prettier-ignore
/** A label no word of ours looks like: it begins with q and ends with x. */
const label = fc
  .tuple(letters(1, 10), fc.option(letters(1, 6), { nil: null }))
  .map(([first, second]) => `q${first}${second === null ? '' : `-${second}`}x`)
const name = fc
  .tuple(
    fc.array(label, { minLength: 1, maxLength: 3 }),
    fc.constantFrom('com', 'net', 'org', 'com.vn', 'xyz'),
  ) // prettier-ignore
  .map(([labels, top]) => `${labels.join('.')}.${top}`)

const TIGHT = { isClose: true, isFull: true, isTight: true, isOver: false, isNext: true }
const ROOM = { ...TIGHT, isFull: false, isTight: false }
const OVER = { isClose: false, isFull: true, isTight: true, isOver: true, isNext: true }

function column(texts: readonly string[], seamAt: (at: number) => Omit<Seam, 'piece'>): Piece[] {
  return texts.map((text, at) => ({
    text,
    place: { page: 1 },
    isWide: false,
    next: at + 1 < texts.length ? [{ piece: at + 1, ...seamAt(at) }] : [],
  }))
}

/** `text` cut at some of its letters, into no more pieces than one name is looked for in. */
const cut = (text: string): fc.Arbitrary<string[]> =>
  fc.subarray(Array.from({ length: text.length - 1 }, (_, at) => at + 1), { minLength: 1, maxLength: Math.min(20, text.length - 1) }).map((cuts) => [0, ...cuts].map((from, index) => text.slice(from, cuts[index]))) // prettier-ignore

const noWarning = (): void => {}

describe('pieceJoins', () => {
  it('finds a name in the pieces it was cut into', () => {
    const broken = name.chain((whole) => fc.record({ whole: fc.constant(whole), parts: cut(whole) }))
    fc.assert(
      fc.property(broken, ({ whole, parts }) => {
        const [first] = pieceJoins(column(parts, () => TIGHT), noWarning) // prettier-ignore
        expect(first?.ways.flatMap(({ values }) => values)).toContain(whole)
      }),
    )
  })

  it('finds it over the end of a page, and proposes no part of it', () => {
    const broken = name.chain((whole) => fc.record({ whole: fc.constant(whole), parts: cut(whole), page: fc.nat() })) // prettier-ignore
    fc.assert(
      fc.property(broken, ({ whole, parts, page }) => {
        const over = page % (parts.length - 1)
        const joins = pieceJoins(column(parts, (at) => (at === over ? OVER : TIGHT)), noWarning) // prettier-ignore
        expect(joins.flatMap(({ ways }) => ways.flatMap(({ values }) => values))).toContain(whole)
        const ways = joins.flatMap((join) => join.ways)
        const sure = ways.filter(({ doubt, values }) => doubt === null && !values.includes(whole))
        expect(sure.flatMap(({ values }) => values)).toEqual([])
      }),
    )
  })

  it('finds it in lines of one to three letters, however many, over two ends of columns', () => {
    const broken = fc.record({ whole: name, width: fc.integer({ min: 1, max: 3 }), ends: fc.tuple(fc.nat(), fc.nat()) }) // prettier-ignore
    fc.assert(
      fc.property(broken, ({ whole, width, ends }) => {
        const parts = whole.match(new RegExp(`.{1,${width}}`, 'g'))!
        fc.pre(parts.length > 1 && parts.length <= 60)
        const over = ends.map((end) => end % (parts.length - 1))
        const [first] = pieceJoins(column(parts, (at) => (over.includes(at) ? OVER : TIGHT)), noWarning) // prettier-ignore
        expect(first?.ways.flatMap(({ values }) => values)).toContain(whole)
      }),
    )
  })

  it('takes whole names with room behind them for what they are', () => {
    fc.assert(
      fc.property(fc.uniqueArray(name, { minLength: 1, maxLength: 12 }), (names) => {
        const ways = pieceJoins(column(names, () => ROOM), noWarning).flatMap((join) => join.ways) // prettier-ignore
        expect(ways.map(({ values, doubt }) => [values, doubt])).toEqual(names.map((each) => [[each], null]))
      }),
    )
  })

  it('whatever the pieces: only along seams, each piece once, indicators only, and each that stands in a piece', () => {
    const text = fc.oneof(
      name,
      fc.string({ unit: fc.constantFrom(...Array.from('qx1.-/:[]() dot@,ệ')), maxLength: 8 }),
      fc.string({ maxLength: 12 }),
    )
    const graph = fc.array(text, { minLength: 1, maxLength: 9 }).chain((texts) =>
      fc.tuple(
        ...texts.map((each) =>
          fc.record({
            text: fc.constant(each),
            place: fc.constant({ page: 1 }),
            isWide: fc.boolean(),
            next: fc.uniqueArray(
              fc.record({ piece: fc.nat(texts.length - 1), isClose: fc.boolean(), isFull: fc.boolean(), isTight: fc.boolean(), isOver: fc.boolean(), isNext: fc.boolean() }), // prettier-ignore
              { maxLength: 3, selector: ({ piece }) => piece },
            ),
          }),
        ),
      ),
    )
    fc.assert(
      fc.property(graph, (pieces: readonly Piece[]) => {
        const ways = pieceJoins(pieces, noWarning).flatMap((join) => join.ways)
        for (const { path, values } of ways) {
          expect(new Set(path).size).toBe(path.length)
          for (const [index, piece] of path.slice(1).entries())
            expect(pieces[path[index]!]!.next.map((seam) => seam.piece)).toContain(piece)
          for (const value of values) expect(classify(value)?.refusal).toBeNull()
        }
        const single = new Set(ways.filter(({ path }) => path.length === 1).flatMap(({ values }) => values))
        for (const piece of pieces) {
          const reading = classify(piece.text)
          if (/^q[a-z\d.-]+x\.[a-z.]+$/.test(piece.text) && reading?.refusal === null) expect(single).toContain(reading.value) // prettier-ignore
        }
      }),
    )
  })
})
