/** What share of a core a worker thread uses. Time it waits for a core is not in it, as it is in how long it is busy. */
import type { Worker } from 'node:worker_threads'
import type { Clock } from '../clock.ts'

export class CpuShare {
  readonly #worker: Pick<Worker, 'cpuUsage'>
  readonly #clock: Clock
  /** CPU time it had used at the last reading, and when that was. */
  #usedMs = 0
  #atMs: number
  #share = 0
  #isReading = false

  /** From the start of the worker on. */
  constructor(worker: Pick<Worker, 'cpuUsage'>, clock: Clock) {
    this.#worker = worker
    this.#clock = clock
    this.#atMs = clock.monotonicMs()
  }

  /**
   * The share between the last two readings, 0 to 1, and 0 before there was one. Asks for the next: the worker says so
   * a moment later; one that hangs never does, and what it said last stands.
   */
  look(): number {
    if (!this.#isReading) {
      this.#isReading = true
      // One that is ending rejects: it uses nothing.
      this.#worker.cpuUsage().then(
        ({ user, system }) => this.#noteMs((user + system) / 1000),
        () => this.#noteMs(this.#usedMs),
      )
    }
    return this.#share
  }

  #noteMs(usedMs: number): void {
    const atMs = this.#clock.monotonicMs()
    if (atMs > this.#atMs) this.#share = (usedMs - this.#usedMs) / (atMs - this.#atMs)
    this.#usedMs = usedMs
    this.#atMs = atMs
    this.#isReading = false
  }
}
