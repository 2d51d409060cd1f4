/** What the writer remembers of rows must never decide for a row that is another one's by now. */
import { expect, test } from 'vitest'
import { FakeStore, NOON } from './setup.ts'

const ROWS = `SELECT i.value, h.blocked_count AS blocked, h.last_qname AS name, h.last_qtype AS qtype, h.last_at AS last
  FROM hit AS h JOIN indicator AS i ON i.id = h.indicator_id ORDER BY i.value`

test('adds to a row it knows, and writes what has changed of it', () => {
  const store = new FakeStore()
  for (const [at, qtype, qname] of [[0, 1, 'evil.test'], [10, 1, 'evil.test'], [20, 28, 'evil.test'], [30, 28, 'a.evil.test']] as const) {
    store.hit({ at: NOON + at, qtype, qname })
    store.tick()
  } // prettier-ignore
  expect(store.query(ROWS)).toEqual([
    { value: 'evil.test', blocked: 4, name: 'a.evil.test', qtype: 28, last: NOON + 30 },
  ])
  // Older than what is there: it is counted, and changes nothing else.
  store.hit({ at: NOON + 5, qtype: 65, qname: 'old.evil.test' })
  store.tick()
  store.hit({ at: NOON + 40, qtype: 65, qname: 'old.evil.test' })
  store.tick()
  expect(store.query(ROWS)).toEqual([
    { value: 'evil.test', blocked: 6, name: 'old.evil.test', qtype: 65, last: NOON + 40 },
  ])
})

test('a row that was deleted is made anew', () => {
  const store = new FakeStore()
  store.hit()
  store.tick()
  store.storeWriter.within((session) => session.database.exec('DELETE FROM hit'))
  store.hit({ at: NOON + 10 })
  store.tick()
  expect(store.query(ROWS)).toEqual([
    { value: 'evil.test', blocked: 1, name: null, qtype: 1, last: NOON + 10 },
  ])
})

test('the number of an indicator that was deleted may be another one’s: nothing is counted there', () => {
  const store = new FakeStore()
  store.hit()
  store.tick()
  // As the sweep does with what is too old.
  store.storeWriter.within((session) => {
    session.database.exec('DELETE FROM hit; DELETE FROM indicator')
    session.identifiers.forget()
  })
  store.hit({ indicator: 'other.test', qname: 'other.test', at: NOON + 10 })
  store.tick()
  store.hit({ at: NOON + 20 })
  store.tick()
  expect(store.query(ROWS)).toEqual([
    { value: 'evil.test', blocked: 1, name: null, qtype: 1, last: NOON + 20 },
    { value: 'other.test', blocked: 1, name: null, qtype: 1, last: NOON + 10 },
  ])
})

test('what two machines that are one have hit is one row, whatever each of them said last', () => {
  const store = new FakeStore()
  store.hit({ client: '10.0.0.1', qtype: 1 })
  store.hit({ client: '10.0.0.2', qtype: 28, at: NOON + 50 })
  store.tick()
  const mac = '52:54:00:00:00:01'
  store.bind({ address: '10.0.0.1', mac, fromMs: -1000 }, { address: '10.0.0.2', mac, fromMs: -1000 })
  store.hit({ client: '10.0.0.1', qtype: 1, at: NOON + 100 })
  store.tick()
  expect(store.query(ROWS)).toEqual([
    { value: 'evil.test', blocked: 3, name: null, qtype: 1, last: NOON + 100 },
  ])
})

test('after a commit that failed nothing of it is taken for written', () => {
  const store = new FakeStore()
  store.hit()
  store.tick()
  let fails = false
  store.storeWriter.within((session) =>
    session.database.function('fail_when_told', () => {
      if (fails) throw new Error('told to')
      return 0
    }),
  )
  store.storeWriter.within((session) =>
    session.database.exec(
      'CREATE TEMP TRIGGER failing AFTER UPDATE ON main.client BEGIN SELECT fail_when_told(); END',
    ),
  )
  fails = true
  store.hit({ qtype: 28, at: NOON + 10 })
  store.tick()
  fails = false
  store.tick(3000)
  store.hit({ qtype: 28, at: NOON + 20 })
  store.tick()
  expect(store.query(ROWS)).toEqual([
    { value: 'evil.test', blocked: 3, name: null, qtype: 28, last: NOON + 20 },
  ])
})
