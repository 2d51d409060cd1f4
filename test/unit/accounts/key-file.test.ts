import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { KEY_FILE, KeyFile } from '../../../src/accounts/key-file.ts'
import { SecureRandom } from '../../../src/random.ts'
import { codeOf, FakeLog, temporaryDirectory } from './setup.ts'

let path: string
let log: FakeLog
let keyFile: KeyFile

beforeEach(() => {
  const directory = temporaryDirectory()
  mkdirSync(directory)
  path = join(directory, KEY_FILE)
  log = new FakeLog()
  keyFile = new KeyFile(directory, new SecureRandom(), log)
})

test('is made at the first use, for its owner alone, and stays', () => {
  const key = keyFile.readOrCreate(true)
  expect(key).toHaveLength(32)
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(keyFile.readOrCreate(true)).toEqual(key)
  expect(keyFile.read()).toEqual(key)
  expect(log.lines).toEqual([])
})

test('is not made anew beside secrets that need the old one', async () => {
  keyFile.readOrCreate(true)
  rmSync(path)
  expect(await codeOf(() => keyFile.readOrCreate(false))).toBe('THANHLOC_ACCOUNT_KEY')
  expect(await codeOf(() => keyFile.read())).toBe('THANHLOC_ACCOUNT_KEY')
  expect(existsSync(path)).toBe(false)
})

test.each([
  ['empty', ''],
  ['cut', 'ab'.repeat(31)],
  ['too long', 'ab'.repeat(33)],
  ['not hexadecimal', 'zz'.repeat(32)],
  ['huge', 'ab'.repeat(32).padEnd(1 << 20)],
])('a file that is %s is refused and left as it is', async (_, text) => {
  writeFileSync(path, text, { mode: 0o600 })
  expect(await codeOf(() => keyFile.readOrCreate(true))).toBe('THANHLOC_ACCOUNT_KEY')
  expect(readFileSync(path, 'utf8')).toBe(text)
})

test('a file others can read is closed to them, and told', () => {
  const key = keyFile.readOrCreate(true)
  chmodSync(path, 0o644)
  expect(keyFile.read()).toEqual(key)
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(log.of('could be read by others')).toHaveLength(1)
})
