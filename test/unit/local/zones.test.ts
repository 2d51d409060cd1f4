import { describe, expect, it } from 'vitest'
import { SpecialUse } from '../../../src/local/special-use.ts'
import { Found, LocalMatch, LocalZones } from '../../../src/local/zones.ts'
import { localSettings, record } from '../../support/local-settings.ts'
import { keyOf } from '../../support/messages.ts'

const SEED = 0x1234abcd

function finder(settings: Parameters<typeof localSettings>[0] = {}) {
  const zones = new LocalZones(localSettings(settings))
  zones.rehash(SEED)
  return (name: string, qtype = 1) => {
    const match = new LocalMatch()
    zones.find(keyOf(name, SEED), qtype, match)
    const { kind, index, label, hasNamesBelow } = match
    return { kind, index, label, hasNamesBelow }
  }
}

const servers = [{ address: '10.0.0.10', port: 53 }]

describe('LocalZones', () => {
  it('finds nothing for the names of the world, nor for the root', () => {
    const find = finder()
    for (const name of [
      '.',
      'vn',
      'example',
      'example.com',
      'www.gov.vn',
      'ipv4only.arpa',
      'localhost.vn',
      'xlocal',
    ]) {
      expect(find(name).kind, name).toBe(Found.None)
    }
  })

  it('lets the longest name decide', () => {
    const find = finder({
      forward: [
        { zones: ['local', 'tinh.local'], servers },
        { zones: ['so.tinh.local', '10.in-addr.arpa'], servers },
      ],
      records: [record('pc.so.tinh.local', { a: ['10.1.1.1'] })],
    })
    expect(find('local')).toMatchObject({ kind: Found.Forward, index: 0, label: 0 })
    expect(find('x.y.tinh.local')).toMatchObject({ kind: Found.Forward, index: 0, label: 2 })
    expect(find('_ldap._tcp.so.tinh.local')).toMatchObject({ kind: Found.Forward, index: 1, label: 2 })
    expect(find('pc.so.tinh.local')).toMatchObject({ kind: Found.Record, index: 0, label: 0 })
    expect(find('x.pc.so.tinh.local')).toMatchObject({ kind: Found.Forward, index: 1 })
    expect(find('1.2.3.10.in-addr.arpa')).toMatchObject({ kind: Found.Forward, index: 1 })
    expect(find('1.2.168.192.in-addr.arpa')).toMatchObject({
      kind: Found.Special,
      index: SpecialUse.EmptyZone,
    })
  })

  it('of equals takes the record, then the forward zone, then the special use', () => {
    const forward = [{ zones: ['test', 'onion'], servers }]
    const find = finder({ forward, records: [record('test', { a: ['10.0.0.1'] })] })
    expect(find('test').kind).toBe(Found.Record)
    expect(find('onion').kind).toBe(Found.Forward)
    expect(finder()('test').kind).toBe(Found.Special)
  })

  it('takes the first entry when two name a zone', () => {
    const find = finder({
      forward: [
        { zones: ['a.vn'], servers },
        { zones: ['a.vn'], servers },
      ],
    })
    expect(find('x.a.vn').index).toBe(0)
  })

  it('covers a record by its name alone', () => {
    const find = finder({ records: [record('blocked.thanhloc.test', { sinkhole: true })] })
    expect(find('blocked.thanhloc.test').kind).toBe(Found.Record)
    expect(find('x.blocked.thanhloc.test')).toMatchObject({
      kind: Found.Special,
      index: SpecialUse.NameError,
    })
  })

  it('knows that a name above own names exists (RFC 8020)', () => {
    const find = finder({
      records: [record('blocked.thanhloc.test', { sinkhole: true })],
      forward: [{ zones: ['5.10.in-addr.arpa'], servers }],
    })
    for (const name of ['thanhloc.test', 'test', '10.in-addr.arpa']) {
      expect(find(name), name).toMatchObject({ kind: Found.Special, hasNamesBelow: true })
    }
    expect(find('other.test')).toMatchObject({ kind: Found.Special, hasNamesBelow: false })
  })

  it('asks the parent for the DS of an empty zone, and for no other', () => {
    const find = finder()
    const DS = 43
    expect(find('home.arpa', DS).kind).toBe(Found.None)
    expect(find('x.home.arpa', DS).kind).toBe(Found.Special)
    expect(find('home.arpa').kind).toBe(Found.Special)
    expect(find('local', DS).kind).toBe(Found.Special)
  })

  it('finds under another seed after rehash', () => {
    const zones = new LocalZones(localSettings({}))
    for (const seed of [0, 1, -7, 0x7fffffff]) {
      zones.rehash(seed)
      expect(zones.find(keyOf('x.localhost', seed), 1, new LocalMatch())).toBe(Found.Special)
    }
  })

  it('says which record or zone cannot be read', () => {
    const bad = (settings: Parameters<typeof localSettings>[0]) => () =>
      new LocalZones(localSettings(settings))
    expect(bad({ records: [record('a..b', {})] })).toThrow('"a..b" is not a domain name')
    expect(bad({ records: [record('a.vn', { a: ['10.0.0'] })] })).toThrow(
      'record a.vn: "10.0.0" is not an address',
    )
    expect(bad({ records: [record('a.vn', { cname: '..' })] })).toThrow('record a.vn')
    expect(bad({ forward: [{ zones: [`${'x'.repeat(64)}.vn`], servers }] })).toThrow('is not a domain name')
  })
})
