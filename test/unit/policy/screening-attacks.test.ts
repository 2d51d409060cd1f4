import { describe, expect, it } from 'vitest'
import { Screening } from '../../../src/policy/screening.ts'
import { Verdict, VerdictKind } from '../../../src/policy/verdict.ts'
import { keyOf, list, policyOf, rule, type Entry } from '../../support/policy-fixture.ts'

describe('an answer full of listed addresses', () => {
  it('is kept as few words, so that deciding on it again costs next to nothing', () => {
    const addresses = Array.from({ length: 4_000 }, (_, i) => [198, 51, i >> 8, i & 255] as const)
    const entries: Entry[] = addresses.flatMap((octets, i) => {
      const text = octets.join('.')
      return i % 100 === 99 ? [[text, 0], [text, 1]] : [[text, 0]] // prettier-ignore
    })
    const lists = [list(3, { action: 'log' }), list(5)]
    const policy = policyOf(lists, [rule(0, 'log'), rule(1)], [...entries, ['evil.example', 'subtree', 1]])
    const screening = new Screening(policy)
    screening.begin()
    for (const octets of addresses) screening.addAddress(Uint8Array.from(octets), 0, 4)
    screening.addAlias(keyOf('a.evil.example'))
    const saved = screening.save()!
    // Held by the first list, by both, and the alias: three words each.
    expect(saved.length).toBe(9)
    const verdict = new Verdict()
    screening.restore(saved)
    expect(screening.decide(false, verdict)).toBe(VerdictKind.Block)
    expect([...verdict.lists.subarray(0, verdict.listCount)]).toEqual([5, 3])
    // The first address that the second list holds.
    const { indicator, indicatorStart, indicatorLength } = verdict
    expect([...indicator.subarray(indicatorStart, indicatorStart + indicatorLength)]).toEqual([0xf4, 32, 198, 51, 0, 99]) // prettier-ignore
  })
})
