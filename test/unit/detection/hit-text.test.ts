import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bitNames, clientText, HitReader, prefixText, typeText } from '../../../src/detection/hit-text.ts'
import type { HitPair } from '../../../src/thread/hit-table.ts'
import { bytesOf } from './setup.ts'

test.each([
  [[0xf4, 32, 192, 0, 2, 1], '192.0.2.1'],
  [[0xf4, 24, 192, 0, 2, 0], '192.0.2.0/24'],
  [[0xf6, 128, ...bytesOf('2001:db8::1')], '2001:db8::1'],
  [[0xf6, 32, ...bytesOf('2001:db8::')], '2001:db8::/32'],
  [[0xf4, 32], '?'],
  [[1, 2, 3], '?'],
])('address indicator %j is %s', (bytes, text) => {
  expect(prefixText(Uint8Array.from(bytes), bytes.length)).toBe(text)
})

test('clients in their shortest form, IPv4 dotted, unknown as ::', () => {
  const text = (address: string): string => clientText(Buffer.from(bytesOf(address)).toString('latin1'))
  expect([text('::ffff:10.0.0.1'), text('2001:db8:0:0:1:0:0:1'), clientText(null)]).toEqual(['10.0.0.1', '2001:db8::1:0:0:1', '::']) // prettier-ignore
})

test('types by name or RFC 3597 number, bits by name', () => {
  expect([typeText(28), typeText(65), typeText(4711)]).toEqual(['AAAA', 'HTTPS', 'TYPE4711'])
  expect(bitNames(5, ['a', 'b', 'c'])).toEqual(['a', 'c'])
})

test('any bytes become some text', () => {
  const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
  fc.assert(
    fc.property(
      bytes(16), bytes(256), bytes(255), fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255),
      (client, indicator, name, indicatorLength, length, kind, triggers) => {
        const pair: HitPair = {
          key: 'any',
          hasClient: true, client, indicator, indicatorLength, kind, triggers, action: kind, qtype: length,
          firstQname: name, firstQnameLength: length, lastQname: name, lastQnameLength: length,
          lists: Uint16Array.of(1), listCount: 1, blocked: 1, logged: 0, firstMs: NaN, lastMs: 1.5,
        } // prettier-ignore
        const hit = new HitReader().read(pair)
        expect(hit.firstQname).not.toBe('')
        expect([hit.firstMs, hit.lastMs]).toEqual([0, 1])
      },
    ),
  ) // prettier-ignore
})
