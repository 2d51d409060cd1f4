/**
 * The open database of imports: private to its owner, in WAL mode, every commit on the disk before it is answered. One that
 * is damaged is left where it is and said to be; what was approved stays enforced from its files.
 */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import type { Logger } from '../log/log.ts'
import { damageOf, makePrivate } from '../sqlite/private-file.ts'
import { pragmaOf } from '../sqlite/schema-steps.ts'
import { inTransaction } from '../sqlite/transaction.ts'
import { ReviewError } from './problem.ts'
import { APPLICATION_ID, IMPORTS_FILE, migrate } from './schema.ts'

const BUSY_MS = 250
/** Larger files are not read through when they are opened. */
const CHECK_MAX_BYTES = 64 << 20
const WAL_KEPT_BYTES = 4 << 20

export class ImportsDatabase {
  readonly path: string
  readonly #database: DatabaseSync | null
  readonly #prepared = new Map<string, StatementSync>()
  readonly #fault: string | null

  /** `directory`: of the data. Never throws: why the file cannot be used is `fault`. */
  constructor(directory: string, log: Pick<Logger, 'error'>) {
    this.path = join(directory, IMPORTS_FILE)
    let database: DatabaseSync | null = null
    try {
      makePrivate(this.path)
      const size = statSync(this.path).size
      database = new DatabaseSync(this.path, { timeout: BUSY_MS })
      setUp(database, size)
      this.#fault = null
    } catch (error) {
      database?.close()
      database = null
      this.#fault = (error as Error).message
      log.error({ path: this.path, reason: this.#fault }, 'imports cannot be read; what was approved stays enforced') // prettier-ignore
    }
    this.#database = database
  }

  /** Why it cannot be used, or null. */
  get fault(): string | null {
    return this.#fault
  }

  /** The statement `sql`, a constant of the program. Throws ReviewError. */
  of(sql: string): StatementSync {
    let statement = this.#prepared.get(sql)
    if (statement === undefined) this.#prepared.set(sql, (statement = this.#open().prepare(sql)))
    return statement
  }

  /** Runs `change`, all or nothing. Throws ReviewError and what `change` and SQLite throw. */
  change<T>(change: () => T): T {
    return inTransaction(this.#open(), change)
  }

  close(): void {
    this.#prepared.clear()
    if (this.#database?.isOpen === true) this.#database.close()
  }

  #open(): DatabaseSync {
    if (this.#database?.isOpen === true) return this.#database
    throw new ReviewError('unavailable', `${this.path} cannot be used: ${this.#fault ?? 'it is closed'}`)
  }
}

function setUp(database: DatabaseSync, size: number): void {
  if (size > 0 && pragmaOf(database, 'application_id') !== APPLICATION_ID && pragmaOf(database, 'user_version') > 0)
    throw new Error('it is no database of imports') // prettier-ignore
  // FULL: what is answered as approved is on the disk, also after a power cut.
  database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;
    PRAGMA journal_size_limit = ${WAL_KEPT_BYTES}`)
  const damage = size <= CHECK_MAX_BYTES ? damageOf(database) : null
  if (damage !== null) throw new Error(`it fails its check: ${damage}`)
  migrate(database)
}
