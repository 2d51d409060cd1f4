/**
 * The clock by which hits are dated. A machine whose battery is empty begins in 2000 or 2019 until it has asked for the
 * time: dated so, hits would stand before all others and be deleted as old. While the clock is plainly wrong time goes on
 * from the last hit there is, or the last change of a list; from the moment it is set, by the clock.
 */
import { statSync } from 'node:fs'
import { FIRST_POSSIBLE_MS, isPossible, type Clock } from '../clock.ts'
import type { Logger } from '../log/log.ts'
import { ReadConnection, StoreUnavailable } from './read-connection.ts'

export class BelievedClock implements Clock {
  readonly #clock: Clock
  readonly #lastKnownMs: () => number | null
  readonly #log: Pick<Logger, 'info' | 'error'>
  /** What is added to a time that is plainly wrong. */
  #shiftMs = 0
  #isDoubted = false

  /** `lastKnownMs`: of what is known to have happened the latest. */
  constructor(clock: Clock, lastKnownMs: () => number | null, log: Pick<Logger, 'info' | 'error'>) {
    this.#clock = clock
    this.#lastKnownMs = lastKnownMs
    this.#log = log
  }

  monotonicMs(): number {
    return this.#clock.monotonicMs()
  }

  every(intervalMs: number, tick: () => void): () => void {
    return this.#clock.every(intervalMs, tick)
  }

  wallMs(): number {
    const nowMs = this.#clock.wallMs()
    if (!isPossible(nowMs)) return this.#shifted(nowMs)
    if (this.#isDoubted)
      this.#log.info({ clock: dateText(nowMs) }, 'the clock is right again: hits are dated by it')
    this.#isDoubted = false
    return nowMs
  }

  /** The date of a hit that the machine's clock has dated `ms`, maybe a moment before it was set. */
  date(ms: number): number {
    return isPossible(ms) ? ms : this.#shifted(ms)
  }

  #shifted(ms: number): number {
    // It may also be set from one impossible time to another.
    if ((!this.#isDoubted && !isPossible(this.#clock.wallMs())) || !isPossible(ms + this.#shiftMs))
      this.#doubt(ms)
    return ms + this.#shiftMs
  }

  #doubt(ms: number): void {
    this.#isDoubted = true
    const fromMs = Math.max(FIRST_POSSIBLE_MS, this.#lastKnownMs() ?? 0)
    this.#shiftMs = fromMs - ms
    this.#log.error(
      { clock: dateText(ms), datedFrom: dateText(fromMs) },
      'the clock is plainly wrong: hits are dated from the last one on until it is set',
    )
  }
}

/**
 * The latest thing known to have happened here: the last hit in the store of `directory`, or when one of `files`
 * (configuration, lists) was written. Null: nothing is known.
 */
export function lastKnownMs(directory: string, files: readonly string[]): number | null {
  const known = [lastHitMs(directory), ...files.map(writtenMs)].filter((ms) => isPossible(ms))
  return known.length === 0 ? null : Math.max(...known)
}

/** NaN: there is none, or it cannot be read. */
function lastHitMs(directory: string): number {
  const connection = new ReadConnection(directory)
  try {
    return Number(connection.ask('SELECT max(last_seen) AS at FROM client')[0]!['at'] ?? NaN)
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error
    return NaN
  } finally {
    connection.close()
  }
}

function writtenMs(file: string): number {
  try {
    return Math.trunc(statSync(file).mtimeMs)
  } catch {
    return NaN
  }
}

function dateText(ms: number): string {
  const date = new Date(ms)
  return Number.isNaN(date.getTime()) ? String(ms) : date.toISOString()
}
