import { describe, expect, it } from 'vitest'
import { COUNTER_BYTES, Counters, Outcome } from '../../../src/metrics/counters.ts'

describe('Counters', () => {
  it('count nothing of what is not to be counted, and go on after it', () => {
    const memory = new SharedArrayBuffer(COUNTER_BYTES)
    const counters = new Counters(memory)
    const one = (): void => {
      counters.query(0)
      counters.answer(Outcome.local, 0, 1)
      counters.add('rateLimited')
    }
    one()
    const counted = new Uint8Array(memory).slice()
    expect(counters.uncounted(() => (one(), 7))).toBe(7)
    expect(() => counters.uncounted(() => { one(); throw new Error('while it went on') })).toThrow('while it went on') // prettier-ignore
    expect(new Uint8Array(memory)).toEqual(counted)
    one()
    expect(counters.queries(0)).toBe(2)
    expect(counters.answers(Outcome.local)).toBe(2)
    expect(counters.named('rateLimited')).toBe(2)
  })
})
