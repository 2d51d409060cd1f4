/** The hearts of the resolver threads, looked at by main: one that stands still while its thread should answer is told. */
import type { ControlWords } from './control-words.ts'

/** Looks without a beat before a thread is given up. Long enough for a machine that swaps. */
const MISSED_BEATS = 10

export class Hearts {
  readonly #words: Pick<ControlWords, 'heartbeat' | 'isAnswering'>
  readonly #beats: { count: number; missed: number }[]

  constructor(words: Pick<ControlWords, 'heartbeat' | 'isAnswering'>, workers: number) {
    this.#words = words
    this.#beats = Array.from({ length: workers }, () => ({ count: -1, missed: 0 }))
  }

  /** One look; returns the resolver threads that do not move any more, each once. */
  look(): number[] {
    return this.#beats.flatMap((beat, worker) => {
      const count = this.#words.heartbeat(worker)
      beat.missed = count === beat.count && this.#words.isAnswering(worker) ? beat.missed + 1 : 0
      beat.count = count
      if (beat.missed < MISSED_BEATS) return []
      beat.missed = 0
      return [worker]
    })
  }
}
