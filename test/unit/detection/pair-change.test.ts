/** What a witness of commits hears, and what becomes of its own rows. */
import type { DatabaseSync } from 'node:sqlite'
import { DatabaseSync as Connection } from 'node:sqlite'
import { expect, test } from 'vitest'
import { PairChanges, type CommitWitness, type PairChange } from '../../../src/detection/pair-change.ts'
import { FakeStore, NOON, temporaryDirectory } from './setup.ts'

const A = 'aa:00:00:00:00:01'

class Witness implements CommitWitness {
  readonly heard: PairChange[][] = []
  readonly merges: [number, number][] = []
  forgotten = 0
  throws: Error | null = null
  readonly database: DatabaseSync

  constructor(database: DatabaseSync) {
    this.database = database
    database.exec('CREATE TABLE IF NOT EXISTS noted (hits INTEGER)')
  }

  witness(changes: readonly PairChange[]): void {
    this.heard.push(changes.map((change) => ({ ...change })))
    const hits = changes.reduce((sum, { blocked, logged }) => sum + blocked + logged, 0)
    this.database.prepare('INSERT INTO noted VALUES (?)').run(hits)
    if (this.throws !== null) throw this.throws
  }

  merged(from: number, into: number): void {
    this.merges.push([from, into])
    expect(this.database.prepare('SELECT count(*) AS n FROM client WHERE id IN (?, ?)').get(from, into)).toEqual({ n: 2 }) // prettier-ignore
    expect(this.database.prepare('SELECT count(*) AS n FROM hit WHERE client_id = ?').get(from)).toEqual({ n: 0 }) // prettier-ignore
  }

  forget(): void {
    this.forgotten++
  }
}

function witnessed(): { store: FakeStore; witness: () => Witness } {
  const witnesses: Witness[] = []
  const store = new FakeStore(1, temporaryDirectory(), (database) => {
    witnesses.push(new Witness(database))
    return witnesses.at(-1)!
  })
  store.tick()
  return { store, witness: () => witnesses.at(-1)! }
}

test('hears of each pair of a commit: what was added, and the last hit before', () => {
  const { store, witness } = witnessed()
  store.hit({ at: NOON, lists: [2, 1] })
  store.hit({ at: NOON + 10, lists: [2, 1] })
  store.hit({ client: '10.0.0.2', indicator: 'other.test', qname: 'other.test', action: 5, at: NOON + 5 })
  store.tick()
  store.hit({ at: NOON + 70 })
  store.tick()
  const evil = { client: 1, indicator: 1, lists: [2, 1], logged: 0, action: 0, node: 0 }
  expect(witness().heard).toEqual([
    [
      { ...evil, isNew: true, blocked: 2, firstMs: NOON, lastMs: NOON + 10, previousLastMs: null },
      { client: 2, indicator: 2, lists: [1], isNew: true, blocked: 0, logged: 1, firstMs: NOON + 5, lastMs: NOON + 5, previousLastMs: null, action: 5, node: 0 },
    ],
    [{ ...evil, lists: [1], isNew: false, blocked: 1, firstMs: NOON + 70, lastMs: NOON + 70, previousLastMs: NOON + 10 }],
  ]) // prettier-ignore
})

test('lists are row ids, the deciding one first', () => {
  const { store, witness } = witnessed()
  store.hit({ lists: [2, 1] })
  store.tick()
  const ids = witness().heard[0]![0]!.lists
  const names = store.query('SELECT id, name FROM list')
  expect(ids.map((id) => names.find((list) => list['id'] === id)?.['name'])).toEqual(['watch', 'apt32'])
})

test('hits whose client is unknown, and ticks without hits, are nothing to hear of', () => {
  const { store, witness } = witnessed()
  store.tick()
  store.bind({ mac: A })
  expect(witness().heard).toEqual([])
})

test('an error it throws undoes the hits, and they are counted once when it throws no more', () => {
  const { store, witness } = witnessed()
  store.hit()
  const first = witness()
  first.throws = Object.assign(new Error('disk full'), { errcode: 13 })
  store.tick()
  expect([store.stored, first.forgotten]).toEqual([0, 1])
  store.tick(3000)
  expect(store.stored).toBe(1)
  expect(store.query('SELECT hits FROM noted')).toEqual([{ hits: 1 }])
})

test('a half that is in already is not told again', () => {
  const { store, witness } = witnessed()
  store.hit()
  const commit = store.storeWriter.commit.bind(store.storeWriter)
  store.storeWriter.commit = (half) => {
    commit(half)
    throw new Error('dies between commit and clear')
  }
  store.tick()
  store.restart()
  store.tick()
  expect(store.stored).toBe(1)
  expect(witness().heard).toEqual([])
  expect(store.query('SELECT hits FROM noted')).toEqual([{ hits: 1 }])
})

test('hears when two clients turn out to be one, while both rows stand', () => {
  const { store, witness } = witnessed()
  store.bind({ mac: A })
  store.hit({ at: NOON })
  store.hit({ client: '10.0.0.2', at: NOON })
  store.tick()
  store.bind({ mac: A, address: '10.0.0.2' })
  expect(witness().merges).toEqual([[2, 1]])
  expect(store.query('SELECT id FROM client')).toEqual([{ id: 1 }])
})

test('a lock that keeps a commit out is nothing it hears of', () => {
  const { store, witness } = witnessed()
  const other = new Connection(store.path)
  other.exec('BEGIN EXCLUSIVE')
  store.hit()
  store.tick()
  other.close()
  expect(witness().heard).toEqual([])
  store.tick(3000)
  expect(witness().heard).toHaveLength(1)
})

test('changes of one commit are told whole, whatever those of the one before were', () => {
  const change: PairChange = {
    client: 1, indicator: 2, lists: [3], isNew: true, blocked: 4, logged: 5, firstMs: 6, lastMs: 7, previousLastMs: null,
    action: 8, node: 9,
  } // prettier-ignore
  const other: PairChange = {
    client: 11, indicator: 12, lists: [], isNew: false, blocked: 14, logged: 15, firstMs: 16, lastMs: 17,
    previousLastMs: 18, action: 19, node: 20,
  } // prettier-ignore
  const changes = new PairChanges()
  for (const told of [[change, other], [other], [other, change, change]]) {
    changes.clear()
    for (const each of told) changes.add(each)
    expect(changes.all).toEqual(told)
  }
})
