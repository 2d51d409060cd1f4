/** Pages of what one client did, the newest first. A pair that several nodes saw is one. */
import type { SQLInputValue } from 'node:sqlite'
import { readBases } from './hit-basis.ts'
import { clientHit, type ClientHit, type Row } from './client-rows.ts'
import { pageOf, readCursor, writeCursor, type Page } from './cursor.ts'

type Ask = (sql: string, values?: Record<string, SQLInputValue>) => Row[]

/** `clientId` must be no alias. Throws BadCursor. */
export function hitPage(ask: Ask, clientId: number, limit: number, cursor?: string): Page<ClientHit> {
  const [lastAt = null, indicator = null] = cursor === undefined ? [] : readCursor(cursor, 'hits', 2)
  const pairs = ask(
    `SELECT indicator_id, max(last_at) AS last_at FROM hit WHERE client_id = :clientId GROUP BY indicator_id
     HAVING :lastAt IS NULL OR (max(last_at), indicator_id) < (:lastAt, :indicator)
     ORDER BY 2 DESC, 1 DESC LIMIT :limit`,
    { clientId, lastAt, indicator, limit: limit + 1 },
  )
  const indicators = pairs.map((pair) => Number(pair['indicator_id']))
  const rows = ask(
    `SELECT h.*, i.kind, i.value, s.lists, iif(n.id = 0, NULL, iif(n.name = '', n.key, n.name)) AS node
     FROM json_each(:indicators) AS chosen
       CROSS JOIN hit AS h ON h.client_id = :clientId AND h.indicator_id = chosen.value
       JOIN indicator AS i ON i.id = h.indicator_id JOIN list_set AS s ON s.id = h.list_set_id
       JOIN origin AS o ON o.id = h.origin_id JOIN node AS n ON n.id = o.node_id`,
    { clientId, indicators: JSON.stringify(indicators) },
  )
  const byIndicator = Map.groupBy(rows, (row) => row['indicator_id'])
  const basisOf = readBases(ask, indicators)
  const names = new Map(ask('SELECT id, name FROM list').map(({ id, name }) => [Number(id), String(name)]))
  return pageOf(
    pairs,
    limit,
    (pair) => clientHit(byIndicator.get(pair['indicator_id'])!, names, basisOf),
    ({ last_at, indicator_id }) => writeCursor('hits', [Number(last_at), Number(indicator_id)]),
  )
}
