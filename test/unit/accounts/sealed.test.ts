import { expect, test } from 'vitest'
import { seal, unseal } from '../../../src/accounts/sealed.ts'
import { SecureRandom } from '../../../src/random.ts'

const random = new SecureRandom()
const key = Buffer.alloc(32, 7)
const secret = Buffer.from('12345678901234567890')

test('what was sealed is opened with the same key for the same place', () => {
  const sealed = seal(key, secret, 'totp:1', random)
  expect(sealed.includes(secret)).toBe(false)
  expect(unseal(key, sealed, 'totp:1')).toEqual(secret)
  expect(unseal(Buffer.alloc(32, 8), sealed, 'totp:1')).toBeNull()
  expect(unseal(key, sealed, 'totp:2')).toBeNull()
})

test('any byte changed and any length cut is found', () => {
  const sealed = seal(key, secret, 'totp:1', random)
  for (let at = 0; at < sealed.length; at++) {
    const changed = Buffer.from(sealed)
    changed[at]! ^= 1
    expect(unseal(key, changed, 'totp:1')).toBeNull()
    expect(unseal(key, sealed.subarray(0, at), 'totp:1')).toBeNull()
  }
})

test('the same secret is sealed differently each time', () => {
  expect(seal(key, secret, 'totp:1', random)).not.toEqual(seal(key, secret, 'totp:1', random))
})
