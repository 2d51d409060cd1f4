import { describe, expect, it } from 'vitest'
import { Policy } from '../../../src/policy/decide.ts'
import { indicatorText, listHoldings } from '../../../src/policy/indicator-text.ts'
import { ACTIONS, IndicatorKind, Trigger } from '../../../src/policy/meta.ts'
import type { ListMeta, RuleMeta } from '../../../src/policy/meta.ts'
import { MAX_VERDICT_LISTS, Verdict, VerdictKind } from '../../../src/policy/verdict.ts'
import { addressBytes, build, keyOf, list, policyOf, rule, slots } from '../../support/policy-fixture.ts'
import type { Entry } from '../../support/policy-fixture.ts'

const { Pass, Log, Block, Allow } = VerdictKind

function ask(policy: Policy, name: string, paused = false): Verdict {
  const verdict = new Verdict()
  policy.match(keyOf(name, policy.seed))
  policy.decide(paused, verdict)
  return verdict
}

function indicatorOf(verdict: Verdict): string {
  return indicatorText(verdict.indicator, verdict.indicatorStart, verdict.indicatorLength)
}

function listsOf(verdict: Verdict): number[] {
  return [...verdict.lists.subarray(0, verdict.listCount)]
}

describe('kinds of names', () => {
  const policy = policyOf([list(1)], [rule(0)], [
    ['exact.test', 'exact', 0],
    ['subtree.test', 'subtree', 0],
    ['below.test', 'below', 0],
    ['both.test', 'exact', 0],
    ['both.test', 'below', 0],
  ]) // prettier-ignore

  it.each([
    ['exact.test', Block, IndicatorKind.exact],
    ['www.exact.test', Pass, null],
    ['subtree.test', Block, IndicatorKind.subtree],
    ['a.b.subtree.test', Block, IndicatorKind.subtree],
    ['notsubtree.test', Pass, null],
    ['below.test', Pass, null],
    ['www.below.test', Block, IndicatorKind.below],
    ['both.test', Block, IndicatorKind.subtree],
    ['www.both.test', Block, IndicatorKind.subtree],
    ['test', Pass, null],
    ['.', Pass, null],
  ])('%s', (name, kind, indicatorKind) => {
    const verdict = ask(policy, name)
    expect(verdict.kind).toBe(kind)
    if (indicatorKind === null) return
    expect(verdict.indicatorKind).toBe(indicatorKind)
    expect(indicatorOf(verdict)).toBe(name.split('.').slice(-2).join('.'))
  })
})

describe('precedence', () => {
  const lists: ListMeta[] = [
    list(10, { action: 'log' }),
    list(11, { action: 'nxdomain', ttlSeconds: 7 }),
    list(12),
    list(13, { kind: 'allow' }),
  ]
  const rules: RuleMeta[] = [
    rule(0, 'log'), rule(1, 'nxdomain'), rule(1, 'except'), rule(1, 'pass'), rule(2), rule(3, 'allow'),
  ] // prettier-ignore
  const [log, block, except, pass, second, allow] = [0, 1, 2, 3, 4, 5] as const

  it.each<[string, Entry[], string, number, number[]]>([
    ['log alone records', [['e.test', 'subtree', log]], 'e.test', Log, [10]],
    ['log does not end the search', [['e.test', 'subtree', log], ['e.test', 'subtree', second]], 'e.test', Block, [12, 10]],
    ['the first list that blocks decides', [['www.e.test', 'exact', second], ['e.test', 'subtree', block]], 'www.e.test', Block, [11, 12]],
    ['except silences its own list alone', [['e.test', 'subtree', block], ['www.e.test', 'subtree', except], ['e.test', 'subtree', second]], 'www.e.test', Block, [12]],
    ['except counts where it is the longest', [['www.e.test', 'subtree', block], ['e.test', 'subtree', except]], 'www.e.test', Block, [11]],
    ['except wins at equal length', [['e.test', 'subtree', block], ['e.test', 'subtree', except]], 'e.test', Pass, []],
    ['pass ends the search', [['www.e.test', 'exact', pass], ['e.test', 'subtree', second]], 'www.e.test', Pass, []],
    ['pass leaves what came before', [['e.test', 'subtree', log], ['e.test', 'subtree', pass], ['e.test', 'subtree', second]], 'e.test', Log, [10]],
    ['allow wins however short it is', [['www.e.test', 'exact', block], ['e.test', 'subtree', allow]], 'www.e.test', Allow, [13]],
    ['allow for names below is not for the name', [['e.test', 'subtree', block], ['e.test', 'below', allow]], 'e.test', Block, [11]],
  ])('%s', (_, entries, name, kind, numbers) => {
    const verdict = ask(policyOf(lists, rules, entries), name)
    expect([verdict.kind, listsOf(verdict)]).toEqual([kind, numbers])
  }) // prettier-ignore

  it('gives action, TTL, list and rule of what decides', () => {
    const policy = policyOf(lists, rules, [['e.test', 'subtree', log], ['e.test', 'subtree', block]]) // prettier-ignore
    const verdict = ask(policy, 'www.e.test')
    expect(verdict).toMatchObject({
      ttlSeconds: 7,
      rule: block,
      list: lists[1],
      trigger: Trigger.qname,
      data: null,
    })
    expect(ACTIONS[verdict.action]).toBe('nxdomain')
    expect(indicatorOf(verdict)).toBe('e.test')
    expect(listHoldings(policy.base, policy.baseFound)).toEqual([
      { list: lists[0], rule: rules[log], indicator: 'e.test', kind: IndicatorKind.subtree },
      { list: lists[1], rule: rules[block], indicator: 'e.test', kind: IndicatorKind.subtree },
    ])
  })

  it('records and does not block while paused', () => {
    const policy = policyOf(lists, rules, [['e.test', 'subtree', block], ['ok.test', 'subtree', allow]]) // prettier-ignore
    const verdict = ask(policy, 'e.test', true)
    expect([verdict.kind, ACTIONS[verdict.action], listsOf(verdict)]).toEqual([Log, 'log', [11]])
    expect(ask(policy, 'ok.test', true).kind).toBe(Allow)
    expect(ask(policy, 'clean.test', true).kind).toBe(Pass)
  })

  it('gives the records of a response policy zone as bytes', () => {
    const data = [{ type: 1, ttlSeconds: 60, data: 'c0000207' }, { type: 16, ttlSeconds: null, data: '0178' }] // prettier-ignore
    const verdict = ask(policyOf(lists, [rule(1, 'sinkhole', data)], [['e.test', 'exact', 0]]), 'e.test')
    expect(verdict.data).toEqual([{ type: 1, ttlSeconds: 60, rdata: addressBytes('192.0.2.7') }, { type: 16, ttlSeconds: null, rdata: Uint8Array.of(1, 0x78) }]) // prettier-ignore
  })

  it('leaves the TTL to the sinkhole where the list has none', () => {
    expect(ask(policyOf([list(1, { ttlSeconds: null })], [rule(0)], [['e.test', 'exact', 0]]), 'e.test').ttlSeconds).toBe(-1)
  }) // prettier-ignore

  it('names at most 16 lists, the deciding one among them', () => {
    const many = Array.from({ length: 30 }, (_, i) => list(100 + i))
    const manyRules = many.map((_, i) => rule(i, i < 25 ? 'log' : 'sinkhole'))
    const entries = many.map((_, i): Entry => ['e.test', 'subtree', i])
    const verdict = ask(policyOf(many, manyRules, entries), 'e.test')
    expect(verdict.kind).toBe(Block)
    expect(listsOf(verdict)).toEqual([
      125,
      ...Array.from({ length: MAX_VERDICT_LISTS - 1 }, (_, i) => 100 + i),
    ])
  })
})

describe('the overlay', () => {
  it('lets a name pass at once that the base blocks', () => {
    const policy = policyOf([list(1)], [rule(0)], [['e.test', 'subtree', 0]], [['www.e.test', 'exact', 0]])
    const verdict = ask(policy, 'www.e.test')
    expect([verdict.kind, listsOf(verdict), verdict.list?.id]).toEqual([Allow, [99], 'edits'])
    expect(ask(policy, 'e.test').kind).toBe(Block)
  })

  it('works under a seed of its own and leaves the hashes as they were', () => {
    const [bases, overlays] = [slots(), slots()]
    build(bases[0], [list(1)], [rule(0)], [['e.test', 'subtree', 0]], 1)
    build(overlays[0], [list(2, { kind: 'allow' })], [rule(0, 'allow')], [['ok.e.test', 'subtree', 0]], 2)
    const policy = new Policy(bases, overlays)
    policy.attachBase(0)
    policy.attachOverlay(0)
    const key = keyOf('ok.e.test', policy.seed)
    const hashes = [...key.hash]
    policy.match(key)
    expect(policy.decide(false, new Verdict())).toBe(Allow)
    expect([...key.hash]).toEqual(hashes)
  })
})

describe('two slots in turn', () => {
  it('reads what was attached, while the other slot is written', () => {
    const [bases, overlays] = [slots(), slots()]
    const policy = new Policy(bases, overlays)
    expect(ask(policy, 'one.test').kind).toBe(Pass)
    expect(policy.attachBase(0)).toBe(false)
    const seen: number[] = []
    for (let generation = 0; generation < 6; generation++) {
      const slot = generation & 1
      // Larger every time, so that slots grow while views on them exist.
      const more = Array.from({ length: generation * 2000 }, (_, i): Entry => [
        `filler-${i}.test`,
        'exact',
        0,
      ])
      build(bases[slot]!, [list(generation)], [rule(0)], [[`gen${generation}.test`, 'subtree', 0], ...more])
      if (generation > 0) expect(ask(policy, `gen${generation - 1}.test`).kind).toBe(Block)
      expect(ask(policy, `gen${generation}.test`).kind).toBe(Pass)
      expect(policy.attachBase(slot)).toBe(true)
      expect(ask(policy, `gen${generation}.test`)).toMatchObject({ kind: Block })
      expect(listsOf(ask(policy, `gen${generation}.test`))).toEqual([generation])
      if (generation > 0) expect(ask(policy, `gen${generation - 1}.test`).kind).toBe(Pass)
      seen.push(policy.generation)
    }
    expect(new Set(seen).size).toBe(6)
  })

  it('lists nothing when the slot it changes to holds no snapshot', () => {
    const [bases, overlays] = [slots(), slots()]
    build(bases[0], [list(1)], [rule(0)], [['e.test', 'subtree', 0]])
    const policy = new Policy(bases, overlays)
    expect(policy.attachBase(0)).toBe(true)
    expect(policy.attachBase(1)).toBe(false)
    expect(ask(policy, 'e.test').kind).toBe(Pass)
  })
})

describe('addresses of clients', () => {
  const policy = policyOf([list(1)], [rule(0)], [['192.0.2.0/24', 0], ['192.0.2.128/25', 0], ['2001:db8::/32', 0]]) // prettier-ignore

  it.each([
    ['192.0.2.1', '192.0.2.0/24'],
    ['192.0.2.200', '192.0.2.128/25'],
    ['::ffff:192.0.2.200', '192.0.2.128/25'],
    ['64:ff9b::192.0.2.1', '192.0.2.0/24'],
    ['2001:db8:1::1', '2001:db8::/32'],
    ['192.0.3.1', null],
    ['2001:db9::1', null],
    ['::192.0.2.1', null],
  ])('%s', (address, indicator) => {
    const bytes = addressBytes(address)
    const verdict = new Verdict()
    policy.matchAddress(bytes, 0, bytes.length === 4 ? 4 : 6)
    expect(policy.decide(false, verdict)).toBe(indicator === null ? Pass : Block)
    if (indicator === null) return
    expect(indicatorOf(verdict)).toBe(indicator)
    expect(verdict).toMatchObject({ indicatorKind: IndicatorKind.address, trigger: Trigger.client })
  })
})
