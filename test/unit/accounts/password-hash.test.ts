import { scryptSync } from 'node:crypto'
import { expect, test } from 'vitest'
import { decoyHash, hashPassword, needsRehash, verifyPassword } from '../../../src/accounts/password-hash.ts'
import { SecureRandom } from '../../../src/random.ts'
import { CHEAP, OTHER_PASSWORD, PASSWORD } from './setup.ts'

const random = new SecureRandom()

test('a password is right, another is not', async () => {
  const stored = await hashPassword(PASSWORD, CHEAP, random)
  expect(stored).toMatch(/^\$scrypt\$ln=4,r=1,p=1\$[\w+/]{22}\$[\w+/]{43}$/)
  expect(await verifyPassword(PASSWORD, stored)).toBe(true)
  expect(await verifyPassword(OTHER_PASSWORD, stored)).toBe(false)
  expect(await verifyPassword('', stored)).toBe(false)
})

test('the hash is scrypt of the password and the salt beside it', async () => {
  const [, , , salt, hash] = (await hashPassword('pässword', CHEAP, random)).split('$')
  const expected = scryptSync('pässword'.normalize('NFC'), Buffer.from(salt!, 'base64'), 32, {
    N: 16,
    r: 1,
    p: 1,
  })
  expect(Buffer.from(hash!, 'base64')).toEqual(expected)
})

test('the same password has another hash each time', async () => {
  expect(await hashPassword(PASSWORD, CHEAP, random)).not.toBe(await hashPassword(PASSWORD, CHEAP, random))
})

test('a password is the same from a keyboard that composes its letters and from one that does not', async () => {
  const stored = await hashPassword(PASSWORD.normalize('NFD'), CHEAP, random)
  expect(await verifyPassword(PASSWORD.normalize('NFC'), stored)).toBe(true)
})

test('a hash made at another cost can be checked, and is told apart', async () => {
  const stored = await hashPassword(PASSWORD, { ln: 3, r: 2, p: 2 }, random)
  expect(await verifyPassword(PASSWORD, stored)).toBe(true)
  expect(needsRehash(stored, CHEAP)).toBe(true)
  expect(needsRehash(stored, { ln: 3, r: 2, p: 2 })).toBe(false)
})

test('the decoy is a hash that no password has', async () => {
  expect(needsRehash(decoyHash(CHEAP), CHEAP)).toBe(false)
  expect(await verifyPassword('', decoyHash(CHEAP))).toBe(false)
})

test.each([
  ['no text', ''],
  ['another scheme', '$argon2id$v=19$m=1,t=1,p=1$AAAA$AAAA'],
  ['no cost', decoyHash({ ln: 0, r: 1, p: 1 })],
  ['a cost of gigabytes', decoyHash({ ln: 30, r: 8, p: 1 })],
  ['a cost of minutes', decoyHash({ ln: 4, r: 1, p: 99 })],
  ['a salt cut short', '$scrypt$ln=4,r=1,p=1$AAAA$AAAA'],
])('a stored hash with %s is damaged, and computes nothing', async (_, stored) => {
  await expect(verifyPassword(PASSWORD, stored)).rejects.toThrow('damaged')
})
