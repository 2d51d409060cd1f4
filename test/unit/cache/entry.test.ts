import { describe, expect, it } from 'vitest'
import { AnswerCache } from '../../../src/cache/answer-cache.ts'
import { facetOf } from '../../../src/cache/question.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { keyOf, question } from '../../support/messages.ts'

const SETTINGS = {
  maxBytes: 1 << 20,
  staleMs: 86_400_000,
  staleTtlSeconds: 30,
  maxTtlSeconds: 86_400,
  maxNegativeTtlSeconds: 3_600,
}
/** Its last octets stand in a second block. */
const LONG = `${'long-label.'.repeat(22)}test`

describe('Entry', () => {
  it.each(['a.test', LONG])('answers its own question and no other: %s', (name) => {
    const cache = new AnswerCache(SETTINGS, new FakeClock(), 1)
    const entry = cache.storeFailure(question(name, 'A', { group: 5 }), -1)!
    const facet = facetOf(1, false, false, 5)
    const { bytes, length } = keyOf(name)
    expect(entry.matches(bytes, length, 1, facet)).toBe(true)
    expect(entry.matches(bytes, length, 28, facet)).toBe(false)
    expect(entry.matches(bytes, length, 1, facetOf(1, true, false, 5))).toBe(false)
    expect(entry.matches(bytes, length, 1, facetOf(1, false, true, 5))).toBe(false)
    expect(entry.matches(bytes, length, 1, facetOf(3, false, false, 5))).toBe(false)
    expect(entry.matches(bytes, length, 1, facetOf(1, false, false, 0))).toBe(false)
    for (const at of [1, length - 2]) {
      const other = Uint8Array.from(bytes)
      other[at]! ^= 1
      expect(entry.matches(other, length, 1, facet), `octet ${at}`).toBe(false)
    }
    const longer = keyOf(`${name}.vn`)
    expect(entry.matches(longer.bytes, longer.length, 1, facet)).toBe(false)
  })

  it('copies the name asked for', () => {
    const cache = new AnswerCache(SETTINGS, new FakeClock(), 1)
    const { bytes, length } = keyOf(LONG)
    const out = new Uint8Array(255)
    expect(cache.storeFailure(question(LONG), -1)!.copyName(out)).toBe(length)
    expect(out.subarray(0, length)).toEqual(Uint8Array.from(bytes.subarray(0, length)))
  })
})
