/**
 * Everything there is, a page at a time, for exports of any size: no read transaction is longer than a page, so the
 * writer's log can be moved into the file meanwhile. What comes after the export began may be in it or not; nothing is
 * in it twice, but hits of two clients that are found to be one meanwhile may be.
 */
import { addressText } from '../../net/address.ts'
import { HIT_ACTIONS, INDICATOR_KINDS, TRIGGERS } from '../../thread/hit-table.ts'
import { nowInRanges } from '../client-filter.ts'
import { textOf, type ClientSummary, type HitBasis, type Row } from '../client-rows.ts'
import type { Page } from '../cursor.ts'
import { readBases, type BasisOf } from '../hit-basis.ts'
import { bitNames, typeText } from '../hit-text.ts'
import type { ClientFilter, ContactFilter, StoredContact, StoreReader } from '../queries.ts'
import type { CaseFilter } from './case-filter.ts'
import type { CaseReader, CaseSummary } from './queries.ts'

/** What of a page outlives a collection of young objects is copied: small ones cost a third less a row. */
const A_PAGE = 100

/** What one client did with one indicator, as one server saw it. */
export interface HitExport extends HitBasis {
  readonly clientId: number
  /** `mac:…`, `duid:…`, `addr:…`. */
  readonly client: string
  /** The client's latest. */
  readonly address: string
  readonly hostName: string | null
  readonly name: string | null
  readonly unit: string | null
  readonly indicator: string
  /** exact, subtree, below, address. */
  readonly kind: string
  readonly blocked: number
  readonly logged: number
  readonly firstSeen: number
  readonly lastSeen: number
  readonly lastQname: string
  readonly lastQtype: string
  readonly lastAction: string
  readonly triggers: readonly string[]
  /** Ids, the deciding one first. */
  readonly lists: readonly string[]
  /** Ids of their campaigns, each once; none where the lists have none. */
  readonly campaigns: readonly string[]
  /** Name of the other server that saw it; null: this one. */
  readonly node: string | null
}

export interface HitFilter {
  /** Id of a unit, those under it included. */
  readonly unit?: string | undefined
  /** Ids of units, as in ClientFilter. */
  readonly within?: readonly string[] | undefined
  /** Milliseconds since 1970, both inclusive: pairs with a hit between them. */
  readonly since?: number | undefined
  readonly until?: number | undefined
}

/** Clients, page by page, without the addresses they had. Throws StoreUnavailable. */
export function exportClients(
  store: Pick<StoreReader, 'listClients'>,
  filter: ClientFilter = {},
): Generator<readonly ClientSummary[]> {
  return pages((cursor) => store.listClients(filter, { sort: 'found', limit: A_PAGE, cursor, addresses: 0 }))
}

/** Cases, page by page. Throws StoreUnavailable. */
export function exportCases(
  cases: Pick<CaseReader, 'listCases'>,
  filter: CaseFilter = {},
): Generator<readonly CaseSummary[]> {
  return pages((cursor) => cases.listCases(filter, { sort: 'found', limit: A_PAGE, cursor }))
}

/** Contacts with the sinkhole's address, page by page, the newest first. Throws StoreUnavailable. */
export function exportContacts(
  store: Pick<StoreReader, 'listContacts'>,
  filter: ContactFilter = {},
): Generator<readonly StoredContact[]> {
  return pages((cursor) => store.listContacts(filter, { limit: A_PAGE, cursor }))
}

/** Hits, page by page, those of one client together. Throws StoreUnavailable. */
export function* exportHits(
  store: Pick<StoreReader, 'connection' | 'units'>,
  { unit, within, since, until }: HitFilter = {},
): Generator<readonly HitExport[]> {
  const { ask } = store.connection
  const conditions = ['(h.client_id, h.indicator_id, h.origin_id) > (:client, :indicator, :origin)']
  const values: Parameters<typeof ask>[1] = { limit: A_PAGE }
  if (since !== undefined) conditions.push('h.last_at >= :since')
  if (until !== undefined) conditions.push('h.first_at <= :until')
  if (unit !== undefined) conditions.push(nowInRanges('unitRanges'))
  if (within !== undefined) conditions.push(nowInRanges('withinRanges'))
  Object.assign(values, {
    ...(since === undefined ? {} : { since }),
    ...(until === undefined ? {} : { until }),
    ...(unit === undefined ? {} : { unitRanges: JSON.stringify(store.units.ranges(unit)) }),
    ...(within === undefined
      ? {}
      : { withinRanges: JSON.stringify(within.flatMap((one) => store.units.ranges(one))) }),
  })
  // CROSS JOIN keeps to the order of hits, so that no page has to be sorted.
  const sql = `SELECT h.*, c.key, c.address, c.host_name, c.name, i.kind, i.value, n.id AS node_id, n.name AS node_name,
      n.key AS node_key
    FROM hit AS h CROSS JOIN client AS c ON c.id = h.client_id CROSS JOIN indicator AS i ON i.id = h.indicator_id
      CROSS JOIN origin AS o ON o.id = h.origin_id CROSS JOIN node AS n ON n.id = o.node_id
    WHERE ${conditions.join(' AND ')} ORDER BY h.client_id, h.indicator_id, h.origin_id LIMIT :limit`
  let place: Record<string, number> = { client: 0, indicator: 0, origin: -1 }
  for (;;) {
    const { rows, sets, basisOf } = store.connection.atOnce(() => {
      const read = ask(sql, { ...values, ...place })
      const indicators = read.map(({ indicator_id }) => Number(indicator_id))
      return { rows: read, sets: listSets(ask, read), basisOf: readBases(ask, indicators) }
    })
    if (rows.length > 0)
      yield rows.map((row) => hitExport(row, sets, basisOf, store.units.find(row['address'] as Uint8Array)))
    const last = rows.at(-1)
    if (last === undefined || rows.length < A_PAGE) return
    place = {
      client: Number(last['client_id']),
      indicator: Number(last['indicator_id']),
      origin: Number(last['origin_id']),
    }
  }
}

interface ListSet {
  /** Row id of the one that decided. */
  readonly deciding: number | undefined
  readonly lists: readonly string[]
  readonly campaigns: readonly string[]
}

/** The sets of lists that stand in some rows. */
function listSets(ask: StoreReader['connection']['ask'], rows: readonly Row[]): Map<number, ListSet> {
  const ids = [...new Set(rows.map((row) => Number(row['list_set_id'])))]
  const read = ask(
    `SELECT s.id, l.id AS list_id, l.name, l.campaign FROM list_set AS s, json_each(s.lists) AS j JOIN list AS l ON l.id = j.value
     WHERE s.id IN (SELECT value FROM json_each(:ids)) ORDER BY s.id, j.key`,
    { ids: JSON.stringify(ids) },
  )
  const sets = Map.groupBy(read, ({ id }) => Number(id))
  return new Map(
    ids.map((id) => {
      const of = sets.get(id) ?? []
      const campaigns = new Set(of.flatMap(({ campaign }) => textOf(campaign) ?? []))
      const deciding = of[0] === undefined ? undefined : Number(of[0]['list_id'])
      return [id, { deciding, lists: of.map(({ name }) => String(name)), campaigns: [...campaigns] }]
    }),
  )
}

function hitExport(
  row: Row,
  sets: ReadonlyMap<number, ListSet>,
  basisOf: BasisOf,
  unit: string | null,
): HitExport {
  const indicator = String(row['value'])
  const { deciding, lists, campaigns } = sets.get(Number(row['list_set_id']))!
  return {
    clientId: Number(row['client_id']),
    client: String(row['key']),
    address: addressText(row['address'] as Uint8Array),
    hostName: textOf(row['host_name']),
    name: textOf(row['name']),
    unit,
    indicator,
    kind: INDICATOR_KINDS[Number(row['kind'])] ?? 'exact',
    blocked: Number(row['blocked_count']),
    logged: Number(row['logged_count']),
    firstSeen: Number(row['first_at']),
    lastSeen: Number(row['last_at']),
    lastQname: textOf(row['last_qname']) ?? indicator,
    lastQtype: typeText(Number(row['last_qtype'])),
    lastAction: HIT_ACTIONS[Number(row['last_action'])] ?? 'sinkhole',
    triggers: bitNames(Number(row['triggers']), TRIGGERS),
    lists,
    campaigns,
    ...basisOf(Number(row['indicator_id']), deciding),
    node: row['node_id'] === 0 ? null : textOf(row['node_name']) || String(row['node_key']),
  }
}

function* pages<Item>(read: (cursor: string | undefined) => Page<Item>): Generator<readonly Item[]> {
  let cursor: string | undefined
  do {
    const { items, next } = read(cursor)
    if (items.length > 0) yield items
    cursor = next ?? undefined
  } while (cursor !== undefined)
}
