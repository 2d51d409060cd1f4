import { expect, it } from 'vitest'
import { rdataText, readNameText, typeText } from '../../../src/transfer/record-text.ts'
import { encodeName } from '../../support/dns-client.ts'

it('names are absolute, in lower case, with what a master file would take otherwise escaped', () => {
  const text = (name: string) => {
    const bytes = Buffer.concat([Buffer.alloc(12), encodeName(name)])
    return readNameText(bytes, 12, bytes.length)!.text
  }
  expect(text('Evil.VN')).toBe('evil.vn.')
  expect(text('.')).toBe('.')
  expect(text('*.evil.vn')).toBe('*.evil.vn.')
  expect(text('$ORIGIN.vn')).toBe('\\$origin.vn.')
  expect(text('a;b(c)"@\\032\\046\\092\\200.vn')).toBe('a\\;b\\(c\\)\\"\\@\\032\\.\\\\\\200.vn.')
})

it('data is as a master file has it', () => {
  const text = (type: number, data: Buffer) => rdataText(data, type, 0, data.length)
  expect(text(1, Buffer.from([192, 0, 2, 77]))).toBe('192.0.2.77')
  expect(text(28, Buffer.from('20010db8000000000000000000000001', 'hex'))).toBe('2001:db8::1')
  expect(text(28, Buffer.from('00000000000000000000ffffc0000201', 'hex'))).toBe('::ffff:192.0.2.1')
  expect(text(5, encodeName('.'))).toBe('.')
  expect(text(5, encodeName('RPZ-Passthru'))).toBe('rpz-passthru.')
  expect(text(15, Buffer.concat([Buffer.from([0, 10]), encodeName('mx.vn')]))).toBe('10 mx.vn.')
  expect(text(33, Buffer.concat([Buffer.from([0, 1, 0, 2, 0, 53]), encodeName('ns.vn')]))).toBe(
    '1 2 53 ns.vn.',
  )
  expect(text(16, Buffer.from('\x03a"b\x00\x02\xc3\xa9', 'latin1'))).toBe('"a\\"b" "" "\\195\\169"')
  expect(text(65280, Buffer.from('ff00', 'hex'))).toBe('\\# 2 ff00')
  expect(text(65280, Buffer.alloc(0))).toBe('\\# 0')
  expect(typeText(65280)).toBe('TYPE65280')
})

it.each([
  ['A too short', 1, '010203'],
  ['AAAA too long', 28, '00'.repeat(17)],
  ['CNAME with more behind', 5, '00ff'],
  ['CNAME without an end', 5, '0161'],
  ['MX without a name', 15, '000a'],
  ['TXT empty', 16, ''],
  ['TXT cut off', 16, '0561'],
  ['SOA cut off', 6, '0000000000'],
])('%s is malformed', (_, type, data) => {
  const bytes = Buffer.from(data, 'hex')
  expect(rdataText(bytes, type, 0, bytes.length)).toBeNull()
})
