import { describe, expect, it } from 'vitest'
import { BatchClock } from '../../../src/net/batch-clock.ts'
import { FakeClock } from '../../support/fake-clock.ts'

describe('BatchClock', () => {
  it('stands still within a batch and is right at the start of the next', () => {
    const clock = new FakeClock()
    const batch = new BatchClock(clock)
    const [monotonic, wall] = [batch.monotonicMs(), batch.wallMs()]
    clock.advance(50)
    expect([batch.monotonicMs(), batch.wallMs()]).toEqual([monotonic, wall])
    batch.move()
    expect([batch.monotonicMs(), batch.wallMs()]).toEqual([monotonic + 50, wall + 50])
  })

  it('is right in every tick', () => {
    const clock = new FakeClock()
    const batch = new BatchClock(clock)
    const start = batch.monotonicMs()
    const seen: number[] = []
    batch.every(10, () => seen.push(batch.monotonicMs() - start))
    clock.advance(30)
    expect(seen).toEqual([10, 20, 30])
  })
})
