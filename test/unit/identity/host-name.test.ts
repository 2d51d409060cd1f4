import { describe, expect, it } from 'vitest'
import { cleanHostName, cleanText, cutOctets } from '../../../src/identity/host-name.ts'

describe('host names', () => {
  it.each([
    ['pc-01.so.tinh.local', 'pc-01.so.tinh.local'],
    ['PC-VĂN-THƯ', 'PC-VĂN-THƯ'],
    ['a\u0000b\u001b[31mc\u007f\u0085d', 'ab[31mcd'],
    ['exe.\u202etxt.doc\u2066\u200f', 'exe.txt.doc'],
    ['a\u200b\u00ad\ufeffb', 'ab'],
    ['one\r\ntwo\u2028three', 'onetwothree'],
    ['\ud800x', 'x'],
    ['  pc  ', 'pc'],
    ['<script>alert(1)</script>', '<script>alert(1)</script>'],
    ['=cmd|/C calc', '=cmd|/C calc'],
    ['*', null],
    ['', null],
    ['\u0007', null],
  ])('%j', (text, cleaned) => expect(cleanHostName(text)).toBe(cleaned))

  it('have one form, however their marks are written', () => {
    expect(cleanHostName('máy'.normalize('NFD'))).toBe('máy'.normalize('NFC'))
  })

  it('have at most 253 octets, and no half of a character', () => {
    expect(cleanHostName('x'.repeat(300))).toBe('x'.repeat(253))
    expect(cleanHostName(`${'x'.repeat(252)}é`)).toBe('x'.repeat(252))
    expect(Buffer.byteLength(cleanHostName('😀'.repeat(5000))!)).toBe(252)
    expect(cutOctets('éé', 3)).toBe('é')
  })

  it('in many words are one line', () => {
    expect(cleanText(' Tầng 2\n phòng\t205 ')).toBe('Tầng 2 phòng 205')
    expect(cleanText('x'.repeat(900))).toHaveLength(500)
  })
})
