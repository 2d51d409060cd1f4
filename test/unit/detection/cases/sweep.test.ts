/** What is too old goes, for good; what is held stays; the sums are those of what is left. */
import { existsSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it, test } from 'vitest'
import { cutoffMs, keepWarnings } from '../../../../src/detection/cases/keeping.ts'
import { readPeerPage } from '../../../../src/detection/peer-page.ts'
import { StoreWriter } from '../../../../src/detection/store-writer.ts'
import { CaseStore, DAY, HOUR, KEEP, NOON, unitOf } from './setup.ts'

const UNITS = [unitOf('so', ['10.0.0.0/24']), unitOf('phong', ['10.0.1.0/24'], { parent: 'so' })]
/** Hits for a month, cases for two. */
const SHORT = { ...KEEP, hitsMonths: 1, casesMonths: 2 }

/** Everything the sums of clients are held against. */
function isConsistent(store: CaseStore): void {
  expect(
    store.store.query(`SELECT c.id FROM client AS c LEFT JOIN (SELECT client_id, sum(blocked_count) AS b,
        sum(logged_count) AS l, count(DISTINCT indicator_id) AS n, min(first_at) AS first_at FROM hit GROUP BY client_id) AS h
      ON h.client_id = c.id WHERE (c.blocked_count, c.logged_count, c.indicator_count) <> (coalesce(h.b, 0), coalesce(h.l, 0),
        coalesce(h.n, 0)) OR c.first_seen > h.first_at`),
  ).toEqual([])
  expect(
    store.store.query(`SELECT cl.client_id, cl.list_id, cl.hit_count, h.n FROM client_list AS cl LEFT JOIN (
        SELECT client_id, j.value AS list_id, sum(blocked_count + logged_count) AS n FROM hit AS h JOIN list_set AS s
          ON s.id = h.list_set_id, json_each(s.lists) AS j GROUP BY 1, 2) AS h USING (client_id, list_id)
      WHERE cl.hit_count <> coalesce(h.n, -1)`),
  ).toEqual([])
  const [{ n }] = store.store.query('SELECT count(*) AS n FROM (SELECT DISTINCT client_id, indicator_id FROM hit)') as [{ n: number }] // prettier-ignore
  expect(store.store.storeWriter.rows).toBe(n)
}

function deleted(store: CaseStore): Record<string, number> {
  const sums: Record<string, number> = {}
  for (const { what, amount } of store.cases.listDeletions({ limit: 1000 }).items)
    sums[what] = (sums[what] ?? 0) + amount
  return sums
}

/** A day at a time, as time passes. */
function days(store: CaseStore, count: number): void {
  for (let day = 0; day < count; day++) {
    store.pass(DAY)
    store.upkeep()
  }
}

test('pairs go when their last hit is too old; the sums of the client are those of the rest', () => {
  const store = new CaseStore({ keep: SHORT })
  store.hit({ indicator: 'old.test', lists: [1, 2] })
  store.hit({ indicator: 'old.test', lists: [1, 2], action: 5 })
  store.hit({ indicator: 'kept.test', lists: [1] })
  days(store, 20)
  store.hit({ indicator: 'kept.test', lists: [1] })
  days(store, 20)
  const client = store.reader.getClient(1)!
  expect(client).toMatchObject({ hits: 2, blocked: 2, logged: 0, indicators: 1 })
  expect(client.hitPage.items.map(({ indicator, hits }) => [indicator, hits])).toEqual([['kept.test', 2]])
  expect(client.lists.map(({ id, hits }) => [id, hits])).toEqual([['apt32', 2]])
  isConsistent(store)
  expect(deleted(store)).toEqual({ pairs: 1, hits: 2, hours: 1, indicators: 1 })
  // The case still tells the whole.
  expect(store.said()).toEqual(['1 2022 new 4', '2 - new 2'])
})

test('a client without hits and cases goes, and comes back as a new one', () => {
  const store = new CaseStore({ keep: SHORT })
  store.hit()
  store.hit({ client: '10.0.0.2' })
  days(store, 40)
  // Only the cases are left.
  expect(store.reader.listClients().items.map(({ hits, indicators }) => [hits, indicators])).toEqual([[0, 0], [0, 0]]) // prettier-ignore
  expect(store.reader.listClients().items[0]!.lists).toEqual([])
  days(store, 40)
  expect(store.all()).toEqual([])
  expect(store.reader.listClients().items).toEqual([])
  expect(deleted(store)).toMatchObject({
    cases: 2,
    clients: 2,
    pairs: 2,
    hits: 2,
    indicators: 1,
    addresses: 2,
  })
  expect(store.store.storeWriter.rows).toBe(0)
  // What the writer had in mind of them is gone, too.
  store.hit()
  expect(store.reader.listClients().items.map(({ id, hits }) => [id, hits])).toEqual([[3, 1]])
  expect(store.said()).toEqual(['3 2022 new 1'])
  expect(store.store.log.of('cannot be written')).toEqual([])
})

test('each day and kind is one record: what, how many, older than when, by which rule', () => {
  const store = new CaseStore({ keep: SHORT })
  store.hit()
  store.hit({ client: '10.0.0.2' })
  days(store, 40)
  const [pairs] = store.cases.listDeletions().items.filter(({ what }) => what === 'pairs')
  expect(pairs).toMatchObject({ rule: 'keep.hits 1 month', amount: 2, olderThan: Date.UTC(2026, 10, 22) })
  expect(pairs!.from).toBeGreaterThan(pairs!.olderThan + 30 * DAY)
  expect(pairs!.to).toBeGreaterThanOrEqual(pairs!.from)
})

test('what is deleted is overwritten in the file, and the file shrinks', () => {
  const store = new CaseStore({ keep: SHORT })
  const secret = 'a-very-telling-name'
  for (let n = 0; n < 4000; n++) {
    const indicator = `${secret}-${n}.${'x'.repeat(50)}.test`
    store.store.hit({ indicator, qname: `www.${indicator}`, at: store.nowMs })
  }
  store.store.tick(3000)
  store.store.storeWriter.close()
  const holds = (): boolean => readFileSync(store.store.path).includes(secret)
  const before = readFileSync(store.store.path).length
  expect(holds()).toBe(true)
  store.store.tick()
  days(store, 80)
  expect(readFileSync(`${store.store.path}-wal`).includes(secret)).toBe(false)
  store.store.storeWriter.close()
  expect(holds()).toBe(false)
  expect(readFileSync(store.store.path).length).toBeLessThan(before * 0.6)
  expect(existsSync(`${store.store.path}-wal`)).toBe(false)
})

test('where somebody reads the log just then, it is cut an hour later', () => {
  const store = new CaseStore({ keep: SHORT })
  store.hit({ indicator: 'telling.test' })
  days(store, 30)
  const other = new DatabaseSync(store.store.path, { readOnly: true })
  other.exec('BEGIN')
  other.prepare('SELECT count(*) FROM hit').get()
  store.hit({ client: '10.0.0.2' })
  days(store, 5)
  const logBytes = (): number => readFileSync(`${store.store.path}-wal`).length
  expect(logBytes()).toBeGreaterThan(0)
  other.close()
  store.pass(2 * HOUR)
  store.upkeep()
  expect(logBytes()).toBe(0)
})

test('the work is done in small pieces, between which hits are committed', () => {
  const store = new CaseStore({ keep: SHORT })
  for (let n = 0; n < 3500; n++) store.store.hit({ client: `10.1.${n % 7}.1`, indicator: `e${n}.test`, qname: `e${n}.test`, at: store.nowMs }) // prettier-ignore
  store.store.tick(3000)
  days(store, 30)
  store.pass(10 * DAY)
  let ticks = 0
  const left = (): number => Number(store.store.query('SELECT count(*) AS n FROM hit')[0]!['n'])
  const seen: number[] = []
  while (left() > 0 && ticks++ < 200) {
    store.pass(200)
    store.work.tick()
    seen.push(left())
    isConsistent(store)
  }
  expect(new Set(seen).size).toBeGreaterThan(3)
  expect(deleted(store)).toMatchObject({ pairs: 3500, hits: 3500 })
})

test('a sweep that is cut off goes on where nothing is done twice', () => {
  const store = new CaseStore({ keep: SHORT })
  for (let n = 0; n < 2500; n++) store.store.hit({ client: `10.1.${n % 7}.1`, indicator: `e${n}.test`, qname: `e${n}.test`, at: store.nowMs }) // prettier-ignore
  store.store.tick(3000)
  days(store, 30)
  store.pass(10 * DAY)
  for (let round = 0; round < 30; round++) {
    for (let tick = 0; tick < 8; tick++) {
      store.pass(200)
      store.work.tick()
    }
    store.restart()
    store.store.tick()
  }
  store.upkeep()
  expect(deleted(store)).toMatchObject({ pairs: 2500, hits: 2500 })
  isConsistent(store)
})

test('a pair that another node saw lately stays as a whole', () => {
  const one = new CaseStore({ keep: SHORT })
  const two = new CaseStore({ keep: SHORT })
  const names = Array.from({ length: 700 }, (_, n) => `e${n}.test`)
  const hitAll = ({ store }: CaseStore, of: readonly string[]): void => {
    for (const name of of) store.hit({ indicator: name, qname: name, at: store.clock.wallMs() })
    store.tick(3000)
  }
  for (const { store } of [one, two]) store.bind({ mac: 'aa:00:00:00:00:01' })
  // One row more, so that a step of a thousand rows ends between the two rows of a pair.
  hitAll(two, ['only.test', ...names])
  days(two, 25)
  one.pass(25 * DAY)
  hitAll(one, names)
  two.store.storeWriter.applyPeerPage(
    readPeerPage(JSON.parse(JSON.stringify(one.reader.changesSince('', 1000)))),
  )
  days(two, 20)
  expect(two.reader.getClient(1)).toMatchObject({ hits: 1400, indicators: 700 })
  expect(deleted(two)).toMatchObject({ pairs: 1 })
  isConsistent(two)
})

test('another node that tells old hits anew is counted as they are told', () => {
  const store = new CaseStore({ keep: SHORT })
  store.hit()
  days(store, 40)
  store.hit()
  isConsistent(store)
  expect(store.reader.getClient(1)).toMatchObject({ hits: 1 })
})

test('a client that is silenced until later stays as long', () => {
  const store = new CaseStore({ keep: { ...SHORT, casesMonths: 1 } })
  store.hit()
  store.change(1, 'false-alarm', { note: 'own test', untilMs: store.nowMs + 60 * DAY })
  days(store, 45)
  expect(store.all()).toEqual([])
  store.hit()
  expect(store.said()).toEqual([])
  days(store, 20)
  store.hit()
  expect(store.all()).toHaveLength(1)
})

test('hours and addresses of a client that goes on go with its old hits', () => {
  const store = new CaseStore({ keep: SHORT })
  const A = 'aa:00:00:00:00:01'
  store.store.bind({ mac: A }, { mac: A, address: '10.0.0.2' })
  store.hit()
  store.hit({ client: '10.0.0.2' })
  days(store, 40)
  store.hit({ client: '10.0.0.2' })
  days(store, 1)
  const client = store.reader.getClient(1)!
  expect(client.addresses.map(({ address }) => address)).toEqual(['10.0.0.2'])
  expect(client.timeline).toHaveLength(1)
  expect(deleted(store)).toMatchObject({ addresses: 1, hours: 1 })
})

test('bindings and hits of nobody known are as old as the rest', () => {
  const store = new CaseStore({ keep: SHORT })
  store.store.bind(
    { mac: 'aa:00:00:00:00:01', untilMs: 1000 },
    { mac: 'aa:00:00:00:00:02', address: '10.0.0.2' },
  )
  days(store, 40)
  expect(store.store.query('SELECT mac FROM binding')).toEqual([{ mac: 'aa:00:00:00:00:02' }])
  expect(deleted(store)).toEqual({ bindings: 1 })
})

test('copies of the database that are older than what is kept go, and nothing else', () => {
  const store = new CaseStore({ keep: { ...SHORT, auditMonths: 2 } })
  const names = ['thanhloc.db.before-2', 'thanhloc.db.corrupt-20260101-000000', 'thanhloc.db.replaced-20260101-000000-1', 'accounts.db.replaced-20260101-000000', 'thanhloc.db.mine', 'lists'] // prettier-ignore
  const paths = names.map((name) => join(store.store.directory, name))
  for (const path of paths) {
    writeFileSync(path, 'x')
    utimesSync(path, NOON / 1000, NOON / 1000)
  }
  days(store, 30)
  expect(paths.map((path) => existsSync(path))).toEqual([true, true, true, true, true, true])
  days(store, 10)
  expect(paths.map((path) => existsSync(path))).toEqual([false, false, false, true, true, true])
  expect(deleted(store)).toEqual({ files: 3 })
  // A trail that was put aside stays as long as the trail does.
  days(store, 30)
  expect(paths.map((path) => existsSync(path))).toEqual([false, false, false, false, true, true])
  expect(store.cases.listDeletions().items[0]).toMatchObject({
    what: 'files',
    rule: 'keep.audit 2 months',
    amount: 1,
  })
})

describe('a clock that jumps ahead', () => {
  it('deletes nothing until it has stood there for a day', () => {
    const store = new CaseStore({ keep: SHORT })
    store.hit()
    days(store, 1)
    store.pass(900 * DAY)
    for (let tick = 0; tick < 100; tick++) {
      store.pass(200)
      store.work.tick()
    }
    expect(store.reader.getClient(1)).toMatchObject({ hits: 1 })
    expect(store.store.log.of('far ahead')).toHaveLength(1)
    store.pass(DAY)
    store.upkeep()
    expect(store.reader.listClients().items).toEqual([])
  })

  it('is believed at once in a store without hits', () => {
    const store = new CaseStore({ keep: SHORT })
    store.pass(900 * DAY)
    store.upkeep()
    expect(store.work.keeping).toEqual({ isSwept: true, error: null })
  })
})

describe('a case reported clean by a clock that was ahead', () => {
  it('is counted from now, and a hit reopens it', () => {
    const store = new CaseStore()
    const { clock } = store.store
    let aheadMs = 900 * DAY
    clock.wallMs = () => NOON + clock.nowMs + aheadMs
    store.hit({ at: NOON })
    store.upkeep()
    store.bring(1, 'confirmed', 'cleaned')
    aheadMs = 0
    store.pass(2 * HOUR)
    store.hit()
    expect(store.said()).toEqual(['1 2022 cleaned 2'])
    store.upkeep()
    expect(store.all()[0]!.cleanedAt).toBeLessThanOrEqual(store.nowMs)
    expect(store.cases.getCase(1)!.history.items[0]).toMatchObject({ cause: 'clock', to: 'cleaned' })
    store.pass(2 * HOUR)
    store.hit()
    expect(store.said()).toEqual(['1 2022 reinfected 3'])
  })

  it('waits an hour after the start, in which the clock may not be set yet', () => {
    const store = new CaseStore()
    const { clock } = store.store
    store.hit()
    store.bring(1, 'confirmed', 'cleaned')
    const cleanedAt = store.nowMs
    clock.wallMs = () => clock.nowMs
    store.restart()
    store.store.tick()
    store.upkeep()
    clock.wallMs = () => NOON + clock.nowMs
    expect(store.all()[0]!.cleanedAt).toBe(cleanedAt)
  })
})

describe('a legal hold', () => {
  const held = (scope: string, target = ''): CaseStore => {
    const store = new CaseStore({ keep: SHORT, units: UNITS })
    store.hit({ client: '10.0.1.1' })
    store.hit({ client: '10.9.0.1', lists: [2] })
    expect(store.work.setHold({ document: '12/QĐ-CA', scope, target, reason: 'điều tra', actor: 'lan' })).toEqual({ id: 1 }) // prettier-ignore
    days(store, 80)
    return store
  }
  const left = (store: CaseStore): string[] => store.reader.listClients().items.map(({ address, hits }) => `${address} ${hits}`).toSorted() // prettier-ignore

  it.each([
    ['client', '1', ['10.0.1.1 1']],
    ['unit', 'phong', ['10.0.1.1 1']],
    ['unit', 'so', ['10.0.1.1 1']],
    ['campaign', '2022', ['10.0.1.1 1']],
    ['all', '', ['10.0.1.1 1', '10.9.0.1 1']],
    ['unit', 'other', []],
  ])('on %s %s keeps what it names', (scope, target, expected) => {
    const store = held(scope, target)
    expect(left(store)).toEqual(expected)
    expect(store.all()).toHaveLength(expected.length)
  })

  it('keeps cases as well, and lets them go when it is lifted', () => {
    const store = held('all')
    expect(store.all()).toHaveLength(2)
    expect(store.store.query(`SELECT value FROM fact WHERE name = 'hour_horizon'`)).toEqual([])
    expect(store.work.isHeld).toBe(true)
    expect(store.work.releaseHold({ id: 1, actor: 'lan', reason: '13/QĐ-CA' })).toEqual({ id: 1 })
    expect(store.work.isHeld).toBe(false)
    store.upkeep()
    expect([store.all(), left(store)]).toEqual([[], []])
    expect(store.cases.holds()).toMatchObject([
      { id: 1, document: '12/QĐ-CA', scope: 'all', reason: 'điều tra', actor: 'lan', releasedBy: 'lan', releaseReason: '13/QĐ-CA' },
    ]) // prettier-ignore
    expect(store.work.releaseHold({ id: 1, actor: 'lan', reason: 'again' })).toMatchObject({
      problem: 'not-found',
    })
  })

  it('of the configuration holds as long as it stands there', () => {
    const holds = [{ document: '12/QĐ-CA', scope: 'campaign' as const, target: '2022' }]
    const store = new CaseStore({ keep: { ...SHORT, holds } })
    store.hit()
    days(store, 80)
    expect(left(store)).toEqual(['10.0.0.1 1'])
    store.configure({ keep: SHORT })
    store.upkeep()
    expect(left(store)).toEqual([])
  })

  it('on a machine holds what becomes part of it, and what it became part of', () => {
    const store = new CaseStore({ keep: SHORT })
    const A = 'aa:00:00:00:00:01'
    store.store.bind({ mac: A })
    store.hit()
    store.hit({ client: '10.0.0.2' })
    store.work.setHold({ document: 'x', scope: 'client', target: '2', actor: 'lan' })
    store.upkeep()
    store.store.bind({ mac: A, address: '10.0.0.2' })
    days(store, 80)
    expect(left(store)).toEqual(['10.0.0.2 2'])
    // By an id that is gone.
    expect(store.work.setHold({ document: 'y', scope: 'client', target: '2', actor: 'lan' })).toEqual({
      id: 2,
    })
    expect(store.cases.holds()[0]!.target).toBe('1')
  })

  it('keeps hours and bindings that are older than the writer keeps them otherwise', () => {
    const store = new CaseStore()
    store.store.bind({ mac: 'aa:00:00:00:00:01', untilMs: 1000 })
    store.hit({ client: '10.0.0.2' })
    store.store.storeWriter.close()
    const { directory, registry, clock, log } = store.store
    const counts = (): unknown => store.store.query('SELECT (SELECT count(*) FROM hit_hour) AS hours, (SELECT count(*) FROM binding) AS bindings')[0] // prettier-ignore
    store.pass(500 * DAY)
    for (const isHeld of [true, false]) {
      const writer = new StoreWriter({ directory, registry, clock, log, isHeld: () => isHeld })
      for (let round = 0; round < 3; round++) writer.tidy()
      writer.close()
      expect(counts()).toEqual(isHeld ? { hours: 1, bindings: 1 } : { hours: 0, bindings: 0 })
    }
  })

  it.each([
    [null],
    [{ document: '', scope: 'all', actor: 'lan' }],
    [{ document: 'x', scope: 'every', actor: 'lan' }],
    [{ document: 'x', scope: 'unit', actor: 'lan' }],
    [{ document: 'x', scope: 'client', target: 'pc-1', actor: 'lan' }],
    [{ document: 'x', scope: 'all' }],
    [{ document: 'x', scope: 'all', actor: 'lan', reason: 7 }],
  ])('%j is none', (asked) => {
    expect(new CaseStore().work.setHold(asked)).toMatchObject({ problem: 'invalid' })
  })
})

describe('the time before which things go', () => {
  it.each([
    ['2026-11-21T12:00:00Z', 12, '2025-11-21'],
    ['2026-03-31T23:59:59Z', 1, '2026-02-28'],
    ['2028-03-31T00:00:00Z', 1, '2028-02-29'],
    ['2026-01-15T05:00:00Z', 3, '2025-10-15'],
  ])('at %s, %i months: %s', (now, months, day) =>
    expect(cutoffMs(Date.parse(now), months)).toBe(Date.parse(`${day}T00:00:00Z`)),
  )
})

test('less than the level asks for is warned of', () => {
  expect(keepWarnings({ ...KEEP, level: 4, hitsMonths: 3 })).toEqual([
    'keep.hits: 3 months is less than the 6 months that level 4 asks for',
  ])
  expect(keepWarnings({ ...KEEP, level: 5, hitsMonths: 12, casesMonths: 1 })).toHaveLength(1)
  expect(keepWarnings({ ...KEEP, level: 5, auditMonths: 6 })).toEqual([
    'keep.audit: 6 months is less than the 12 months that level 5 asks for',
  ])
  expect(keepWarnings({ ...KEEP, level: 5 })).toEqual([])
  expect(keepWarnings({ ...KEEP, hitsMonths: 1 })).toEqual([])
  const store = new CaseStore({ keep: { ...SHORT, level: 3 } })
  expect(store.store.log.of('level 3 asks for')).toHaveLength(2)
})
