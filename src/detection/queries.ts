/** Reads clients and hits from the store for the admin plane. */
import type { UnitSettings } from '../config/settings.ts'
import type { Binding } from '../identity/binding.ts'
import { openBindings } from './binding-ledger.ts'
import { caseTotals, type CaseTotals } from './cases/case-counts.ts'
import { filterSql, type ClientFilter } from './client-filter.ts'
import { clientSort, type ClientSort } from './client-sorts.ts'
import { contactPage, type ContactFilter, type StoredContact } from './contact-pages.ts'
import { clientAddress, clientList, clientSummary } from './client-rows.ts'
import type { ClientAddress, ClientHit, ClientList, ClientSummary, Row } from './client-rows.ts'
import { DEFAULT_LIMIT, limitOf, pageOf, type Page, type PageRequest, type SortedRequest } from './cursor.ts'
import { hitPage } from './hit-pages.ts'
import { HOUR_MS } from './hit-totals.ts'
import { sortedRows } from './keyset.ts'
import { pairPage, type PairFilter, type PairPage, type PairSort } from './pair-list.ts'
import { changesSince } from './peer-export.ts'
import type { PeerPage } from './peer-page-schema.ts'
import { readPosition } from './peer-position.ts'
import { ReadConnection, type Ask } from './read-connection.ts'
import { UnitIndex } from './units.ts'

export type { ClientFilter } from './client-filter.ts'
export { CLIENT_SORTS, type ClientSort } from './client-sorts.ts'
export type {
  ClientAddress,
  ClientHit,
  ClientList,
  ClientSummary,
  ClientWho,
  Confirmed,
} from './client-rows.ts'
export type { ContactFilter, StoredContact } from './contact-pages.ts'
export { BadCursor, type Page } from './cursor.ts'
export {
  PAIR_SORTS,
  TooManyPairs,
  type ListedPair,
  type PairFilter,
  type PairPage,
  type PairSort,
} from './pair-list.ts'
export { StoreUnavailable } from './read-connection.ts'

export interface ClientDetail extends ClientSummary {
  /** The first page of `listHits`. */
  readonly hitPage: Page<ClientHit>
  /** The first page of `listContacts`. */
  readonly contactPage: Page<StoredContact>
  /** Hits an hour, the hour's start and its count, ascending: the last 31 days in which there were any. */
  readonly timeline: readonly { readonly at: number; readonly hits: number }[]
}

export interface StoreTotals {
  /** Machines with hits by status; routers are none. */
  readonly clients: Readonly<Record<string, number>>
  /** Routers and forwarders with hits of whoever is behind them. */
  readonly routers: number
  /** Hits by the list that decided, since the store was begun. */
  readonly hitsByList: Readonly<Record<string, number>>
  /** Hits whose client is unknown. */
  readonly folded: number
  readonly cases: CaseTotals
}

/** Of the clients that a filter names. */
export interface ClientCounts {
  /** By status. */
  readonly machines: Readonly<Record<string, number>>
  readonly routers: number
  /** Hits of all of them. */
  readonly blocked: number
  readonly logged: number
}

/** A server whose hits stand in the file; 0 is this one. */
export interface StoreNode {
  readonly id: number
  readonly key: string
  readonly name: string
  /** How far its changes are taken over, to go on from; empty: nothing yet. */
  readonly position: string
  readonly pulledAt: number | null
}

const TIMELINE_HOURS = 31 * 24
/** Addresses shown of each client of a list, and of one alone. */
const LISTED_ADDRESSES = 8
const SHOWN_ADDRESSES = 256

export class StoreReader {
  /** For other readers of the same file. */
  readonly connection: ReadConnection
  readonly #ask: Ask
  #units: UnitIndex

  /** `directory`: the data directory. Opens nothing yet. */
  constructor(directory: string, units: readonly UnitSettings[]) {
    this.connection = new ReadConnection(directory)
    this.#ask = this.connection.ask
    this.#units = new UnitIndex(units)
  }

  /** Which unit an address belongs to. */
  get units(): UnitIndex {
    return this.#units
  }

  /** Takes the units of new settings. */
  setUnits(units: readonly UnitSettings[]): void {
    this.#units = new UnitIndex(units)
  }

  /** Clients with hits, each with at most so many `addresses` (8 unless given). Throws BadCursor, StoreUnavailable. */
  listClients(
    filter: ClientFilter = {},
    request: SortedRequest<ClientSort> & { readonly addresses?: number } = {},
  ): Page<ClientSummary> {
    const limit = limitOf(request)
    const sort = clientSort(request.sort ?? 'found', request.isReversed ?? false, this.#units)
    const told = { columns: 'c.*', rows: 'client AS c', id: 'c.id' }
    const filtered = filterSql(filter, this.#units, this.matchingIndicators)
    const rows = sortedRows(this.#ask, sort, filtered, told, limit + 1, request.cursor)
    const summary = this.#summaries(rows.slice(0, limit), request.addresses ?? LISTED_ADDRESSES)
    return pageOf(rows, limit, summary, (row) => sort.keyset.cursorOf(row))
  }

  /** How many clients there are and their hits, by status; routers apart, visitors only where asked for. Throws StoreUnavailable. */
  countClients(filter: ClientFilter = {}): ClientCounts {
    const { conditions, values } = filterSql(filter, this.#units, this.matchingIndicators)
    if (filter.status === undefined) conditions.push(`c.status <> 'visitor'`)
    const rows = this.#ask(
      `SELECT c.kind, c.status, count(*) AS n, total(c.blocked_count) AS blocked, total(c.logged_count) AS logged
       FROM client AS c ${conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : ''} GROUP BY c.kind, c.status`,
      values,
    )
    const sum = (of: readonly Row[], column: string): number =>
      of.reduce((total, row) => total + Number(row[column]), 0)
    const machines = rows.filter(({ kind }) => kind === 'machine')
    return {
      machines: Object.fromEntries(machines.map(({ status, n }) => [String(status), Number(n)])),
      routers: sum(rows, 'n') - sum(machines, 'n'),
      blocked: sum(rows, 'blocked'),
      logged: sum(rows, 'logged'),
    }
  }

  /** One client with its newest hits, or null. An id that was merged into another leads there. Throws StoreUnavailable. */
  getClient(id: number, hitLimit = DEFAULT_LIMIT): ClientDetail | null {
    const [row] = this.#ask('SELECT * FROM client WHERE id = :id', { id: this.#idNow(id) })
    if (!row) return null
    const hours = this.#ask(
      'SELECT hour, hit_count FROM hit_hour WHERE client_id = :id ORDER BY hour DESC LIMIT :limit',
      { id: Number(row['id']), limit: TIMELINE_HOURS },
    )
    return {
      ...this.#summaries([row], SHOWN_ADDRESSES)(row),
      hitPage: this.listHits(Number(row['id']), { limit: hitLimit }),
      contactPage: this.listContacts({ client: Number(row['id']) }),
      timeline: hours
        .toReversed()
        .map(({ hour, hit_count }) => ({ at: Number(hour) * HOUR_MS, hits: Number(hit_count) })),
    }
  }

  /** What a client did, the newest first. Throws BadCursor, StoreUnavailable. */
  listHits(clientId: number, request: PageRequest = {}): Page<ClientHit> {
    return hitPage(this.#ask, this.#idNow(clientId), limitOf(request), request.cursor)
  }

  /** What came to the sinkhole's address, the newest first. Throws BadCursor, StoreUnavailable. */
  listContacts(filter: ContactFilter = {}, request: PageRequest = {}): Page<StoredContact> {
    return contactPage(this.#ask, this.#units, filter, limitOf(request), request.cursor)
  }

  /** Pairs of client and indicator over all clients. Throws BadCursor, TooManyPairs, StoreUnavailable. */
  listPairs(filter: PairFilter = {}, request: SortedRequest<PairSort> = {}): PairPage {
    const source = {
      ask: this.#ask,
      units: this.#units,
      idNow: (id: number) => this.#idNow(id),
      matchingIndicators: this.matchingIndicators,
    }
    const read = (): PairPage =>
      pairPage(source, filter, request.sort ?? 'found', limitOf(request), request.cursor)
    return this.connection.atOnce(read)
  }

  /**
   * What has changed at this node behind `position` (empty: all there is), for another one: at most `limit` rows, seen
   * here, with absolute counts. Throws BadPeerPage, StoreUnavailable.
   */
  changesSince(position: string, limit: number): PeerPage {
    const from = readPosition(position)
    return this.connection.atOnce(() => changesSince(this.#ask, from, limit))
  }

  /** The first that is known of any client, milliseconds since 1970; null: nothing is. Throws StoreUnavailable. */
  since(): number | null {
    const at = this.#ask('SELECT min(first_seen) AS at FROM client')[0]!['at']
    return at === null ? null : Number(at)
  }

  /** Servers whose hits stand here, this one first. Throws StoreUnavailable. */
  nodes(): StoreNode[] {
    return this.#ask('SELECT * FROM node ORDER BY id').map((row) => ({
      id: Number(row['id']),
      key: String(row['key']),
      name: String(row['name']),
      position: String(row['position']),
      pulledAt: row['pulled_at'] === null ? null : Number(row['pulled_at']),
    }))
  }

  /** Bindings that were open when they were told last, for the sources of identity at their start. Throws StoreUnavailable. */
  openBindings(): Generator<Binding[]> {
    return openBindings(this.#ask)
  }

  /** For metrics and the overview. Throws StoreUnavailable. */
  totals(): StoreTotals {
    const counts = (sql: string): Record<string, number> =>
      Object.fromEntries(this.#ask(sql).map(({ name, n }) => [String(name), Number(n)]))
    return {
      clients: {
        new: 0,
        ...counts(
          `SELECT status AS name, count(*) AS n FROM client WHERE kind = 'machine' AND status <> 'visitor' GROUP BY status`,
        ),
      },
      routers: counts(`SELECT 'all' AS name, count(*) AS n FROM client WHERE kind = 'router'`)['all'] ?? 0,
      hitsByList: counts('SELECT name, hit_count AS n FROM list'),
      folded:
        counts(`SELECT 'all' AS name, total(blocked_count + logged_count) AS n FROM folded_hit`)['all'] ?? 0,
      cases: caseTotals(this.#ask),
    }
  }

  close(): void {
    this.connection.close()
  }

  /** What is told of these clients, each of them by its row. */
  #summaries(rows: readonly Row[], addressLimit: number): (row: Row) => ClientSummary {
    const ids = JSON.stringify(rows.map(({ id }) => Number(id)))
    const lists = this.#listsOf(ids)
    const addresses = this.#addressesOf(ids, addressLimit)
    // The plus sign keeps to the index of clients: cases that come first may be many.
    const first = this.#ask(
      `SELECT DISTINCT client_id FROM campaign_case
       WHERE client_id IN (SELECT value FROM json_each(:ids)) AND +priority = 'high'`,
      { ids },
    )
    const high = new Set(first.map(({ client_id }) => client_id))
    return (row) => {
      const id = Number(row['id'])
      const unit = this.#units.find(row['address'] as Uint8Array)
      const priority = high.has(id) ? 'high' : 'normal'
      return clientSummary(row, unit, priority, lists.get(id) ?? [], addresses.get(id) ?? [])
    }
  }

  /** By client. `ids`: a JSON array of numbers. */
  #listsOf(ids: string): Map<number, ClientList[]> {
    const rows = this.#ask(
      `SELECT cl.client_id, cl.hit_count, cl.first_at, cl.last_at, l.name, l.campaign FROM client_list AS cl JOIN list AS l ON l.id = cl.list_id
       WHERE cl.client_id IN (SELECT value FROM json_each(:ids)) ORDER BY cl.client_id, cl.hit_count DESC, l.name`,
      { ids },
    )
    return byClient(rows, clientList)
  }

  #addressesOf(ids: string, limit: number): Map<number, ClientAddress[]> {
    if (limit === 0) return new Map()
    // The last hit of a client is the last from its latest address.
    const rows = this.#ask(
      `SELECT * FROM (
         SELECT a.client_id, a.address, a.first_at, iif(a.address = c.address, c.last_seen, a.last_at) AS last_at,
           row_number() OVER (PARTITION BY a.client_id ORDER BY a.address = c.address DESC, a.last_at DESC) AS place
         FROM client AS c CROSS JOIN client_address AS a ON a.client_id = c.id
         WHERE c.id IN (SELECT value FROM json_each(:ids)))
       WHERE place <= :limit ORDER BY client_id, place`,
      { ids, limit },
    )
    return byClient(rows, clientAddress)
  }

  /** The id of the client that an id means now. */
  #idNow(id: number): number {
    const [alias] = this.#ask('SELECT client_id FROM client_alias WHERE old_id = :id', { id })
    return Number(alias?.['client_id'] ?? id)
  }

  /** Row ids of indicators that hold `text`, or that it is a name under. Throws StoreUnavailable. */
  readonly matchingIndicators = (text: string): number[] => {
    const wanted = text.toLowerCase()
    return this.#ask(
      `SELECT id FROM indicator WHERE instr(value, :wanted) > 0
         OR (kind < 3 AND substr(:wanted, -length(value) - 1) = '.' || value)`,
      { wanted },
    ).map(({ id }) => Number(id))
  }
}

function byClient<Item>(rows: readonly Row[], item: (row: Row) => Item): Map<number, Item[]> {
  const items = new Map<number, Item[]>()
  for (const row of rows) {
    const client = Number(row['client_id'])
    const known = items.get(client)
    if (known === undefined) items.set(client, [item(row)])
    else known.push(item(row))
  }
  return items
}
