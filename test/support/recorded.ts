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

/** What a database says of its hits in the several places where it keeps sums of them. */
export interface RecordedSums {
  /** Of the rows themselves; `folded`: those whose client is unknown, which stand apart. */
  readonly hits: number
  readonly folded: number
  readonly pairs: number
  readonly clients: number
  readonly hours: number
  /** By the list that decided, folded ones as well. */
  readonly decided: number
  /** By client and list, and by case: a hit of two lists counts in two. */
  readonly lists: number
  readonly cases: number
  readonly casesOpen: number
  /** Resolver threads whose tables were written down. */
  readonly threads: number
}

/** `data`: the data directory. */
export function readSums(data: string): RecordedSums {
  const database = new DatabaseSync(join(data, 'thanhloc.db'), { readOnly: true, timeout: 1000 })
  try {
    const one = (sql: string): number => Number(Object.values(database.prepare(sql).get()!)[0])
    return {
      hits: one('SELECT total(blocked_count + logged_count) FROM hit'),
      folded: one('SELECT total(blocked_count + logged_count) FROM folded_hit'),
      pairs: one('SELECT count(*) FROM hit'),
      clients: one('SELECT total(blocked_count + logged_count) FROM client'),
      hours: one('SELECT total(hit_count) FROM hit_hour'),
      decided: one('SELECT total(hit_count) FROM list'),
      lists: one('SELECT total(hit_count) FROM client_list'),
      cases: one('SELECT total(hit_count) FROM campaign_case'),
      casesOpen: one('SELECT count(*) FROM campaign_case'),
      threads: one('SELECT count(*) FROM drained'),
    }
  } finally {
    database.close()
  }
}

/** `directory`: the server's. */
export function recordedSums(directory: string): RecordedSums {
  return readSums(join(directory, 'data'))
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
