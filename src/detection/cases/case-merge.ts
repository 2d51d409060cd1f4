/**
 * Two clients are one machine: so are their cases. Of two cases of one campaign the older goes on, with the work of both
 * and the history of both; the other's id leads there.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Row } from '../client-rows.ts'
import { CAMPAIGN_PAIRS } from './campaign-pairs.ts'
import type { EventLog } from './event-log.ts'
import type { CaseHistory } from './history.ts'
import { clientStatus, join, type CaseState } from './states.ts'

export class CaseMerge {
  readonly #history: CaseHistory
  readonly #events: EventLog
  readonly #casesOf: StatementSync
  readonly #give: StatementSync
  readonly #drop: StatementSync
  readonly #save: StatementSync
  readonly #alias: StatementSync
  readonly #passAliases: StatementSync
  readonly #passSilences: StatementSync
  readonly #giveSilences: StatementSync
  readonly #giveHolds: StatementSync
  readonly #loudPair: StatementSync
  readonly #saveStatus: StatementSync

  constructor(database: DatabaseSync, history: CaseHistory, events: EventLog) {
    this.#history = history
    this.#events = events
    this.#casesOf = database.prepare('SELECT * FROM campaign_case WHERE client_id = ?')
    this.#give = database.prepare(
      'UPDATE campaign_case SET client_id = ?, version = version + 1 WHERE id = ?',
    )
    this.#drop = database.prepare('DELETE FROM campaign_case WHERE id = ?')
    this.#save = database.prepare(
      `UPDATE campaign_case SET client_id = ?2, state = ?3, version = ?4, changed_at = ?5, first_hit_at = ?6,
         last_hit_at = ?7, last_hit_minute = ?8, hit_count = ?9, assignee = ?10, reinfection_count = ?11, cleaned_at = ?12,
         false_alarm_until = ?13, priority = ?14, priority_day = ?15, note_count = ?16 WHERE id = ?1`,
    )
    this.#alias = database.prepare('INSERT INTO case_alias (old_id, case_id) VALUES (?, ?)')
    this.#passAliases = database.prepare('UPDATE case_alias SET case_id = ?2 WHERE case_id = ?1')
    this.#passSilences = database.prepare('UPDATE silence SET case_id = ?2 WHERE case_id = ?1')
    this.#giveSilences = database.prepare(
      `INSERT INTO silence SELECT ?2, indicator_id, until_at, at, actor, reason, case_id FROM silence WHERE client_id = ?1
       ON CONFLICT DO UPDATE SET until_at = excluded.until_at, at = excluded.at, actor = excluded.actor,
         reason = excluded.reason, case_id = excluded.case_id WHERE excluded.until_at > until_at`,
    )
    this.#giveHolds = database.prepare(
      `UPDATE hold SET target = ?2 WHERE scope = 'client' AND target = ?1 AND released_at IS NULL`,
    )
    // Of the pairs of a case, one that was hit and is not silenced.
    this.#loudPair = database.prepare(
      `SELECT 1 FROM (${CAMPAIGN_PAIRS}) AS p LEFT JOIN silence AS s
         ON s.client_id = :client AND s.indicator_id = p.indicator_id
       WHERE s.until_at IS NULL OR s.until_at <= p.last_at LIMIT 1`,
    )
    this.#saveStatus = database.prepare('UPDATE client SET status = ?1 WHERE id = ?2 AND status <> ?1')
  }

  /** All of `from`, whose row goes when this is done, comes to `into`, whose hits already are both's. */
  merge(from: number, into: number, nowMs: number, graceMs: number): void {
    this.#giveSilences.run(from, into)
    this.#giveHolds.run(String(from), String(into))
    const own = this.#casesOf.all(into)
    for (const other of this.#casesOf.all(from)) {
      const same = own.find(({ campaign }) => campaign === other['campaign'])
      if (same === undefined) this.#give.run(into, other['id']!)
      else this.#join(same, other, into, nowMs, graceMs)
    }
    const states = this.#casesOf.all(into).map(({ state }) => String(state) as CaseState)
    this.#saveStatus.run(clientStatus(states), into)
  }

  #join(a: Row, b: Row, into: number, nowMs: number, graceMs: number): void {
    const isOlder = Number(a['opened_at']) - Number(b['opened_at']) || Number(a['id']) - Number(b['id'])
    const [stays, goes] = isOlder <= 0 ? [a, b] : [b, a]
    const id = Number(stays['id'])
    const gone = Number(goes['id'])
    const { state, reinfections } = join(joinable(a), joinable(b), graceMs, this.#isSilenced(a, b, into))
    this.#history.move(gone, id)
    this.#passAliases.run(gone, id)
    this.#passSilences.run(gone, id)
    this.#drop.run(gone)
    this.#alias.run(gone, id)
    const sum = (column: string): number => Number(a[column]) + Number(b[column])
    const max = (column: string): number => Math.max(Number(a[column]), Number(b[column]))
    const assignee = (stays['assignee'] ?? goes['assignee']) as string | null
    this.#save.run(
      id, into, state, max('version') + 1, nowMs, Math.min(Number(a['first_hit_at']), Number(b['first_hit_at'])),
      max('last_hit_at'), max('last_hit_minute'), sum('hit_count'), assignee, reinfections, latest(a, b, 'cleaned_at'),
      state === 'false-alarm' ? latest(a, b, 'false_alarm_until') : null,
      a['priority'] === 'high' || b['priority'] === 'high' ? 'high' : 'normal', max('priority_day'), sum('note_count'),
    ) // prettier-ignore
    const from = String(stays['state']) as CaseState
    const note = `case ${gone} of client ${Number(goes['client_id'])}, ${String(goes['state'])}, is part of this one`
    this.#history.add({
      caseId: id, atMs: nowMs, cause: 'merge', actor: null, from, to: state, note, assignee, untilMs: null, indicator: null,
    }) // prettier-ignore
    this.#events.add(nowMs, {
      kind: state === 'reinfected' && from !== state ? 'case-reinfected' : 'case-changed',
      caseId: id, client: into, campaign: String(stays['campaign']), indicator: null, list: null, state, actor: null,
    }) // prettier-ignore
  }

  #isSilenced(a: Row, b: Row, client: number): boolean {
    const firstMs = Math.min(Number(a['first_hit_at']), Number(b['first_hit_at']))
    const lastMs = Math.max(Number(a['last_hit_at']), Number(b['last_hit_at']))
    const campaign = String(a['campaign'])
    return this.#loudPair.get({ client, campaign, firstMs, lastMs }) === undefined
  }
}

function joinable(row: Row): Parameters<typeof join>[0] {
  return {
    state: String(row['state']) as CaseState,
    cleanedMs: row['cleaned_at'] === null ? null : Number(row['cleaned_at']),
    lastHitMs: Number(row['last_hit_at']),
    reinfections: Number(row['reinfection_count']),
  }
}

/** The later of two times that may be missing. */
function latest(a: Row, b: Row, column: string): number | null {
  const times = [a[column], b[column]].filter((time) => time !== null).map(Number)
  return times.length === 0 ? null : Math.max(...times)
}
