/**
 * How many resolver threads queries go to. Where one can do the work of all, all go to it: two threads that are half
 * asleep do the same on colder caches and wake twice as often, which costs up to half as much again (benchmark:
 * `npm run bench workers`). Where it has much to do, or does not answer, the others take part at once.
 */

/** How often the threads are looked at. */
export const LOOK_MS = 100
/** Shares of a core that all threads together use below which one will do. */
const CALM_SHARE = 0.65
/** For how long it has to be calm. */
const CALM_LOOKS = 20
/** Share of the one thread at which the others take part. */
const BUSY_SHARE = 0.7

export interface GatheringParts {
  readonly workers: number
  /** The share of a core a thread uses, 0 to 1. Not how long it is busy: on a crowded machine that is mostly waiting. */
  readonly cpuShare: (worker: number) => number
  readonly isAnswering: (worker: number) => boolean
  /** Sends all queries to one thread, or with null to all of them. */
  readonly steer: (worker: number | null) => void
}

export class Gathering {
  readonly #parts: GatheringParts
  #on: number | null = null
  #calmLooks = 0

  /** At first queries go to all. */
  constructor(parts: GatheringParts) {
    this.#parts = parts
  }

  /** The thread all queries go to, or null. */
  get on(): number | null {
    return this.#on
  }

  /** Looks how busy the threads are and steers anew where that has changed. Throws what `steer` throws. */
  look(): void {
    const { workers, cpuShare, isAnswering, steer } = this.#parts
    const shares = Array.from({ length: workers }, (_, worker) => cpuShare(worker))
    const on = this.#next(shares, isAnswering)
    if (on === this.#on) return
    steer(on)
    this.#on = on
  }

  #next(shares: readonly number[], isAnswering: (worker: number) => boolean): number | null {
    if (this.#on !== null) {
      this.#calmLooks = 0
      if (shares[this.#on]! > BUSY_SHARE) return null
      return isAnswering(this.#on) ? this.#on : firstOf(shares.length, isAnswering)
    }
    const isCalm = shares.reduce((sum, share) => sum + share, 0) < CALM_SHARE
    this.#calmLooks = isCalm ? this.#calmLooks + 1 : 0
    return this.#calmLooks < CALM_LOOKS ? null : firstOf(shares.length, isAnswering)
  }
}

function firstOf(workers: number, isAnswering: (worker: number) => boolean): number | null {
  for (let worker = 0; worker < workers; worker++) if (isAnswering(worker)) return worker
  return null
}
