/**
 * What is to be done now and then beside the commits of hits: a piece a call, a transaction of a few milliseconds each,
 * so that hits never wait. Of one open connection.
 */
import type { DatabaseSync } from 'node:sqlite'
import type { Clock } from '../../clock.ts'
import type { KeepSettings } from '../../config/settings.ts'
import type { StoreLog } from '../log.ts'
import type { StoreSession } from '../store-session.ts'
import type { CaseDesk } from './desk.ts'
import type { Holds } from './holds.ts'
import { dayOf } from './keeping.ts'
import { PrioritySweep } from './priority.ts'
import { Sweep } from './sweep.ts'
import type { UnitWatch } from './unit-watch.ts'
import type { CaseWitness } from './witness.ts'

export interface UpkeepOptions {
  /** The data directory. */
  readonly directory: string
  readonly clock: Clock
  readonly log: StoreLog
  readonly units: UnitWatch
  readonly witness: CaseWitness
  readonly desk: CaseDesk
  readonly holds: Holds
  readonly keep: () => KeepSettings
}

const RHYTHM_MS = 5000
const RHYTHMS_AT_ONCE = 1000
const HOUR_MS = 3_600_000
const DAY_MS = 86_400_000
/** A clock that jumped ahead by more days is believed when it has stood there for one. */
const DAYS_BELIEVED = 31

export class Upkeep {
  readonly #options: UpkeepOptions
  #rhythmMs = 0
  #hourlyMs: number | null = null
  #isTidying = false
  #isRankWanted = true
  #priorities: PrioritySweep | null = null
  #isSweepWanted = true
  #sweep: Sweep | null = null
  #sweptDay: number | null = null
  #aheadSinceMs: number | null = null
  #isLogLeft = false

  constructor(options: UpkeepOptions) {
    this.#options = options
  }

  /** Whether everything that is too old is gone as of today. */
  get isSwept(): boolean {
    return this.#sweep === null && !this.#isSweepWanted
  }

  /** Which cases come first has changed. */
  rankAnew(): void {
    this.#isRankWanted = true
    this.#options.witness.book.forget()
  }

  /** What is to be deleted has changed, or a sweep met an error. */
  sweepAnew(): void {
    this.#sweep = null
    this.#isSweepWanted = true
  }

  /** Does a piece. Throws what SQLite throws; the next call goes on. */
  step(session: StoreSession): void {
    const nowMs = this.#options.clock.monotonicMs()
    const { waiting } = this.#options.witness.rhythms
    if (waiting >= RHYTHMS_AT_ONCE || (waiting > 0 && nowMs - this.#rhythmMs >= RHYTHM_MS)) {
      this.#rhythmMs = nowMs
      this.flushRhythms(session)
    } else if (this.#hourlyMs === null || nowMs - this.#hourlyMs >= HOUR_MS) this.#hourly(session, nowMs)
    else if (this.#isTidying) this.#tidyEvents(session)
    else if (this.#isRankWanted || this.#priorities !== null) this.#rank(session)
    else this.#keep(session, nowMs)
  }

  /** Writes some of the intervals between hits that wait; false: none does. */
  flushRhythms(session: StoreSession): boolean {
    const { rhythms } = this.#options.witness
    if (!session.transaction(() => rhythms.flush())) return false
    rhythms.flushed()
    return true
  }

  #hourly(session: StoreSession, nowMs: number): void {
    const { clock, desk, log } = this.#options
    // At the first look the clock may not be set yet.
    if (this.#hourlyMs !== null) {
      const cases = session.transaction(() => desk.correctCleaned(clock.wallMs()))
      if (cases > 0) log.warn({ cases }, 'cases were reported clean by a clock that was ahead')
      this.#isRankWanted = true
    }
    if (this.#isLogLeft) this.#cutLog(session)
    this.#hourlyMs = nowMs
    this.#isTidying = true
  }

  #tidyEvents(session: StoreSession): void {
    const { clock, witness } = this.#options
    this.#isTidying = session.transaction(() => witness.events.tidy(clock.wallMs()))
  }

  #rank(session: StoreSession): void {
    const { units, witness } = this.#options
    if (this.#isRankWanted) this.#priorities = new PrioritySweep(session.database, units, witness.book)
    this.#isRankWanted = false
    if (!session.transaction(() => this.#priorities!.step())) this.#priorities = null
  }

  #keep(session: StoreSession, nowMs: number): void {
    const { clock, directory, holds, keep, witness } = this.#options
    const wallMs = clock.wallMs()
    if (this.#sweep === null) {
      this.#sweptDay ??= readSweptDay(session.database)
      if (!this.#isSweepWanted && dayOf(wallMs) === this.#sweptDay) return
      if (!this.#isBelieved(wallMs, nowMs)) return
      this.#isSweepWanted = false
      this.#sweep = new Sweep({ session, witness, holds, keep: keep(), directory, nowMs: wallMs })
    }
    if (this.#sweep.step()) return
    this.#sweep = null
    this.#sweptDay = dayOf(wallMs)
    saveSweptDay(session, this.#sweptDay)
    this.#cutLog(session)
  }

  /** What was deleted must not be left in the log of the database; where somebody reads just then, it is cut an hour later. */
  #cutLog(session: StoreSession): void {
    const row = session.database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get()!
    this.#isLogLeft = row['busy'] !== 0
  }

  /** A clock that is far ahead of the last day known would delete what is young. */
  #isBelieved(wallMs: number, nowMs: number): boolean {
    const days = this.#sweptDay === null ? 0 : dayOf(wallMs) - this.#sweptDay
    if (days <= DAYS_BELIEVED) {
      this.#aheadSinceMs = null
      return true
    }
    if (this.#aheadSinceMs === null) {
      this.#aheadSinceMs = nowMs
      const said =
        'the clock is far ahead of the last hit or deletion: nothing is deleted until it has stood there for a day'
      this.#options.log.warn({ days }, said)
    }
    return nowMs - this.#aheadSinceMs >= DAY_MS
  }
}

/** The day of the last sweep; of a file that has seen none the day of its last hit; null: there is no hit. */
function readSweptDay(database: DatabaseSync): number | null {
  const row = database.prepare(`SELECT value FROM fact WHERE name = 'swept_day'`).get()
  if (row !== undefined) return Number(row['value'])
  const last = database.prepare('SELECT max(last_seen) AS at FROM client').get()!['at']
  return last === null ? null : dayOf(Number(last))
}

function saveSweptDay(session: StoreSession, day: number): void {
  const save = session.database.prepare(
    `INSERT INTO fact (name, value) VALUES ('swept_day', ?) ON CONFLICT DO UPDATE SET value = excluded.value`,
  )
  session.transaction(() => save.run(day))
}
