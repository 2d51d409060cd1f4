/** Cases as they are read: filters, sorts, pages over a set that changes, counts, exports. */
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it, test } from 'vitest'
import { exportCases, exportClients, exportHits } from '../../../../src/detection/cases/export.ts'
import { CASE_SORTS, type CaseFilter, type CaseSort } from '../../../../src/detection/cases/queries.ts'
import { BadCursor } from '../../../../src/detection/cursor.ts'
import { readPeerPage } from '../../../../src/detection/peer-page.ts'
import { StoreReader, StoreUnavailable } from '../../../../src/detection/queries.ts'
import { CaseReader } from '../../../../src/detection/cases/queries.ts'
import { CaseStore, DAY, HOUR, unitOf } from './setup.ts'

const UNITS = [
  unitOf('tinh', ['10.1.0.0/16'], { wan: ['203.0.113.1/32'] }),
  unitOf('xa', ['10.1.9.0/24'], { parent: 'tinh' }),
  unitOf('khac', ['10.2.0.0/16']),
]

/** Five cases: of two campaigns, three units, a router among them. */
function given(): CaseStore {
  const store = new CaseStore({ units: UNITS })
  store.work.setListed(['tinh'])
  store.store.storeWriter.setRouters(['10.2.0.9/32'])
  store.hit({ client: '10.1.0.1' })
  store.pass(HOUR)
  store.hit({ client: '10.1.9.1', lists: [2, 1] })
  store.pass(HOUR)
  store.hit({ client: '10.2.0.1' })
  store.hit({ client: '10.2.0.9' })
  store.bring(2, 'confirmed', 'cleaning')
  store.change(1, 'false-alarm', { note: 'x', untilMs: store.nowMs + DAY })
  store.change(4, null, { assignee: 'minh' })
  return store
}

describe('filters', () => {
  const ids = (filter: CaseFilter): number[] => {
    return given().cases.listCases(filter).items.map(({ id }) => id).toSorted((a, b) => a - b) // prettier-ignore
  }
  it.each<[string, CaseFilter, number[]]>([
    ['none', {}, [1, 2, 3, 4, 5]],
    ['states', { states: ['new', 'cleaning'] }, [2, 3, 4, 5]],
    ['no state', { states: [] }, []],
    ['campaign', { campaign: '2022' }, [1, 3, 4, 5]],
    ['lists without one', { campaign: '' }, [2]],
    ['unit with those under it', { unit: 'tinh' }, [1, 2, 3]],
    ['unit', { unit: 'xa' }, [2, 3]],
    ['unknown unit', { unit: 'gone' }, []],
    ['within', { within: ['xa', 'khac'] }, [2, 3, 4, 5]],
    ['within none', { within: [] }, []],
    ['unit within another', { unit: 'tinh', within: ['xa'] }, [2, 3]],
    ['assignee', { assignee: 'minh' }, [4]],
    ['nobody', { assignee: null }, [1, 2, 3, 5]],
    ['client', { client: 2 }, [2, 3]],
    ['priority', { priority: 'high' }, [1, 2, 3]],
    ['normal', { priority: 'normal' }, [4, 5]],
    ['kind', { kind: 'router' }, [5]],
    ['a network its client was in', { q: '10.1.9.0/24' }, [2, 3]],
    ['a part of an indicator', { q: 'evil' }, [1, 2, 3, 4, 5]],
    ['what nothing is called', { q: 'nowhere' }, []],
    ['several', { kind: 'machine', campaign: '2022', states: ['new'] }, [3, 4]],
  ])('%s', (_, filter, expected) => expect(ids(filter)).toEqual(expected))

  it('by the time of the last hit, both ends inclusive', () => {
    const cases = given()
    const lastHit = cases.cases.getCase(2)!.lastHit
    const found = (filter: CaseFilter): number[] => cases.cases.listCases(filter).items.map(({ id }) => id)
    expect(found({ since: lastHit, until: lastHit })).toEqual([3, 2])
    expect(found({ since: lastHit + 1 })).toEqual([5, 4])
    expect(found({ until: lastHit - 1 })).toEqual([1])
    expect(found({ openedSince: cases.cases.getCase(3)!.openedAt + 1 })).toEqual([5, 4])
  })
})

describe('sorts', () => {
  it.each<[CaseSort, number[]]>([
    ['first', [5, 4, 3, 2, 1]],
    ['hits', [4, 5, 3, 2, 1]],
    ['unit', [1, 3, 2, 5, 4]],
    ['priority', [3, 2, 1, 5, 4]],
    ['state', [5, 3, 4, 2, 1]],
    ['found', [5, 4, 3, 2, 1]],
    ['recent', [5, 4, 3, 2, 1]],
    ['changed', [4, 5, 2, 1, 3]],
  ])('%s, and the other way round', (sort, expected) => {
    const store = given()
    store.hit({ client: '10.2.0.1' })
    store.pass(HOUR)
    store.bring(4, 'confirmed')
    const ids = (isReversed: boolean): number[] =>
      store.cases.listCases({}, { sort, isReversed }).items.map(({ id }) => id)
    expect(ids(false)).toEqual(expected)
    expect(ids(true)).toEqual(expected.toReversed())
  })

  it('recent brings a case to the front when it is hit, to the minute', () => {
    const store = given()
    store.pass(HOUR)
    store.hit({ client: '10.1.0.1' })
    expect(store.cases.listCases({}, { sort: 'recent' }).items.map(({ id }) => id)).toEqual([1, 5, 4, 3, 2])
  })
})

describe('pages', () => {
  const walk = (store: CaseStore, sort: CaseSort, between: () => void): number[] => {
    const seen: number[] = []
    let cursor: string | undefined
    do {
      const page = store.cases.listCases({}, { sort, limit: 2, cursor })
      seen.push(...page.items.map(({ id }) => id))
      cursor = page.next ?? undefined
      between()
    } while (cursor !== undefined)
    return seen
  }

  it.each<CaseSort>([...CASE_SORTS])('sorted by %s hold every case once', (sort) => {
    expect(walk(given(), sort, () => {}).toSorted()).toEqual([1, 2, 3, 4, 5])
  })

  it('sorted by found miss nothing and tell nothing twice while cases come and change', () => {
    const store = given()
    let n = 0
    const seen = walk(store, 'found', () => {
      store.hit({ client: `10.7.0.${++n}` })
      store.hit({ client: '10.1.0.1' })
      store.change(3, null, { note: `${n}` })
    })
    expect(seen).toEqual([5, 4, 3, 2, 1])
  })

  it('sorted by recent tell no case twice that is hit meanwhile', () => {
    const store = given()
    const seen = walk(store, 'recent', () => {
      store.pass(HOUR)
      store.hit({ client: '10.2.0.1' })
    })
    expect(new Set(seen).size).toBe(seen.length)
  })

  it('are asked for with a cursor of the same list only', () => {
    const store = given()
    const { next } = store.cases.listCases({}, { limit: 1 })
    expect(() => store.cases.listCases({}, { sort: 'recent', cursor: next! })).toThrow(BadCursor)
    expect(() => store.reader.listClients({}, { cursor: next! })).toThrow(BadCursor)
  })

  it('of a history are the newest first, and whole', () => {
    const store = given()
    for (let n = 0; n < 5; n++) store.change(1, null, { note: `${n}` })
    const first = store.cases.listHistory(1, { limit: 4 })
    const second = store.cases.listHistory(1, { limit: 4, cursor: first.next! })
    expect([...first.items, ...second.items].map(({ note }) => note)).toEqual([
      '4',
      '3',
      '2',
      '1',
      '0',
      'x',
      '',
    ])
    expect(second.next).toBeNull()
  })
})

test('counts are by state, unit and campaign; routers stand apart', () => {
  const { cases, reader } = given()
  const none = { new: 0, confirmed: 0, cleaning: 0, cleaned: 0, reinfected: 0, 'false-alarm': 0 }
  expect(cases.counts()).toEqual({
    states: { ...none, new: 2, cleaning: 1, 'false-alarm': 1 },
    routers: { ...none, new: 1 },
    machines: 3,
    units: [
      { unit: 'khac', states: { ...none, new: 1 } },
      { unit: 'tinh', states: { ...none, 'false-alarm': 1 } },
      { unit: 'xa', states: { ...none, new: 1, cleaning: 1 } },
    ],
    campaigns: [
      { campaign: '', states: { ...none, cleaning: 1 } },
      { campaign: '2022', states: { ...none, new: 2, 'false-alarm': 1 } },
    ],
    urgent: 2,
  })
  expect(reader.totals().cases).toEqual({
    states: cases.counts().states,
    opened: 5,
    urgent: 2,
  })
  expect(cases.counts({ within: ['khac'] })).toMatchObject({ machines: 1, routers: { new: 1 }, urgent: 0 })
})

test('one case has its history and what was asked for', () => {
  const store = given()
  expect(store.cases.getCase(9)).toBeNull()
  expect(store.cases.getCase(3)).toMatchObject({
    id: 3,
    address: '10.1.9.1',
    unit: 'xa',
    history: { items: [{ cause: 'hit', to: 'new' }], next: null },
    indicators: [{ indicator: 'evil.test', kind: 'subtree', hits: 1, hint: 'unknown', silencedUntil: null }],
  })
})

describe('exports', () => {
  it('give every client, case and hit once, over many pages', () => {
    const store = new CaseStore({ units: UNITS })
    for (let n = 0; n < 2300; n++) store.store.hit({ client: `10.1.${n % 230}.1`, indicator: `e${n}.test`, qname: `e${n}.test`, lists: [1 + (n % 2)], at: store.nowMs }) // prettier-ignore
    store.store.tick(3000)
    for (let n = 0; n < 1200; n++) store.store.hit({ client: `10.3.${n >> 8}.${n & 255}`, at: store.nowMs })
    store.store.tick(3000)
    const hits = [...exportHits(store.reader)]
    expect(hits.map((page) => page.length)).toEqual(Array.from({ length: 35 }, () => 100))
    expect(new Set(hits.flat().map(({ clientId, indicator }) => `${clientId} ${indicator}`)).size).toBe(3500)
    expect(hits.flat().reduce((sum, { blocked, logged }) => sum + blocked + logged, 0)).toBe(
      store.store.stored,
    )
    expect([...exportClients(store.reader)].flat()).toHaveLength(1430)
    expect(new Set([...exportCases(store.cases)].flat().map(({ id }) => id)).size).toBe(230 + 1200)
  })

  it('of hits say who, what, by which lists and which server', () => {
    const one = new CaseStore({ units: UNITS })
    const two = new CaseStore({ units: UNITS })
    one.store.bind({ mac: 'aa:00:00:00:00:01', hostName: 'pc-1', address: '10.1.9.1' })
    one.hit({ client: '10.1.9.1', lists: [2, 1], qname: 'www.evil.test', qtype: 28, trigger: 1, action: 5 })
    two.store.storeWriter.applyPeerPage(
      readPeerPage(JSON.parse(JSON.stringify(one.reader.changesSince('', 9)))),
    )
    const row = {
      clientId: 1, client: 'mac:aa:00:00:00:00:01', address: '10.1.9.1', hostName: 'pc-1', name: null, unit: 'xa', indicator: 'evil.test',
      kind: 'subtree', blocked: 0, logged: 1, firstSeen: one.nowMs - 1, lastSeen: one.nowMs - 1, lastQname: 'www.evil.test', lastQtype: 'AAAA',
      lastAction: 'log', triggers: ['alias'], lists: ['watch', 'apt32'], campaigns: ['2022'], node: null,
      document: null, origin: null,
    } // prettier-ignore
    expect([...exportHits(one.reader)]).toEqual([[row]])
    expect([...exportHits(two.reader)]).toEqual([[{ ...row, node: 'dns1' }]])
  })

  it('follow their filters', () => {
    const store = given()
    const count = (filter: Parameters<typeof exportHits>[1]): number =>
      [...exportHits(store.reader, filter)].flat().length
    expect(count({ unit: 'tinh' })).toBe(2)
    expect(count({ within: ['khac'] })).toBe(2)
    expect(count({ within: [] })).toBe(0)
    expect(count({ since: store.cases.getCase(4)!.lastHit })).toBe(2)
    expect(count({ until: store.cases.getCase(1)!.lastHit })).toBe(1)
    expect([...exportCases(store.cases, { campaign: '' })].flat()).toHaveLength(1)
    expect([...exportClients(store.reader, { unit: 'xa' })].flat()).toHaveLength(1)
    expect([...exportHits(store.reader, { unit: 'gone' })]).toEqual([])
  })

  it('hold no transaction between pages: the log is written back meanwhile', () => {
    const store = new CaseStore()
    for (let n = 0; n < 2500; n++)
      store.store.hit({ indicator: `e${n}.test`, qname: `e${n}.test`, at: store.nowMs })
    store.store.tick(3000)
    const pages = exportHits(store.reader)
    pages.next()
    const other = new DatabaseSync(store.store.path)
    store.hit({ indicator: 'late.test' })
    expect(other.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get()).toMatchObject({ busy: 0 })
    other.close()
    expect([...pages].flat()).toHaveLength(2401)
  })
})

test('a store that is not there yet cannot be read, and can when it is', () => {
  const store = new CaseStore()
  const directory = `${store.store.directory}-later`
  const reader = new CaseReader(new StoreReader(directory, []))
  expect(() => reader.listCases()).toThrow(StoreUnavailable)
  expect(() => reader.eventsAfter(0)).toThrow(StoreUnavailable)
})
