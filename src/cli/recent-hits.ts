/**
 * Hits as they are written down, for `tail` and `top`: the pairs of client and indicator that were hit lately, looked at
 * again and again, and by how much each has grown. A pair of which nothing was known begins with what its row says.
 */
import type { AdminRequest } from './admin-socket.ts'

/** A row of `GET /hits`, as far as it is shown. */
export interface HitRow {
  readonly clientId: number
  readonly address: string | null
  readonly identity: { readonly hostName: string | null; readonly name: string | null }
  readonly unit: string | null
  readonly indicator: string
  readonly hits: number
  readonly lastSeen: string
  readonly lastQname: string
  readonly lastQtype: string
  readonly lastAction: string
  readonly lists: readonly string[]
}

export interface FreshHit extends HitRow {
  /** Hits since the look before; of a pair met for the first time null, when it may have been hit long ago as well. */
  readonly grown: number | null
}

/** Asks the server. */
export type Call = (request: AdminRequest) => Promise<unknown>

export interface HitQuery {
  readonly client?: string
  readonly list?: string
  readonly unit?: string
}

/** What is written late, because the disk was slow, is found for so long. */
const LATE_MS = 60_000
const PAGE_ROWS = 500
/** Pages a look reads at most: what is beyond is found by nobody's eyes either. */
const MAX_PAGES = 4

export class RecentHits {
  readonly #call: Call
  readonly #query: HitQuery
  /** Client and indicator → hits known, and when they were hit. */
  readonly #known = new Map<string, { readonly hits: number; readonly seenMs: number }>()
  /** By the server's clock; NaN before the first look. */
  #lookedMs = NaN

  constructor(call: Call, query: HitQuery = {}) {
    this.#call = call
    this.#query = query
  }

  /** What has been hit since the look before, oldest first. The first look tells nothing. Rejects as the call does. */
  async look(): Promise<FreshHit[]> {
    const { time } = (await this.#call({ method: 'GET', path: '/api/v1/traffic' })) as {
      readonly time: string
    }
    const isFirst = Number.isNaN(this.#lookedMs)
    const nowMs = Date.parse(time)
    const sinceMs = (isFirst ? nowMs : this.#lookedMs) - LATE_MS
    const rows = await this.#read(new Date(sinceMs).toISOString())
    this.#lookedMs = nowMs
    const fresh = rows.flatMap((row) => this.#note(row, sinceMs))
    for (const [key, { seenMs }] of this.#known) if (seenMs < sinceMs) this.#known.delete(key)
    return isFirst ? [] : fresh.toReversed()
  }

  async #read(since: string): Promise<HitRow[]> {
    const rows: HitRow[] = []
    let cursor: string | null = null
    for (let page = 0; page < MAX_PAGES; page++) {
      const query = new URLSearchParams({ sort: 'recent', since, limit: String(PAGE_ROWS), ...this.#query })
      if (cursor !== null) query.set('cursor', cursor)
      const reply = (await this.#call({ method: 'GET', path: `/api/v1/hits?${query.toString()}` })) as {
        readonly items: readonly HitRow[]
        readonly next: string | null
      }
      rows.push(...reply.items)
      cursor = reply.next
      if (cursor === null) break
    }
    return rows
  }

  #note(row: HitRow, sinceMs: number): FreshHit[] {
    const key = `${row.clientId} ${row.indicator}`
    const known = this.#known.get(key)
    const seenMs = Date.parse(row.lastSeen)
    this.#known.set(key, { hits: row.hits, seenMs: Math.max(seenMs, sinceMs) })
    if (known === undefined) return [{ ...row, grown: row.hits === 1 ? 1 : null }]
    return row.hits > known.hits ? [{ ...row, grown: row.hits - known.hits }] : []
  }
}
