/** Long work in short pieces, so that others get the thread in between. */
import type { Clock } from '../clock.ts'

/** Longest piece, about. */
const PIECE_MS = 12

export class Breath {
  readonly #clock: Clock
  #sinceMs: number

  constructor(clock: Clock) {
    this.#clock = clock
    this.#sinceMs = clock.monotonicMs()
  }

  /** Lets the event loop go round when this piece has lasted long enough. */
  async pause(): Promise<void> {
    if (this.#clock.monotonicMs() - this.#sinceMs < PIECE_MS) return
    await new Promise((resolve) => setImmediate(resolve))
    this.#sinceMs = this.#clock.monotonicMs()
  }

  /** Runs `steps` to their end, with pauses between them. */
  async run<T>(steps: Generator<void, T>): Promise<T> {
    for (;;) {
      const step = steps.next()
      if (step.done === true) return step.value
      await this.pause()
    }
  }
}
