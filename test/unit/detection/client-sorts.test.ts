/** Clients in every order, page by page, over a set that changes. */
import { expect, it } from 'vitest'
import { BadCursor, CLIENT_SORTS, type ClientSort } from '../../../src/detection/queries.ts'
import { CaseStore, HOUR, unitOf } from './cases/setup.ts'

const UNITS = [
  unitOf('tinh', ['10.1.0.0/16'], { wan: ['203.0.113.1/32'] }),
  unitOf('khac', ['10.2.0.0/16']),
  unitOf('xa', ['10.1.9.0/24'], { parent: 'tinh', wan: ['203.0.113.9/32'] }),
]

/** Five clients, found an hour apart: of tinh, none, xa, khac, khac. */
function given(): CaseStore {
  const store = new CaseStore({ units: UNITS })
  store.work.setListed(['xa'])
  for (const client of ['10.1.0.1', '192.0.2.1', '10.1.9.1', '10.2.0.1', '10.2.0.2']) {
    store.hit({ client })
    store.pass(HOUR)
  }
  for (let n = 0; n < 3; n++) store.hit({ client: '192.0.2.1' })
  store.bring(4, 'confirmed', 'cleaning', 'cleaned')
  store.bring(2, 'confirmed')
  return store
}

const idsOf = (store: CaseStore, sort: ClientSort, isReversed = false): number[] =>
  store.reader.listClients({}, { sort, isReversed }).items.map(({ id }) => id)

it.each<[ClientSort, number[]]>([
  ['found', [5, 4, 3, 2, 1]],
  ['recent', [2, 5, 4, 3, 1]],
  ['first', [5, 4, 3, 2, 1]],
  ['hits', [2, 5, 4, 3, 1]],
  ['unit', [1, 3, 5, 4, 2]],
  ['priority', [3, 2, 5, 4, 1]],
  ['state', [5, 3, 1, 2, 4]],
])('by %s, and the other way round', (sort, expected) => {
  const store = given()
  expect(idsOf(store, sort)).toEqual(expected)
  expect(idsOf(store, sort, true)).toEqual(expected.toReversed())
})

it.each(CLIENT_SORTS.flatMap((sort) => [false, true].map((isReversed) => [sort, isReversed] as const)))(
  'pages by %s (reversed: %s) hold every client that stays where it is once, whatever comes meanwhile',
  (sort, isReversed) => {
    const store = given()
    const seen: number[] = []
    let cursor: string | undefined
    let others = 0
    do {
      const page = store.reader.listClients({}, { sort, isReversed, limit: 2, cursor })
      seen.push(...page.items.map(({ id }) => id))
      cursor = page.next ?? undefined
      store.hit({ client: `10.7.0.${++others}` })
    } while (cursor !== undefined && others < 30)
    expect(seen.filter((id) => id <= 5).toSorted()).toEqual([1, 2, 3, 4, 5])
    expect(new Set(seen).size).toBe(seen.length)
  },
)

it('a cursor goes on in its own order, direction and tree of units alone', () => {
  const store = given()
  const next = (sort: ClientSort, isReversed = false): string =>
    store.reader.listClients({}, { sort, isReversed, limit: 1 }).next!
  const read = (sort: ClientSort, cursor: string) => () => store.reader.listClients({}, { sort, cursor })
  expect(read('hits', next('recent'))).toThrow(BadCursor)
  expect(read('hits', next('hits', true))).toThrow(BadCursor)
  const cursor = next('unit')
  expect(read('unit', cursor)).not.toThrow()
  store.configure({ units: UNITS.toReversed() })
  expect(read('unit', cursor)).toThrow(BadCursor)
})

it('says which come first, and finds them, and those that are new', () => {
  const store = given()
  const { items } = store.reader.listClients({})
  expect(items.map(({ id, priority }) => `${id} ${priority}`)).toContain('3 high')
  const found = (filter: Parameters<typeof store.reader.listClients>[0]): number[] =>
    store.reader.listClients(filter).items.map(({ id }) => id)
  expect(found({ priority: 'high' })).toEqual([3])
  expect(found({ priority: 'normal' })).toEqual([5, 4, 2, 1])
  expect(found({ firstSince: items[1]!.firstSeen })).toEqual([5, 4])
  expect(store.reader.countClients({ priority: 'high' }).machines).toEqual({ new: 1 })
})
