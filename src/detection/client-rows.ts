/** What is read of clients and their hits, and how rows become it. Times: milliseconds since 1970. */
import type { SQLOutputValue } from 'node:sqlite'
import { addressText } from '../net/address.ts'
import { HIT_ACTIONS, INDICATOR_KINDS, TRIGGERS } from '../thread/hit-table.ts'
import { bitNames, typeText } from './hit-text.ts'

export type Row = Record<string, SQLOutputValue>

/** A list that holds indicators a client hit. */
export interface ClientList {
  readonly id: string
  readonly campaign: string | null
  readonly hits: number
  readonly firstSeen: number
  readonly lastSeen: number
}

export interface ClientSummary {
  /** Surrogate; outlives the address. */
  readonly id: number
  /** Shortest form, IPv4 dotted. */
  readonly address: string
  /** Id of the unit whose network holds the address, or null. */
  readonly unit: string | null
  readonly status: string
  readonly firstSeen: number
  readonly lastSeen: number
  /** Queries; `hits` = `blocked` + `logged`. */
  readonly hits: number
  readonly blocked: number
  readonly logged: number
  /** Distinct indicators. */
  readonly indicators: number
  readonly lists: readonly ClientList[]
}

/** What one client did with one indicator. */
export interface ClientHit {
  readonly indicator: string
  /** exact, subtree, below, address. */
  readonly kind: string
  readonly hits: number
  readonly blocked: number
  readonly logged: number
  readonly firstSeen: number
  readonly lastSeen: number
  readonly firstQname: string
  readonly lastQname: string
  readonly lastQtype: string
  readonly lastAction: string
  /** All there were: qname, alias, address, client. */
  readonly triggers: readonly string[]
  /** Ids, the deciding one first. */
  readonly lists: readonly string[]
}

export function clientSummary(row: Row, unit: string | null, lists: readonly ClientList[]): ClientSummary {
  const blocked = Number(row['blocked_count'])
  const logged = Number(row['logged_count'])
  return {
    id: Number(row['id']),
    address: addressText(row['address'] as Uint8Array),
    unit,
    status: String(row['status']),
    firstSeen: Number(row['first_seen']),
    lastSeen: Number(row['last_seen']),
    hits: blocked + logged,
    blocked,
    logged,
    indicators: Number(row['indicator_count']),
    lists,
  }
}

export function clientList(row: Row): ClientList {
  return {
    id: String(row['name']),
    campaign: row['campaign'] === null ? null : String(row['campaign']),
    hits: Number(row['hit_count']),
    firstSeen: Number(row['first_at']),
    lastSeen: Number(row['last_at']),
  }
}

/** `listNames`: by row id. */
export function clientHit(row: Row, listNames: ReadonlyMap<number, string>): ClientHit {
  const indicator = String(row['value'])
  const blocked = Number(row['blocked_count'])
  const logged = Number(row['logged_count'])
  return {
    indicator,
    kind: INDICATOR_KINDS[Number(row['kind'])] ?? 'exact',
    hits: blocked + logged,
    blocked,
    logged,
    firstSeen: Number(row['first_at']),
    lastSeen: Number(row['last_at']),
    firstQname: row['first_qname'] === null ? indicator : String(row['first_qname']),
    lastQname: row['last_qname'] === null ? indicator : String(row['last_qname']),
    lastQtype: typeText(Number(row['last_qtype'])),
    lastAction: HIT_ACTIONS[Number(row['last_action'])] ?? 'sinkhole',
    triggers: bitNames(Number(row['triggers']), TRIGGERS),
    lists: (JSON.parse(String(row['lists'])) as number[]).map((id) => listNames.get(id) ?? `#${id}`),
  }
}
