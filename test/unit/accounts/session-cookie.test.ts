import { expect, test } from 'vitest'
import {
  clearSessionCookie,
  csrfToken,
  isCookieValue,
  isCsrfToken,
  makeCookieValue,
  readSessionCookie,
  writeSessionCookie,
} from '../../../src/accounts/session-cookie.ts'
import { SecureRandom } from '../../../src/random.ts'

const value = makeCookieValue(new SecureRandom())
const other = makeCookieValue(new SecureRandom())

test('a value is 256 bits, another each time', () => {
  expect(Buffer.from(value, 'base64url')).toHaveLength(32)
  expect(isCookieValue(value)).toBe(true)
  expect(other).not.toBe(value)
})

test('browsers keep the cookie from scripts, from other pages and, over TLS, from plain connections', () => {
  expect(writeSessionCookie(value, true)).toBe(`__Host-thanhloc-session=${value}; Path=/; Secure; HttpOnly; SameSite=Strict`) // prettier-ignore
  expect(writeSessionCookie(value, false)).toBe(
    `thanhloc-session=${value}; Path=/; HttpOnly; SameSite=Strict`,
  )
  expect(clearSessionCookie(true)).toBe('__Host-thanhloc-session=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0') // prettier-ignore
})

test.each([
  ['alone', `thanhloc-session=${value}`],
  ['among others', `a=b; thanhloc-session=${value}; c="d"`],
  ['without spaces', `a;thanhloc-session=${value};c`],
  ['before another of the name', `thanhloc-session=${value}; thanhloc-session=${other}`],
])('is read %s', (_, header) => {
  expect(readSessionCookie(header, false)).toBe(value)
})

test.each([
  ['no header', undefined],
  ['nothing', ''],
  ['another name', `x-thanhloc-session=${value}`],
  ['the name in capitals', `THANHLOC-SESSION=${value}`],
  ['a value cut', `thanhloc-session=${value.slice(1)}`],
  ['a value with more', `thanhloc-session=${value}=`],
  ['a value in quotes', `thanhloc-session="${value}"`],
  ['a first value that is none', `thanhloc-session=x; thanhloc-session=${value}`],
  ['a huge header', `${'a=b; '.repeat(5000)}thanhloc-session=${value}`],
])('is not read from %s', (_, header) => {
  expect(readSessionCookie(header, false)).toBeNull()
})

test('over TLS the cookie of a plain connection does not count', () => {
  expect(readSessionCookie(`thanhloc-session=${value}`, true)).toBeNull()
  expect(readSessionCookie(`__Host-thanhloc-session=${value}`, true)).toBe(value)
})

test('the CSRF token is that of this session alone', () => {
  expect(isCsrfToken(value, csrfToken(value))).toBe(true)
  expect(csrfToken(value)).not.toContain(value)
  for (const wrong of [undefined, '', value, csrfToken(other), `${csrfToken(value)}x`, 'x'.repeat(1 << 20)])
    expect(isCsrfToken(value, wrong)).toBe(false)
})
