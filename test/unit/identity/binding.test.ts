import { describe, expect, it } from 'vitest'
import { covers, isSameMachine, joinBindings, type Binding } from '../../../src/identity/binding.ts'
import { addressBytes, readAddress } from '../../../src/identity/address-text.ts'

const NOBODY = { mac: null, duid: null, hostName: null }
const MAC = '02:00:00:00:00:01'
const OTHER = '02:00:00:00:00:02'

function binding(more: Partial<Binding>): Binding {
  return {
    address: addressBytes('10.0.0.1'),
    fromMs: 0,
    untilMs: null,
    ...NOBODY,
    source: 'lease',
    sure: 'certain',
    isRouter: false,
    ...more,
  }
}

describe('two statements', () => {
  it.each([
    [{ mac: MAC }, { mac: MAC, duid: '0102', hostName: 'x' }, true],
    [{ mac: MAC, duid: '0102' }, { mac: OTHER, duid: '0102' }, false],
    [{ duid: '0102', mac: MAC }, { duid: '0102' }, true],
    [{ duid: '0102' }, { duid: '0103' }, false],
    [{ hostName: 'a' }, { hostName: 'a' }, true],
    [{ hostName: 'a' }, { hostName: 'b' }, false],
    [{ hostName: 'a' }, { hostName: 'a', mac: MAC }, false],
    [{ mac: MAC }, { duid: '0102' }, false],
  ])('%j and %j are of one machine: %s', (a, b, isSame) => {
    expect(isSameMachine({ ...NOBODY, ...a }, { ...NOBODY, ...b })).toBe(isSame)
    expect(isSameMachine({ ...NOBODY, ...b }, { ...NOBODY, ...a })).toBe(isSame)
  })
})

it('a binding covers its beginning and not its end', () => {
  const some = binding({ fromMs: 10, untilMs: 20 })
  expect([9, 10, 19, 20].map((ms) => covers(some, ms))).toEqual([false, true, true, false])
  expect(covers(binding({ fromMs: 10 }), 1e15)).toBe(true)
  expect(covers(binding({ fromMs: 10, untilMs: 10 }), 10)).toBe(false)
})

describe('bindings of one address', () => {
  it('are believed in the order register, lease, neighbour, edns, reverse', () => {
    const sources = ['reverse', 'neighbour', 'lease', 'edns', 'register'] as const
    const all = sources.map((source, index) => binding({ source, mac: `02:00:00:00:00:0${index}` }))
    const order: string[] = []
    for (let rest = all; rest.length > 0; rest = rest.filter(({ source }) => source !== order.at(-1))) {
      order.push(joinBindings(rest)!.source)
    }
    expect(order).toEqual(['register', 'lease', 'neighbour', 'edns', 'reverse'])
    expect(joinBindings([])).toBeNull()
  })

  it('fill in what the best leaves open, but not of another machine', () => {
    const lease = binding({ duid: '0102', hostName: null })
    const neighbour = binding({ source: 'neighbour', mac: MAC, isRouter: true })
    const reverse = binding({ source: 'reverse', hostName: 'a.test' })
    expect(joinBindings([reverse, neighbour, lease])).toMatchObject({
      source: 'lease', mac: MAC, duid: '0102', hostName: 'a.test', isRouter: true,
    }) // prettier-ignore
    const other = binding({ source: 'neighbour', mac: OTHER, hostName: 'other' })
    expect(joinBindings([other, binding({ mac: MAC })])).toMatchObject({ mac: MAC, hostName: null })
  })

  it('are the surer, then the later of one source', () => {
    const guess = binding({ sure: 'guess', mac: OTHER, fromMs: 5 })
    expect(joinBindings([guess, binding({ mac: MAC })])!.mac).toBe(MAC)
    expect(joinBindings([binding({ mac: MAC, fromMs: 1 }), binding({ mac: OTHER, fromMs: 2 })])!.mac).toBe(
      OTHER,
    )
  })

  it('by a name alone come behind those that know the machine', () => {
    const named = binding({ source: 'register', hostName: 'pc' })
    expect(joinBindings([named, binding({ mac: MAC })])).toMatchObject({
      source: 'lease',
      mac: MAC,
      hostName: 'pc',
    })
  })
})

it('addresses have one spelling', () => {
  expect(['10.0.0.1', '::ffff:10.0.0.1', 'FD00:0::1', 'fe80::1%eth0'].map(readAddress)).toEqual([
    '10.0.0.1',
    '10.0.0.1',
    'fd00::1',
    'fe80::1',
  ])
  for (const text of [
    '',
    '10.0.0',
    '010.0.0.1',
    '0.0.0.0',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    'ff02::1',
    'x'.repeat(99),
  ]) {
    expect(readAddress(text)).toBeNull()
  }
  expect(() => addressBytes('x')).toThrow(RangeError)
})
