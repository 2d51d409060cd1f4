import { describe, expect, it } from 'vitest'
import { AnswerCache } from '../../../src/cache/answer-cache.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { a, keyOf, message, question, readMessage } from '../../support/messages.ts'

const SETTINGS = {
  maxBytes: 1 << 20,
  staleMs: 86_400_000,
  staleTtlSeconds: 30,
  maxTtlSeconds: 86_400,
  maxNegativeTtlSeconds: 3_600,
}

describe('AnswerCache', () => {
  it('forgets failures when other servers are asked, and keeps the answers', () => {
    const clock = new FakeClock()
    const cache = new AnswerCache(SETTINGS, clock, 1)
    const bytes = message('a.test', 'A', { answers: [a('a.test', 60)] })
    cache.store(question('a.test'), bytes, readMessage(bytes), { generation: 1, screened: null, ede: -1 })
    clock.advance(61_000)
    for (let i = 0; i < 9; i++)
      for (const name of ['a.test', 'b.test']) cache.storeFailure(question(name), -1)
    cache.forgetFailures()
    const kept = cache.find(keyOf('a.test'), 1, 1, false, false, 0)!
    expect([kept.isServable, kept.isFailing]).toEqual([true, false])
    expect(cache.find(keyOf('b.test'), 1, 1, false, false, 0)?.isFailing ?? false).toBe(false)
    expect(cache.storeFailure(question('b.test'), -1)!.failures).toBe(1)
  })
})
