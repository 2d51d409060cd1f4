import { expect, test } from 'vitest'
import { AlertConditions } from '../../../src/admin/alert-conditions.ts'
import type { Condition } from '../../../src/alerts/alert.ts'
import { StatusBoard } from '../../../src/metrics/thread-status.ts'
import type { NodeStatus } from '../../../src/nodes/node-status.ts'
import { MailError } from '../../../src/thread/mail.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { healthyThreads, listStatus, TOTALS, upstreamStatus, type FakeThreads } from './fake-threads.ts'

/** What holds after each look: `kind about: reason`. */
class Bench {
  readonly clock = new FakeClock()
  readonly threads: FakeThreads = healthyThreads()
  readonly holds = new Map<string, string>()
  readonly ended: string[] = []
  readonly logged: string[] = []
  channels: readonly string[] = ['soc']
  nodes: readonly NodeStatus[] = []
  readonly conditions = new AlertConditions({
    clock: this.clock,
    board: new StatusBoard(this.threads, 2, this.clock, () => TOTALS),
    nodes: () => this.nodes,
    log: { error: (_: unknown, text: string) => this.logged.push(text) } as never,
    alerts: {
      status: () => ({ channels: this.channels as never, trouble: null }),
      raise: ({ kind, about, reason }: Condition) => void this.holds.set(`${kind} ${about}`, reason),
      resolve: ({ kind, about }) => {
        if (this.holds.delete(`${kind} ${about}`)) this.ended.push(`${kind} ${about}`)
      },
    },
  })

  async look(): Promise<Record<string, string>> {
    this.clock.advance(1000)
    await this.conditions.look()
    return Object.fromEntries(this.holds)
  }

  lists(...lists: ReturnType<typeof listStatus>[]): void {
    this.threads.on('lists/status', () => ({ lists, names: 2, addresses: 0, generation: 1, reloadSeconds: 1, error: null, pause: null })) // prettier-ignore
  }

  /** Of each of two resolver threads. */
  upstreams(of: (thread: string) => readonly ReturnType<typeof upstreamStatus>[]): void {
    this.threads.on('resolver/status', (_, thread) => ({
      upstreams: of(thread),
      cache: { entries: 0, bytes: 0 },
    }))
  }
}

test('nothing holds while all is well', async () => {
  expect(await new Bench().look()).toEqual({})
})

test('a list that is not taken holds until it is, or until it is no longer configured', async () => {
  const bench = new Bench()
  bench.lists(
    listStatus('a', { state: 'failed', error: 'a.txt is not there' }),
    listStatus('b', { state: 'kept-last-good', error: 'b.txt is empty' }),
  )
  expect(await bench.look()).toEqual({
    'list-failed a': 'not in force: a.txt is not there',
    'list-failed b': 'in force in an earlier version: b.txt is empty',
  })
  bench.lists(listStatus('a'))
  expect(await bench.look()).toEqual({})
  expect(bench.ended.toSorted()).toEqual(['list-failed a', 'list-failed b'])
})

test('a list older than it may be holds until it is renewed, or until nobody minds its age', async () => {
  const bench = new Bench()
  const stale = { renewedAt: Date.UTC(2026, 10, 18, 8), maxAgeMs: 86_400_000, isStale: true }
  bench.lists(listStatus('a', stale), listStatus('b', { ...stale, state: 'kept-last-good', error: 'gone' }))
  expect(await bench.look()).toEqual({
    'list-stale a': 'not renewed since 2026-11-18T08:00:00.000Z',
    'list-stale b': 'not renewed since 2026-11-18T08:00:00.000Z',
    'list-failed b': 'in force in an earlier version: gone',
  })
  bench.lists(listStatus('a', { ...stale, isStale: false }))
  expect(await bench.look()).toEqual({})
  expect(bench.ended.toSorted()).toEqual(['list-failed b', 'list-stale a', 'list-stale b'])
})

test('upstreams are down when no thread has a general one that is up', async () => {
  const bench = new Bench()
  const down = upstreamStatus('192.0.2.53:53', { state: 'down' })
  const loop = upstreamStatus('192.0.2.54:53', { state: 'loop' })
  const forward = upstreamStatus('192.0.2.55:53', { group: 1 })
  bench.upstreams((thread) => [thread === 'resolver-0' ? down : upstreamStatus('192.0.2.53:53'), loop])
  expect(await bench.look()).toEqual({})
  bench.upstreams(() => [down, loop, forward])
  expect(await bench.look()).toEqual({ 'upstreams-down ': 'none of 2 general upstreams is usable' })
  bench.upstreams(() => [forward])
  expect(Object.keys(await bench.look())).toEqual(['upstreams-down '])
  bench.upstreams(() => [down, upstreamStatus('192.0.2.54:53')])
  expect(await bench.look()).toEqual({})
})

test('the store holds with what is wrong; a thread that is silent neither begins nor ends anything', async () => {
  const bench = new Bench()
  bench.threads.on('store/status', () => ({ state: 'full', error: 'disk is full' }))
  expect(await bench.look()).toEqual({ 'store-trouble ': 'full: disk is full' })
  bench.threads.on('store/status', () => {
    throw new MailError('store is being restarted')
  })
  bench.threads.on('lists/status', () => {
    throw new MailError('lists is being restarted')
  })
  expect(Object.keys(await bench.look())).toEqual(['store-trouble '])
  bench.threads.on('store/status', () => ({ state: 'ok', error: null }))
  expect(await bench.look()).toEqual({})
})

test('a look that goes wrong is logged, and the next one goes on', async () => {
  const bench = new Bench()
  bench.lists(null as never)
  await bench.look()
  expect(bench.logged).toEqual(['the state of the server could not be looked at for alerts'])
  bench.lists(listStatus('a', { state: 'failed' }))
  expect(await bench.look()).toEqual({ 'list-failed a': 'not in force' })
})

test('what began while there was no channel is told to the first one', async () => {
  const bench = new Bench()
  bench.channels = []
  bench.lists(listStatus('a', { state: 'failed' }))
  expect(await bench.look()).toEqual({})
  expect(bench.threads.asked).toEqual([])
  bench.channels = ['soc']
  expect(await bench.look()).toEqual({ 'list-failed a': 'not in force' })
})

test('it looks every five seconds until it is closed', async () => {
  const bench = new Bench()
  bench.lists(listStatus('a', { state: 'failed' }))
  bench.clock.advance(5000)
  await expect.poll(() => bench.holds.size).toBe(1)
  bench.conditions.close()
  bench.lists(listStatus('a'))
  bench.clock.advance(60_000)
  await bench.conditions.look()
  expect(bench.holds.size).toBe(1)
})

test('another node holds when it has failed for a minute, until it answers or is no longer configured', async () => {
  const bench = new Bench()
  const node = (id: string, failingMs: number | null): NodeStatus =>
    ({ id, failingMs, error: failingMs === null ? null : 'nobody listens there' }) as NodeStatus
  bench.nodes = [node('dns-a', 59_000), node('dns-b', 60_000), node('dns-c', null)]
  expect(await bench.look()).toEqual({ 'node-away dns-b': 'dns-b: nobody listens there' })
  bench.nodes = [node('dns-a', 64_000), node('dns-b', null)]
  expect(await bench.look()).toEqual({ 'node-away dns-a': 'dns-a: nobody listens there' })
  bench.nodes = []
  expect(await bench.look()).toEqual({})
  expect(bench.ended).toEqual(['node-away dns-b', 'node-away dns-a'])
})
