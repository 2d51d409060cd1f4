/** Cases, as they stand in the store. Labels: the six states. None before the store was read. */
import { single, type Declarations } from './declare.ts'
import type { StatusBoard } from './thread-status.ts'

export function declareCaseMetrics(declare: Declarations, board: StatusBoard): void {
  declare.gauge('cases', 'Cases of machines, by state.', ['state'], () =>
    Object.entries(board.totals.value?.cases.states ?? {}).map(([state, count]) => [{ state }, count]),
  )
  declare.gauge('urgent_cases', 'Cases of priority units that are not done.', [], () =>
    single(board.totals.value?.cases.urgent),
  )
  declare.counter('cases_opened_total', 'Cases ever opened, of machines and routers.', [], () =>
    single(board.totals.value?.cases.opened),
  )
}
