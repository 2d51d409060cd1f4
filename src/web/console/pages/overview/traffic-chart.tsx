/** Queries of the last hour, moving. */
import { useMemo } from 'preact/hooks'
import { Chart, type Line } from '../../kit/chart.tsx'
import { useStore } from '../../kit/store.ts'
import { language, useWords } from '../../words/words.ts'
import type { RecentTraffic } from './answers.ts'
import { chartData } from './chart-data.ts'

const LOCALES = { vi: 'vi-VN', en: 'en-GB' } as const

export function TrafficChart({ traffic }: { readonly traffic: RecentTraffic }) {
  const { overview: words } = useWords()
  const shown = useStore(language)
  const lines = useMemo<readonly Line[]>(
    () => [
      { label: words.queriesASecond, colour: '--line-1', isFilled: true },
      { label: words.blockedASecond, colour: '--line-2' },
    ],
    [words],
  )
  const number = useMemo(() => new Intl.NumberFormat(LOCALES[shown], { maximumFractionDigits: 1 }), [shown])
  const format = (value: number): string => number.format(value)
  const data = useMemo(() => chartData(traffic), [traffic])
  const { queries, blocked } = traffic
  const most = queries.reduce((greatest, value) => Math.max(greatest, value), 0)
  return (
    <section class="card" aria-labelledby="traffic">
      <h2 id="traffic">{words.chart}</h2>
      <p class="hint">
        {words.chartNow(format(queries.at(-1) ?? 0), format(blocked.at(-1) ?? 0))}{' '}
        {words.chartMost(format(most))}
      </p>
      <Chart label={words.chart} lines={lines} data={data} format={format} heightPx={220} />
    </section>
  )
}
