import { networkInterfaces, type NetworkInterfaceInfo } from 'node:os'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addressText } from '../../../src/net/address.ts'
import { addressesToward, defaultInterfaces, ownAddresses } from '../../../src/install/own-addresses.ts'

// As the kernel prints them: a server with a network card, a bridge of containers and a VPN.
const ROUTE = `Iface	Destination	Gateway 	Flags	RefCnt	Use	Metric	Mask		MTU	Window	IRTT
ens18	00000000	0100630A	0003	0	0	0	00000000	0	0	0
ens18	0000630A	00000000	0001	0	0	0	00FFFFFF	0	0	0
docker0	000011AC	00000000	0001	0	0	0	0000FFFF	0	0	0
tun0	00000000	00000000	0001	0	0	50	00000080	0	0	0
`
const ROUTE6 = `00000000000000000000000000000000 00 00000000000000000000000000000000 00 fe800000000000000000000000000001 00000400 00000003 00000000 00450003     ens19
fd990000000000000000000000000000 40 00000000000000000000000000000000 00 00000000000000000000000000000000 00000100 00000001 00000000 00000001    ens18
00000000000000000000000000000000 00 00000000000000000000000000000000 00 00000000000000000000000000000000 ffffffff 00000001 00000000 00200200       lo
`
const INET6 = `fd990000000000000000000000000001 02 40 00 80    ens18
fd99000000000000b1a5c0ffee123456 02 40 00 01    ens18
fe80000000000000021132fffe000001 02 40 20 80    ens18
00000000000000000000000000000001 01 80 10 80       lo
`

function info(family: 'IPv4' | 'IPv6', address: string, internal = false): NetworkInterfaceInfo {
  const common = { address, internal, mac: '00:11:32:00:00:01', netmask: '', cidr: null }
  return family === 'IPv6' ? { ...common, family, scopeid: 0 } : { ...common, family }
}

const KNOWN = {
  lo: [info('IPv4', '127.0.0.1', true), info('IPv6', '::1', true)],
  ens18: [
    info('IPv6', 'fd99::1'),
    info('IPv6', 'fd99::b1a5:c0ff:ee12:3456'),
    info('IPv6', 'fe80::211:32ff:fe00:1'),
    info('IPv4', '10.99.0.1'),
    info('IPv4', '169.254.3.4'),
  ],
  docker0: [info('IPv4', '172.17.0.1')],
}

describe('the interface of the default route', () => {
  it('is found for IPv4 and for IPv6, a network of its own is none', () => {
    expect(defaultInterfaces({ ipv4: ROUTE, ipv6: '' })).toEqual(new Set(['ens18']))
    expect(defaultInterfaces({ ipv4: '', ipv6: ROUTE6 })).toEqual(new Set(['ens19']))
    expect(defaultInterfaces({ ipv4: '', ipv6: '' })).toEqual(new Set())
  })

  it('has addresses that stay: IPv4 first, no link-local, no privacy address', () => {
    expect(addressesToward(new Set(['ens18']), KNOWN, INET6)).toEqual(['10.99.0.1', 'fd99::1'])
  })

  it('has none that belong to others', () => {
    expect(addressesToward(new Set(['lo', 'ens20']), KNOWN, INET6)).toEqual([])
  })

  it('is never misread: every permanent address is found, however it is written', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 15, maxLength: 15 }), (rest) => {
        const bytes = Uint8Array.of(0xfd, ...rest)
        const address = addressText(bytes)
        const table = `${Buffer.from(bytes).toString('hex')} 02 40 00 80 eth0\n`
        expect(addressesToward(new Set(['eth0']), { eth0: [info('IPv6', address)] }, table)).toEqual([
          address,
        ])
      }),
    )
  })

  it('is read from this machine without complaint', () => {
    const known = Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map((one) => one.address))
    for (const address of ownAddresses()) expect(known).toContain(address)
  })
})
