/** The ledger of health: what is judged, since when, and that nothing is said of what is not known. */
import { describe, expect, it, vi } from 'vitest'
import { ClockWatch } from '../../../src/admin/health/clock-watch.ts'
import type { Health } from '../../../src/admin/health/ledger.ts'
import { diskTroubles, memoryRoom, memoryTroubles, sizeText } from '../../../src/admin/health/machine.ts'
import { queryTroubles } from '../../../src/admin/health/query-troubles.ts'
import { TrafficWindow } from '../../../src/admin/health/traffic-window.ts'
import { COMPONENTS } from '../../../src/admin/health/trouble.ts'
import type { StatusReport } from '../../../src/admin/routes/status.ts'
import { readTraffic } from '../../../src/admin/traffic.ts'
import { Counters, Outcome } from '../../../src/metrics/counters.ts'
import {
  AUTHORISED,
  createFixture,
  FakeClock,
  FakeThreads,
  healthyThreads,
  listStatus,
  NOW,
  upstreamStatus,
  type Fixture,
} from './fake-threads.ts'

async function look({ app }: Fixture): Promise<StatusReport> {
  return (await app.inject({ url: '/api/v1/status', headers: AUTHORISED })).json()
}

type Component = StatusReport['health']['components'][number]

async function componentOf(fixture: Fixture, name: string): Promise<Component> {
  return (await look(fixture)).health.components.find(({ component }) => component === name)!
}

describe('a server at which nothing is wrong', () => {
  it('is well, and says of each part what it does, in both languages', async () => {
    const { health, degraded } = await look(await createFixture())
    expect(degraded).toEqual([])
    expect(health).toMatchObject({ state: 'ok', since: new Date(NOW).toISOString() })
    expect(health.components.map(({ component }) => component)).toEqual([...COMPONENTS])
    for (const { component, state, troubles, detail } of health.components) {
      expect([component, troubles]).toEqual([component, []])
      expect(['ok', 'unknown']).toContain(state)
      expect(detail.vi, component).not.toBe('')
      expect(detail.en, component).not.toBe('')
      expect(detail.vi).toBe(detail.vi.normalize('NFC'))
    }
  })

  it('says that it does not know where nothing has happened yet, and never zero or well', async () => {
    const fixture = await createFixture({ settings: 'lists: []' })
    expect(await componentOf(fixture, 'queries')).toMatchObject({
      state: 'unknown',
      detail: { en: 'no query since the start' },
    })
    expect((await componentOf(fixture, 'alerts')).state).toBe('unknown')
    expect((await componentOf(fixture, 'nodes')).state).toBe('unknown')
    expect((await componentOf(fixture, 'identity')).state).toBe('unknown')
    fixture.counters[0]!.query(0)
    expect(await componentOf(fixture, 'queries')).toMatchObject({ state: 'ok', detail: { en: expect.stringMatching(/^1 since/) } }) // prettier-ignore
  })

  it('knows nothing of threads that have never answered', async () => {
    const fixture = await createFixture({ threads: new FakeThreads() })
    for (const name of ['lists', 'store'])
      expect((await componentOf(fixture, name)).state, name).toBe('unknown')
    // Of `threads` itself it knows that they are silent.
    expect((await componentOf(fixture, 'threads')).state).toBe('warn')
  })
})

describe('troubles', () => {
  it('say since when, and keep it while their words change', async () => {
    const drops = { lists: 3 }
    const fixture = await createFixture({ logDrops: drops })
    await look(fixture)
    fixture.clock.nowMs += 60_000
    drops.lists = 4
    const log = await componentOf(fixture, 'log')
    expect(log).toMatchObject({
      state: 'warn',
      since: new Date(NOW).toISOString(),
      troubles: [{ severity: 'warn', since: new Date(NOW).toISOString(), detail: { en: '4 log lines were dropped since the start' } }], // prettier-ignore
    })
  })

  it('begin anew when they were over', async () => {
    const threads = healthyThreads()
    const well = threads.answers.get('store/status')!
    const fixture = await createFixture({ threads })
    const fail = (): void =>
      void threads.on('store/status', (body, to) => ({ ...(well(body, to) as object), state: 'full' }))
    fail()
    expect((await look(fixture)).health.state).toBe('fail')
    fixture.clock.nowMs += 1000
    threads.on('store/status', well)
    expect((await look(fixture)).health).toMatchObject({
      state: 'ok',
      since: new Date(NOW + 1000).toISOString(),
    })
    fixture.clock.nowMs += 1000
    fail()
    const store = await componentOf(fixture, 'store')
    expect(store.troubles[0]).toMatchObject({
      since: new Date(NOW + 2000).toISOString(),
      detail: { en: 'hits wait in memory: full' },
      advice: { en: expect.stringContaining('make room') },
    })
  })

  it('of one part stand worst first, and the whole is as bad as the worst', async () => {
    const lists = {
      lists: [listStatus('old', { state: 'kept-last-good' }), listStatus('gone', { state: 'failed' })],
      names: 2, addresses: 0, generation: 1, reloadSeconds: 0.5, error: null, pause: null,
    } // prettier-ignore
    const fixture = await createFixture({ threads: healthyThreads().on('lists/status', () => lists) })
    const { health, degraded } = await look(fixture)
    expect(health.state).toBe('fail')
    const found = health.components.find(({ component }) => component === 'lists')!
    expect(found.troubles.map(({ severity }) => severity)).toEqual(['fail', 'warn'])
    expect(found.detail.en).toBe('gone is not in force')
    expect(degraded.map(({ detail }) => detail)).toEqual([
      'gone is not in force',
      'old is in force in an earlier version',
    ])
  })

  it('an upstream that is down needs a look, none that is up is a failure', async () => {
    const resolvers = (...states: ('up' | 'down')[]) => ({
      upstreams: states.map((state, index) => upstreamStatus(`192.0.2.${index}:53`, { state })),
      cache: { entries: 0, bytes: 0 },
    })
    const threads = healthyThreads().on('resolver/status', () => resolvers('up', 'down'))
    expect((await componentOf(await createFixture({ threads }), 'upstreams')).state).toBe('warn')
    threads.on('resolver/status', () => resolvers('down', 'down'))
    const worse = await componentOf(await createFixture({ threads }), 'upstreams')
    expect(worse).toMatchObject({ state: 'fail', detail: { en: '2 of 2 upstreams are not usable' } })
    // Read without a token.
    expect(JSON.stringify(worse)).not.toContain('192.0.2')
  })

  it('no thread that answers is a failure of listening', async () => {
    const fixture = await createFixture()
    fixture.words.forget(0)
    expect((await componentOf(fixture, 'listening')).state).toBe('fail')
  })

  it('of lists: what is not in force yet, and what they block that many clean names share, in numbers', async () => {
    const fixture = await createFixture()
    const { review } = fixture
    vi.spyOn(review, 'status').mockReturnValue({ unguarded: 0, held: 0, oldestMs: null, notInForce: ['cv'] })
    const owners = { least: 5, most: 5 }
    const entry = (address: string, ...lists: readonly string[]) => ({ address, lists, owners })
    vi.spyOn(review.shared, 'found', 'get').mockReturnValue([entry('198.51.100.7', 'botnet'), entry('198.51.100.8', 'botnet', 'apt32')]) // prettier-ignore
    const { troubles } = await componentOf(fixture, 'lists')
    expect(troubles.map(({ severity, detail }) => `${severity} ${detail.en}`)).toEqual([
      'warn what was decided last about the list cv is not in force: its file cannot be written',
      'warn the list botnet blocks 2 addresses that many clean names share',
      'warn the list apt32 blocks 1 addresses that many clean names share',
    ])
    expect(JSON.stringify(troubles)).not.toContain('198.51.100')
  })

  it('every one says what to do, in both languages', async () => {
    const fixture = await createFixture({
      threads: new FakeThreads(),
      faults: ['the admin API cannot be reached'],
      logDrops: { main: 1 },
      machine: { disk: () => ({ free: 1, size: 8e9 }), memory: () => ({ free: 1, size: 8e9 }), bridge: null },
    })
    fixture.words.pausedUntilMs = NOW + 60_000
    fixture.words.forget(0)
    const { health } = await look(fixture)
    const troubles = health.components.flatMap((component) => component.troubles)
    expect(troubles.length).toBeGreaterThan(7)
    for (const { detail, advice } of troubles)
      for (const words of [detail, advice])
        for (const text of [words.vi, words.en]) {
          expect(text.length).toBeGreaterThan(5)
          expect(text).toBe(text.normalize('NFC'))
        }
  })

  it('of the machine: disk and memory', () => {
    const size = 8e9
    expect(diskTroubles(null)).toEqual([])
    expect(diskTroubles({ free: 1e9, size })).toEqual([])
    expect(diskTroubles({ free: 3e8, size })[0]).toMatchObject({ severity: 'warn' })
    expect(diskTroubles({ free: 5e7, size })[0]).toMatchObject({ severity: 'fail' })
    // A twentieth of a large disk is plenty.
    expect(diskTroubles({ free: 9e9, size: 4e12 })).toEqual([])
    expect(memoryTroubles({ free: 3e8, size })[0]).toMatchObject({ severity: 'warn', part: 'memory' })
    expect(memoryTroubles(memoryRoom())).toEqual([])
    expect([900, 3 << 20, 1.5 * 2 ** 30].map(sizeText)).toEqual(['1 KB', '3 MB', '1.5 GB'])
  })
})

describe('the last minute', () => {
  it('is counted from looks, however often they come', () => {
    const counters = new Counters()
    const window = new TrafficWindow()
    expect(window.note(readTraffic([counters]), 0)).toMatchObject({ spanMs: 0, queries: 0 })
    for (let atMs = 5000; atMs <= 300_000; atMs += 5000) {
      counters.query(0)
      window.note(readTraffic([counters]), atMs)
      window.note(readTraffic([counters]), atMs + 1)
    }
    expect(window.note(readTraffic([counters]), 300_002)).toMatchObject({ spanMs: 60_002, queries: 12 })
    // A quiet while leaves one look to compare with.
    expect(window.note(readTraffic([counters]), 900_000)).toMatchObject({ queries: 0 })
  })

  it('fails where a fifth has failed and it was not a few, and tells of what the kernel dropped', () => {
    const recent = { spanMs: 60_000, queries: 1000, failed: 0, receiveDrops: 0 }
    expect(queryTroubles(recent)).toEqual([])
    expect(queryTroubles({ ...recent, queries: 100, failed: 99 })).toEqual([])
    expect(queryTroubles({ ...recent, failed: 200 })).toEqual([])
    expect(queryTroubles({ ...recent, failed: 201 })[0]).toMatchObject({ key: 'failed', severity: 'fail', detail: { en: expect.stringContaining('20 %') } }) // prettier-ignore
    expect(queryTroubles({ ...recent, receiveDrops: 3 })[0]).toMatchObject({
      key: 'dropped',
      severity: 'warn',
    })
  })
})

describe('the clock', () => {
  /** Two clocks that a test moves apart. */
  class TwoClocks extends FakeClock {
    elapsedMs = 0
    override monotonicMs(): number {
      return this.elapsedMs
    }
    pass(ms: number, jumpMs = 0): void {
      this.elapsedMs += ms
      this.nowMs += ms + jumpMs
    }
  }

  it('that was set is told for an hour, drift is not', () => {
    const clock = new TwoClocks()
    const logged: object[] = []
    const watch = new ClockWatch(clock, { warn: (fields: object) => void logged.push(fields) })
    for (let look = 0; look < 1000; look++) {
      clock.pass(5000, 2)
      expect(watch.look([])).toEqual([])
    }
    clock.pass(5000, -120_000)
    expect(watch.look([])[0]).toMatchObject({ key: 'jumped', severity: 'warn', detail: { en: expect.stringContaining('back by 120 s') } }) // prettier-ignore
    expect(logged).toEqual([{ bySeconds: -120 }])
    clock.pass(3_500_000)
    expect(watch.look([])).toHaveLength(1)
    clock.pass(200_000)
    expect(watch.look([])).toEqual([])
  })

  it.each([0, Date.UTC(2019, 0, 1), Date.UTC(2099, 0, 1)])('that says %i cannot be right', (nowMs) => {
    const clock = new TwoClocks()
    clock.pass(0, nowMs - clock.wallMs())
    expect(new ClockWatch(clock, { warn() {} }).look([])).toEqual([
      expect.objectContaining({ part: 'clock', key: 'impossible', severity: 'fail' }),
    ])
  })

  it('that stands before what has happened cannot be right', () => {
    const watch = new ClockWatch(new TwoClocks(), { warn() {} })
    expect(watch.look([NOW + 3_600_000])).toEqual([])
    expect(watch.look([NOW - 1e9, NOW + 2 * 86_400_000])[0]).toMatchObject({
      key: 'behind',
      severity: 'fail',
      detail: { en: 'the clock says 2026-11-21, but something happened on 2026-11-23' },
    })
  })
})

describe('GET /traffic', () => {
  it('sums what the threads have counted, without asking one', async () => {
    const fixture = await createFixture()
    fixture.counters[0]!.query(0)
    fixture.counters[1]!.query(1)
    fixture.counters[1]!.answer(Outcome.blocked, 0, 0.2)
    fixture.threads.asked.length = 0
    const reply = await fixture.app.inject({ url: '/api/v1/traffic', headers: AUTHORISED })
    expect(reply.json()).toMatchObject({ queries: { udp: 1, tcp: 1 }, answers: { blocked: 1, cached: 0 } })
    const { bounds, durations } = reply.json<{ bounds: number[]; durations: Record<string, number[]> }>()
    expect(durations['blocked']).toHaveLength(bounds.length + 1)
    expect(durations['blocked']!.indexOf(1)).toBe(bounds.indexOf(0.00025))
    expect(fixture.threads.asked).toEqual([])
  })
})

/** What is decided is what both places tell. */
it('readyz and the status tell the same', async () => {
  const fixture = await createFixture({ logDrops: { main: 2 }, faults: ['x'] })
  const ready = await fixture.app.inject({ url: '/readyz', headers: { host: '127.0.0.1' } })
  const { degraded, health } = await look(fixture)
  expect(ready.json<{ degraded: Health[] }>().degraded).toEqual(degraded)
  expect(degraded).toEqual(
    health.components.flatMap(({ component, troubles }) => troubles.map(({ detail }) => ({ part: component, detail: detail.en }))), // prettier-ignore
  )
})
