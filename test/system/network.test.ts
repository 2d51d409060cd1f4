/**
 * The office of docs/network.md with the files of config/network/: machines get both resolvers by DHCP and router
 * advertisements, go on when one is killed, and those that ask elsewhere are met by the firewall and shown.
 */
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ClientReport, Page } from '../support/admin-reports.ts'
import { run } from '../support/lab.ts'
import {
  bound, NETWORK_FILES, PUBLIC, PUBLIC6, RESOLVERS, RESOLVERS6, ROUTER, ROUTER6, Site, WEB, type SiteMachine,
} from '../support/network-lab.ts' // prettier-ignore
import { eventually, type TestServer } from '../support/server.ts'

const SINKHOLE = '10.10.10.10'
const CLEAN = '192.0.2.1'
const SINKHOLE6 = 'fd00:10::10'
const CLEAN6 = '2001:db8::1'

interface Machine extends ClientReport {
  readonly identity: { readonly mac: string | null; readonly hostName: string | null }
}

interface BypassClient {
  readonly address: string
  readonly mac: string | null
  readonly hostName: string | null
  readonly queries: number
}

let site: Site
let first: TestServer
let ketoan: SiteMachine
let ketoanAddress: string
let vanthu: SiteMachine

async function bypassQueries(): Promise<number> {
  const { text } = await first.api('GET', '/metrics')
  return Number(/^thanhloc_bypass_queries_total (\d+)$/m.exec(text)![1])
}

beforeAll(async () => {
  site = await Site.open()
  const config = `sinkhole: { ipv4: ${SINKHOLE}, ipv6: "${SINKHOLE6}" }
bypass: { listen: ["0.0.0.0:5399", "[::]:5399"] }
lists: [ { id: apt32, path: apt32.txt } ]
identity: { leases: [ { path: ${site.lease('dnsmasq.leases')} } ], neighbours: { enabled: false } }
`
  const files = { 'apt32.txt': 'evil.vn\n' }
  const arranged = [bound(site.path('leases'), '/var/lib/misc')]
  await site.daemon(site.router, /DHCP, IP range/, arranged, `dnsmasq -k --user=root --log-facility=- -C '${NETWORK_FILES}/dnsmasq.conf'`) // prettier-ignore
  const servers = await Promise.all(
    ([0, 1] as const).map((index) => site.startResolver(index, config, files)),
  )
  first = servers[0]!
  ketoan = site.machine('PC-KETOAN')
  vanthu = site.machine('PC-VANTHU')
  ketoanAddress = await ketoan.lease()
}, 60_000)
afterAll(() => site.close())

describe('what a machine is given', () => {
  it('both resolvers by DHCP (option 6): a clean name is answered, a listed one gets the sinkhole', () => {
    expect(ketoan.resolvers).toEqual(RESOLVERS)
    expect([ketoan.lookUp('clean.vn'), ketoan.lookUp('evil.vn')]).toEqual([CLEAN, SINKHOLE])
  })

  it('both resolvers by router advertisement (RDNSS), without any DHCP', async () => {
    expect(vanthu.resolvers).toEqual([])
    vanthu.takeAdvertised()
    expect(vanthu.resolvers).toEqual(RESOLVERS6)
    await eventually(() => vanthu.run('ip', '-6', 'route', 'show', 'default').includes('via fe80:'))
    expect([vanthu.lookUp('clean.vn', 6), vanthu.lookUp('evil.vn', 6)]).toEqual([CLEAN6, SINKHOLE6])
  })

  it('and the one with a lease stands in the API by MAC and name', async () => {
    await eventually(async () => {
      const { body } = await first.api<Page<Machine>>('GET', '/api/v1/clients')
      const found = (body.items ?? []).find(({ identity }) => identity.mac === ketoan.mac)
      return found?.identity.hostName === 'PC-KETOAN' && found.address === ketoanAddress
    }, 20_000)
  })
})

describe('a machine that asks elsewhere', () => {
  const ELSEWHERE = [
    ['IPv4', () => ketoan, PUBLIC, '+notcp'],
    ['IPv4, TCP', () => ketoan, PUBLIC, '+tcp'],
    ['IPv6', () => vanthu, PUBLIC6, '+notcp'],
    ['IPv6, TCP', () => vanthu, PUBLIC6, '+tcp'],
  ] as const

  it.each(ELSEWHERE)('is answered there without the firewall (%s)', (_, machine, server, way) => {
    expect(machine().dig('evil.vn', `@${server}`, way)).toBe('192.0.2.9')
  })

  it('with it is brought to the resolver', async () => {
    for (const side of site.places) {
      const inside = (program: string, ...args: string[]) =>
        run('ip', 'netns', 'exec', side, program, ...args)
      // The second time, as at another start of the network, it changes nothing.
      for (const _ of [1, 2]) inside(join(NETWORK_FILES, 'bypass-route.sh'), ROUTER, ROUTER6)
      for (const family of ['-4', '-6'])
        expect(inside('ip', family, 'rule', 'show').match(/sport 5399/g)).toHaveLength(1)
    }
    site.inRouter('sysctl', '-q', '-p', join(NETWORK_FILES, 'router-sysctl.conf'))
    site.inRouter('nft', '-f', join(NETWORK_FILES, 'nftables.conf'))
    expect(await bypassQueries()).toBe(0)
  })

  it.each(ELSEWHERE)(
    'gets the sinkhole for a listed name, and a clean one too (%s)',
    (_, machine, server, way) => {
      expect(machine().dig('evil.vn', `@${server}`, way)).toBe(SINKHOLE)
      expect(machine().dig('clean.vn', `@${server}`, way)).toBe(CLEAN)
    },
  )

  it('stands in the metric, and in the API with its own address, MAC and name', async () => {
    expect(await bypassQueries()).toBe(8)
    expect(site.counted('dns_brought')).toBe(8)
    const items = await eventually(async () => {
      const { body } = await first.api<{ items: BypassClient[] }>('GET', '/api/v1/bypass')
      return body.items.reduce((sum, { queries }) => sum + queries, 0) === 8 && body.items
    })
    expect(items.find(({ address }) => address === ketoanAddress)).toMatchObject({
      mac: ketoan.mac,
      hostName: 'PC-KETOAN',
      queries: 4,
    })
    expect(items.find(({ address }) => address.startsWith('fd10::'))).toMatchObject({ queries: 4 })
  })

  it('DNS over TLS and HTTPS to public resolvers is refused at once, and counted; the web is not', () => {
    const ways = [ketoan.connect(PUBLIC, 853), ketoan.connect(PUBLIC, 443), ketoan.connect(WEB, 853)]
    expect(ways).toEqual(Array(3).fill('Connection refused'))
    expect(ketoan.connect(WEB, 443)).toBe('open')
    expect([site.counted('dot_refused'), site.counted('doh_refused')]).toEqual([2, 1])
  })

  it('DNS over QUIC too, and HTTPS by IPv6', () => {
    // No program here speaks it: its first datagram to the port is what is refused.
    expect(ketoan.run('sh', '-c', `dig @${PUBLIC} -p 853 clean.vn +tries=1 +time=3 || true`)).toContain('connection refused') // prettier-ignore
    expect(vanthu.connect(PUBLIC6, 443)).toBe('Connection refused')
    expect([site.counted('dot_refused'), site.counted('doh_refused')]).toEqual([3, 2])
  })

  it('who asks as told is left alone, and so are the resolvers and those that are exempt', async () => {
    const before = [await bypassQueries(), site.counted('dns_brought')]
    expect(ketoan.lookUp('clean.vn')).toBe(CLEAN)
    expect(ketoan.dig('clean.vn', `@${RESOLVERS[1]}`)).toBe(CLEAN)
    expect(run('ip', 'netns', 'exec', site.places[0], 'dig', `@${PUBLIC}`, 'evil.vn', 'A', '+short').trim()).toBe('192.0.2.9') // prettier-ignore
    for (const exempt of [ketoanAddress, PUBLIC]) {
      site.inRouter('nft', `add element inet thanhloc exempt4 { ${exempt} }`)
      expect(ketoan.dig('evil.vn', `@${PUBLIC}`)).toBe('192.0.2.9')
      expect(ketoan.connect(PUBLIC, 853)).toBe('open')
      site.inRouter('nft', `delete element inet thanhloc exempt4 { ${exempt} }`)
    }
    expect([await bypassQueries(), site.counted('dns_brought')]).toEqual(before)
    expect(ketoan.dig('evil.vn', `@${PUBLIC}`)).toBe(SINKHOLE)
  })

  it('Firefox is told by its canary not to use its own resolver', () => {
    expect(ketoan.run('dig', 'use-application-dns.net')).toContain('status: NXDOMAIN')
  })
})

describe('when the first resolver is killed', () => {
  it('the second takes over for all of them, from the next query on', async () => {
    await first.kill()
    expect([ketoan.lookUp('clean.vn'), ketoan.lookUp('evil.vn')]).toEqual([CLEAN, SINKHOLE])
    expect([vanthu.lookUp('clean.vn', 6), vanthu.lookUp('evil.vn', 6)]).toEqual([CLEAN6, SINKHOLE6])
  })
})
