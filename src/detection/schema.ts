/**
 * The tables of the store, as steps forward from an empty file. `PRAGMA user_version` says how many steps a file has
 * taken; a step that has been released is never edited again, only followed by another.
 */
import type { DatabaseSync } from 'node:sqlite'
import { CASES_STEP } from './steps/cases.ts'
import { HITS_STEP } from './steps/hits.ts'
import { MACHINES_STEP } from './steps/machines.ts'

/** "TLHT" in the header of the file: ours, whatever it is called. */
export const APPLICATION_ID = 0x544c4854

/** Name of the database inside the data directory. */
export const DATABASE_FILE = 'thanhloc.db'

/** A file written by a later version: left alone. */
export class SchemaTooNew extends Error {
  readonly code = 'THANHLOC_SCHEMA_TOO_NEW'
}

const STEPS: readonly string[] = [HITS_STEP, MACHINES_STEP, CASES_STEP]

/** Steps there are: `user_version` of a file that has taken all. */
export const SCHEMA_VERSION = STEPS.length

/**
 * Takes the steps the file lacks, each in a transaction of its own. `beforeStep` is called once, with the number of the
 * first step (from 1) that a file with tables is about to take. Throws SchemaTooNew, or what SQLite throws.
 */
export function migrate(database: DatabaseSync, beforeStep: (step: number) => void = () => {}): void {
  const version = versionOf(database)
  if (version > STEPS.length) {
    throw new SchemaTooNew(
      `the database has schema ${version}, this version knows ${STEPS.length}: install a later one`,
    )
  }
  if (version > 0 && version < STEPS.length) beforeStep(version + 1)
  for (let step = version; step < STEPS.length; step++) {
    database.exec('BEGIN IMMEDIATE')
    try {
      // Another process may have taken it meanwhile.
      if (versionOf(database) === step) {
        database.exec(STEPS[step]!)
        database.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${step + 1}`)
      }
      database.exec('COMMIT')
    } catch (error) {
      if (database.isTransaction) database.exec('ROLLBACK')
      throw error
    }
  }
}

function versionOf(database: DatabaseSync): number {
  return Number(database.prepare('PRAGMA user_version').get()!['user_version'])
}
