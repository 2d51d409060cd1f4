import { describe, expect, it } from 'vitest'
import type { Action } from '../../../src/config/settings.ts'
import { EXCEPT, LISTED, NODATA, NXDOMAIN, PASS } from '../../../src/lists/entry.ts'
import type { Effect } from '../../../src/lists/entry.ts'
import { ListRules, MAX_LOCAL_DATA } from '../../../src/lists/rules.ts'
import type { RuleMeta } from '../../../src/policy/meta.ts'

const data = (text: string): Effect => ({ kind: 'data', data: [{ type: 16, ttlSeconds: null, data: text }] })

function actions(action: Action | 'allow', effects: readonly Effect[]): string[] {
  const rules: RuleMeta[] = []
  const list = new ListRules(rules, [], 3, action)
  return effects.map((effect) => {
    const rule = rules[list.of(effect)]!
    expect(rule.list).toBe(3)
    return rule.data === null
      ? rule.action
      : `${rule.action} ${rule.data.map((record) => record.data).join()}`
  })
}

describe('the rules of a list', () => {
  const effects = [LISTED, NXDOMAIN, NODATA, data('192.0.2.1'), EXCEPT, PASS]

  it('does what a zone says where the list has the default action', () => {
    expect(actions('sinkhole', effects)).toEqual([
      'sinkhole', 'nxdomain', 'nodata', 'sinkhole 192.0.2.1', 'except', 'pass',
    ]) // prettier-ignore
  })

  it('does what the list is told to otherwise, and still lets pass', () => {
    expect(actions('log', effects)).toEqual(['log', 'log', 'log', 'log', 'except', 'pass'])
    expect(actions('refused', effects)).toEqual([
      'refused',
      'refused',
      'refused',
      'refused',
      'except',
      'pass',
    ])
  })

  it('allows whatever an allow list says', () => {
    expect(actions('allow', effects)).toEqual(Array.from({ length: 6 }, () => 'allow'))
  })

  it('numbers equal rules alike, and only so many answers', () => {
    const rules: RuleMeta[] = []
    const list = new ListRules(rules, [], 0, 'sinkhole')
    expect(list.of(data('192.0.2.1'))).toBe(list.of(data('192.0.2.1')))
    for (let answer = 1; answer < MAX_LOCAL_DATA; answer++)
      expect(list.of(data(`x${answer}`))).toBeGreaterThan(0)
    expect(list.of(data('one more'))).toBe(-1)
    expect(list.of(data('192.0.2.1'))).toBe(1)
    expect(rules).toHaveLength(MAX_LOCAL_DATA + 1)
  })
})
