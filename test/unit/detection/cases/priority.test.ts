/** Units on the botnet list come first. */
import { expect, test } from 'vitest'
import { CaseStore, DAY, HOUR, unitOf } from './setup.ts'

const UNITS = [
  unitOf('so', ['10.0.0.0/24'], { wan: ['203.0.113.1/32'] }),
  unitOf('phong', ['10.0.1.0/24'], { parent: 'so' }),
  unitOf('tram', ['10.0.2.0/24'], { parent: 'so', wan: ['203.0.113.2/32'] }),
  unitOf('xa', ['10.0.3.0/24']),
]

function priorities(store: CaseStore): string[] {
  return store.all().map(({ address, priority }) => `${address} ${priority}`)
}

test('cases of listed units, and of those behind the same address, are of high priority', () => {
  const store = new CaseStore({ units: UNITS })
  expect(store.work.setListed(['so'])).toEqual({ units: 1 })
  for (const client of ['10.0.0.1', '10.0.1.1', '10.0.2.1', '10.0.3.1', '10.9.9.9']) store.hit({ client })
  expect(priorities(store)).toEqual([
    '10.0.0.1 high', '10.0.1.1 high', '10.0.2.1 normal', '10.0.3.1 normal', '10.9.9.9 normal',
  ]) // prettier-ignore
  expect(store.cases.listCases({ priority: 'high' }).items).toHaveLength(2)
  expect(store.cases.counts().urgent).toBe(2)
})

test('their hits are told once a case and day', () => {
  const store = new CaseStore({ units: UNITS })
  store.work.setListed(['so'])
  const told = (): number => store.events().filter((event) => event === 'priority-hit 1 new').length
  store.hit()
  store.hit({ indicator: 'other.test' })
  expect(told()).toBe(1)
  store.pass(DAY)
  store.hit()
  store.hit()
  expect(told()).toBe(2)
  store.restart()
  store.hit()
  expect(told()).toBe(2)
})

test('cases that are there follow a new list and new units; the list outlives the thread', () => {
  const store = new CaseStore({ units: UNITS })
  store.hit()
  store.hit({ client: '10.0.3.1' })
  store.work.setListed(['so'])
  store.upkeep()
  expect(priorities(store)).toEqual(['10.0.0.1 high', '10.0.3.1 normal'])
  store.restart()
  store.hit()
  expect(store.events().at(-1)).toBe('priority-hit 1 new')
  store.configure({ units: [...UNITS.slice(0, 3), unitOf('xa', ['10.0.3.0/24'], { parent: 'so' })] })
  store.upkeep()
  expect(priorities(store)).toEqual(['10.0.0.1 high', '10.0.3.1 high'])
  store.work.setListed([])
  store.upkeep()
  expect(priorities(store)).toEqual(['10.0.0.1 normal', '10.0.3.1 normal'])
})

test('a machine that moves to a listed unit comes first within the hour', () => {
  const store = new CaseStore({ units: UNITS })
  store.work.setListed(['so'])
  store.store.bind(
    { mac: 'aa:00:00:00:00:01', address: '10.0.3.1' },
    { mac: 'aa:00:00:00:00:01', address: '10.0.0.1' },
  )
  store.hit({ client: '10.0.3.1' })
  store.upkeep()
  store.hit({ client: '10.0.0.1' })
  store.pass(HOUR)
  store.upkeep()
  expect(priorities(store)).toEqual(['10.0.0.1 high'])
})

test('what is silenced is told to nobody', () => {
  const store = new CaseStore({ units: UNITS })
  store.hit()
  store.work.silence({
    client: 1,
    indicator: 'evil.test',
    untilMs: store.nowMs + DAY,
    actor: 'lan',
    reason: 'x',
  })
  store.work.setListed(['so'])
  store.hit()
  expect(store.events()).toEqual(['case-opened 1 new'])
})

test.each([[null], ['so'], [[1]], [Array.from({ length: 10_001 }, () => 'so')]])(
  '%j is no list of units',
  (asked) => {
    expect(new CaseStore({ units: UNITS }).work.setListed(asked)).toMatchObject({ problem: 'invalid' })
  },
)
