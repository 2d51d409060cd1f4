import { expect, it } from 'vitest'
import { describeExplanation } from '../../../src/cli/explanation.ts'
import type { Justification } from '../../../src/lists/basis.ts'

it('shows what others have written without letting it steer the terminal', () => {
  const basis = 'CV 12\u001b[2J\u009b31m\u202e\r\nđã duyệt'
  const held = {
    id: 'bad', basis, campaign: null, indicator: 'evil.vn', kind: 'exact', action: 'sinkhole', document: '', issuer: '',
    issued: null, from: null, until: null, validity: 'unlimited', file: { path: '/data/\u001b]0;x\u0007.txt', sha256: '0'.repeat(64), line: 1 }, allowed: null, imports: [],
  } as const // prettier-ignore
  const explanation: Justification = {
    name: 'evil.vn', verdict: 'block', action: 'sinkhole', trigger: 'qname', indicator: 'evil.vn', indicatorKind: 'exact',
    list: 'bad', lists: [held], heldBack: [], isPaused: false, group: null,
  } // prettier-ignore
  const text = describeExplanation(explanation).join('\n')
  expect(text).toContain('đã duyệt')
  expect(text).not.toMatch(/[^\P{Cc}\n]|\p{Bidi_Control}/u)
  expect(describeExplanation(explanation).some((line) => line.includes('\n'))).toBe(false)
})

it('says of an address how many owners of clean names share it', () => {
  const explanation = {
    name: '198.51.100.7', verdict: 'block', action: 'sinkhole', trigger: 'address', indicator: '198.51.100.7', indicatorKind: 'address',
    list: 'bad', lists: [], heldBack: [], isPaused: false, group: null,
  } as const // prettier-ignore
  const told = (sharedBy: { least: number; most: number } | null): string =>
    describeExplanation({ ...explanation, sharedBy }).join('\n')
  expect(told({ least: 5, most: 9 })).toContain('shared     by clean names of 5-9 owners')
  expect(told({ least: 5, most: 5 })).toContain('of 5 owners')
  expect(told(null)).not.toContain('shared')
})
