/**
 * The open accounts' file, and what is done when it cannot be used: the caller gets AccountsUnavailable, the log a line
 * when that begins and when it ends, and after a pause the file is tried again.
 */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Clock } from '../clock.ts'
import { inTransaction } from '../sqlite/transaction.ts'
import { connectFile, openDatabase, type Connect } from './database.ts'
import { AccountsUnavailable, faultKind, reasonOf, type FaultKind } from './fault.ts'
import type { AccountsLog } from './log.ts'
import { ACCOUNTS_FILE } from './schema.ts'

/** A file that could not be opened is not tried for each request: its check may read all of it. */
const RETRY_MS = 5000

export interface AccountsFileOptions {
  /** The data directory. */
  readonly directory: string
  readonly clock: Clock
  readonly log: AccountsLog
  /** Opens a connection; tests put limited ones here. */
  readonly connect?: Connect | undefined
}

/** What is prepared once for each connection. */
export class Statements {
  readonly #database: DatabaseSync
  readonly #prepared = new Map<string, StatementSync>()

  constructor(database: DatabaseSync) {
    this.#database = database
  }

  /** The statement `sql`, a constant of the program. */
  of(sql: string): StatementSync {
    let statement = this.#prepared.get(sql)
    if (statement === undefined) this.#prepared.set(sql, (statement = this.#database.prepare(sql)))
    return statement
  }
}

interface Connection {
  readonly database: DatabaseSync
  readonly statements: Statements
  /** Which file it is, whatever has its name later. */
  readonly identity: string
}

export class AccountsFile {
  readonly path: string
  readonly #options: AccountsFileOptions
  #open: Connection | null = null
  #fault: AccountsUnavailable | null = null
  #retryAtMs = -Infinity
  #wasOpen = false
  #isClosed = false

  constructor(options: AccountsFileOptions) {
    this.#options = options
    this.path = join(options.directory, ACCOUNTS_FILE)
  }

  /** What keeps the file from being read or written, or null. */
  get fault(): AccountsUnavailable | null {
    return this.#fault
  }

  /** Runs `read`. Throws AccountsUnavailable, or what `read` throws of itself. */
  read<T>(read: (statements: Statements) => T): T {
    return this.#attempt(() => read(this.#connection().statements))
  }

  /** Runs `change` in a transaction, in the outer one where there is one. Throws as `read`; then nothing was changed. */
  change<T>(change: (statements: Statements) => T): T {
    return this.#attempt(() => {
      const { database, statements } = this.#connection()
      if (database.isTransaction) return change(statements)
      const before = changesOf(statements)
      const result = inTransaction(database, () => change(statements))
      // What can be read may still not be writable: only what was written tells.
      if (changesOf(statements) > before) this.#clear()
      return result
    })
  }

  /** Moves the WAL into the file and closes it for good. Never throws. */
  close(): void {
    this.#isClosed = true
    this.#disconnect()
  }

  #attempt<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      // Said where the inner call failed.
      if (error instanceof AccountsUnavailable) throw error
      const kind = faultKind(error)
      if (kind === null) throw error
      throw this.#fail(kind, error as Error)
    }
  }

  #connection(): Connection {
    // SQLite goes on writing to a file that was taken away, and all of it would be lost.
    if (this.#open !== null && this.#open.identity !== identityOf(this.path)) this.#disconnect()
    if (this.#open !== null) return this.#open
    const { clock, connect } = this.#options
    if (this.#isClosed) throw new AccountsUnavailable('failed', 'the server is stopping')
    if (this.#fault !== null && clock.monotonicMs() < this.#retryAtMs) throw this.#fault
    try {
      const database = openDatabase(this.path, !this.#wasOpen, connect ?? connectFile)
      this.#wasOpen = true
      this.#open = { database, statements: new Statements(database), identity: identityOf(this.path) }
      this.#clear()
      return this.#open
    } catch (error) {
      throw this.#fail(faultKind(error) ?? 'failed', error as Error)
    }
  }

  #fail(kind: FaultKind, cause: Error): AccountsUnavailable {
    const fault = new AccountsUnavailable(kind, reasonOf(cause), { cause })
    // A full or read-only disk can still be read; after anything else no state of the connection may linger.
    if (kind === 'corrupt' || kind === 'failed') this.#disconnect()
    this.#retryAtMs = this.#options.clock.monotonicMs() + RETRY_MS
    if (kind === 'locked') return fault
    if (this.#fault?.kind !== kind)
      this.#options.log.error({ file: this.path, reason: cause.message }, fault.message)
    this.#fault = fault
    return fault
  }

  #clear(): void {
    if (this.#fault === null) return
    this.#fault = null
    this.#options.log.info({ file: this.path }, 'the accounts can be used again')
  }

  #disconnect(): void {
    const open = this.#open
    this.#open = null
    try {
      open?.database.close()
    } catch {
      // Closed is closed.
    }
  }
}

/** Rows ever changed by the connection. */
function changesOf(statements: Statements): number {
  return Number(statements.of('SELECT total_changes() AS n').get()!['n'])
}

function identityOf(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false })
  return found === undefined ? '' : `${found.dev}:${found.ino}`
}
