/** DHCP servers beside dnsmasq, with the files of config/network/: both resolvers handed out, and their leases read. */
import { chmodSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ClientReport, Page } from '../support/admin-reports.ts'
import { bound, emptied, installed, RESOLVERS, RESOLVERS6, Site } from '../support/network-lab.ts'
import { eventually, type TestServer } from '../support/server.ts'

const SINKHOLE = '10.10.10.10'

interface Machine extends ClientReport {
  readonly identity: { readonly mac: string | null; readonly hostName: string | null }
}

let site: Site
let server: TestServer

beforeAll(async () => {
  site = await Site.open()
  chmodSync(site.directory, 0o755)
  server = await site.startResolver(
    0,
    `sinkhole: { ipv4: ${SINKHOLE} }
lists: [ { id: apt32, path: apt32.txt } ]
identity:
  leases: [ { path: ${site.lease('kea-leases4.csv')} }, { path: ${site.lease('dhcpd.leases')} } ]
  neighbours: { enabled: false }
`,
    { 'apt32.txt': 'evil.vn\n' },
  )
}, 60_000)
afterAll(() => site.close())

const SERVERS = [
  {
    name: 'Kea',
    wanted: '10.0.0.110',
    ready: /DHCP4_STARTED/,
    arrange: () => [
      ...['/run', '/var/lib', '/etc/kea'].map(emptied),
      'mkdir -p /run/kea /run/lock/kea',
      bound(site.path('leases'), '/var/lib/kea'),
      installed('kea-dhcp4.conf', '/etc/kea/kea-dhcp4.conf'),
    ],
    command: 'kea-dhcp4 -c /etc/kea/kea-dhcp4.conf',
  },
  {
    name: 'ISC dhcpd',
    wanted: '10.0.0.120',
    ready: /Sending on/,
    arrange: () => [
      ...['/run', '/etc/dhcp'].map(emptied),
      bound(site.path('leases'), '/var/lib/dhcp'),
      'touch /var/lib/dhcp/dhcpd.leases',
      installed('dhcpd.conf', '/etc/dhcp/dhcpd.conf'),
    ],
    command: 'dhcpd -4 -d -cf /etc/dhcp/dhcpd.conf lan0',
  },
]

describe.each(SERVERS)('$name', ({ name, wanted, ready, arrange, command }) => {
  it('hands out both resolvers, and the machine stands in the API by MAC and name', async () => {
    const daemon = await site.daemon(site.router, ready, arrange(), command)
    const machine = site.machine(`PC-${name.replaceAll(' ', '-').toUpperCase()}`)
    // Not one that another machine had a moment ago: whose hit it is would be seen at the next reading only.
    const address = await machine.lease(wanted)
    expect(machine.resolvers).toEqual(RESOLVERS)
    expect(machine.lookUp('evil.vn')).toBe(SINKHOLE)
    await eventually(async () => {
      const { body } = await server.api<Page<Machine>>('GET', '/api/v1/clients')
      const found = (body.items ?? []).find(({ identity }) => identity.mac === machine.mac)
      return found?.address === address && found.identity.hostName?.toUpperCase() === machine.name
    }, 20_000)
    await machine.close()
    await site.end(daemon)
  })
})

it('radvd advertises both resolvers, for IPv6', async () => {
  const arrange = [emptied('/run'), installed('radvd.conf', '/run/radvd.conf')]
  const daemon = await site.daemon(
    site.router,
    /version .* started/,
    arrange,
    'radvd -n -m stderr -C /run/radvd.conf',
  )
  const machine = site.machine('PC-IPV6')
  machine.takeAdvertised()
  expect(machine.resolvers).toEqual(RESOLVERS6)
  await eventually(() => machine.run('ip', '-6', 'addr', 'show', 'scope', 'global').includes('fd10::'))
  expect(machine.dig('evil.vn')).toBe(SINKHOLE)
  await site.end(daemon)
})
