/**
 * A copy of the database as it was before its schema changed: the way back to the version before. One a step, private
 * to its owner. A disk without room for it does not keep the server from starting.
 */
import { closeSync, openSync, renameSync, rmSync, statfsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'

/** Where it is said what became of the copy. */
export interface CopyLog {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
}

/** Left free beside the copy: the step itself writes as much again. */
const ROOM_FACTOR = 2.2

/** `thanhloc.db.before-2` beside `thanhloc.db`. */
export function stepCopyPath(path: string, step: number): string {
  return `${path}.before-${step}`
}

/** Copies the database at `path` before `step`. Never throws: what is in the way is told in the log. */
export function keepStepCopy(
  database: DatabaseSync,
  path: string,
  step: number,
  log: CopyLog,
  freeBytes: (directory: string) => number = freeBytesOf,
): void {
  const copy = stepCopyPath(path, step)
  const partial = `${copy}.partial`
  try {
    // A step that failed after its copy was made is taken again from the same file.
    if (modifiedMs(copy) >= modifiedMs(path)) return
    const needed = Math.ceil(bytesOf(database) * ROOM_FACTOR)
    const free = freeBytes(dirname(path))
    if (free < needed) {
      log.warn(
        { copy, neededBytes: needed, freeBytes: free },
        'no copy of the database is kept before its schema changes: the disk has no room',
      )
      return
    }
    rmSync(partial, { force: true })
    // SQLite takes an empty file that is there, and leaves it its mode.
    closeSync(openSync(partial, 'wx', 0o600))
    database.prepare('VACUUM INTO ?').run(partial)
    renameSync(partial, copy)
    log.info({ copy, step }, 'a copy of the database is kept before its schema changes')
  } catch (error) {
    rmSync(partial, { force: true })
    log.warn(
      { copy, error: (error as Error).message },
      'no copy of the database is kept before its schema changes',
    )
  }
}

function bytesOf(database: DatabaseSync): number {
  const one = (pragma: string): number => Number(database.prepare(`PRAGMA ${pragma}`).get()![pragma])
  return one('page_count') * one('page_size')
}

function modifiedMs(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? -Infinity
}

function freeBytesOf(directory: string): number {
  const { bavail, bsize } = statfsSync(directory)
  return bavail * bsize
}
