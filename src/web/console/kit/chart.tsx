/** A line chart (uPlot) that fits its place, follows light and dark, and has its numbers as a sentence beside it. */
import { useEffect, useRef } from 'preact/hooks'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { useWords } from '../words/words.ts'
import { useFormat, type Format } from './format.ts'
import { useStore } from './store.ts'
import { theme } from './theme.ts'

export interface Line {
  readonly label: string
  /** A custom property of the style sheet: `--line-1`. */
  readonly colour: string
  readonly isFilled?: boolean
}

/** `data`: seconds since the epoch, then a row a line, null where nothing is known. `label` says it to those who hear. */
export function Chart({
  label,
  lines,
  data,
  heightPx = 200,
  format,
}: {
  readonly label: string
  readonly lines: readonly Line[]
  readonly data: readonly [readonly number[], ...(readonly (number | null)[])[]]
  readonly heightPx?: number
  readonly format: (value: number) => string
}) {
  const place = useRef<HTMLDivElement>(null)
  const chart = useRef<uPlot | null>(null)
  const shade = useStore(theme)
  const { kit } = useWords()
  const times = useFormat()

  useEffect(() => {
    const element = place.current
    if (element === null) return
    const colour = (name: string): string => getComputedStyle(element).getPropertyValue(name).trim()
    const axis = { stroke: colour('--muted'), grid: { stroke: colour('--line') }, ticks: { show: false } }
    chart.current = new uPlot(
      {
        width: element.clientWidth,
        height: heightPx,
        cursor: { y: false },
        legend: { live: true },
        scales: { x: { time: true }, y: { range: (_chart, _min, max) => [0, Math.max(1, max * 1.1)] } },
        axes: [
          { ...axis, size: 30, values: (_chart, values) => values.map((value) => timeText(value, times)) },
          { ...axis, size: 56, values: (_chart, values) => values.map(format) },
        ],
        series: [
          {
            label: kit.time,
            value: (_chart, value) => (value === null ? '–' : times.timeOfDay(momentOf(value))),
          },
          ...lines.map(({ label, colour: name, isFilled }) => ({
            label,
            stroke: colour(name),
            width: 2,
            points: { show: false },
            ...(isFilled === true ? { fill: `${colour(name)}22` } : {}),
            value: (_chart: uPlot, value: number | null) => (value === null ? '–' : format(value)),
          })),
        ],
      },
      data as uPlot.AlignedData,
      element,
    )
    const follow = new ResizeObserver(() =>
      chart.current?.setSize({ width: element.clientWidth, height: heightPx }),
    )
    follow.observe(element)
    return () => {
      follow.disconnect()
      chart.current?.destroy()
      chart.current = null
    }
    // `data` is given to the chart that is there, below; `format` and `lines` change with the language alone.
  }, [heightPx, shade, lines, times])

  useEffect(() => chart.current?.setData(data as uPlot.AlignedData), [data])
  return <div class="chart" ref={place} role="img" aria-label={label} />
}

/** The beginning of a day as the day. */
function timeText(seconds: number, { shortDay, timeOfDay }: Format): string {
  const date = new Date(seconds * 1000)
  const isMidnight = date.getHours() === 0 && date.getMinutes() === 0
  return (isMidnight ? shortDay : timeOfDay)(momentOf(seconds))
}

function momentOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString()
}
