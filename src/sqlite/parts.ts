/**
 * Other files inside a database, in pieces: so that a backup of several databases is one file, and itself a database that
 * SQLite's own tools open.
 */
import { closeSync, openSync, readSync, writeSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { inTransaction } from './transaction.ts'

/** What SQLite reads and writes at once of a part. */
const PIECE_BYTES = 1 << 20

/** Puts the file at `path` into `database` under `name`, in place of what had that name. Throws what both throw. */
export function addPart(database: DatabaseSync, name: string, path: string): void {
  database.exec(`CREATE TABLE IF NOT EXISTS backup_part (
    name TEXT NOT NULL, number INTEGER NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (name, number)) STRICT`)
  const save = database.prepare('INSERT INTO backup_part (name, number, bytes) VALUES (?, ?, ?)')
  const piece = Buffer.alloc(PIECE_BYTES)
  const file = openSync(path, 'r')
  try {
    inTransaction(database, () => {
      database.prepare('DELETE FROM backup_part WHERE name = ?').run(name)
      for (let number = 0; ; number++) {
        const length = readSync(file, piece)
        if (length === 0) break
        save.run(name, number, piece.subarray(0, length))
      }
    })
  } finally {
    closeSync(file)
  }
}

/** Whether `database` holds parts, or once held some. */
export function hasParts(database: DatabaseSync): boolean {
  return database.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'backup_part'`).get() !== undefined
}

/**
 * Writes part `name` to a new file at `path`, mode 0600; false: there is none of that name, and no file. Throws what
 * SQLite and the file system throw.
 */
export function takePart(database: DatabaseSync, name: string, path: string): boolean {
  if (!hasParts(database)) return false
  const pieces = database
    .prepare('SELECT bytes FROM backup_part WHERE name = ? ORDER BY number')
    .iterate(name)
  let file: number | null = null
  try {
    for (const { bytes } of pieces) {
      file ??= openSync(path, 'wx', 0o600)
      writeWhole(file, bytes as Uint8Array)
    }
    return file !== null
  } finally {
    if (file !== null) closeSync(file)
  }
}

/** Takes all parts out, and gives their room back where the database can. */
export function dropParts(database: DatabaseSync): void {
  database.exec('PRAGMA secure_delete = ON; DROP TABLE IF EXISTS backup_part; PRAGMA incremental_vacuum')
}

function writeWhole(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at)
}
