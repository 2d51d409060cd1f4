/** Queries and answers of all resolver threads since the start, read from shared memory: nobody is asked, nothing waits. */
import {
  DURATION_BUCKETS,
  OUTCOMES,
  type Counters,
  type Outcome,
  type OutcomeName,
} from '../metrics/counters.ts'

export interface Traffic {
  /** Queries that came, by transport. */
  readonly queries: { readonly udp: number; readonly tcp: number }
  /** Queries finished, by what became of them. */
  readonly answers: Readonly<Record<OutcomeName, number>>
  /** Answers that took no longer than a bound, and longer than the one before it; the last: longer than all bounds. */
  readonly durations: Readonly<Record<OutcomeName, readonly number[]>>
  /** Datagrams the kernel dropped because a receive buffer was full. */
  readonly receiveDrops: number
  readonly cacheEntries: number
}

/** Upper bounds of `durations`, seconds. */
export const DURATION_BOUNDS: readonly number[] = DURATION_BUCKETS

/** The sums over `threads`. */
export function readTraffic(threads: readonly Counters[]): Traffic {
  const sum = (read: (counters: Counters) => number): number =>
    threads.reduce((total, counters) => total + read(counters), 0)
  const byOutcome = <T>(read: (outcome: Outcome) => T): Record<OutcomeName, T> =>
    Object.fromEntries(OUTCOMES.map((name, outcome) => [name, read(outcome as Outcome)])) as Record<
      OutcomeName,
      T
    >
  return {
    queries: { udp: sum((counters) => counters.queries(0)), tcp: sum((counters) => counters.queries(1)) },
    answers: byOutcome((outcome) => sum((counters) => counters.answers(outcome))),
    durations: byOutcome((outcome) => {
      const parts = threads.map((counters) => counters.durations(outcome).buckets)
      return Array.from({ length: DURATION_BUCKETS.length + 1 }, (_, bucket) =>
        parts.reduce((total, buckets) => total + buckets[bucket]!, 0),
      )
    }),
    receiveDrops: sum((counters) => counters.named('udpReceiveDrops')),
    cacheEntries: sum((counters) => counters.named('cacheEntries')),
  }
}
