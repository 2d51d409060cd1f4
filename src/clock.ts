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
