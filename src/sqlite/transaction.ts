/** All of something or nothing. */
import type { DatabaseSync } from 'node:sqlite'

/** Runs `work` in a transaction that may write from its beginning. Throws what `work` and SQLite throw; then nothing was changed. */
export function inTransaction<T>(database: DatabaseSync, work: () => T): T {
  database.exec('BEGIN IMMEDIATE')
  try {
    const result = work()
    database.exec('COMMIT')
    return result
  } catch (error) {
    // SQLite has rolled back by itself after some errors (disk full).
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
}
