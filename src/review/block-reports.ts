/**
 * Reports of people that a name is blocked wrongly: they come from the notice page, wait for a named person's decision, and
 * stay with it. Bounded in number; the same name from the same address is one report while it is open.
 */
import type { ImportsDatabase } from './database.ts'
import { refuse } from './problem.ts'

/** What is decided: the name is let through, the block is right, the report is none. */
export const REPORT_OUTCOMES = ['allowed', 'kept', 'invalid'] as const
export type ReportOutcome = (typeof REPORT_OUTCOMES)[number]
export const REPORT_STATES = ['open', ...REPORT_OUTCOMES] as const
export type ReportState = (typeof REPORT_STATES)[number]

/** Open ones in all, and of one address. */
export const OPEN_REPORTS = 1000
export const OPEN_REPORTS_A_CLIENT = 20

export interface NewReport {
  /** What the person was told to name. */
  readonly reference: string
  /** Lower-case A-labels, or an address. */
  readonly name: string
  /** In the person's words; may be empty. */
  readonly text: string
  /** Of the machine it came from, shortest text form; and who had it then, as far as that is known. */
  readonly address: string
  readonly hostName: string | null
  readonly mac: string | null
  /** The client of the store it was; null: it had no hit and no contact, or nobody could say. */
  readonly clientId: number | null
}

/** All times: milliseconds since 1970. */
export interface BlockReport extends NewReport {
  readonly id: number
  /** When it came first and last, and how often. */
  readonly atMs: number
  readonly lastMs: number
  readonly count: number
  readonly state: ReportState
  readonly decision: { readonly actor: string; readonly atMs: number; readonly reason: string } | null
}

type Row = Readonly<Record<string, unknown>>

export class BlockReports {
  readonly #database: ImportsDatabase

  constructor(database: ImportsDatabase) {
    this.#database = database
  }

  /** How many wait for a decision; null: the database cannot be used. */
  get open(): number | null {
    if (this.#database.fault !== null) return null
    return Number(this.#database.of(`SELECT count(*) AS n FROM report WHERE state = 'open'`).get()!['n'])
  }

  /**
   * Takes a report in, on the disk when this returns; says by which reference it is known. `limited`: too many wait from
   * that address; `full`: too many wait. Throws ReviewError where the database cannot be used, and what SQLite throws.
   */
  add(report: NewReport, nowMs: number): { readonly reference: string } | 'limited' | 'full' {
    const { reference, name, text, address, hostName, mac, clientId } = report
    return this.#database.change(() => {
      const again = this.#database
        .of(
          `UPDATE report SET last_at = ?, count = count + 1, text = iif(text = '', ?, text), client_id = coalesce(client_id, ?)
           WHERE address = ? AND name = ? AND state = 'open' RETURNING reference`,
        )
        .get(nowMs, text, clientId, address, name)
      if (again !== undefined) return { reference: String(again['reference']) }
      const open = this.#database
        .of(`SELECT count(*) AS n, total(address = ?) AS own FROM report WHERE state = 'open'`)
        .get(address)!
      if (Number(open['own']) >= OPEN_REPORTS_A_CLIENT) return 'limited'
      if (Number(open['n']) >= OPEN_REPORTS) return 'full'
      this.#database
        .of(
          `INSERT INTO report (reference, name, text, address, host_name, mac, client_id, at, last_at)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        )
        .run(reference, name, text, address, hostName, mac, clientId, nowMs, nowMs)
      return { reference }
    })
  }

  /** The newest first; `before`: those with a smaller id. Throws ReviewError. */
  list(state: ReportState | null, before: number, limit: number): BlockReport[] {
    const rows = this.#database
      .of('SELECT * FROM report WHERE id < ?1 AND (?2 IS NULL OR state = ?2) ORDER BY id DESC LIMIT ?3')
      .all(before, state, limit)
    return rows.map(toReport)
  }

  /** Throws ReviewError where there is none. */
  get(id: number): BlockReport {
    const row = this.#database.of('SELECT * FROM report WHERE id = ?').get(id)
    return row === undefined ? refuse('unknown', `There is no report ${id}.`) : toReport(row)
  }

  /** Writes down what was decided of an open one. Throws ReviewError. */
  decide(id: number, outcome: ReportOutcome, actor: string, reason: string, nowMs: number): BlockReport {
    return this.#database.change(() => {
      const { state, decision } = this.get(id)
      if (decision !== null) refuse('conflict', `Report ${id} is decided already: ${state}, by ${decision.actor}.`) // prettier-ignore
      this.#database
        .of('UPDATE report SET state = ?, decided_by = ?, decided_at = ?, reason = ? WHERE id = ?')
        .run(outcome, actor, nowMs, reason, id)
      return this.get(id)
    })
  }

  /** Deletes those that came last before `cutoffMs`, decided or not; returns how many. Throws ReviewError. */
  prune(cutoffMs: number): number {
    return Number(this.#database.of('DELETE FROM report WHERE last_at < ?').run(cutoffMs).changes)
  }
}

function toReport(row: Row): BlockReport {
  const decidedBy = row['decided_by'] as string | null
  return {
    id: Number(row['id']),
    reference: String(row['reference']),
    name: String(row['name']),
    text: String(row['text']),
    address: String(row['address']),
    hostName: row['host_name'] as string | null,
    mac: row['mac'] as string | null,
    clientId: row['client_id'] as number | null,
    atMs: Number(row['at']),
    lastMs: Number(row['last_at']),
    count: Number(row['count']),
    state: row['state'] as ReportState,
    decision:
      decidedBy === null
        ? null
        : { actor: decidedBy, atMs: Number(row['decided_at']), reason: String(row['reason']) },
  }
}
