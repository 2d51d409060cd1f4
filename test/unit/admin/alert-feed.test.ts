import { expect, test } from 'vitest'
import { AlertFeed } from '../../../src/admin/alert-feed.ts'
import type { Position } from '../../../src/alerts/outbox.ts'
import type { StoreEvents } from '../../../src/alerts/store-event.ts'
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
  position: Position = { log: null, cursor: 0, lastEventAtMs: null }
  isGap = false
  /** Thrown by the store. */
  fault: Error | null = null
  isOutboxWritable = true
  feed = this.open()

  /** As a control thread begins it. */
  open(): AlertFeed {
    return new AlertFeed({
      clock: this.clock,
      log: { warn: (_: unknown, text: string) => this.logged.push(text), error: (_: unknown, text: string) => this.logged.push(text) }, // prettier-ignore
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
        lastCaseEvent: (upTo, atMs) => Math.max(Math.min(upTo, this.newest, atMs - 1000), 0),
      },
      alerts: {
        position: () => (this.isOutboxWritable ? this.position : null),
        follow: (log, cursor) => {
          if (!this.isOutboxWritable) return false
          const lastEventAtMs = log === this.position.log ? this.position.lastEventAtMs : null
          this.position = { log, cursor, lastEventAtMs }
          return true
        },
        take: ({ log, events, next }: StoreEvents) => {
          if (!this.isOutboxWritable || log !== this.position.log) return false
          this.taken.push(...events.map(({ id }) => id))
          this.position = {
            log,
            cursor: next,
            lastEventAtMs: events.at(-1)?.at ?? this.position.lastEventAtMs,
          }
          return true
        },
      },
    })
  }

  /** The control thread dies, and another one begins. */
  restart(): this {
    this.feed.close()
    this.feed = this.open()
    return this
  }

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

test('another log is read from its start, also when it has grown past the old one, and over a restart', () => {
  const bench = new Bench()
  bench.newest = 2
  bench.poll()
  bench.logKey = 'b'
  bench.newest = 5
  expect(bench.poll().taken).toEqual([1, 2, 1, 2, 3, 4, 5])
  expect(bench.poll().taken).toHaveLength(7)
  expect(bench.logged).toEqual(['the store has begun anew: alerts follow it from its start'])
  bench.logKey = 'c'
  bench.newest = 6
  expect(bench.restart().poll().taken.slice(7)).toEqual([1, 2, 3, 4, 5, 6])
  expect(bench.restart().poll().poll().taken).toHaveLength(13)
})

test('a position of which it is not known in which log it stands is taken over', () => {
  const bench = new Bench()
  bench.position = { log: null, cursor: 3, lastEventAtMs: null }
  bench.newest = 5
  expect(bench.poll().taken).toEqual([4, 5])
  expect(bench.position.log).toBe('a')
  expect(bench.logged).toEqual([])
})

test('numbers that come a second time, after a power cut or from an older copy of the file, are read again', () => {
  const bench = new Bench()
  bench.newest = 10
  bench.poll()
  bench.taken.length = 0
  // Of the ten, seven are left; what is numbered 8 now is later than all that was handled.
  bench.position = { ...bench.position, lastEventAtMs: 1007 }
  bench.newest = 7
  expect(bench.restart().poll().taken).toEqual([])
  bench.newest = 9
  expect(bench.poll().taken).toEqual([8, 9])
  // They have grown past the old number before anybody looked.
  bench.position = { log: 'a', cursor: 10, lastEventAtMs: 1007 }
  bench.newest = 12
  bench.taken.length = 0
  expect(bench.restart().poll().taken).toEqual([8, 9, 10, 11, 12])
  expect(bench.poll().taken).toHaveLength(5)
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
