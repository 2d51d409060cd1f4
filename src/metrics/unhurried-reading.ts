/**
 * What a scrape shows of the store. To count what stands there takes 50 ms where there are 10,000 machines: longer than a
 * scrape, or a query for the page of an officer that comes meanwhile, should wait. Where it takes long, a scrape shows
 * what was read last, and it is read again once that scrape is answered, for the next one.
 */
import type { Clock } from '../clock.ts'

/** As long a reading is waited for. */
const CHEAP_MS = 3
/** A scrape is answered by then. */
const AFTER_SCRAPE_MS = 100
/** Readings that find nothing new cost nothing: what one costs is forgotten slowly. */
const FORGETTING = 0.9

export class UnhurriedReading {
  readonly #read: () => unknown
  readonly #clock: Clock
  readonly #later: (task: () => Promise<void>) => void
  /** Null before the first reading. */
  #costMs: number | null = null
  #isDue = false

  /** `read` keeps what it reads; `later` runs a task when the scrape that goes on now has been answered. */
  constructor(read: () => unknown, clock: Clock, later = afterScrape) {
    this.#read = read
    this.#clock = clock
    this.#later = later
  }

  /** Reads now, or soon. */
  async refresh(): Promise<void> {
    if (this.#costMs === null || this.#costMs <= CHEAP_MS) return this.#measured()
    if (this.#isDue) return
    this.#isDue = true
    this.#later(async () => {
      this.#isDue = false
      await this.#measured()
    })
  }

  async #measured(): Promise<void> {
    const beganMs = this.#clock.monotonicMs()
    await this.#read()
    this.#costMs = Math.max(this.#clock.monotonicMs() - beganMs, (this.#costMs ?? 0) * FORGETTING)
  }
}

function afterScrape(task: () => Promise<void>): void {
  setTimeout(() => void task(), AFTER_SCRAPE_MS).unref()
}
