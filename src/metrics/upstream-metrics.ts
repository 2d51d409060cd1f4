/** Upstreams, summed over the resolver threads. Labels: the configured servers and a fixed set of reasons. */
import type { Counters } from './counters.ts'
import { single, type Declarations, type Sample } from './declare.ts'
import { GrowingSum } from './growing-sum.ts'
import type { UpstreamStatus } from '../upstream/upstream.ts'
import type { StatusBoard } from './thread-status.ts'

/** The number of the group of general upstreams; the others belong to `forward`, in its order. */
const GENERAL = 0

export function declareUpstreamMetrics(
  declare: Declarations,
  board: StatusBoard,
  threads: readonly Counters[],
): void {
  const requests = new GrowingSum()
  const failures = new GrowingSum()
  const sum = (name: 'upstreamPending' | 'upstreamTcp' | 'upstreamMismatched') => () =>
    single(threads.reduce((total, counters) => total + counters.named(name), 0))

  declare.counter(
    'upstream_requests_total',
    'Queries sent to an upstream, repetitions included.',
    ['upstream'],
    () => {
      const totals = new Map<string, number>()
      forEachUpstream(board, (thread, { name, group, requests: count }) =>
        add(totals, name, requests.note(`${thread} ${group} ${name}`, count)),
      )
      return samples(totals)
    },
  )
  declare.counter('upstream_failures_total', 'Queries to an upstream that came to nothing, by reason.', ['upstream', 'reason'], () => {
    const totals = new Map<string, Map<string, number>>()
    forEachUpstream(board, (thread, { name, group, failures: reasons }) => {
      const upstream = totals.get(name) ?? new Map<string, number>()
      totals.set(name, upstream)
      for (const [reason, count] of Object.entries(reasons)) {
        add(upstream, reason, failures.note(`${thread} ${group} ${name} ${reason}`, count))
      }
    })
    return [...totals].flatMap(([upstream, reasons]) =>
      [...reasons].map(([reason, count]) => [{ upstream, reason }, count] as const),
    )
  }) // prettier-ignore
  declare.gauge('upstream_rtt_seconds', 'Smoothed round trip to an upstream, the mean of all threads.', ['upstream'], () => {
    const sums = new Map<string, { total: number; threads: number }>()
    forEachUpstream(board, (_thread, { name, rttMs }) => {
      if (rttMs === null) return
      const { total, threads } = sums.get(name) ?? { total: 0, threads: 0 }
      sums.set(name, { total: total + rttMs / 1000, threads: threads + 1 })
    })
    return [...sums].map(([upstream, { total, threads }]) => [{ upstream }, total / threads] as const)
  }) // prettier-ignore
  declare.gauge('upstream_up', '1 while at least one resolver thread takes the upstream for usable.', ['upstream'], () => {
    const up = new Map<string, number>()
    forEachUpstream(board, (_thread, { name, state }) =>
      up.set(name, Math.max(up.get(name) ?? 0, state === 'up' ? 1 : 0)),
    )
    return samples(up)
  }) // prettier-ignore
  declare.gauge('upstreams_usable', 'Upstreams of a group that at least one resolver thread takes for usable.', ['group'], () => {
    const groups = new Map<string, Set<string>>()
    forEachUpstream(board, (_thread, { name, group, state }) => {
      const label = group === GENERAL ? 'general' : `forward[${group - 1}]`
      const usable = groups.get(label) ?? new Set()
      groups.set(label, state === 'up' ? usable.add(name) : usable)
    })
    return [...groups].map(([group, usable]) => [{ group }, usable.size] as const)
  }) // prettier-ignore
  declare.gauge('upstream_pending', 'Questions on their way upstream now.', [], sum('upstreamPending'))
  declare.counter('upstream_tcp_total', 'Questions put to an upstream over TCP.', [], sum('upstreamTcp'))
  declare.counter('upstream_mismatched_total', 'Packets from upstream addresses that answered no question of ours.', [], sum('upstreamMismatched')) // prettier-ignore
}

function forEachUpstream(
  board: StatusBoard,
  visit: (thread: string, upstream: UpstreamStatus) => void,
): void {
  for (const [thread, { value }] of board.resolvers) {
    for (const upstream of value?.upstreams ?? []) visit(thread, upstream)
  }
}

function add(totals: Map<string, number>, key: string, amount: number): void {
  totals.set(key, (totals.get(key) ?? 0) + amount)
}

function samples(values: ReadonlyMap<string, number>): Sample<'upstream'>[] {
  return [...values].map(([upstream, value]) => [{ upstream }, value])
}
