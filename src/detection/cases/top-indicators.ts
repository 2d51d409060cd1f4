/** What machines ask for most of a campaign: counted from the hits of the clients seen last, as many as can be read at once. */
import { INDICATOR_KINDS } from '../../thread/hit-table.ts'
import { nowInRanges } from '../client-filter.ts'
import { clientsWithin } from '../pair-list.ts'
import type { Ask } from '../read-connection.ts'
import type { UnitIndex } from '../units.ts'

export interface TopIndicator {
  readonly indicator: string
  /** exact, subtree, below, address. */
  readonly kind: string
  /** Clients that asked for it. */
  readonly clients: number
  readonly hits: number
  readonly firstSeen: number
  readonly lastSeen: number
}

export interface TopIndicators {
  /** Those of most clients first. */
  readonly items: readonly TopIndicator[]
  /** False: there are more hits than were read; those of the clients hit last were. */
  readonly isWhole: boolean
}

const SHOWN = 20
const CLIENTS = 20_000
const PAIRS = 50_000

/** Of a campaign (empty: lists without one) among the clients of some units with all under them; null: all clients. */
export function topIndicators(
  ask: Ask,
  units: UnitIndex,
  campaign: string,
  within: readonly string[] | null,
): TopIndicators {
  const ranges = within?.flatMap((unit) => units.ranges(unit))
  const clients = ask(
    `SELECT c.id, c.indicator_count FROM campaign_case AS k JOIN client AS c ON c.id = k.client_id
     WHERE k.campaign = :campaign ${ranges === undefined ? '' : `AND ${nowInRanges('withinRanges')}`}
     ORDER BY k.last_hit_minute DESC, k.id DESC LIMIT :limit`,
    {
      campaign,
      limit: CLIENTS + 1,
      ...(ranges === undefined ? {} : { withinRanges: JSON.stringify(ranges) }),
    },
  )
  const { taken } = clientsWithin(clients.slice(0, CLIENTS), PAIRS)
  const rows = ask(
    `SELECT i.value, i.kind, count(DISTINCT h.client_id) AS clients, sum(h.blocked_count + h.logged_count) AS hits,
       min(h.first_at) AS first_at, max(h.last_at) AS last_at
     FROM json_each(:clients) AS chosen CROSS JOIN hit AS h ON h.client_id = chosen.value
       CROSS JOIN indicator AS i ON i.id = h.indicator_id
     WHERE h.list_set_id IN (
       SELECT s.id FROM list_set AS s WHERE s.lists = '[]' AND :campaign = '' OR EXISTS (
         SELECT 1 FROM json_each(s.lists) AS j JOIN list_campaign AS lc ON lc.list_id = j.value
         WHERE lc.campaign = :campaign))
     GROUP BY h.indicator_id ORDER BY clients DESC, hits DESC, i.value LIMIT :shown`,
    { campaign, clients: JSON.stringify(taken.map(({ id }) => Number(id))), shown: SHOWN },
  )
  return {
    items: rows.map((row) => ({
      indicator: String(row['value']),
      kind: INDICATOR_KINDS[Number(row['kind'])] ?? 'exact',
      clients: Number(row['clients']),
      hits: Number(row['hits']),
      firstSeen: Number(row['first_at']),
      lastSeen: Number(row['last_at']),
    })),
    isWhole: taken.length === clients.length,
  }
}
