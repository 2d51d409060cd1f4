/** Intervals between hits: what is counted, kept and told. */
import { describe, expect, it, test } from 'vitest'
import { beaconWords } from '../../../../src/detection/cases/beacon-words.ts'
import { judgeBeacon } from '../../../../src/detection/cases/beacon.ts'
import {
  addHistogram,
  addInterval,
  bucketOf,
  BUCKETS,
  middleMs,
  packHistogram,
  readHistogram,
  type Histogram,
} from '../../../../src/detection/cases/rhythm.ts'
import { readPeerPage } from '../../../../src/detection/peer-page.ts'
import { CaseStore, DAY, HOUR } from './setup.ts'

const MINUTE = 60_000

function histogramOf(...intervals: readonly number[]): Histogram {
  const histogram = new Uint16Array(BUCKETS)
  for (const interval of intervals) addInterval(histogram, bucketOf(interval))
  return histogram
}

describe('the bucket of an interval', () => {
  it.each([
    [-1, -1],
    [NaN, -1],
    [4999, -1],
    [5000, 0],
    [5946, 0],
    [5947, 1],
    [10_000, 4],
    [10 * MINUTE, 27],
    [30 * DAY, BUCKETS - 1],
    [Infinity, BUCKETS - 1],
  ])('%d ms: %i', (interval, bucket) => expect(bucketOf(interval)).toBe(bucket))

  it('has its middle in itself', () => {
    for (let bucket = 0; bucket < BUCKETS; bucket++) expect(bucketOf(middleMs(bucket))).toBe(bucket)
  })
})

describe('a histogram', () => {
  it('is read as it was written', () => {
    const histogram = histogramOf(5000, 5000, 10 * MINUTE, DAY)
    expect(packHistogram(histogram)).toHaveLength(6)
    expect(readHistogram(packHistogram(histogram))).toEqual(histogram)
  })

  it('reads what is none as nothing', () => {
    expect(readHistogram(Uint8Array.of(BUCKETS, 5, 1)).every((count) => count === 0)).toBe(true)
  })

  it('halves where a count would outgrow a byte', () => {
    const histogram = histogramOf(...Array<number>(40).fill(DAY), ...Array<number>(256).fill(MINUTE))
    expect([histogram[bucketOf(MINUTE)], histogram[bucketOf(DAY)]]).toEqual([128, 20])
    addHistogram(histogram, histogramOf(...Array<number>(200).fill(MINUTE)))
    expect([histogram[bucketOf(MINUTE)], histogram[bucketOf(DAY)]]).toEqual([164, 10])
  })
})

describe('the hint', () => {
  const day = (hours: readonly number[], days = 1): { at: number; hits: number }[] =>
    Array.from({ length: days }, (_, d) => hours.map((hour) => ({ at: new Date(2026, 10, 2 + d, hour).getTime(), hits: 3 }))).flat() // prettier-ignore
  const OFFICE = [8, 9, 10, 11, 14, 15, 16]
  const regular = histogramOf(...Array<number>(30).fill(10 * MINUTE))
  const irregular = histogramOf(...Array.from({ length: 60 }, (_, n) => 6000 * 1.15 ** n))

  it('is machine-like for what comes every ten minutes', () => {
    const beacon = judgeBeacon(regular, day(OFFICE))
    expect(beacon).toMatchObject({
      hint: 'machine-like',
      intervals: 30,
      share: 1,
      variation: 0,
      hours: 7,
      nights: 0,
    })
    expect(beacon.modalMs! / MINUTE).toBeCloseTo(9.8, 1)
  })

  it('is human-like for what comes at all intervals in office hours', () => {
    expect(judgeBeacon(irregular, day(OFFICE)).hint).toBe('human-like')
  })

  it('says nothing of what comes at all intervals, also at night', () => {
    expect(judgeBeacon(irregular, day([8, 9, 2])).hint).toBe('unknown')
  })

  it('takes less of a rhythm for a program where it goes on at night', () => {
    const half = histogramOf(...Array<number>(25).fill(10 * MINUTE), ...Array.from({ length: 25 }, (_, n) => 6000 * 1.4 ** n)) // prettier-ignore
    expect(judgeBeacon(half, day(OFFICE)).hint).toBe('unknown')
    expect(judgeBeacon(half, day([...OFFICE, 3], 1)).hint).toBe('unknown')
    expect(judgeBeacon(half, day([...OFFICE, 3], 2)).hint).toBe('machine-like')
  })

  it('says nothing of a few', () => {
    expect(judgeBeacon(histogramOf(...Array<number>(19).fill(MINUTE)), []).hint).toBe('unknown')
    expect(judgeBeacon(histogramOf(...Array<number>(20).fill(MINUTE)), []).hint).toBe('machine-like')
    expect(judgeBeacon(new Uint16Array(BUCKETS), [])).toMatchObject({ hint: 'unknown', modalMs: null })
  })

  it('gives its reason in words and numbers, Vietnamese first', () => {
    expect(beaconWords(judgeBeacon(regular, day(OFFICE)))).toEqual({
      vi: 'Giống chương trình tự động hỏi theo chu kỳ: 100 % trong 30 khoảng cách xấp xỉ 9.8 phút, độ lệch 0 %; có lượt hỏi trong 7/24 giờ của ngày, 0 đêm từ 0 đến 5 giờ.',
      en: "Looks like a program that asks by itself: 100 % of 30 intervals lie near 9.8 min and vary by 0 %; hits in 7 of 24 hours of the day, in 0 nights between 0 and 5 o'clock.",
    })
    expect(beaconWords(judgeBeacon(histogramOf(DAY), [])).en).toMatch(/^Nothing can be said yet: 1 intervals/)
  })
})

test('a beacon is recognised from its hits', () => {
  const store = new CaseStore()
  for (let n = 0; n < 30; n++) {
    store.hit()
    // The other question of the same lookup.
    store.hit({ qtype: 28 })
    store.pass(10 * MINUTE)
  }
  store.upkeep()
  const { hint, intervals, modalMs } = store.cases.rhythm(1, 'evil.test')
  expect([hint, intervals, Math.round(modalMs! / MINUTE)]).toEqual(['machine-like', 29, 10])
  expect(store.cases.getCase(1)!.indicators[0]).toMatchObject({
    indicator: 'evil.test',
    hits: 60,
    hint: 'machine-like',
  })
  expect(store.cases.rhythm(1, 'other.test').intervals).toBe(0)
})

test('intervals that wait are written when the thread ends, and not twice', () => {
  const store = new CaseStore()
  for (let n = 0; n < 5; n++) {
    store.hit()
    store.pass(MINUTE)
  }
  store.work.flush()
  store.work.flush()
  store.restart()
  expect(store.cases.rhythm(1, 'evil.test').intervals).toBe(4)
})

test('intervals of hits that were undone are counted once', () => {
  const store = new CaseStore()
  store.hit()
  store.pass(MINUTE)
  store.store.storeWriter.within(({ database }) =>
    database.exec(
      `CREATE TEMP TRIGGER no_more BEFORE INSERT ON drained BEGIN SELECT raise(ABORT, 'dies here'); END`,
    ),
  )
  store.hit()
  // The trigger went with the connection.
  store.store.tick(3000)
  store.work.flush()
  expect(store.cases.rhythm(1, 'evil.test').intervals).toBe(1)
})

test('hits another node saw have its own rhythm and are not counted', () => {
  const one = new CaseStore()
  const two = new CaseStore()
  let position = ''
  for (let n = 0; n < 3; n++) {
    one.hit()
    one.pass(HOUR)
    two.pass(HOUR)
    const page = readPeerPage(JSON.parse(JSON.stringify(one.reader.changesSince(position, 100))))
    position = page.next
    two.store.storeWriter.applyPeerPage(page)
  }
  two.work.flush()
  expect(two.said()).toEqual(['1 2022 new 3'])
  expect(two.cases.rhythm(1, 'evil.test').intervals).toBe(0)
})

test('two clients that are one have one rhythm', () => {
  const store = new CaseStore()
  const A = 'aa:00:00:00:00:01'
  store.store.bind({ mac: A })
  for (let n = 0; n < 4; n++) {
    store.hit()
    store.hit({ client: '10.0.0.2' })
    store.pass(MINUTE)
  }
  store.work.flush()
  store.store.bind({ mac: A, address: '10.0.0.2' })
  expect(store.cases.rhythm(1, 'evil.test').intervals).toBe(6)
  expect(store.store.query('SELECT count(*) AS n FROM pair_rhythm')).toEqual([{ n: 1 }])
})
