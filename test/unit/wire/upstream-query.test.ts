import { Octets, sameOctets } from '../../../src/octets.ts'
import { expect, test } from 'vitest'
import { mixCase, sameQuestionIgnoringCase, writeQuery } from '../../../src/wire/upstream-query.ts'
import { hex, toHex } from './hex.ts'

const NAME = hex`03 "www" 04 "evil" 03 "com" 00`

test('writeQuery: header, question, OPT without options', () => {
  const out = new Uint8Array(64).fill(0xee)
  const length = writeQuery(
    out,
    0xabcd,
    NAME,
    0,
    NAME.length,
    28,
    1,
    { rd: true, cd: true, ad: true },
    {
      udpSize: 1232,
      dnssecOk: true,
    },
  )
  expect(toHex(out, 0, length)).toBe(
    toHex(hex`abcd 0130 0001 0000 0000 0001 ${NAME} 001c 0001 00 0029 04d0 0000 8000 0000`),
  )
})

test('writeQuery without EDNS; -1 where it does not fit', () => {
  const out = new Uint8Array(30).fill(0xee)
  const flags = { rd: false, cd: false, ad: false }
  const length = writeQuery(out, 1, NAME, 0, NAME.length, 0xff00, 3, flags, null)
  expect(toHex(out, 0, length)).toBe(toHex(hex`0001 0000 0001 0000 0000 0000 ${NAME} ff00 0003`))
  expect(writeQuery(out, 1, NAME, 0, NAME.length, 1, 1, flags, { udpSize: 512, dnssecOk: false })).toBe(-1)
})

test('mixCase changes letters alone, one bit an octet', () => {
  const name = new Octets(hex`03 "az1" 05 "[email" 00`)
  const out = new Octets(new Uint8Array(14).fill(0xff))
  let draws = 0
  const random = { below: () => 0, bits32: () => (draws++, 0b10_1010_1010) }
  mixCase(name, name.length, out, 1, random)
  expect(toHex(out)).toBe(toHex(hex`ff 03 "Az1" 05 "[eMaIl" 00 ff`))
  expect(draws).toBe(1)
})

test('mixCase draws anew after 32 octets', () => {
  const bytes = new Octets(hex`3f ${'61'.repeat(63)} 00`)
  const words = [0, 0xffff_ffff]
  mixCase(bytes, bytes.length, bytes, 0, { below: () => 0, bits32: () => words.shift()! })
  expect(Buffer.from(bytes.subarray(1, 64)).toString()).toBe('a'.repeat(31) + 'A'.repeat(32))
})

test('the same octets: case and all', () => {
  const a = hex`ff ${NAME} 0041 0001`
  expect(sameOctets(a, 1, hex`${NAME} 0041 0001`, 0, 18)).toBe(true)
  expect(sameOctets(a, 1, hex`${NAME} 0061 0001`, 0, 18)).toBe(false)
  expect(sameOctets(a, 1, hex`03 "Www" 04 "evil" 03 "com" 00 0041 0001`, 0, 18)).toBe(false)
  expect(sameOctets(a, 1, NAME, 0, 18)).toBe(false)
})

test('sameQuestionIgnoringCase: ASCII letters alone', () => {
  expect(sameQuestionIgnoringCase(NAME, 0, hex`03 "wWW" 04 "EVIL" 03 "coM" 00`, 0, 14)).toBe(true)
  expect(sameQuestionIgnoringCase(NAME, 0, hex`03 "www" 04 "evik" 03 "com" 00`, 0, 14)).toBe(false)
  expect(sameQuestionIgnoringCase(hex`02 "@" c4`, 0, hex`02 60 e4`, 0, 3)).toBe(false)
})
