/**
 * The configuration against anything: it never throws, its errors have places, what it prints it reads back, and it
 * accepts exactly what TypeBox's own validator accepts, an implementation that shares no line with ours.
 */
import fc from 'fast-check'
import { Compile } from 'typebox/compile'
import Format from 'typebox/format'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { describeSettings } from '../../src/config/describe.ts'
import { parseDuration, formatDuration } from '../../src/config/duration.ts'
import { FORMATS } from '../../src/config/formats.ts'
import { parseSettings } from '../../src/config/load.ts'
import { parseResolvConf } from '../../src/config/resolv-conf.ts'
import { CONFIG_SHAPE, type Shape } from '../../src/config/schema.ts'

const numRuns = Number(process.env['THANHLOC_FUZZ'] ?? 200)
const REQUEST = { file: 'c.yaml', workingDirectory: '/srv', processors: 4 }

const EXAMPLE = {
  listen: ['127.0.0.1:5354', '[::1]:5354'],
  workers: 2,
  access: { networks: ['127.0.0.0/8'], queriesPerSecond: 100, exempt: ['10.0.0.1'] },
  tcp: { idle: '10s', perClient: 3, total: 10 },
  sinkhole: { ipv4: '10.10.10.10', ipv6: 'fd00::1', ttl: '60s' },
  upstreams: { servers: ['192.0.2.1'], strategy: 'ordered' },
  forward: [{ zones: ['so.tinh.local'], servers: ['10.0.0.10:53'] }],
  records: {
    'blocked.thanhloc.test': 'sinkhole',
    'a.test': ['10.0.0.7'],
    'b.test': { txt: ['x'], ttl: '1h' },
  },
  special: { firefoxCanary: false },
  server: { id: 'ns1', nsid: true },
  cache: { size: '8MB', stale: '1d' },
  campaigns: [{ id: 'c1', from: '2022-08-23', to: null }],
  lists: [{ id: 'l1', path: 'a.txt', campaign: 'c1', ttl: '5m', accept: ['x.gov.vn'] }],
  allow: [{ path: 'allow.txt' }],
  units: [{ id: 'u1', name: 'Sở', networks: ['10.1.0.0/16'], parent: null }],
  store: { path: 'data' },
  admin: { listen: 'off', hosts: ['a.test'], tokenFile: null, tls: { certificate: 'c.pem', key: 'k.pem' } },
  metrics: { listen: '127.0.0.1:9153' },
  log: { level: 'warn' },
}

/** Replaces, removes or adds one thing somewhere. */
const mutation = fc.record({
  path: fc.array(fc.nat(30), { minLength: 1, maxLength: 4 }),
  act: fc.constantFrom('replace', 'remove', 'add'),
  value: fc.constantFrom<unknown>(true, 0, 5, -1, 2.5, 'x', '60s', '8MB', '10.0.0.1', '10.0.0.1:53', '2022-08-23', 'off', 'auto', 'drop', [], ['a'], {}, { x: 1 }), // prettier-ignore
})

function mutate(root: unknown, path: readonly number[], act: string, value: unknown): void {
  let at = root as Record<string, unknown>
  for (const [depth, step] of path.entries()) {
    const keys = Object.keys(at)
    const key = keys[step % Math.max(keys.length, 1)]
    if (key === undefined) return
    const inner = at[key]
    if (depth < path.length - 1 && typeof inner === 'object' && inner !== null) {
      at = inner as Record<string, unknown>
      continue
    }
    if (act === 'replace') at[key] = value
    else if (Array.isArray(at)) at.push(value)
    else if (act === 'remove') delete at[key]
    else at['extra'] = value
    return
  }
}

describe('any text', () => {
  it('gives settings or errors with places, never an exception', () => {
    const fragments = fc.constantFrom(
      ...stringify(EXAMPLE).split(/(?<=[\n: ])/),
      '&a ',
      '*a',
      '[',
      '{',
      '\t',
      '"',
      '- ',
    )
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(fragments, { maxLength: 40 }).map((parts) => parts.join('')),
    )
    fc.assert(
      fc.property(text, (yaml) => {
        const loaded = parseSettings(yaml, REQUEST)
        if ('settings' in loaded) return
        expect(loaded.errors.length).toBeGreaterThan(0)
        expect(loaded.errors.length).toBeLessThanOrEqual(21)
        for (const line of loaded.errors) expect(line).toMatch(/^(c\.yaml:\d+:\d+: |… and )/)
      }),
      { numRuns },
    )
  })

  it('is read as resolv.conf', () => {
    const line = fc.oneof(fc.string(), fc.ipV4(), fc.ipV6()).map((text) => `nameserver ${text}`)
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        expect(parseResolvConf(lines.join('\n')).servers.length).toBeLessThanOrEqual(16)
      }),
      { numRuns },
    )
  })
})

describe('against TypeBox', () => {
  beforeAll(() => {
    for (const [name, format] of Object.entries(FORMATS))
      Format.Set(name, (text) => format.check(text, {}) === null)
  })
  afterAll(() => Format.Reset())

  it('the same is accepted', () => {
    const oracle = Compile(relaxed(CONFIG_SHAPE) as Record<string, never>)
    let accepted = 0
    fc.assert(
      fc.property(fc.array(mutation, { maxLength: 2 }), (mutations) => {
        const config = structuredClone(EXAMPLE)
        for (const { path, act, value } of mutations) mutate(config, path, act, value)
        const loaded = parseSettings(stringify(config), REQUEST)
        const errors = 'errors' in loaded ? loaded.errors.filter((line) => !isBeyondSchema(line)) : []
        if (errors.length === 0) accepted++
        const valid = oracle.Check(config)
        if (valid !== (errors.length === 0)) expect({ config, errors }).toBe(valid)
      }),
      { numRuns },
    )
    expect(accepted).toBeGreaterThan(numRuns / 20)
  })
})

describe('what is accepted', () => {
  it('reads back from what check prints', () => {
    fc.assert(
      fc.property(fc.array(mutation, { maxLength: 2 }), (mutations) => {
        const config = structuredClone(EXAMPLE)
        for (const { path, act, value } of mutations) mutate(config, path, act, value)
        const loaded = parseSettings(stringify(config), REQUEST)
        if ('errors' in loaded) return
        expect(parseSettings(describeSettings(loaded.settings), REQUEST)).toEqual(loaded)
      }),
      { numRuns },
    )
  })

  it('keeps durations exactly', () => {
    fc.assert(
      fc.property(fc.nat(300_000_000), (seconds) => {
        expect(parseDuration(formatDuration(seconds * 1000))).toEqual({ ms: seconds * 1000 })
      }),
      { numRuns },
    )
  })
})

/** Checks that no schema expresses: references, names as keys, bounds of durations and sizes. */
function isBeyondSchema(line: string): boolean {
  return /stands here twice|there is no|is its own parent|says nothing|beside it|"[^"]*" (has an empty|is (less|more) than)|is this resolver|name where it comes from/.test(
    line,
  )
}

/** The schema for what a file may leave out: a key with a default is not required. */
function relaxed(shape: Shape): Shape {
  const inner = { ...shape } as Record<string, unknown>
  if (shape.properties !== undefined) {
    const properties = Object.entries(shape.properties).map(([key, value]) => [key, relaxed(value)])
    inner['properties'] = Object.fromEntries(properties)
    inner['required'] = shape.required?.filter((key) => /^(id|path|zones|servers|certificate|key)$/.test(key) && shape.properties![key]!.default === undefined && shape.properties![key]!.type !== 'object') // prettier-ignore
  }
  if (shape.patternProperties !== undefined) {
    const patterns = Object.entries(shape.patternProperties).map(([key, value]) => [key, relaxed(value)])
    inner['patternProperties'] = Object.fromEntries(patterns)
  }
  if (shape.items !== undefined) inner['items'] = relaxed(shape.items)
  if (shape.anyOf !== undefined) inner['anyOf'] = shape.anyOf.map(relaxed)
  return inner
}
