import { expect, test } from 'vitest'
import { matchTotp, otpauthUri, totpCode, totpStep } from '../../../src/accounts/totp.ts'

const SECRET = Buffer.from('12345678901234567890')

/** RFC 6238 appendix B, SHA-1. */
test.each([
  [59, '94287082'],
  [1_111_111_109, '07081804'],
  [1_111_111_111, '14050471'],
  [1_234_567_890, '89005924'],
  [2_000_000_000, '69279037'],
  [20_000_000_000, '65353130'],
])('at %i s the code is %s', (seconds, code) => {
  expect(totpCode(SECRET, totpStep(seconds * 1000), 8)).toBe(code)
})

/** RFC 4226 appendix D. */
test('the codes of the first ten counters', () => {
  const codes = Array.from({ length: 10 }, (_, counter) => totpCode(SECRET, counter))
  expect(codes).toEqual(['755224', '287082', '359152', '969429', '338314', '254676', '287922', '162583', '399871', '520489']) // prettier-ignore
})

const NOW_MS = 1_704_067_205_000
const NOW = totpStep(NOW_MS)

test.each([
  [-2, null],
  [-1, NOW - 1],
  [0, NOW],
  [1, NOW + 1],
  [2, null],
])('a code %i steps away gives step %s', (steps, step) => {
  expect(matchTotp(SECRET, totpCode(SECRET, NOW + steps), NOW_MS, 0)).toBe(step)
})

test('a step is taken once, and none before it', () => {
  const code = totpCode(SECRET, NOW)
  expect(matchTotp(SECRET, code, NOW_MS, NOW - 1)).toBe(NOW)
  expect(matchTotp(SECRET, code, NOW_MS, NOW)).toBeNull()
  expect(matchTotp(SECRET, totpCode(SECRET, NOW - 1), NOW_MS, NOW)).toBeNull()
  expect(matchTotp(SECRET, totpCode(SECRET, NOW + 1), NOW_MS, NOW)).toBe(NOW + 1)
})

test.each(['', '00000', '0000000', 'abcdef', '×'])('%j is no code', (code) => {
  expect(matchTotp(SECRET, code, NOW_MS, 0)).toBeNull()
})

test('a clock at the start of time has no step before it', () => {
  expect(matchTotp(SECRET, totpCode(SECRET, 0), 0, -1)).toBe(0)
})

test('the URI says what apps need, whatever the names hold', () => {
  expect(otpauthUri(SECRET, 'Thanh Lọc', 'nguyễn.an@tinh')).toBe(
    'otpauth://totp/Thanh%20L%E1%BB%8Dc:nguy%E1%BB%85n.an%40tinh?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ' +
      '&issuer=Thanh%20L%E1%BB%8Dc&algorithm=SHA1&digits=6&period=30',
  )
  const uri = new URL(otpauthUri(SECRET, 'a:b&c', 'd?secret=x#y'))
  expect(decodeURIComponent(uri.pathname)).toBe('/a b&c:d?secret=x#y')
  expect(uri.searchParams.getAll('secret')).toEqual(['GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'])
  expect(uri.searchParams.get('issuer')).toBe('a:b&c')
})
