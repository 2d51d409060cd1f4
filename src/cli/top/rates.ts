/** What the counters say of the last moments: rates by outcome, times that half and nearly all answers kept to. */
import type { TrafficReply } from '../../admin/routes/traffic.ts'

export interface Rates {
  /** Queries a second. */
  readonly queries: number
  /** Answers a second, by outcome; those above none. */
  readonly outcomes: readonly { readonly outcome: string; readonly perSecond: number }[]
  readonly receiveDrops: number
}

/** Between two looks. None where the server was started anew between them, or the counters stood still in time. */
export function ratesBetween(before: TrafficReply, after: TrafficReply): Rates | null {
  const seconds = after.upSeconds - before.upSeconds
  if (seconds <= 0) return null
  const queries = (traffic: TrafficReply): number => traffic.queries.udp + traffic.queries.tcp
  const outcomes = Object.entries(after.answers)
    .map(([outcome, count]) => ({ outcome, perSecond: (count - (before.answers[outcome] ?? 0)) / seconds }))
    .filter(({ perSecond }) => perSecond > 0)
    .toSorted((a, b) => b.perSecond - a.perSecond)
  return {
    queries: (queries(after) - queries(before)) / seconds,
    outcomes,
    receiveDrops: after.receiveDrops - before.receiveDrops,
  }
}

export interface Latency {
  readonly outcome: string
  /** Seconds within which half of the answers were given, and 99 of 100; null: longer than the histogram tells. */
  readonly half: number | null
  readonly most: number | null
}

/** Of the outcomes with answers between two looks, the most frequent first. */
export function latenciesBetween(before: TrafficReply, after: TrafficReply): Latency[] {
  const found = Object.entries(after.durations).map(([outcome, counts]) => {
    const old = before.durations[outcome] ?? []
    const fresh = counts.map((count, bucket) => count - (old[bucket] ?? 0))
    const total = fresh.reduce((sum, count) => sum + count, 0)
    return { outcome, fresh, total }
  })
  return found
    .filter(({ total }) => total > 0)
    .toSorted((a, b) => b.total - a.total)
    .map(({ outcome, fresh, total }) => ({
      outcome,
      half: boundOf(fresh, total * 0.5, after.bounds),
      most: boundOf(fresh, total * 0.99, after.bounds),
    }))
}

/** The upper bound of the bucket in which the answer numbered `rank` is. */
function boundOf(counts: readonly number[], rank: number, bounds: readonly number[]): number | null {
  let sum = 0
  for (const [bucket, count] of counts.entries()) {
    sum += count
    if (sum >= rank) return bounds[bucket] ?? null
  }
  return null
}
