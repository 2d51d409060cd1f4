import { describe, expect, it } from 'vitest'
import { formatEndpoint, parseEndpoint, parseNetwork } from '../../../src/config/address.ts'
import { isWithin, parseDomain } from '../../../src/config/domain.ts'
import { formatDuration, parseDuration } from '../../../src/config/duration.ts'
import { distance, nearest } from '../../../src/config/nearest.ts'
import { formatSize, parseSize } from '../../../src/config/size.ts'

describe('durations and sizes', () => {
  it.each([['60s', 60_000], ['10m', 600_000], ['2h', 7_200_000], ['7d', 604_800_000], ['24h', 86_400_000], ['2 w', 1_209_600_000], ['0s', 0]])(
    '%s', (text, ms) => expect(parseDuration(text)).toEqual({ ms }),
  ) // prettier-ignore

  it.each(['', '-1s', '1.5h', '1h30m', '99999d', '1e3s', '١s'])('%s is no duration', (text) => {
    expect(parseDuration(text)).toHaveProperty('problem')
  })

  it('are written the short way', () => {
    expect([0, 1000, 90_000, 5_400_000, 86_400_000].map(formatDuration)).toEqual([
      '0s',
      '1s',
      '90s',
      '90m',
      '1d',
    ])
    expect(parseSize('64mb')).toEqual({ bytes: 67_108_864 })
    expect([67_108_864, 1536, 1000, 0].map(formatSize)).toEqual(['64MB', '1536B', '1000B', '0B'])
    expect(parseSize('64')).toHaveProperty('problem')
  })
})

describe('endpoints and networks', () => {
  it.each([
    ['1.2.3.4:53', '1.2.3.4:53'], ['1.2.3.4', '1.2.3.4:53'], ['[::1]:5353', '[::1]:5353'], ['[::1]', '[::1]:53'],
    ['::1', '[::1]:53'], ['0.0.0.0:53', '0.0.0.0:53'], ['[::]:53', '[::]:53'], ['[fe80::1%eth0]:53', '[fe80::1%eth0]:53'],
  ])('%s', (text, expected) => {
    const parsed = parseEndpoint(text, 53)
    expect('value' in parsed && formatEndpoint(parsed.value)).toBe(expected)
  }) // prettier-ignore

  it.each([
    '',
    ':53',
    '1.2.3.4:',
    '1.2.3.4:x',
    '1.2.3.4:53:53',
    '[::1',
    '::1]:53',
    '0x7f.1:53',
    '127.1',
    '1.2.3.04',
    '1.2.3.4:-1',
  ])('"%s" is none', (text) => expect(parseEndpoint(text, 53)).toHaveProperty('problem'))

  it('need a port where there is no default', () =>
    expect(parseEndpoint('::1', null)).toHaveProperty('problem'))

  it.each([['10.0.0.0/8', '10.0.0.0/8'], ['::/0', '::/0'], ['2001:DB8::/32', '2001:db8::/32'], ['10.1.1.1', '10.1.1.1/32']])(
    'network %s', (text, value) => expect(parseNetwork(text)).toEqual({ value }),
  ) // prettier-ignore

  it.each(['10.0.0.0/-1', '10.0.0.0/08x', '10.0.0.0/8/8', '::ffff:10.0.0.0/104', 'fe80::%eth0/64', '10/8'])(
    'network %s is none',
    (text) => expect(parseNetwork(text)).toHaveProperty('problem'),
  )
})

describe('names', () => {
  it.each([
    ['WWW.Example.COM.', 'www.example.com'], ['_ldap._tcp.dc._msdcs.so.local', '_ldap._tcp.dc._msdcs.so.local'],
    ['10.in-addr.arpa', '10.in-addr.arpa'], ['0/25.2.0.192.in-addr.arpa', '0/25.2.0.192.in-addr.arpa'],
    ['việt.vn'.normalize('NFC'), 'xn--vit-5kz.vn'], ['VIỆT.vn'.normalize('NFD'), 'xn--vit-5kz.vn'], ['a。b', 'a.b'],
  ])('%s', (text, value) => expect(parseDomain(text)).toEqual({ value })) // prettier-ignore

  it.each([
    '',
    '.',
    'a..b',
    '*.a',
    'a b',
    'a@b',
    `${'a'.repeat(64)}.b`,
    'a.'.repeat(127) + 'ab',
    'a\0b',
    'http://a.b:1',
  ])('"%s" is none', (text) => expect(parseDomain(text)).toHaveProperty('problem'))

  it('stand under others by whole labels', () => {
    expect(isWithin('a.gov.vn', 'gov.vn')).toBe(true)
    expect(isWithin('agov.vn', 'gov.vn')).toBe(false)
  })
})

describe('nearest', () => {
  it('finds the slip of a finger and nothing else', () => {
    expect(nearest('lisen', ['listen', 'lists'])).toBe('listen')
    expect(nearest('tpye', ['path', 'type'])).toBe('type')
    expect(nearest('zzz', ['listen', 'log'])).toBeNull()
    expect(distance('abcd', 'acbd')).toBe(1)
  })
})
