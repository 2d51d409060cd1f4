/** How much there is in each unit and campaign, and how often that is read. */
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { FigureBoard } from '../../../../src/detection/cases/figure-board.ts'
import { CaseStore, DAY, HOUR, unitOf } from './setup.ts'

const UNITS = [
  unitOf('khac', ['10.2.0.0/16']),
  unitOf('tinh', ['10.1.0.0/16'], { wan: ['203.0.113.1/32'] }),
  unitOf('xa', ['10.1.9.0/24'], { parent: 'tinh' }),
]
const NONE = { new: 0, confirmed: 0, cleaning: 0, cleaned: 0, reinfected: 0, 'false-alarm': 0 }

interface Given {
  readonly store: CaseStore
  readonly board: FigureBoard
}

/** tinh: one machine, cleaned and hit again; xa: one with two cases, a day later; khac: a router; none: one. */
function given(): Given {
  const store = new CaseStore({ units: UNITS })
  store.work.setListed(['tinh'])
  store.store.storeWriter.setRouters(['10.2.0.9/32'])
  store.hit({ client: '10.1.0.1' })
  store.bring(1, 'confirmed', 'cleaning', 'cleaned')
  store.pass(2 * DAY)
  store.hit({ client: '10.1.0.1' })
  store.hit({ client: '10.1.9.1', lists: [2, 1] })
  store.hit({ client: '10.1.9.1', indicator: 'odd.test', lists: [2], action: 5 })
  store.hit({ client: '10.2.0.9' })
  store.hit({ client: '192.0.2.1' })
  return { store, board: boardOf(store) }
}

const boardOf = (store: CaseStore): FigureBoard =>
  new FigureBoard({ store: store.reader, clock: store.store.clock })

const rankOf = ({ store }: Given, id: string): number => store.reader.units.tree.find(id)!.rank

describe('figures', () => {
  it('of a unit are those of its own machines and of all under it', () => {
    const one = given()
    const { figures } = one.board.look()
    const [tinh, xa, khac] = ['tinh', 'xa', 'khac'].map((id) => figures.unit(rankOf(one, id)))
    expect(xa).toMatchObject({
      machines: 1, routers: 0, newLastDay: 1, blocked: 1, logged: 1,
      cases: {
        states: { ...NONE, new: 2 }, open: 2, urgent: 2, openedLastDay: 2, reinfections: 0, routers: 0, hits: 3,
      },
    }) // prettier-ignore
    expect(tinh).toMatchObject({
      machines: 2, newLastDay: 1, blocked: 3, logged: 1,
      cases: {
        states: { ...NONE, new: 2, reinfected: 1 }, open: 3, urgent: 3, openedLastDay: 2, reinfections: 1, hits: 5,
      },
    }) // prettier-ignore
    const first = one.store.cases.getCase(1)!
    expect(tinh).toMatchObject({ firstSeen: first.firstHit, cases: { firstHit: first.firstHit } })
    expect(tinh!.lastSeen).toBe(xa!.lastSeen)
    // A router is no machine.
    expect(khac).toMatchObject({
      machines: 0,
      routers: 1,
      blocked: 1,
      cases: { states: NONE, open: 0, routers: 1, hits: 1 },
    })
    expect(figures.outside).toMatchObject({ machines: 1, cases: { open: 1 } })
  })

  it('of a campaign are those of some units, or of all', () => {
    const one = given()
    const { figures } = one.board.look()
    const all = figures.campaigns(null)
    expect([...all.keys()].toSorted()).toEqual(['', '2022'])
    expect(all.get('2022')).toMatchObject({ states: { ...NONE, new: 2, reinfected: 1 }, routers: 1, hits: 5 })
    expect(all.get('')).toMatchObject({ states: { ...NONE, new: 1 }, hits: 2 })
    const xa = figures.campaigns(new Set([rankOf(one, 'xa')]))
    expect(xa.get('2022')).toMatchObject({ states: { ...NONE, new: 1 }, routers: 0, hits: 1 })
    expect(figures.campaigns(new Set()).size).toBe(0)
    const units = figures
      .campaignByUnit('2022', null)
      .map(({ rank, cases }) => [rank, cases.open, cases.routers])
    expect(units.toSorted()).toEqual([[0, 0, 1], [1, 1, 0], [2, 1, 0], [3, 1, 0]]) // prettier-ignore
  })

  it('are there without units and without clients', () => {
    const empty = new CaseStore()
    const { figures } = boardOf(empty).look()
    expect(figures.outside).toMatchObject({ machines: 0, lastSeen: null, cases: { open: 0, lastHit: null } })
    expect(figures.campaigns(null).size).toBe(0)
  })

  it('name the units on the list and those that come first', () => {
    const { store, board } = given()
    const { listed, high } = board.look()
    expect([...listed.keys()]).toEqual(['tinh'])
    expect(listed.get('tinh')).toBeLessThan(store.nowMs)
    expect([...high].toSorted()).toEqual(['tinh', 'xa'])
  })
})

describe('what is asked for most', () => {
  it('counts the clients of the campaign and of the units alone', () => {
    const { store, board } = given()
    store.hit({ client: '10.2.0.7', indicator: 'odd.test', lists: [2] })
    store.pass(3000)
    const { top } = board.look()
    expect(top('2022', null)).toMatchObject({
      items: [{ indicator: 'evil.test', kind: 'subtree', clients: 4, hits: 5 }],
      isWhole: true,
    })
    expect(top('', null).items.map(({ indicator, clients }) => [indicator, clients])).toEqual([
      ['odd.test', 2],
      ['evil.test', 1],
    ])
    expect(top('2022', ['tinh']).items).toMatchObject([{ clients: 2, hits: 3 }])
    expect(top('2022', [])).toEqual({ items: [], isWhole: true })
    expect(top('gone', null).items).toEqual([])
  })

  it('says when there is more than it read', { timeout: 30_000 }, () => {
    const store = new CaseStore()
    for (let client = 0; client < 51; client++) {
      for (let n = 0; n < 1000; n++)
        store.store.hit({
          client: `10.0.1.${client}`,
          indicator: `e${n}.test`,
          qname: `e${n}.test`,
          at: store.nowMs,
        })
      store.store.tick(3000)
    }
    const { items, isWhole } = boardOf(store).look().top('2022', null)
    expect(isWhole).toBe(false)
    expect(items).toHaveLength(20)
    expect(items[0]!.clients).toBe(50)
  })
})

describe('the board', () => {
  it('reads again when something was committed, and not before two seconds are over', () => {
    const { store, board } = given()
    const machines = (): number => board.look().figures.outside.machines
    const first = board.number
    expect([machines(), board.number]).toEqual([1, first])
    store.hit({ client: '192.0.2.2' })
    expect([machines(), board.number]).toEqual([1, first])
    store.pass(2000)
    expect([machines(), board.number]).toEqual([2, first + 1])
    store.pass(50_000)
    expect([machines(), board.number]).toEqual([2, first + 1])
    // A case changed by hand is no hit.
    store.bring(1, 'cleaning')
    expect(board.number).toBe(first + 2)
  })

  it('reads again after a minute, because a day is over by itself', () => {
    const { store, board } = given()
    const fresh = (): number => board.look().figures.unit(rankOf({ store, board }, 'xa')).newLastDay
    expect(fresh()).toBe(1)
    store.pass(DAY + HOUR)
    expect(fresh()).toBe(0)
  })

  it('takes other units at once, and another file', () => {
    const { store, board } = given()
    expect(board.look().figures.outside.machines).toBe(1)
    store.configure({ units: [...UNITS, unitOf('doc', ['192.0.2.0/24'])] })
    expect(board.look().figures.outside.machines).toBe(0)
    const database = new DatabaseSync(store.store.path)
    database.exec('DELETE FROM listed_unit')
    database.close()
    store.pass(2000)
    expect(board.look().high.size).toBe(0)
  })
})

it('a store has another version after every commit, whatever it changed', () => {
  const { store } = given()
  const { connection } = store.reader
  const seen = [connection.version]
  const grows = (): void => {
    expect(seen).not.toContain(connection.version)
    seen.push(connection.version)
    expect(connection.version).toBe(seen.at(-1))
  }
  store.hit()
  grows()
  store.change(1, null, { note: 'x' })
  grows()
  store.work.silence({
    client: 1,
    indicator: 'evil.test',
    untilMs: store.nowMs + DAY,
    reason: 'x',
    actor: 'lan',
  })
  grows()
  store.work.setListed([])
  grows()
  connection.close()
  grows()
})
