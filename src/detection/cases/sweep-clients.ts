/**
 * Deletes what is too old of clients: pairs not hit since, hours, addresses, contacts, at last the client itself. The sums
 * of a client are those of the hits and contacts that stay. In steps that read a thousand rows at most, each in a transaction.
 */
import type { StatementSync } from 'node:sqlite'
import type { Row } from '../client-rows.ts'
import { HOUR_MS } from '../hit-totals.ts'
import { addressKey } from '../machine-key.ts'
import type { StoreSession } from '../store-session.ts'
import type { Deleted } from './deletions.ts'
import type { CaseWitness } from './witness.ts'

/** Clients looked at, and rows of hits read, in one step. */
const CLIENTS_A_STEP = 500
const ROWS_A_STEP = 1000
/** A client with more pairs keeps the time of its first hit: to find it anew all of them would have to be read. */
const FIRST_SEEN_PAIRS = 20_000

/** Adds to the record of what was deleted. */
export type Note = (what: Deleted, amount: number) => void

export interface SweepBounds {
  readonly cutoffMs: number
  readonly nowMs: number
  readonly isHeld: (client: number) => boolean
}

interface OpenClient {
  readonly id: number
  /** Pairs up to this indicator are done. */
  indicator: number
  hasLost: boolean
}

export class ClientSweep {
  readonly #session: StoreSession
  readonly #witness: CaseWitness
  readonly #clients: StatementSync
  readonly #rows: StatementSync
  readonly #rowsOfPair: StatementSync
  readonly #dropPair: StatementSync
  readonly #dropRhythm: StatementSync
  readonly #takeSums: StatementSync
  readonly #takeListSum: StatementSync
  readonly #listsOfSet: StatementSync
  readonly #dropLists: StatementSync
  readonly #dropHours: StatementSync
  readonly #dropAddresses: StatementSync
  readonly #dropSilences: StatementSync
  readonly #saveFirst: StatementSync
  readonly #keyOf: StatementSync
  readonly #isNeeded: StatementSync
  readonly #addressesOf: StatementSync
  readonly #drop: StatementSync
  /** Clients read and not looked at yet, and the last one read. */
  #queue: Row[] = []
  #last = 0
  #open: OpenClient | null = null

  constructor(session: StoreSession, witness: CaseWitness) {
    const { database } = session
    this.#session = session
    this.#witness = witness
    this.#clients = database.prepare('SELECT id, first_seen FROM client WHERE id > ? ORDER BY id LIMIT ?')
    const columns = 'indicator_id, blocked_count, logged_count, last_at, list_set_id'
    this.#rows = database.prepare(
      `SELECT ${columns} FROM hit WHERE client_id = ? AND indicator_id > ? ORDER BY indicator_id LIMIT ?`,
    )
    this.#rowsOfPair = database.prepare(`SELECT ${columns} FROM hit WHERE client_id = ? AND indicator_id = ?`)
    this.#dropPair = database.prepare('DELETE FROM hit WHERE client_id = ? AND indicator_id = ?')
    this.#dropRhythm = database.prepare('DELETE FROM pair_rhythm WHERE client_id = ? AND indicator_id = ?')
    this.#takeSums = database.prepare(
      `UPDATE client SET blocked_count = blocked_count - ?, logged_count = logged_count - ?,
         indicator_count = indicator_count - ? WHERE id = ?`,
    )
    // A list hit since the cutoff has a hit left, whatever lists held its indicators before.
    this.#takeListSum = database.prepare(
      'UPDATE client_list SET hit_count = max(hit_count - ?, 1) WHERE client_id = ? AND list_id = ?',
    )
    this.#listsOfSet = database.prepare('SELECT lists FROM list_set WHERE id = ?')
    this.#dropLists = database.prepare('DELETE FROM client_list WHERE client_id = ? AND last_at < ?')
    this.#dropHours = database.prepare('DELETE FROM hit_hour WHERE client_id = ? AND hour < ?')
    this.#dropAddresses = database.prepare(
      `DELETE FROM client_address WHERE client_id = ?1 AND last_at < ?2
         AND address <> (SELECT address FROM client WHERE id = ?1) RETURNING address`,
    )
    this.#dropSilences = database.prepare('DELETE FROM silence WHERE client_id = ? AND until_at < ?')
    this.#saveFirst = database.prepare(
      `UPDATE client SET first_seen = (SELECT min(first_at) FROM (SELECT first_at FROM hit WHERE client_id = ?1
         UNION ALL SELECT first_at FROM contact WHERE client_id = ?1))
       WHERE id = ?1 AND indicator_count <= ?2 AND indicator_count + contact_count > 0`,
    )
    this.#keyOf = database.prepare('SELECT key FROM client WHERE id = ?')
    this.#isNeeded = database.prepare(
      `SELECT EXISTS (SELECT 1 FROM hit WHERE client_id = ?1) OR EXISTS (SELECT 1 FROM campaign_case WHERE client_id = ?1)
         OR EXISTS (SELECT 1 FROM contact WHERE client_id = ?1)
         OR EXISTS (SELECT 1 FROM silence WHERE client_id = ?1 AND until_at > ?2) AS is_needed`,
    )
    this.#addressesOf = database.prepare('SELECT address FROM client_address WHERE client_id = ?')
    this.#drop = database.prepare('DELETE FROM client WHERE id = ?')
  }

  /** Does a part, in a transaction of the caller's; false: all is done. After an error the sweep begins anew. */
  step(bounds: SweepBounds, note: Note): boolean {
    let left = ROWS_A_STEP
    for (let looked = 0; looked < CLIENTS_A_STEP && left > 0; looked++) {
      this.#open ??= this.#next(bounds)
      if (this.#open === null) return this.#hasMore()
      left -= this.#part(this.#open, left, bounds, note)
    }
    return true
  }

  /** The next client with anything old, of those that were read. */
  #next({ cutoffMs, isHeld }: SweepBounds): OpenClient | null {
    for (let row = this.#queue.shift(); row !== undefined; row = this.#queue.shift()) {
      const id = Number(row['id'])
      if (Number(row['first_seen']) < cutoffMs && !isHeld(id)) return { id, indicator: 0, hasLost: false }
    }
    return null
  }

  #hasMore(): boolean {
    this.#queue = this.#clients.all(this.#last, CLIENTS_A_STEP)
    this.#last = Number(this.#queue.at(-1)?.['id'] ?? this.#last)
    return this.#queue.length > 0
  }

  /** Looks at `limit` rows of a client, and ends with it where there are no more. Returns how many it read. */
  #part(client: OpenClient, limit: number, bounds: SweepBounds, note: Note): number {
    const read = this.#rows.all(client.id, client.indicator, limit)
    const rows = read.length < limit ? read : this.#wholePairs(client.id, read)
    this.#dropOld(client, rows, bounds.cutoffMs, note)
    if (read.length < limit) {
      this.#finish(client, bounds, note)
      this.#open = null
    } else client.indicator = Number(rows.at(-1)!['indicator_id'])
    return read.length + 1
  }

  /** The rows without those of the last pair, which may have more; all of its rows where it is the only one. */
  #wholePairs(client: number, rows: readonly Row[]): readonly Row[] {
    const last = rows.at(-1)!['indicator_id']
    const whole = rows.filter((row) => row['indicator_id'] !== last)
    return whole.length > 0 ? whole : this.#rowsOfPair.all(client, last!)
  }

  #dropOld(client: OpenClient, rows: readonly Row[], cutoffMs: number, note: Note): void {
    const gone = new Set<number>()
    const perSet = new Map<number, number>()
    let blocked = 0
    let logged = 0
    for (const [indicator, pair] of Map.groupBy(rows, (row) => Number(row['indicator_id']))) {
      if (pair.some((row) => Number(row['last_at']) >= cutoffMs)) continue
      this.#dropPair.run(client.id, indicator)
      this.#dropRhythm.run(client.id, indicator)
      gone.add(indicator)
      for (const row of pair) {
        const set = Number(row['list_set_id'])
        const sum = Number(row['blocked_count']) + Number(row['logged_count'])
        perSet.set(set, (perSet.get(set) ?? 0) + sum)
        blocked += Number(row['blocked_count'])
        logged += Number(row['logged_count'])
      }
    }
    if (gone.size === 0) return
    client.hasLost = true
    this.#takeSums.run(blocked, logged, gone.size, client.id)
    for (const [set, sum] of perSet) {
      const lists = JSON.parse(String(this.#listsOfSet.get(set)!['lists'])) as number[]
      for (const list of new Set(lists)) this.#takeListSum.run(sum, client.id, list)
    }
    this.#session.droppedPairs(gone.size)
    this.#witness.rhythms.drop((each) => each.client === client.id && gone.has(each.indicator))
    note('pairs', gone.size)
    note('hits', blocked + logged)
  }

  #finish({ id, hasLost }: OpenClient, { cutoffMs, nowMs }: SweepBounds, note: Note): void {
    note('hours', Number(this.#dropHours.run(id, Math.floor(cutoffMs / HOUR_MS)).changes))
    note('silences', Number(this.#dropSilences.run(id, cutoffMs).changes))
    const addresses = this.#dropAddresses.all(id, cutoffMs)
    this.#forgetAddresses(addresses)
    note('addresses', addresses.length)
    this.#dropLists.run(id, cutoffMs)
    const contacts = this.#session.contacts.dropOld(id, cutoffMs)
    note('contacts', contacts)
    if (hasLost) this.#session.contacts.markVisitor(id)
    if (hasLost || contacts > 0) this.#saveFirst.run(id, FIRST_SEEN_PAIRS)
    if (this.#isNeeded.get(id, nowMs)!['is_needed'] === 0) this.#dropClient(id, note)
    this.#witness.book.drop(id)
  }

  /** What the writer remembers of it goes with it. */
  #dropClient(id: number, note: Note): void {
    const key = this.#keyOf.get(id)?.['key']
    if (key === undefined) return
    const { clients } = this.#session
    const known = clients.find(String(key))
    if (known !== null) clients.drop(known)
    const addresses = this.#addressesOf.all(id)
    this.#forgetAddresses(addresses)
    this.#witness.rhythms.drop(({ client }) => client === id)
    this.#drop.run(id)
    note('clients', 1)
    note('addresses', addresses.length)
  }

  #forgetAddresses(rows: readonly Row[]): void {
    for (const { address } of rows) this.#session.attribution.forgetAddress(addressKey(address as Uint8Array))
  }
}
