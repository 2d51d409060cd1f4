/**
 * Pairs of client and indicator over all clients, page by page. There are a thousand times as many as clients, and no
 * index but that of their key: so clients are chosen first, and no more of them than whose pairs can be looked at in one
 * go. A page may therefore be shorter than asked for, and still not the last.
 */
import type { SQLInputValue } from 'node:sqlite'
import { addressText } from '../net/address.ts'
import { HIT_ACTIONS } from '../thread/hit-table.ts'
import { filterSql, ofIndicators, type ClientFilter, type FilterSql } from './client-filter.ts'
import { clientHit, clientWho, textOf, type ClientHit, type ClientWho, type Row } from './client-rows.ts'
import { readCursor, writeCursor, type Page } from './cursor.ts'
import { readBases } from './hit-basis.ts'
import type { Ask } from './read-connection.ts'
import type { UnitIndex } from './units.ts'

/**
 * `found`: by client, the one found last first; nothing is missed or told twice while hits arrive. `recent`: hit last
 * comes first. `hits`: most hits first.
 */
export const PAIR_SORTS = ['found', 'recent', 'hits'] as const
export type PairSort = (typeof PAIR_SORTS)[number]

/** All given ones must hold. */
export interface PairFilter extends Pick<ClientFilter, 'campaign' | 'list' | 'unit' | 'within' | 'kind'> {
  /** Id of a client. */
  readonly client?: number | undefined
  /** Text of an indicator, whole. */
  readonly indicator?: string | undefined
  /** A part of an indicator, or a name under it. */
  readonly q?: string | undefined
  /** Milliseconds since 1970, both inclusive: pairs whose first and last hit do not both lie outside on one side. */
  readonly since?: number | undefined
  readonly until?: number | undefined
  /** What was done with the last hit, of HIT_ACTIONS. */
  readonly action?: string | undefined
  /** Name of a server that saw hits of the pair; empty: this one. */
  readonly node?: string | undefined
}

/** What one client did with one indicator, and who it is. */
export interface ListedPair extends ClientHit {
  readonly clientId: number
  /** The client's latest. */
  readonly address: string
  readonly identity: ClientWho
  readonly unit: string | null
  /** Ids of the campaigns of its lists, each once. */
  readonly campaigns: readonly string[]
}

export interface PairPage extends Page<ListedPair> {
  /** False: only the clients seen last were looked at; others may have pairs that belong here. */
  readonly isWhole: boolean
}

/** There are too many pairs to put them into that order. */
export class TooManyPairs extends Error {
  readonly code = 'THANHLOC_TOO_MANY_PAIRS'
}

export interface PairSource {
  readonly ask: Ask
  readonly units: UnitIndex
  /** The id of the client that an id means now. */
  readonly idNow: (id: number) => number
  readonly matchingIndicators: (text: string) => readonly number[]
}

/** Pairs looked at for one page. */
const LOOKED_AT = 50_000
const MOST_CLIENTS = 20_000
/** Clients and pairs of one step, where most pages end with the first. */
const CLIENTS_A_STEP = 1000
const PAIRS_A_STEP = 5000

interface Choice {
  /** Of `client c`. */
  readonly clients: FilterSql
  /** Of `hit h`. */
  readonly pairs: FilterSql
  /** How many pairs of a client can be met at most. */
  readonly weigh: (client: Row) => number
}

/** Throws BadCursor, TooManyPairs, StoreUnavailable. `limit`: 1 to 1000. */
export function pairPage(
  source: PairSource,
  filter: PairFilter,
  sort: PairSort,
  limit: number,
  cursor: string | undefined,
): PairPage {
  const choice = choose(source, filter)
  if (sort === 'found') return foundPage(source, choice, limit, cursor)
  const { taken, isWhole } = seenLast(source, choice)
  if (sort === 'hits' && !isWhole) {
    throw new TooManyPairs(
      `More than ${LOOKED_AT} pairs of client and indicator cannot be sorted by hits: ask for those of one client, unit, list or indicator.`,
    )
  }
  const key = sort === 'recent' ? 'max(h.last_at)' : 'sum(h.blocked_count + h.logged_count)'
  const [place = null, client = 0, indicator = 0] =
    cursor === undefined ? [] : readCursor(cursor, `pairs-${sort}`, 3)
  const keys = grouped(source, choice, taken, {
    columns: `${key} AS place`,
    having: ':place IS NULL OR (place, h.client_id, h.indicator_id) < (:place, :client, :indicator)',
    orderBy: 'place DESC, h.client_id DESC, h.indicator_id DESC',
    values: { place, client, indicator, limit: limit + 1 },
  })
  const last = keys.length > limit ? keys[limit - 1]! : null
  return {
    items: listedPairs(source, keys.slice(0, limit)),
    next: last === null ? null : writeCursor(`pairs-${sort}`, [Number(last['place']), ...idsOf(last)]),
    isWhole,
  }
}

/** By client and indicator, descending; the cursor is the last pair told, or a client of which all has been. */
function foundPage(source: PairSource, choice: Choice, limit: number, cursor: string | undefined): PairPage {
  let [client, indicator] =
    cursor === undefined
      ? [Number.MAX_SAFE_INTEGER, 0]
      : (readCursor(cursor, 'pairs-found', 2) as [number, number])
  const keys: Row[] = []
  let left = LOOKED_AT
  let hasMore = true
  while (hasMore && left > 0 && keys.length <= limit) {
    const clients = source.ask(
      `SELECT c.id, c.indicator_count FROM client AS c
       WHERE ${['c.id <= :from', ...choice.clients.conditions].join(' AND ')} ORDER BY c.id DESC LIMIT :clients`,
      // Of a client without an indicator all has been told.
      { ...choice.clients.values, from: indicator === 0 ? client - 1 : client, clients: CLIENTS_A_STEP },
    )
    const { taken, weight } = clientsWithin(clients, Math.min(left, PAIRS_A_STEP), choice.weigh)
    hasMore = taken.length < clients.length || clients.length === CLIENTS_A_STEP
    if (taken.length === 0) break
    const found = grouped(source, choice, taken, {
      columns: '0 AS place',
      having: '(h.client_id, h.indicator_id) < (:client, :indicator)',
      orderBy: 'h.client_id DESC, h.indicator_id DESC',
      values: { client, indicator, limit: limit + 1 - keys.length },
    })
    keys.push(...found)
    left -= Math.max(weight, 1)
    client = Number(taken.at(-1)!['id'])
    indicator = 0
  }
  const at = keys.length > limit ? idsOf(keys[limit - 1]!) : hasMore ? [client, indicator] : null
  return {
    items: listedPairs(source, keys.slice(0, limit)),
    next: at === null ? null : writeCursor('pairs-found', at),
    isWhole: true,
  }
}

/** The clients seen last, as many as whose pairs can be looked at. */
function seenLast(
  { ask }: PairSource,
  { clients, weigh }: Choice,
): { taken: readonly Row[]; isWhole: boolean } {
  const rows = ask(
    `SELECT c.id, c.indicator_count FROM client AS c
     ${clients.conditions.length > 0 ? `WHERE ${clients.conditions.join(' AND ')}` : ''}
     ORDER BY c.last_seen DESC, c.id DESC LIMIT :clients`,
    { ...clients.values, clients: MOST_CLIENTS + 1 },
  )
  const { taken } = clientsWithin(rows.slice(0, MOST_CLIENTS), LOOKED_AT, weigh)
  return { taken, isWhole: taken.length === rows.length }
}

/** As many of the first `clients` (with `indicator_count`) as have `most` pairs together; one at least. */
export function clientsWithin(
  clients: readonly Row[],
  most: number,
  weigh = (client: Row): number => Number(client['indicator_count']),
): { readonly taken: readonly Row[]; readonly weight: number } {
  const taken: Row[] = []
  let weight = 0
  for (const client of clients) {
    const more = weigh(client)
    if (taken.length > 0 && weight + more > most) break
    taken.push(client)
    weight += more
  }
  return { taken, weight }
}

interface Grouping {
  readonly columns: string
  readonly having: string
  readonly orderBy: string
  readonly values: Record<string, SQLInputValue>
}

/** The keys of pairs of some clients. */
function grouped({ ask }: PairSource, { pairs }: Choice, clients: readonly Row[], grouping: Grouping): Row[] {
  return ask(
    `SELECT h.client_id, h.indicator_id, ${grouping.columns}
     FROM json_each(:clients) AS chosen CROSS JOIN hit AS h ON h.client_id = chosen.value
     ${pairs.conditions.length > 0 ? `WHERE ${pairs.conditions.join(' AND ')}` : ''}
     GROUP BY h.client_id, h.indicator_id HAVING ${grouping.having} ORDER BY ${grouping.orderBy} LIMIT :limit`,
    { ...pairs.values, ...grouping.values, clients: JSON.stringify(clients.map(({ id }) => Number(id))) },
  )
}

function choose({ ask, units, idNow, matchingIndicators }: PairSource, filter: PairFilter): Choice {
  const { client, indicator, q, since, until, action, node, campaign, list, ...ofClient } = filter
  const { conditions, values } = filterSql(
    { ...ofClient, list, campaign: campaign === '' ? undefined : campaign },
    units,
    matchingIndicators,
  )
  const pairs: FilterSql = { conditions: [], values: {} }
  const clients: FilterSql = { conditions, values }
  const add = (of: FilterSql, condition: string, named: Record<string, SQLInputValue>): void => {
    of.conditions.push(condition)
    Object.assign(of.values, named)
  }
  if (client !== undefined) add(clients, 'c.id = :onlyClient', { onlyClient: idNow(client) })
  if (since !== undefined) {
    add(clients, 'c.last_seen >= :since', { since })
    add(pairs, 'h.last_at >= :since', { since })
  }
  if (until !== undefined) {
    add(clients, 'c.first_seen <= :until', { until })
    add(pairs, 'h.first_at <= :until', { until })
  }
  if (action !== undefined)
    add(pairs, 'h.last_action = :action', { action: (HIT_ACTIONS as readonly string[]).indexOf(action) })
  if (node !== undefined) {
    add(
      pairs,
      `h.origin_id IN (SELECT o.id FROM origin AS o JOIN node AS n ON n.id = o.node_id
         WHERE iif(:node = '', n.id = 0, n.id > 0 AND iif(n.name = '', n.key, n.name) = :node))`,
      { node },
    )
  }
  if (campaign !== undefined || list !== undefined)
    add(pairs, 'h.list_set_id IN (SELECT value FROM json_each(:sets))', {
      sets: JSON.stringify(listSets(ask, campaign, list)),
    })
  let most = Infinity
  if (indicator !== undefined || q !== undefined) {
    const found = wanted({ ask, matchingIndicators }, indicator, q)
    const indicators = JSON.stringify(found)
    most = found.length
    add(clients, ofIndicators(found), { indicators })
    add(pairs, 'h.indicator_id IN (SELECT value FROM json_each(:indicators))', { indicators })
  }
  return { clients, pairs, weigh: (row) => Math.min(Number(row['indicator_count']), most) }
}

/** Row ids of the indicators asked for. */
function wanted(
  { ask, matchingIndicators }: Pick<PairSource, 'ask' | 'matchingIndicators'>,
  indicator: string | undefined,
  q: string | undefined,
): readonly number[] {
  const matching = q === undefined ? null : matchingIndicators(q)
  if (indicator === undefined) return matching ?? []
  const exact = ask('SELECT id FROM indicator WHERE value = :value', { value: indicator.toLowerCase() })
  const ids = exact.map(({ id }) => Number(id))
  return matching === null ? ids : ids.filter((id) => matching.includes(id))
}

/** Row ids of the sets that hold a list of the campaign (empty: without one), and the list. */
function listSets(ask: Ask, campaign: string | undefined, list: string | undefined): number[] {
  return ask(
    `SELECT s.id FROM list_set AS s WHERE
       (:campaign IS NULL OR (:campaign = '' AND s.lists = '[]') OR EXISTS (SELECT 1 FROM json_each(s.lists) AS j
         JOIN list AS l ON l.id = j.value WHERE coalesce(l.campaign, '') = :campaign))
       AND (:list IS NULL OR EXISTS (SELECT 1 FROM json_each(s.lists) AS j JOIN list AS l ON l.id = j.value
         WHERE l.name = :list))`,
    { campaign: campaign ?? null, list: list ?? null },
  ).map(({ id }) => Number(id))
}

/** All that is told of the pairs with these keys, in their order. */
function listedPairs({ ask, units }: PairSource, keys: readonly Row[]): ListedPair[] {
  const rows = ask(
    `SELECT h.*, i.kind, i.value, s.lists, iif(n.id = 0, NULL, iif(n.name = '', n.key, n.name)) AS node
     FROM json_each(:pairs) AS chosen CROSS JOIN hit AS h
         ON h.client_id = chosen.value ->> 0 AND h.indicator_id = chosen.value ->> 1
       JOIN indicator AS i ON i.id = h.indicator_id JOIN list_set AS s ON s.id = h.list_set_id
       JOIN origin AS o ON o.id = h.origin_id JOIN node AS n ON n.id = o.node_id`,
    { pairs: JSON.stringify(keys.map(idsOf)) },
  )
  const byPair = Map.groupBy(rows, (row) => idsOf(row).join())
  const ids = [...new Set(keys.map((key) => idsOf(key)[0]))]
  const clients = ask('SELECT * FROM client WHERE id IN (SELECT value FROM json_each(:ids))', {
    ids: JSON.stringify(ids),
  })
  const byId = new Map(clients.map((client) => [Number(client['id']), client]))
  const lists = ask('SELECT id, name, campaign FROM list')
  const names = new Map(lists.map(({ id, name }) => [Number(id), String(name)]))
  const basisOf = readBases(
    ask,
    keys.map((key) => idsOf(key)[1]),
  )
  const campaigns = new Map(lists.map(({ name, campaign }) => [String(name), textOf(campaign)]))
  return keys.map((key) => {
    const client = byId.get(idsOf(key)[0])!
    const address = client['address'] as Uint8Array
    const hit = clientHit(byPair.get(idsOf(key).join())!, names, basisOf)
    return {
      ...hit,
      clientId: Number(client['id']),
      address: addressText(address),
      identity: clientWho(client),
      unit: units.find(address),
      campaigns: [...new Set(hit.lists.flatMap((list) => campaigns.get(list) ?? []))],
    }
  })
}

/** Client and indicator of a row. */
function idsOf(row: Row): [client: number, indicator: number] {
  return [Number(row['client_id']), Number(row['indicator_id'])]
}
