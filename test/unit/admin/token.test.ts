import { chmodSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openToken, TokenInForce } from '../../../src/admin/token.ts'

let directory: string
let file: string
let warnings: string[]
const log = { warn: (_fields: unknown, message?: string) => void warnings.push(message ?? '') }

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'thanhloc-token-'))
  file = join(directory, 'token')
  warnings = []
})
afterEach(() => rmSync(directory, { recursive: true }))

const LONG = 'a-token-of-enough-characters'

test('the first line of the file is the token', () => {
  writeFileSync(file, `${LONG}\nanything else\n`, { mode: 0o600 })
  const token = openToken(file, undefined, log)
  expect(token.isConfigured).toBe(true)
  expect(token.accepts(LONG)).toBe(true)
  expect(token.accepts(`${LONG}x`)).toBe(false)
  expect(token.accepts('')).toBe(false)
  expect(warnings).toEqual([])
})

test('a file that is replaced is read again; one that is gone lets nobody in', () => {
  writeFileSync(file, LONG, { mode: 0o600 })
  const token = openToken(file, undefined, log)
  writeFileSync(`${file}.new`, 'another-token-long-enough', { mode: 0o600 })
  renameSync(`${file}.new`, file)
  expect(token.accepts(LONG)).toBe(false)
  expect(token.accepts('another-token-long-enough')).toBe(true)
  rmSync(file)
  expect(token.isConfigured).toBe(false)
  expect(token.accepts('another-token-long-enough')).toBe(false)
  expect(warnings).toHaveLength(1)
  writeFileSync(file, LONG, { mode: 0o600 })
  expect(token.accepts(LONG)).toBe(true)
})

test('a file that everybody can read, an empty one, a short token and a huge file are warned of once', () => {
  writeFileSync(file, 'short', { mode: 0o600 })
  chmodSync(file, 0o644)
  const token = openToken(file, undefined, log)
  token.accepts('short')
  token.accepts('short')
  expect(warnings).toEqual([expect.stringContaining('chmod 600'), expect.stringContaining('short')])
  writeFileSync(file, '   \n')
  chmodSync(file, 0o600)
  expect(token.isConfigured).toBe(false)
  writeFileSync(file, 'x'.repeat(5000))
  expect(token.accepts('x'.repeat(5000))).toBe(false)
  expect(warnings).toHaveLength(4)
})

test('the environment stands above the file; empty is none', () => {
  writeFileSync(file, LONG, { mode: 0o600 })
  const token = openToken(file, 'from-the-environment', log)
  expect(token.accepts('from-the-environment')).toBe(true)
  expect(token.accepts(LONG)).toBe(false)
  expect(openToken(null, '', log).isConfigured).toBe(false)
  expect(openToken(file, '', log).accepts(LONG)).toBe(true)
})

test('another file that new settings name is in force at once; the environment stays above it', () => {
  const other = join(directory, 'other')
  writeFileSync(file, LONG, { mode: 0o600 })
  writeFileSync(other, 'another-token-long-enough', { mode: 0o600 })
  const token = new TokenInForce(file, undefined, log)
  expect([token.isConfigured, token.accepts(LONG)]).toEqual([true, true])
  token.configure(other)
  expect([token.accepts(LONG), token.accepts('another-token-long-enough')]).toEqual([false, true])
  token.configure(null)
  expect([token.isConfigured, token.accepts('another-token-long-enough')]).toEqual([false, false])
  const fixed = new TokenInForce(null, 'of-the-environment', log)
  fixed.configure(file)
  expect([fixed.accepts(LONG), fixed.accepts('of-the-environment')]).toEqual([false, true])
})
