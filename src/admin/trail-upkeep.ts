/**
 * What the audit trail needs every hour: rows that say what was deleted of the store, and the end of rows that are too old,
 * as `keep.audit` says. They go only once the store has deleted as of today: it does not believe a clock that jumped ahead,
 * and a trail that was pruned too early is gone. Never while a legal hold is in force. Reports of wrong blocks, which hold
 * addresses, go by the same look, as cases do.
 */
import { setImmediate } from 'node:timers/promises'
import type { Accounts } from '../accounts/accounts.ts'
import { AccountsUnavailable } from '../accounts/fault.ts'
import { NOBODY } from '../accounts/principal.ts'
import type { Clock } from '../clock.ts'
import type { KeepSettings } from '../config/settings.ts'
import { cutoffMs, dayOf } from '../detection/cases/keeping.ts'
import type { CaseReader } from '../detection/cases/queries.ts'
import { StoreUnavailable } from '../detection/queries.ts'
import type { Logger } from '../log/log.ts'
import type { Mail } from '../metrics/thread-status.ts'
import type { BlockReports } from '../review/block-reports.ts'
import { ReviewError } from '../review/problem.ts'
import { MailError } from '../thread/mail.ts'

export interface TrailUpkeepOptions {
  readonly trail: Pick<Accounts['trail'], 'append' | 'prune' | 'read'>
  readonly reports: Pick<BlockReports, 'prune'>
  readonly mail: Mail
  readonly cases: Pick<CaseReader, 'sweptDay' | 'listDeletions'>
  readonly keep: () => KeepSettings
  readonly clock: Clock
  readonly log: Pick<Logger, 'info' | 'warn' | 'error'>
}

const HOUR_MS = 3_600_000
/** Who does it: the program itself. */
const CALLER = { principal: NOBODY, source: 'keep' }
/** Kinds of things that are deleted in a day, by all rules, many times over. */
const DELETIONS_AT_ONCE = 100

export class TrailUpkeep {
  readonly #options: TrailUpkeepOptions
  readonly #stop: () => void
  #isRunning = false
  #isClosed = false

  /** Begins to look every hour. */
  constructor(options: TrailUpkeepOptions) {
    this.#options = options
    this.#stop = options.clock.every(HOUR_MS, () => void this.run())
  }

  /** Does what there is to do; resolves with how many rows were pruned. Never rejects. */
  async run(): Promise<number> {
    if (this.#isRunning || this.#isClosed) return 0
    this.#isRunning = true
    try {
      this.#recordDeletions()
      if (!(await this.#mayPrune())) return 0
      this.#pruneReports()
      return await this.#prune()
    } catch (error) {
      const isTold =
        error instanceof AccountsUnavailable ||
        error instanceof MailError ||
        error instanceof StoreUnavailable
      // Whose trouble it is has told the log why, and in an hour it is tried again.
      if (!isTold) this.#options.log.error({ error }, 'upkeep of the audit trail failed')
      return 0
    } finally {
      this.#isRunning = false
    }
  }

  close(): void {
    this.#isClosed = true
    this.#stop()
  }

  /** What went on days that are over, and is not in the trail yet: the store's own record is of one file with the hits. */
  #recordDeletions(): void {
    const { cases, clock, trail } = this.#options
    const [last] = trail.read({ action: 'data.delete', limit: 1 }).items
    const recordedMs = last === undefined ? 0 : untilOf(last.details)
    const today = dayOf(clock.wallMs())
    const { items } = cases.listDeletions({ limit: DELETIONS_AT_ONCE })
    const gone = items.filter(({ to }) => to > recordedMs && dayOf(to) < today)
    if (gone.length === 0) return
    const until = Math.max(...gone.map(({ to }) => to))
    const deleted = gone.toReversed().map(({ what, rule, amount }) => ({ what, rule, amount }))
    trail.append(CALLER, { action: 'data.delete', target: 'store', details: { until, deleted } })
  }

  async #mayPrune(): Promise<boolean> {
    const { mail, cases, clock } = this.#options
    const { isHeld } = await mail.request<{ readonly isHeld: boolean }>('store', 'store/upkeep')
    return !isHeld && cases.sweptDay() === dayOf(clock.wallMs())
  }

  #pruneReports(): void {
    const { reports, keep, clock, log } = this.#options
    try {
      const gone = reports.prune(cutoffMs(clock.wallMs(), keep().casesMonths))
      if (gone > 0) log.info({ reports: gone }, 'old reports of wrong blocks are deleted')
    } catch (error) {
      // The trail does not wait for a database that cannot be used.
      if (!(error instanceof ReviewError)) throw error
    }
  }

  async #prune(): Promise<number> {
    const { trail, keep, clock, log } = this.#options
    const { hitsMonths, auditMonths } = keep()
    const nowMs = clock.wallMs()
    const kept = (months: number): number => nowMs - cutoffMs(nowMs, months)
    const retention = { trailKeptMs: kept(auditMonths), hitsKeptMs: kept(hitsMonths) }
    let rows = 0
    while (!this.#isClosed) {
      const pruned = trail.prune(CALLER, retention)
      if ('kind' in pruned) {
        log.error({ ...pruned }, 'the audit trail is broken: nothing of it is pruned')
        break
      }
      rows += pruned.rows
      if (!pruned.isPartial) break
      await setImmediate()
    }
    if (rows > 0) log.info({ rows }, 'old rows of the audit trail are pruned')
    return rows
  }
}

/** Up to when a row tells what was deleted; 0 where somebody has changed it: told again is better than never. */
function untilOf(details: string): number {
  try {
    const { until } = JSON.parse(details) as { readonly until?: unknown }
    return typeof until === 'number' ? until : 0
  } catch {
    return 0
  }
}
