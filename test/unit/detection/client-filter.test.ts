import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { ofIndicators } from '../../../src/detection/client-filter.ts'
import { FakeStore } from './setup.ts'

const ASKED: readonly (readonly [client: string, name: string])[] = [
  ['10.0.0.1', 'a.test'],
  ['10.0.0.1', 'b.test'],
  ['10.0.0.2', 'b.test'],
  ['10.0.0.3', 'c.test'],
  ['10.0.0.4', 'd.test'],
]

test.each([
  [[], []],
  [['b.test'], [1, 2]],
  [
    ['a.test', 'b.test'],
    [1, 2],
  ],
  [
    ['a.test', 'c.test'],
    [1, 3],
  ],
  [
    ['a.test', 'b.test', 'c.test', 'd.test'],
    [1, 2, 3, 4],
  ],
])('clients that asked for one of %j are found, gathered or asked one by one', (names, found) => {
  const store = new FakeStore()
  for (const [client, name] of ASKED) {
    store.hit({ client, qname: name, indicator: name })
    store.tick()
  }
  const wanted = JSON.stringify(names)
  const ids = store.query(
    `SELECT id FROM indicator WHERE value IN (SELECT value FROM json_each('${wanted}'))`,
  )
  const indicators = ids.map(({ id }) => Number(id))
  expect(indicators).toHaveLength(names.length)
  const database = new DatabaseSync(store.path, { readOnly: true })
  // Of five pairs: none is gathered, some of them are too many, all of them are few.
  for (const gathered of [0, 1, 2, 3, 100]) {
    const rows = database
      .prepare(`SELECT c.id FROM client AS c WHERE ${ofIndicators(indicators, gathered)} ORDER BY c.id`)
      .all({ indicators: JSON.stringify(indicators) })
    expect([gathered, rows.map(({ id }) => id)]).toEqual([gathered, found])
  }
  database.close()
})
