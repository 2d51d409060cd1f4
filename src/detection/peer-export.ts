/**
 * What has changed at this node, for another one: hits seen here and nothing taken over from others. A page is read in
 * one look at the file. A walk goes through clients in the order of their revisions and tells rows changed after its
 * base; a client that changes meanwhile moves to the end and is told again. Only where the walk has come to the end has
 * everything up to then been told, so only there the base moves.
 */
import type { SQLInputValue } from 'node:sqlite'
import { textOf, type Row } from './client-rows.ts'
import type { PeerClient, PeerPage, PeerRow } from './peer-page-schema.ts'
import {
  MAX_PEER_ROWS,
  PEER_ADDRESSES,
  PEER_MERGED,
  positionText,
  startOf,
  type PeerPosition,
} from './peer-position.ts'

/** Rows of a query; inside one transaction. */
export type Ask = (sql: string, values?: Record<string, SQLInputValue>) => Row[]

/** The page behind `position`, of at most `limit` rows. */
export function changesSince(ask: Ask, position: PeerPosition, limit: number): PeerPage {
  const wanted = Math.min(Math.max(Math.trunc(limit) || 1, 1), MAX_PEER_ROWS)
  const { base, revision, client, indicator } = position
  const found = ask(
    `SELECT c.revision AS client_revision, h.*, i.kind, i.value, s.lists
     FROM client AS c CROSS JOIN hit AS h ON h.client_id = c.id
       CROSS JOIN indicator AS i ON i.id = h.indicator_id CROSS JOIN list_set AS s ON s.id = h.list_set_id
     WHERE (c.revision, c.id) >= (:revision, :client)
       AND (c.revision > :revision OR c.id > :client OR h.indicator_id > :indicator)
       AND h.origin_id = 0 AND h.revision > :base
     ORDER BY c.revision, c.id, h.indicator_id LIMIT :limit`,
    { base, revision, client, indicator, limit: wanted + 1 },
  )
  const isWhole = found.length <= wanted
  const rows = found.slice(0, wanted)
  const names = new Map(ask('SELECT id, name FROM list').map((list) => [Number(list['id']), String(list['name'])])) // prettier-ignore
  const told = rows.map((row) => rowOf(row, names))
  const [own] = ask(`SELECT key, name, (SELECT value FROM fact WHERE name = 'revision') AS revision FROM node WHERE id = 0`) // prettier-ignore
  return {
    node: String(own!['key']),
    name: String(own!['name']),
    next: positionText(isWhole ? startOf(Number(own!['revision'])) : positionOf(base, rows.at(-1)!)),
    isWhole,
    lists: listsOf(ask, new Set(told.flatMap(({ lists }) => lists))),
    clients: clientsOf(ask, [...new Set(rows.map((row) => Number(row['client_id'])))]),
    rows: told,
  }
}

function positionOf(base: number, row: Row): PeerPosition {
  const [revision, client, indicator] = ['client_revision', 'client_id', 'indicator_id'].map((name) => Number(row[name])) // prettier-ignore
  return { base, revision: revision!, client: client!, indicator: indicator! }
}

function rowOf(row: Row, names: ReadonlyMap<number, string>): PeerRow {
  return {
    client: Number(row['client_id']),
    indicator: String(row['value']),
    kind: Number(row['kind']),
    blocked: Number(row['blocked_count']),
    logged: Number(row['logged_count']),
    firstMs: Number(row['first_at']),
    lastMs: Number(row['last_at']),
    firstQname: textOf(row['first_qname']),
    lastQname: textOf(row['last_qname']),
    qtype: Number(row['last_qtype']),
    action: Number(row['last_action']),
    triggers: Number(row['triggers']),
    lists: (JSON.parse(String(row['lists'])) as number[]).map((id) => names.get(id)!),
    revision: Number(row['revision']),
  }
}

function listsOf(ask: Ask, names: ReadonlySet<string>): PeerPage['lists'] {
  return ask('SELECT name, campaign, basis, action FROM list')
    .filter(({ name }) => names.has(String(name)))
    .map(({ name, campaign, basis, action }) => ({
      id: String(name),
      campaign: textOf(campaign),
      basis: String(basis),
      action: String(action),
    }))
}

function clientsOf(ask: Ask, ids: readonly number[]): PeerClient[] {
  const values = { ids: JSON.stringify(ids) }
  const chosen = 'SELECT value FROM json_each(:ids)'
  // All ids it ever had, not the new ones alone: whichever page comes first, what they told is this client's.
  const merged = grouped(
    ask(`SELECT client_id, old_id FROM client_alias WHERE client_id IN (${chosen}) ORDER BY old_id`, values),
  )
  const addresses = grouped(
    ask(
      `SELECT a.client_id, lower(hex(a.address)) AS address, a.first_at,
         iif(a.address = c.address, c.last_seen, a.last_at) AS last_at
       FROM client_address AS a JOIN client AS c ON c.id = a.client_id
       WHERE a.client_id IN (${chosen}) ORDER BY last_at DESC`,
      values,
    ),
  )
  return ask(`SELECT * FROM client WHERE id IN (${chosen})`, values).map((row) => {
    const id = Number(row['id'])
    return {
      client: id,
      merged: (merged.get(id) ?? []).slice(-PEER_MERGED).map((alias) => Number(alias['old_id'])),
      key: String(row['key']),
      addresses: (addresses.get(id) ?? []).slice(0, PEER_ADDRESSES).map((each) => ({
        address: String(each['address']),
        firstMs: Number(each['first_at']),
        lastMs: Number(each['last_at']),
      })),
      identity: {
        kind: row['kind'] as PeerClient['identity']['kind'],
        source: row['source'] as PeerClient['identity']['source'],
        sure: row['sure'] as PeerClient['identity']['sure'],
        duid: textOf(row['duid']),
        hostName: textOf(row['host_name']),
        name: textOf(row['name']),
        department: textOf(row['department']),
        place: textOf(row['place']),
        role: textOf(row['role']),
      },
    }
  })
}

function grouped(rows: readonly Row[]): Map<number, Row[]> {
  return Map.groupBy(rows, (row) => Number(row['client_id']))
}
