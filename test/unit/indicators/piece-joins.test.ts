import { describe, expect, it } from 'vitest'
import type { Piece, Seam } from '../../../src/documents/sink.ts'
import { type PieceJoin, pieceJoins } from '../../../src/indicators/piece-joins.ts'

const BELOW = { isClose: true, isFull: true, isTight: true, isOver: false, isNext: true }
const OVER = { isClose: false, isFull: true, isTight: false, isOver: true, isNext: true }

/** Pieces one below the other; `seams` says what is between them. */
function column(texts: readonly string[], seams: readonly Omit<Seam, 'piece'>[] = []): Piece[] {
  return texts.map((text, at) => {
    const next = at + 1 < texts.length ? [{ piece: at + 1, ...(seams[at] ?? BELOW) }] : []
    return { text, place: { page: 1 }, isWide: false, next }
  })
}

/** Joins of several pieces. */
const joinsOf = (pieces: readonly Piece[]) =>
  pieceJoins(pieces, () => {}).filter(({ ways }) => ways.some(({ path }) => path.length > 1))
const valuesOf = (join: PieceJoin, isLikely: boolean): string[] => [
  ...new Set(join.ways.filter((way) => way.isLikely === isLikely).flatMap(({ values }) => values)),
]
/** What is said against each name that stands in pieces. */
const doubtsOf = (pieces: readonly Piece[]) =>
  Object.fromEntries(pieceJoins(pieces, () => {}).flatMap(({ ways }) => ways.map(({ values, doubt }) => [values[0], doubt]))) // prettier-ignore

describe('pieces of a page', () => {
  it('a name that goes down a narrow column, letter by letter', () => {
    const name = 'secure-update-login.evil-host.example-of-a-long-name.com'
    const [join] = joinsOf(column(name.match(/.{1,4}/g)!))
    expect(valuesOf(join!, true)).toContain(name)
  })

  it('what is a name by itself may be a part', () => {
    const [join] = joinsOf(column(['qnewsaccounts(dot)co', 'n', 'g-56q(dot)online']))
    expect(valuesOf(join!, true)).toEqual(['qnewsaccounts.cong-56q.online'])
    expect(join!.parts).toContain('qnewsaccounts.co')
  })

  it('with and without the hyphen where a line ends', () => {
    const [join] = joinsOf(column(['evil-', 'host.com']))
    expect(valuesOf(join!, true)).toEqual(['evil-host.com', 'evilhost.com'])
  })

  it('the rest on the next page is possible, not likely', () => {
    const [join] = joinsOf(column(['evil.host-', 'name.com'], [OVER]))
    expect(valuesOf(join!, true)).toEqual([])
    expect(join!.ways.filter(({ isOver }) => isOver).flatMap(({ values }) => values)).toContain(
      'evil.host-name.com',
    )
    expect(join!.parts).toContain('name.com')
  })

  it.each([
    [['qlogin dot', 'evil dot', 'com'], 'qlogin.evil.com'],
    [['qlogin[ .', ']evil[ . ]', 'com'], 'qlogin.evil.com'],
    [['secure', '-', 'host', '.com'], 'secure-host.com'],
    [['secu', 're-', 'ho', 'st', 'd', 'ot', 'c', 'om'], 'secure-host.com'],
    [['secu', 're-', 'ho', 'st', 'd', 'o', 't', 'c', 'om'], 'secure-host.com'],
    [['hxxp://evil.com/', 'documents/', 'setup.ms', 'i'], 'http://evil.com/documents/setup.msi'],
    [['nghiệ', 'pvụ[.', ']vn'], 'xn--nghipv-lk8brj.vn'],
  ])('%j are %s', (texts, name) =>
    expect(joinsOf(column(texts)).flatMap((join) => valuesOf(join, true))).toContain(name),
  )

  it('straight down, over the end of a column, and down again', () => {
    const seams = [BELOW, BELOW, OVER, BELOW, BELOW]
    const [join] = joinsOf(column(['qsec', 'ure-', 'upda', 'te.e', 'vil', '.com'], seams))
    expect(valuesOf(join!, false)).toContain('qsecure-update.evil.com')
  })

  it('letter by letter over two ends of columns', () => {
    const name = 'online-account-office-sync-7mlq.qtraadobe1.service-xanh-34q.cc:18811'
    const texts = name.match(/../g)!
    const seams = texts.map((_, at) => (at === 3 || at === 25 ? OVER : BELOW))
    const [join] = joinsOf(column(texts, seams))
    expect(valuesOf(join!, false)).toContain(name)
  })

  it('a name is whole where nothing can go on with it', () => {
    const loose = { ...BELOW, isFull: false, isTight: false }
    expect(doubtsOf(column(['evil.com', 'bad.net'], [loose]))).toEqual({ 'evil.com': null, 'bad.net': null })
  })

  it.each([
    [['phat-viet dot', 'evil.com'], BELOW, 'evil.com'],
    [['hxxp://evil.com/', 'gate.php'], BELOW, 'evil.com'],
    [['soft[.]co', 'm.vn'], OVER, 'soft.co'],
    [['185.151.33.2', '16'], OVER, '185.151.33.2'],
  ])('%j: nobody knows where it ends', (texts, seam, name) =>
    expect(doubtsOf(column(texts, [seam]))[name]).toBe('part'),
  )

  it('the end of a sentence is none of a list', () => {
    const texts = ['Mọi thông tin xin liên hệ', 'agency.com']
    expect(doubtsOf(column(texts))).toEqual({ 'agency.com': 'prose' })
  })

  it('a row with a number of its own is no rest', () => {
    const next = { ...OVER, isNext: false }
    expect(doubtsOf(column(['evil-', 'bad.net'], [next]))['bad.net']).toBeNull()
    expect(doubtsOf(column(['evil-', 'bad.net'], [OVER]))['bad.net']).toBe('part')
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
