/** Tổng quan: is all well, what came today, what is to be done. */
import { mayDo } from '../../api/session.ts'
import { useAnswer } from '../../api/use-answer.ts'
import { dayOf, startOfDay } from '../../kit/days.ts'
import { Show } from '../../kit/states.tsx'
import { useWords } from '../../words/words.ts'
import { FirstSteps } from './first-steps.tsx'
import { Newest } from './newest.tsx'
import { ServiceState } from './service-state.tsx'
import { Todo } from './todo.tsx'
import { Today } from './today.tsx'
import { TrafficChart } from './traffic-chart.tsx'
import type { MachineNumbers, RecentTraffic, Status } from './answers.ts'
import '../../style/overview.css'

const CHART_MS = 5000
const FIGURES_MS = 15_000

export function OverviewPage() {
  const { pages } = useWords()
  const today = dayOf(new Date())
  const since = startOfDay(today)
  const status = useAnswer<Status>('/status', { everyMs: FIGURES_MS })
  const traffic = useAnswer<RecentTraffic>('/traffic/recent', { query: { since }, everyMs: CHART_MS })
  const all = useAnswer<MachineNumbers>('/numbers', { everyMs: FIGURES_MS })
  const isFresh = all.data !== null && all.data.hits === 0
  const seesMachines = mayDo('client.read')
  return (
    <>
      <h1>{pages.overview}</h1>
      <Show of={status}>{(data) => <ServiceState status={data} />}</Show>
      {isFresh && status.data !== null && <FirstSteps status={status.data} traffic={traffic.data} />}
      <Today day={today} all={all.data} traffic={traffic.data} />
      <div class="overview-columns">
        <Show of={traffic}>{(data) => <TrafficChart traffic={data} />}</Show>
        {status.data !== null && seesMachines && <Todo status={status.data} all={all.data} />}
      </div>
      {seesMachines && <Newest />}
    </>
  )
}
