/** Two clients turn out to be one machine: so do their cases. */
import { expect, test } from 'vitest'
import { CaseStore, DAY, GRACE, HOUR } from './setup.ts'

const A = 'aa:00:00:00:00:01'

/** Client 1 is the machine at 10.0.0.1; client 2, known by 10.0.0.2 alone, will be found to be it as well. */
function two(): CaseStore {
  const store = new CaseStore()
  store.store.bind({ mac: A })
  store.hit()
  store.hit({ client: '10.0.0.2' })
  return store
}

function merge(store: CaseStore): void {
  expect(store.store.bind({ mac: A, address: '10.0.0.2' }).merged).toBe(1)
}

test('the older case goes on with the hits of both, and the other id leads there', () => {
  const store = two()
  store.change(2, 'confirmed', { note: 'called', assignee: 'minh' })
  merge(store)
  expect(store.said()).toEqual(['1 2022 confirmed 2'])
  expect(store.cases.getCase(2)).toMatchObject({ id: 1, clientId: 1, assignee: 'minh', notes: 1 })
  expect(store.cases.getCase(1)!.history.items.toReversed().map(({ cause, from, to, note }) => [cause, from, to, note])).toEqual([
    ['hit', null, 'new', ''],
    ['hit', null, 'new', ''],
    ['officer', 'new', 'confirmed', 'called'],
    ['merge', 'new', 'confirmed', 'case 2 of client 2, confirmed, is part of this one'],
  ]) // prettier-ignore
  expect(store.events().at(-1)).toBe('case-changed 1 confirmed')
})

test('a change made from what either was before is a conflict', () => {
  const store = two()
  store.change(2, 'confirmed')
  merge(store)
  for (const asked of [
    { id: 1, version: 1 },
    { id: 2, version: 2 },
  ])
    expect(store.work.change({ ...asked, to: 'cleaning', actor: 'lan' })).toMatchObject({
      problem: 'conflict',
    })
  expect(store.change(2, 'cleaning')).toMatchObject({ id: 1, state: 'cleaning' })
})

test('a case of a campaign the other client has none of moves over', () => {
  const store = new CaseStore()
  store.store.bind({ mac: A })
  store.hit()
  store.hit({ client: '10.0.0.2', lists: [2] })
  merge(store)
  expect(store.said()).toEqual(['1 2022 new 1', '2 - new 1'])
  expect(store.all().map(({ clientId }) => clientId)).toEqual([1, 1])
})

test('a machine reported clean that turns out to have been hit after that is reinfected', () => {
  const store = two()
  store.bring(1, 'confirmed', 'cleaned')
  store.pass(GRACE + 1)
  store.hit({ client: '10.0.0.2' })
  merge(store)
  expect(store.said()).toEqual(['1 2022 reinfected 3'])
  expect(store.all()[0]!.reinfections).toBe(1)
  expect(store.events().at(-1)).toBe('case-reinfected 1 reinfected')
  expect(store.reader.getClient(1)!.status).toBe('reinfected')
})

test('a machine reported clean whose other hits all came before stays clean', () => {
  const store = two()
  store.pass(HOUR)
  store.bring(1, 'confirmed', 'cleaned')
  merge(store)
  expect(store.said()).toEqual(['1 2022 cleaned 2'])
})

test('what was silenced for the one is silenced for the machine', () => {
  const store = two()
  store.change(1, 'false-alarm', { note: 'own test', untilMs: store.nowMs + DAY })
  merge(store)
  expect(store.said()).toEqual(['1 2022 false-alarm 2'])
  store.hit({ client: '10.0.0.2' })
  expect(store.said()).toEqual(['1 2022 false-alarm 3'])
})

test('a false alarm does not swallow what else the other asked for', () => {
  const store = two()
  store.hit({ client: '10.0.0.2', indicator: 'worse.test' })
  store.change(1, 'false-alarm', { note: 'own test', untilMs: store.nowMs + DAY })
  merge(store)
  expect(store.said()).toEqual(['1 2022 new 3'])
})

test('hits go on where the case went, also for what was in mind of both before', () => {
  const store = two()
  merge(store)
  store.hit({ client: '10.0.0.2' })
  store.hit()
  store.restart()
  store.hit()
  expect(store.said()).toEqual(['1 2022 new 5'])
})

test('the older case is the one that goes on, whosever it is', () => {
  const store = new CaseStore()
  store.store.bind({ mac: A })
  store.hit({ client: '10.0.0.2' })
  store.hit()
  merge(store)
  store.hit()
  expect(store.said()).toEqual(['1 2022 new 3'])
  expect(store.cases.getCase(2)!.id).toBe(1)
})

test('chains of merges lead to the case that is left', () => {
  const store = new CaseStore()
  store.store.bind({ mac: A, address: '10.0.0.3' })
  for (const client of ['10.0.0.1', '10.0.0.2', '10.0.0.3']) store.hit({ client })
  store.store.bind({ duid: '0001', address: '10.0.0.1' }, { duid: '0001', address: '10.0.0.2' })
  expect(store.said()).toEqual(['1 2022 new 2', '3 2022 new 1'])
  store.store.bind({ duid: '0001', mac: A, address: '10.0.0.4' })
  expect(store.said()).toEqual(['1 2022 new 3'])
  for (const id of [1, 2, 3]) expect(store.cases.getCase(id)!.id).toBe(1)
})

test('an id leads to the case that is left, however many it was part of before', () => {
  const store = new CaseStore()
  store.store.bind({ mac: A, address: '10.0.0.3' }, { duid: '0001', address: '10.0.0.1' })
  for (const client of ['10.0.0.3', '10.0.0.1', '10.0.0.2']) store.hit({ client })
  store.store.bind({ duid: '0001', address: '10.0.0.2' })
  expect(store.cases.getCase(3)!.id).toBe(2)
  store.store.bind({ duid: '0001', mac: A, address: '10.0.0.4' })
  expect(store.said()).toEqual(['1 2022 new 3'])
  for (const id of [2, 3]) expect(store.cases.getCase(id)!.id).toBe(1)
})

test('a false alarm that came with the other case is withdrawn with this one', () => {
  const store = two()
  store.change(2, 'false-alarm', { note: 'own test', untilMs: store.nowMs + DAY })
  merge(store)
  expect(store.said()).toEqual(['1 2022 false-alarm 2'])
  expect(store.change(1, 'new', { note: 'it was none' })).toMatchObject({ state: 'new' })
  expect(store.cases.getCase(1)!.indicators[0]!.silencedUntil).toBeNull()
})
