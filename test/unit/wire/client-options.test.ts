import { describe, expect, it } from 'vitest'
import { addressText } from '../../../src/net/address.ts'
import { readClientMac, readClientSubnet, writeLinkLocal } from '../../../src/wire/client-options.ts'
import { Parse, Query, readQuestion } from '../../../src/wire/question.ts'
import { macOption, subnetOption } from '../../support/client-options.ts'
import { buildQuery } from '../../support/dns-client.ts'

interface Option {
  readonly code: number
  readonly data: Buffer
}

const MAC = '02:98:00:00:00:0a'

/** What a query with these options tells. */
function told(...options: readonly Option[]): { address: string | null; mac: string | null } {
  const bytes = buildQuery('www.example.vn', 'A', { edns: { options } })
  const query = new Query()
  expect(readQuestion(bytes, bytes.length, query)).toBe(Parse.Ok)
  const address = new Uint8Array(16).fill(0xee)
  const mac = new Uint8Array(6).fill(0xee)
  const { clientSubnetAt, clientMacAt } = query
  const hasAddress = clientSubnetAt !== 0 && readClientSubnet(bytes, clientSubnetAt, address)
  const hasMac = clientMacAt !== 0 && readClientMac(bytes, clientMacAt, mac)
  return {
    address: hasAddress ? addressText(address) : null,
    mac: hasMac ? Buffer.from(mac).toString('hex').replace(/(..)(?!$)/g, '$1:') : null,
  } // prettier-ignore
}

const subnet = (...octets: number[]): Option => ({ code: 8, data: Buffer.from(octets) })

describe('Client Subnet (RFC 7871)', () => {
  it.each(['10.1.2.3', '192.168.0.1', '203.0.113.9', 'fd00::1', '2001:db8:1:2:3:4:5:6', 'fe80::1'])(
    'tells the machine %s by its full address',
    (address) => expect(told(subnetOption(address)).address).toBe(address),
  )

  it.each([
    ['a prefix of IPv4', subnetOption('10.1.2.3', 24)],
    ['31 bits of IPv4', subnetOption('10.1.2.2', 31)],
    ['a prefix of IPv6', subnetOption('fd00::1', 56)],
    ['no address at all', subnetOption('10.1.2.3', 0)],
  ])('%s tells no machine', (_, option) => expect(told(option).address).toBeNull())

  it.each(['127.0.0.1', '0.0.0.0', '224.0.0.251', '255.255.255.255', '::', '::1', 'ff02::1'])(
    '%s is no address of a machine behind a forwarder',
    (address) => expect(told(subnetOption(address)).address).toBeNull(),
  )

  it.each([
    ['a scope in a query', subnetOption('10.1.2.3', 32, 24)],
    ['an unknown family', subnet(0, 3, 32, 0, 10, 1, 2, 3)],
    ['family 0', subnet(0, 0, 32, 0, 10, 1, 2, 3)],
    ['too few octets', subnet(0, 1, 32, 0, 10, 1, 2)],
    ['too many octets', subnet(0, 1, 32, 0, 10, 1, 2, 3, 4)],
    ['more bits than the family has', subnet(0, 1, 128, 0, 10, 1, 2, 3)],
    ['an IPv6 address of 32 bits', subnet(0, 2, 32, 0, 0xfd, 0, 0, 0)],
    ['nothing', subnet()],
    ['half a head', subnet(0, 1)],
  ])('with %s is ignored, and is no FORMERR', (_, option) => expect(told(option).address).toBeNull())
})

describe('MAC options of dnsmasq', () => {
  it.each(['raw', 'text', 'base64'] as const)('tell the MAC: %s', (form) => {
    for (const mac of [MAC, 'a4:bb:6d:ff:fe:3e', '00:00:5e:00:01:01', 'fe:fb:ff:fe:ff:ff'])
      expect(told(macOption(mac, form)).mac).toBe(mac)
  })

  it('tell it in upper case too', () => {
    expect(told({ code: 65_073, data: Buffer.from('A4:BB:6D:00:00:0F') }).mac).toBe('a4:bb:6d:00:00:0f')
  })

  it.each([
    ['the zero address', macOption('00:00:00:00:00:00')],
    ['a group address', macOption('01:00:5e:00:00:01')],
    ['five octets', { code: 65_001, data: Buffer.alloc(5, 2) }],
    ['eight octets (EUI-64)', { code: 65_001, data: Buffer.alloc(8, 2) }],
    ['nothing', { code: 65_001, data: Buffer.alloc(0) }],
    ['text that is none', { code: 65_073, data: Buffer.from('02:98:00:00:00:0g') }],
    ['text with other separators', { code: 65_073, data: Buffer.from('02-98-00-00-00-0a') }],
    ['base64 with padding', { code: 65_073, data: Buffer.from('Apg=AAA=') }],
    ['raw octets under the code of text', { code: 65_073, data: Buffer.alloc(6, 2) }],
  ])('with %s are ignored', (_, option) => expect(told(option).mac).toBeNull())
})

describe('of several options', () => {
  it('both kinds are read, whatever stands between them', () => {
    const options = [macOption(MAC), { code: 10, data: Buffer.alloc(8) }, subnetOption('10.1.2.3')]
    expect(told(...options)).toEqual({ address: '10.1.2.3', mac: MAC })
  })

  it('the last of a kind counts, which the forwarder has put behind its client’s', () => {
    const options = [subnetOption('10.9.9.9'), macOption('02:00:00:00:00:99', 'text'), subnetOption('10.1.2.3'), macOption(MAC)] // prettier-ignore
    expect(told(...options)).toEqual({ address: '10.1.2.3', mac: MAC })
  })
})

it('the query of before leaves no option behind', () => {
  const query = new Query()
  const first = buildQuery('a.vn', 'A', { edns: { options: [subnetOption('10.1.2.3'), macOption(MAC)] } })
  readQuestion(first, first.length, query)
  expect([query.clientSubnetAt, query.clientMacAt].every((at) => at > 12)).toBe(true)
  for (const edns of [true, false]) {
    const next = buildQuery('a.vn', 'A', { edns })
    readQuestion(next, next.length, query)
    expect([query.clientSubnetAt, query.clientMacAt]).toEqual([0, 0])
  }
})

it('the link-local address of a MAC is the one RFC 4291 gives it (appendix A)', () => {
  const address = new Uint8Array(16).fill(0xee)
  writeLinkLocal(Buffer.from('3456789abcde', 'hex'), address)
  expect(addressText(address)).toBe('fe80::3656:78ff:fe9a:bcde')
})
