import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkSeal, sealFile } from '../../../src/sqlite/seal.ts'

let directory: string
let path: string

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'thanhloc-seal-'))
  path = join(directory, 'file')
})
afterAll(() => rmSync(directory, { recursive: true }))

test('what was sealed is sound, and is what it was when the seal is taken off', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      writeFileSync(path, bytes)
      expect(checkSeal(path)).toBe('none')
      sealFile(path)
      expect(checkSeal(path)).toBe('sound')
      expect(checkSeal(path, true)).toBe('sound')
      expect(readFileSync(path).equals(bytes)).toBe(true)
      expect(checkSeal(path)).toBe('none')
    }),
  )
})

test('no byte of it can be changed, and nothing cut off, without showing', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1, maxLength: 300 }),
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      (bytes, at, flip) => {
        writeFileSync(path, bytes)
        sealFile(path)
        const sealed = readFileSync(path)
        sealed[at % sealed.length]! ^= flip
        writeFileSync(path, sealed)
        expect(checkSeal(path, true)).not.toBe('sound')
        truncateSync(path, at % sealed.length)
        expect(checkSeal(path)).not.toBe('sound')
      },
    ),
  )
})

test("SQLite's own tools do not see it", () => {
  const file = join(directory, 'a.db')
  const made = new DatabaseSync(file)
  made.exec('CREATE TABLE t (a); INSERT INTO t VALUES (7)')
  made.close()
  sealFile(file)
  const database = new DatabaseSync(file, { readOnly: true })
  expect(database.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' })
  expect(database.prepare('SELECT a FROM t').get()).toEqual({ a: 7 })
  database.close()
})
