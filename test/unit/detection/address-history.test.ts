import { expect, test } from 'vitest'
import { AddressHistory, BINDING_LAG_MS } from '../../../src/detection/address-history.ts'
import { bindingOf, NOON, type BindingGiven } from './setup.ts'

const A = 'aa:00:00:00:00:01'
const B = 'aa:00:00:00:00:02'
const MINUTE = 60_000

function history(...bindings: BindingGiven[]): AddressHistory {
  return new AddressHistory(bindings.map(bindingOf), () => null)
}

/** Whose the address is at so many minutes past noon. */
function holders(of: AddressHistory, ...minutes: number[]): (string | null)[] {
  return minutes.map((minute) => of.tenures[of.at(NOON + minute * MINUTE)]?.key ?? null)
}

test('nobody is known to have an address of which nothing is told', () => {
  expect(holders(history(), 0)).toEqual([null])
})

test('an address belongs to a machine from its beginning until before its end', () => {
  const one = history({ mac: A, fromMs: 10 * MINUTE, untilMs: 20 * MINUTE })
  expect(holders(one, 10, 19, 20, 21)).toEqual([`mac:${A}`, `mac:${A}`, null, null])
  expect(holders(history({ mac: A, fromMs: 0 }), 999_999)).toEqual([`mac:${A}`])
})

test('a little before its beginning it is that machine’s too, but never while it is another one’s', () => {
  const lag = BINDING_LAG_MS / MINUTE
  const free = history({ mac: B, fromMs: 10 * MINUTE })
  expect(holders(free, 10 - lag - 1, 10 - lag, 9)).toEqual([null, `mac:${B}`, `mac:${B}`])
  const taken = history({ mac: A, fromMs: 0, untilMs: 9 * MINUTE }, { mac: B, fromMs: 10 * MINUTE })
  expect(holders(taken, 8, 9)).toEqual([`mac:${A}`, `mac:${B}`])
})

test('where two sources disagree the one that is believed more decides, for as long as it speaks', () => {
  const both = history(
    { mac: A, source: 'lease', fromMs: 0, untilMs: 30 * MINUTE },
    { mac: B, source: 'neighbour', fromMs: 10 * MINUTE },
  )
  expect(holders(both, 5, 15, 35)).toEqual([`mac:${A}`, `mac:${A}`, `mac:${B}`])
})

test('a source without a MAC takes the one another source knows at that time', () => {
  const both = history(
    { duid: '00030001', source: 'lease', fromMs: 0 },
    { mac: A, source: 'neighbour', fromMs: 10 * MINUTE },
  )
  expect(both.tenures.map(({ key, binding }) => [key, binding.duid])).toEqual([
    ['duid:00030001', '00030001'],
    [`mac:${A}`, '00030001'],
  ])
})

test('a machine whose DUID is known to belong to a MAC is known by the MAC throughout', () => {
  const bindings = [bindingOf({ duid: '00030001' })]
  expect(new AddressHistory(bindings, () => A).tenures.map(({ key }) => key)).toEqual([`mac:${A}`])
})

test('stretches of one machine with no more than the lag between them are one', () => {
  const renewed = history(
    { mac: A, fromMs: 0, untilMs: 10 * MINUTE },
    { mac: A, fromMs: 11 * MINUTE, untilMs: 20 * MINUTE },
    { mac: A, fromMs: 60 * MINUTE },
  )
  expect(renewed.tenures).toHaveLength(2)
  expect(renewed.covering(NOON, NOON + 19 * MINUTE)?.key).toBe(`mac:${A}`)
  expect(renewed.covering(NOON, NOON + 61 * MINUTE)).toBe(null)
  expect(renewed.covering(NOON - 3 * MINUTE, NOON)).toBe(null)
})

test('a name without a machine names the address and nobody', () => {
  const named = history({ hostName: 'pc-1.so.local', source: 'reverse', sure: 'guess' })
  expect(named.tenures).toEqual([])
  expect(named.named?.hostName).toBe('pc-1.so.local')
})

test('what ends where it begins covers nothing', () => {
  expect(history({ mac: A, fromMs: 5, untilMs: 5 }).tenures).toEqual([])
})
