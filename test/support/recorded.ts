/** What stands in a server's database about clients; read as an officer's own tool would. */
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** Hits by client address (`127.0.0.1`), blocked and logged; none before there is a database. `directory`: the server's. */
export function recordedHits(directory: string): Map<string, number> {
  if (!hasTables(directory)) return new Map()
  const database = new DatabaseSync(join(directory, 'data/thanhloc.db'), { readOnly: true, timeout: 1000 })
  try {
    const rows = database
      .prepare(
        `SELECT c.address AS address, sum(h.blocked_count + h.logged_count) AS hits
         FROM hit AS h JOIN client AS c ON c.id = h.client_id GROUP BY c.id`,
      )
      .all()
    return new Map(
      rows.map(({ address, hits }) => [(address as Uint8Array).subarray(12).join('.'), Number(hits)]),
    )
  } finally {
    database.close()
  }
}

/** What SQLite finds wrong with the file; `ok` when nothing. */
export function integrityOf(directory: string): string {
  const database = new DatabaseSync(join(directory, 'data/thanhloc.db'), { timeout: 1000 })
  try {
    return String(database.prepare('PRAGMA integrity_check').get()!['integrity_check'])
  } finally {
    database.close()
  }
}

/** Hits whose client is unknown. */
export function recordedFolds(directory: string): number {
  const database = new DatabaseSync(join(directory, 'data/thanhloc.db'), { readOnly: true, timeout: 1000 })
  try {
    return Number(
      database.prepare('SELECT sum(blocked_count + logged_count) AS n FROM folded_hit').get()!['n'],
    )
  } finally {
    database.close()
  }
}

function hasTables(directory: string): boolean {
  try {
    const database = new DatabaseSync(join(directory, 'data/thanhloc.db'), { readOnly: true, timeout: 1000 })
    try {
      return database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'hit'").get() !== undefined
    } finally {
      database.close()
    }
  } catch {
    return false
  }
}
