/**
 * How many messages an hour a channel may send: the virtual scheduling form of a leaky bucket (ITU-T I.371, GCRA). All it
 * has to remember is one time.
 */

const HOUR_MS = 3_600_000

export interface Allowance {
  /** Messages that may be sent now. */
  readonly free: number
  /** What to remember once one of them is sent. */
  readonly afterOneMs: number
}

/**
 * What `perHour` leaves at `nowMs` to one that remembers `rememberedMs`. In no hour are there more than `perHour`; after
 * a long silence a tenth of them may go at once.
 */
export function allowanceAt(nowMs: number, rememberedMs: number, perHour: number): Allowance {
  const burst = Math.max(1, Math.floor(perHour / 10))
  const intervalMs = Math.ceil(HOUR_MS / (perHour - burst + 1))
  const longestMs = burst * intervalMs
  // What lies further ahead was remembered under other settings or another clock.
  const fullMs = rememberedMs > nowMs + longestMs ? nowMs : Math.max(rememberedMs, nowMs)
  return { free: Math.floor((nowMs + longestMs - fullMs) / intervalMs), afterOneMs: fullMs + intervalMs }
}
