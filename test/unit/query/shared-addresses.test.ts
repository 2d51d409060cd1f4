import { expect, it } from 'vitest'
import { AnswerCache } from '../../../src/cache/answer-cache.ts'
import { parsePrefix } from '../../../src/lists/prefix-text.ts'
import { domainOf } from '../../../src/query/domain-of.ts'
import { MAX_ASKED, MAX_EXCEPT, MOST_OWNERS, SharedAddresses } from '../../../src/query/shared-addresses.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { a, message, question, readMessage } from '../../support/messages.ts'
import { policyOf } from '../../support/policy-fixture.ts'

const SETTINGS = { maxBytes: 1 << 20, staleMs: 0, staleTtlSeconds: 30, maxTtlSeconds: 5_000, maxNegativeTtlSeconds: 3_600 } // prettier-ignore

/** A cache with `count` names at one address; each look at the clock is a millisecond later. */
function bench(count: number) {
  const cache = new AnswerCache(SETTINGS, new FakeClock(), 1)
  for (let at = 0; at < count; at++) {
    const name = `www.owner-${at}.example`
    const bytes = message(name, 'A', { answers: [a(name, 300)] })
    cache.store(question(name), bytes, readMessage(bytes), { generation: 1, screened: null, ede: -1 })
  }
  let now = 0
  let slices = 0
  const sharing = new SharedAddresses({ cache, policy: policyOf([], [], []), clock: { monotonicMs: () => now++ }, begin: () => slices++ }) // prettier-ignore
  return { cache, sharing, slices: () => slices }
}
const ask = (text: string, except: readonly string[] = []) => ({ addresses: [parsePrefix(text)!], except })

it('looks at a few answers at a time, and lets queries in between', async () => {
  const { sharing, slices, cache } = bench(200)
  const counting = sharing.count(ask('192.0.2.1'))
  await new Promise((resolve) => setImmediate(resolve))
  cache.flush(null)
  expect(slices()).toBe(1)
  expect((await counting).owners[0]).toBeLessThan(200 / 4)
})

it('tells owners apart up to a bound, and how many names it has looked at', async () => {
  expect(await bench(MOST_OWNERS + 20).sharing.count(ask('192.0.2.0/24'))).toEqual({
    names: MOST_OWNERS + 20,
    owners: [MOST_OWNERS],
  })
  expect(await bench(0).sharing.count(ask('192.0.2.1'))).toEqual({ names: 0, owners: [0] })
})

it('does not count owners of names that somebody says are bad', async () => {
  const { sharing } = bench(6)
  expect((await sharing.count(ask('192.0.2.1', ['c2.owner-3.example', 'other.example']))).owners).toEqual([5])
})

it('takes one question after the other, and none that is too large', async () => {
  const { sharing } = bench(3)
  const all = await Promise.all([sharing.count(ask('192.0.2.1')), sharing.count(ask('192.0.2.2'))])
  expect(all.map(({ owners }) => owners)).toEqual([[3], [0]])
  const { addresses } = ask('192.0.2.1')
  const many = Array.from({ length: MAX_ASKED + 1 }, () => addresses[0]!)
  await expect(sharing.count({ addresses: many, except: [] })).rejects.toThrow(RangeError)
  await expect(sharing.count({ addresses, except: Array.from({ length: MAX_EXCEPT + 1 }, () => 'a') })).rejects.toThrow(RangeError) // prettier-ignore
  const twice = await sharing.count({ addresses: [...addresses, ...addresses], except: [] })
  expect(twice.owners).toEqual([3, 3])
})

it.each([
  ['www.vnexpress.vn', 'vnexpress.vn'],
  ['a.b.baochinhphu.com.vn', 'baochinhphu.com.vn'],
  ['x.ac.jp', 'x.ac.jp'],
  ['com.vn', 'com.vn'],
  ['a.b.example', 'b.example'],
  ['example.', 'example'],
  ['', ''],
])('%s belongs to %s', (name, owner) => expect(domainOf(name)).toBe(owner))
