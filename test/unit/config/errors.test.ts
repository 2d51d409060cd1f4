import { describe, expect, it } from 'vitest'
import { errorsFrom } from './settings-from.ts'

describe('unknown keys', () => {
  it.each([
    ['listn: []', 'c.yaml:1:1: `listn` is not a key: did you mean `listen`?'],
    ['workers: 1\ncache:\n  sise: 1MB', 'c.yaml:3:3: `sise` is not a key of cache: did you mean `size`?'],
    ['upstream: { servers: [] }', 'c.yaml:1:1: `upstream` is not a key: did you mean `upstreams`?'],
    ['ipv4: 10.0.0.1', 'c.yaml:1:1: `ipv4` is not a key: it belongs under `sinkhole`'],
    [
      'lists: [ { id: a, path: p, actoin: drop } ]',
      'c.yaml:1:28: `actoin` is not a key of lists[0]: did you mean `action`?',
    ],
    ['metrics: { zzz: 1 }', 'c.yaml:1:12: `zzz` is not a key of metrics: the keys are `listen`'],
    ['<<: { workers: 1 }', /^c\.yaml:1:1: `<<` is not a key/],
    ['__proto__: { workers: 1 }', /^c\.yaml:1:1: `__proto__` is not a key/],
  ])('%s', (text, expected) => {
    const errors = errorsFrom(text)
    expect(errors).toHaveLength(1)
    expect(errors[0]).toMatch(
      expected instanceof RegExp ? expected : new RegExp(`^${RegExp.escape(expected)}$`),
    )
  })

  it('explains that a secret does not belong here', () => {
    expect(errorsFrom('admin: { token: s3cret }')[0]).toContain('tokenFile')
    expect(errorsFrom('admin: { token: s3cret }')[0]).not.toContain('s3cret')
  })
})

describe('values', () => {
  it.each([
    ['sinkhole: { ttl: 60 }', '1:18: sinkhole.ttl is 60: "60" has no unit: write 60s, 60m, 60h or 60d'],
    ['sinkhole: { ttl: "60" }', '1:18: sinkhole.ttl: "60" has no unit: write 60s, 60m, 60h or 60d'],
    [
      'sinkhole: { ttl: 5x }',
      '1:18: sinkhole.ttl: "5x" has an unknown unit "x": the units are s, m, h, d, w',
    ],
    ['tcp: { idle: 1h }', '1:14: tcp.idle: "1h" is more than 10m, the most'],
    ['cache: { size: 64 }', '1:16: cache.size is 64: "64" has no unit: write 64MB, 64KB or 64B'],
    ['cache: { size: 10KB }', '1:16: cache.size: "10KB" is less than 1MB, the least'],
    ['listen: 127.0.0.1:53', '1:9: listen is 127.0.0.1:53: expects a list'],
    ['listen: []', '1:9: listen is empty: expects a list'],
    ['listen: ["1.2.3.4:70000"]', '1:10: listen[0]: "1.2.3.4:70000" has port 70000, and ports end at 65535'],
    [
      'listen: [localhost:53]',
      '1:10: listen[0]: "localhost:53" is not an IP address (a name cannot stand here',
    ],
    ['upstreams: { servers: [0.0.0.0] }', 'is not the address of one machine'],
    ['upstreams: { servers: ["1.1.1.1:0"] }', 'has port 0'],
    ['upstreams: { strategy: fast }', '1:24: upstreams.strategy is fast: did you mean fastest?'],
    ['workers: 0', '1:10: workers is 0: expects a whole number from 1 to 64'],
    ['workers: many', '1:10: workers is many: '],
    ['workers: 1.5', '1:10: workers is 1.5: expects a whole number from 1 to 64'],
    ['special: { privateRelay: yes }', '1:26: special.privateRelay is yes: expects true or false'],
    ['access: { networks: [10.0.0.1/8] }', 'has bits set beyond its prefix length: did you mean 10.0.0.0/8?'],
    ['access: { networks: [10.0.0.0/33] }', 'write a number from 0 to 32'],
    ['sinkhole: { ipv4: "::1" }', 'is not an IPv4 address'],
    ['sinkhole: { ipv6: "::ffff:10.0.0.1" }', 'is not a plain IPv6 address'],
    [
      'sinkhole: { ipv4: }',
      '1:19: sinkhole.ipv4 has no value: expects an IPv4 address, or leave the key out',
    ],
    ['admin: { listen: 127.0.0.1 }', '1:18: admin.listen: "127.0.0.1" has no port: write 127.0.0.1:8053'],
    ['campaigns: [ { id: 2022 } ]', 'campaigns[0].id is 2022: expects text, write "2022" in quotes'],
    ['campaigns: [ { id: a, from: 2022-02-30 } ]', 'is not a date'],
    ['lists: [ { id: A32, path: x } ]', 'is not an identifier'],
    ['lists: [ { path: x } ]', '1:10: lists[0] lacks `id`: expects an identifier'],
    ['store: data', '1:8: store is data: expects keys and values'],
    ['cache: [1]', '1:8: cache is a list: expects keys and values'],
    ['records: { "*.x.test": 10.0.0.1 }', '1:12: "*.x.test" has a wildcard'],
    ['records: { "a..test": 10.0.0.1 }', 'has an empty label'],
    ['records: { "a.test": nowhere }', 'records.a.test'],
    ['forward: [ { zones: [.], servers: [10.0.0.1] } ]', 'is the root'],
    ['- a\n- b', '1:1: the configuration is a list: expects keys and values'],
  ])('%s', (text, expected) => {
    const errors = errorsFrom(text)
    expect(errors).toHaveLength(1)
    expect(errors[0]).toContain(expected)
  })

  it('are all told at once, in the order of the file, twenty at most', () => {
    const two = errorsFrom('workers: 0\nlisten: 5\n')
    expect(two.map((line) => line.split(' ')[0])).toEqual(['c.yaml:1:10:', 'c.yaml:2:9:'])
    const many = errorsFrom(Array.from({ length: 30 }, (_, index) => `unknown-key-${index}: 1`).join('\n'))
    expect(many).toHaveLength(21)
    expect(many.at(-1)).toBe('… and 10 more')
  })
})

describe('broken YAML', () => {
  it.each([
    ['listen: [a', /^c\.yaml:1:11: the YAML is broken here/],
    ['cache:\n\tsize: 1MB', /^c\.yaml:2:1: a tab indents this line/],
    ['workers: 1\nworkers: 2', /^c\.yaml:2:1: this key stands twice/],
    ['workers: 1\n---\nworkers: 2', /a second document begins here/],
    ['lists: *nowhere', /^c\.yaml:1:8: \*nowhere refers to nothing/],
    ['workers: !!js/function "x"', /^c\.yaml:1:10: /],
    [`a: ${'['.repeat(100_000)}`, /nest deeper than 64/],
    [`a: ${'- '.repeat(50_000)}`, /./],
    ['\0', /./],
    [`#${'x'.repeat(1024 * 1024)}`, /larger than 1024 KB/],
  ])('%#', (text, expected) => {
    expect(errorsFrom(text)[0]).toMatch(expected)
  })

  it('does not go off as an alias bomb', () => {
    const bomb = `access: { networks: &a [${'10.0.0.0/8,'.repeat(100)}] }\nforward:\n${'  - { zones: *a, servers: *a }\n'.repeat(200)}`
    const started = performance.now()
    expect(errorsFrom(bomb).join('\n')).toContain('aliases multiply')
    expect(errorsFrom('lists: &a [*a, *a]').length).toBeGreaterThan(0)
    expect(performance.now() - started).toBeLessThan(2000)
  })
})

describe('references', () => {
  it.each([
    [
      'campaigns: [ { id: "2022" }, { id: "2023" } ]\nlists: [ { id: a, path: p, campaign: "2024" } ]',
      'c.yaml:2:38: list a: there is no campaign 2024: did you mean 2022? There are 2022, 2023',
    ],
    ['lists: [ { id: a, path: p, campaign: x } ]', 'there is no campaign x, and `campaigns` names none'],
    ['campaigns: [ { id: a, from: 2022-09-30, to: 2022-08-23 } ]', 'ends 2022-08-23, before it begins'],
    ['lists: [ { id: a, path: p }, { id: a, path: q } ]', 'c.yaml:1:36: lists: the id a is taken'],
    ['units: [ { id: a, parent: b } ]', 'unit a: there is no unit b, and `units` names none'],
    ['units: [ { id: a, parent: b }, { id: b, parent: a } ]', 'unit a is its own parent: a → b → a'],
    ['units: [ { id: a, parent: a } ]', 'unit a is its own parent: a → a'],
    [
      'units: [ { id: a, networks: [10.1.0.0/16] }, { id: b, networks: [10.1.0.0/16] } ]',
      'belongs to unit a already',
    ],
    ['listen: ["127.0.0.1:53", 127.0.0.1]', 'c.yaml:1:26: listen: 127.0.0.1:53 stands here twice'],
    ['listen: ["0.0.0.0:53", "127.0.0.1:53"]', '127.0.0.1:53 is already covered by 0.0.0.0:53'],
    ['listen: ["127.0.0.1:53", "0.0.0.0:53"]', '0.0.0.0:53 covers 127.0.0.1:53 above'],
    ['listen: ["10.0.0.5:53"]\nupstreams: { servers: [10.0.0.5] }', 'is this resolver itself'],
    [
      'listen: ["0.0.0.0:53"]\nbypass: { listen: ["10.0.0.5:53"] }',
      'c.yaml:2:20: bypass.listen: 10.0.0.5:53 is already covered by 0.0.0.0:53',
    ],
    [
      'bypass: { listen: ["10.0.0.5:5399"] }\nupstreams: { servers: ["10.0.0.5:5399"] }',
      'is this resolver itself',
    ],
    ['notice: { http: ["10.10.10.10:80"] }', 'blocked names are answered with no address, so nobody comes'],
    [
      'sinkhole: { ipv4: 10.9.9.9 }\nnotice: { http: ["10.9.9.9:80"], tcp: ["10.9.9.9:25", "0.0.0.0:80"] }',
      'c.yaml:2:55: notice.tcp: 0.0.0.0:80 covers 10.9.9.9:80 above',
    ],
    [
      'sinkhole: { ipv4: 10.9.9.9 }\nlisten: ["0.0.0.0:53"]\nnotice: { tcp: ["10.9.9.9:53"] }',
      'notice.tcp: 10.9.9.9:53 is already covered by 0.0.0.0:53',
    ],
    ['forward: [ { zones: [a.test, A.test.], servers: [10.0.0.1] } ]', 'the zone a.test stands here twice'],
    ['records: { a.test: 10.0.0.1, A.test.: 10.0.0.2 }', 'a.test stands here twice'],
    [
      'records: { a.test: { cname: b.test, txt: [x] }, b.test: 10.0.0.1 }',
      'nothing else may stand beside it',
    ],
    ['records: { a.test: { ttl: 1h } }', 'says nothing'],
  ])('%s', (text, expected) => {
    const errors = errorsFrom(text)
    expect(errors).toHaveLength(1)
    expect(errors[0]).toContain(expected)
  })

  it('leave alone what fits', () => {
    expect(
      errorsFrom('listen: ["127.0.0.1:0", "127.0.0.1:0", "0.0.0.0:53", "[::]:53", "127.0.0.1:54"]'),
    ).toEqual([])
    expect(errorsFrom('units: [ { id: a }, { id: b, parent: a }, { id: c, parent: b } ]')).toEqual([])
  })
})
