/**
 * The only place that knows the time. Everything that measures, expires or stamps takes a `Clock`, so that
 * tests set the time and never sleep. Durations by the monotonic clock, dates by the wall clock.
 */
export interface Clock {
  /** Milliseconds since an arbitrary start; never jumps. */
  monotonicMs(): number
  /** Milliseconds since 1970-01-01T00:00:00Z; jumps when the machine's clock is set. */
  wallMs(): number
  /** Calls `tick` about every `intervalMs`; does not keep the process alive. Returns what stops it. */
  every(intervalMs: number, tick: () => void): () => void
}

/** No version of this program, and no Node it runs on, is older. */
export const FIRST_POSSIBLE_MS = Date.UTC(2026, 0, 1)
/** No version of it will run by then. */
const LAST_POSSIBLE_MS = Date.UTC(2046, 0, 1)

/** Whether it can be that late, milliseconds since 1970; false: the clock that says so is plainly wrong. */
export function isPossible(ms: number): boolean {
  return ms >= FIRST_POSSIBLE_MS && ms < LAST_POSSIBLE_MS
}

/** The machine's own clocks. */
export const systemClock: Clock = {
  monotonicMs: () => performance.now(),
  wallMs: () => Date.now(),
  every(intervalMs, tick) {
    const timer = setInterval(tick, intervalMs)
    timer.unref()
    return () => clearInterval(timer)
  },
}
