/**
 * A clock that is read once a batch. Two readings a query cost a twentieth of a cached answer (benchmark: compare.py
 * mix), and all queries of one batch have come at the same moment as far as anybody can tell.
 */
import type { Clock } from '../clock.ts'

export class BatchClock implements Clock {
  readonly #clock: Clock
  #monotonicMs = 0
  #wallMs = 0
  #isStale = true

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** From now on it is later: at the start of a batch, of a tick, of whatever else the event loop calls. */
  readonly move = (): void => {
    this.#isStale = true
  }

  monotonicMs(): number {
    if (this.#isStale) this.#read()
    return this.#monotonicMs
  }

  wallMs(): number {
    if (this.#isStale) this.#read()
    return this.#wallMs
  }

  every(intervalMs: number, tick: () => void): () => void {
    return this.#clock.every(intervalMs, () => {
      this.move()
      tick()
    })
  }

  #read(): void {
    this.#monotonicMs = this.#clock.monotonicMs()
    this.#wallMs = this.#clock.wallMs()
    this.#isStale = false
  }
}
