/** What is read of silences: pairs of client and indicator whose hits open nothing. Times: milliseconds since 1970. */
import { INDICATOR_KINDS } from '../../thread/hit-table.ts'
import { nowInRanges } from '../client-filter.ts'
import { pageOf, readCursor, writeCursor, type Page } from '../cursor.ts'
import type { Ask } from '../read-connection.ts'
import type { UnitIndex } from '../units.ts'
import { timeOf } from './case-rows.ts'

export interface SilenceRow {
  readonly clientId: number
  /** Of the client's latest address, or null. */
  readonly unit: string | null
  readonly indicator: string
  /** exact, subtree, below, address. */
  readonly kind: string
  readonly until: number
  readonly setAt: number
  readonly actor: string
  readonly reason: string
  /** The case whose false alarm it is; null: set by itself. */
  readonly caseId: number | null
}

/** All given ones must hold. */
export interface SilenceFilter {
  /** Row id of a client, also one that has become part of another. */
  readonly client?: number | undefined
  /** Ids of units: clients of these and of those under them alone; [] for none at all. */
  readonly within?: readonly string[] | undefined
  /** Those that hold beyond this time. */
  readonly afterMs?: number | undefined
}

/** Ordered by client and indicator. Throws BadCursor. */
export function silenceRows(
  ask: Ask,
  units: UnitIndex,
  { client, within, afterMs = 0 }: SilenceFilter,
  limit: number,
  cursor: string | undefined,
): Page<SilenceRow> {
  const [atClient = 0, atIndicator = 0] = cursor === undefined ? [] : readCursor(cursor, 'silences', 2)
  const conditions = ['(s.client_id, s.indicator_id) > (:atClient, :atIndicator)', 's.until_at > :afterMs']
  if (client !== undefined)
    conditions.push(
      's.client_id = coalesce((SELECT client_id FROM client_alias WHERE old_id = :client), :client)',
    )
  if (within !== undefined) conditions.push(nowInRanges('withinRanges'))
  const rows = ask(
    `SELECT s.*, i.value, i.kind, c.address FROM silence AS s JOIN client AS c ON c.id = s.client_id
       JOIN indicator AS i ON i.id = s.indicator_id
     WHERE ${conditions.join(' AND ')} ORDER BY s.client_id, s.indicator_id LIMIT :limit`,
    {
      atClient,
      atIndicator,
      afterMs,
      limit: limit + 1,
      ...(client !== undefined && { client }),
      ...(within !== undefined && {
        withinRanges: JSON.stringify(within.flatMap((one) => units.ranges(one))),
      }),
    },
  )
  return pageOf(
    rows,
    limit,
    (row) => ({
      clientId: Number(row['client_id']),
      unit: units.find(row['address'] as Uint8Array),
      indicator: String(row['value']),
      kind: INDICATOR_KINDS[Number(row['kind'])] ?? 'exact',
      until: Number(row['until_at']),
      setAt: Number(row['at']),
      actor: String(row['actor']),
      reason: String(row['reason']),
      caseId: timeOf(row['case_id']),
    }),
    (row) => writeCursor('silences', [Number(row['client_id']), Number(row['indicator_id'])]),
  )
}
