/** Lists and figures against what is counted by hand, over drawn clients, units, campaigns and page sizes. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { FigureBoard } from '../../src/detection/cases/figure-board.ts'
import { CASE_SORTS } from '../../src/detection/cases/queries.ts'
import { CLIENT_SORTS, PAIR_SORTS } from '../../src/detection/queries.ts'
import { CaseStore, unitOf } from '../unit/detection/cases/setup.ts'

const UNITS = [
  unitOf('a', ['10.1.0.0/16']),
  unitOf('b', ['10.1.1.0/24', '10.3.0.0/16'], { parent: 'a' }),
  unitOf('c', ['10.1.1.128/25'], { parent: 'b' }),
  unitOf('d', ['10.2.0.0/16']),
]
const NETWORKS = ['10.1.0', '10.1.1', '10.3.0', '10.2.0', '192.0.2']
const STATES = [[], ['confirmed'], ['cleaning', 'cleaned']] as const

const hits = fc.array(
  fc.record({
    network: fc.constantFrom(...NETWORKS),
    host: fc.constantFrom(1, 2, 200),
    indicator: fc.constantFrom('evil.test', 'odd.test', 'bad.net'),
    lists: fc.constantFrom([1], [2], [2, 1]),
    passMs: fc.constantFrom(0, 1000, 3_600_000, 90_000_000),
  }),
  { minLength: 1, maxLength: 30 },
)
const worked = fc.array(fc.tuple(fc.nat(20), fc.constantFrom(...STATES)), { maxLength: 6 })

function storeOf(drawn: typeof hits extends fc.Arbitrary<infer T> ? T : never): CaseStore {
  const store = new CaseStore({ units: UNITS })
  for (const { network, host, passMs, ...hit } of drawn) {
    store.pass(passMs)
    store.hit({ client: `${network}.${host}`, ...hit })
  }
  return store
}

function walk<Item>(
  read: (cursor: string | undefined) => { items: readonly Item[]; next: string | null },
): Item[] {
  const all: Item[] = []
  for (let cursor: string | undefined | null; cursor !== null;) {
    const page = read(cursor)
    all.push(...page.items)
    cursor = page.next
  }
  return all
}

it('pages of any size, order and direction hold what one page holds, in the same order', () => {
  fc.assert(
    fc.property(hits, fc.integer({ min: 1, max: 5 }), (drawn, limit) => {
      const { reader, cases } = storeOf(drawn)
      for (const sort of CLIENT_SORTS) {
        const whole = reader.listClients({}, { sort, limit: 1000 }).items.map(({ id }) => id)
        for (const isReversed of [false, true]) {
          const paged = walk((cursor) => reader.listClients({}, { sort, isReversed, limit, cursor }))
          expect(paged.map(({ id }) => id)).toEqual(isReversed ? whole.toReversed() : whole)
        }
      }
      for (const sort of CASE_SORTS) {
        const whole = cases.listCases({}, { sort, limit: 1000 }).items.map(({ id }) => id)
        const paged = walk((cursor) => cases.listCases({}, { sort, limit, cursor }))
        expect(paged.map(({ id }) => id)).toEqual(whole)
      }
      const each = walk((cursor) => reader.listClients({}, { limit: 1000, cursor })).flatMap(({ id }) =>
        walk((cursor) => reader.listHits(id, { limit: 1000, cursor })).map(
          (hit) => `${id} ${hit.indicator} ${hit.hits}`,
        ),
      )
      for (const sort of PAIR_SORTS) {
        const paged = walk((cursor) => reader.listPairs({}, { sort, limit, cursor }))
        const said = paged.map(({ clientId, indicator, hits: count }) => `${clientId} ${indicator} ${count}`)
        expect(said.toSorted()).toEqual(each.toSorted())
      }
    }),
    { numRuns: 25 },
  )
}, 60_000)

it('figures of a unit are the sums over its clients and cases and those of all under it', () => {
  fc.assert(
    fc.property(hits, worked, (drawn, work) => {
      const store = storeOf(drawn)
      const { reader, cases } = store
      const ids = cases.listCases({}, { limit: 1000 }).items.map(({ id }) => id)
      for (const [at, way] of work) {
        const id = ids[at % ids.length]!
        if (cases.getCase(id)!.state === 'new') store.bring(id, ...way)
      }
      const board = new FigureBoard({ store: reader, clock: store.store.clock })
      const { figures } = board.look()
      const dayAgo = store.nowMs - 86_400_000
      for (const { unit, rank } of reader.units.tree.places) {
        const clients = reader.listClients({ unit: unit.id }, { limit: 1000 }).items
        const own = cases.listCases({ unit: unit.id }, { limit: 1000 }).items
        const said = figures.unit(rank)
        expect(said).toMatchObject({
          machines: clients.length,
          newLastDay: clients.filter(({ firstSeen }) => firstSeen >= dayAgo).length,
          blocked: clients.reduce((sum, { blocked }) => sum + blocked, 0),
          firstSeen: clients.length === 0 ? null : Math.min(...clients.map(({ firstSeen }) => firstSeen)),
          lastSeen: clients.length === 0 ? null : Math.max(...clients.map(({ lastSeen }) => lastSeen)),
          cases: {
            openedLastDay: own.filter(({ openedAt }) => openedAt >= dayAgo).length,
            reinfections: own.reduce((sum, { reinfections }) => sum + reinfections, 0),
            hits: own.reduce((sum, { hits: count }) => sum + count, 0),
          },
        })
        for (const [state, count] of Object.entries(said.cases.states))
          expect(own.filter((one) => one.state === state)).toHaveLength(count)
        const below = reader.units.tree.ranks([unit.id])
        for (const [campaign, of] of figures.campaigns(below))
          expect(own.filter((one) => one.campaign === campaign).reduce((sum, one) => sum + one.hits, 0)).toBe(
            of.hits,
          )
      }
      const all = [0, 3].map((rank) => figures.unit(rank).machines)
      expect(all[0]! + all[1]! + figures.outside.machines).toBe(
        reader.listClients({}, { limit: 1000 }).items.length,
      )
    }),
    { numRuns: 40 },
  )
}, 60_000)
