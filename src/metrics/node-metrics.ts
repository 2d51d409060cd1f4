/** Other nodes whose hits are taken over, as configured. */
import type { NodeStatus } from '../nodes/node-status.ts'
import type { Declarations, Sample } from './declare.ts'

export function declareNodeMetrics(declare: Declarations, status: () => readonly NodeStatus[]): void {
  const read = (count: (node: NodeStatus) => number | null) => (): Sample<'node'>[] =>
    status().map((node) => [{ node: node.id }, count(node) ?? NaN])
  declare.gauge('node_up', 'Whether the last attempt to take over its hits succeeded.', ['node'], read(({ state }) => (state === 'failing' ? 0 : state === 'waiting' ? null : 1))) // prettier-ignore
  declare.gauge('node_lag_seconds', 'Since when what it saw may be missing here; none until all was here once.', ['node'], read(({ lagMs }) => lagMs === null ? null : lagMs / 1000)) // prettier-ignore
  declare.gauge('node_clock_ahead_seconds', 'How far its clock is ahead of this one, to the second.', ['node'], read(({ clockAheadMs }) => clockAheadMs === null ? null : Math.round(clockAheadMs / 1000))) // prettier-ignore
  declare.counter(
    'node_hits_total',
    'Hits taken over since the start.',
    ['node'],
    read(({ hits }) => hits),
  )
  declare.counter('node_failures_total', 'Attempts that came to nothing.', ['node'], read(({ failures }) => failures)) // prettier-ignore
}
