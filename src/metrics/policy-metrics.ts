/** Lists, the snapshot in force, and the hits on them. Labels: ids of configured lists and the few client states. */
import type { Clock } from '../clock.ts'
import type { ListStatus } from '../lists/status.ts'
import { Swapped, type ControlWords } from '../thread/control-words.ts'
import type { Counters } from './counters.ts'
import { single, type Declarations } from './declare.ts'
import { NONE } from './figure-metrics.ts'
import { GrowingSum } from './growing-sum.ts'
import type { StatusBoard } from './thread-status.ts'

export function declarePolicyMetrics(
  declare: Declarations,
  board: StatusBoard,
  threads: readonly Counters[],
  words: ControlWords,
  clock: Clock,
): void {
  const lists = (): readonly ListStatus[] => board.lists.value?.lists ?? []
  const failures = new GrowingSum()
  const hits = new GrowingSum()
  const sum = (name: 'hitsFolded' | 'hitsLost') => () =>
    single(threads.reduce((total, counters) => total + counters.named(name), 0))

  declare.gauge('list_info', 'Always 1; what a list belongs to and does stands in the labels.', ['list', 'campaign', 'action'], () =>
    lists().map(({ id, campaign, action }) => [{ list: id, campaign: campaign ?? NONE, action }, 1]),
  ) // prettier-ignore
  declare.gauge('list_entries', 'Indicators of a list in force.', ['list'], () =>
    lists().map(({ id, entries }) => [{ list: id }, entries]),
  )
  declare.gauge(
    'list_last_success_timestamp_seconds',
    'When a list was last read without fault.',
    ['list'],
    () =>
      lists().flatMap(({ id, lastSuccessAt }) =>
        lastSuccessAt === null ? [] : [[{ list: id }, lastSuccessAt / 1000] as const],
      ),
  )
  declare.gauge(
    'list_renewed_timestamp_seconds',
    'When the file of what is in force of a list was written.',
    ['list'],
    () =>
      lists().flatMap(({ id, renewedAt }) =>
        renewedAt === null ? [] : [[{ list: id }, renewedAt / 1000] as const],
      ),
  )
  declare.gauge('list_up', '1 while what was read of a list last is in force, 0 while an earlier version or none is.', ['list'], () =>
    lists().map(({ id, state }) => [{ list: id }, Number(state === 'loaded' && (board.lists.value?.error ?? null) === null)]),
  ) // prettier-ignore
  declare.gauge('list_stale', '1 while a list is older than its maxAge.', ['list'], () =>
    lists().flatMap(({ id, maxAgeMs, isStale }) =>
      maxAgeMs === null ? [] : [[{ list: id }, Number(isStale)] as const],
    ),
  )
  declare.counter('list_reload_failures_total', 'Reloads of a list that left the version before in force.', ['list'], () =>
    lists().map(({ id, reloadFailures }) => [{ list: id }, failures.note(id, reloadFailures)]),
  ) // prettier-ignore
  declare.gauge(
    'policy_reload_seconds',
    'How long the last change of policy took, from reading to in force.',
    [],
    () => single(board.lists.value?.reloadSeconds),
  )
  declare.gauge(
    'snapshot_generation',
    'Generation of the policy snapshot in force; 0 before the first.',
    [],
    () => single(words.generation(Swapped.snapshot)),
  )
  declare.gauge('blocking_paused', '1 while blocking is paused.', [], () =>
    single(words.pausedUntilMs > clock.wallMs() ? 1 : 0),
  )

  declare.counter('hits_total', 'Queries a list decided.', ['list'], () => {
    // The store knows every list there ever was; a label for each would never end.
    const current = new Set(lists().map(({ id }) => id))
    return Object.entries(board.totals.value?.hitsByList ?? {})
      .filter(([list]) => current.has(list))
      .map(([list, count]) => [{ list }, hits.note(list, count)])
  })
  declare.gauge('hits_pending', 'Client and indicator pairs counted in memory and not yet written.', [], () =>
    single(board.store.value?.pending),
  )
  declare.counter('hits_folded_total', 'Hits counted without their client, for want of room in memory.', [], sum('hitsFolded')) // prettier-ignore
  declare.counter('hits_lost_total', 'Hits not counted, for want of room in memory.', [], sum('hitsLost'))
  declare.gauge(
    'clients_with_hits',
    'Machines that asked for a listed name, by their status; routers, which hide machines, are not counted.',
    ['status'],
    () => Object.entries(board.totals.value?.clients ?? {}).map(([status, count]) => [{ status }, count]),
  )
  declare.gauge('routers_with_hits', 'Routers and forwarders behind which somebody asked for a listed name.', [], () => single(board.totals.value?.routers)) // prettier-ignore
}
