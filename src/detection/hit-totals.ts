/**
 * Sums of one commit, so that a client or list with thousands of pairs in it is written once: per client, client ×
 * list, client × hour, client × address, and list.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { KnownClient } from './clients.ts'
import { addressOf } from './machine-key.ts'

export const HOUR_MS = 3_600_000

interface Span {
  count: number
  firstMs: number
  lastMs: number
}

interface Times {
  readonly firstMs: number
  readonly lastMs: number
}

interface ClientTotal extends Span {
  logged: number
  /** Indicators it had not hit before. */
  added: number
  readonly client: KnownClient
  /** By list row id. */
  readonly lists: Map<number, Span>
  /** By hour since 1970. */
  readonly hours: Map<number, number>
  /** By address, 16 latin1 characters; their counts mean nothing. */
  readonly addresses: Map<string, Span>
}

export class HitTotals {
  readonly #updateClient: StatementSync
  readonly #moveClient: StatementSync
  readonly #saveAddress: StatementSync
  readonly #saveClientList: StatementSync
  readonly #saveHour: StatementSync
  readonly #updateList: StatementSync
  readonly #clients = new Map<number, ClientTotal>()
  readonly #decided = new Map<number, number>()
  readonly #moved: KnownClient[] = []

  constructor(database: DatabaseSync) {
    this.#updateClient = database.prepare(
      `UPDATE client SET blocked_count = blocked_count + ?, logged_count = logged_count + ?,
         indicator_count = indicator_count + ?, first_seen = min(first_seen, ?), last_seen = max(last_seen, ?),
         revision = ?
       WHERE id = ?`,
    )
    this.#moveClient = database.prepare('UPDATE client SET address = ? WHERE id = ?')
    this.#saveAddress = database.prepare(
      `INSERT INTO client_address (client_id, address, first_at, last_at) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET first_at = min(first_at, excluded.first_at), last_at = max(last_at, excluded.last_at)`,
    )
    this.#saveClientList = database.prepare(
      `INSERT INTO client_list (client_id, list_id, hit_count, first_at, last_at) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET hit_count = hit_count + excluded.hit_count,
         first_at = min(first_at, excluded.first_at), last_at = max(last_at, excluded.last_at)`,
    )
    this.#saveHour = database.prepare(
      `INSERT INTO hit_hour (hour, client_id, hit_count) VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET hit_count = hit_count + excluded.hit_count`,
    )
    this.#updateList = database.prepare('UPDATE list SET hit_count = hit_count + ? WHERE id = ?')
  }

  /** Clients whose latest address the last `write` changed. */
  get moved(): readonly KnownClient[] {
    return this.#moved
  }

  /** Hits `list` decided, whoever asked. */
  decide(list: number, count: number): void {
    this.#decided.set(list, (this.#decided.get(list) ?? 0) + count)
  }

  /**
   * Hits of a client from an address (null: told otherwise, see `see`); `lists` are row ids, `isNew` tells an indicator
   * it had not hit before.
   */
  add(
    client: KnownClient,
    address: string | null,
    lists: readonly number[],
    isNew: boolean,
    count: number,
    logged: number,
    times: Times,
  ): void {
    const total = this.#totalOf(client, times)
    extend(total, count, times)
    total.logged += logged
    if (isNew) total.added++
    for (const list of lists) addSpan(total.lists, list, count, times)
    const hour = Math.floor(times.lastMs / HOUR_MS)
    total.hours.set(hour, (total.hours.get(hour) ?? 0) + count)
    if (address !== null) addSpan(total.addresses, address, 0, times)
  }

  /** A client was seen at an address. */
  see(client: KnownClient, address: string, times: Times): void {
    addSpan(this.#totalOf(client, times).addresses, address, 0, times)
  }

  /** Writes all sums; inside the transaction, whose number is `revision`. */
  write(revision: () => number): void {
    for (const total of this.#clients.values()) this.#writeClient(total, revision())
    for (const [list, count] of this.#decided) this.#updateList.run(count, list)
  }

  /** Ready for the next commit, whatever became of this one. */
  reset(): void {
    this.#clients.clear()
    this.#decided.clear()
    this.#moved.length = 0
  }

  #totalOf(client: KnownClient, { firstMs, lastMs }: Times): ClientTotal {
    let total = this.#clients.get(client.id)
    if (total === undefined) {
      total = {
        client, count: 0, logged: 0, added: 0, firstMs, lastMs, lists: new Map(), hours: new Map(), addresses: new Map(),
      } // prettier-ignore
      this.#clients.set(client.id, total)
    }
    return total
  }

  #writeClient(total: ClientTotal, revision: number): void {
    const { client, count, logged, added, firstMs, lastMs, lists, hours, addresses } = total
    this.#updateClient.run(count - logged, logged, added, firstMs, lastMs, revision, client.id)
    for (const [list, span] of lists)
      this.#saveClientList.run(client.id, list, span.count, span.firstMs, span.lastMs)
    for (const [hour, hits] of hours) this.#saveHour.run(hour, client.id, hits)
    if (addresses.size > 0) this.#writeAddresses(client, addresses)
    client.lastMs = Math.max(client.lastMs, lastMs)
  }

  /**
   * The last hit from the latest address is the client's last hit, so a client that stays where it is costs no row:
   * its address is written when it comes, when a hit turns out to be older than known, and when it is left.
   */
  #writeAddresses(client: KnownClient, addresses: ReadonlyMap<string, Span>): void {
    let latest = client.address
    let latestMs = client.lastMs
    for (const [address, { firstMs, lastMs }] of addresses) {
      if (lastMs >= latestMs) {
        latest = address
        latestMs = lastMs
      }
      if (address === client.address && firstMs >= client.sinceMs) continue
      this.#saveAddress.run(client.id, addressOf(address), firstMs, lastMs)
      if (address === client.address) client.sinceMs = firstMs
    }
    if (latest === client.address) return
    // Left: from now on its own row says when.
    const leftMs = Math.max(client.lastMs, addresses.get(client.address)?.lastMs ?? -Infinity)
    this.#saveAddress.run(client.id, addressOf(client.address), client.sinceMs, leftMs)
    this.#moveClient.run(addressOf(latest), client.id)
    client.address = latest
    client.sinceMs = addresses.get(latest)!.firstMs
    this.#moved.push(client)
  }
}

function addSpan<Key>(spans: Map<Key, Span>, key: Key, count: number, times: Times): void {
  const span = spans.get(key)
  if (span) extend(span, count, times)
  else spans.set(key, { count, firstMs: times.firstMs, lastMs: times.lastMs })
}

function extend(span: Span, count: number, { firstMs, lastMs }: Times): void {
  span.count += count
  if (firstMs < span.firstMs) span.firstMs = firstMs
  if (lastMs > span.lastMs) span.lastMs = lastMs
}
