import { expect, onTestFinished, test } from 'vitest'
import { STEP_MS, TrafficRing } from '../../../src/admin/traffic-ring.ts'
import { Counters, Outcome } from '../../../src/metrics/counters.ts'
import { FakeClock } from '../../support/fake-clock.ts'

const DAY_LOOKS = (25 * 3_600_000) / STEP_MS

function begin() {
  const clock = new FakeClock()
  const threads = [new Counters(), new Counters()]
  const ring = new TrafficRing(threads, clock)
  onTestFinished(() => ring.close())
  /** Two queries by UDP and TCP on every thread, one of them blocked, then a step. */
  const ask = (times: number) => {
    for (let at = 0; at < times; at++) {
      for (const counters of threads) {
        counters.query(0)
        counters.query(1)
        counters.answer(Outcome.blocked, 0, 1)
        counters.answer(Outcome.cached, 0, 1)
      }
    }
    clock.advance(STEP_MS)
  }
  return { clock, ring, ask }
}

test('rates are those between two looks, all threads and transports together', () => {
  const { clock, ring, ask } = begin()
  const startMs = clock.wallMs()
  expect(ring.rates(10)).toEqual({ endsMs: [], queries: [], blocked: [] })
  ask(5)
  ask(0)
  expect(ring.rates(10)).toEqual({
    endsMs: [startMs + STEP_MS, startMs + 2 * STEP_MS],
    queries: [4, 0],
    blocked: [2, 0],
  })
  expect(ring.rates(1).queries).toEqual([0])
})

test('a sum goes from the last look that is not later, and says from when it is', () => {
  const { clock, ring, ask } = begin()
  const startMs = clock.wallMs()
  ask(5)
  ask(1)
  expect(ring.since(startMs - 60_000)).toEqual({ fromMs: startMs, queries: 24, blocked: 12 })
  expect(ring.since(startMs + STEP_MS + 1)).toEqual({ fromMs: startMs + STEP_MS + 1, queries: 4, blocked: 2 })
  expect(ring.since(startMs + 2 * STEP_MS)).toMatchObject({ queries: 0, blocked: 0 })
})

test('it holds a day and an hour, the oldest go', () => {
  const { clock, ring, ask } = begin()
  const startMs = clock.wallMs()
  ask(100)
  for (let at = 0; at < DAY_LOOKS; at++) ask(1)
  const { endsMs, queries } = ring.rates(2 * DAY_LOOKS)
  expect(endsMs).toHaveLength(DAY_LOOKS - 1)
  expect(new Set(queries)).toEqual(new Set([0.8]))
  expect(ring.since(startMs)).toEqual({
    fromMs: startMs + 2 * STEP_MS,
    queries: 4 * (DAY_LOOKS - 1),
    blocked: 2 * (DAY_LOOKS - 1),
  })
})

test('when the clock is set, what was seen keeps its distance from now', () => {
  const { clock, ring, ask } = begin()
  ask(1)
  clock.setWall(clock.wallMs() + 86_400_000)
  expect(ring.rates(10).endsMs).toEqual([clock.wallMs()])
})
