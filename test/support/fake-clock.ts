/** A clock a test sets: both times move together by `advance`, the wall clock alone by `setWall`. */
import type { Clock } from '../../src/clock.ts'

interface Timer {
  readonly intervalMs: number
  readonly tick: () => void
  dueMs: number
}

export class FakeClock implements Clock {
  #monotonicMs = 1_000_000
  #wallMs: number
  readonly #timers = new Set<Timer>()

  constructor(wallMs = Date.UTC(2024, 0, 1)) {
    this.#wallMs = wallMs
  }

  monotonicMs(): number {
    return this.#monotonicMs
  }

  wallMs(): number {
    return this.#wallMs
  }

  every(intervalMs: number, tick: () => void): () => void {
    const timer = { intervalMs, tick, dueMs: this.#monotonicMs + intervalMs }
    this.#timers.add(timer)
    return () => this.#timers.delete(timer)
  }

  /** Lets `ms` pass; timers that fall due on the way tick in their order. */
  advance(ms: number): void {
    const untilMs = this.#monotonicMs + ms
    for (;;) {
      const next = [...this.#timers]
        .filter(({ dueMs }) => dueMs <= untilMs)
        .toSorted((a, b) => a.dueMs - b.dueMs)[0]
      if (next === undefined) break
      this.#move(Math.max(next.dueMs - this.#monotonicMs, 0))
      next.dueMs += next.intervalMs
      next.tick()
    }
    this.#move(untilMs - this.#monotonicMs)
  }

  /** Sets the wall clock alone, as an administrator or NTP does. */
  setWall(ms: number): void {
    this.#wallMs = ms
  }

  #move(ms: number): void {
    this.#monotonicMs += ms
    this.#wallMs += ms
  }
}
