import { describe, expect, it } from 'vitest'
import type { Piece, Seam } from '../../../src/documents/sink.ts'
import { pieceJoins } from '../../../src/indicators/piece-joins.ts'

const BELOW = { isClose: true, isFull: true, isTight: true, isOver: false }
const OVER = { isClose: false, isFull: true, isTight: false, isOver: true }

/** Pieces one below the other; `seams` says what is between them. */
function column(texts: readonly string[], seams: readonly Omit<Seam, 'piece'>[] = []): Piece[] {
  return texts.map((text, at) => {
    const next = at + 1 < texts.length ? [{ piece: at + 1, ...(seams[at] ?? BELOW) }] : []
    return { text, place: { page: 1 }, isWide: false, next }
  })
}

const joinsOf = (pieces: readonly Piece[]) =>
  [...pieceJoins(pieces, () => {})].filter(({ rests, over }) => rests.length + over.length > 0)

describe('pieces of a page', () => {
  it('a name that goes down a narrow column, letter by letter', () => {
    const name = 'secure-update-login.evil-host.example-of-a-long-name.com'
    const [join] = joinsOf(column(name.match(/.{1,4}/g)!))
    expect(join!.likely).toContain(name)
  })

  it('what is a name by itself may be a part', () => {
    const [join] = joinsOf(column(['qnewsaccounts(dot)co', 'n', 'g-56q(dot)online']))
    expect(join!.likely).toEqual(['qnewsaccounts.cong-56q.online'])
    expect(join!.parts).toContain('qnewsaccounts.co')
  })

  it('with and without the hyphen where a line ends', () => {
    const [join] = joinsOf(column(['evil-', 'host.com']))
    expect(join!.likely).toEqual(['evil-host.com', 'evilhost.com'])
  })

  it('the rest on the next page is possible, not likely', () => {
    const [join] = joinsOf(column(['evil.host-', 'name.com'], [OVER]))
    expect(join!.likely).toEqual([])
    expect(join!.over.flatMap(({ values }) => values)).toContain('evil.host-name.com')
    expect(join!.parts).toContain('name.com')
  })

  it.each([
    [['evil.com', 'bad.net'], { ...BELOW, isTight: false }],
    [['Domain', 'evil.com'], BELOW],
    [['Trojan.Gen.2', 'evil.com'], BELOW],
    [['mạo', 'evil.com'], BELOW],
    [['12.', 'evil.com'], BELOW],
    [['0123456789abcdef', '0123456789abcdef'], BELOW],
    [['evil.com', 'https://bad.net'], BELOW],
  ])('%j are two', (texts, seam) => expect(joinsOf(column(texts, [seam]))).toEqual([]))

  it('goes in circles no further than allowed', () => {
    const all = Array.from({ length: 12 }, (_, piece): Seam => ({ piece, ...BELOW }))
    const pieces = all.map((): Piece => ({ text: 'a-', place: { page: 1 }, isWide: false, next: all }))
    expect(joinsOf(pieces)).toEqual([])
  })
})
