/** The history of cases: who made what of them, when and why. Rows are only added. */
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { CaseState } from './states.ts'

/**
 * Why a case changed: an officer's word, a hit, two clients that are one, a clock that had been ahead; `contact`: nothing of it
 * changed, its machine came to the sinkhole's address and is confirmed.
 */
export type ChangeCause = 'officer' | 'hit' | 'merge' | 'clock' | 'contact'

export interface CaseChange {
  readonly caseId: number
  readonly atMs: number
  readonly cause: ChangeCause
  /** Null: the program. */
  readonly actor: string | null
  /** Null: it was opened. */
  readonly from: CaseState | null
  readonly to: CaseState
  readonly note: string
  /** Whose it is from then on; null: as before, empty: nobody's. */
  readonly assignee: string | null
  /** Of a false alarm. */
  readonly untilMs: number | null
  /** Whose hit it was. */
  readonly indicator: string | null
}

export class CaseHistory {
  readonly #add: StatementSync
  readonly #move: StatementSync

  constructor(database: DatabaseSync) {
    this.#add = database.prepare(
      `INSERT INTO case_change (case_id, at, cause, actor, from_state, to_state, note, assignee, until_at, indicator)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    this.#move = database.prepare('UPDATE case_change SET case_id = ? WHERE case_id = ?')
  }

  add(change: CaseChange): void {
    const { caseId, atMs, cause, actor, from, to, note, assignee, untilMs, indicator } = change
    this.#add.run(caseId, atMs, cause, actor, from, to, note, assignee, untilMs, indicator)
  }

  /** What a hit made of a case. */
  addHit(caseId: number, atMs: number, from: CaseState | null, to: CaseState, indicator: string): void {
    this.#add.run(caseId, atMs, 'hit', null, from, to, '', null, null, indicator)
  }

  /** The history of case `from` is `into`'s. */
  move(from: number, into: number): void {
    this.#move.run(into, from)
  }
}
