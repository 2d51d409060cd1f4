/** The record of what was deleted: what, how much, by which rule, when. Written in the transaction that deletes. */
import type { DatabaseSync, StatementSync } from 'node:sqlite'

export type Deleted =
  | 'hits'
  | 'pairs'
  | 'clients'
  | 'cases'
  | 'addresses'
  | 'hours'
  | 'contacts'
  | 'indicators'
  | 'bindings'
  | 'silences'
  | 'folded-hits'
  | 'files'

/** Twenty years of days on which everything there is was deleted. */
const RECORDS_KEPT = 80_000

export class Deletions {
  readonly #save: StatementSync
  readonly #bound: StatementSync

  constructor(database: DatabaseSync) {
    this.#save = database.prepare(
      `INSERT INTO deletion (what, rule, older_than_at, from_at, to_at, amount) VALUES (?1, ?2, ?3, ?4, ?4, ?5)
       ON CONFLICT DO UPDATE SET to_at = excluded.to_at, amount = amount + excluded.amount`,
    )
    this.#bound = database.prepare('DELETE FROM deletion WHERE id <= (SELECT max(id) FROM deletion) - ?')
  }

  /** Adds `amount` to what a rule deleted of what was older than `olderThanMs`. Nothing for nothing. */
  add(what: Deleted, rule: string, olderThanMs: number, nowMs: number, amount: number): void {
    if (amount === 0) return
    this.#save.run(what, rule, olderThanMs, nowMs, amount)
    this.#bound.run(RECORDS_KEPT)
  }
}
