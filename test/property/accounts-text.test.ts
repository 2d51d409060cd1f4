/** Names, codes, cookies and passwords: whatever comes in, each has one form, and nothing throws. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fold, readName } from '../../src/accounts/account-name.ts'
import { cleanText, readHead, headText } from '../../src/accounts/audit-entry.ts'
import { readBase32, writeBase32 } from '../../src/accounts/base32.ts'
import { hashPassword, verifyPassword } from '../../src/accounts/password-hash.ts'
import { judgePassword } from '../../src/accounts/password-policy.ts'
import { recoveryCodeHash } from '../../src/accounts/recovery-codes.ts'
import { seal, unseal } from '../../src/accounts/sealed.ts'
import { readSessionCookie, writeSessionCookie } from '../../src/accounts/session-cookie.ts'
import { matchTotp, otpauthUri, totpCode, totpStep } from '../../src/accounts/totp.ts'
import { SecureRandom } from '../../src/random.ts'
import { CHEAP } from '../unit/accounts/setup.ts'

const RUNS = Number(process.env['THANHLOC_FUZZ'] ?? 300)
const random = new SecureRandom()
/** One of the characters of `text`. */
function oneOf(text: string): fc.Arbitrary<string> {
  return fc.constantFrom(...Array.from(text))
}
const unicode = fc.string({ unit: 'binary', maxLength: 80 })
const bytes = fc.uint8Array({ maxLength: 64 })
const LATIN = fc.string({ unit: oneOf('aAzZđĐếẾơỢßſıøﬁ09._-@'), maxLength: 20 })

test('base 32 gives back the bytes, in either case, and each value has one text', () => {
  fc.assert(
    fc.property(bytes, (given) => {
      const text = writeBase32(given)
      expect(text).toMatch(/^[A-Z2-7]*$/)
      expect(readBase32(text)).toEqual(given)
      expect(readBase32(text.toLowerCase())).toEqual(given)
    }),
    { numRuns: RUNS },
  )
  fc.assert(
    fc.property(fc.string({ unit: oneOf('ABCYZ27abc=018 é'), maxLength: 20 }), (text) => {
      const read = readBase32(text)
      if (read !== null) expect(writeBase32(read)).toBe(text.toUpperCase().replaceAll('=', ''))
    }),
    { numRuns: RUNS },
  )
})

test('a name has one key, however it is written, and the key of a key is the key', () => {
  fc.assert(
    fc.property(fc.oneof(unicode, LATIN), fc.constantFrom('NFC', 'NFD', 'NFKC', 'NFKD'), (given, form) => {
      const name = readName(given)
      expect(fold(fold(given))).toBe(fold(given))
      expect(readName(given.normalize(form))).toEqual(name)
      if (name === null) return
      expect(name.name.length).toBeLessThanOrEqual(64)
      expect(name.name).not.toMatch(/[\p{Cc}\p{Cf}\s:<>"'&=+,;\\/]/u)
      for (const other of [name.name, name.key, given.toUpperCase(), given.toLowerCase()])
        expect(readName(other)?.key).toBe(name.key)
    }),
    { numRuns: RUNS },
  )
})

test('a code is right within a step of its time, once, and no time else', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 16, maxLength: 32 }),
      fc.integer({ min: 1e12, max: 4e12 }),
      fc.integer({ min: -5, max: 5 }),
      (secret, atMs, away) => {
        const step = totpStep(atMs) + away
        const code = totpCode(secret, step)
        const matched = matchTotp(secret, code, atMs, 0)
        if (Math.abs(away) <= 1) expect(matched).not.toBeNull()
        // One code in a million fits another step too.
        if (matched === null) return
        expect(totpCode(secret, matched)).toBe(code)
        expect(matchTotp(secret, code, atMs, totpStep(atMs) + 1)).toBeNull()
      },
    ),
    { numRuns: RUNS },
  )
})

test('the URI holds the secret, the issuer and the account, whatever they are', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1, maxLength: 32 }),
      unicode,
      unicode,
      (secret, issuerGiven, accountGiven) => {
        const [issuer, account] = [issuerGiven.toWellFormed(), accountGiven.toWellFormed()]
        const text = otpauthUri(secret, issuer, account)
        expect(text).toMatch(/^otpauth:\/\/totp\/[!-~]*$/)
        const [label, query] = text.slice('otpauth://totp/'.length).split('?') as [string, string]
        const parameters = new URLSearchParams(query)
        expect(label.split(':').map(decodeURIComponent)).toEqual(
          [issuer, account].map((one) => one.replaceAll(':', ' ')),
        )
        expect([...parameters.keys()]).toEqual(['secret', 'issuer', 'algorithm', 'digits', 'period'])
        expect(readBase32(parameters.get('secret')!)).toEqual(secret)
        expect(parameters.get('issuer')).toBe(issuer)
      },
    ),
    { numRuns: RUNS },
  )
})

test('a password hashed is right in any Unicode form, and another is not', async () => {
  await fc.assert(
    fc.asyncProperty(unicode, unicode, async (given, other) => {
      const [password, wrong] = [given.toWellFormed(), other.toWellFormed()]
      const stored = await hashPassword(password, CHEAP, random)
      expect(await verifyPassword(password.normalize('NFD'), stored)).toBe(true)
      expect(await verifyPassword(wrong, stored)).toBe(wrong.normalize('NFC') === password.normalize('NFC'))
    }),
    { numRuns: Math.ceil(RUNS / 3) },
  )
})

test('a password is judged whatever it is, and what is taken alone is taken beside a factor', () => {
  fc.assert(
    fc.property(fc.oneof(unicode, fc.string({ maxLength: 40 })), LATIN, (password, name) => {
      const alone = judgePassword(password, name, false)
      const beside = judgePassword(password, name, true)
      if ('needsFactor' in alone) {
        expect(alone.needsFactor).toBe(false)
        expect(beside).toEqual(alone)
      }
      if ('needsFactor' in beside)
        expect(Array.from(password.normalize('NFC')).length).toBeGreaterThanOrEqual(8)
    }),
    { numRuns: RUNS },
  )
})

test('what is sealed is opened for its place alone', () => {
  fc.assert(
    fc.property(bytes, unicode, unicode, (secret, place, other) => {
      const key = Buffer.alloc(32, 7)
      const sealed = seal(key, secret, place, random)
      expect(unseal(key, sealed, place)).toEqual(Buffer.from(secret))
      if (other.toWellFormed() !== place.toWellFormed()) expect(unseal(key, sealed, other)).toBeNull()
      expect(unseal(key, secret, place)).toBeNull()
    }),
    { numRuns: RUNS },
  )
})

test('cookies, heads and recovery codes are read from anything, or not', () => {
  const cookie = fc.string({ unit: oneOf('A-_z9'), minLength: 43, maxLength: 43 })
  fc.assert(
    fc.property(unicode, cookie, fc.boolean(), fc.nat(), (text, value, isSecure, seq) => {
      const [pair] = writeSessionCookie(value, isSecure).split(';')
      expect(readSessionCookie(pair, isSecure)).toBe(value)
      expect(readSessionCookie(pair, !isSecure)).toBeNull()
      const found = readSessionCookie(text, isSecure)
      if (found !== null) expect(found).toMatch(/^[\w-]{43}$/)
      const head = { seq, hash: Buffer.from(value).toString('hex').slice(0, 64) }
      expect(readHead(headText(head))).toEqual(head)
      expect([null, 'object']).toContain(readHead(text) === null ? null : typeof readHead(text))
      expect([undefined, 32]).toContain(recoveryCodeHash(text)?.length)
    }),
    { numRuns: RUNS },
  )
})

test('clean text is well formed, bounded, seen, and stays as it is', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 700 }), (given) => {
      const clean = cleanText(given)
      expect(clean.isWellFormed()).toBe(true)
      expect(clean.length).toBeLessThanOrEqual(512)
      expect(clean).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u)
      expect(cleanText(clean)).toBe(clean)
    }),
    { numRuns: RUNS },
  )
})
