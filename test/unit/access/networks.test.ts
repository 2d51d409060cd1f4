import { describe, expect, it } from 'vitest'
import { NetworkSet } from '../../../src/access/networks.ts'
import { address16 } from '../../support/addresses.ts'

const contains = (networks: readonly string[], address: string): boolean =>
  new NetworkSet(networks).contains(address16(address))

describe('NetworkSet', () => {
  it('holds first and last address of a network and nothing beside it', () => {
    const networks = ['10.0.0.0/8', '192.168.1.7', 'fe80::/10', '2001:db8::5']
    const inside = [
      '10.0.0.0',
      '10.255.255.255',
      '192.168.1.7',
      'fe80::',
      'febf:ffff:ffff:ffff::1',
      '2001:db8::5',
    ]
    const outside = ['9.255.255.255', '11.0.0.0', '192.168.1.6', '192.168.1.8', 'fec0::', '2001:db8::4', '::']
    for (const address of inside) expect(contains(networks, address), address).toBe(true)
    for (const address of outside) expect(contains(networks, address), address).toBe(false)
  })

  it('reads an address in the middle of a buffer', () => {
    const bytes = new Uint8Array(20)
    bytes.set(address16('10.1.2.3'), 3)
    expect(new NetworkSet(['10.1.0.0/16']).contains(bytes, 3)).toBe(true)
  })

  it('masks host bits', () => expect(contains(['10.1.2.3/16'], '10.1.255.255')).toBe(true))

  it('merges what overlaps and what touches', () => {
    const set = new NetworkSet(['10.0.0.0/9', '10.128.0.0/9', '10.1.0.0/16', '10.0.0.0/8', 'fd00::/8'])
    expect(set.size).toBe(2)
  })

  it('keeps the families apart: all of IPv6 is nothing of IPv4, and the other way round', () => {
    expect(contains(['::/0'], '10.0.0.1')).toBe(false)
    expect(contains(['::/0'], '::1')).toBe(true)
    expect(contains(['::/0'], 'ffff::')).toBe(true)
    expect(contains(['0.0.0.0/0'], '10.0.0.1')).toBe(true)
    expect(contains(['0.0.0.0/0'], 'fe80::1')).toBe(false)
  })

  it('takes IPv4 written as a mapped IPv6 network', () => {
    expect(contains(['::ffff:10.0.0.0/104'], '10.9.9.9')).toBe(true)
    expect(contains(['::ffff:10.0.0.0/104'], '11.0.0.0')).toBe(false)
  })

  it('holds nothing when empty', () => expect(contains([], '127.0.0.1')).toBe(false))

  it.each(['10.0.0.0/33', '10.0.0', 'fe80::/129', 'example.com', '', '10.0.0.0/'])(
    'refuses %j',
    (network) => {
      expect(() => new NetworkSet(['10.0.0.0/8', network])).toThrow(`network "${network}"`)
    },
  )
})
