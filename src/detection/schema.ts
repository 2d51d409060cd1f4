/**
 * The tables of the store, as steps forward from an empty file. `PRAGMA user_version` says how many steps a file has
 * taken; a step that has been released is never edited again, only followed by another.
 */
import type { DatabaseSync } from 'node:sqlite'
import { SchemaTooNew, takeSteps } from '../sqlite/schema-steps.ts'
import { BASES_STEP } from './steps/bases.ts'
import { CASES_STEP } from './steps/cases.ts'
import { CONTACTS_STEP } from './steps/contacts.ts'
import { HITS_STEP } from './steps/hits.ts'
import { MACHINES_STEP } from './steps/machines.ts'

/** "TLHT" in the header of the file: ours, whatever it is called. */
export const APPLICATION_ID = 0x544c4854

/** Name of the database inside the data directory. */
export const DATABASE_FILE = 'thanhloc.db'

const STEPS: readonly string[] = [HITS_STEP, MACHINES_STEP, CASES_STEP, CONTACTS_STEP, BASES_STEP]

/** Steps there are: `user_version` of a file that has taken all. */
export const SCHEMA_VERSION = STEPS.length

/**
 * Takes the steps the file lacks, each in a transaction of its own. `beforeStep` is called once, with the number of the
 * first step (from 1) that a file with tables is about to take. Throws SchemaTooNew, or what SQLite throws.
 */
export function migrate(database: DatabaseSync, beforeStep?: (step: number) => void): void {
  takeSteps(database, { steps: STEPS, applicationId: APPLICATION_ID, tooNew }, beforeStep)
}

function tooNew(version: number, known: number): SchemaTooNew {
  return new SchemaTooNew(
    `the database has schema ${version}, this version knows ${known}: install a later one`,
  )
}
