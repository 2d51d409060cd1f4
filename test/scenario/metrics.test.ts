/** What Prometheus gets: every metric of the outside shape, clean to a linter, counting, and nothing about clients. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hitOn, metric } from '../support/admin-reports.ts'
import { parseMetrics, type Family } from '../support/metrics-text.ts'
import { eventually } from '../support/server.ts'
import { Stage } from '../support/stage.ts'

const CONFIG = `
sinkhole: { ipv4: 10.10.10.10 }
lists: [ { id: apt32, path: apt32.txt, maxAge: 1d } ]
identity: { leases: [ { path: dnsmasq.leases } ] }
alerts: { channels: [ { id: soc, type: webhook, url: "http://127.0.0.1:9/", on: [list-stale] } ] }
`

let stage: Stage

beforeAll(async () => {
  stage = await Stage.open(CONFIG, {
    'apt32.txt': 'evil.vn\n',
    'dnsmasq.leases': '0 52:54:00:00:00:07 127.0.7.1 KETOAN-01 *\nnot a lease\n',
  })
  stage.up.answer('*', 'A', '192.0.2.1').servfail('broken.vn')
  await stage.ask('evil.vn', 'A', { from: '127.0.7.1' })
  await stage.ask('clean.vn', 'A')
  await stage.ask('clean.vn', 'A', { tcp: true })
  await stage.ask('broken.vn', 'A')
  await hitOn(stage.server, '127.0.7.1', 'evil.vn')
})
afterAll(() => stage.close())

describe('/metrics', () => {
  it('has every metric of the outside shape, with its labels; nothing about clients', async () => {
    const { text } = await stage.server.api('GET', '/metrics')
    const { families, problems } = parseMetrics(text)
    expect(problems).toEqual([])
    const byName = new Map(families.map((family) => [family.name, family]))
    for (const [name, type, labels, isThere] of METRICS) {
      const family = byName.get(`thanhloc_${name}`)
      expect(family?.type, name).toBe(type)
      if (isThere) expect(family!.samples, name).not.toHaveLength(0)
      for (const sample of family!.samples) {
        const own = Object.keys(sample.labels).filter((label) => label !== 'le')
        expect(own.toSorted(), name).toEqual([...labels])
      }
    }
    expect(outcomesOf(byName.get('thanhloc_answers_total')!)).toEqual(OUTCOMES)
    expect(text).not.toMatch(/127\.0\.7\.1|evil\.vn|clean\.vn|KETOAN|52:54/)
  })

  it('counts', async () => {
    const value = async (name: string, labels: Record<string, string> = {}): Promise<number> =>
      (await metric(stage.server, `thanhloc_${name}`, labels)) ?? NaN
    const watched: readonly [string, Record<string, string>][] = [
      ['queries_total', { transport: 'udp' }],
      ['answers_total', { outcome: 'blocked' }],
      ['responses_total', { rcode: 'NOERROR' }],
      ['answer_duration_seconds_count', { outcome: 'blocked' }],
      ['hits_total', { list: 'apt32' }],
    ]
    const before = await Promise.all(watched.map(([name, labels]) => value(name, labels)))
    for (let i = 0; i < 3; i++) await stage.ask('evil.vn', 'A', { from: '127.0.7.1' })
    for (const [i, [name, labels]] of watched.entries()) {
      await eventually(async () => (await value(name, labels)) === before[i]! + 3)
    }
    expect(await value('clients_with_hits', { status: 'new' })).toBe(1)
    expect(await value('upstream_requests_total', { upstream: stage.up.text })).toBeGreaterThanOrEqual(2)
    expect(await value('cache_entries')).toBeGreaterThanOrEqual(1)
  })
})

const OUTCOMES = [
  'blocked',
  'cached',
  'dropped',
  'failed',
  'forwarded',
  'invalid',
  'limited',
  'local',
  'refused',
  'stale',
]

const outcomesOf = (family: Family): string[] =>
  family.samples.map(({ labels }) => labels['outcome']!).toSorted()

/** Name, type, labels, whether it has a value by now. */
const METRICS: readonly (readonly [string, string, readonly string[], boolean])[] = [
  ['queries_total', 'counter', ['transport'], true],
  ['answers_total', 'counter', ['outcome'], true],
  ['responses_total', 'counter', ['rcode'], true],
  ['answer_duration_seconds', 'histogram', ['outcome'], true],
  ['hits_total', 'counter', ['list'], true],
  ['hits_pending', 'gauge', [], true],
  ['hits_folded_total', 'counter', [], true],
  ['clients_with_hits', 'gauge', ['status'], true],
  ['list_entries', 'gauge', ['list'], true],
  ['list_last_success_timestamp_seconds', 'gauge', ['list'], true],
  ['list_reload_failures_total', 'counter', ['list'], true],
  ['policy_reload_seconds', 'gauge', [], true],
  ['snapshot_generation', 'gauge', [], true],
  ['cache_entries', 'gauge', [], true],
  ['upstream_requests_total', 'counter', ['upstream'], true],
  ['upstream_failures_total', 'counter', ['reason', 'upstream'], true],
  ['upstream_rtt_seconds', 'gauge', ['upstream'], true],
  ['udp_receive_drops_total', 'counter', [], true],
  ['thread_restarts_total', 'counter', ['thread'], true],
  ['log_lines_dropped_total', 'counter', [], true],
  ['list_renewed_timestamp_seconds', 'gauge', ['list'], true],
  ['list_stale', 'gauge', ['list'], true],
  ['cases', 'gauge', ['state'], true],
  ['urgent_cases', 'gauge', [], true],
  ['cases_opened_total', 'counter', [], true],
  ['identity_source_up', 'gauge', ['file', 'source'], true],
  ['identity_rows', 'gauge', ['file', 'source'], true],
  ['identity_refused_rows', 'gauge', ['file', 'source'], true],
  ['identity_last_read_timestamp_seconds', 'gauge', ['file', 'source'], true],
  ['identity_bindings_total', 'counter', [], true],
  ['identity_bindings_waiting', 'gauge', [], true],
  ['identity_bindings_dropped_total', 'counter', [], true],
  ['alerts_up', 'gauge', [], true],
  ['alerts_pending', 'gauge', ['channel'], true],
  ['alerts_held', 'gauge', ['channel'], true],
  ['alerts_sent_total', 'counter', ['channel'], true],
  ['alerts_failed_total', 'counter', ['channel'], true],
  ['alerts_given_up_total', 'counter', ['channel'], true],
  ['alerts_dropped_total', 'counter', ['channel'], true],
  ['alerts_last_success_timestamp_seconds', 'gauge', ['channel'], false],
  ['accounts_up', 'gauge', [], true],
  ['sign_in_failures_total', 'counter', ['reason'], true],
  ['sign_ins_locked', 'gauge', ['by'], true],
  ['sessions', 'gauge', [], true],
  ['audit_trail_head', 'gauge', [], true],
  ['build_info', 'gauge', ['datagrams', 'node', 'version'], true],
  ['list_up', 'gauge', ['list'], true],
  ['store_state', 'gauge', ['state'], true],
  ['upstreams_usable', 'gauge', ['group'], true],
  ['component_health', 'gauge', ['component'], false],
  ['clock_timestamp_seconds', 'gauge', [], true],
  ['disk_free_bytes', 'gauge', ['directory'], true],
  ['disk_size_bytes', 'gauge', ['directory'], true],
  ['config_refused', 'gauge', [], true],
  ['admin_closed', 'gauge', [], true],
  ['backup_last_success_timestamp_seconds', 'gauge', [], false],
  ['admin_certificate_end_timestamp_seconds', 'gauge', [], false],
]
