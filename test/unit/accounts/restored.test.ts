import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test } from 'vitest'
import { migrate } from '../../../src/accounts/schema.ts'
import { prepareRestored } from '../../../src/accounts/restored.ts'

function openFile(): DatabaseSync {
  const database = new DatabaseSync(':memory:')
  onTestFinished(() => database.close())
  return database
}

test('sessions end, and all else stays', () => {
  const database = openFile()
  migrate(database)
  database.exec(`
    INSERT INTO user (name, name_key, full_name, role, password, needs_factor, must_change, created_at, password_at, active_at)
      VALUES ('an', 'an', '', 'admin', 'x', 0, 0, 1, 1, 1);
    INSERT INTO session (hash, user_id, source, created_at, seen_at) VALUES (x'01', 1, '10.0.0.1', 1, 1);
    INSERT INTO token (name, name_key, hash, role, created_by, created_at, expires_at) VALUES ('t', 't', x'02', 'viewer', 'x', 1, 2);
    INSERT INTO audit VALUES (1, 1, 'a', '', '', 'x', '', '', '{}', '', 'h')`)
  prepareRestored(database)
  const count = (table: string): unknown => database.prepare(`SELECT count(*) AS n FROM ${table}`).get()!['n']
  expect(['session', 'user', 'token', 'audit'].map(count)).toEqual([0, 1, 1, 1])
})

test.each([
  ['no database of accounts', 'CREATE TABLE user (a)'],
  ['no database of accounts', ''],
  ['install a later version', 'PRAGMA user_version = 99'],
])('what is %s is refused', (said, spoil) => {
  const database = openFile()
  if (spoil.startsWith('PRAGMA')) migrate(database)
  database.exec(spoil)
  expect(() => prepareRestored(database)).toThrow(said)
})
