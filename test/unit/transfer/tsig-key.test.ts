import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { readKey } from '../../../src/transfer/tsig-key.ts'

let directory: string
beforeAll(() => (directory = mkdtempSync(join(tmpdir(), 'thanhloc-'))))
afterAll(() => rmSync(directory, { recursive: true }))

function keyIn(text: string, mode = 0o600) {
  const secretFile = join(directory, 'key')
  writeFileSync(secretFile, text)
  chmodSync(secretFile, mode)
  return readKey({ name: 'rpz-key', algorithm: 'hmac-sha384', secretFile })
}

it.each([
  ['a line of Base64', 'c2VjcmV0IQ==\n'],
  ['what tsig-keygen writes', 'key "rpz-key" {\n\talgorithm hmac-sha384;\n\tsecret "c2VjcmV0IQ==";\n};\n'],
  ['a key of nsd.conf', 'key:\n  name: rpz-key\n  algorithm: hmac-sha384\n  secret: "c2VjcmV0IQ=="\n'],
])('takes %s', (_, text) => {
  const key = keyIn(text)
  expect(Buffer.from(key.secret).toString()).toBe('secret!')
  expect(key).toMatchObject({ hash: 'sha384', text: 'rpz-key', warning: null })
})

it.each([
  ['', 'holds no key'],
  ['no base64 here\n', 'holds no key'],
  ['A'.repeat(5000), 'has 5000 bytes'],
])('refuses what is no key', (text, reason) => {
  expect(() => keyIn(text)).toThrow(reason)
})

it('says where there is none, and when everybody may read it', () => {
  expect(() => readKey({ name: 'k', algorithm: 'hmac-sha256', secretFile: join(directory, 'none') })).toThrow('cannot be read') // prettier-ignore
  expect(keyIn('c2VjcmV0IQ==', 0o644).warning).toContain('chmod 600')
})
