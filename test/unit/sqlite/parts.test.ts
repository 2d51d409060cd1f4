import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { addPart, dropParts, hasParts, takePart } from '../../../src/sqlite/parts.ts'

let directory: string
let database: DatabaseSync

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'thanhloc-parts-'))
  database = new DatabaseSync(join(directory, 'whole.db'))
  database.exec('PRAGMA auto_vacuum = INCREMENTAL; CREATE TABLE own (a)')
})
afterEach(() => {
  database.close()
  rmSync(directory, { recursive: true })
})

function file(name: string, bytes: Uint8Array): string {
  writeFileSync(join(directory, name), bytes)
  return join(directory, name)
}

test.each([1, 1 << 20, (5 << 19) + 7])(
  'a file of %i bytes comes out as it went in, for its owner alone',
  (size) => {
    const bytes = Buffer.alloc(size, 'thanh lọc')
    addPart(database, 'a', file('a', bytes))
    addPart(database, 'b', file('b', Buffer.from('another')))
    const out = join(directory, 'out')
    expect(takePart(database, 'a', out)).toBe(true)
    expect(readFileSync(out).equals(bytes)).toBe(true)
    expect(statSync(out).mode & 0o777).toBe(0o600)
  },
)

test('a part takes the place of the one of its name, however long that was', () => {
  addPart(database, 'a', file('long', Buffer.alloc(3 << 20, 'x')))
  addPart(database, 'a', file('short', Buffer.from('short')))
  takePart(database, 'a', join(directory, 'out'))
  expect(readFileSync(join(directory, 'out'), 'utf8')).toBe('short')
})

test('a part that is not there makes no file, and nothing is overwritten', () => {
  const out = join(directory, 'out')
  expect(takePart(database, 'a', out)).toBe(false)
  addPart(database, 'a', file('a', Buffer.from('a')))
  expect(takePart(database, 'b', out)).toBe(false)
  expect(statSync(out, { throwIfNoEntry: false })).toBeUndefined()
  writeFileSync(out, 'mine')
  expect(() => takePart(database, 'a', out)).toThrow('EEXIST')
  expect(readFileSync(out, 'utf8')).toBe('mine')
})

test('nothing of the parts is left in the file once they are dropped', () => {
  const before = statSync(join(directory, 'whole.db')).size
  addPart(database, 'a', file('a', Buffer.alloc(1 << 20, 'a secret')))
  expect(hasParts(database)).toBe(true)
  dropParts(database)
  expect(hasParts(database)).toBe(false)
  expect(statSync(join(directory, 'whole.db')).size).toBe(before)
  expect(readFileSync(join(directory, 'whole.db')).includes('a secret')).toBe(false)
})

test('a file that cannot be read adds nothing', () => {
  addPart(database, 'a', file('a', Buffer.from('as it was')))
  expect(() => addPart(database, 'a', directory)).toThrow('EISDIR')
  takePart(database, 'a', join(directory, 'out'))
  expect(readFileSync(join(directory, 'out'), 'utf8')).toBe('as it was')
})
