import { describe, expect, it } from 'vitest'
import { MAX_LINE_LENGTH, TextLines } from '../../../src/identity/text-lines.ts'

function linesOf(
  bytes: Uint8Array,
  chunkBytes = bytes.length || 1,
): { lines: string[]; last: string | null } {
  const lines: string[] = []
  const reader = new TextLines({
    line: (text, line) => void lines.push(`${line} ${text}`),
    tooLong: (line) => void lines.push(`${line} too long`),
  })
  for (let at = 0; at < bytes.length; at += chunkBytes) reader.push(bytes.slice(at, at + chunkBytes))
  const last = reader.end()
  return { lines, last: last && `${last.line} ${last.text}` }
}

const TEXT = 'Sở, phường\r\nhai\n\ncuối'
const EXPECTED = { lines: ['1 Sở, phường', '2 hai', '3 '], last: '4 cuối' }

describe('lines of text', () => {
  it.each([1, 2, 3, 7, 1000])('are the same in pieces of %i octets', (chunkBytes) => {
    const utf16 = Buffer.from(TEXT, 'utf16le')
    expect(linesOf(Buffer.from(TEXT), chunkBytes)).toEqual(EXPECTED)
    expect(linesOf(Buffer.from(`\ufeff${TEXT}`), chunkBytes)).toEqual(EXPECTED)
    expect(linesOf(Buffer.concat([Buffer.from([0xff, 0xfe]), utf16]), chunkBytes)).toEqual(EXPECTED)
    const swapped = Buffer.from(utf16).swap16()
    expect(linesOf(Buffer.concat([Buffer.from([0xfe, 0xff]), swapped]), chunkBytes)).toEqual(EXPECTED)
  })

  it('in UTF-16 without a mark are known by the zeros between letters', () => {
    expect(linesOf(Buffer.from('IP\nx', 'utf16le'))).toEqual({ lines: ['1 IP'], last: '2 x' })
  })

  it('of almost nothing are read too', () => {
    expect(linesOf(Buffer.from(''))).toEqual({ lines: [], last: null })
    expect(linesOf(Buffer.from('a'))).toEqual({ lines: [], last: '1 a' })
    expect(linesOf(Buffer.from('a\n'))).toEqual({ lines: ['1 a'], last: null })
  })

  it('that are too long are counted and left out', () => {
    const long = 'x'.repeat(MAX_LINE_LENGTH + 1)
    expect(linesOf(Buffer.from(`a\n${long}\nb\n${long}`), 1000)).toEqual({
      lines: ['1 a', '2 too long', '3 b', '4 too long'],
      last: null,
    })
    expect(linesOf(Buffer.from('x'.repeat(MAX_LINE_LENGTH))).last).toHaveLength(MAX_LINE_LENGTH + 2)
  })

  it('with what is no text have marks in its place', () => {
    expect(linesOf(Buffer.from([0x61, 0xff, 0x62, 0x0a])).lines).toEqual(['1 a\ufffdb'])
  })
})
