/**
 * What officers make of cases. Each change names the version it was made from, so that two officers do not undo each
 * other's work unseen; each leaves a row of history and an event. To be called inside a transaction.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Row } from '../client-rows.ts'
import { CAMPAIGN_PAIRS } from './campaign-pairs.ts'
import { CHANGES_A_CASE, readChange, readSilence, type AskedChange, type AskedSilence } from './asked.ts'
import { clientStatus, PERMITTED, type CaseState } from './states.ts'
import type { CaseWitness } from './witness.ts'

/** Why something was not done; `message` is for people. */
export interface CaseProblem {
  readonly problem: 'invalid' | 'not-found' | 'conflict' | 'not-permitted' | 'unavailable'
  readonly message: string
  /** Of a conflict: the version and state there are now. */
  readonly version?: number
  readonly state?: CaseState
}

export interface CaseChanged {
  /** Another one than was named where that has become part of it. */
  readonly id: number
  readonly clientId: number
  readonly state: CaseState
  readonly version: number
}

export interface SilenceSet {
  /** Indicators of that text, of every kind, the client is known by. */
  readonly indicators: number
}

/** Pairs that one false alarm silences: they are written in one transaction. */
const MAX_SILENCED = 20_000

export class CaseDesk {
  readonly #witness: CaseWitness
  readonly #findAlias: StatementSync
  readonly #find: StatementSync
  readonly #countChanges: StatementSync
  readonly #save: StatementSync
  readonly #pairsOf: StatementSync
  readonly #addSilence: StatementSync
  readonly #dropSilence: StatementSync
  readonly #dropSilencesOf: StatementSync
  readonly #findClient: StatementSync
  readonly #indicatorsOf: StatementSync
  readonly #silencedOf: StatementSync
  readonly #pairsWith: StatementSync
  readonly #statesOf: StatementSync
  readonly #saveStatus: StatementSync
  readonly #cleanedAhead: StatementSync
  readonly #correctCleaned: StatementSync

  constructor(database: DatabaseSync, witness: CaseWitness) {
    this.#witness = witness
    this.#findAlias = database.prepare('SELECT case_id FROM case_alias WHERE old_id = ?')
    this.#find = database.prepare('SELECT * FROM campaign_case WHERE id = ?')
    this.#countChanges = database.prepare(
      `SELECT count(*) AS n FROM case_change WHERE case_id = ? AND cause = 'officer'`,
    )
    this.#save = database.prepare(
      `UPDATE campaign_case SET state = ?2, changed_at = ?3, version = version + 1, assignee = ?4, cleaned_at = ?5,
         false_alarm_until = ?6, note_count = note_count + ?7 WHERE id = ?1`,
    )
    this.#pairsOf = database.prepare(CAMPAIGN_PAIRS)
    this.#addSilence = database.prepare(
      `INSERT INTO silence (client_id, indicator_id, until_at, at, actor, reason, case_id) VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET until_at = excluded.until_at, at = excluded.at, actor = excluded.actor,
         reason = excluded.reason, case_id = excluded.case_id
       WHERE excluded.case_id IS NULL OR excluded.until_at > until_at`,
    )
    this.#dropSilence = database.prepare('DELETE FROM silence WHERE client_id = ? AND indicator_id = ?')
    this.#dropSilencesOf = database.prepare('DELETE FROM silence WHERE case_id = ?')
    this.#findClient = database.prepare(
      `SELECT c.id, c.indicator_count FROM client AS c
       WHERE c.id = coalesce((SELECT client_id FROM client_alias WHERE old_id = ?1), ?1)`,
    )
    this.#indicatorsOf = database.prepare('SELECT id FROM indicator WHERE value = ?')
    this.#silencedOf = database.prepare(
      'SELECT i.id FROM indicator AS i JOIN silence AS s ON s.indicator_id = i.id AND s.client_id = ? WHERE i.value = ?',
    )
    this.#pairsWith = database.prepare(
      'SELECT DISTINCT i.id FROM indicator AS i JOIN hit AS h ON h.indicator_id = i.id AND h.client_id = ? WHERE i.value = ?',
    )
    this.#statesOf = database.prepare('SELECT state FROM campaign_case WHERE client_id = ?')
    this.#saveStatus = database.prepare('UPDATE client SET status = ?1 WHERE id = ?2 AND status <> ?1')
    this.#cleanedAhead = database.prepare('SELECT * FROM campaign_case WHERE cleaned_at > ?')
    this.#correctCleaned = database.prepare(
      'UPDATE campaign_case SET cleaned_at = ?2, changed_at = ?2, version = version + 1 WHERE id = ?1',
    )
  }

  /** Changes a case: its state, whose it is, or adds a note. */
  change(asked: unknown, nowMs: number): CaseChanged | CaseProblem {
    const read = readChange(asked, nowMs)
    if ('problem' in read) return read
    const row = this.#row(read.id)
    if (row === null) return { problem: 'not-found', message: `There is no case ${read.id}.` }
    const from = String(row['state']) as CaseState
    const refused = this.#refusal(read, row, from)
    if (refused !== null) return refused
    return this.#apply(read, row, from, nowMs)
  }

  /** Silences a client × indicator until a time, or lets it be heard again. */
  silence(asked: unknown, nowMs: number): SilenceSet | CaseProblem {
    const read = readSilence(asked, nowMs)
    if ('problem' in read) return read
    const client = this.#findClient.get(read.client)
    if (client === undefined) return { problem: 'not-found', message: `There is no client ${read.client}.` }
    const id = Number(client['id'])
    const indicators = this.#silenceable(id, read)
    if (indicators.length === 0) return { problem: 'not-found', message: notSilenceable(read) }
    for (const indicator of indicators) {
      if (read.untilMs === null) this.#dropSilence.run(id, indicator)
      else this.#addSilence.run(id, indicator, read.untilMs, nowMs, read.actor, read.reason, null)
    }
    this.#witness.book.drop(id)
    return { indicators: indicators.length }
  }

  /** Ids of the indicators of that text which can be silenced for a client, or of those which are. */
  #silenceable(client: number, { indicator, untilMs, isOwn }: AskedSilence): number[] {
    const rows =
      untilMs === null
        ? this.#silencedOf.all(client, indicator)
        : isOwn
          ? this.#pairsWith.all(client, indicator)
          : this.#indicatorsOf.all(indicator)
    return rows.map((row) => Number(row['id']))
  }

  /**
   * Cases that were reported clean at a time that is still to come: the clock was ahead then. Counted from now on,
   * or no hit would reopen them until that time. Returns how many there were.
   */
  correctCleaned(nowMs: number): number {
    const rows = this.#cleanedAhead.all(nowMs)
    for (const row of rows) {
      this.#correctCleaned.run(row['id']!, nowMs)
      const state = String(row['state']) as CaseState
      const note = `reported clean at ${new Date(Number(row['cleaned_at'])).toISOString()} by a clock that was ahead: counted from now`
      this.#witness.history.add({
        caseId: Number(row['id']), atMs: nowMs, cause: 'clock', actor: null, from: state, to: state, note, assignee: null,
        untilMs: null, indicator: null,
      }) // prettier-ignore
      this.#witness.book.drop(Number(row['client_id']))
    }
    return rows.length
  }

  #row(id: number): Row | null {
    const alias = this.#findAlias.get(id)
    return this.#find.get(Number(alias?.['case_id'] ?? id)) ?? null
  }

  #refusal({ id, version, to, note, assignee }: AskedChange, row: Row, from: CaseState): CaseProblem | null {
    const now = Number(row['version'])
    if (version !== now) {
      const message = `Case ${id} has changed since version ${version} was read: it is ${from} now, version ${now}.`
      return { problem: 'conflict', message, version: now, state: from }
    }
    if (to !== null && to !== from && !PERMITTED[from].includes(to)) {
      const message = `A case that is ${from} can become ${PERMITTED[from].join(' or ')}, not ${to}.`
      return { problem: 'not-permitted', message, version: now, state: from }
    }
    if (to === from && to !== 'false-alarm' && note === '' && assignee === undefined) {
      return { problem: 'not-permitted', message: `Case ${id} is ${to} already.`, version: now, state: from }
    }
    if (
      to === 'false-alarm' &&
      Number(this.#findClient.get(row['client_id']!)!['indicator_count']) > MAX_SILENCED
    ) {
      const message = `The client of case ${id} asked for more than ${MAX_SILENCED} indicators: no false alarm is that large.`
      return { problem: 'not-permitted', message, version: now, state: from }
    }
    if (Number(this.#countChanges.get(row['id']!)!['n']) < CHANGES_A_CASE) return null
    return {
      problem: 'not-permitted',
      message: `Case ${id} has ${CHANGES_A_CASE} changes: no more are kept.`,
    }
  }

  #apply(asked: AskedChange, row: Row, from: CaseState, nowMs: number): CaseChanged {
    const { actor, note } = asked
    const id = Number(row['id'])
    const clientId = Number(row['client_id'])
    const to = asked.to ?? from
    const isMoved = to !== from
    const assignee = asked.assignee === undefined ? (row['assignee'] as string | null) : asked.assignee
    const cleanedMs = isMoved && to === 'cleaned' ? nowMs : (row['cleaned_at'] as number | null)
    const untilMs =
      to === 'false-alarm' ? (asked.untilMs ?? (row['false_alarm_until'] as number | null)) : null
    this.#save.run(id, to, nowMs, assignee, cleanedMs, untilMs, Number(note !== ''))
    if (from === 'false-alarm' && (isMoved || asked.untilMs !== null)) this.#dropSilencesOf.run(id)
    if (to === 'false-alarm' && asked.untilMs !== null)
      this.#silenceCase(row, asked.untilMs, actor, note, nowMs)
    this.#witness.history.add({
      caseId: id, atMs: nowMs, cause: 'officer', actor, from, to, note,
      assignee: asked.assignee === undefined ? null : (asked.assignee ?? ''), untilMs: asked.untilMs, indicator: null,
    }) // prettier-ignore
    const states = this.#statesOf.all(clientId).map(({ state }) => String(state) as CaseState)
    this.#saveStatus.run(clientStatus(states), clientId)
    this.#witness.events.begin()
    this.#witness.events.add(nowMs, {
      kind: 'case-changed', caseId: id, client: clientId, campaign: String(row['campaign']), indicator: null, list: null,
      state: to, actor,
    }) // prettier-ignore
    this.#witness.events.trim()
    this.#witness.book.drop(clientId)
    return { id, clientId, state: to, version: Number(row['version']) + 1 }
  }

  #silenceCase(row: Row, untilMs: number, actor: string, reason: string, nowMs: number): void {
    const client = Number(row['client_id'])
    const pairs = this.#pairsOf.all({
      client,
      campaign: String(row['campaign']),
      firstMs: Number(row['first_hit_at']),
      lastMs: Number(row['last_hit_at']),
    })
    for (const pair of pairs)
      this.#addSilence.run(client, pair['indicator_id']!, untilMs, nowMs, actor, reason, row['id']!)
  }
}

function notSilenceable({ client, indicator, untilMs, isOwn }: AskedSilence): string {
  if (untilMs === null) return `${indicator} is not silenced for client ${client}.`
  return isOwn ? `Client ${client} has not asked for ${indicator}.` : `Nobody has asked for ${indicator}.`
}
