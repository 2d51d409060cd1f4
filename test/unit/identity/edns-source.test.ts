/** Pairs of address and MAC that forwarders name, as bindings. */
import { expect, test } from 'vitest'
import { AddressBook } from '../../../src/identity/address-book.ts'
import type { Binding } from '../../../src/identity/binding.ts'
import { EdnsSource } from '../../../src/identity/edns-source.ts'
import { address16 } from '../../support/addresses.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { keepLog } from '../lists/support.ts'
import { briefBinding, MINUTE, START } from './histories.ts'

const A = '02:98:00:00:00:0a'
const B = '02:98:00:00:00:0b'
const DAY = 24 * 60 * MINUTE

class House {
  readonly clock = new FakeClock(START)
  readonly kept = keepLog()
  readonly #told: string[] = []
  readonly book = new AddressBook((change, binding) => {
    if (change !== 'renewed') this.#told.push(briefBinding(binding))
  })
  readonly source = new EdnsSource(this.book, { clock: this.clock, log: this.kept.log })

  reveal(...pairs: readonly (readonly [address: string, mac: string])[]): void {
    const atMs = this.clock.wallMs()
    this.source.take(pairs.map(([address, mac]) => ({ address: address16(address), mac, atMs })))
  }

  pass(ms: number): void {
    this.clock.advance(ms)
    this.source.tick(this.clock.wallMs(), this.clock.monotonicMs())
  }

  news(): string[] {
    return this.#told.splice(0)
  }
}

test('a pair is a binding from the moment it was seen, told once', () => {
  const house = new House()
  house.reveal(['10.0.0.1', A], ['fd00::1', A])
  expect(house.news()).toEqual(['10.0.0.1 0a 0..-', 'fd00::1 0a 0..-'])
  house.pass(MINUTE)
  house.reveal(['10.0.0.1', A])
  expect(house.news()).toEqual([])
  expect(house.book.find('10.0.0.1')).toMatchObject({ mac: A, source: 'edns', sure: 'likely' })
  expect(house.source.status()).toMatchObject({ source: 'edns', rows: 2, lastReadMs: START + MINUTE })
})

test('another machine at the address ends it', () => {
  const house = new House()
  house.reveal(['10.0.0.1', A])
  house.pass(5 * MINUTE)
  house.news()
  house.reveal(['10.0.0.1', B])
  expect(house.news()).toEqual(['10.0.0.1 0a 0..5', '10.0.0.1 0b 5..-'])
})

test('it holds for a week after it was told of last', () => {
  const house = new House()
  house.reveal(['10.0.0.1', A], ['10.0.0.2', B])
  house.pass(6 * DAY)
  house.reveal(['10.0.0.1', A])
  house.news()
  house.pass(DAY)
  expect(house.news()).toEqual(['10.0.0.2 0b 0..10080'])
  expect(house.source.status().rows).toBe(1)
})

test('what an earlier run knew goes on, and ends as if it were of this one', () => {
  const house = new House()
  const before: Binding = { address: address16('10.0.0.1'), fromMs: START - DAY, untilMs: null, mac: A, duid: null, hostName: null, source: 'edns', sure: 'likely', isRouter: false } // prettier-ignore
  const others: Binding[] = [{ ...before, address: address16('10.0.0.2') }, { ...before, address: address16('10.0.0.3'), source: 'lease' }] // prettier-ignore
  for (const binding of [before, ...others]) {
    house.book.remember(binding)
    house.source.remember(binding)
  }
  expect(house.source.status().rows).toBe(2)
  house.reveal(['10.0.0.1', A])
  expect(house.news()).toEqual([])
  house.reveal(['10.0.0.2', B])
  expect(house.news()).toEqual(['10.0.0.2 0a -1440..0', '10.0.0.2 0b 0..-'])
  house.pass(7 * DAY)
  expect(house.news()).toHaveLength(2)
})

test('without forwarders all of it ends, of an earlier run too', () => {
  const house = new House()
  const before: Binding = { address: address16('10.0.0.9'), fromMs: START - DAY, untilMs: null, mac: B, duid: null, hostName: null, source: 'edns', sure: 'likely', isRouter: false } // prettier-ignore
  house.book.remember(before)
  house.source.remember(before)
  house.reveal(['10.0.0.1', A])
  house.news()
  house.pass(MINUTE)
  house.source.end()
  expect(house.news()).toEqual(['10.0.0.9 0b -1440..1', '10.0.0.1 0a 0..1'])
  expect(house.source.status().rows).toBe(0)
})

test('one MAC at more IPv4 addresses than a machine has is a router’s, and nobody’s', () => {
  const house = new House()
  for (let host = 1; host <= 40; host++) house.reveal([`fd00::${host}`, B])
  for (let host = 1; host <= 16; host++) house.reveal([`10.0.0.${host}`, A])
  expect(house.news()).toHaveLength(56)
  house.reveal(['10.0.0.17', A], ['10.0.0.18', A])
  const news = house.news()
  expect(news[0]).toBe('10.0.0.17 0a 0..-')
  // All taken back.
  expect(news.slice(1)).toEqual(Array.from({ length: 17 }, (_, n) => `10.0.0.${n + 1} 0a 0..0`))
  expect(house.book.find('10.0.0.1')).toBeNull()
  expect(house.book.find('fd00::40')).toMatchObject({ mac: B })
  expect(house.kept.said()).toHaveLength(1)
})

test('addresses that are nobody’s are not taken', () => {
  const house = new House()
  house.reveal(['0.0.0.0', A], ['224.0.0.1', A], ['::', A])
  expect(house.news()).toEqual([])
})

test('more addresses than there is room for end with the oldest', () => {
  const house = new House()
  const address = (n: number): string => `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`
  const mac = (n: number): string => `02:00:00:${[n >> 16, n >> 8, n].map((part) => (part & 255).toString(16).padStart(2, '0')).join(':')}` // prettier-ignore
  for (let n = 1; n <= 50_001; n++) house.reveal([address(n), mac(n)])
  expect(house.source.status().rows).toBe(50_000)
  expect([house.book.find(address(1)), house.book.find(address(2))?.mac]).toEqual([null, mac(2)])
})
