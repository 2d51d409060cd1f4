import { describe, expect, it } from 'vitest'
import { indicatorText } from '../../../src/policy/indicator-text.ts'

const zeros = (length: number): number[] => Array.from({ length }, () => 0)

describe('indicatorText', () => {
  it.each([
    ['name', [4, 101, 118, 105, 108, 4, 116, 101, 115, 116], 'evil.test'],
    ['name with a dot in a label', [3, 97, 46, 98, 1, 99], 'a\\.b.c'],
    ['IPv4 address', [0xf4, 32, 192, 0, 2, 1], '192.0.2.1'],
    ['IPv4 prefix', [0xf4, 24, 192, 0, 2, 0], '192.0.2.0/24'],
    ['IPv6 prefix', [0xf6, 32, 0x20, 0x01, 0x0d, 0xb8, ...zeros(12)], '2001:db8::/32'],
    ['IPv6 address', [0xf6, 128, 0x20, 0x01, 0x0d, 0xb8, ...zeros(11), 1], '2001:db8::1'],
  ])('%s', (_, bytes, text) => {
    const padded = Uint8Array.from([9, 9, ...bytes, 7, 7])
    expect(indicatorText(padded, 2, bytes.length)).toBe(text)
  })
})
