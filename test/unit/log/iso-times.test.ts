import fc from 'fast-check'
import { expect, test } from 'vitest'
import { IsoTimes } from '../../../src/log/iso-times.ts'

const MOST_MS = 8.64e15

test('a time is what toISOString says of it, of whatever age, in whatever order', () => {
  const time = fc.oneof(
    fc.integer({ min: Date.UTC(2026, 0), max: Date.UTC(2026, 0) + 20_000 }),
    fc.integer({ min: -MOST_MS, max: MOST_MS }),
    fc.double({ min: -5000, max: 5000, noNaN: true }),
  )
  fc.assert(
    fc.property(fc.array(time, { minLength: 1, maxLength: 50 }), (all) => {
      const times = new IsoTimes()
      for (const ms of all) expect(times.text(ms)).toBe(new Date(ms).toISOString())
    }),
  )
})
