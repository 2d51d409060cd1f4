import { expect, test } from 'vitest'
import { readBase32, writeBase32 } from '../../../src/accounts/base32.ts'

/** RFC 4648 §10. */
const VECTORS = [
  ['', ''],
  ['f', 'MY======'],
  ['fo', 'MZXQ===='],
  ['foo', 'MZXW6==='],
  ['foob', 'MZXW6YQ='],
  ['fooba', 'MZXW6YTB'],
  ['foobar', 'MZXW6YTBOI======'],
] as const

test.each(VECTORS)('%j is %j', (plain, text) => {
  const bare = text.replaceAll('=', '')
  expect(writeBase32(Buffer.from(plain))).toBe(bare)
  for (const form of [text, bare, text.toLowerCase()])
    expect(Buffer.from(readBase32(form)!).toString()).toBe(plain)
})

test.each([
  ['a digit that is none', 'MZXW6YT1'],
  ['a space', 'MZXW 6YTB'],
  ['a letter too many', 'MZXW6YTBO'],
  ['three letters', 'MZX'],
  ['bits left that are not zero', 'MZ'],
  ['padding that does not fit', 'MY='],
  ['padding inside', 'MY==MY=='],
  ['letters of another script', 'МZXW6YTB'],
])('refuses %s', (_, text) => {
  expect(readBase32(text)).toBeNull()
})
