/**
 * Every query of every panel against a real Prometheus that scrapes real servers: one under mixed load, whose answers are
 * of every kind, and one at rest, where nothing is wrong. Prometheus and promtool come with Debian (prometheus).
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { asking, fill, readDashboards, type Filling, type Panel } from '../support/dashboard-panels.ts'
import { query } from '../support/dns-client.ts'
import { FakeUpstream } from '../support/fake-upstream.ts'
import { BusyServer } from '../support/mixed-load.ts'
import { lintMetrics, Prometheus, type Series } from '../support/prometheus.ts'
import { eventually, TestServer } from '../support/server.ts'

const SCRAPES = 12
const SPAN_SECONDS = 12
/** As Grafana: four times the interval of scrapes, which is a second here. */
const WINDOW = { unit: '.*', rateSeconds: 4, rangeSeconds: SPAN_SECONDS }

let busy: BusyServer
let up: FakeUpstream
let quiet: TestServer
let prometheus: Prometheus
let instances: { readonly busy: string; readonly quiet: string }

beforeAll(async () => {
  busy = await BusyServer.start()
  up = await FakeUpstream.start()
  up.answer('*', 'A', '192.0.2.1')
  quiet = await TestServer.start({
    config: `upstreams: { servers: ["${up.text}"] }\nlists: [ { id: only, path: only.txt } ]\nadmin: { listen: "127.0.0.1:0" }\n`,
    files: { 'only.txt': 'evil.vn\n' },
  })
  instances = { busy: adminOf(busy.server), quiet: adminOf(quiet) }
  prometheus = await Prometheus.start(`
global: { scrape_interval: 1s, scrape_timeout: 1s }
scrape_configs:
  - job_name: thanhloc
    static_configs: [ { targets: ["${instances.busy}", "${instances.quiet}"] } ]
  - job_name: others
    static_configs: [ { targets: ["127.0.0.1:9"] } ]
`)
  await query('clean.vn', 'A', { port: quiet.port })
  await loadUntilScraped()
}, 120_000)

afterAll(async () => {
  await prometheus?.stop()
  await busy?.stop()
  await quiet?.stop()
  await up?.stop()
})

/**
 * Asks on and on while Prometheus takes its samples; the upstream is lost in the last third. What was kept is answered
 * with some seconds later, when it is stale and the upstream has been given up.
 */
async function loadUntilScraped(): Promise<void> {
  const wasStale = async (): Promise<boolean> =>
    (await prometheus.query('thanhloc_answers_total{outcome="stale"} > 0')).length > 0
  const scraped = async (): Promise<number> => {
    const [series] = await prometheus.query(`min(count_over_time(up{job="thanhloc"}[5m]))`)
    return series?.values[0] ?? 0
  }
  await eventually(async () => {
    await busy.askAll()
    const count = await scraped()
    if (count > (SCRAPES * 2) / 3) busy.loseUpstreams()
    return count >= SCRAPES && (await wasStale())
  }, 60_000)
}

function adminOf({ lines }: TestServer): string {
  return (lines.find(({ msg }) => msg === 'ready')!['admin'] as string[])[0]!
}

async function ask(panel: Panel, expression: string): Promise<Series[]> {
  const isNow = panel.targets![0]!.instant === true
  return isNow ? prometheus.query(expression) : prometheus.queryRange(expression, SPAN_SECONDS, 1)
}

/** `dashboard › panel › query: why`, for those that bring nothing to see. */
async function withoutData(filling: Filling): Promise<string[]> {
  const empty: string[] = []
  for (const [file, dashboard] of readDashboards()) {
    for (const panel of asking(dashboard)) {
      for (const { refId, expr } of panel.targets!) {
        const series = await ask(panel, fill(expr, filling))
        const values = series.flatMap((one) => one.values)
        if (!values.some(Number.isFinite))
          empty.push(`${file} › ${panel.title} › ${refId}: ${fill(expr, filling)}`)
      }
    }
  }
  return empty
}

describe('every query of every panel brings data', () => {
  it('from a server under load', async () => {
    expect(await withoutData({ ...WINDOW, instances: [instances.busy] })).toEqual([])
  })

  it('from two servers at once', async () => {
    expect(await withoutData({ ...WINDOW, instances: [instances.busy, instances.quiet] })).toEqual([])
  })

  it('from a server at rest with neither units nor campaigns, but for how long its answers took', async () => {
    const empty = await withoutData({ ...WINDOW, instances: [instances.quiet] })
    expect(empty.filter((one) => !one.includes('histogram_quantile'))).toEqual([])
  })

  it('of one unit alone', async () => {
    const filling = { ...WINDOW, instances: [instances.busy], unit: '(phuong-1)' }
    const { panels } = readDashboards().get('infected.json')!
    const table = panels.find(({ title }) => title.startsWith('Đơn vị ·'))!
    for (const { expr } of table.targets!) {
      const series = await prometheus.query(fill(expr, filling))
      expect(series.map(({ metric }) => metric)).toEqual([{ unit: 'phuong-1', name: 'Phường 1' }])
    }
  })
})

describe('what the queries bring is what happened', () => {
  const value = async (file: string, title: string): Promise<number> => {
    const panel = asking(readDashboards().get(file)!).find((one) => one.title.startsWith(`${title} ·`))!
    const series = await ask(panel, fill(panel.targets![0]!.expr, { ...WINDOW, instances: [instances.busy] }))
    return series[0]!.values.at(-1)!
  }

  it('cases, machines and hits are counted once, blocking is on, an upstream is down', async () => {
    const { body } = await busy.server.api<{ machines: { new: number } }>('GET', '/api/v1/numbers')
    const machines = body.machines.new
    expect(machines).toBeGreaterThan(10)
    expect(await value('infected.json', 'Máy đã phát hiện')).toBe(machines)
    expect(await value('overview.json', 'Vụ việc chưa xong')).toBeGreaterThan(machines)
    expect(await value('infected.json', 'Chưa xong')).toBe(await value('overview.json', 'Vụ việc chưa xong'))
    expect(await value('overview.json', 'Truy vấn bị chặn')).toBeGreaterThan(10)
    expect(await value('overview.json', 'Chế độ chặn')).toBe(0)
    expect(await value('overview.json', 'Danh sách có lỗi')).toBe(0)
    expect(await value('overview.json', 'Không trả lời được')).toBeGreaterThan(0)
    expect(await value('resolver.json', 'Upstream hỏng')).toBeGreaterThan(0)
    expect(await value('lists.json', 'Mục có hiệu lực')).toBe(3)
  })

  it('tables have a row for each unit, campaign and list, by name', async () => {
    const rows = async (file: string, title: string, label: string): Promise<string[]> => {
      const panel = asking(readDashboards().get(file)!).find((one) => one.title.startsWith(`${title} ·`))!
      const found = await prometheus.query(fill(panel.targets![0]!.expr, { ...WINDOW, instances: [instances.busy] })) // prettier-ignore
      return found.map(({ metric }) => metric[label]!).toSorted()
    }
    expect(await rows('infected.json', 'Đơn vị', 'name')).toEqual([
      '-',
      'Phường "2"',
      'Phường 1',
      'Sở Thông tin',
    ])
    expect(await rows('infected.json', 'Chiến dịch', 'campaign')).toEqual(['-', '2022', '2024'])
    expect(await rows('lists.json', 'Từng danh sách', 'action')).toEqual(['log', 'sinkhole', 'sinkhole'])
  })

  it('every kind of answer was there', async () => {
    const series = await prometheus.query(`thanhloc_answers_total{instance="${instances.busy}"} > 0`)
    const outcomes = series.map(({ metric }) => metric['outcome'])
    expect(outcomes.toSorted()).toEqual(['blocked', 'cached', 'failed', 'forwarded', 'invalid', 'local', 'refused', 'stale']) // prettier-ignore
  })
})

describe('variables', () => {
  const variable = (name: string): { query: string; regex?: string } => {
    const found = readDashboards().get('infected.json')!.templating.list.find((one) => one.name === name)! as { query: { query: string }; regex?: string } // prettier-ignore
    return { ...found, query: found.query.query }
  }

  it('servers by name', async () => {
    const [, selector, label] = /^label_values\((.+), (\w+)\)$/.exec(variable('instance').query)!
    expect(await prometheus.labelValues(label!, selector!)).toEqual(Object.values(instances).toSorted())
  })

  it('units by name, their ids for queries', async () => {
    const { query: asked, regex } = variable('unit')
    const [, expression] = /^query_result\((.+)\)$/.exec(asked)!
    const series = await prometheus.query(fill(expression!, { ...WINDOW, instances: [instances.busy] }))
    // As Grafana writes a series down before it applies the expression.
    const lines = series.map(({ metric }) => {
      const labels = Object.entries(metric).toSorted().map(([name, text]) => `${name}="${text.replaceAll('"', '\\"')}"`) // prettier-ignore
      return `{${labels.join(',')}} 1 1700000000000`
    })
    const pattern = new RegExp(regex!.slice(1, -1))
    const options = lines.map((line) => ({ ...pattern.exec(line)!.groups }))
    expect(options).toContainEqual({ text: 'Phường 1', value: 'phuong-1' })
    expect(options.map(({ value }) => value).toSorted()).toEqual(['-', 'phuong-1', 'phuong-2', 'so-tt'])
  })
})

describe('promtool', () => {
  it('finds nothing to say about the metrics', async () => {
    for (const server of [busy.server, quiet]) {
      const { text } = await server.api('GET', '/metrics')
      expect(lintMetrics(text)).toBe('')
    }
    expect(lintMetrics('# TYPE bad counter\nbad 1\n')).not.toBe('')
  })
})
