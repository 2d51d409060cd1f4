import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { MAX_LETTER } from '../../../src/detection/identity-intake.ts'
import { bindingOf, FakeStore, NOON, type BindingGiven } from './setup.ts'

const mac = (number: number): string =>
  `aa:00:00:00:${(number >> 8).toString(16).padStart(2, '0')}:${(number & 255).toString(16).padStart(2, '0')}`
const many = (count: number, more: BindingGiven = {}): BindingGiven[] =>
  Array.from({ length: count }, (_, n) => ({ address: `10.0.${n >> 8}.${n & 255}`, mac: mac(n), ...more }))
const told = (...bindings: BindingGiven[]) => bindings.map(bindingOf)

test('a long letter is written over several ticks, and answered when all of it is in the file', async () => {
  const store = new FakeStore()
  let isDone = false
  const answer = store.intake.bindings({ bindings: told(...many(5000)), isWhole: null })
  void answer.then(() => (isDone = true))
  store.intake.tick()
  await Promise.resolve()
  expect(isDone).toBe(false)
  store.intake.tick()
  expect(await answer).toEqual({ changed: 5000, merged: 0 })
  expect(store.query('SELECT count(*) AS n FROM binding')).toEqual([{ n: 5000 }])
})

test('letters are written in the order they came', async () => {
  const store = new FakeStore()
  const first = store.intake.bindings({ bindings: told({ mac: mac(1) }), isWhole: null })
  const second = store.intake.bindings({ bindings: told({ mac: mac(1), untilMs: 10 }), isWhole: null })
  store.intake.tick()
  await Promise.all([first, second])
  expect(store.query('SELECT until_at FROM binding')).toEqual([{ until_at: NOON + 10 }])
})

test('what the whole of a source does not tell has ended; other sources and what ended before stay', async () => {
  const store = new FakeStore()
  store.bind(...many(3), { address: '10.9.0.1', mac: mac(9), source: 'neighbour' }, { address: '10.9.0.2', mac: mac(8), untilMs: 5 }) // prettier-ignore
  store.clock.nowMs = 60_000
  const answer = store.intake.bindings({ bindings: told(...many(1)), isWhole: 'lease' })
  store.intake.tick()
  expect(await answer).toEqual({ changed: 2, merged: 0 })
  expect(store.query('SELECT source, until_at FROM binding ORDER BY address')).toEqual([
    { source: 'lease', until_at: null },
    { source: 'lease', until_at: NOON + 60_000 },
    { source: 'lease', until_at: NOON + 60_000 },
    { source: 'neighbour', until_at: null },
    { source: 'lease', until_at: NOON + 5 },
  ])
})

test('what makes no sense is left out and stands in the way of nothing', async () => {
  const store = new FakeStore()
  const [sound] = told({ mac: mac(1) })
  const bindings = [
    { ...sound!, address: new Uint8Array(4) },
    { ...sound!, fromMs: Number.NaN },
    { ...sound!, untilMs: 0.5 },
    { ...sound!, mac: 'AA-00-00-00-00-01' },
    { ...sound!, duid: 'xyz' },
    { ...sound!, hostName: 'x'.repeat(254) },
    sound!,
  ]
  const answer = store.intake.bindings({ bindings, isWhole: null })
  store.intake.tick()
  expect(await answer).toEqual({ changed: 1, merged: 0 })
})

test('while the file cannot be written letters wait, and are written once it can', async () => {
  const store = new FakeStore()
  store.tick()
  const other = new DatabaseSync(store.path)
  other.exec('BEGIN EXCLUSIVE')
  let answers = 0
  const answer = store.intake.bindings({ bindings: told(...many(300)), isWhole: null }).then((saved) => {
    answers++
    return saved
  })
  for (let i = 0; i < 5; i++) {
    store.clock.nowMs += 200
    store.intake.tick()
  }
  await Promise.resolve()
  expect([answers, store.log.of('waits in memory').length]).toEqual([0, 1])
  other.close()
  store.clock.nowMs += 1000
  store.intake.tick()
  expect(await answer).toEqual({ changed: 300, merged: 0 })
})

test('more than there is room for is refused, and said to whom', async () => {
  const store = new FakeStore()
  const [one] = told({ mac: mac(1) })
  const letter = { bindings: Array(MAX_LETTER).fill(one) as (typeof one)[], isWhole: null }
  await expect(store.intake.bindings({ bindings: [...letter.bindings, one!], isWhole: null } as never)).rejects.toThrow(`room for ${MAX_LETTER}`) // prettier-ignore
  void store.intake.bindings(letter as never)
  void store.intake.bindings(letter as never)
  await expect(store.intake.bindings({ bindings: told({}), isWhole: null })).rejects.toThrow('room for 0')
})
