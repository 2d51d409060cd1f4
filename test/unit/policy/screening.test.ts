import { describe, expect, it } from 'vitest'
import { indicatorText } from '../../../src/policy/indicator-text.ts'
import { Trigger } from '../../../src/policy/meta.ts'
import { Screening } from '../../../src/policy/screening.ts'
import { Verdict, VerdictKind } from '../../../src/policy/verdict.ts'
import { addressBytes, keyOf, list, policyOf, rule } from '../../support/policy-fixture.ts'

const { Pass, Log, Block } = VerdictKind
const lists = [
  list(1, { action: 'log' }),
  list(2),
  list(3, { action: 'nxdomain' }),
  list(4, { kind: 'allow' }),
]
const rules = [rule(0, 'log'), rule(1), rule(2, 'nxdomain'), rule(3, 'allow'), rule(1, 'pass')]
const policy = policyOf(
  lists,
  rules,
  [
    ['logged.test', 'subtree', 0],
    ['evil.test', 'subtree', 1],
    ['worse.test', 'subtree', 2],
    ['excused.test', 'subtree', 1],
    ['excused.test', 'subtree', 3],
    ['vouched.test', 'subtree', 4],
    ['192.0.2.0/24', 2],
    ['198.51.100.1', 1],
    ['2001:db8::/32', 0],
  ],
  [['fine.evil.test', 'exact', 0]],
)

function screen(aliases: readonly string[], addresses: readonly string[]): Screening {
  const screening = new Screening(policy)
  screening.begin()
  for (const alias of aliases) screening.addAlias(keyOf(alias, 0))
  for (const address of addresses) {
    const bytes = addressBytes(address)
    screening.addAddress(bytes, 0, bytes.length === 4 ? 4 : 6)
  }
  return screening
}

function decide(screening: Screening, paused = false, endPlace?: number): Verdict {
  const verdict = new Verdict()
  screening.decide(paused, verdict, endPlace)
  return verdict
}

function indicatorOf(verdict: Verdict): string {
  return indicatorText(verdict.indicator, verdict.indicatorStart, verdict.indicatorLength)
}

describe('Screening', () => {
  it('finds nothing in a clean answer and keeps nothing', () => {
    const screening = screen(['cdn.clean.test'], ['203.0.113.1', '2001:db9::1'])
    expect(screening.save()).toBeNull()
    expect(decide(screening).kind).toBe(Pass)
  })

  it('blocks for an alias', () => {
    const verdict = decide(screen(['www.clean.test', 'www.evil.test'], []))
    expect(verdict).toMatchObject({ kind: Block, trigger: Trigger.alias, list: lists[1] })
    expect(indicatorOf(verdict)).toBe('evil.test')
  })

  it('blocks for an address, IPv4 inside IPv6 too', () => {
    for (const address of ['192.0.2.7', '::ffff:192.0.2.7', '64:ff9b::192.0.2.7']) {
      const verdict = decide(screen([], ['203.0.113.1', address]))
      expect(verdict).toMatchObject({ kind: Block, trigger: Trigger.address, list: lists[2] })
      expect(indicatorOf(verdict)).toBe('192.0.2.0/24')
    }
  })

  it('lets the first list that blocks decide, whatever comes first in the answer, and names them all', () => {
    const verdict = decide(screen(['logged.test', 'worse.test', 'evil.test'], ['192.0.2.1']))
    expect(indicatorOf(verdict)).toBe('evil.test')
    expect([...verdict.lists.subarray(0, verdict.listCount)]).toEqual([2, 3, 1])
  })

  it('records what only log lists hold', () => {
    expect(decide(screen(['logged.test'], ['2001:db8::1'])).kind).toBe(Log)
  })

  it('exempts an allowed alias alone', () => {
    expect(screen(['excused.test', 'fine.evil.test'], []).save()).toBeNull()
    expect(decide(screen(['excused.test', 'evil.test'], [])).kind).toBe(Block)
    expect(decide(screen(['fine.evil.test'], ['198.51.100.1'])).kind).toBe(Block)
  })

  it('ends the search of one alias alone at PASSTHRU', () => {
    expect(decide(screen(['vouched.test'], [])).kind).toBe(Pass)
    expect(decide(screen(['vouched.test', 'worse.test'], [])).kind).toBe(Block)
  })

  it('does not hear lists from where PASSTHRU ended the search for the qname', () => {
    const qname = new Verdict()
    policy.match(keyOf('vouched.test'))
    expect(policy.decide(false, qname)).toBe(Pass)
    expect(decide(screen(['evil.test', 'worse.test'], []), false, qname.endPlace).kind).toBe(Pass)
    expect(decide(screen(['evil.test', 'logged.test'], []), false, qname.endPlace).kind).toBe(Log)
  })

  it('records and does not block while paused', () => {
    const verdict = decide(screen(['evil.test'], []), true)
    expect([verdict.kind, verdict.lists[0]]).toEqual([Log, 2])
  })

  it('decides a restored answer without looking at it, and the next one afresh', () => {
    const saved = screen(['evil.test'], ['192.0.2.1']).save()
    const screening = new Screening(policy)
    screening.restore(saved)
    expect(indicatorOf(decide(screening))).toBe('evil.test')
    screening.restore(null)
    expect(decide(screening).kind).toBe(Pass)
    screening.restore(saved)
    screening.begin()
    screening.addAlias(keyOf('logged.test'))
    expect(decide(screening).kind).toBe(Log)
    screening.restore(saved)
    expect(decide(screening).kind).toBe(Block)
  })

  it('holds as many findings as an answer can have', () => {
    const addresses = Array.from({ length: 4000 }, (_, i) => `2001:db8::${i.toString(16)}`)
    expect(decide(screen([], addresses)).kind).toBe(Log)
    expect(decide(screen([], [...addresses, '198.51.100.1'])).kind).toBe(Block)
  })
})
