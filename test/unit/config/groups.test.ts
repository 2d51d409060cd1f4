import { describe, expect, it } from 'vitest'
import { parseAddress } from '../../../src/net/address.ts'
import { ClientGroups } from '../../../src/policy/groups.ts'
import { errorsFrom, settingsFrom } from './settings-from.ts'

const HEAD =
  'lists: [ { id: bad, path: p } ]\nunits: [ { id: so, networks: [10.1.0.0/16] }, { id: phong, parent: so, networks: [10.1.9.0/24] }, { id: khac, networks: [10.3.0.0/16] } ]\n'

describe('groups', () => {
  it('take in the networks of units and of those under them', () => {
    const { groups } = settingsFrom(
      `${HEAD}groups: [ { id: a, networks: [10.2.0.0/16], units: [so], lists: { bad: "off" } } ]\n`,
    )
    expect(groups).toEqual([
      {
        id: 'a',
        networks: ['10.2.0.0/16'],
        units: ['so'],
        lists: { bad: 'off' },
        clients: ['10.2.0.0/16', '10.1.0.0/16', '10.1.9.0/24'],
      },
    ])
  })

  it.each([
    ['{ id: whole, units: [so] }, { id: part, units: [phong] }'],
    ['{ id: part, units: [phong] }, { id: whole, units: [so] }'],
  ])('give a unit its own, whatever the one above it has: %s', (groups) => {
    const clients = Object.fromEntries(
      settingsFrom(`${HEAD}groups: [ ${groups} ]\n`).groups.map((group) => [group.id, group.clients]),
    )
    expect(clients).toEqual({ whole: ['10.1.0.0/16'], part: ['10.1.9.0/24'] })
  })

  it('leave a unit out that is of no group, though its network lies in that of one', () => {
    const config = `lists: []
units:
  - { id: so, networks: [10.1.0.0/16, "fd00:1::/48"] }
  - { id: phong, parent: so, networks: [10.1.9.0/24] }
  - { id: khac, networks: [10.1.128.0/17, 10.1.9.7, "fd00:1:0:8000::/49", 10.0.0.0/8] }
groups: [ { id: a, units: [so] }, { id: b, networks: [10.1.192.0/18] } ]
`
    const [a, b] = settingsFrom(config).groups.map((group) => group.clients)
    expect(a!.filter((network) => !network.startsWith('10.1.9.'))).not.toContain('10.1.0.0/16')
    const of = new ClientGroups([a!, b!].map((networks, index) => ({ id: `g${index}`, networks, lists: {} })))
    const groupOf = (address: string): number => {
      const bytes = new Uint8Array(16)
      parseAddress(address, bytes)
      return of.of(bytes)
    }
    expect(['10.1.0.1', '10.1.127.255', '10.1.9.6', '10.1.9.8', 'fd00:1::1'].map(groupOf)).toEqual([
      1, 1, 1, 1, 1,
    ])
    expect(['10.1.128.0', '10.1.9.7', '10.2.0.1', 'fd00:1:0:8000::1'].map(groupOf)).toEqual([0, 0, 0, 0])
    // Named by its network it is in.
    expect(groupOf('10.1.200.1')).toBe(2)
  })

  it('say where a unit is in two of them, also one without networks', () => {
    const config =
      'lists: []\nunits: [ { id: so }, { id: phong, parent: so, networks: [10.1.9.0/24] } ]\ngroups: [ { id: a, units: [so] }, { id: b, units: [so] } ]\n'
    expect(errorsFrom(config)[0]).toContain('group b: the unit so belongs to group a already')
  })

  it.each([
    ['{ id: a }', '3:11: group a: it has neither networks nor units, so nobody belongs to it'],
    [
      '{ id: a, units: [soo] }',
      '3:28: group a: there is no unit soo: did you mean so? There are so, phong, khac',
    ],
    [
      '{ id: a, networks: [10.9.0.0/16], lists: { bda: log } }',
      '3:59: group a: there is no list bda: did you mean bad? There are bad',
    ],
    [
      '{ id: a, networks: [10.9.0.0/16], lists: { bad: pass } }',
      'groups[0].lists.bad is pass: expects sinkhole, nxdomain, nodata, refused, drop, log or off',
    ],
    [
      '{ id: a, networks: [10.9.0.0/16] }, { id: a, networks: [10.8.0.0/16] }',
      'group a: the id is taken; give this one another',
    ],
    [
      '{ id: a, networks: [10.1.0.0/16] }, { id: b, units: [so] }',
      'group b: the network 10.1.0.0/16 belongs to group a already',
    ],
  ])('%s', (groups, expected) => {
    expect(errorsFrom(`${HEAD}groups: [ ${groups} ]\n`)[0]).toContain(expected)
  })
})
