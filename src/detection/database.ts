/**
 * Opens the store's file for the one writer: private to its owner, in WAL mode, migrated. A file that is no sound
 * database is moved aside, never deleted, and a new one begun: hits of today must not wait for a repair.
 */
import { mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Clock } from '../clock.ts'
import { corruption } from '../sqlite/fault-codes.ts'
import { moveAside } from '../sqlite/move-aside.ts'
import { damageOf, makePrivate } from '../sqlite/private-file.ts'
import { keepStepCopy } from '../sqlite/step-copy.ts'
import { faultKind } from './fault.ts'
import type { StoreLog } from './log.ts'
import { DATABASE_FILE, migrate } from './schema.ts'

/** Opens a connection to `path`; replaced in tests. */
export type Connect = (path: string) => DatabaseSync

/** How long a statement of the writer waits for a lock: the store thread has mail to answer. */
const BUSY_MS = 50
/** Larger files are not read through at the start; damage in them shows when it is met. */
const CHECK_MAX_BYTES = 32 << 20
const PAGE_CACHE_KIB = 16_384
const WAL_KEPT_BYTES = 64 << 20

const connectFile: Connect = (path) => new DatabaseSync(path, { timeout: BUSY_MS })

export interface OpenedDatabase {
  readonly database: DatabaseSync
  /** Where a corrupt file was moved to, or null. */
  readonly movedTo: string | null
}

/** Opens or creates the database in `directory` (made with mode 0700). Throws errors of node:sqlite and node:fs. */
export function openDatabase(
  directory: string,
  clock: Clock,
  log: StoreLog,
  connect = connectFile,
): OpenedDatabase {
  // A directory that is there keeps its mode: it may be shared on purpose, and the file is private by itself.
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const path = join(directory, DATABASE_FILE)
  try {
    return { database: open(path, connect, log), movedTo: null }
  } catch (error) {
    if (faultKind(error) !== 'corrupt') throw error
    const movedTo = moveAside(path, clock)
    return { database: open(path, connect, log), movedTo }
  }
}

/** Bytes of the file and its WAL; 0 where there is none. */
export function databaseBytes(directory: string): number {
  const path = join(directory, DATABASE_FILE)
  return Math.max(sizeOf(path), 0) + Math.max(sizeOf(`${path}-wal`), 0)
}

function open(path: string, connect: Connect, log: StoreLog): DatabaseSync {
  makePrivate(path)
  const size = sizeOf(path)
  const database = connect(path)
  try {
    // Before the first table: lets the file shrink after rows are deleted. No effect on a file that has tables.
    if (size === 0) database.exec('PRAGMA auto_vacuum = INCREMENTAL')
    // NORMAL in WAL mode: kill -9 loses no commit; a power cut may lose the last ones, never the file.
    database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA temp_store = MEMORY;
      PRAGMA cache_size = -${PAGE_CACHE_KIB}; PRAGMA journal_size_limit = ${WAL_KEPT_BYTES}`)
    if (size > 0 && size <= CHECK_MAX_BYTES) check(database)
    migrate(database, (step) => keepStepCopy(database, path, step, log))
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

function check(database: DatabaseSync): void {
  const damage = damageOf(database)
  if (damage !== null) throw corruption(`database is corrupt: ${damage}`)
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? -1
}
