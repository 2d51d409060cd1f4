import { expect, test } from 'vitest'
import { isPasswordSize, judgePassword, makePassword } from '../../../src/accounts/password-policy.ts'
import { SecureRandom } from '../../../src/random.ts'

/** true: taken alone; 'factor': taken beside a second factor; text: part of why it is refused. */
function judged(password: string, hasFactor = false, name = 'nguyen.an'): boolean | string {
  const strength = judgePassword(password, name, hasFactor)
  if ('refusedFor' in strength) return strength.refusedFor
  return strength.needsFactor ? 'factor' : true
}

test.each(['Con mèo trèo cây cau 7', 'gT7-wq9.Lp2_xB', 'Ếch ngồi 3 giếng'])('takes %s', (password) => {
  expect(judged(password)).toBe(true)
  expect(judged(password, true)).toBe(true)
})

test.each([
  'con meo treo cay cau',
  'wq9lp2xb',
  'gT7-wq9.Lp2_x',
  'GT7-WQ9.LP2_XB',
  'gTx-wqy.Lpz_xB',
  'gT7wq9Lp2xBkj4',
])('takes %s beside a second factor only', (password) => {
  expect(judged(password)).toContain('at least 14 characters')
  expect(judged(password, true)).toBe('factor')
})

test.each([
  ['seven characters', 'wq9lp2x', 'at least 8'],
  ['digits alone', '19751123', 'tried first'],
  ['a word', 'password', 'tried first'],
  ['a word with signs for letters', 'P@ssw0rd', 'tried first'],
  ['a word and a year, long enough', 'P@ssword-2026!', 'tried first'],
  ['two words', 'Matkhau@Hanoi2026', 'tried first'],
  ['a word with its marks', 'Mật-khẩu-123456', 'tried first'],
  ['a word with đ', 'Đà-nẵng-20261234', 'tried first'],
  ['a row of keys', 'Qwertyuiop@1234', 'tried first'],
  ['one letter again and again', 'Aa1!Aa1!Aa1!Aa1!', 'tried first'],
  ['the name', 'Nguyen.An-7x!kq', 'name of the account'],
  ['a part of the name', 'xK7-NGUYEN-qp-31!', 'name of the account'],
  ['more than a kilobyte', `Mèo-7${'x'.repeat(1024)}`, '1024 bytes'],
])('refuses %s, whatever stands beside it', (_, password, reason) => {
  expect(judged(password, true)).toContain(reason)
})

test('characters are counted, not bytes or halves of them', () => {
  expect(judged('Ếch 3 giếng x')).toContain('at least 14')
  expect(judged('Ếch 3 giếng x'.normalize('NFD'))).toContain('at least 14')
  expect(judged('Gk7-😀😀😀😀😀wq')).toContain('at least 14')
})

test('a megabyte is refused by its size alone', () => {
  const huge = 'x'.repeat(1 << 20)
  expect(isPasswordSize(huge)).toBe(false)
  expect(isPasswordSize('')).toBe(false)
  expect(isPasswordSize('x'.repeat(1024))).toBe(true)
  expect(isPasswordSize('ế'.repeat(512))).toBe(false)
})

test('a made password is taken, and never the same', () => {
  const random = new SecureRandom()
  const made = Array.from({ length: 200 }, () => makePassword(random))
  expect(new Set(made).size).toBe(200)
  expect(made.filter((password) => judged(password) !== true)).toEqual([])
})
