/** A store with cases: hits in, officers' changes, and what is read of it. */
import { onTestFinished } from 'vitest'
import type { KeepSettings, UnitSettings } from '../../../../src/config/settings.ts'
import { Casework, type CaseworkSettings } from '../../../../src/detection/cases/casework.ts'
import type { CaseChanged, CaseProblem } from '../../../../src/detection/cases/desk.ts'
import type { EventBounds } from '../../../../src/detection/cases/event-log.ts'
import { CaseReader, type CaseSummary } from '../../../../src/detection/cases/queries.ts'
import { StoreReader } from '../../../../src/detection/queries.ts'
import { FakeStore, NOON, temporaryDirectory, type HitGiven } from '../setup.ts'

export { NOON, bytesOf, type HitGiven } from '../setup.ts'

export const HOUR = 3_600_000
export const DAY = 24 * HOUR
export const GRACE = HOUR

export const KEEP: KeepSettings = { level: null, hitsMonths: 12, casesMonths: 24, auditMonths: 24, holds: [] }

export function unitOf(
  id: string,
  networks: readonly string[],
  more: Partial<UnitSettings> = {},
): UnitSettings {
  return { id, name: '', networks, parent: null, contact: '', wan: [], code: '', ...more }
}

interface Given extends Partial<CaseworkSettings> {
  readonly eventBounds?: EventBounds
  readonly threads?: number
  readonly directory?: string
  /** Other databases that backups hold. */
  readonly beside?: readonly string[]
}

export class CaseStore {
  readonly store: FakeStore
  readonly reader: StoreReader
  readonly cases: CaseReader
  settings: CaseworkSettings
  work!: Casework
  readonly #eventBounds: EventBounds | undefined
  readonly #beside: readonly string[]

  constructor({
    eventBounds,
    threads = 1,
    directory = temporaryDirectory(),
    beside = [],
    ...settings
  }: Given = {}) {
    this.#beside = beside
    this.settings = { units: [], cases: { graceMs: GRACE }, keep: KEEP, ...settings }
    this.#eventBounds = eventBounds
    this.store = new FakeStore(threads, directory, (database) => this.work.openWitness(database))
    this.#open()
    this.reader = new StoreReader(directory, this.settings.units)
    this.cases = new CaseReader(this.reader)
    onTestFinished(() => this.reader.close())
    this.store.tick()
  }

  get nowMs(): number {
    return this.store.clock.wallMs()
  }

  /** The store thread dies, and another one begins. */
  restart(): void {
    this.store.restart()
    this.#open()
  }

  /** A hit at the time it is, committed by itself. */
  hit(given: HitGiven = {}): void {
    this.store.hit({
      at: this.nowMs,
      qname: (given.indicator as string | undefined) ?? 'evil.test',
      ...given,
    })
    this.store.tick(1)
  }

  /** Lets time pass. */
  pass(ms: number): void {
    this.store.clock.nowMs += ms
  }

  /** Does all the upkeep there is; returns how many ticks it took. */
  upkeep(): number {
    let ticks = 0
    do {
      this.pass(200)
      this.work.tick()
      ticks++
    } while (ticks < 20_000 && (!this.work.keeping.isSwept || ticks < 20))
    return ticks
  }

  configure(settings: Partial<CaseworkSettings>): void {
    this.settings = { ...this.settings, ...settings }
    this.work.configure(this.settings)
    this.reader.setUnits(this.settings.units)
  }

  /** An officer's change, made from the version there is. */
  change(id: number, to: string | null, more: Record<string, unknown> = {}): CaseChanged | CaseProblem {
    const version = this.cases.getCase(id)?.version ?? 1
    return this.work.change({ id, version, to, actor: 'lan', ...more })
  }

  /** Brings a case along a way of states. */
  bring(id: number, ...way: readonly string[]): void {
    for (const to of way) {
      const changed = this.change(id, to)
      if ('problem' in changed) throw new Error(changed.message)
    }
  }

  /** All cases, the oldest first. */
  all(): readonly CaseSummary[] {
    return this.cases.listCases({}, { limit: 1000 }).items.toReversed()
  }

  /** `1 2022 new 3`: id, campaign, state and hits of each case. */
  said(): string[] {
    return this.all().map(({ id, campaign, state, hits }) => `${id} ${campaign || '-'} ${state} ${hits}`)
  }

  /** `case-opened 1 new`: of all events but new pairs. */
  events(scope: 'all' | 'cases' = 'cases'): string[] {
    return this.cases
      .eventsAfter(0, 1000, scope)
      .events.map(({ kind, caseId, state }) => `${kind} ${caseId} ${state}`)
  }

  #open(): void {
    const { directory, clock, log } = this.store
    const bounds = this.#eventBounds
    this.work = new Casework({
      directory, settings: this.settings, clock, log, beside: this.#beside, ...(bounds === undefined ? {} : { eventBounds: bounds }),
    }) // prettier-ignore
    this.work.attach(this.store.storeWriter)
  }
}

export function minutesAfterNoon(minutes: number): number {
  return NOON + minutes * 60_000
}
