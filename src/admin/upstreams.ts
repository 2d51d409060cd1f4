/** One line an upstream, from what each resolver thread has seen of it. */
import type { Known, ResolverStatus } from '../metrics/thread-status.ts'
import type { UpstreamStatus } from '../upstream/upstream.ts'

/** Counts are summed, states are those of the thread that fares best, round trips averaged. */
export function mergeUpstreams(resolvers: Iterable<Known<ResolverStatus>>): UpstreamStatus[] {
  const merged = new Map<string, UpstreamStatus[]>()
  for (const { value } of resolvers) {
    for (const upstream of value?.upstreams ?? []) {
      const key = `${upstream.group} ${upstream.name}`
      merged.set(key, [...(merged.get(key) ?? []), upstream])
    }
  }
  return [...merged.values()].map(merge)
}

function merge(seen: readonly UpstreamStatus[]): UpstreamStatus {
  const first = seen[0]!
  const best = seen.find(({ state }) => state === 'up') ?? first
  const sum = (read: (upstream: UpstreamStatus) => number): number =>
    seen.reduce((total, one) => total + read(one), 0)
  const measured = seen.flatMap(({ rttMs }) => (rttMs === null ? [] : [rttMs]))
  const reasons = Object.keys(first.failures) as (keyof UpstreamStatus['failures'])[]
  return {
    ...best,
    rttMs: measured.length === 0 ? null : measured.reduce((total, ms) => total + ms, 0) / measured.length,
    requests: sum(({ requests }) => requests),
    failures: Object.fromEntries(
      reasons.map((reason) => [reason, sum(({ failures }) => failures[reason])]),
    ) as UpstreamStatus['failures'],
    sockets: sum(({ sockets }) => sockets),
    tcpConnections: sum(({ tcpConnections }) => tcpConnections),
    edns: seen.some(({ edns }) => edns === 'off') ? 'off' : 'on',
    ednsOffUntil: seen.reduce<number | null>((latest, { ednsOffUntil }) => later(latest, ednsOffUntil), null),
    case: seen.some((one) => one.case === 'off') ? 'off' : 'on',
    lastAnswerAt: seen.reduce<number | null>((latest, { lastAnswerAt }) => later(latest, lastAnswerAt), null),
  }
}

function later(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b)
}
