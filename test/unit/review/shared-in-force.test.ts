/** What lists block that many clean names share is found by itself, told, and left as it is. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { ReviewBench } from './bench.ts'

const CDN = '198.51.100.7'
const HOUR_MS = 3_600_000

let bench: ReviewBench
beforeEach(() => void (bench = new ReviewBench()))
afterEach(() => bench.close())

const heldBy = (address: string, ...lists: readonly string[]): void =>
  void bench.standings.set(address, { knownBy: lists, actions: [], allowedBy: null })

it('an address of a list that five owners share is told with the list, one that fewer share is not', async () => {
  bench.enforced = [CDN, '203.0.113.9', '198.51.0.0/16']
  bench.owners.set(CDN, { least: 4, most: 6 }).set('203.0.113.9', { least: 4, most: 4 }).set('198.51.0.0/16', { least: 9, most: 9 }) // prettier-ignore
  heldBy(CDN, 'file')
  heldBy('198.51.0.0/16', 'cv', 'file')
  expect(bench.review.shared.found).toEqual([])
  await bench.review.shared.look()
  expect(bench.askedShared).toEqual([{ addresses: bench.enforced, except: [] }])
  expect(bench.review.shared.found).toEqual([
    { address: CDN, lists: ['file'], owners: { least: 4, most: 6 } },
    { address: '198.51.0.0/16', lists: ['file'], owners: { least: 9, most: 9 } },
  ])
  expect(bench.review.shared.of(CDN)?.owners.most).toBe(6)
  expect(bench.review.shared.of('203.0.113.9')).toBeNull()
})

it('what people have approved of an import, or let through meanwhile, is not told', async () => {
  bench.enforced = [CDN, '203.0.113.9']
  for (const address of bench.enforced) bench.owners.set(address, { least: 50, most: 50 })
  heldBy(CDN, 'cv')
  bench.standings.set('203.0.113.9', { knownBy: ['file'], actions: [], allowedBy: 'overrides' })
  await bench.review.shared.look()
  expect(bench.review.shared.found).toEqual([])
})

it('is looked at a quarter of an hour after the start and then once an hour, and no longer told when it has gone', async () => {
  bench.enforced = [CDN]
  bench.owners.set(CDN, { least: 5, most: 5 })
  heldBy(CDN, 'file')
  bench.clock.advance(HOUR_MS / 4)
  await expect.poll(() => bench.review.shared.found.length).toBe(1)
  bench.clock.advance(HOUR_MS / 2)
  expect(bench.askedShared).toHaveLength(1)
  bench.enforced = []
  heldBy(CDN)
  bench.clock.advance(HOUR_MS / 2)
  await expect.poll(() => bench.review.shared.found.length).toBe(0)
  expect(bench.askedShared).toHaveLength(2)
})

it('of more than one look can ask about all come in turn, and what was found stays told', async () => {
  const far = '10.9.9.9'
  bench.enforced = [CDN, ...Array.from({ length: 10_500 }, (_, at) => `10.1.${at >> 8}.${at & 255}`), far]
  for (const address of [CDN, far]) {
    bench.owners.set(address, { least: 5, most: 5 })
    heldBy(address, 'file')
  }
  const found = (): string[] => bench.review.shared.found.map(({ address }) => address)
  await bench.review.shared.look()
  expect(found()).toEqual([CDN])
  await bench.review.shared.look()
  expect(found()).toEqual([CDN, far])
  await bench.review.shared.look()
  expect(found()).toEqual([CDN, far])
  expect(bench.askedShared.map(({ addresses }) => addresses.length)).toEqual([10_000, 503, 9_999])
})

it('is not looked for where the configuration says so; where nobody answers, what was found stays', async () => {
  bench.enforced = [CDN]
  bench.owners.set(CDN, { least: 5, most: 5 })
  heldBy(CDN, 'file')
  await bench.review.shared.look()
  bench.fault = new Error('being restarted')
  await bench.review.shared.look()
  expect(bench.review.shared.found).toHaveLength(1)
  expect(bench.logged.at(-1)).toMatchObject(['warn', {}, expect.stringContaining('could not be looked at')])
  bench.fault = null
  bench.restart('review: { sharedBy: 0 }\n')
  await bench.review.shared.look()
  expect(bench.review.shared.found).toEqual([])
  expect(bench.askedShared).toHaveLength(1)
})
