/** The figures of the status screen: one line each, what it is in both languages and what there is of it. */
import type { Words } from '../alerts/catalogue.ts'
import type { StatusReport } from '../admin/routes/status.ts'
import { inLine, numberText, SCREEN_COLUMNS, wrap, type Tongue } from './tongue.ts'

/** Wider than the longest of the labels. */
const LABEL_COLUMNS = 26

/** About nine lines of at most 80 characters. */
export function figureLines(status: StatusReport, tongue: Tongue): string[] {
  const row = (vi: string, en: string, text: string): string =>
    `  ${inLine(tongue, { vi, en }).padEnd(LABEL_COLUMNS)}${text}`.slice(0, SCREEN_COLUMNS)
  return [
    ...queryRows(status, tongue).map(([label, text]) => row(label.vi, label.en, text)),
    row('DNS cấp trên', 'upstreams', upstreamText(status, tongue)),
    row('Danh sách', 'lists', listText(status, tongue)),
    row('Máy có kết nối', 'clients', clientText(status, tongue)),
    row('Cơ sở dữ liệu', 'store', storeText(status, tongue)),
    row('Phiên bản', 'version', `${status.version}; ${spanText(status.traffic.upSeconds, tongue)}`),
    ...unknownLines(status, tongue),
  ]
}

function queryRows({ traffic, recent, cache }: StatusReport, tongue: Tongue): [Words, string][] {
  const number = (value: number, digits = 0): string => numberText(tongue, value, digits)
  const share = (part: number, whole: number): string =>
    whole === 0 ? '–' : `${number((part / whole) * 100, 1)} %`
  const count = (outcome: string): number => traffic.answers[outcome] ?? 0
  const total = traffic.queries.udp + traffic.queries.tcp
  const kept = count('cached') + count('stale')
  const queries = { vi: 'Truy vấn', en: 'queries' }
  if (total === 0) return [[queries, inLine(tongue, { vi: 'chưa có', en: 'none yet' })]]
  const perSecond = recent.seconds < 1 ? '' : `, ${number(recent.queries / recent.seconds, 1)}/s`
  const failed = inLine(tongue, { vi: 'lỗi', en: 'failed' })
  const hit = inLine(tongue, { vi: 'trúng', en: 'hit' })
  return [
    [queries, `${number(total)}${perSecond}; ${failed} ${share(count('failed'), total)}`],
    [{ vi: 'Bị chặn', en: 'blocked' }, `${number(count('blocked'))} (${share(count('blocked'), total)})`],
    [
      { vi: 'Bộ đệm', en: 'cache' },
      `${number(cache.entries)}; ${hit} ${share(kept, kept + count('forwarded'))}`,
    ],
  ]
}

function upstreamText({ upstreams }: StatusReport, tongue: Tongue): string {
  const usable = upstreams.filter(({ state }) => state === 'up')
  const roundTrips = usable.flatMap(({ rttMs }) => (rttMs === null ? [] : [rttMs]))
  const fastest = roundTrips.length === 0 ? '' : `; ${numberText(tongue, Math.min(...roundTrips), 1)} ms`
  return `${usable.length}/${upstreams.length} ${inLine(tongue, { vi: 'dùng được', en: 'usable' })}${fastest}`
}

function listText({ lists }: StatusReport, tongue: Tongue): string {
  const blocking = lists.filter(({ kind }) => kind === 'list')
  const entries = blocking.reduce((sum, list) => sum + list.entries, 0)
  return `${blocking.length}; ${numberText(tongue, entries)} ${inLine(tongue, { vi: 'mục', en: 'entries' })}`
}

function clientText({ clients }: StatusReport, tongue: Tongue): string {
  if (clients === null) return inLine(tongue, { vi: 'chưa đếm được', en: 'not counted yet' })
  const all = Object.values(clients).reduce((sum, count) => sum + count, 0)
  const fresh = inLine(tongue, { vi: 'chưa xử lý', en: 'new' })
  return `${numberText(tongue, all)}; ${numberText(tongue, clients['new'] ?? 0)} ${fresh}`
}

function storeText({ store }: StatusReport, tongue: Tongue): string {
  if (store === null) return inLine(tongue, { vi: 'chưa trả lời', en: 'no answer yet' })
  return `${store.state}; ${numberText(tongue, store.pending)} ${inLine(tongue, { vi: 'chờ ghi', en: 'waiting' })}`
}

/** Parts that have nothing to go by: neither well nor not. */
function unknownLines({ health }: StatusReport, tongue: Tongue): string[] {
  const unknown = health.components.filter(({ state }) => state === 'unknown')
  if (unknown.length === 0) return []
  const label = inLine(tongue, { vi: 'Chưa có dữ liệu', en: 'no data' }).padEnd(LABEL_COLUMNS)
  const names = unknown.map(({ component }) => component).join(', ')
  return wrap(names, SCREEN_COLUMNS, `  ${label}`, ' '.repeat(LABEL_COLUMNS + 2)).slice(0, 2)
}

/** `3 d 4 h`, `5 min`: the two largest parts that matter. */
export function spanText(seconds: number, tongue: Tongue): string {
  const units = tongue === 'en' ? ['d', 'h', 'min', 's'] : ['ngày', 'giờ', 'phút', 'giây']
  const whole = Math.floor(seconds)
  const parts = [
    Math.floor(whole / 86_400),
    Math.floor(whole / 3600) % 24,
    Math.floor(whole / 60) % 60,
    whole % 60,
  ]
  const first = parts.findIndex((part) => part > 0)
  if (first < 0) return `0 ${units[3]!}`
  return [first, first + 1]
    .filter((index) => (parts[index] ?? 0) > 0)
    .map((index) => `${parts[index]} ${units[index]}`)
    .join(' ')
}
