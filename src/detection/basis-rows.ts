/** Rows of `entry_basis`: on whose word an entry of a list of approvals blocks, as it was told last. */
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { EntryBasis } from './entry-bases.ts'
import type { Identifiers } from './identifiers.ts'

export class BasisRows {
  readonly #identifiers: Identifiers
  readonly #save: StatementSync

  constructor(database: DatabaseSync, identifiers: Identifiers) {
    this.#identifiers = identifiers
    this.#save = database.prepare(
      `INSERT INTO entry_basis (indicator_id, list_id, told) VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET told = excluded.told WHERE told <> excluded.told`,
    )
  }

  /** In a transaction of the session. */
  save({ list: id, indicator, kind, basis }: EntryBasis): void {
    const list = this.#identifiers.list({ id, campaign: null, basis: '', action: '' })
    this.#save.run(this.#identifiers.indicator(indicator, kind), list, JSON.stringify(basis))
  }
}
