import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { baseDirectory, loadSettings } from '../../../src/config/load.ts'
import { settingsFrom } from './settings-from.ts'

/** Design, §6. */
const EXAMPLE = `
listen: ["127.0.0.1:5354"]
workers: auto
access: { networks: [127.0.0.0/8, 10.0.0.0/8, "fc00::/7", "fe80::/10", "::1/128"] }
sinkhole: { ipv4: 10.10.10.10, ipv6: "fd00:10::10", ttl: 60s }
upstreams: { servers: [], strategy: fastest }
forward: [ { zones: [so.tinh.local, 10.in-addr.arpa], servers: [10.0.0.10] } ]
records: { "blocked.thanhloc.test": sinkhole }
campaigns: [ { id: "2022", title: "Làm sạch", document: "1298/CATTT-NCSC", from: 2022-08-23, to: 2022-09-30 } ]
lists:
  - { id: apt32, path: blocklists/apt32.txt, format: auto, campaign: "2022", basis: "…", action: sinkhole }
allow: [ { path: blocklists/allow.txt } ]
units: [ { id: so-tttt, name: "Sở …", networks: [10.1.0.0/16], parent: null, contact: "…" } ]
store: { path: data }
admin: { listen: "127.0.0.1:8053" }
log: { level: info }
`

describe('the example of the design', () => {
  const settings = settingsFrom(EXAMPLE, { file: 'config/thanhloc.yaml' })

  it('is normalised', () => {
    expect(settings.listen).toEqual([{ address: '127.0.0.1', port: 5354 }])
    expect(settings.workers).toBe(4)
    expect(settings.sinkhole).toEqual({ ipv4: '10.10.10.10', ipv6: 'fd00:10::10', ttlSeconds: 60 })
    expect(settings.forward[0]).toEqual({
      zones: ['so.tinh.local', '10.in-addr.arpa'],
      servers: [{ address: '10.0.0.10', port: 53 }],
    })
    expect(settings.records).toMatchObject([{ name: 'blocked.thanhloc.test', sinkhole: true }])
    expect(settings.campaigns[0]).toMatchObject({ id: '2022', from: '2022-08-23', issuer: '' })
    expect(settings.lists[0]).toMatchObject({
      id: 'apt32',
      campaign: '2022',
      ttlSeconds: null,
      match: 'subtree',
      maxAgeMs: null,
    })
    expect(settings.units[0]).toMatchObject({ id: 'so-tttt', networks: ['10.1.0.0/16'], parent: null })
    expect(settings.admin).toEqual({
      listen: { address: '127.0.0.1', port: 8053 },
      hosts: [],
      tokenFile: null,
      tls: null,
    })
  })

  it('finds its files beside the directory called config', () => {
    expect(settings.file).toBe('/srv/config/thanhloc.yaml')
    expect(settings.lists[0]?.path).toBe('/srv/blocklists/apt32.txt')
    expect(settings.store.path).toBe('/srv/data')
    expect(settings.upstreams.resolvConf).toBe('/etc/resolv.conf')
  })
})

describe('defaults', () => {
  it('make an empty file a configuration', () => {
    for (const text of ['', '# nothing\n', '---\n', 'cache:\n  # size: 1MB\nlists:\n']) {
      const settings = settingsFrom(text)
      expect(settings.listen).toEqual([{ address: '127.0.0.1', port: 5354 }])
      expect(settings.sinkhole).toEqual({ ipv4: '0.0.0.0', ipv6: '::', ttlSeconds: 60 })
      expect(settings.cache).toEqual({
        maxBytes: 64 * 1024 * 1024,
        staleMs: 86_400_000,
        staleTtlSeconds: 30,
        maxTtlSeconds: 86_400,
        maxNegativeTtlSeconds: 3600,
      })
      expect(settings.special).toEqual({ firefoxCanary: true, privateRelay: true })
      expect(settings.lists).toEqual([])
    }
  })

  it('are not shared between two loads', () => {
    const first = settingsFrom('')
    expect(settingsFrom('').access.networks).not.toBe(first.access.networks)
  })

  it('give one worker to machines of two processors or fewer', () => {
    expect(settingsFrom('', { processors: 2 }).workers).toBe(1)
    expect(settingsFrom('', { processors: 3 }).workers).toBe(3)
    expect(settingsFrom('workers: 7', { processors: 2 }).workers).toBe(7)
  })
})

describe('values', () => {
  it('come out in one spelling', () => {
    const settings = settingsFrom(`
listen: ["[2001:DB8:0:0::1]:53", "[fe80::1%eth0]:53", 10.0.0.5]
upstreams: { servers: ["::ffff:192.0.2.9", "2001:db8::0:9"] }
access: { networks: ["FD00::/8", 10.2.3.4] }
records: { "Cổng.Tỉnh.VN.": [10.0.0.7, "2001:DB8::7"] }
forward: [ { zones: [SO.Tinh.Local.], servers: ["[::1]:5353"] } ]
`)
    expect(settings.listen.map(({ address }) => address)).toEqual(['2001:db8::1', 'fe80::1%eth0', '10.0.0.5'])
    expect(settings.listen[2]?.port).toBe(53)
    expect(settings.upstreams.servers.map(({ address }) => address)).toEqual(['192.0.2.9', '2001:db8::9'])
    expect(settings.access.networks).toEqual(['fd00::/8', '10.2.3.4/32'])
    expect(settings.records[0]).toMatchObject({
      name: 'xn--cng-qmz.xn--tnh-dlz.vn',
      a: ['10.0.0.7'],
      aaaa: ['2001:db8::7'],
    })
    expect(settings.forward[0]).toEqual({
      zones: ['so.tinh.local'],
      servers: [{ address: '::1', port: 5353 }],
    })
  })

  it('of records take every form', () => {
    const settings = settingsFrom(`
records:
  a.test: 10.0.0.1
  b.test: { cname: A.test, ttl: 1h }
  1.0.0.10.in-addr.arpa: { ptr: a.test }
  t.test: { txt: ["một", two], address: ["2001:db8::1"] }
`)
    expect(settings.records).toMatchObject([
      { name: 'a.test', a: ['10.0.0.1'], ttlSeconds: 300 },
      { name: 'b.test', cname: 'a.test', ttlSeconds: 3600 },
      { name: '1.0.0.10.in-addr.arpa', ptr: 'a.test' },
      { name: 't.test', txt: ['một', 'two'], aaaa: ['2001:db8::1'] },
    ])
  })

  it('may be repeated by alias', () => {
    const settings = settingsFrom('access: { networks: &n [10.0.0.0/8], exempt: *n }')
    expect(settings.access.exempt).toEqual(['10.0.0.0/8'])
  })

  it('turn the admin API off', () => {
    expect(settingsFrom('admin: { listen: "off" }').admin.listen).toBeNull()
    expect(settingsFrom('admin: { listen: off }').admin.listen).toBeNull()
  })
})

describe('baseDirectory', () => {
  it('is the directory of the file, or the one above a directory called config', () => {
    expect(baseDirectory('config/thanhloc.yaml', '/srv/x')).toBe('/srv/x')
    expect(baseDirectory('/etc/thanhloc/thanhloc.yaml', '/srv/x')).toBe('/etc/thanhloc')
    expect(baseDirectory('thanhloc.yaml', '/srv/x/config')).toBe('/srv/x')
    expect(baseDirectory(null, '/srv/x')).toBe('/srv/x')
  })
})

describe('loadSettings', () => {
  let directory: string
  beforeAll(() => void (directory = mkdtempSync(join(tmpdir(), 'thanhloc-load-'))))
  afterAll(() => rmSync(directory, { recursive: true }))

  const load = (name: string, bytes?: string | Uint8Array): readonly string[] => {
    const file = join(directory, name)
    if (bytes !== undefined) writeFileSync(file, bytes)
    const loaded = loadSettings({ file })
    return 'errors' in loaded ? loaded.errors.map((line) => line.replace(`${directory}/`, '')) : []
  }

  it('reads a file, with a byte order mark too', () => {
    expect(load('good.yaml', '\ufeffworkers: 2\n')).toEqual([])
    expect(load('crlf.yaml', 'workers: 2\r\nstore:\r\n  path: data\r\n')).toEqual([])
  })

  it('says what to do where it cannot', () => {
    expect(load('missing.yaml')).toEqual(['missing.yaml: there is no such file: name one with --config FILE'])
    expect(load('.')[0]).toContain('this is a directory')
    expect(load('latin1.yaml', Uint8Array.of(0x73, 0xe9, 0x0a))).toEqual([
      'latin1.yaml: the file is not UTF-8 text: save it as UTF-8',
    ])
    expect(load('large.yaml', `#${'x'.repeat(1024 * 1024)}`)[0]).toContain('1048576 is the most')
  })

  it('takes the shipped configuration', () => {
    const loaded = loadSettings({ file: join(import.meta.dirname, '../../../config/thanhloc.yaml') })
    expect(loaded).toHaveProperty('settings')
  })
})
