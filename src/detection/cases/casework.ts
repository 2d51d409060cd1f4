/**
 * All that the store thread does about cases: the witness of commits, officers' letters, and what is to be done now and
 * then.
 */
import type { DatabaseSync } from 'node:sqlite'
import type { Clock } from '../../clock.ts'
import type { KeepSettings, Settings } from '../../config/settings.ts'
import { faultKind, isOurs } from '../fault.ts'
import type { StoreLog } from '../log.ts'
import type { OpenWitness } from '../pair-change.ts'
import type { StoreSession } from '../store-session.ts'
import type { StoreWriter } from '../store-writer.ts'
import { invalid } from './asked.ts'
import { Backup, type BackupDone, type BackupEnd, type BackupProgress } from './backup.ts'
import { CaseDesk, type CaseChanged, type CaseProblem, type SilenceSet } from './desk.ts'
import type { EventBounds } from './event-log.ts'
import { Holds, type HoldSet } from './holds.ts'
import { keepWarnings } from './keeping.ts'
import { readListed, saveListed } from './priority.ts'
import { UnitWatch } from './unit-watch.ts'
import { Upkeep } from './upkeep.ts'
import { CaseWitness } from './witness.ts'

export type CaseworkSettings = Pick<Settings, 'units' | 'cases' | 'keep'>

export interface CaseworkOptions {
  /** The data directory. */
  readonly directory: string
  readonly settings: CaseworkSettings
  readonly clock: Clock
  readonly log: StoreLog
  readonly eventBounds?: EventBounds
  /** Other databases in the data directory that backups hold. */
  readonly beside?: readonly string[]
}

/** Of one open connection. */
interface Office {
  readonly database: DatabaseSync
  readonly witness: CaseWitness
  readonly desk: CaseDesk
  readonly holds: Holds
  readonly upkeep: Upkeep
}

const RETRY_MS = 2000
const MAX_LISTED = 10_000

export class Casework {
  readonly #options: CaseworkOptions
  readonly #units: UnitWatch
  readonly #backup: Backup
  #settings: CaseworkSettings
  #writer: StoreWriter | null = null
  #office: Office | null = null
  #retryMs = 0
  #error: string | null = null

  constructor(options: CaseworkOptions) {
    const { directory, settings, clock, log } = options
    this.#options = options
    this.#settings = settings
    this.#units = new UnitWatch(settings.units)
    this.#backup = new Backup(directory, options.beside ?? [], clock, log)
    this.#warn()
  }

  /** For the writer of the store, which calls it whenever it has opened the file. */
  readonly openWitness: OpenWitness = (database) => {
    const { directory, clock, log, eventBounds } = this.#options
    // What is deleted is overwritten.
    database.exec('PRAGMA secure_delete = ON')
    this.#units.setListed(readListed(database))
    const witness = new CaseWitness(database, {
      clock,
      graceMs: () => this.#settings.cases.graceMs,
      units: this.#units,
      ...(eventBounds === undefined ? {} : { eventBounds }),
    })
    const holds = new Holds(database, this.#units, this.#settings.keep.holds)
    const desk = new CaseDesk(database, witness)
    const keep = (): KeepSettings => this.#settings.keep
    const upkeep = new Upkeep({ directory, clock, log, units: this.#units, witness, desk, holds, keep })
    this.#office = { database, witness, desk, holds, upkeep }
    return witness
  }

  /** Who writes the store; to be told before anything else is asked. */
  attach(writer: StoreWriter): void {
    this.#writer = writer
  }

  /** Takes new settings. */
  configure(settings: CaseworkSettings): void {
    const isOtherKeep = JSON.stringify(settings.keep) !== JSON.stringify(this.#settings.keep)
    this.#settings = settings
    if (this.#units.setUnits(settings.units)) this.#office?.upkeep.rankAnew()
    this.#office?.holds.configure(settings.keep.holds)
    if (!isOtherKeep) return
    this.#office?.upkeep.sweepAnew()
    this.#warn()
  }

  /** `cases/change`, see AskedChange. */
  change(asked: unknown): CaseChanged | CaseProblem {
    return this.#asked(({ desk }, nowMs) => desk.change(asked, nowMs))
  }

  /** `cases/silence`, see AskedSilence. */
  silence(asked: unknown): SilenceSet | CaseProblem {
    return this.#asked(({ desk }, nowMs) => desk.silence(asked, nowMs))
  }

  /** `store/hold`: `{ document, scope, target, reason, actor }`. */
  setHold(asked: unknown): HoldSet | CaseProblem {
    return this.#asked(({ holds }, nowMs) => holds.set(asked, nowMs))
  }

  /** `store/release-hold`: `{ id, reason, actor }`. */
  releaseHold(asked: unknown): HoldSet | CaseProblem {
    const released = this.#asked(({ holds }, nowMs) => holds.release(asked, nowMs))
    if (!('problem' in released)) this.#office?.upkeep.sweepAnew()
    return released
  }

  /** `cases/listed-units`: the ids of all units with an address on the botnet list. */
  setListed(units: unknown): { readonly units: number } | CaseProblem {
    const isList = Array.isArray(units) && units.length <= MAX_LISTED
    if (!isList || !units.every((unit) => typeof unit === 'string' && unit.length <= 64))
      return invalid(`Listed units are at most ${MAX_LISTED} ids.`)
    const listed = [...new Set(units as string[])]
    const saved = this.#asked(({ database }, nowMs) => saveListed(database, listed, nowMs))
    if (typeof saved === 'object') return saved
    this.#units.setListed(listed)
    if (saved) this.#office?.upkeep.rankAnew()
    return { units: listed.length }
  }

  /** `store/backup`, see BackupAsked: begins to write a copy, and says how far it is. Never rejects. */
  async beginBackup(asked: unknown): Promise<BackupProgress | BackupDone | CaseProblem> {
    const isFree = this.#backup.progress === null
    const written = this.backupTo(asked)
    return (isFree ? this.#backup.progress : null) ?? written
  }

  /** Writes a copy, see BackupAsked, and resolves when it is done. Never rejects. */
  async backupTo(asked: unknown): Promise<BackupDone | CaseProblem> {
    try {
      const used = this.#within(({ database }) => {
        const one = (name: string): number => Number(database.prepare(`PRAGMA ${name}`).get()![name])
        return (one('page_count') - one('freelist_count')) * one('page_size')
      })
      return await this.#backup.to(asked, used)
    } catch (error) {
      return unavailable(error)
    }
  }

  /** Whether any legal hold is in force. */
  get isHeld(): boolean {
    return this.#office?.holds.any ?? this.#settings.keep.holds.length > 0
  }

  /** Of the backup that is being written, and how the last one ended. */
  get backup(): { readonly running: BackupProgress | null; readonly last: BackupEnd | null } {
    return { running: this.#backup.progress, last: this.#backup.last }
  }

  /** Whether everything that is too old is gone as of today, and what stands in the way of upkeep, or null. */
  get keeping(): { readonly isSwept: boolean; readonly error: string | null } {
    return { isSwept: this.#office?.upkeep.isSwept ?? false, error: this.#error }
  }

  /** Does a little of what is to be done. To be called every 200 ms, behind the hits; never throws. */
  tick(): void {
    const nowMs = this.#options.clock.monotonicMs()
    if (this.#office === null || nowMs < this.#retryMs) return
    try {
      this.#within((session, { upkeep }) => upkeep.step(session))
      this.#error = null
    } catch (error) {
      this.#failed(error, nowMs)
    }
  }

  /** Writes what waits in memory, before the file is closed, and gives up a backup. Never throws. */
  flush(): void {
    this.#backup.stop()
    if (this.#office === null) return
    try {
      while (this.#within((session, { upkeep }) => upkeep.flushRhythms(session)));
    } catch {
      // A hint less; the collector says what is wrong with the file.
    }
  }

  #failed(error: unknown, nowMs: number): void {
    const reason = error instanceof Error ? error.message : String(error)
    if (this.#error !== reason)
      this.#options.log.warn({ reason, kind: faultKind(error) }, 'upkeep of the store waits')
    this.#error = reason
    this.#retryMs = nowMs + RETRY_MS
    this.#office?.upkeep.sweepAnew()
    // What the database refuses it will refuse again.
    if (isOurs(error)) this.#office?.witness.rhythms.drop(() => true)
  }

  #warn(): void {
    for (const warning of keepWarnings(this.#settings.keep)) this.#options.log.warn({}, warning)
  }

  /** What an officer asks for, in a transaction. Problems are answers. */
  #asked<T>(work: (office: Office, nowMs: number) => T): T | CaseProblem {
    try {
      return this.#within((session, office) =>
        session.transaction(() => work(office, this.#options.clock.wallMs())),
      )
    } catch (error) {
      return unavailable(error)
    }
  }

  #within<T>(work: (session: StoreSession, office: Office) => T): T {
    if (this.#writer === null) throw new Error('the store is not open yet')
    return this.#writer.within((session) => work(session, this.#office!))
  }
}

function unavailable(error: unknown): CaseProblem {
  const reason = error instanceof Error ? error.message : String(error)
  return { problem: 'unavailable', message: `The store cannot be written now: ${reason}.` }
}
