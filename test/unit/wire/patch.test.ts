import { expect, test } from 'vitest'
import { Answer, readAnswer } from '../../../src/wire/answer.ts'
import {
  ageTtls,
  capTtls,
  getFlags,
  normaliseOwnerCase,
  setFlags,
  setId,
  setQuestion,
  setTtls,
} from '../../../src/wire/patch.ts'
import { hex, toHex } from './hex.ts'

const offsets = Uint16Array.of(1, 6)

test('ids and flags', () => {
  const bytes = new Uint8Array(12)
  setId(bytes, 0xabcd)
  setFlags(bytes, 0x8183)
  expect(toHex(bytes, 0, 5)).toBe('abcd818300')
  expect(getFlags(bytes)).toBe(0x8183)
})

test.each([
  ['taken off', '0000003c 00 00015180', 30, '0000001e 00 00015162'],
  ['down to 0', '0000003c 00 0000001d', 61, '00000000 00 00000000'],
  ['none elapsed', '7fffffff 00 00000000', 0, '7fffffff 00 00000000'],
  ['2^31 and more is 0 (RFC 2181 §8)', '80000000 00 ffffffff', 0, '00000000 00 00000000'],
])('ageTtls: %s', (_, before, elapsed, after) => {
  const bytes = hex`ff ${before.replaceAll(' ', '')} ff`
  ageTtls(bytes, offsets, 2, elapsed)
  expect(toHex(bytes)).toBe(`ff${after.replaceAll(' ', '')}ff`)
})

test('ageTtls, capTtls and setTtls touch the first `count` only', () => {
  const bytes = hex`ff 0000003c 00 0000003c ff`
  ageTtls(bytes, offsets, 1, 60)
  capTtls(bytes, offsets, 1, 30)
  setTtls(bytes, offsets, 1, 0x01020304)
  expect(toHex(bytes)).toBe('ff01020304000000003cff')
})

test('capTtls lowers and never raises', () => {
  const bytes = hex`ff 7fffffff 00 0000003c ff`
  capTtls(bytes, offsets, 2, 86_400)
  expect(toHex(bytes)).toBe('ff00015180000000003cff')
})

test('setQuestion gives the question the case it was asked in', () => {
  const bytes = hex`0000 8180 0001 0000 0000 0000 03 "www" 00 0001 0001 ff`
  setQuestion(bytes, hex`1234 0100 0001 0000 0000 0000 03 "wWw" 00 0001 0001`, 9)
  expect(toHex(bytes)).toBe(toHex(hex`0000 8180 0001 0000 0000 0000 03 "wWw" 00 0001 0001 ff`))
})

test('normaliseOwnerCase lower-cases the question and owners that spell it, and no others', () => {
  const build = (question: Uint8Array, whole: Uint8Array, half: Uint8Array, parent: Uint8Array) =>
    hex`0000 8180 0001 0006 0000 0000 ${question} 0041 0001
      c00c 0001 0001 00000041 0004 41424344
      ${whole} 0010 0001 00000041 0002 01 "A"
      ${half} c010 0010 0001 00000041 0002 01 "A"
      ${parent} 0010 0001 00000041 0002 01 "A"
      04 "Evil" 03 "COM" 00 0010 0001 00000041 0002 01 "A"
      03 "OTH" 03 "ORG" 00 0010 0001 00000041 0002 01 "A"`
  const bytes = build(
    hex`03 "wWw" 04 "eViL" 03 "cOm" 00`,
    hex`03 "wWw" 04 "eViL" 03 "cOm" 00`,
    hex`03 "wWw"`,
    hex`04 "eViL" 03 "cOm" 00`,
  )
  const answer = new Answer()
  expect(readAnswer(bytes, bytes.length, answer)).toBe(true)
  normaliseOwnerCase(bytes, bytes.length, answer)
  expect(toHex(bytes)).toBe(
    toHex(
      build(
        hex`03 "www" 04 "evil" 03 "com" 00`,
        hex`03 "www" 04 "evil" 03 "com" 00`,
        hex`03 "www"`,
        hex`04 "evil" 03 "com" 00`,
      ),
    ),
  )
})
