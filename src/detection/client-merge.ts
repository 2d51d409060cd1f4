/**
 * Two clients are one machine: everything of the one becomes the other's, and its id leads there. Hits that were counted
 * under an address alone come so to the machine that a binding learned later names.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Clients, KnownClient } from './clients.ts'
import type { ContactRows } from './contact-rows.ts'
import type { HitRows } from './hit-rows.ts'
import { addressOf } from './machine-key.ts'

/** Rows that a client has many of. */
interface MergedRows {
  readonly hits: HitRows
  readonly contacts: ContactRows
}

export class ClientMerge {
  readonly #clients: Clients
  readonly #rows: MergedRows
  readonly #moves: readonly StatementSync[]
  readonly #saveAddress: StatementSync
  readonly #addSums: StatementSync
  readonly #indicatorsOf: StatementSync
  readonly #alias: StatementSync
  readonly #passAliases: StatementSync
  readonly #drop: StatementSync

  constructor(database: DatabaseSync, clients: Clients, rows: MergedRows) {
    this.#clients = clients
    this.#rows = rows
    const counted = `ON CONFLICT DO UPDATE SET hit_count = hit_count + excluded.hit_count`
    const spanned = `first_at = min(first_at, excluded.first_at), last_at = max(last_at, excluded.last_at)`
    this.#moves = [
      `INSERT INTO client_list SELECT ?2, list_id, hit_count, first_at, last_at FROM client_list WHERE client_id = ?1
       ${counted}, ${spanned}`,
      `INSERT INTO hit_hour SELECT hour, ?2, hit_count FROM hit_hour WHERE client_id = ?1 ${counted}`,
      `INSERT INTO client_address SELECT ?2, address, first_at, last_at FROM client_address WHERE client_id = ?1
       ON CONFLICT DO UPDATE SET ${spanned}`,
    ].map((sql) => database.prepare(sql))
    this.#saveAddress = database.prepare(
      'UPDATE client_address SET last_at = max(last_at, ?) WHERE client_id = ? AND address = ?',
    )
    this.#addSums = database.prepare(
      `UPDATE client AS c SET blocked_count = c.blocked_count + o.blocked_count,
         logged_count = c.logged_count + o.logged_count, first_seen = min(c.first_seen, o.first_seen),
         last_seen = max(c.last_seen, o.last_seen), address = iif(o.last_seen > c.last_seen, o.address, c.address),
         indicator_count = (SELECT count(DISTINCT indicator_id) FROM hit WHERE client_id = ?2), revision = ?3
       FROM client AS o WHERE o.id = ?1 AND c.id = ?2`,
    )
    this.#indicatorsOf = database.prepare('SELECT sum(indicator_count) AS n FROM client WHERE id IN (?, ?)')
    this.#alias = database.prepare('INSERT INTO client_alias (old_id, client_id, revision) VALUES (?, ?, ?)')
    this.#passAliases = database.prepare('UPDATE client_alias SET client_id = ? WHERE client_id = ?')
    this.#drop = database.prepare('DELETE FROM client WHERE id = ?')
  }

  /**
   * Moves all of `from` to `into`, inside the transaction whose number is `revision`; `told` is called before the row of
   * `from` goes. Returns by how many pairs of client and indicator there are fewer now.
   */
  merge(
    from: KnownClient,
    into: KnownClient,
    revision: number,
    told: (from: number, into: number) => void,
  ): number {
    const pairs = (): number => Number(this.#indicatorsOf.get(from.id, into.id)!['n'])
    const before = pairs()
    // A latest address has no last time of its own while it is the latest.
    for (const { id, address, lastMs } of [from, into]) this.#saveAddress.run(lastMs, id, addressOf(address))
    this.#rows.hits.merge(from.id, into.id, revision)
    this.#rows.contacts.merge(from.id, into.id)
    for (const move of this.#moves) move.run(from.id, into.id)
    this.#addSums.run(from.id, into.id, revision)
    this.#passAliases.run(into.id, from.id)
    this.#alias.run(from.id, into.id, revision)
    told(from.id, into.id)
    this.#rows.contacts.markVisitor(into.id)
    // Of the row of `from` its sums are left, and nothing else.
    this.#drop.run(from.id)
    this.#clients.drop(from)
    this.#clients.drop(into)
    return before - pairs()
  }
}
