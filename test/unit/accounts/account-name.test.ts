import { expect, test } from 'vitest'
import { fold, readName } from '../../../src/accounts/account-name.ts'

test.each(['an', 'nguyễn.văn.an', 'AN', 'an@tinh.gov.vn', 'Đặng_Thị-Bình', '7even', 'a'.repeat(64)])(
  'takes the name %s',
  (name) => {
    expect(readName(name)).toEqual({ name, key: name.toLowerCase() })
  },
)

test.each([
  ['nothing', ''],
  ['a space', 'an binh'],
  ['a line break', 'an\nadmin'],
  ['a zero byte', 'an\0'],
  ['an escape', 'an\u001b[31m'],
  ['a mark that turns the direction', 'an\u202enimda'],
  ['a character without width', 'an\u200bh'],
  ['markup', '<b>an</b>'],
  ['a quote', "an'--"],
  ['a colon, which divides kind and name of an actor', 'token:an'],
  ['a formula', '=an'],
  ['a formula of another kind', '@an'],
  ['a dash first', '-an'],
  ['Cyrillic that looks Latin', '\u0430dmin'],
  ['Greek', 'αdmin'],
  ['an emoji', 'an😀'],
  ['a lone surrogate', 'an\ud800'],
  ['65 letters', 'a'.repeat(65)],
  ['a megabyte', 'a'.repeat(1 << 20)],
  ['a lower case that is two characters', 'İan'],
])('refuses %s', (_, name) => {
  expect(readName(name)).toBeNull()
})

test.each([
  ['composed and decomposed', 'nguyễn', 'nguyễn'.normalize('NFD')],
  ['case', 'Nguyễn', 'nGUYỄN'],
  ['full width', 'admin', 'ａｄｍｉｎ'],
  ['long s', 'sơn', 'ſơn'],
  ['ligature', 'fin', 'ﬁn'],
])('names that differ by %s are one', (_, one, other) => {
  expect(readName(other)?.key).toBe(readName(one)!.key)
})

test('a name is kept in one form', () => {
  expect(readName('nguyễn'.normalize('NFD'))!.name).toBe('nguyễn'.normalize('NFC'))
  expect(fold('Ｎguyễn')).toBe('nguyễn')
})
