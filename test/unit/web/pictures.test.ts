import { expect, test } from 'vitest'
import fc from 'fast-check'
import {
  hourBars,
  HOUR_MS,
  hoursOfDay,
  intervalBars,
  spanOf,
  strip,
  ticksOf,
} from '../../../src/web/console/pages/machines/scale.ts'

const NOW = Date.UTC(2026, 10, 22, 8, 30)
const DAY_MS = 24 * HOUR_MS
const text = (ms: number): string => new Date(ms).toISOString()

test('a span is whole hours, a day at least, 31 days at most, and ends with the hour that runs', () => {
  expect(spanOf(NOW, NOW)).toEqual({
    fromMs: Date.UTC(2026, 10, 21, 9),
    toMs: Date.UTC(2026, 10, 22, 9),
  })
  expect(spanOf(NOW - 3 * DAY_MS, NOW).fromMs).toBe(Date.UTC(2026, 10, 19, 8))
  const long = spanOf(0, NOW)
  expect(long.toMs - long.fromMs).toBe(31 * DAY_MS)
})

test('each hour stands at its place, the one with most hits is as high as there is room', () => {
  const span = spanOf(NOW, NOW)
  const bars = hourBars(
    [
      { at: text(span.fromMs - HOUR_MS), hits: 5 },
      { at: text(span.fromMs), hits: 5 },
      { at: text(span.toMs - HOUR_MS), hits: 10 },
    ],
    span,
  )
  expect(bars).toEqual([
    { at: text(span.fromMs), hits: 5, x: 0, width: 1 / 24, height: 0.5 },
    { at: text(span.toMs - HOUR_MS), hits: 10, x: 23 / 24, width: 1 / 24, height: 1 },
  ])
})

test('a strip is cut to the span, and gone where all of it was before', () => {
  const span = { fromMs: 100, toMs: 200 }
  expect(strip(120, 150, span)).toEqual({ x: 0.2, width: 0.3 })
  expect(strip(0, 150, span)).toEqual({ x: 0, width: 0.5 })
  expect(strip(0, 99, span)).toBeNull()
})

test('whatever the times, everything drawn lies within the picture', () => {
  const ms = fc.integer({ min: NOW - 400 * DAY_MS, max: NOW })
  fc.assert(
    fc.property(ms, ms, fc.array(fc.record({ at: ms, hits: fc.nat() })), (a, b, hours) => {
      const span = spanOf(Math.min(a, b), NOW)
      const drawn = [
        strip(Math.min(a, b), Math.max(a, b), span),
        ...hourBars(
          hours.map(({ at, hits }) => ({ at: text(Math.floor(at / HOUR_MS) * HOUR_MS), hits })),
          span,
        ),
      ]
      for (const one of drawn) {
        if (one === null) continue
        expect(one.x).toBeGreaterThanOrEqual(0)
        expect(one.width).toBeGreaterThanOrEqual(0)
        expect(one.x + one.width).toBeLessThanOrEqual(1 + 1e-9)
      }
      for (const { x } of ticksOf(span)) expect(x).toBeGreaterThanOrEqual(0)
      expect(ticksOf(span).length).toBeLessThanOrEqual(9)
      expect(ticksOf(span).length).toBeGreaterThan(0)
    }),
  )
})

test('a short span has ticks between its days', () => {
  const ticks = ticksOf(spanOf(NOW, NOW))
  expect(ticks.some(({ isDay }) => isDay)).toBe(true)
  expect(ticks.some(({ isDay }) => !isDay)).toBe(true)
  expect(ticksOf(spanOf(NOW - 10 * DAY_MS, NOW)).every(({ isDay }) => isDay)).toBe(true)
})

test('intervals stand on a scale of factors; one length alone does not fill it', () => {
  const bars = intervalBars([
    { fromSeconds: 10, toSeconds: 20, count: 1 },
    { fromSeconds: 80, toSeconds: 160, count: 4 },
  ])
  expect(bars.map(({ x, width, height }) => [x, width, height].map((one) => Math.round(one * 100)))).toEqual([
    [0, 25, 25],
    [75, 25, 100],
  ])
  const [alone] = intervalBars([{ fromSeconds: 60, toSeconds: 72, count: 9 }])
  expect(alone!.x).toBeGreaterThan(0.3)
  expect(alone!.x + alone!.width).toBeLessThan(0.7)
  expect(intervalBars([])).toEqual([])
  expect(intervalBars([{ fromSeconds: 86_400, toSeconds: null, count: 1 }])[0]!.width).toBeGreaterThan(0)
})

test('hours of the day are those of the reader', () => {
  const at = new Date(2026, 10, 22, 7)
  const sums = hoursOfDay([
    { at: at.toISOString(), hits: 3 },
    { at: new Date(at.getTime() - DAY_MS).toISOString(), hits: 4 },
  ])
  expect(sums).toHaveLength(24)
  expect(sums[7]).toBe(7)
})
