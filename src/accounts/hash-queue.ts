/**
 * Password hashes one after the other. Each takes a thread of the pool, a core and megabytes; a flood of sign-ins must
 * not take them from the queries, so that few may wait and the rest is told to come back.
 */

/** How many may wait behind the one that runs: about a second. */
const WAITING_MAX = 8

export class HashQueue {
  readonly #waitingMax: number
  readonly #waiting: (() => void)[] = []
  #isRunning = false

  constructor(waitingMax = WAITING_MAX) {
    this.#waitingMax = waitingMax
  }

  get isFull(): boolean {
    return this.#isRunning && this.#waiting.length >= this.#waitingMax
  }

  /** Runs `work` when those before it are done; null, and `work` is not run, where too many wait. Rejects as `work` does. */
  async run<T>(work: () => Promise<T>): Promise<T | null> {
    if (this.isFull) return null
    if (this.#isRunning) await new Promise<void>((resolve) => void this.#waiting.push(resolve))
    this.#isRunning = true
    try {
      return await work()
    } finally {
      const next = this.#waiting.shift()
      // Stays taken where somebody waits: nobody slips in before them.
      if (next === undefined) this.#isRunning = false
      else next()
    }
  }
}
