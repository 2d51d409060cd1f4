/**
 * A backup becomes the databases again, while no server runs on the data directory. What was there is put aside, never
 * deleted. The numbers of events begin anew, and revisions go on far ahead, so that whoever remembers those of the
 * database that was replaced, another node or a reader of events, neither misses nor repeats anything.
 */
import {
  chmodSync, chownSync, closeSync, copyFileSync, existsSync, fsyncSync, linkSync, openSync, renameSync, rmSync, statSync,
} from 'node:fs' // prettier-ignore
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Clock } from '../../clock.ts'
import { dropParts, hasParts, takePart } from '../../sqlite/parts.ts'
import { damageOf } from '../../sqlite/private-file.ts'
import { pragmaOf } from '../../sqlite/schema-steps.ts'
import { checkSeal } from '../../sqlite/seal.ts'
import { lockData } from '../../thread/data-lock.ts'
import { APPLICATION_ID, DATABASE_FILE, SCHEMA_VERSION } from '../schema.ts'

/** The file is none that can be restored; the message says why. */
export class NotRestorable extends Error {
  readonly code = 'THANHLOC_NOT_RESTORABLE'
}

/** A database that is put back together with the store. */
export interface RestoredBeside {
  /** Of its file in the data directory, and in the backup. */
  readonly name: string
  /** Checks it and makes it fit to be used again. Throws where it cannot be; the message says why. */
  readonly prepare: (database: DatabaseSync) => void
}

export interface Restored {
  /** Where the database went that was there, or null: there was none. */
  readonly movedTo: string | null
  /** When the backup was made, milliseconds since 1970, or null: it does not say. */
  readonly madeAtMs: number | null
  readonly clients: number
  readonly cases: number
  readonly hits: number
  /** Those of `beside` that were in the backup, and where what was there went. */
  readonly beside: readonly { readonly name: string; readonly movedTo: string | null }[]
}

/** More than is ever drawn between a backup and its restoration: five a second make that in sixty years. */
const REVISIONS_AHEAD = 10_000_000_000
const SIDE_FILES = ['-wal', '-shm', '-journal'] as const

/**
 * Puts the backup at `backup` in place of the databases in `directory`. All is checked before anything is touched. Throws
 * DataLockError where a server runs on it, NotRestorable, and what the file system throws; then all is as it was.
 */
export function restoreFrom(
  backup: string,
  directory: string,
  clock: Clock,
  beside: readonly RestoredBeside[] = [],
): Restored {
  const unlock = lockData(directory)
  const path = join(directory, DATABASE_FILE)
  const incoming = (name: string): string => `${join(directory, name)}.restoring`
  const names = [DATABASE_FILE, ...beside.map(({ name }) => name)]
  const clear = (): void => {
    for (const name of names)
      for (const suffix of ['', ...SIDE_FILES]) rmSync(incoming(name) + suffix, { force: true })
  }
  try {
    if (!existsSync(backup)) throw new NotRestorable(`${backup}: there is no such file`)
    if (existsSync(path) && statSync(backup).ino === statSync(path).ino)
      throw new NotRestorable(`${backup} is the database itself`)
    clear()
    copyFileSync(backup, incoming(DATABASE_FILE))
    chmodSync(incoming(DATABASE_FILE), 0o600)
    const { parts, ...found } = prepare(incoming(DATABASE_FILE), backup, beside, incoming)
    const moved = [DATABASE_FILE, ...parts].map((name) => {
      own(incoming(name), directory)
      return {
        name,
        movedTo: existsSync(join(directory, name)) ? putAside(join(directory, name), clock) : null,
      }
    })
    // From here on one or the other is in place, whatever happens.
    for (const { name, movedTo } of moved) {
      // A log without its database would be read into the one that comes.
      if (movedTo === null)
        for (const suffix of SIDE_FILES) rmSync(join(directory, name) + suffix, { force: true })
      renameSync(incoming(name), join(directory, name))
    }
    sync(directory)
    return { movedTo: moved[0]!.movedTo, ...found, beside: moved.slice(1) }
  } finally {
    clear()
    unlock()
  }
}

type Found = Omit<Restored, 'movedTo' | 'beside'> & { readonly parts: readonly string[] }

/** Checks the copy, takes out what goes beside it, and makes each a database of its own. */
function prepare(
  copy: string,
  backup: string,
  beside: readonly RestoredBeside[],
  incoming: (name: string) => string,
): Found {
  const seal = checkSeal(copy, true)
  if (seal === 'broken')
    throw new NotRestorable(`${backup} is not what was written: its checksum does not fit`)
  const database = new DatabaseSync(copy)
  try {
    const one = (sql: string): unknown => Object.values(database.prepare(sql).get() ?? {})[0]
    if (pragmaOf(database, 'application_id') !== APPLICATION_ID)
      throw new NotRestorable(`${backup} is no database of Thanh Lọc`)
    const version = pragmaOf(database, 'user_version')
    if (version > SCHEMA_VERSION) {
      throw new NotRestorable(
        `${backup} has schema ${version}, this version knows ${SCHEMA_VERSION}: install a later one`,
      )
    }
    const damage = damageOf(database)
    if (damage !== null) throw new NotRestorable(`${backup} is not sound: ${damage}`)
    if (hasParts(database) && seal === 'none')
      throw new NotRestorable(`${backup} is not whole: its end is missing`)
    const parts = beside
      .filter((each) => takeOut(each, database, incoming(each.name), backup))
      .map(({ name }) => name)
    dropParts(database)
    database.exec('PRAGMA journal_mode = DELETE; BEGIN IMMEDIATE')
    const hasTable = (name: string): boolean =>
      database.prepare(`SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?`).get(name) !==
      undefined
    if (hasTable('event_log')) {
      database.exec(`DELETE FROM event; DELETE FROM sqlite_sequence WHERE name = 'event';
        UPDATE event_log SET key = lower(hex(randomblob(8))), horizon = 0, case_horizon = 0`)
    }
    let madeAt: unknown
    if (hasTable('fact')) {
      madeAt = one(`SELECT value FROM fact WHERE name = 'backup_at'`)
      database.prepare(`UPDATE fact SET value = value + ? WHERE name = 'revision'`).run(REVISIONS_AHEAD)
    }
    database.exec('COMMIT')
    return {
      madeAtMs: madeAt === undefined ? null : Number(madeAt),
      clients: Number(one('SELECT count(*) FROM client')),
      cases: hasTable('campaign_case') ? Number(one('SELECT count(*) FROM campaign_case')) : 0,
      hits: Number(one('SELECT total(blocked_count + logged_count) FROM client')),
      parts,
    }
  } catch (error) {
    if (error instanceof NotRestorable) throw error
    throw new NotRestorable(`${backup} cannot be read as a database: ${(error as Error).message}`, {
      cause: error,
    })
  } finally {
    database.close()
    sync(copy)
  }
}

/** Writes a part of the backup to `path` and makes it fit; false: it is not in the backup. */
function takeOut(
  { name, prepare: makeFit }: RestoredBeside,
  from: DatabaseSync,
  path: string,
  backup: string,
): boolean {
  if (!takePart(from, name, path)) return false
  const database = new DatabaseSync(path)
  try {
    const damage = damageOf(database)
    if (damage !== null) throw new Error(`it is not sound: ${damage}`)
    makeFit(database)
    return true
  } catch (error) {
    throw new NotRestorable(`${name} in ${backup}: ${(error as Error).message}`, { cause: error })
  } finally {
    database.close()
    sync(path)
  }
}

/** Where root restores, the file belongs to who owns the directory: the server may run as somebody else. */
function own(path: string, directory: string): void {
  if (process.getuid?.() !== 0) return
  const { uid, gid } = statSync(directory)
  chownSync(path, uid, gid)
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
