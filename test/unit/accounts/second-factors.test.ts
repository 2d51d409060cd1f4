import { existsSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { readBase32 } from '../../../src/accounts/base32.ts'
import { KEY_FILE } from '../../../src/accounts/key-file.ts'
import type { Caller } from '../../../src/accounts/principal.ts'
import { isRefusal } from '../../../src/accounts/problem.ts'
import { totpCode, totpStep } from '../../../src/accounts/totp.ts'
import { Bench, caller, codeOf, MINUTE_MS, OTHER_PASSWORD, PASSWORD, SOCKET } from './setup.ts'

const WRONG = 'THANHLOC_ACCOUNT_CREDENTIALS'
const NEEDED = 'THANHLOC_ACCOUNT_CODE_NEEDED'
const KEY = 'THANHLOC_ACCOUNT_KEY'
let bench: Bench
let keyPath: string

beforeEach(async () => {
  bench = new Bench()
  keyPath = join(bench.directory, KEY_FILE)
  await bench.addUser('an')
})

/** What an authenticator app shows. */
function codeAt(secret: string, steps = 0): string {
  return totpCode(readBase32(secret)!, totpStep(bench.clock.wallMs()) + steps)
}

async function me(name = 'an'): Promise<Caller> {
  return caller((await bench.signIn(name)).principal)
}

/** Sets a factor up; time goes on, so that the next code is another. */
async function setUp(mine: Caller): Promise<{ secret: string; codes: readonly string[] }> {
  const shown = await bench.accounts.factors.begin(mine, { password: PASSWORD })
  if (isRefusal(shown)) throw new Error(shown.code)
  const codes = bench.accounts.factors.confirm(mine, codeAt(shown.secret))
  bench.clock.advance(MINUTE_MS)
  return { secret: shown.secret, codes }
}

test('once set up, the password alone does not do, and each code does once', async () => {
  const { secret } = await setUp(await me())
  expect(await bench.trySignIn('an')).toBe(NEEDED)
  expect(await bench.trySignIn('an', { code: '' })).toBe(NEEDED)
  const code = codeAt(secret)
  expect(await bench.trySignIn('an', { code })).toBe('in')
  expect(await bench.trySignIn('an', { code })).toBe(WRONG)
  expect(await bench.trySignIn('an', { code: codeAt(secret, -1) })).toBe(WRONG)
  expect(await bench.trySignIn('an', { code: ` ${codeAt(secret, 1).replace(/^.../, '$& ')} ` })).toBe('in')
})

test('the code of the confirmation does not sign in too, and a code does not help a wrong password', async () => {
  const mine = await me()
  const shown = await bench.accounts.factors.begin(mine, { password: PASSWORD })
  if (isRefusal(shown)) throw new Error(shown.code)
  const code = codeAt(shown.secret)
  bench.accounts.factors.confirm(mine, code)
  expect(await bench.trySignIn('an', { code })).toBe(WRONG)
  bench.clock.advance(MINUTE_MS)
  const next = codeAt(shown.secret)
  expect(await bench.trySignIn('an', { code: next, password: OTHER_PASSWORD })).toBe(WRONG)
  expect(await bench.trySignIn('an', { code: next })).toBe('in')
})

test('codes cannot be tried out: five wrong ones lock the account', async () => {
  const { secret } = await setUp(await me())
  for (let i = 0; i < 5; i++) {
    expect(await bench.trySignIn('an', { code: '000000', source: `10.0.0.${i}` })).toBe(WRONG)
    bench.clock.advance(5000)
  }
  expect(await bench.trySignIn('an', { code: codeAt(secret), source: '10.9.9.9' })).toBe(
    'THANHLOC_ACCOUNT_LOCKED',
  )
  const [last] = bench.accounts.trail.read({ limit: 1 }).items
  expect(JSON.parse(last!.details)).toEqual({ isAccount: true, wrong: 'code', isLocked: true })
})

test('a missing code is no failure', async () => {
  const { secret } = await setUp(await me())
  for (let i = 0; i < 10; i++) expect(await bench.trySignIn('an')).toBe(NEEDED)
  expect(bench.actions).not.toContain('sign-in.failed')
  expect(await bench.trySignIn('an', { code: codeAt(secret) })).toBe('in')
})

test('until it is confirmed nothing changes, and a wrong code does not confirm', async () => {
  const mine = await me()
  expect(await codeOf(() => bench.accounts.factors.confirm(mine, '000000'))).toBe('THANHLOC_ACCOUNT_CONFLICT')
  await bench.accounts.factors.begin(mine, { password: PASSWORD })
  for (const code of ['000000', '', 'x'.repeat(1 << 20)])
    expect(await codeOf(() => bench.accounts.factors.confirm(mine, code))).toBe('THANHLOC_ACCOUNT_INVALID')
  expect(await bench.trySignIn('an')).toBe('in')
})

test('setting up asks for the password again, and replacing for the code too', async () => {
  const mine = await me()
  const { factors } = bench.accounts
  expect(await codeOf(() => factors.begin(mine, { password: OTHER_PASSWORD }))).toBe(WRONG)
  const { secret } = await setUp(mine)
  expect(await codeOf(() => factors.begin(mine, { password: PASSWORD }))).toBe(NEEDED)
  const shown = await factors.begin(mine, { password: PASSWORD, code: codeAt(secret) })
  expect(shown).toMatchObject({
    uri: expect.stringContaining('otpauth://totp/Thanh%20L%E1%BB%8Dc:an?') as string,
  })
  expect(bench.accounts.users.get(SOCKET, 'an').hasFactor).toBe(true)
})

test('each recovery code lets in once in place of a code', async () => {
  const { codes } = await setUp(await me())
  expect(codes).toHaveLength(10)
  const result = await bench.signIn('an', { code: codes[0]!.toUpperCase().replaceAll('-', ' ') })
  expect(result.recoveryCodesLeft).toBe(9)
  expect(await bench.trySignIn('an', { code: codes[0]! })).toBe(WRONG)
  expect(await bench.trySignIn('an', { code: codes[1]! })).toBe('in')
})

test('the recovery codes of one are not those of another', async () => {
  await bench.addUser('bo')
  const { codes } = await setUp(await me())
  await setUp(await me('bo'))
  expect(await bench.trySignIn('bo', { code: codes[0]! })).toBe(WRONG)
  expect(await bench.trySignIn('an', { code: codes[0]! })).toBe('in')
})

test('fresh recovery codes void the old ones', async () => {
  const mine = await me()
  const { secret, codes } = await setUp(mine)
  const renewed = await bench.accounts.factors.renewCodes(mine, { password: PASSWORD, code: codeAt(secret) })
  if (isRefusal(renewed)) throw new Error(renewed.code)
  expect(await bench.trySignIn('an', { code: codes[0]! })).toBe(WRONG)
  expect(await bench.trySignIn('an', { code: renewed.codes[0]! })).toBe('in')
})

test('taken off by its owner or by an administrator, the password does again', async () => {
  const mine = await me()
  const { factors } = bench.accounts
  const { secret } = await setUp(mine)
  expect(await codeOf(() => factors.remove(mine, { password: PASSWORD }))).toBe(NEEDED)
  expect(await factors.remove(mine, { password: PASSWORD, code: codeAt(secret) })).toBeNull()
  expect(await bench.trySignIn('an')).toBe('in')
  const { codes } = await setUp(mine)
  factors.removeOf(SOCKET, 'an')
  expect(await bench.trySignIn('an')).toBe('in')
  expect(
    bench.edit((database) => database.prepare('SELECT count(*) AS n FROM recovery_code').get()!['n']),
  ).toBe(0)
  expect(codes).toHaveLength(10)
  expect(bench.actions.filter((action) => action.startsWith('user.factor'))).toEqual(['user.factor', 'user.factor-removed', 'user.factor', 'user.factor-removed']) // prettier-ignore
})

test('beside it a shorter password is taken; it cannot be taken off then', async () => {
  const mine = await me()
  const { users, factors } = bench.accounts
  const short = 'wq9lp2xb'
  expect(await codeOf(() => users.changePassword(mine, PASSWORD, short))).toBe('THANHLOC_ACCOUNT_PASSWORD')
  const { secret } = await setUp(mine)
  expect(await users.changePassword(mine, PASSWORD, short)).toBeNull()
  expect(await bench.trySignIn('an', { password: short, code: codeAt(secret) })).toBe('in')
  expect(await codeOf(() => factors.removeOf(SOCKET, 'an'))).toBe('THANHLOC_ACCOUNT_CONFLICT')
  await users.setPassword(SOCKET, 'an')
  factors.removeOf(SOCKET, 'an')
  expect(users.get(SOCKET, 'an').hasFactor).toBe(false)
})

test('secrets are encrypted in the file, with a key made at the first use', async () => {
  expect(existsSync(keyPath)).toBe(false)
  const { secret } = await setUp(await me())
  expect(statSync(keyPath).mode & 0o777).toBe(0o600)
  const { totp } = bench.edit((database) => database.prepare('SELECT totp FROM user').get()!)
  expect(Buffer.from(totp as Uint8Array).includes(readBase32(secret)!)).toBe(false)
})

test('a secret moved to another account opens nothing', async () => {
  await bench.addUser('bo')
  await setUp(await me('bo'))
  const { secret } = await setUp(await me())
  bench.edit((database) => database.exec(`UPDATE user SET totp = (SELECT totp FROM user WHERE name = 'an')`))
  expect(await bench.trySignIn('bo', { code: codeAt(secret) })).toBe(KEY)
})

test.each<[what: string, damage: (path: string) => void]>([
  ['gone', (path) => rmSync(path)],
  ['another', (path) => writeFileSync(path, 'ab'.repeat(32))],
  ['damaged', (path) => writeFileSync(path, 'ab')],
])(
  'with a key that is %s codes are refused with what to do; recovery codes and the machine itself help',
  async (_, damage) => {
    const { secret, codes } = await setUp(await me())
    damage(keyPath)
    const refused = await bench.accounts.signIn({
      name: 'an',
      password: PASSWORD,
      code: codeAt(secret),
      source: '10.0.0.5',
    })
    expect(refused).toMatchObject({
      code: KEY,
      detail: expect.stringContaining('Restore it from the backup') as string,
    })
    expect(await bench.trySignIn('an', { code: codes[0]! })).toBe('in')
    await bench.addUser('bo')
    if (!existsSync(keyPath)) {
      const bo = await me('bo')
      expect(await codeOf(() => bench.accounts.factors.begin(bo, { password: PASSWORD }))).toBe(KEY)
      expect(existsSync(keyPath)).toBe(false)
    }
    bench.accounts.factors.removeOf(SOCKET, 'an')
    expect(await bench.trySignIn('an')).toBe('in')
  },
)

test('nobody sets up a factor for a machine or for nobody', async () => {
  const proof = { password: PASSWORD }
  for (const kind of ['socket', 'token', 'none'] as const) {
    const other = caller({ kind, name: 'an', role: 'admin', units: null, mustChangePassword: false })
    expect(await codeOf(() => bench.accounts.factors.begin(other, proof))).toBe('THANHLOC_ACCOUNT_FORBIDDEN')
    expect(await codeOf(() => bench.accounts.factors.confirm(other, '000000'))).toBe(
      'THANHLOC_ACCOUNT_FORBIDDEN',
    )
  }
})
