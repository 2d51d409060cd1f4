/** Whether the server answers itself, as main found when it asked last. */
import type { SelfQueryStatus } from '../service/self-watch.ts'
import { single, type Declarations } from './declare.ts'
import type { StatusBoard } from './thread-status.ts'

export function declareSelfMetrics(declare: Declarations, board: StatusBoard): void {
  const status = (): SelfQueryStatus | null => board.supervisor.value?.selfQuery ?? null
  declare.gauge(
    'self_query_success',
    'Whether the last query of the server to itself was answered.',
    [],
    () => {
      const outcome = status()?.outcome ?? null
      return outcome === null || outcome === 'unasked' ? [] : single(Number(outcome === 'answered'))
    },
  )
  declare.gauge('self_query_seconds', 'How long the last answer to itself took.', [], () => {
    const seconds = status()?.seconds ?? null
    return seconds === null ? [] : single(seconds)
  })
  declare.counter(
    'self_query_failures_total',
    'Queries of the server to itself that were not answered.',
    [],
    () => {
      const unanswered = status()?.unanswered ?? null
      return unanswered === null ? [] : single(unanswered)
    },
  )
}
