/** What is read of legal holds and of the record of deletions. Times: milliseconds since 1970. */
import type { HoldScope } from '../../config/settings.ts'
import { textOf } from '../client-rows.ts'
import { pageOf, readCursor, writeCursor, type Page } from '../cursor.ts'
import type { Ask } from '../read-connection.ts'
import { timeOf } from './case-rows.ts'
import type { Deleted } from './deletions.ts'

/** Twice those that can be in force. */
const MOST_HOLDS = 2000

export interface HoldRow {
  readonly id: number
  readonly document: string
  readonly scope: HoldScope
  /** Empty for `all`. */
  readonly target: string
  readonly reason: string
  readonly actor: string
  readonly setAt: number
  /** Null: in force. */
  readonly releasedAt: number | null
  readonly releasedBy: string | null
  readonly releaseReason: string | null
}

export interface DeletionRow {
  readonly id: number
  readonly what: Deleted
  /** `keep.hits 12 months`. */
  readonly rule: string
  readonly olderThan: number
  /** When the first and the last of it went. */
  readonly from: number
  readonly to: number
  readonly amount: number
}

/** Those in force and the last ones that were lifted, the newest first. */
export function holdRows(ask: Ask): HoldRow[] {
  const sql = 'SELECT * FROM hold ORDER BY released_at IS NOT NULL, id DESC LIMIT :most'
  const rows = ask(`SELECT * FROM (${sql}) ORDER BY id DESC`, { most: MOST_HOLDS })
  return rows.map((row) => ({
    id: Number(row['id']),
    document: String(row['document']),
    scope: row['scope'] as HoldScope,
    target: String(row['target']),
    reason: String(row['reason']),
    actor: String(row['actor']),
    setAt: Number(row['set_at']),
    releasedAt: timeOf(row['released_at']),
    releasedBy: textOf(row['released_by']),
    releaseReason: textOf(row['release_reason']),
  }))
}

/** Throws BadCursor. */
export function deletionRows(ask: Ask, limit: number, cursor: string | undefined): Page<DeletionRow> {
  const [before = null] = cursor === undefined ? [] : readCursor(cursor, 'deletions', 1)
  const rows = ask(
    'SELECT * FROM deletion WHERE :before IS NULL OR id < :before ORDER BY id DESC LIMIT :limit',
    { before, limit: limit + 1 },
  )
  return pageOf(
    rows,
    limit,
    (row) => ({
      id: Number(row['id']),
      what: row['what'] as Deleted,
      rule: String(row['rule']),
      olderThan: Number(row['older_than_at']),
      from: Number(row['from_at']),
      to: Number(row['to_at']),
      amount: Number(row['amount']),
    }),
    (row) => writeCursor('deletions', [Number(row['id'])]),
  )
}

/** Whether any list ever belonged to a campaign. */
export function hasCampaign(ask: Ask, campaign: string): boolean {
  return ask('SELECT 1 FROM list_campaign WHERE campaign = :campaign LIMIT 1', { campaign }).length > 0
}

/** The day (UTC, since 1970) of which everything too old is gone; null: none yet. */
export function sweptDay(ask: Ask): number | null {
  return timeOf(ask(`SELECT value FROM fact WHERE name = 'swept_day'`)[0]?.['value'])
}
