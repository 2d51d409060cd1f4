import { describe, expect, test } from 'vitest'
import { NameKey } from '../../../src/wire/name-key.ts'
import { keyFromText, nameToText, readName, skipName, textToName } from '../../../src/wire/name.ts'
import { hex, toHex } from './hex.ts'

const key = new NameKey()

/** Twelve octets of header and a question for www.Evil.COM, then what is given. */
const message = (tail: Uint8Array) =>
  hex`0000 8180 0001 0001 0000 0000  03 "www" 04 "Evil" 03 "COM" 00 0001 0001 ${tail}`
const TAIL = 30

function text(): string {
  return nameToText(key.bytes)
}

describe('readName', () => {
  test('lower-cases ASCII only and says where labels start', () => {
    const bytes = hex`03 "WAZ" 04 "E" c4 "@[" 00`
    expect(readName(bytes, 0, bytes.length, key)).toBe(10)
    expect(toHex(key.bytes, 0, key.length)).toBe(toHex(hex`03 "waz" 04 "e" c4 "@[" 00`))
    expect([...key.labelStart.subarray(0, key.labelCount)]).toEqual([0, 4])
  })

  test('reads the root', () => {
    expect(readName(hex`00`, 0, 1, key)).toBe(1)
    expect([key.length, key.labelCount, text()]).toEqual([1, 0, '.'])
  })

  test.each([
    ['a pointer alone', hex`c00c`, TAIL + 2, 'www.evil.com'],
    ['a label and a pointer into the middle', hex`02 "ns" c010`, TAIL + 5, 'ns.evil.com'],
    ['a pointer to the root', hex`01 "a" c019`, TAIL + 4, 'a'],
  ])('follows %s', (_, tail, behind, name) => {
    const bytes = message(tail)
    expect(readName(bytes, TAIL, bytes.length, key)).toBe(behind)
    expect(text()).toBe(name)
  })

  test.each([
    ['a pointer to itself', hex`c01e`],
    ['a pointer forward', hex`c020 00`],
    ['a pointer into its own labels', hex`01 "a" c01e`],
    ['a pointer into the header', hex`c000`],
    ['half a pointer', hex`c0`],
    ['label type 01 (RFC 6891 §5)', hex`41 "a" 00`],
    ['label type 10', hex`81 "a" 00`],
    ['a label past the end', hex`05 "abc"`],
    ['a label that ends at the end, no root', hex`03 "abc"`],
    ['nothing', hex``],
  ])('refuses %s and leaves the key empty', (_, tail) => {
    const bytes = message(tail)
    expect(keyFromText('left.over', key)).toBe(true)
    expect(readName(bytes, TAIL, bytes.length, key)).toBe(-1)
    expect([key.length, key.labelCount]).toEqual([0, 0])
  })

  test('two pointers that lead to each other end', () => {
    const bytes = message(hex`c020 c01e`)
    expect(readName(bytes, TAIL, bytes.length, key)).toBe(-1)
    expect(readName(bytes, TAIL + 2, bytes.length, key)).toBe(-1)
  })

  test('127 pointers in a chain are followed, 128 are not', () => {
    const chain = Buffer.alloc(2 * 128)
    for (let i = 0; i < 128; i++) chain.writeUInt16BE(0xc000 | (i === 0 ? 12 : TAIL + 2 * (i - 1)), 2 * i)
    const bytes = message(chain)
    expect(readName(bytes, TAIL + 2 * 126, bytes.length, key)).toBe(TAIL + 2 * 127)
    expect(text()).toBe('www.evil.com')
    expect(readName(bytes, TAIL + 2 * 127, bytes.length, key)).toBe(-1)
  })

  test('255 octets and 127 labels are the most', () => {
    const labels = (count: number) => hex`${'0161'.repeat(count)} 00`
    expect(readName(labels(127), 0, 255, key)).toBe(255)
    expect([key.length, key.labelCount]).toEqual([255, 127])
    expect(readName(labels(128), 0, 257, key)).toBe(-1)
    const wide = hex`3f ${'61'.repeat(63)} 3f ${'61'.repeat(63)} 3f ${'61'.repeat(63)} 3d ${'61'.repeat(61)} 00`
    expect(readName(wide, 0, wide.length, key)).toBe(255)
  })

  test('a name grown over 255 octets by pointers is refused', () => {
    const bytes = message(hex`${'0161'.repeat(121)} c00c`)
    expect(skipName(bytes, TAIL, bytes.length)).toBe(TAIL + 244)
    expect(readName(bytes, TAIL + 2, bytes.length, key)).toBe(TAIL + 244)
    expect(key.length).toBe(254)
    expect(readName(bytes, TAIL, bytes.length, key)).toBe(-1)
  })

  test('`end` is the end, whatever stands behind it', () => {
    const bytes = hex`03 "www" 00`
    expect(readName(bytes, 0, 4, key)).toBe(-1)
    expect(skipName(bytes, 0, 4)).toBe(-1)
  })
})

describe('skipName', () => {
  test.each([
    ['a name in place', hex`03 "abc" 00 ff`, TAIL + 5],
    ['a pointer', hex`c00c ff`, TAIL + 2],
    ['labels and a pointer', hex`01 "a" c00c`, TAIL + 4],
    ['a pointer forward', hex`c0ff`, -1],
    ['a pointer into the header', hex`c00b`, -1],
    ['a bad label type', hex`40 00`, -1],
    ['a label past the end', hex`3f "a"`, -1],
  ])('%s', (_, tail, behind) => {
    const bytes = message(tail)
    expect(skipName(bytes, TAIL, bytes.length)).toBe(behind)
  })

  test('128 labels are too long', () => {
    const bytes = hex`${'0161'.repeat(128)} 00`
    expect(skipName(bytes, 0, bytes.length)).toBe(-1)
    expect(skipName(bytes, 2, bytes.length)).toBe(257)
  })
})

describe('presentation form', () => {
  test.each([
    ['.', '00'],
    ['com', toHex(hex`03 "com" 00`)],
    ['www.evil.com', toHex(hex`03 "www" 04 "evil" 03 "com" 00`)],
    ['_dmarc.X-1.com', toHex(hex`06 "_dmarc" 03 "X-1" 03 "com" 00`)],
    ['evil\\.com.ok', toHex(hex`08 "evil.com" 02 "ok" 00`)],
    ['a\\\\b', toHex(hex`03 "a\\b" 00`)],
    ['\\000\\032\\255', toHex(hex`03 00 20 ff 00`)],
  ])('%s both ways', (name, wire) => {
    const out = new Uint8Array(255)
    const length = textToName(name, out)
    expect(toHex(out, 0, length)).toBe(wire)
    expect(nameToText(out)).toBe(name)
  })

  test('one final dot is allowed, escapes of ordinary characters too', () => {
    const out = new Uint8Array(255)
    expect(textToName('evil.com.', out)).toBe(10)
    expect(textToName('\\e\\118il.com', out)).toBe(10)
    expect(nameToText(out)).toBe('evil.com')
  })

  test.each([
    ['', 'empty'],
    ['..', 'dots'],
    ['.com', 'empty first label'],
    ['a..b', 'empty label'],
    ['a.b..', 'two final dots'],
    ['a b', 'a space'],
    ['a\tb', 'a control character'],
    ['bộ.vn', 'not ASCII'],
    ['\u0101.com', 'not Latin-1'],
    ['a\\', 'a backslash at the end'],
    ['\\25', 'half an escape'],
    ['\\256', 'an escape over 255'],
    ['\\2x5', 'a broken escape'],
    [`${'a'.repeat(64)}.com`, 'a label of 64'],
    [`${'a.'.repeat(127)}a`, '257 octets'],
  ])('%j is refused: %s', (name) => {
    expect(textToName(name, new Uint8Array(300))).toBe(-1)
    expect(keyFromText(name, key)).toBe(false)
    expect(key.length).toBe(0)
  })

  test('63 octets in a label and 255 in a name are allowed', () => {
    const label = 'a'.repeat(63)
    const name = [label, label, label, 'a'.repeat(61)].join('.')
    expect(textToName(name, new Uint8Array(255))).toBe(255)
    expect(textToName(`${name}a`, new Uint8Array(300))).toBe(-1)
    expect(textToName(name, new Uint8Array(254))).toBe(-1)
  })

  test('keyFromText lower-cases', () => {
    expect(keyFromText('WWW.Evil.\\067om', key)).toBe(true)
    expect([text(), key.labelCount, key.length]).toEqual(['www.evil.com', 3, 14])
  })

  test('nameToText starts where it is told and stops at what is no name', () => {
    const bytes = hex`03 "www" 04 "evil" 03 "com" 00`
    expect(nameToText(bytes, 4)).toBe('evil.com')
    expect(nameToText(bytes, 13)).toBe('.')
    expect(nameToText(hex`03 "www" 09 "ab"`)).toBe('www')
    expect(nameToText(hex`03 "www" c000`)).toBe('www')
  })
})
