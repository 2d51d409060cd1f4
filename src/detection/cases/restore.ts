/**
 * A backup becomes the database again, while no server runs on the data directory. What was there is put aside, never
 * deleted. The numbers of events begin anew, and revisions go on far ahead, so that whoever remembers those of the
 * database that was replaced, another node or a reader of events, neither misses nor repeats anything.
 */
import {
  chmodSync, closeSync, copyFileSync, existsSync, fsyncSync, linkSync, openSync, renameSync, rmSync, statSync,
} from 'node:fs' // prettier-ignore
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Clock } from '../../clock.ts'
import { lockData } from '../../thread/data-lock.ts'
import { APPLICATION_ID, DATABASE_FILE, SCHEMA_VERSION } from '../schema.ts'

/** The file is none that can be restored; the message says why. */
export class NotRestorable extends Error {
  readonly code = 'THANHLOC_NOT_RESTORABLE'
}

export interface Restored {
  /** Where the database went that was there, or null: there was none. */
  readonly movedTo: string | null
  readonly clients: number
  readonly cases: number
  readonly hits: number
}

/** More than is ever drawn between a backup and its restoration: five a second make that in sixty years. */
const REVISIONS_AHEAD = 10_000_000_000
const SIDE_FILES = ['-wal', '-shm', '-journal'] as const

/**
 * Puts the backup at `backup` in place of the database in `directory`. Throws DataLockError where a server runs on it,
 * NotRestorable, and what the file system throws; then all is as it was.
 */
export function restoreFrom(backup: string, directory: string, clock: Clock): Restored {
  const unlock = lockData(directory)
  const path = join(directory, DATABASE_FILE)
  const incoming = `${path}.restoring`
  try {
    if (!existsSync(backup)) throw new NotRestorable(`${backup}: there is no such file`)
    if (existsSync(path) && statSync(backup).ino === statSync(path).ino)
      throw new NotRestorable(`${backup} is the database itself`)
    for (const suffix of ['', ...SIDE_FILES]) rmSync(incoming + suffix, { force: true })
    copyFileSync(backup, incoming)
    chmodSync(incoming, 0o600)
    const found = prepare(incoming, backup)
    const movedTo = existsSync(path) ? putAside(path, clock) : null
    // From here on one or the other is in place, whatever happens.
    renameSync(incoming, path)
    sync(directory)
    return { movedTo, ...found }
  } finally {
    for (const suffix of ['', ...SIDE_FILES]) rmSync(incoming + suffix, { force: true })
    unlock()
  }
}

/** Checks the copy and makes it a database of its own. */
function prepare(incoming: string, backup: string): Omit<Restored, 'movedTo'> {
  const database = new DatabaseSync(incoming)
  try {
    const one = (sql: string): unknown => Object.values(database.prepare(sql).get() ?? {})[0]
    if (Number(one('PRAGMA application_id')) !== APPLICATION_ID)
      throw new NotRestorable(`${backup} is no database of Thanh Lọc`)
    const version = Number(one('PRAGMA user_version'))
    if (version > SCHEMA_VERSION) {
      throw new NotRestorable(
        `${backup} has schema ${version}, this version knows ${SCHEMA_VERSION}: install a later one`,
      )
    }
    const check = String(one('PRAGMA quick_check(1)'))
    if (check !== 'ok') throw new NotRestorable(`${backup} is not sound: ${check}`)
    database.exec('PRAGMA journal_mode = DELETE; BEGIN IMMEDIATE')
    const hasTable = (name: string): boolean =>
      database.prepare(`SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?`).get(name) !==
      undefined
    if (hasTable('event_log')) {
      database.exec(`DELETE FROM event; DELETE FROM sqlite_sequence WHERE name = 'event';
        UPDATE event_log SET key = lower(hex(randomblob(8))), horizon = 0, case_horizon = 0`)
    }
    if (hasTable('fact'))
      database.prepare(`UPDATE fact SET value = value + ? WHERE name = 'revision'`).run(REVISIONS_AHEAD)
    database.exec('COMMIT')
    return {
      clients: Number(one('SELECT count(*) FROM client')),
      cases: hasTable('campaign_case') ? Number(one('SELECT count(*) FROM campaign_case')) : 0,
      hits: Number(one('SELECT total(blocked_count + logged_count) FROM client')),
    }
  } catch (error) {
    if (error instanceof NotRestorable) throw error
    throw new NotRestorable(`${backup} cannot be read as a database: ${(error as Error).message}`, {
      cause: error,
    })
  } finally {
    database.close()
    sync(incoming)
  }
}

/** The database that is there gets a second name, whole. Returns it. */
function putAside(path: string, clock: Clock): string {
  const stamp = new Date(clock.wallMs()).toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15)
  let target = `${path}.replaced-${stamp}`
  for (let n = 1; existsSync(target); n++) target = `${path}.replaced-${stamp}-${n}`
  // Copied before SQLite looks at it: beside a database that cannot be read it would delete the log.
  const logs = SIDE_FILES.filter((suffix) => existsSync(path + suffix))
  for (const suffix of logs) copyFileSync(path + suffix, target + suffix)
  const isOneFile = writeBack(path)
  // A log that stayed would be read into the database that comes.
  for (const suffix of SIDE_FILES) rmSync((isOneFile ? target : path) + suffix, { force: true })
  linkSync(path, target)
  return target
}

/** Writes the log of a database into it; false: it cannot be read, or somebody reads it. */
function writeBack(path: string): boolean {
  try {
    const database = new DatabaseSync(path)
    try {
      return database.prepare('PRAGMA journal_mode = DELETE').get()!['journal_mode'] === 'delete'
    } finally {
      database.close()
    }
  } catch {
    // What cannot be read is a reason to restore: it is put aside with its log as it is.
    return false
  }
}

function sync(path: string): void {
  if (!existsSync(path)) return
  const descriptor = openSync(path, 'r')
  fsyncSync(descriptor)
  closeSync(descriptor)
}
