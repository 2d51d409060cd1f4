import { expect, test } from 'vitest'
import { AlertFeed } from '../../../src/admin/alert-feed.ts'
import type { StoreEvent } from '../../../src/alerts/store-event.ts'
import type { StoredEvent } from '../../../src/detection/cases/queries.ts'
import { StoreUnavailable } from '../../../src/detection/queries.ts'
import { FakeClock } from '../../support/fake-clock.ts'

function event(id: number): StoredEvent {
  return {
    id, at: 1000 + id, kind: 'case-opened', caseId: id, clientId: id, campaign: '', unit: null, hostName: null, address: '10.0.0.1',
    indicator: 'evil.test', list: 'apt32', state: 'new', actor: null,
  } // prettier-ignore
}

/** A store whose events are numbered from 1, and alerts that remember what they took. */
class Bench {
  readonly clock = new FakeClock()
  readonly taken: number[] = []
  readonly limits: number[] = []
  readonly logged: string[] = []
  logKey = 'a'
  newest = 0
  cursor = 0
  isGap = false
  /** Thrown by the store. */
  fault: Error | null = null
  isOutboxWritable = true
  readonly feed = new AlertFeed({
    clock: this.clock,
    log: { warn: (_: unknown, text: string) => this.logged.push(text), error: (_: unknown, text: string) => this.logged.push(text) } as never, // prettier-ignore
    events: {
      eventsEnd: () => {
        if (this.fault !== null) throw this.fault
        return { log: this.logKey, next: this.newest }
      },
      eventsAfter: (after, limit) => {
        this.limits.push(limit)
        const ids = Array.from({ length: Math.min(this.newest - after, limit) }, (_, index) => after + index + 1) // prettier-ignore
        return {
          log: this.logKey,
          events: ids.map(event),
          next: ids.at(-1) ?? this.newest,
          isGap: this.isGap,
        }
      },
    },
    alerts: {
      readFrom: (newest) => {
        if (!this.isOutboxWritable) return null
        if (this.cursor > newest) this.cursor = 0
        return this.cursor
      },
      take: (events: readonly StoreEvent[], cursor) => {
        if (!this.isOutboxWritable) return false
        this.taken.push(...events.map(({ id }) => id))
        this.cursor = cursor
        return true
      },
    },
  })

  poll(): this {
    this.clock.advance(1000)
    return this
  }
}

test('events are handed on in order, each once, at most 500 a poll', () => {
  const bench = new Bench()
  bench.newest = 3
  expect(bench.poll().taken).toEqual([1, 2, 3])
  expect(bench.poll().taken).toEqual([1, 2, 3])
  bench.newest = 700
  expect(bench.poll().taken).toHaveLength(503)
  expect(bench.poll().taken).toEqual(Array.from({ length: 700 }, (_, index) => index + 1))
  expect(Math.max(...bench.limits)).toBe(500)
})

test('a store that cannot be read is tried again, in silence', () => {
  const bench = new Bench()
  bench.newest = 2
  bench.fault = new StoreUnavailable('not there yet')
  expect(bench.poll().poll().taken).toEqual([])
  bench.fault = null
  expect(bench.poll().taken).toEqual([1, 2])
  expect(bench.logged).toEqual([])
})

test('another fault is said once, and does not end the polling', () => {
  const bench = new Bench()
  bench.newest = 2
  bench.fault = new Error('broken')
  bench.poll().poll()
  expect(bench.logged).toEqual(['events could not be handed to the alerts: tried again'])
  bench.fault = null
  expect(bench.poll().taken).toEqual([1, 2])
})

test('while the outbox cannot be used events wait', () => {
  const bench = new Bench()
  bench.newest = 2
  bench.isOutboxWritable = false
  expect(bench.poll().taken).toEqual([])
  bench.isOutboxWritable = true
  expect(bench.poll().taken).toEqual([1, 2])
})

test('another log is read from its start, also when it has grown past the old one', () => {
  const bench = new Bench()
  bench.newest = 2
  bench.poll()
  bench.logKey = 'b'
  bench.newest = 5
  expect(bench.poll().taken).toEqual([1, 2, 1, 2, 3, 4, 5])
  expect(bench.poll().taken).toHaveLength(7)
})

test('events that were dropped before they were read are said, but not at the first start', () => {
  const bench = new Bench()
  bench.newest = 1
  bench.isGap = true
  bench.poll()
  expect(bench.logged).toEqual([])
  bench.newest = 2
  bench.poll()
  expect(bench.logged).toEqual(['events of the store were dropped before alerts were made of them'])
})

test('closed, it reads no more', () => {
  const bench = new Bench()
  bench.newest = 1
  bench.feed.close()
  expect(bench.poll().taken).toEqual([])
})
