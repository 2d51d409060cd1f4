import { describe, expect, it } from 'vitest'
import { readReference, referenceOf } from '../../../src/notice/reference.ts'

const AT = Date.UTC(2026, 10, 22, 13, 5, 42)

describe('the reference', () => {
  it('is short, and the same for what one client sees within a minute', () => {
    const code = referenceOf('10.1.2.3', AT)
    expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{4}$/)
    expect(referenceOf('10.1.2.3', AT + 17_000)).toBe(code)
    expect(referenceOf('10.1.2.3', AT + 18_000)).not.toBe(code)
    expect(referenceOf('10.1.2.4', AT)).not.toBe(code)
  })

  it('is read back as the minute, and fits its client alone', () => {
    const reference = readReference(referenceOf('fd00::1', AT))!
    expect([reference.fromMs, reference.untilMs]).toEqual([AT - 42_000, AT + 18_000])
    expect(reference.matches('fd00::1')).toBe(true)
    expect(reference.matches('fd00::2')).toBe(false)
  })

  it('is understood as people type what they heard', () => {
    const code = referenceOf('10.1.2.3', AT)
    const typed = code.toLowerCase().replace('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l')
    expect(readReference(typed)!.matches('10.1.2.3')).toBe(true)
  })

  it.each(['', '7K2MQ', '7K2MQ-9F3DX', '7K2MQ-9F3U', 'x'.repeat(100)])('is none: %s', (text) => {
    expect(readReference(text)).toBeNull()
  })
})
