/** Which cases come first, kept in step with the botnet list, with units, and with machines that move between them. */
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { CaseBook } from './case-book.ts'
import type { UnitWatch } from './unit-watch.ts'

const CASES_A_STEP = 500

/** The units on the botnet list as they were told last. */
export function readListed(database: DatabaseSync): string[] {
  return database
    .prepare('SELECT unit FROM listed_unit')
    .all()
    .map(({ unit }) => String(unit))
}

/** Writes them; false: they are the same. Inside a transaction. */
export function saveListed(database: DatabaseSync, units: readonly string[], nowMs: number): boolean {
  const known = new Set(readListed(database))
  const gone = [...known].filter((unit) => !units.includes(unit))
  const added = units.filter((unit) => !known.has(unit))
  const drop = database.prepare('DELETE FROM listed_unit WHERE unit = ?')
  for (const unit of gone) drop.run(unit)
  const add = database.prepare('INSERT INTO listed_unit (unit, since_at) VALUES (?, ?)')
  for (const unit of added) add.run(unit, nowMs)
  return gone.length + added.length > 0
}

/** Goes through all cases once. */
export class PrioritySweep {
  readonly #units: UnitWatch
  readonly #book: CaseBook
  readonly #cases: StatementSync
  readonly #save: StatementSync
  #case = 0

  constructor(database: DatabaseSync, units: UnitWatch, book: CaseBook) {
    this.#units = units
    this.#book = book
    this.#cases = database.prepare(
      `SELECT k.id, k.client_id, k.priority, c.address FROM campaign_case AS k JOIN client AS c ON c.id = k.client_id
       WHERE k.id > ? ORDER BY k.id LIMIT ?`,
    )
    this.#save = database.prepare('UPDATE campaign_case SET priority = ? WHERE id = ?')
  }

  /** Does a part, in a transaction of the caller's; false: all is done. */
  step(): boolean {
    const rows = this.#cases.all(this.#case, CASES_A_STEP)
    for (const { id, client_id: client, priority, address } of rows) {
      const now = this.#units.isHigh(address as Uint8Array) ? 'high' : 'normal'
      if (now === priority) continue
      this.#save.run(now, id!)
      this.#book.drop(Number(client))
    }
    this.#case = Number(rows.at(-1)?.['id'] ?? 0)
    return rows.length === CASES_A_STEP
  }
}
