import { describe, expect, it } from 'vitest'
import { dropOwn, parseResolvConf } from '../../../src/config/resolv-conf.ts'

describe('parseResolvConf', () => {
  it('takes the nameserver lines', () => {
    const { servers, warnings } = parseResolvConf(`# made by NetworkManager
search tinh.local
nameserver 192.0.2.1
  nameserver\t2001:DB8::53  # the second
nameserver fe80::1%eth0
nameserver 192.0.2.1
;nameserver 192.0.2.9
options edns0 trust-ad\r
nameserver 192.0.2.3\r
`)
    expect(servers.map(({ address }) => address)).toEqual([
      '192.0.2.1',
      '2001:db8::53',
      'fe80::1%eth0',
      '192.0.2.3',
    ])
    expect(servers.every(({ port }) => port === 53)).toBe(true)
    expect(warnings).toEqual([])
  })

  it('warns of what is no address and goes on', () => {
    const { servers, warnings } = parseResolvConf(
      'nameserver dns.example\nnameserver\nnameserver 192.0.2.1\n\0\xff junk',
    )
    expect(servers).toHaveLength(1)
    expect(warnings).toHaveLength(2)
    expect(warnings[0]).toContain('line 1: "dns.example" is not an IP address')
  })

  it('is bounded', () => {
    const text = Array.from(
      { length: 1000 },
      (_, index) => `nameserver 10.0.${index >> 8}.${index & 255}`,
    ).join('\n')
    expect(parseResolvConf(text).servers).toHaveLength(16)
  })
})

describe('dropOwn', () => {
  const endpoint = (address: string, port = 53) => ({ address, port })
  const own = ['127.0.0.1', '::1', '10.0.0.5', 'fe80::5']

  it('drops where we listen', () => {
    const { kept, dropped } = dropOwn(
      [endpoint('10.0.0.5'), endpoint('127.0.0.53'), endpoint('10.0.0.1')],
      own,
      [endpoint('10.0.0.5'), endpoint('127.0.0.1')],
    )
    expect(kept.map(({ address }) => address)).toEqual(['127.0.0.53', '10.0.0.1'])
    expect(dropped).toMatchObject([
      { endpoint: { address: '10.0.0.5' }, reason: 'this resolver listens there' },
    ])
  })

  it('drops every own address under a wildcard, of that family', () => {
    const servers = ['10.0.0.5', '127.0.0.53', '::1', 'fe80::5%eth0', '10.0.0.1'].map((address) =>
      endpoint(address),
    )
    expect(dropOwn(servers, own, [endpoint('0.0.0.0')]).kept.map(({ address }) => address)).toEqual([
      '::1',
      'fe80::5%eth0',
      '10.0.0.1',
    ])
    expect(dropOwn(servers, own, [endpoint('::')]).dropped).toHaveLength(2)
  })

  it('keeps another port of ours', () => {
    expect(dropOwn([endpoint('127.0.0.1')], own, [endpoint('127.0.0.1', 5354)]).kept).toHaveLength(1)
  })
})
