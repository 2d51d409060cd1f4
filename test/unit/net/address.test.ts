import fc from 'fast-check'
import ipaddr from 'ipaddr.js'
import { describe, expect, it } from 'vitest'
import { addressText, isMappedIPv4, parseAddress } from '../../../src/net/address.ts'

const bytesOf = (text: string): Uint8Array | null => {
  const out = new Uint8Array(16)
  return parseAddress(text, out) ? out : null
}

describe('parseAddress', () => {
  it.each([
    ['192.0.2.255', '00000000000000000000ffffc00002ff'],
    ['::', '00000000000000000000000000000000'],
    ['::1', '00000000000000000000000000000001'],
    ['2001:db8::8:800:200c:417a', '20010db80000000000080800200c417a'],
    ['fe80::1%eth0', 'fe800000000000000000000000000001'],
    ['::ffff:192.0.2.1', '00000000000000000000ffffc0000201'],
    ['64:ff9b::192.0.2.33', '0064ff9b0000000000000000c0000221'],
  ])('%s', (text, hex) => expect(Buffer.from(bytesOf(text)!).toString('hex')).toBe(hex))

  it.each([
    '',
    '1.2.3',
    '1.2.3.256',
    '01.2.3.4',
    '1::2::3',
    'fe80::1::',
    'evil.example',
    '1.2.3.4%eth0x',
    ':1',
  ])('refuses %j', (text) => expect(bytesOf(text)).toBeNull())
})

describe('both ways', () => {
  const address = fc.uint8Array({ minLength: 16, maxLength: 16 })
  /** Words of zero are what the text form is about. */
  const sparse = fc
    .array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xffff })), { minLength: 8, maxLength: 8 })
    .map((words) => Uint8Array.from(words.flatMap((word) => [word >> 8, word & 0xff])))

  it('text reads back as the same bytes, and as ipaddr.js reads it', () => {
    fc.assert(
      fc.property(fc.oneof(address, sparse), (bytes) => {
        const text = addressText(bytes)
        expect(bytesOf(text)).toEqual(bytes)
        const parsed = ipaddr.parse(text)
        const theirs = parsed.kind() === 'ipv4' ? (parsed as ipaddr.IPv4).toIPv4MappedAddress() : parsed
        expect(Uint8Array.from(theirs.toByteArray())).toEqual(bytes)
        if (!isMappedIPv4(bytes)) expect(text).toBe((parsed as ipaddr.IPv6).toRFC5952String())
      }),
    )
  })
})
