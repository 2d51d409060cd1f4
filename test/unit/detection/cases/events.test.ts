/** Numbered events: read behind a number, bounded, and honest about what is gone. */
import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test } from 'vitest'
import { EventLog } from '../../../../src/detection/cases/event-log.ts'
import { CaseStore, DAY } from './setup.ts'

const SMALL = { pairNumbers: 10, caseEvents: 5, days: 14 }

function many(store: CaseStore, from: number, count: number): void {
  for (let n = from; n < from + count; n++)
    store.store.hit({ client: `10.1.${n >> 8}.${n & 255}`, at: store.nowMs })
  store.store.tick(3000)
}

test('are read in pages behind a number, ascending, and to the end', () => {
  const store = new CaseStore()
  expect(store.cases.eventsEnd()).toMatchObject({ next: 0 })
  many(store, 0, 5)
  const first = store.cases.eventsAfter(0, 4)
  expect(first.events.map(({ id }) => id)).toEqual([1, 2, 3, 4])
  const second = store.cases.eventsAfter(first.next, 100)
  expect(second.events.map(({ id }) => id)).toEqual([5, 6, 7, 8, 9, 10])
  expect(second.next).toBe(10)
  expect(store.cases.eventsAfter(10)).toMatchObject({ events: [], next: 10, isGap: false })
  expect(store.cases.eventsEnd()).toEqual({ log: first.log, next: 10 })
})

test('without new pairs they are fewer, and what was passed over is not read again', () => {
  const store = new CaseStore()
  store.hit()
  store.hit({ indicator: 'other.test' })
  const { events, next } = store.cases.eventsAfter(0, 100, 'cases')
  expect(events.map(({ kind }) => kind)).toEqual(['case-opened'])
  expect(next).toBe(3)
})

test('new pairs go first; a reader who was away is told, one of the others is not', () => {
  const store = new CaseStore({ eventBounds: { pairNumbers: 10, caseEvents: 100_000, days: 14 } })
  many(store, 0, 1500)
  const all = store.cases.eventsAfter(0, 1000)
  expect(all.isGap).toBe(true)
  expect(store.cases.eventsAfter(2990, 1000).isGap).toBe(false)
  const kept = store.store.query(`SELECT count(*) AS n FROM event WHERE kind = 'pair-new'`)[0]!['n']
  expect(kept).toBeLessThanOrEqual(10)
  expect(store.cases.eventsAfter(0, 1000, 'cases')).toMatchObject({ isGap: false })
  expect(store.store.query(`SELECT count(*) AS n FROM event WHERE kind <> 'pair-new'`)).toEqual([{ n: 1500 }])
})

test('the oldest of the others go as well, and that is told', () => {
  const store = new CaseStore({ eventBounds: SMALL })
  many(store, 0, 1200)
  const { isGap, events } = store.cases.eventsAfter(0, 1000, 'cases')
  expect(isGap).toBe(true)
  expect(events).toHaveLength(5)
  expect(store.cases.eventsAfter(events[0]!.id, 1000, 'cases').isGap).toBe(false)
  // The count holds over a restart.
  store.restart()
  many(store, 1200, 1200)
  expect(store.cases.eventsAfter(0, 1000, 'cases').events).toHaveLength(5)
})

test('what is older than two weeks goes', () => {
  const store = new CaseStore()
  many(store, 0, 3)
  store.pass(13 * DAY)
  many(store, 3, 1)
  store.pass(2 * DAY)
  store.upkeep()
  const { events, isGap } = store.cases.eventsAfter(0)
  expect(events.map(({ id }) => id)).toEqual([7, 8])
  expect(isGap).toBe(true)
  expect(store.cases.eventsAfter(6).isGap).toBe(false)
  many(store, 4, 1)
  expect(store.cases.eventsAfter(8).events.map(({ id }) => id)).toEqual([9, 10])
})

test('another log has another key, and a number ahead of it is a gap', () => {
  const one = new CaseStore()
  const two = new CaseStore()
  expect(one.cases.eventsEnd().log).toMatch(/^[0-9a-f]{16}$/)
  expect(one.cases.eventsEnd().log).not.toBe(two.cases.eventsEnd().log)
  expect(one.cases.eventsAfter(5).isGap).toBe(true)
})

test('events that were undone are not counted, so none goes for them', () => {
  const store = new CaseStore()
  store.hit()
  const database = new DatabaseSync(store.store.path)
  onTestFinished(() => database.close())
  const log = new EventLog(database, () => null, { pairNumbers: 1000, caseEvents: 2000, days: 14 })
  const add = (count: number, end: 'COMMIT' | 'ROLLBACK'): void => {
    database.exec('BEGIN IMMEDIATE')
    log.begin()
    for (let n = 0; n < count; n++)
      log.add(store.nowMs, { kind: 'case-changed', caseId: 1, client: 1, campaign: '', indicator: null, list: null, state: null, actor: null }) // prettier-ignore
    log.trim()
    database.exec(end)
    if (end === 'ROLLBACK') log.forget()
  }
  add(2500, 'ROLLBACK')
  add(1000, 'COMMIT')
  expect(store.store.query(`SELECT count(*) AS n FROM event WHERE kind = 'case-changed'`)).toEqual([
    { n: 1000 },
  ])
})
