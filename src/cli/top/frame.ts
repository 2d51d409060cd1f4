/** One picture of `top`, as lines that fit a terminal. */
import type { StatusReport } from '../../admin/routes/status.ts'
import { inLine, numberText, type Tongue } from '../tongue.ts'
import type { Paint } from '../screen.ts'
import type { Latency, Rates } from './rates.ts'
import type { Ranked } from './ranking.ts'

export interface Picture {
  /** Null before the first answer. */
  readonly status: Pick<StatusReport, 'version' | 'time' | 'health' | 'upstreams' | 'clients'> | null
  readonly rates: Rates | null
  readonly latencies: readonly Latency[]
  /** Queries a second, the latest last. */
  readonly history: readonly number[]
  readonly names: readonly Ranked[]
  readonly clients: readonly Ranked[]
  /** Why the server did not answer the last time, or null. */
  readonly error: string | null
}

const BARS = '▁▂▃▄▅▆▇█'
const MAX_UPSTREAMS = 4

/** At most `rows` lines of at most `columns` characters. */
export function frameLines(
  picture: Picture,
  columns: number,
  rows: number,
  tongue: Tongue,
  paint: Paint,
): string[] {
  const fixed = [
    ...headLines(picture, tongue),
    '',
    ...rateLines(picture, columns, tongue),
    ...upstreamLines(picture, tongue),
  ]
  // Two tables share what is left: a blank line and a heading each.
  const each = Math.max(1, Math.floor((rows - fixed.length - 4) / 2))
  const lines = [
    ...fixed,
    '',
    ...tableLines({ vi: 'Tên bị hỏi nhiều', en: 'names asked for' }, picture.names, each, columns, tongue),
    '',
    ...tableLines({ vi: 'Máy hỏi nhiều', en: 'machines' }, picture.clients, each, columns, tongue),
  ]
  const shown = lines.slice(0, rows).map((line) => line.slice(0, columns))
  return shown.map((line, index) => (index === 0 ? paint(colorOf(picture), line) : line))
}

function colorOf({ status, error }: Picture): 'green' | 'yellow' | 'red' {
  if (error !== null || status === null || status.health.state === 'fail') return 'red'
  return status.health.state === 'ok' ? 'green' : 'yellow'
}

function headLines({ status, error }: Picture, tongue: Tongue): string[] {
  const quit = inLine(tongue, { vi: 'q: thoát', en: 'quit' })
  if (error !== null)
    return [`✗ ${inLine(tongue, { vi: 'máy chủ không trả lời', en: 'no answer' })}  ${quit}`, `  ${error}`]
  if (status === null) return [`… ${quit}`]
  const { health, version } = status
  const words = {
    ok: { vi: '✓ HOẠT ĐỘNG TỐT', en: 'HEALTHY' },
    warn: { vi: '! CẦN XEM LẠI', en: 'NEEDS A LOOK' },
  }[health.state] ?? { vi: '✗ CÓ SỰ CỐ', en: 'NOT HEALTHY' }
  const first = `${inLine(tongue, words)}  Thanh Lọc ${version}  ${quit}`
  const trouble = health.components.flatMap(({ component, troubles }) =>
    troubles.map(({ severity, detail }) => ({ component, severity, detail })),
  )
  trouble.sort((a, b) => Number(b.severity === 'fail') - Number(a.severity === 'fail'))
  if (trouble.length === 0) return [first]
  const { component, detail } = trouble[0]!
  const more = trouble.length === 1 ? '' : ` (+${trouble.length - 1}: thanhloc status)`
  return [first, `  ${component}: ${tongue === 'en' ? detail.en : detail.vi}${more}`]
}

function rateLines({ rates, latencies, history }: Picture, columns: number, tongue: Tongue): string[] {
  const label = (vi: string, en: string): string => `  ${inLine(tongue, { vi, en }).padEnd(26)}`
  const first = label('Truy vấn', 'queries')
  if (rates === null) return [`${first}…`]
  const now = `${numberText(tongue, rates.queries, 1)}/s`.padEnd(12)
  const room = Math.max(0, columns - first.length - now.length - 1)
  const outcomes = rates.outcomes.map(
    ({ outcome, perSecond }) => `${outcome} ${numberText(tongue, perSecond, 1)}/s`,
  )
  const times = latencies
    .slice(0, 3)
    .map(({ outcome, half, most }) => `${outcome} ${timeText(half, tongue)} / ${timeText(most, tongue)}`)
  return [
    `${first}${now} ${bars(history.slice(-room))}`,
    `${label('Kết quả', 'outcomes')}${outcomes.length === 0 ? '–' : outcomes.join('  ')}`,
    `${label('Trễ 50 / 99 %', 'latency')}${times.length === 0 ? '–' : times.join('  ')}`,
    ...(rates.receiveDrops > 0
      ? [`${label('Bị mất', 'dropped')}${numberText(tongue, rates.receiveDrops)}`]
      : []),
  ]
}

/** `≤ 2,5 ms`, `≤ 50 µs`; a bound of the histogram, the true time is below. */
function timeText(seconds: number | null, tongue: Tongue): string {
  if (seconds === null) return '> 10 s'
  if (seconds >= 1) return `≤ ${numberText(tongue, seconds, 1)} s`
  if (seconds >= 0.001) return `≤ ${numberText(tongue, seconds * 1000, seconds < 0.01 ? 1 : 0)} ms`
  return `≤ ${numberText(tongue, seconds * 1e6)} µs`
}

/** A column a value, the largest one full. */
export function bars(values: readonly number[]): string {
  const most = Math.max(0, ...values)
  if (most === 0) return '▁'.repeat(values.length)
  return values
    .map((value) => BARS[Math.min(BARS.length - 1, Math.floor((value / most) * BARS.length))])
    .join('')
}

function upstreamLines({ status }: Picture, tongue: Tongue): string[] {
  const upstreams = status?.upstreams ?? []
  const label = `  ${inLine(tongue, { vi: 'DNS cấp trên', en: 'upstreams' }).padEnd(26)}`
  if (upstreams.length === 0) return [`${label}–`]
  // Those that do not work are what one looks for.
  const sorted = upstreams.toSorted((a, b) => Number(a.state === 'up') - Number(b.state === 'up'))
  const lines = sorted.slice(0, MAX_UPSTREAMS).map(({ name, state, rttMs }, index) => {
    const time = rttMs === null ? '' : ` ${numberText(tongue, rttMs, 1)} ms`
    return `${index === 0 ? label : ' '.repeat(label.length)}${name} ${state}${time}`
  })
  const more = upstreams.length - MAX_UPSTREAMS
  return more > 0 ? [...lines, `${' '.repeat(label.length)}… +${more}`] : lines
}

function tableLines(
  title: { readonly vi: string; readonly en: string },
  ranked: readonly Ranked[],
  count: number,
  columns: number,
  tongue: Tongue,
): string[] {
  const none = `    ${inLine(tongue, { vi: 'chưa có từ khi mở màn hình này', en: 'none since this was opened' })}`
  const width = Math.max(20, columns - 40)
  const rows = ranked.slice(0, count).map(({ name, hits, lastSeen, beside }) => {
    const at = new Date(lastSeen).toLocaleTimeString('vi', { hour12: false })
    return `  ${numberText(tongue, hits).padStart(8)}  ${name.slice(0, width).padEnd(width)} ${at}  ${beside}`
  })
  return [`  ${inLine(tongue, title)}`, ...(rows.length === 0 ? [none] : rows)]
}
