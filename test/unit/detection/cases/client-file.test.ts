/** What an officer sees of one client beside its hits. */
import { expect, it } from 'vitest'
import { pairKey, type ClientFile } from '../../../../src/detection/cases/queries.ts'
import { CaseStore, DAY, HOUR } from './setup.ts'

const MINUTE = 60_000

function fileOf(store: CaseStore, id = 1): ClientFile {
  return store.cases.clientFile(id, store.reader.getClient(id)!.hitPage.items)
}

/** A program that asks every ten minutes, and a person who asked twice. */
function given(): CaseStore {
  const store = new CaseStore()
  store.hit({ indicator: 'page.test', lists: [2] })
  for (let n = 0; n < 40; n++) {
    store.pass(10 * MINUTE)
    store.hit({ indicator: 'beacon.test' })
  }
  store.hit({ indicator: 'page.test', lists: [2] })
  store.work.flush()
  return store
}

it('says how regular each pair asks, in words and as a histogram, and which pair tells most', () => {
  const file = fileOf(given())
  const beacon = file.pairs.get(pairKey({ indicator: 'beacon.test', kind: 'subtree' }))!
  expect(beacon.rhythm).toMatchObject({ hint: 'machine-like', intervals: 39 })
  expect(beacon.rhythm.reason.vi).toContain('Giống chương trình')
  expect(beacon.rhythm.reason.en).toContain('9.8 min')
  expect(beacon.intervals).toHaveLength(1)
  const [interval] = beacon.intervals
  expect(interval!.count).toBe(39)
  expect(interval!.fromMs).toBeLessThanOrEqual(10 * MINUTE)
  expect(interval!.toMs).toBeGreaterThan(10 * MINUTE)
  const page = file.pairs.get(pairKey({ indicator: 'page.test', kind: 'subtree' }))!
  expect(page.rhythm).toMatchObject({ hint: 'unknown', intervals: 1 })
  expect(page.silencedUntil).toBeNull()
  expect(file.rhythm).toMatchObject({ indicator: 'beacon.test', hint: 'machine-like' })
})

it('the last length has no end', () => {
  const store = new CaseStore()
  store.hit()
  store.pass(20 * DAY)
  store.hit()
  store.work.flush()
  expect([...fileOf(store).pairs.values()][0]!.intervals).toMatchObject([{ toMs: null, count: 1 }])
})

it('counts hits by hour of the day', () => {
  const store = new CaseStore()
  const hourOf = (): number => new Date(store.nowMs).getHours()
  const first = hourOf()
  store.hit()
  store.pass(DAY)
  store.hit()
  store.pass(5 * HOUR)
  const second = hourOf()
  store.hit()
  const { hoursOfDay } = fileOf(store)
  expect(hoursOfDay).toHaveLength(24)
  expect([hoursOfDay[first], hoursOfDay[second], hoursOfDay.reduce((sum, hits) => sum + hits)]).toEqual([
    2, 1, 3,
  ])
})

it('names its cases and what is silenced', () => {
  const store = given()
  store.change(2, 'false-alarm', { note: 'máy thử', untilMs: store.nowMs + DAY })
  const file = fileOf(store)
  expect(file.cases).toMatchObject([
    { id: 2, campaign: '2022', state: 'false-alarm', priority: 'normal' },
    { id: 1, campaign: '', state: 'new' },
  ])
  expect(file.silences).toMatchObject([
    {
      indicator: 'beacon.test',
      kind: 'subtree',
      actor: 'lan',
      reason: 'máy thử',
      caseId: 2,
      until: store.nowMs + DAY,
    },
  ])
  const beacon = file.pairs.get(pairKey({ indicator: 'beacon.test', kind: 'subtree' }))!
  expect(beacon.silencedUntil).toBe(store.nowMs + DAY)
})

it('nothing is said of a client of which nothing is known yet', () => {
  const store = new CaseStore()
  store.hit()
  expect(fileOf(store)).toMatchObject({ rhythm: null, silences: [] })
})
