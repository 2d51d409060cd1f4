/** A database that nobody but its owner may read, and whether it is sound. */
import { chmodSync, closeSync, openSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'

/** Makes the file at `path` where there is none, and private: SQLite would make it readable for others; WAL and index take its mode. */
export function makePrivate(path: string): void {
  closeSync(openSync(path, 'a', 0o600))
  chmodSync(path, 0o600)
}

/** What SQLite finds wrong with the structure of the database, or null. Reads all of it. */
export function damageOf(database: DatabaseSync): string | null {
  const found = String(database.prepare('PRAGMA quick_check(1)').get()!['quick_check'])
  return found === 'ok' ? null : found
}
