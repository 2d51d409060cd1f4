import { expect, test } from 'vitest'
import { makeRecoveryCodes, recoveryCodeHash } from '../../../src/accounts/recovery-codes.ts'
import { SecureRandom } from '../../../src/random.ts'

test('ten codes in groups of four letters, never the same', () => {
  const codes = makeRecoveryCodes(new SecureRandom())
  expect(new Set(codes).size).toBe(10)
  for (const code of codes) expect(code).toMatch(/^[a-z2-7]{4}(-[a-z2-7]{4}){3}$/)
})

test('a code is the same however it is typed', () => {
  const [code, other] = makeRecoveryCodes(new SecureRandom()) as [string, string]
  const hash = recoveryCodeHash(code)!
  expect(hash).toHaveLength(32)
  for (const typed of [code.toUpperCase(), code.replaceAll('-', ''), ` ${code.replaceAll('-', ' ')} `])
    expect(recoveryCodeHash(typed)).toEqual(hash)
  expect(recoveryCodeHash(other)).not.toEqual(hash)
})

test.each(['', '123456', 'abcd-efgh-2345', 'abcd-efgh-2345-6701', 'x'.repeat(1 << 16)])(
  '%.20s is none',
  (text) => {
    expect(recoveryCodeHash(text)).toBeNull()
  },
)
