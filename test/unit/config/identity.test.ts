import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { describeSettings } from '../../../src/config/describe.ts'
import { errorsFrom, settingsFrom } from './settings-from.ts'

const FULL = `
identity:
  leases:
    - { path: /var/lib/misc/dnsmasq.leases, format: dnsmasq }
    - { path: kea-leases4.csv }
  neighbours: { interval: 30s }
  register: machines.csv
  reverse: { enabled: true, servers: [10.0.0.10, "[fd00::53]:5353"] }
  forwarders: { networks: [10.9.0.1] }
  routers: [10.1.0.1, 10.2.0.0/24]
  botnetList: /srv/lists/botnet.txt
`

describe('identity', () => {
  it('is read with paths made absolute and networks in one spelling', () => {
    expect(settingsFrom(FULL).identity).toEqual({
      leases: [
        { path: '/var/lib/misc/dnsmasq.leases', format: 'dnsmasq' },
        { path: '/srv/kea-leases4.csv', format: 'auto' },
      ],
      neighbours: { enabled: true, intervalMs: 30_000 },
      register: '/srv/machines.csv',
      reverse: {
        enabled: true,
        servers: [
          { address: '10.0.0.10', port: 53 },
          { address: 'fd00::53', port: 5353 },
        ],
      },
      forwarders: { networks: ['10.9.0.1/32'] },
      routers: ['10.1.0.1/32', '10.2.0.0/24'],
      botnetList: '/srv/lists/botnet.txt',
    })
  })

  it('reads nothing but the neighbour table where nothing is said, and asks and believes nobody', () => {
    expect(settingsFrom('').identity).toEqual({
      leases: [],
      neighbours: { enabled: true, intervalMs: 60_000 },
      register: null,
      reverse: { enabled: false, servers: [] },
      forwarders: { networks: [] },
      routers: [],
      botnetList: null,
    })
  })

  it('is printed so that it reads back the same', () => {
    const settings = settingsFrom(FULL)
    expect(settingsFrom(describeSettings(settings)).identity).toEqual(settings.identity)
  })

  it.each([
    ['identity: { leases: [ { path: a, format: dhcp } ] }', 'identity.leases[0].format'],
    ['identity: { leases: [ { path: a }, { path: a } ] }', 'identity.leases: a stands here twice'],
    ['identity: { neighbours: { interval: 1s } }', 'identity.neighbours.interval'],
    ['identity: { lease: [] }', 'did you mean'],
    ['identity: { reverse: { servers: [dc.local] } }', 'identity.reverse.servers[0]'],
    ['identity: { routers: [10.1.0.1/16] }', 'did you mean 10.1.0.0/16?'],
  ])('%s is refused', (text, said) => expect(errorsFrom(text).join('\n')).toContain(said))
})

describe('public addresses and codes of units', () => {
  it('are read', () => {
    const text = 'units: [ { id: a, wan: [203.0.113.0/28, 203.0.113.77], code: 000.00.00.H24 } ]'
    expect(settingsFrom(text).units).toMatchObject([
      { wan: ['203.0.113.0/28', '203.0.113.77/32'], code: '000.00.00.H24' },
    ])
  })

  it.each([
    [
      '{ id: a, wan: [203.0.113.7] }, { id: b, wan: [203.0.113.7/32] }',
      'unit b: the public network 203.0.113.7/32 belongs to unit a already',
    ],
    [
      '{ id: a, wan: [203.0.113.7, 203.0.113.7] }',
      'unit a: the public network 203.0.113.7/32 stands here twice',
    ],
    ['{ id: a, code: X }, { id: b, code: X }', 'unit b: the code X belongs to unit a already'],
  ])('%s contradict each other', (units, said) =>
    expect(errorsFrom(`units: [ ${units} ]`)).toEqual([expect.stringContaining(said)]),
  )
})

describe('units from a file', () => {
  function unitsFile(text: string): string {
    const directory = mkdtempSync(join(tmpdir(), 'thanhloc-units-'))
    onTestFinished(() => rmSync(directory, { recursive: true }))
    const path = join(directory, 'units.csv')
    writeFileSync(path, text)
    return path
  }

  it('are joined to those of the configuration, and may refer to them', () => {
    const path = unitsFile(
      'mã;tên đơn vị;dải mạng;cấp trên;ip công khai\nward;Phường A;10.2.0.0/24 10.2.1.0/24;city;203.0.113.7\n',
    )
    const settings = settingsFrom(`units: [ { id: city, networks: [10.0.0.0/8] } ]\nunitsFile: ${path}`)
    expect(settings.units).toMatchObject([
      { id: 'city' },
      {
        id: 'ward',
        name: 'Phường A',
        networks: ['10.2.0.0/24', '10.2.1.0/24'],
        parent: 'city',
        wan: ['203.0.113.7/32'],
      },
    ])
    expect(settings.unitsFile).toBe(path)
    expect(settingsFrom(describeSettings(settings)).units).toEqual(settings.units)
  })

  it('are complained of with the line of the file, both units named', () => {
    const path = unitsFile('id,networks,parent\na,10.1.0.0/16,\nb,10.3.0.0/16,nobody\n')
    expect(errorsFrom(`units: [ { id: city, networks: [10.1.0.0/16] } ]\nunitsFile: ${path}`)).toEqual([
      `${path}:2:1: unit a: the network 10.1.0.0/16 belongs to unit city already`,
      `${path}:3:1: unit b: there is no unit nobody: there are city, a`,
    ])
    const twice = unitsFile('id,networks\na,10.1.0.0/16\nb,10.1.0.0/16\n')
    expect(errorsFrom(`unitsFile: ${twice}`)).toEqual([
      `${twice}:3:1: unit b: the network 10.1.0.0/16 belongs to unit a (line 2) already`,
    ])
  })

  it('that is not there is said at the key', () => {
    expect(errorsFrom('unitsFile: nowhere.csv')).toEqual([
      'c.yaml:1:12: unitsFile: /srv/nowhere.csv cannot be read: there is no such file',
    ])
  })
})
