/**
 * The tables of a database as steps forward from an empty file. `PRAGMA user_version` says how many a file has taken; a
 * step that has been released is never edited again, only followed by another.
 */
import type { DatabaseSync } from 'node:sqlite'
import { inTransaction } from './transaction.ts'

/** A file written by a later version: left alone. */
export class SchemaTooNew extends Error {
  readonly code = 'THANHLOC_SCHEMA_TOO_NEW'
}

export interface Schema {
  /** SQL, or what does it. */
  readonly steps: readonly (string | ((database: DatabaseSync) => void))[]
  /** Four letters in the header of the file: ours, whatever it is called. */
  readonly applicationId: number
  /** The error for a file that has taken more steps than `known`: a later version wrote it, and it is left alone. */
  readonly tooNew: (version: number, known: number) => Error
}

/**
 * Takes the steps the file lacks, each in a transaction of its own. `beforeStep` is called once, with the number of the
 * first step (from 1) that a file with tables is about to take. Throws `tooNew`, or what SQLite throws.
 */
export function takeSteps(
  database: DatabaseSync,
  { steps, applicationId, tooNew }: Schema,
  beforeStep: (step: number) => void = () => {},
): void {
  const version = pragmaOf(database, 'user_version')
  if (version > steps.length) throw tooNew(version, steps.length)
  if (version > 0 && version < steps.length) beforeStep(version + 1)
  for (let number = version; number < steps.length; number++) {
    const step = steps[number]!
    inTransaction(database, () => {
      // Another process may have taken it meanwhile.
      if (pragmaOf(database, 'user_version') !== number) return
      if (typeof step === 'string') database.exec(step)
      else step(database)
      database.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${number + 1}`)
    })
  }
}

/** A number in the header of the file. */
export function pragmaOf(database: DatabaseSync, name: 'user_version' | 'application_id'): number {
  return Number(database.prepare(`PRAGMA ${name}`).get()![name])
}
