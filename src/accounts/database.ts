/**
 * Opens the accounts' file: private to its owner, in WAL mode, migrated. A damaged file is refused and left where it
 * is, never replaced by a new one: that would throw out all accounts, and the audit trail with them.
 */
import { chmodSync, closeSync, fsyncSync, linkSync, mkdirSync, openSync, rmSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { damageOf } from '../sqlite/private-file.ts'
import { corruption } from './fault.ts'
import { checkIsOurs, migrate } from './schema.ts'

/** Opens a connection to `path`; replaced in tests. */
export type Connect = (path: string) => DatabaseSync

/** How long a statement waits for another process: the control thread also writes the log. */
const BUSY_MS = 250
/** Larger files are not read through when they are opened; damage in them shows when it is met. */
const CHECK_MAX_BYTES = 64 << 20
const WAL_KEPT_BYTES = 4 << 20

export const connectFile: Connect = (path) => new DatabaseSync(path, { timeout: BUSY_MS })

/** Opens `path`; where it is not there and `mayCreate`, makes it. Throws errors of node:sqlite and node:fs, SchemaTooNew. */
export function openDatabase(path: string, mayCreate: boolean, connect: Connect): DatabaseSync {
  const size = sizeOf(path)
  if (size < 0) {
    // A WAL without its file would be read into the new one.
    if (!mayCreate || sizeOf(`${path}-wal`) >= 0) throw corruption('the file is gone')
    create(path, connect)
  } else if (size === 0) throw corruption('the file is empty')
  chmodSync(path, 0o600)
  const database = connect(path)
  try {
    // Another program's file is left as it is.
    checkIsOurs(database)
    setUp(database)
    if (size <= CHECK_MAX_BYTES) check(database)
    migrate(database)
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

/** Under another name until it is complete, so that a file without tables is always a damaged one. */
function create(path: string, connect: Connect): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const making = `${path}.making-${process.pid}`
  remove(making)
  try {
    // Created here, because SQLite would create it readable for others; WAL and index take its mode.
    closeSync(openSync(making, 'wx', 0o600))
    const database = connect(making)
    try {
      setUp(database)
      migrate(database)
    } finally {
      database.close()
    }
    link(making, path)
  } finally {
    remove(making)
  }
}

/** Gives `making` the name `path`, unless another process was first: its file may hold an account by now. */
function link(making: string, path: string): void {
  try {
    linkSync(making, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  const directory = openSync(dirname(path), 'r')
  try {
    fsyncSync(directory)
  } finally {
    closeSync(directory)
  }
}

function remove(path: string): void {
  for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(path + suffix, { force: true })
}

function setUp(database: DatabaseSync): void {
  // FULL: what the trail says was done is on the disk before it is done, also after a power cut.
  database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;
    PRAGMA secure_delete = ON; PRAGMA journal_size_limit = ${WAL_KEPT_BYTES}`)
}

function check(database: DatabaseSync): void {
  const damage = damageOf(database)
  if (damage !== null) throw corruption(`it fails its check: ${damage}`)
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? -1
}
