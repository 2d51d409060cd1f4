/** What is read of clients and their hits, and how rows become it. Times: milliseconds since 1970. */
import type { SQLOutputValue } from 'node:sqlite'
import { addressText } from '../net/address.ts'
import { HIT_ACTIONS, INDICATOR_KINDS, TRIGGERS } from '../thread/hit-table.ts'
import type { Priority } from './cases/states.ts'
import type { ClientKind } from './client-identity.ts'
import { bitNames, typeText } from './hit-text.ts'
import type { IdentitySource, Sure } from '../identity/binding.ts'
import type { ImportOrigin } from '../lists/basis.ts'

export type Row = Record<string, SQLOutputValue>

/** A list that holds indicators a client hit. */
export interface ClientList {
  readonly id: string
  readonly campaign: string | null
  readonly hits: number
  readonly firstSeen: number
  readonly lastSeen: number
}

/** Who a client is, and how that is known. Host names come from the network: data, never markup. */
export interface ClientWho {
  /** `mac:aa:bb:cc:dd:ee:ff`, `duid:<hex>`, `addr:<32 hex digits>`. */
  readonly key: string
  readonly mac: string | null
  readonly hostName: string | null
  /** These four from the asset register; `role`: who is in charge. */
  readonly name: string | null
  readonly department: string | null
  readonly place: string | null
  readonly role: string | null
  readonly source: IdentitySource
  readonly sure: Sure
  /** `router`: many machines stand behind it. */
  readonly kind: ClientKind
}

/** An address a client had hits from, the first and the last of them. */
export interface ClientAddress {
  /** Shortest form, IPv4 dotted. */
  readonly address: string
  readonly from: number
  readonly to: number
}

export interface ClientSummary {
  /** Surrogate; outlives addresses. */
  readonly id: number
  /** The latest. */
  readonly address: string
  readonly identity: ClientWho
  /** The latest first. */
  readonly addresses: readonly ClientAddress[]
  /** Id of the unit whose network holds the latest address, or null. */
  readonly unit: string | null
  /** `high`: a case of it comes first. */
  readonly priority: Priority
  readonly status: string
  readonly firstSeen: number
  readonly lastSeen: number
  /** Queries; `hits` = `blocked` + `logged`. */
  readonly hits: number
  readonly blocked: number
  readonly logged: number
  /** Distinct indicators. */
  readonly indicators: number
  /** Connections to the sinkhole's address. */
  readonly contacts: number
  /** Those that a program made and a hit led to; null: none. */
  readonly confirmed: Confirmed | null
  readonly lists: readonly ClientList[]
}

/** Connections to the sinkhole's address that something led to, made by no browser. */
export interface Confirmed {
  readonly contacts: number
  readonly firstSeen: number
  readonly lastSeen: number
}

/** On whose word something was blocked. */
export interface HitBasis {
  /** Number of the document: of the import, or of the list that decided; null: it says none. */
  readonly document: string | null
  /** Where the entry stands and who approved it, as it was when it was hit last; null: it is of no list of approvals. */
  readonly origin: ImportOrigin | null
}

/** What one client did with one indicator. */
export interface ClientHit extends HitBasis {
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
  /** Names of the other servers that saw it; this one is not named. */
  readonly nodes: readonly string[]
}

export function clientSummary(
  row: Row,
  unit: string | null,
  priority: Priority,
  lists: readonly ClientList[],
  addresses: readonly ClientAddress[],
): ClientSummary {
  const blocked = Number(row['blocked_count'])
  const logged = Number(row['logged_count'])
  return {
    id: Number(row['id']),
    address: addressText(row['address'] as Uint8Array),
    identity: clientWho(row),
    addresses,
    unit,
    priority,
    status: String(row['status']),
    firstSeen: Number(row['first_seen']),
    lastSeen: Number(row['last_seen']),
    hits: blocked + logged,
    blocked,
    logged,
    indicators: Number(row['indicator_count']),
    contacts: Number(row['contact_count']),
    confirmed: confirmedOf(row),
    lists,
  }
}

/** What is confirmed of a client, by its row. */
export function confirmedOf(row: Row): Confirmed | null {
  const contacts = Number(row['confirmed_count'])
  if (contacts === 0) return null
  return {
    contacts,
    firstSeen: Number(row['confirmed_first_at']),
    lastSeen: Number(row['confirmed_last_at']),
  }
}

/** Who a client is, by its row. */
export function clientWho(row: Row): ClientWho {
  return {
    key: String(row['key']),
    mac: textOf(row['mac']),
    hostName: textOf(row['host_name']),
    name: textOf(row['name']),
    department: textOf(row['department']),
    place: textOf(row['place']),
    role: textOf(row['role']),
    source: row['source'] as IdentitySource,
    sure: row['sure'] as Sure,
    kind: row['kind'] as ClientKind,
  }
}

export function clientAddress(row: Row): ClientAddress {
  return {
    address: addressText(row['address'] as Uint8Array),
    from: Number(row['first_at']),
    to: Number(row['last_at']),
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

/**
 * What a client did with one indicator, of the rows of all origins; at least one. `listNames`: by row id. `basisOf`: by the
 * row ids of indicator and list.
 */
export function clientHit(
  rows: readonly Row[],
  listNames: ReadonlyMap<number, string>,
  basisOf: (indicator: number, list: number | undefined) => HitBasis,
): ClientHit {
  const sum = (column: string): number => rows.reduce((total, row) => total + Number(row[column]), 0)
  const oldest = rows.reduce((a, b) => (Number(b['first_at']) < Number(a['first_at']) ? b : a))
  const newest = rows.reduce((a, b) => (Number(b['last_at']) > Number(a['last_at']) ? b : a))
  const indicator = String(newest['value'])
  const blocked = sum('blocked_count')
  const logged = sum('logged_count')
  const lists = JSON.parse(String(newest['lists'])) as number[]
  return {
    indicator,
    kind: INDICATOR_KINDS[Number(newest['kind'])] ?? 'exact',
    hits: blocked + logged,
    blocked,
    logged,
    firstSeen: Number(oldest['first_at']),
    lastSeen: Number(newest['last_at']),
    firstQname: textOf(oldest['first_qname']) ?? indicator,
    lastQname: textOf(newest['last_qname']) ?? indicator,
    lastQtype: typeText(Number(newest['last_qtype'])),
    lastAction: HIT_ACTIONS[Number(newest['last_action'])] ?? 'sinkhole',
    triggers: bitNames(
      rows.reduce((bits, row) => bits | Number(row['triggers']), 0),
      TRIGGERS,
    ),
    lists: lists.map((id) => listNames.get(id) ?? `#${id}`),
    ...basisOf(Number(newest['indicator_id']), lists[0]),
    nodes: [...new Set(rows.flatMap((row) => textOf(row['node']) ?? []))].sort(),
  }
}

/** Text of a column, or null. */
export function textOf(value: SQLOutputValue | undefined): string | null {
  return typeof value === 'string' ? value : null
}
