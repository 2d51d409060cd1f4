/** What stands in a server's database about clients; read as an officer's own tool would. */
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** Hits by client address (`127.0.0.1`), blocked and logged. `directory` is that of the server. */
export function recordedHits(directory: string): Map<string, number> {
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
