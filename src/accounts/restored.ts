/** Accounts that come back from a backup. */
import type { DatabaseSync } from 'node:sqlite'
import { checkIsOurs, migrate } from './schema.ts'

/**
 * Makes a database of accounts from a backup fit to be used: of this version, without sessions, for one that was ended
 * since would come to life again. Throws what SQLite throws, SchemaTooNew, and an error where it is none of accounts.
 */
export function prepareRestored(database: DatabaseSync): void {
  checkIsOurs(database)
  migrate(database)
  database.exec('PRAGMA secure_delete = ON; DELETE FROM session')
}
