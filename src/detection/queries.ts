/**
 * Reads the store for the admin plane, through a second, read-only connection: in WAL mode it never waits for the
 * writer, nor the writer for it. Statements are prepared once a file; a file that was moved aside is left for the new.
 */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import type { UnitSettings } from '../config/settings.ts'
import { filterSql, type ClientFilter } from './client-filter.ts'
import { clientHit, clientList, clientSummary } from './client-rows.ts'
import type { ClientHit, ClientList, ClientSummary, Row } from './client-rows.ts'
import { pageOf, readCursor, writeCursor, type Page } from './cursor.ts'
import { HOUR_MS } from './hit-totals.ts'
import { DATABASE_FILE } from './schema.ts'
import { UnitIndex } from './units.ts'

export type { ClientFilter } from './client-filter.ts'
export type { ClientHit, ClientList, ClientSummary } from './client-rows.ts'
export { BadCursor, type Page } from './cursor.ts'

/** The file is not there yet, or cannot be read now; `cause` says why. */
export class StoreUnavailable extends Error {
  readonly code = 'THANHLOC_STORE_UNAVAILABLE'
}

/**
 * `found`: the client found last comes first; nothing is missed or told twice while hits arrive. `recent`: the client
 * seen last comes first; one that is hit again meanwhile moves to the front, behind which a cursor does not look.
 */
export type ClientSort = 'found' | 'recent'

export interface PageRequest {
  /** 1 to 1000. */
  readonly limit?: number | undefined
  readonly cursor?: string | undefined
}

export interface ClientDetail extends ClientSummary {
  /** The first page of `listHits`. */
  readonly hitPage: Page<ClientHit>
  /** Hits an hour, the hour's start and its count, ascending: the last 31 days in which there were any. */
  readonly timeline: readonly { readonly at: number; readonly hits: number }[]
}

export interface StoreTotals {
  /** By status; in this release all are `new`. */
  readonly clients: Readonly<Record<string, number>>
  /** Hits by the list that decided, since the store was begun. */
  readonly hitsByList: Readonly<Record<string, number>>
  /** Hits whose client is unknown. */
  readonly folded: number
}

const DEFAULT_LIMIT = 100
const MAX_LIMIT = 1000
const TIMELINE_HOURS = 31 * 24
const WAIT_MS = 1000

export class StoreReader {
  readonly #path: string
  #units: UnitIndex
  #database: DatabaseSync | null = null
  #inode = 0
  readonly #statements = new Map<string, StatementSync>()

  /** `directory`: the data directory. Opens nothing yet. */
  constructor(directory: string, units: readonly UnitSettings[]) {
    this.#path = join(directory, DATABASE_FILE)
    this.#units = new UnitIndex(units)
  }

  /** Takes the units of new settings. */
  setUnits(units: readonly UnitSettings[]): void {
    this.#units = new UnitIndex(units)
  }

  /** Clients with hits. Throws BadCursor, StoreUnavailable. */
  listClients(
    filter: ClientFilter = {},
    request: PageRequest & { sort?: ClientSort | undefined } = {},
  ): Page<ClientSummary> {
    const sort = request.sort ?? 'found'
    const limit = limitOf(request)
    const { conditions, values } = filterSql(filter, this.#units, (text) => this.#matchingIndicators(text))
    if (request.cursor !== undefined) {
      const keys = readCursor(request.cursor, sort, sort === 'found' ? 1 : 2)
      conditions.push(sort === 'found' ? 'c.id < :id' : '(c.last_seen, c.id) < (:lastSeen, :id)')
      Object.assign(values, sort === 'found' ? { id: keys[0]! } : { lastSeen: keys[0]!, id: keys[1]! })
    }
    const rows = this.#all(
      `SELECT c.* FROM client AS c ${conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : ''}
       ORDER BY ${sort === 'found' ? 'c.id DESC' : 'c.last_seen DESC, c.id DESC'} LIMIT :limit`,
      { ...values, limit: limit + 1 },
    )
    const lists = this.#listsOf(rows.slice(0, limit))
    return pageOf(
      rows,
      limit,
      (row) => this.#summary(row, lists),
      ({ id, last_seen }) =>
        writeCursor(sort, sort === 'found' ? [Number(id)] : [Number(last_seen), Number(id)]),
    )
  }

  /** One client with its newest hits, or null. Throws StoreUnavailable. */
  getClient(id: number, hitLimit = DEFAULT_LIMIT): ClientDetail | null {
    const [row] = this.#all('SELECT * FROM client WHERE id = :id', { id })
    if (!row) return null
    const hours = this.#all(
      'SELECT hour, hit_count FROM hit_hour WHERE client_id = :id ORDER BY hour DESC LIMIT :limit',
      { id, limit: TIMELINE_HOURS },
    )
    return {
      ...this.#summary(row, this.#listsOf([row])),
      hitPage: this.listHits(id, { limit: hitLimit }),
      timeline: hours
        .toReversed()
        .map(({ hour, hit_count }) => ({ at: Number(hour) * HOUR_MS, hits: Number(hit_count) })),
    }
  }

  /** What a client did, the newest first. Throws BadCursor, StoreUnavailable. */
  listHits(clientId: number, request: PageRequest = {}): Page<ClientHit> {
    const limit = limitOf(request)
    const [lastAt, indicator] =
      request.cursor === undefined ? [null, null] : readCursor(request.cursor, 'hits', 2)
    const rows = this.#all(
      `SELECT h.*, i.kind, i.value, s.lists FROM hit AS h
         JOIN indicator AS i ON i.id = h.indicator_id JOIN list_set AS s ON s.id = h.list_set_id
       WHERE h.client_id = :clientId AND (:lastAt IS NULL OR (h.last_at, h.indicator_id) < (:lastAt, :indicator))
       ORDER BY h.last_at DESC, h.indicator_id DESC LIMIT :limit`,
      { clientId, lastAt: lastAt ?? null, indicator: indicator ?? null, limit: limit + 1 },
    )
    const names = new Map(
      this.#all('SELECT id, name FROM list').map(({ id, name }) => [Number(id), String(name)]),
    )
    return pageOf(
      rows,
      limit,
      (row) => clientHit(row, names),
      ({ last_at, indicator_id }) => writeCursor('hits', [Number(last_at), Number(indicator_id)]),
    )
  }

  /** For metrics and the overview. Throws StoreUnavailable. */
  totals(): StoreTotals {
    const counts = (sql: string): Record<string, number> =>
      Object.fromEntries(this.#all(sql).map(({ name, n }) => [String(name), Number(n)]))
    return {
      clients: { new: 0, ...counts('SELECT status AS name, count(*) AS n FROM client GROUP BY status') },
      hitsByList: counts('SELECT name, hit_count AS n FROM list'),
      folded:
        counts(`SELECT 'all' AS name, total(blocked_count + logged_count) AS n FROM folded_hit`)['all'] ?? 0,
    }
  }

  close(): void {
    this.#statements.clear()
    this.#database?.close()
    this.#database = null
  }

  #summary(row: Row, lists: ReadonlyMap<number, readonly ClientList[]>): ClientSummary {
    return clientSummary(
      row,
      this.#units.find(row['address'] as Uint8Array),
      lists.get(Number(row['id'])) ?? [],
    )
  }

  #listsOf(clients: readonly Row[]): Map<number, ClientList[]> {
    const rows = this.#all(
      `SELECT cl.*, l.name, l.campaign FROM client_list AS cl JOIN list AS l ON l.id = cl.list_id
       WHERE cl.client_id IN (SELECT value FROM json_each(:ids)) ORDER BY cl.client_id, cl.hit_count DESC, l.name`,
      { ids: JSON.stringify(clients.map(({ id }) => Number(id))) },
    )
    const lists = new Map<number, ClientList[]>()
    for (const row of rows) {
      const client = Number(row['client_id'])
      lists.set(client, [...(lists.get(client) ?? []), clientList(row)])
    }
    return lists
  }

  /** Indicators that hold `text`, or that it is a name under. */
  #matchingIndicators(text: string): number[] {
    const wanted = text.toLowerCase()
    return this.#all(
      `SELECT id FROM indicator WHERE instr(value, :wanted) > 0
         OR (kind < 3 AND substr(:wanted, -length(value) - 1) = '.' || value)`,
      { wanted },
    ).map(({ id }) => Number(id))
  }

  #all(sql: string, values: Record<string, SQLInputValue> = {}): Row[] {
    try {
      const database = this.#open()
      let statement = this.#statements.get(sql)
      if (!statement) this.#statements.set(sql, (statement = database.prepare(sql)))
      return statement.all(values)
    } catch (error) {
      // What is wrong with the file is the writer's to mend; the next call opens it anew.
      this.close()
      throw new StoreUnavailable(`the store cannot be read: ${(error as Error).message}`, { cause: error })
    }
  }

  #open(): DatabaseSync {
    const { ino } = statSync(this.#path)
    if (this.#database && ino === this.#inode) return this.#database
    this.close()
    this.#database = new DatabaseSync(this.#path, { readOnly: true, timeout: WAIT_MS })
    this.#inode = ino
    return this.#database
  }
}

function limitOf({ limit = DEFAULT_LIMIT }: PageRequest): number {
  return Math.min(Math.max(Math.trunc(limit) || 1, 1), MAX_LIMIT)
}
