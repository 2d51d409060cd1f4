/** Hits over all clients: every filter, the orders, and pages that are bounded by what is looked at. */
import { describe, expect, it } from 'vitest'
import { readPeerPage } from '../../../src/detection/peer-page.ts'
import { BadCursor, TooManyPairs, type PairFilter, type PairSort } from '../../../src/detection/queries.ts'
import { CaseStore, HOUR, unitOf } from './cases/setup.ts'

const UNITS = [unitOf('tinh', ['10.1.0.0/16']), unitOf('xa', ['10.1.9.0/24'], { parent: 'tinh' })]

/** Client 1 (tinh): evil, odd. 2 (xa): evil, three times. 3 (none): bad.net, logged. */
function given(): CaseStore {
  const store = new CaseStore({ units: UNITS })
  store.hit({ client: '10.1.0.1', qname: 'a.evil.test' })
  store.pass(HOUR)
  for (let n = 0; n < 3; n++) store.hit({ client: '10.1.9.1' })
  store.pass(HOUR)
  store.hit({ client: '10.9.0.1', indicator: 'bad.net', lists: [2], action: 5 })
  store.pass(HOUR)
  store.hit({ client: '10.1.0.1', indicator: 'odd.test', lists: [2, 1], action: 1 })
  return store
}

const said = (store: CaseStore, filter: PairFilter, sort: PairSort = 'found'): string[] =>
  store.reader.listPairs(filter, { sort }).items.map(({ clientId, indicator }) => `${clientId} ${indicator}`)

const ALL = ['3 bad.net', '2 evil.test', '1 odd.test', '1 evil.test']

describe('filters', () => {
  it.each<[string, PairFilter, string[]]>([
    ['none', {}, ALL],
    ['client', { client: 1 }, ['1 odd.test', '1 evil.test']],
    ['unit with those under it', { unit: 'tinh' }, ['2 evil.test', '1 odd.test', '1 evil.test']],
    ['within', { within: ['xa'] }, ['2 evil.test']],
    ['within none', { within: [] }, []],
    ['campaign', { campaign: '2022' }, ['2 evil.test', '1 odd.test', '1 evil.test']],
    ['lists without one', { campaign: '' }, ['3 bad.net', '1 odd.test']],
    ['list', { list: 'watch' }, ['3 bad.net', '1 odd.test']],
    ['list and campaign', { list: 'watch', campaign: '2022' }, ['1 odd.test']],
    ['unknown list', { list: 'gone' }, []],
    ['indicator', { indicator: 'Evil.TEST' }, ['2 evil.test', '1 evil.test']],
    ['no whole indicator', { indicator: 'evil' }, []],
    ['part of one', { q: '.test' }, ['2 evil.test', '1 odd.test', '1 evil.test']],
    ['a name under one', { q: 'www.bad.net' }, ['3 bad.net']],
    ['indicator and part', { indicator: 'evil.test', q: 'bad' }, []],
    ['action', { action: 'log' }, ['3 bad.net']],
    ['this server', { node: '' }, ALL],
    ['another', { node: 'dns9' }, []],
    ['router', { kind: 'router' }, []],
  ])('%s', (_, filter, expected) => {
    expect(said(given(), filter)).toEqual(expected)
    expect(said(given(), filter, 'recent').toSorted()).toEqual(expected.toSorted())
    expect(said(given(), filter, 'hits').toSorted()).toEqual(expected.toSorted())
  })

  it('by time, both ends inclusive, of the pair and not only of its client', () => {
    const store = given()
    const odd = store.reader.listPairs({ indicator: 'odd.test' }).items[0]!
    expect(said(store, { since: odd.lastSeen })).toEqual(['1 odd.test'])
    expect(said(store, { since: odd.lastSeen + 1 })).toEqual([])
    const first = store.reader.listPairs({ client: 1, indicator: 'evil.test' }).items[0]!
    expect(said(store, { until: first.firstSeen })).toEqual(['1 evil.test'])
  })

  it('of more indicators than are gathered first', () => {
    const store = new CaseStore()
    for (let n = 0; n < 70; n++)
      store.store.hit({ indicator: `e${n}.test`, qname: `e${n}.test`, at: store.nowMs })
    store.hit({ client: '10.0.0.2', indicator: 'other.net' })
    store.store.tick(3000)
    expect(store.reader.listPairs({ q: '.test' }, { limit: 1000 }).items).toHaveLength(70)
  })
})

it('a row says who, what, by which lists and campaigns', () => {
  const store = given()
  store.store.bind({ mac: 'aa:00:00:00:00:01', hostName: 'pc-1', address: '10.1.9.1' })
  expect(store.reader.listPairs({ list: 'watch' }).items[1]).toMatchObject({
    clientId: 1, address: '10.1.0.1', unit: 'tinh', indicator: 'odd.test', hits: 1, lastAction: 'nxdomain', lists: ['watch', 'apt32'],
    campaigns: ['2022'], nodes: [],
  }) // prettier-ignore
  expect(store.reader.listPairs({ unit: 'xa' }).items[0]).toMatchObject({ identity: { hostName: 'pc-1' } })
})

it('a pair that two servers saw is one row, with the sums of both', () => {
  const one = given()
  const two = given()
  two.store.storeWriter.applyPeerPage(
    readPeerPage(JSON.parse(JSON.stringify(one.reader.changesSince('', 99)))),
  )
  expect(said(two, {})).toEqual(ALL)
  const [pair] = two.reader.listPairs({ client: 2 }).items
  expect(pair).toMatchObject({ hits: 6, nodes: ['dns1'] })
  expect(said(two, { node: 'dns1' })).toEqual(ALL)
})

it('an id that became part of another leads there', () => {
  const store = given()
  store.store.bind(
    { mac: 'aa:00:00:00:00:01', address: '10.1.9.1' },
    { mac: 'aa:00:00:00:00:01', address: '10.1.0.1' },
  )
  const { items } = store.reader.listPairs({ client: 2 })
  expect(new Set(items.map(({ clientId }) => clientId)).size).toBe(1)
  expect(items.map(({ indicator }) => indicator)).toEqual(['odd.test', 'evil.test'])
})

describe('orders', () => {
  it('recent: hit last comes first; hits: most hits first', () => {
    expect(said(given(), {}, 'recent')).toEqual(['1 odd.test', '3 bad.net', '2 evil.test', '1 evil.test'])
    expect(said(given(), {}, 'hits')[0]).toBe('2 evil.test')
  })

  it.each<PairSort>(['found', 'recent', 'hits'])('pages by %s hold every pair once', (sort) => {
    const store = given()
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page = store.reader.listPairs({}, { sort, limit: 1, cursor })
      seen.push(...page.items.map(({ clientId, indicator }) => `${clientId} ${indicator}`))
      cursor = page.next ?? undefined
    } while (cursor !== undefined && seen.length < 20)
    expect(seen.toSorted()).toEqual(ALL.toSorted())
    const { next } = store.reader.listPairs({}, { sort, limit: 1 })
    const other = sort === 'hits' ? 'recent' : 'hits'
    expect(() => store.reader.listPairs({}, { sort: other, cursor: next! })).toThrow(BadCursor)
  })

  it('pages by found miss nothing and tell nothing twice while hits arrive', () => {
    const store = given()
    const seen: string[] = []
    let cursor: string | undefined
    let others = 0
    do {
      const page = store.reader.listPairs({}, { limit: 1, cursor })
      seen.push(...page.items.map(({ clientId, indicator }) => `${clientId} ${indicator}`))
      cursor = page.next ?? undefined
      store.hit({ client: `10.7.0.${++others}` })
      store.hit({ client: '10.1.0.1' })
    } while (cursor !== undefined && others < 20)
    expect(seen).toEqual(ALL)
  })
})

describe('more pairs than are looked at for a page', () => {
  /** 60 clients with 1000 pairs each, of which 50,000 are looked at. */
  function large(): CaseStore {
    const store = new CaseStore()
    for (let client = 0; client < 60; client++) {
      for (let n = 0; n < 1000; n++)
        store.store.hit({
          client: `10.0.1.${client}`,
          indicator: `e${n}.test`,
          qname: `e${n}.test`,
          at: store.nowMs + client,
        })
      store.store.tick(3000)
    }
    return store
  }

  it(
    'are all found over pages that may be short or empty, and sorted as far as was looked',
    { timeout: 30_000 },
    () => {
      const store = large()
      let pages = 0
      let cursor: string | undefined
      do {
        const page = store.reader.listPairs({ action: 'drop' }, { cursor })
        expect(page.items).toEqual([])
        cursor = page.next ?? undefined
      } while (cursor !== undefined && ++pages < 10)
      expect(pages).toBe(1)
      const recent = store.reader.listPairs({}, { sort: 'recent', limit: 2 })
      expect(recent.isWhole).toBe(false)
      expect(recent.items.map(({ address }) => address)).toEqual(['10.0.1.59', '10.0.1.59'])
      expect(() => store.reader.listPairs({}, { sort: 'hits' })).toThrow(TooManyPairs)
      expect(store.reader.listPairs({ indicator: 'e7.test' }, { sort: 'hits' })).toMatchObject({
        isWhole: true,
      })
      const all: string[] = []
      for (let next: string | undefined = ''; next !== undefined;) {
        const page = store.reader.listPairs({}, { limit: 1000, cursor: next === '' ? undefined : next })
        all.push(...page.items.map(({ clientId, indicator }) => `${clientId} ${indicator}`))
        next = page.next ?? undefined
      }
      expect(new Set(all).size).toBe(60_000)
      expect(all).toHaveLength(60_000)
    },
  )
})
