/**
 * Sums of one commit, so that a client or list with thousands of pairs in it is written once: per client, client ×
 * list, client × hour, and list.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite'

export const HOUR_MS = 3_600_000

interface Span {
  count: number
  firstMs: number
  lastMs: number
}

interface ClientTotal extends Span {
  logged: number
  /** Indicators it had not hit before. */
  added: number
  /** By list row id. */
  readonly lists: Map<number, Span>
  /** By hour since 1970. */
  readonly hours: Map<number, number>
}

export class HitTotals {
  readonly #updateClient: StatementSync
  readonly #saveClientList: StatementSync
  readonly #saveHour: StatementSync
  readonly #updateList: StatementSync
  readonly #clients = new Map<number, ClientTotal>()
  readonly #decided = new Map<number, number>()

  constructor(database: DatabaseSync) {
    this.#updateClient = database.prepare(
      `UPDATE client SET blocked_count = blocked_count + ?, logged_count = logged_count + ?,
         indicator_count = indicator_count + ?, first_seen = min(first_seen, ?), last_seen = max(last_seen, ?)
       WHERE id = ?`,
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

  /** Hits `list` decided, whoever asked. */
  decide(list: number, count: number): void {
    this.#decided.set(list, (this.#decided.get(list) ?? 0) + count)
  }

  /** Hits of a client; `lists` are row ids, `isNew` tells an indicator it had not hit before. */
  add(
    client: number,
    lists: readonly number[],
    isNew: boolean,
    hit: {
      readonly blocked: number
      readonly logged: number
      readonly firstMs: number
      readonly lastMs: number
    },
  ): void {
    let total = this.#clients.get(client)
    if (!total) {
      const { firstMs, lastMs } = hit
      total = { count: 0, logged: 0, added: 0, firstMs, lastMs, lists: new Map(), hours: new Map() }
      this.#clients.set(client, total)
    }
    const count = hit.blocked + hit.logged
    extend(total, count, hit)
    total.logged += hit.logged
    if (isNew) total.added++
    for (const list of lists) {
      const span = total.lists.get(list)
      if (span) extend(span, count, hit)
      else total.lists.set(list, { count, firstMs: hit.firstMs, lastMs: hit.lastMs })
    }
    const hour = Math.floor(hit.lastMs / HOUR_MS)
    total.hours.set(hour, (total.hours.get(hour) ?? 0) + count)
  }

  /** Writes all sums; inside the transaction. */
  write(): void {
    for (const [client, { count, logged, added, firstMs, lastMs, lists, hours }] of this.#clients) {
      this.#updateClient.run(count - logged, logged, added, firstMs, lastMs, client)
      for (const [list, span] of lists) {
        this.#saveClientList.run(client, list, span.count, span.firstMs, span.lastMs)
      }
      for (const [hour, hits] of hours) this.#saveHour.run(hour, client, hits)
    }
    for (const [list, count] of this.#decided) this.#updateList.run(count, list)
  }

  /** Ready for the next commit, whatever became of this one. */
  reset(): void {
    this.#clients.clear()
    this.#decided.clear()
  }
}

function extend(span: Span, count: number, hit: { readonly firstMs: number; readonly lastMs: number }): void {
  span.count += count
  span.firstMs = Math.min(span.firstMs, hit.firstMs)
  span.lastMs = Math.max(span.lastMs, hit.lastMs)
}
