import { expect, test } from 'vitest'
import { socketPrincipal } from '../../../src/accounts/principal.ts'
import { DURATION_BUCKETS, Outcome } from '../../../src/metrics/counters.ts'
import { GrowingSum } from '../../../src/metrics/growing-sum.ts'
import { StatusBoard } from '../../../src/metrics/thread-status.ts'
import {
  createFixture,
  FakeClock,
  FakeThreads,
  healthyThreads,
  listStatus,
  TOTALS,
  upstreamStatus,
} from '../admin/fake-threads.ts'

interface Family {
  readonly type: string
  readonly help: string
  /** Series as written, to value. */
  readonly series: Map<string, number>
}

/** Reads the text format; throws at anything that does not belong into it. */
function parse(text: string): Map<string, Family> {
  const families = new Map<string, Family>()
  let current: Family | undefined
  for (const line of text.split('\n')) {
    if (line === '') continue
    const help = /^# HELP (\S+) (.+)$/.exec(line)
    const type = /^# TYPE (\S+) (counter|gauge|histogram)$/.exec(line)
    if (help) families.set(help[1]!, (current = { type: '', help: help[2]!, series: new Map() }))
    else if (type) families.set(type[1]!, (current = { ...current!, type: type[2]! }))
    else {
      const sample = /^([a-z_]+(?:\{[^}]*\})?) (\S+)$/.exec(line)
      if (!sample) throw new Error(`not a sample: ${line}`)
      current!.series.set(sample[1]!, sample[2] === '+Inf' ? Infinity : Number(sample[2]))
    }
  }
  return families
}

async function scrape(options: Parameters<typeof createFixture>[0] = {}) {
  const fixture = await createFixture(options)
  return { ...fixture, scrape: async () => parse(await fixture.metrics.render()) }
}

/** Design §6, by name and labels. */
const FIXED: Record<string, readonly string[]> = {
  thanhloc_queries_total: ['transport'],
  thanhloc_answers_total: ['outcome'],
  thanhloc_responses_total: ['rcode'],
  thanhloc_answer_duration_seconds: ['outcome'],
  thanhloc_hits_total: ['list'],
  thanhloc_hits_pending: [],
  thanhloc_hits_folded_total: [],
  thanhloc_clients_with_hits: ['status'],
  thanhloc_list_entries: ['list'],
  thanhloc_list_last_success_timestamp_seconds: ['list'],
  thanhloc_list_reload_failures_total: ['list'],
  thanhloc_policy_reload_seconds: [],
  thanhloc_snapshot_generation: [],
  thanhloc_cache_entries: [],
  thanhloc_upstream_requests_total: ['upstream'],
  thanhloc_upstream_failures_total: ['upstream', 'reason'],
  thanhloc_upstream_rtt_seconds: ['upstream'],
  thanhloc_udp_receive_drops_total: [],
  thanhloc_thread_restarts_total: ['thread'],
  thanhloc_log_lines_dropped_total: [],
  thanhloc_config_reload_failures_total: [],
  thanhloc_build_info: ['version', 'node', 'datagrams'],
}

test('the fixed names are there, with their labels and no others', async () => {
  const { scrape: read } = await scrape()
  const families = await read()
  for (const [name, labels] of Object.entries(FIXED)) {
    const family = families.get(name)
    expect(family, name).toBeDefined()
    expect(family!.series.size, name).toBeGreaterThan(0)
    for (const series of family!.series.keys()) {
      const found = [...series.matchAll(/([a-z]+)="/g)].map(([, label]) => label!)
      expect(found.filter((label) => label !== 'le').toSorted(), series).toEqual(labels.toSorted())
    }
  }
})

test('names and help are as promlint wants them', async () => {
  const { scrape: read } = await scrape()
  for (const [name, { type, help, series }] of await read()) {
    expect(name, 'prefix').toMatch(/^(?:thanhloc|process)_[a-z]+(?:_[a-z]+)*$/)
    expect(help, name).toMatch(/^(?:[A-Z01]).{8,}\.$/)
    expect(name.endsWith('_total'), `${name} is a ${type}`).toBe(type === 'counter')
    // Base units only, none of a type's own words, nothing abbreviated.
    expect(name).not.toMatch(
      /_(?:ms|milliseconds|microseconds|minutes|hours|kilobytes|megabytes|percent|counter|gauge|histogram|count|sum|bucket)(?:_|$)/,
    )
    if (type === 'histogram') expect(name).toMatch(/_(?:seconds|bytes)$/)
    if (/timestamp|duration|rtt/.test(name)) expect(name).toContain('_seconds')
    if (name.endsWith('_info')) expect([...series.values()]).toEqual([1])
    for (const value of series.values()) expect(Number.isNaN(value), name).toBe(false)
  }
})

test('counters are summed over the resolver threads, durations become cumulated buckets', async () => {
  const { counters, scrape: read } = await scrape()
  counters[0]!.query(0)
  counters[1]!.query(0)
  counters[1]!.query(1)
  counters[0]!.answer(Outcome.blocked, 0, 0.04)
  counters[1]!.answer(Outcome.blocked, 0, 3)
  counters[1]!.answer(Outcome.blocked, 3, 60_000)
  counters[0]!.answer(Outcome.dropped, -1, 0.01)
  counters[0]!.add('hitsFolded', 2)
  counters[0]!.set('cacheEntries', 5)
  counters[1]!.set('cacheEntries', 6)
  const families = await read()
  const value = (series: string): number | undefined =>
    families.get(series.replace(/\{.*/, ''))?.series.get(series)
  expect(value('thanhloc_queries_total{transport="udp"}')).toBe(2)
  expect(value('thanhloc_queries_total{transport="tcp"}')).toBe(1)
  expect(value('thanhloc_answers_total{outcome="blocked"}')).toBe(3)
  expect(value('thanhloc_responses_total{rcode="NOERROR"}')).toBe(2)
  expect(value('thanhloc_responses_total{rcode="NXDOMAIN"}')).toBe(1)
  expect(value('thanhloc_hits_folded_total')).toBe(2)
  expect(value('thanhloc_cache_entries')).toBe(11)
  const durations = families.get('thanhloc_answer_duration_seconds')!.series
  const bucket = (le: string): number | undefined =>
    durations.get(`thanhloc_answer_duration_seconds_bucket{outcome="blocked",le="${le}"}`)
  expect(['0.00005', '0.0025', '0.005', '10', '+Inf'].map(bucket)).toEqual([1, 1, 2, 2, 3])
  expect(durations.get('thanhloc_answer_duration_seconds_count{outcome="blocked"}')).toBe(3)
  expect(durations.get('thanhloc_answer_duration_seconds_sum{outcome="blocked"}')).toBeCloseTo(60.00304)
  const series = [...durations.keys()].filter((key) => key.includes('_bucket{outcome="blocked"'))
  expect(series).toHaveLength(DURATION_BUCKETS.length + 1)
})

test('the JSON form of the registry has the histogram too', async () => {
  const { metrics } = await scrape()
  const all = await metrics.registry.getMetricsAsJSON()
  const histogram = all.find(({ name }) => name === 'thanhloc_answer_duration_seconds')
  expect(histogram?.values.length).toBe(10 * (DURATION_BUCKETS.length + 3))
})

test('labels are bounded: what is no longer configured goes', async () => {
  let lists = [listStatus('a'), listStatus('b', { lastSuccessAt: null })]
  const threads = healthyThreads().on('lists/status', () => ({ lists, reloadSeconds: null, error: null }))
  const { clock, scrape: read } = await scrape({ threads })
  const entries = async () => [...(await read()).get('thanhloc_list_entries')!.series.keys()]
  expect(await entries()).toHaveLength(2)
  lists = [listStatus('a')]
  clock.nowMs += 1000
  expect(await entries()).toEqual(['thanhloc_list_entries{list="a"}'])
  const families = await read()
  // The store knows hits of a list that is configured no more.
  expect(families.get('thanhloc_hits_total')!.series.size).toBe(0)
  expect(families.get('thanhloc_list_last_success_timestamp_seconds')!.series.size).toBe(1)
  // Not known is not 0.
  expect(families.get('thanhloc_policy_reload_seconds')!.series.size).toBe(0)
})

test('a list says when it was written, and whether that is too long ago only where that is bounded', async () => {
  const lists = [
    listStatus('feed', { renewedAt: 1_795_000_000_000, maxAgeMs: 86_400_000, isStale: true }),
    listStatus('fresh', { renewedAt: 1_795_000_001_000, maxAgeMs: 86_400_000 }),
    listStatus('annex', { renewedAt: null }),
  ]
  const threads = healthyThreads().on('lists/status', () => ({ lists, reloadSeconds: null, error: null }))
  const families = await (await scrape({ threads })).scrape()
  expect(seriesOf(families, 'list_stale')).toEqual({ '{list="feed"}': 1, '{list="fresh"}': 0 })
  expect(seriesOf(families, 'list_renewed_timestamp_seconds')).toEqual({
    '{list="feed"}': 1_795_000_000,
    '{list="fresh"}': 1_795_000_001,
  })
})

test('a restarted thread does not take the sums down, one that is away keeps its last values', async () => {
  let requests = 100
  const threads = healthyThreads().on('resolver/status', (_body, thread) => ({
    upstreams: [upstreamStatus('192.0.2.53:53', { requests: thread === 'resolver-0' ? requests : 7, rttMs: thread === 'resolver-0' ? 10 : 20 })],
    cache: { entries: 0, bytes: 0 },
    datagrams: 'batched',
  })) // prettier-ignore
  const { clock, scrape: read } = await scrape({ threads })
  const total = async () => {
    clock.nowMs += 1000
    return (await read())
      .get('thanhloc_upstream_requests_total')!
      .series.get('thanhloc_upstream_requests_total{upstream="192.0.2.53:53"}')
  }
  expect(await total()).toBe(107)
  requests = 3
  expect(await total()).toBe(110)
  requests = 5
  expect(await total()).toBe(112)
  threads.answers.delete('resolver/status')
  expect(await total()).toBe(112)
  const families = await read()
  expect(
    families
      .get('thanhloc_upstream_rtt_seconds')!
      .series.get('thanhloc_upstream_rtt_seconds{upstream="192.0.2.53:53"}'),
  ).toBeCloseTo(0.015)
  expect([...families.get('thanhloc_build_info')!.series.keys()][0]).toContain('datagrams="batched"')
})

test('with no other thread alive a scrape still answers what shared memory says', async () => {
  const {
    counters,
    clock,
    words,
    scrape: read,
  } = await scrape({ threads: new FakeThreads(), logDrops: { lists: 2, store: 3 } })
  counters[0]!.query(0)
  words.pausedUntilMs = clock.nowMs + 1000
  const families = await read()
  expect(families.get('thanhloc_queries_total')!.series.get('thanhloc_queries_total{transport="udp"}')).toBe(
    1,
  )
  expect(
    families.get('thanhloc_log_lines_dropped_total')!.series.get('thanhloc_log_lines_dropped_total'),
  ).toBe(5)
  expect(families.get('thanhloc_blocking_paused')!.series.get('thanhloc_blocking_paused')).toBe(1)
  expect(families.get('thanhloc_hits_pending')!.series.size).toBe(0)
})

test('scrapes at once share one round of letters', async () => {
  const threads = healthyThreads()
  const { metrics } = await scrape({ threads })
  await Promise.all([metrics.render(), metrics.render(), metrics.render()])
  expect(threads.bodies('resolver/status')).toHaveLength(2)
  expect(threads.bodies('lists/status')).toHaveLength(1)
})

test('GrowingSum: every life of a part counts', () => {
  const sum = new GrowingSum()
  expect([5, 9, 2, 2, 0, 4].map((value) => sum.note('a', value))).toEqual([5, 9, 11, 11, 11, 15])
  expect(sum.note('b', 1)).toBe(1)
})

/** Series of one family: labels to value. */
function seriesOf(families: Map<string, Family>, name: string): Record<string, number> {
  const { series } = families.get(`thanhloc_${name}`)!
  return Object.fromEntries([...series].map(([key, value]) => [key.replace(/^\w+/, ''), value]))
}

const LEASES = {
  source: 'lease', path: '/var/lib/misc/dnsmasq.leases', format: 'dnsmasq', rows: 40, refused: 2,
  refusals: [{ line: 3, reason: 'no address' }], lastReadMs: 1_795_000_000_500, error: null,
} as const // prettier-ignore

test('sources of identity: each with its file; one that was never read has no numbers', async () => {
  const sources = [
    LEASES,
    { ...LEASES, path: '/kea.csv', error: 'permission denied' },
    { ...LEASES, source: 'register', path: '/register.csv', lastReadMs: null },
    { ...LEASES, source: 'neighbour', path: null, rows: 7, refused: 0 },
  ] as const
  const { scrape: read } = await scrape({
    identity: () => ({ sources, told: 9, waiting: 3, dropped: 1 }),
  })
  const families = await read()
  const dnsmasq = '{source="lease",file="/var/lib/misc/dnsmasq.leases"}'
  const kea = '{source="lease",file="/kea.csv"}'
  const neighbours = '{source="neighbour",file=""}'
  expect(seriesOf(families, 'identity_source_up')).toEqual({ [dnsmasq]: 1, [kea]: 0, [neighbours]: 1 })
  expect(seriesOf(families, 'identity_rows')).toEqual({ [dnsmasq]: 40, [kea]: 40, [neighbours]: 7 })
  expect(seriesOf(families, 'identity_refused_rows')).toMatchObject({ [dnsmasq]: 2, [neighbours]: 0 })
  expect(seriesOf(families, 'identity_last_read_timestamp_seconds')[dnsmasq]).toBe(1_795_000_000.5)
  expect(seriesOf(families, 'identity_bindings_total')).toEqual({ '': 9 })
  expect(seriesOf(families, 'identity_bindings_waiting')).toEqual({ '': 3 })
  expect(seriesOf(families, 'identity_bindings_dropped_total')).toEqual({ '': 1 })
})

test('channels of alerts: what stands in a file that cannot be read is left out, not 0', async () => {
  const record = {
    isWhole: true, pending: 2, pendingAlerts: 3, held: 1, sent: 10, failed: 4, dead: 5, overflowed: 6, lastSuccessAtMs: null,
    lastError: 'away', lastErrorAtMs: 1,
  } // prettier-ignore
  let channels = [
    { ...record, id: 'soc', type: 'webhook' as const },
    { ...record, id: 'duty', type: 'email' as const, lastSuccessAtMs: 1_795_000_000_000 },
  ]
  let trouble: string | null = null
  const { scrape: read, clock } = await scrape({
    alerts: { status: () => ({ channels, trouble }), test: () => Promise.reject(new Error('not here')) },
  })
  const families = await read()
  const of = (name: string) => seriesOf(families, `alerts_${name}`)['{channel="soc"}']
  expect(['pending', 'held', 'sent_total', 'failed_total', 'given_up_total', 'dropped_total'].map(of)).toEqual([2, 1, 10, 4, 5, 6]) // prettier-ignore
  expect(seriesOf(families, 'alerts_last_success_timestamp_seconds')).toEqual({
    '{channel="duty"}': 1_795_000_000,
  })
  expect(seriesOf(families, 'alerts_up')).toEqual({ '': 1 })
  channels = channels.map((channel) => ({ ...channel, isWhole: false, sent: 0 }))
  trouble = 'disk is full'
  clock.nowMs += 1000
  const later = await read()
  expect(seriesOf(later, 'alerts_sent_total')).toEqual({})
  expect(seriesOf(later, 'alerts_pending')).toEqual({})
  expect(seriesOf(later, 'alerts_up')).toEqual({ '': 0 })
})

test('cases by state; of a store that was never read nothing is said', async () => {
  const states = { new: 3, confirmed: 1, cleaning: 0, cleaned: 4, reinfected: 2, 'false-alarm': 0 }
  let fault: Error | null = new Error('there is no store yet')
  const { scrape: read, clock } = await scrape({
    totals: () => {
      if (fault !== null) throw fault
      return { ...TOTALS, cases: { states, opened: 12, urgent: 2 } }
    },
  })
  const before = await read()
  for (const name of ['cases', 'cases_opened_total', 'urgent_cases', 'hits_total', 'clients_with_hits'])
    expect(seriesOf(before, name), name).toEqual({})
  fault = null
  clock.nowMs += 1000
  const families = await read()
  expect(seriesOf(families, 'cases')).toMatchObject({ '{state="new"}': 3, '{state="reinfected"}': 2, '{state="cleaning"}': 0 }) // prettier-ignore
  expect(seriesOf(families, 'cases_opened_total')).toEqual({ '': 12 })
  expect(seriesOf(families, 'urgent_cases')).toEqual({ '': 2 })
})

test('a store that takes long to count is counted less often', async () => {
  let counted = 0
  const clock = new FakeClock()
  const board = new StatusBoard(healthyThreads(), 2, clock, () => {
    counted++
    clock.nowMs += 500
    return TOTALS
  })
  for (let second = 0; second < 9; second++) {
    await board.count()
    clock.nowMs += 1000
  }
  expect(counted).toBe(1)
  clock.nowMs += 2000
  await board.count()
  expect(counted).toBe(2)
})

test('accounts: failures by reason, who is locked out, sessions, the head of the trail', async () => {
  const { accounts, metrics, clock } = await createFixture()
  const read = async () => parse(await metrics.render())
  const caller = { principal: socketPrincipal(1000), source: 'socket' }
  const own = 'Mèo trèo cây cau 7'
  await accounts.users.add(caller, {
    name: 'an',
    role: 'admin',
    units: null,
    password: { text: own, isOwn: true },
  })
  const signIn = (password: string) => accounts.signIn({ name: 'an', password, source: '10.0.0.9' })
  expect(await signIn(own)).toHaveProperty('cookie')
  const families = await read()
  expect(seriesOf(families, 'accounts_up')).toEqual({ '': 1 })
  expect(seriesOf(families, 'sessions')).toEqual({ '': 1 })
  expect(seriesOf(families, 'audit_trail_head')).toEqual({ '': accounts.trail.head().seq })
  expect(seriesOf(families, 'sign_ins_locked')).toEqual({ '{by="account"}': 0, '{by="source"}': 0 })
  for (let attempt = 0; attempt < 7; attempt++) {
    await signIn('wrong password')
    clock.nowMs += 5000
  }
  const later = await read()
  expect(seriesOf(later, 'sign_in_failures_total')).toEqual({
    '{reason="password"}': 5,
    '{reason="code"}': 0,
    '{reason="disabled"}': 0,
    '{reason="locked"}': 2,
  })
  expect(seriesOf(later, 'sign_ins_locked')).toEqual({ '{by="account"}': 1, '{by="source"}': 1 })
  // An administrator's session ends after five minutes, the wait after fifteen.
  clock.nowMs += 15 * 60_000
  const last = await read()
  expect(seriesOf(last, 'sessions')).toEqual({ '': 0 })
  expect(seriesOf(last, 'sign_ins_locked')).toEqual({ '{by="account"}': 0, '{by="source"}': 0 })
  accounts.close()
  clock.nowMs += 1000
  const closed = await read()
  expect(seriesOf(closed, 'accounts_up')).toEqual({ '': 0 })
  expect(seriesOf(closed, 'sessions')).toEqual({})
  expect(seriesOf(closed, 'audit_trail_head')).toEqual({})
})
