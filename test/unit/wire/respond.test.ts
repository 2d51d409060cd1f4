import { describe, expect, test } from 'vitest'
import { Class } from '../../../src/wire/constants.ts'
import { Query, readQuestion } from '../../../src/wire/question.ts'
import {
  appendAddress,
  appendCname,
  appendHinfo,
  appendOpt,
  appendPtr,
  appendSoa,
  appendTxt,
  beginResponse,
  extendedErrors,
  optSpace,
  truncate,
} from '../../../src/wire/respond.ts'
import { hex, toHex } from './hex.ts'

const QUESTION = hex`03 "wWw" 04 "evil" 03 "com" 00 0001 0001`
const REQUEST = hex`1234 0110 0001 0000 0000 0001 ${QUESTION} 00 0029 1000 0000 8000 0000`
const query = new Query()
readQuestion(REQUEST, REQUEST.length, query)

function begin(size = 512): { readonly out: Uint8Array; readonly length: number } {
  const out = new Uint8Array(size).fill(0xee)
  return { out, length: beginResponse(out, REQUEST, query, 0) }
}

describe('beginResponse', () => {
  test('header and question as asked: QR, RA; RD and CD copied; AA, AD, TC, counts clear', () => {
    const { out, length } = begin()
    expect(toHex(out, 0, length)).toBe(toHex(hex`1234 8190 0001 0000 0000 0000 ${QUESTION}`))
  })

  test('an rcode above 15 leaves its lower four bits', () => {
    const out = new Uint8Array(512)
    beginResponse(out, REQUEST, query, 17)
    expect(toHex(out, 2, 4)).toBe('8191')
  })

  test('echoes the opcode of what is not implemented; no question where none parsed', () => {
    const header = hex`1234 7ef0 0000 0000 0000 0000`
    const other = new Query()
    readQuestion(header, 12, other)
    const out = new Uint8Array(64)
    expect(beginResponse(out, header, other, 4)).toBe(12)
    expect(toHex(out, 0, 12)).toBe('1234f8940000000000000000')
  })

  test('works in place, and says -1 where it does not fit', () => {
    const bytes = Uint8Array.from(REQUEST)
    expect(toHex(bytes, 0, beginResponse(bytes, bytes, query, 0))).toBe(
      toHex(hex`1234 8190 0001 0000 0000 0000 ${QUESTION}`),
    )
    expect(beginResponse(new Uint8Array(29), REQUEST, query, 0)).toBe(-1)
  })
})

describe('records', () => {
  test('addresses of both families', () => {
    const { out, length } = begin()
    const one = appendAddress(out, length, 60, hex`0a0a0a0a`)
    const two = appendAddress(out, one, 0x01020304, hex`fd000010000000000000000000000010`, 16)
    expect(toHex(out, 4, 12)).toBe('0001000200000000')
    expect(toHex(out, length, two)).toBe(
      toHex(hex`c00c 0001 0001 0000003c 0004 0a0a0a0a
        c010 001c 0001 01020304 0010 fd000010000000000000000000000010`),
    )
  })

  test('CNAME, PTR, HINFO', () => {
    const { out, length } = begin()
    const name = hex`02 "a" "b" 00 ff ff`
    const end = appendHinfo(out, appendPtr(out, appendCname(out, length, 60, name), 60, name), 60)
    expect(toHex(out, length, end)).toBe(
      toHex(hex`c00c 0005 0001 0000003c 0004 02 "ab" 00
        c00c 000c 0001 0000003c 0004 02 "ab" 00
        c00c 000d 0001 0000003c 0009 07 "RFC8482" 00`),
    )
    expect(toHex(out, 6, 8)).toBe('0003')
  })

  test('SOA in the authority section, owner inside the question', () => {
    const { out, length } = begin()
    const end = appendSoa(out, length, 16, 60, 61)
    expect(toHex(out, 4, 12)).toBe('0001000000010000')
    expect(toHex(out, length, end)).toBe(
      toHex(hex`c010 0006 0001 0000003c 0036 08 "thanhloc" 07 "invalid" 00 06 "nobody" 07 "invalid" 00
        00000001 00000e10 000004b0 00093a80 0000003d`),
    )
  })

  test.each([
    ['', '0001 00'],
    ['Sở', '0005 0453e1bb9f'],
    ['😀', '0005 04f09f9880'],
    ['a\ud800', '0005 0461efbfbd'],
    ['x'.repeat(255), `0100 ff${'78'.repeat(255)}`],
    ['x'.repeat(256), `0102 ff${'78'.repeat(255)}0178`],
    ['x'.repeat(511), `0202 ff${'78'.repeat(255)}ff${'78'.repeat(255)}0178`],
  ])('TXT of %j', (text, data) => {
    const { out, length } = begin(1024)
    const end = appendTxt(out, length, 0, Class.CH, text)
    expect(toHex(out, length, end)).toBe(`c00c0010000300000000${data.replace(' ', '')}`)
  })

  test('what does not fit is -1, and nothing was counted', () => {
    const { out, length } = begin(45)
    expect(appendAddress(out, length, 60, hex`0a0a0a0a`)).toBe(-1)
    expect(appendCname(out, length, 60, hex`02 "ab" 00`)).toBe(-1)
    expect(appendCname(out, length, 60, hex`02 "ab"`)).toBe(-1)
    expect(appendSoa(out, length, 12, 60, 60)).toBe(-1)
    expect(appendTxt(out, length, 60, 1, 'abcd')).toBe(-1)
    expect(appendOpt(out, length, 1232, false, 0, extendedErrors([1, '']), null)).toBe(-1)
    expect(toHex(out, 6, 12)).toBe('000000000000')
    // Chained calls may check once, at the end.
    expect(appendOpt(out, appendSoa(out, -1, 12, 60, 60), 1232, false, 0, null, null)).toBe(-1)
    expect(appendTxt(out, -1, 60, 1, '')).toBe(-1)
  })
})

describe('appendOpt', () => {
  test('bare', () => {
    const { out, length } = begin()
    const end = appendOpt(out, length, 1232, false, 0, null, null)
    expect(toHex(out, length, end)).toBe('0000290 4d00000000000 00'.replaceAll(' ', ''))
    expect(toHex(out, 10, 12)).toBe('0001')
  })

  test('DO, extended rcode, NSID, errors with text', () => {
    const { out, length } = begin()
    const ede = extendedErrors([15, 'apt32'], [4, ''], [0, 'bộ'])
    const nsid = hex`"hn-1"`
    const end = appendOpt(out, length, 1232, true, 1, ede, nsid)
    expect(toHex(out, length, end)).toBe(
      toHex(hex`00 0029 04d0 0100 8000 0023 0003 0004 "hn-1" 000f 0007 000f "apt32" 000f 0002 0004
        000f 0006 0000 "b" e1bb99`),
    )
    expect(ede.code).toBe(15)
    expect(optSpace(ede, nsid)).toBe(end - length)
  })
})

test('truncate: header with TC, question, nothing else', () => {
  const { out, length } = begin()
  appendAddress(out, length, 60, hex`0a0a0a0a`)
  const end = truncate(out, REQUEST, query, 0)
  expect(toHex(out, 0, end)).toBe(toHex(hex`1234 8390 0001 0000 0000 0000 ${QUESTION}`))
  expect(truncate(new Uint8Array(20), REQUEST, query, 0)).toBe(-1)
})
