import { expect, test } from 'vitest'
import { readDomain, readListedName, readTime } from '../../../src/admin/schema.ts'

test.each(['EVIL.vn', 'evil.vn.', 'thuế.vn', '_dmarc.evil.vn', 'xn--thu-lz5a.vn'])(
  '%s may stand in a list',
  (text) => {
    expect(readListedName(text)).toBe(readDomain(text))
  },
)

test.each(['192.168.1.300', '1.2', '7', '1.2.3.4.5', 'xn--', '0/25.2.0.192.in-addr.arpa'])(
  '%s may not: it is refused before it goes to the list thread',
  (text) => {
    expect(() => readListedName(text)).toThrow(
      expect.objectContaining({ code: 'THANHLOC_API_UNPROCESSABLE' }),
    )
  },
)

test('what no list holds may still be a name in the cache', () => {
  expect(readDomain('0/25.2.0.192.in-addr.arpa')).toBe('0/25.2.0.192.in-addr.arpa')
})

test.each([
  ['2026-11-21', Date.UTC(2026, 10, 21)],
  ['2024-02-29', Date.UTC(2024, 1, 29)],
  ['2026-11-21T08:00:00Z', Date.UTC(2026, 10, 21, 8)],
  ['2026-11-21T08:00:00.5+07:00', Date.UTC(2026, 10, 21, 1, 0, 0, 500)],
  ['0000-01-01', Date.parse('0000-01-01T00:00:00Z')],
])('%s is a time', (text, ms) => {
  expect(readTime('since', text)).toBe(ms)
})

test('the end of a span is the end of its last day', () => {
  expect(readTime('until', '2026-11-21', true)).toBe(Date.UTC(2026, 10, 22) - 1)
})

test.each([
  '2026-02-29',
  '2026-02-30T00:00:00Z',
  '2026-04-31',
  '2026-13-01',
  '2026-11-00',
  '2026-11-21T25:00:00Z',
  '2026-11-21 08:00',
])('%s is none, and is not taken for another day', (text) => {
  expect(() => readTime('until', text)).toThrow(expect.objectContaining({ code: 'THANHLOC_API_INVALID' }))
})
