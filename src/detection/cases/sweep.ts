/**
 * Deletes for good what is kept no longer: once a day, and when holds or settings have changed, in small steps between
 * the commits of hits. What was deleted is noted in the transaction that deletes it.
 */
import { readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { StatementSync } from 'node:sqlite'
import type { KeepSettings } from '../../config/settings.ts'
import { HOUR_MS } from '../hit-totals.ts'
import type { StoreSession } from '../store-session.ts'
import { Deletions, type Deleted } from './deletions.ts'
import type { Holds } from './holds.ts'
import { cutoffMs, ruleText } from './keeping.ts'
import { clientStatus, type CaseState } from './states.ts'
import { ClientSweep, type Note } from './sweep-clients.ts'
import type { CaseWitness } from './witness.ts'

const ROWS_A_STEP = 500
/** Free pages that are left in the file, and given back in one step: 1 MB each. */
const PAGES_KEPT = 256
const PAGES_A_STEP = 256
const SOURCES = ['register', 'lease', 'neighbour', 'edns', 'reverse', 'none'] as const
/** Copies of the databases beside them: before a step of the schema, corrupt, replaced by a backup. */
const COPY = /^(?:thanhloc|accounts)\.db\.(?:before-\d+|(?:corrupt|replaced)-[\w-]+)$/

export interface SweepOptions {
  readonly session: StoreSession
  readonly witness: CaseWitness
  readonly holds: Holds
  readonly keep: KeepSettings
  /** The data directory. */
  readonly directory: string
  readonly nowMs: number
}

/** Does a part; false: there is no more of it. */
type Phase = () => boolean

export class Sweep {
  readonly #options: SweepOptions
  readonly #deletions: Deletions
  readonly #phases: Phase[]
  readonly #hitsMs: number
  readonly #casesMs: number
  readonly #cases: StatementSync
  readonly #statesOf: StatementSync
  #case = 0
  #indicator = 0

  constructor(options: SweepOptions) {
    const { session, witness, keep, nowMs } = options
    const { database } = session
    this.#options = options
    this.#deletions = new Deletions(database)
    this.#hitsMs = cutoffMs(nowMs, keep.hitsMonths)
    this.#casesMs = cutoffMs(nowMs, keep.casesMonths)
    this.#cases = database.prepare(
      'SELECT id, client_id, max(last_hit_at, changed_at) AS last_at FROM campaign_case WHERE id > ? ORDER BY id LIMIT ?',
    )
    this.#statesOf = database.prepare('SELECT state FROM campaign_case WHERE client_id = ?')
    const clients = new ClientSweep(session, witness)
    const isHeld = (client: number): boolean => options.holds.isHeld(client)
    this.#phases = [
      () => this.#sweepCases(),
      () => this.#moveHorizon(),
      () => clients.step({ cutoffMs: this.#hitsMs, nowMs, isHeld }, this.#noteHits),
      () => this.#sweepIndicators(),
      () => this.#sweepUnclaimed(),
      () => this.#sweepFiles(),
    ]
  }

  /** Does a part, a transaction of its own; false: all is done. Throws what SQLite throws: a new sweep begins anew then. */
  step(): boolean {
    const { session, holds } = this.#options
    const phase = this.#phases[0]
    if (phase === undefined) return this.#giveBack()
    // Clients may have become one since.
    holds.forget()
    if (holds.holdsAll) this.#phases.length = 0
    else if (!session.transaction(phase)) this.#phases.shift()
    return true
  }

  #sweepCases(): boolean {
    const { holds, keep, nowMs, session, witness } = this.#options
    const rows = this.#cases.all(this.#case, ROWS_A_STEP)
    const drop = session.database.prepare('DELETE FROM campaign_case WHERE id = ?')
    const restate = session.database.prepare('UPDATE client SET status = ? WHERE id = ?')
    let dropped = 0
    for (const row of rows) {
      const client = Number(row['client_id'])
      if (Number(row['last_at']) >= this.#casesMs || holds.isHeld(client)) continue
      drop.run(row['id']!)
      const states = this.#statesOf.all(client).map(({ state }) => String(state) as CaseState)
      restate.run(clientStatus(states), client)
      witness.book.drop(client)
      dropped++
    }
    this.#deletions.add('cases', ruleText('cases', keep.casesMonths), this.#casesMs, nowMs, dropped)
    this.#case = Number(rows.at(-1)?.['id'] ?? 0)
    return rows.length === ROWS_A_STEP
  }

  /** Of hours before it nothing is certain any more. */
  #moveHorizon(): boolean {
    this.#options.session.database
      .prepare(
        `INSERT INTO fact (name, value) VALUES ('hour_horizon', ?)
         ON CONFLICT (name) DO UPDATE SET value = max(value, excluded.value)`,
      )
      .run(Math.floor(this.#hitsMs / HOUR_MS))
    return false
  }

  #sweepIndicators(): boolean {
    const { session } = this.#options
    const ids = session.database
      .prepare('SELECT id FROM indicator WHERE id > ? ORDER BY id LIMIT ?')
      .all(this.#indicator, ROWS_A_STEP)
    const last = Number(ids.at(-1)?.['id'] ?? this.#indicator)
    const { changes } = session.database
      .prepare(
        `DELETE FROM indicator WHERE id > ? AND id <= ? AND NOT EXISTS (SELECT 1 FROM hit WHERE indicator_id = indicator.id)
           AND NOT EXISTS (SELECT 1 FROM folded_hit WHERE indicator_id = indicator.id)
           AND NOT EXISTS (SELECT 1 FROM silence WHERE indicator_id = indicator.id)`,
      )
      .run(this.#indicator, last)
    if (Number(changes) > 0) session.identifiers.forget()
    this.#noteHits('indicators', Number(changes))
    this.#indicator = last
    return ids.length === ROWS_A_STEP
  }

  /** What belongs to no client that a hold could name stays while any hold is in force. */
  #sweepUnclaimed(): boolean {
    const { holds, session } = this.#options
    if (holds.any) return false
    const folded = session.database.prepare('DELETE FROM folded_hit WHERE last_at < ?').run(this.#hitsMs)
    this.#noteHits('folded-hits', Number(folded.changes))
    const drop = session.database.prepare(
      `DELETE FROM binding WHERE (address, from_at, source, machine) IN
         (SELECT address, from_at, source, machine FROM binding WHERE source = ? AND until_at < ? LIMIT ?)`,
    )
    let dropped = 0
    for (const source of SOURCES)
      dropped += Number(drop.run(source, this.#hitsMs, ROWS_A_STEP - dropped).changes)
    this.#noteHits('bindings', dropped)
    return dropped >= ROWS_A_STEP
  }

  /** A copy that was last written before the cutoff holds nothing younger. */
  #sweepFiles(): boolean {
    const { directory, holds, keep, nowMs } = this.#options
    if (holds.any) return false
    const auditMs = cutoffMs(nowMs, keep.auditMonths)
    for (const name of readdirSync(directory)) {
      const path = join(directory, name)
      const isOfTrail = name.startsWith('accounts')
      if (!COPY.test(name) || statSync(path).mtimeMs >= (isOfTrail ? auditMs : this.#hitsMs)) continue
      for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true })
      if (isOfTrail) this.#deletions.add('files', ruleText('audit', keep.auditMonths), auditMs, nowMs, 1)
      else this.#noteHits('files', 1)
    }
    return false
  }

  readonly #noteHits: Note = (what: Deleted, amount: number) => {
    const { keep, nowMs } = this.#options
    this.#deletions.add(what, ruleText('hits', keep.hitsMonths), this.#hitsMs, nowMs, amount)
  }

  /** Gives free pages back to the disk. */
  #giveBack(): boolean {
    const { database } = this.#options.session
    const free = Number(database.prepare('PRAGMA freelist_count').get()!['freelist_count'])
    if (free <= PAGES_KEPT) return false
    database.exec(`PRAGMA incremental_vacuum(${Math.min(PAGES_A_STEP, free - PAGES_KEPT)})`)
    const left = Number(database.prepare('PRAGMA freelist_count').get()!['freelist_count'])
    // A file begun without incremental vacuum keeps its pages.
    return left < free
  }
}
