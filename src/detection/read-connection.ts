/**
 * The read-only connection to the store's file for the admin plane: in WAL mode it never waits for the writer, nor the
 * writer for it. Statements are prepared once a file; a file that was moved aside is left for the new.
 */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import type { Row } from './client-rows.ts'
import { DATABASE_FILE } from './schema.ts'

/** The file is not there yet, or cannot be read now; `cause` says why. */
export class StoreUnavailable extends Error {
  readonly code = 'THANHLOC_STORE_UNAVAILABLE'
}

/** All rows of a query. Throws StoreUnavailable. */
export type Ask = (sql: string, values?: Record<string, SQLInputValue>) => Row[]

const WAIT_MS = 1000

export class ReadConnection {
  readonly #path: string
  #database: DatabaseSync | null = null
  #inode = 0
  /** How often a file was opened. */
  #opened = 0
  readonly #statements = new Map<string, StatementSync>()

  /** `directory`: the data directory. Opens nothing yet. */
  constructor(directory: string) {
    this.#path = join(directory, DATABASE_FILE)
  }

  readonly ask: Ask = (sql, values = {}) => {
    try {
      const database = this.#open()
      let statement = this.#statements.get(sql)
      if (!statement) this.#statements.set(sql, (statement = database.prepare(sql)))
      return statement.all(values)
    } catch (error) {
      // What is wrong with the file is the writer's to mend; the next call opens it anew.
      this.close()
      throw new StoreUnavailable(`the store cannot be read: ${(error as Error).message}`, { cause: error })
    }
  }

  /**
   * Of what the file holds now: another one after every commit, whatever it changed. Means nothing beyond this object.
   * Throws StoreUnavailable.
   */
  get version(): string {
    const [row] = this.ask('PRAGMA data_version')
    return `${this.#opened}.${Number(row!['data_version'])}`
  }

  /** All that `work` reads is of one moment. Throws StoreUnavailable, and what `work` throws. */
  atOnce<T>(work: () => T): T {
    this.ask('BEGIN')
    try {
      return work()
    } finally {
      // After an error the connection is closed, and with it the transaction.
      if (this.#database?.isTransaction) this.#database.exec('ROLLBACK')
    }
  }

  close(): void {
    this.#statements.clear()
    this.#database?.close()
    this.#database = null
  }

  #open(): DatabaseSync {
    const { ino } = statSync(this.#path)
    if (this.#database && ino === this.#inode) return this.#database
    this.close()
    this.#database = new DatabaseSync(this.#path, { readOnly: true, timeout: WAIT_MS })
    this.#inode = ino
    this.#opened += 1
    return this.#database
  }
}
