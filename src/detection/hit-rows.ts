/** Rows of `hit`: client × indicator × origin, written by one statement whether the row is there or not. */
import type { DatabaseSync, StatementSync } from 'node:sqlite'

/** Of two rows of one pair the newer gives name, type, action and lists, as in `save`. */
export const COMBINED = `
  ON CONFLICT DO UPDATE SET blocked_count = blocked_count + excluded.blocked_count,
    logged_count = logged_count + excluded.logged_count, triggers = triggers | excluded.triggers,
    first_qname = iif(excluded.first_at < first_at, excluded.first_qname, first_qname),
    first_at = min(first_at, excluded.first_at),
    last_qname = iif(excluded.last_at >= last_at, excluded.last_qname, last_qname),
    last_qtype = iif(excluded.last_at >= last_at, excluded.last_qtype, last_qtype),
    last_action = iif(excluded.last_at >= last_at, excluded.last_action, last_action),
    list_set_id = iif(excluded.last_at >= last_at, excluded.list_set_id, list_set_id),
    last_at = max(last_at, excluded.last_at), revision = max(revision, excluded.revision)`

export class HitRows {
  readonly #save: StatementSync
  readonly #addMore: StatementSync
  readonly #rowsOf: StatementSync
  readonly #merge: StatementSync
  readonly #dropOf: StatementSync
  /** `last_at` of the row as it was before the statement that runs. */
  #previousMs: number | null = null

  constructor(database: DatabaseSync) {
    // Asking for the row first would cost a statement more for every pair of every commit.
    database.function('thanhloc_noted', (lastAt) => {
      this.#previousMs = lastAt as number
      return lastAt
    })
    // The newest hit gives name, type, action and lists; clocks may jump, so "newest" is by its own time. Parameters by
    // number: by name each would cost as much again as the row.
    this.#addMore = database.prepare(
      `UPDATE hit SET blocked_count = blocked_count + ?3, logged_count = logged_count + ?4, last_at = max(last_at, ?5),
         revision = ?6 WHERE client_id = ?1 AND indicator_id = ?2 AND origin_id = 0`,
    )
    this.#save = database.prepare(
      `INSERT INTO hit (client_id, indicator_id, origin_id, blocked_count, logged_count, first_at, last_at, first_qname,
         last_qname, last_qtype, last_action, triggers, list_set_id, revision)
       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
       ON CONFLICT DO UPDATE SET blocked_count = blocked_count + ?4, logged_count = logged_count + ?5,
         triggers = triggers | ?12,
         first_qname = iif(?6 < first_at, ?8, first_qname), first_at = min(first_at, ?6),
         last_qname = iif(?7 >= last_at, ?9, last_qname),
         last_qtype = iif(?7 >= last_at, ?10, last_qtype),
         last_action = iif(?7 >= last_at, ?11, last_action),
         list_set_id = iif(?7 >= last_at, ?13, list_set_id),
         last_at = max(thanhloc_noted(last_at), ?7), revision = ?14`,
    )
    this.#rowsOf = database.prepare('SELECT 1 FROM hit WHERE client_id = ? AND indicator_id = ? LIMIT 2')
    this.#merge = database.prepare(
      `INSERT INTO hit SELECT ?2, indicator_id, origin_id, blocked_count, logged_count, first_at, last_at, first_qname,
         last_qname, last_qtype, last_action, triggers, list_set_id, iif(origin_id = 0, ?3, revision)
       FROM hit WHERE client_id = ?1 ${COMBINED}`,
    )
    this.#dropOf = database.prepare('DELETE FROM hit WHERE client_id = ?')
  }

  /**
   * Adds to a row. Returns its `last_at` before, null where the row is new. Names are null where they are the
   * indicator itself.
   */
  save(
    client: number,
    indicator: number,
    origin: number,
    blocked: number,
    logged: number,
    firstMs: number,
    lastMs: number,
    firstQname: string | null,
    lastQname: string | null,
    qtype: number,
    action: number,
    triggers: number,
    listSet: number,
    revision: number,
  ): number | null {
    this.#previousMs = null
    this.#save.run(
      client, indicator, origin, blocked, logged, firstMs, lastMs, firstQname, lastQname, qtype, action, triggers,
      listSet, revision,
    ) // prettier-ignore
    return this.#previousMs
  }

  /** More of what a row of hits seen here says already, from its first time to its last name; false: it is gone. */
  addMore(
    client: number,
    indicator: number,
    blocked: number,
    logged: number,
    lastMs: number,
    revision: number,
  ): boolean {
    return this.#addMore.run(client, indicator, blocked, logged, lastMs, revision).changes !== 0
  }

  /** Whether the pair has one row: of all origins the one just written is the first. */
  isOnly(client: number, indicator: number): boolean {
    return this.#rowsOf.all(client, indicator).length === 1
  }

  /** All rows of client `from` become those of `into`; its own ones are changed by `revision`. */
  merge(from: number, into: number, revision: number): void {
    this.#merge.run(from, into, revision)
    this.#dropOf.run(from)
  }
}
