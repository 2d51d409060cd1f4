/** Hints drawn from intervals of programs and of people, and a histogram against a plain list of intervals. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { judgeBeacon } from '../../src/detection/cases/beacon.ts'
import { beaconWords } from '../../src/detection/cases/beacon-words.ts'
import {
  addInterval,
  bucketOf,
  BUCKETS,
  middleMs,
  packHistogram,
  readHistogram,
  SHORTEST_MS,
} from '../../src/detection/cases/rhythm.ts'
import { seededRandom } from '../support/seeded-random.ts'

const RUNS = Number(process.env['THANHLOC_FUZZ'] ?? 200)
const TRIALS = 2000

/** Of `TRIALS` clients with `count` intervals each, how many are given `hint`. */
function share(draw: (random: () => number) => number, count: number, hint: string): number {
  const source = seededRandom(7)
  const random = (): number => source.below(2 ** 31) / 2 ** 31
  let given = 0
  for (let trial = 0; trial < TRIALS; trial++) {
    const histogram = new Uint16Array(BUCKETS)
    for (let n = 0; n < count;) {
      const bucket = bucketOf(draw(random))
      if (bucket < 0) continue
      addInterval(histogram, bucket)
      n++
    }
    if (judgeBeacon(histogram, []).hint === hint) given++
  }
  return given / TRIALS
}

const exponential = (random: () => number): number => -Math.log(1 - random())
const normal = (random: () => number): number =>
  Math.sqrt(2 * exponential(random)) * Math.cos(2 * Math.PI * random())
const MINUTES = 60_000

test.each<[string, (random: () => number) => number]>([
  ['to the second', () => 10 * MINUTES],
  ['shortened by a tenth at random', (random) => 10 * MINUTES * (1 - 0.1 * random())],
  ['shortened by the half at random', (random) => 10 * MINUTES * (1 - 0.5 * random())],
  ['a third up or down', (random) => 10 * MINUTES * (0.7 + 0.6 * random())],
  ['with every fifth missed', (random) => 10 * MINUTES * (random() < 0.2 ? 2 : 1)],
  ['once a day', () => 1440 * MINUTES],
  ['off at night', (random) => (random() < 0.05 ? 14 * 60 * MINUTES : 10 * MINUTES)],
])('a program that asks %s is recognised from twenty intervals', (_, draw) => {
  expect(share(draw, 20, 'machine-like')).toBeGreaterThan(0.95)
})

test.each<[string, (random: () => number) => number]>([
  ['without a rhythm', (random) => 10 * MINUTES * exponential(random)],
  ['by a factor e more or less', (random) => 10 * MINUTES * Math.exp(normal(random))],
  [
    'in office hours, without a rhythm',
    (random) => (random() < 0.1 ? 840 * MINUTES : 15 * MINUTES * exponential(random)),
  ],
])('a person who asks %s is seldom taken for a program, and recognised in time', (_, draw) => {
  expect(share(draw, 20, 'machine-like')).toBeLessThan(0.02)
  expect(share(draw, 60, 'machine-like')).toBeLessThan(0.002)
  expect(share(draw, 200, 'human-like')).toBeGreaterThan(0.9)
})

const intervals = fc.array(fc.oneof(fc.double({ min: -10, max: 1e11, noNaN: true }), fc.integer({ min: 4000, max: 100_000 })), { maxLength: 200 }) // prettier-ignore

test('a histogram holds every interval that is long enough, within a fifth of its length', () => {
  fc.assert(
    fc.property(intervals, (all) => {
      const histogram = new Uint16Array(BUCKETS)
      const counted = all.filter((ms) => ms >= SHORTEST_MS)
      for (const ms of all) {
        const bucket = bucketOf(ms)
        expect(bucket >= 0).toBe(ms >= SHORTEST_MS)
        if (bucket < 0) continue
        addInterval(histogram, bucket)
        if (bucket < BUCKETS - 1) expect(Math.abs(middleMs(bucket) / ms - 1)).toBeLessThan(0.1)
      }
      expect(histogram.reduce((sum, count) => sum + count, 0)).toBe(counted.length)
      expect(readHistogram(packHistogram(histogram))).toEqual(histogram)
    }),
    { numRuns: RUNS },
  )
})

test('any bytes and hours give a hint with its reason, never an exception', () => {
  const hours = fc.array(fc.record({ at: fc.integer({ min: 0, max: 4e12 }), hits: fc.nat(9) }), {
    maxLength: 50,
  })
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), hours, (bytes, seen) => {
      const beacon = judgeBeacon(readHistogram(bytes), seen)
      expect(beacon.share).toBeGreaterThanOrEqual(0)
      expect(beacon.share).toBeLessThanOrEqual(1)
      expect(beacon.variation).toBeGreaterThanOrEqual(0)
      for (const words of Object.values(beaconWords(beacon)))
        expect(words).not.toMatch(/NaN|undefined|Infinity/)
    }),
    { numRuns: RUNS },
  )
})
