/**
 * A few shared words: which policy snapshot is in force, who has changed over to it, who is alive, and until when
 * blocking is paused.
 *
 *   word 0            snapshot generation   0: none yet; generation g lives in slot g & 1
 *   word 1            overlay generation    the same for the overlay
 *   word 2, 3         paused until          64-bit float, milliseconds since 1970; 0: not paused
 *   word 4 + 4 i      resolver i: acknowledged snapshot generation, -1 when it reads none
 *   word 5 + 4 i                  acknowledged overlay generation
 *   word 6 + 4 i                  heartbeat, moves at least once a second
 *   word 7 + 4 i                  1 while it answers
 */
import { MAX_WORKERS } from '../config/settings.ts'

const WORDS = 4 + 4 * MAX_WORKERS
export const CONTROL_BYTES = WORDS * 4

const PAUSED_UNTIL_BYTE = 8
const NOT_READING = -1

/** The two things that are swapped by generation. */
export const Swapped = { snapshot: 0, overlay: 1 } as const
export type Swapped = (typeof Swapped)[keyof typeof Swapped]

export class ControlWords {
  readonly #words: Int32Array
  readonly #pausedUntil: Float64Array
  readonly #workers: number

  constructor(memory: SharedArrayBuffer, workers: number) {
    this.#words = new Int32Array(memory, 0, WORDS)
    this.#pausedUntil = new Float64Array(memory, PAUSED_UNTIL_BYTE, 1)
    this.#workers = workers
  }

  /** The generation in force; 0 before the first. */
  generation(what: Swapped): number {
    return Atomics.load(this.#words, what)
  }

  /**
   * Whether there is another generation than `seen`, for a look at every query: a plain read, which costs a tenth of an
   * atomic one. Whoever hears yes asks `generation`, and by that sees what its slot holds.
   */
  hasMoved(what: Swapped, seen: number): boolean {
    return this.#words[what] !== seen
  }

  /** Puts the next generation in force; its slot must be ready, `allRead` true before it was written. */
  publish(what: Swapped): number {
    return Atomics.add(this.#words, what, 1) + 1
  }

  /** A resolver thread says it reads `generation` and nothing older any more. */
  acknowledge(worker: number, what: Swapped, generation: number): void {
    Atomics.store(this.#words, 4 + 4 * worker + what, generation)
  }

  acknowledged(worker: number, what: Swapped): number {
    return Atomics.load(this.#words, 4 + 4 * worker + what)
  }

  /** Main says a resolver thread is gone: it reads nothing, answers nothing. */
  forget(worker: number): void {
    this.acknowledge(worker, Swapped.snapshot, NOT_READING)
    this.acknowledge(worker, Swapped.overlay, NOT_READING)
    Atomics.store(this.#words, 7 + 4 * worker, 0)
  }

  /** True when no thread reads an older generation: the other slot may be written. */
  allRead(what: Swapped): boolean {
    const current = this.generation(what)
    for (let worker = 0; worker < this.#workers; worker++) {
      const seen = this.acknowledged(worker, what)
      if (seen !== NOT_READING && seen !== current) return false
    }
    return true
  }

  beat(worker: number): void {
    Atomics.add(this.#words, 6 + 4 * worker, 1)
  }

  heartbeat(worker: number): number {
    return Atomics.load(this.#words, 6 + 4 * worker)
  }

  setAnswering(worker: number): void {
    Atomics.store(this.#words, 7 + 4 * worker, 1)
  }

  isAnswering(worker: number): boolean {
    return Atomics.load(this.#words, 7 + 4 * worker) === 1
  }

  get pausedUntilMs(): number {
    return this.#pausedUntil[0]!
  }

  set pausedUntilMs(wallMs: number) {
    this.#pausedUntil[0] = wallMs
  }
}

/**
 * Waits until the slot that is not in use may be written. Rejects after `timeoutMs`: a resolver thread is stuck and
 * main will replace it; trying again then succeeds.
 */
export async function untilAllRead(words: ControlWords, what: Swapped, timeoutMs = 15_000): Promise<void> {
  const deadline = performance.now() + timeoutMs
  while (!words.allRead(what)) {
    if (performance.now() > deadline)
      throw new Error('a resolver thread has not changed over to the last snapshot')
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}
