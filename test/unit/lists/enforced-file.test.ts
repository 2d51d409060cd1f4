import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { EnforcedFiles } from '../../../src/lists/enforced-file.ts'
import type { EnforcedFormat } from '../../../src/lists/enforced-formats.ts'
import type { Policy } from '../../../src/policy/decide.ts'
import type { RuleMeta } from '../../../src/policy/meta.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { list, policyOf, rule, type Entry } from '../../support/policy-fixture.ts'

let directory: string
beforeAll(() => void (directory = mkdtempSync(join(tmpdir(), 'thanhloc-enforced-'))))
afterAll(() => rmSync(directory, { recursive: true }))

const head = () => ({ sinkhole: { ipv4: '10.10.10.10', ipv6: 'fd00::10' } })
const filesOf = (policy: Policy): EnforcedFiles =>
  new EnforcedFiles(directory, { version: () => '1', policy: () => policy, head }, new FakeClock())
const textOf = async (policy: Policy, format: EnforcedFormat): Promise<string> =>
  readFileSync((await filesOf(policy).file(format)).path, 'utf8')
/** Behind `$TTL`, SOA and NS. */
const zoneOf = async (...entries: readonly Entry[]): Promise<readonly string[]> =>
  (await textOf(policyOf([list(1)], [rule(0), rule(0, 'nxdomain')], entries), 'rpz')).split('\n').slice(3, -1)

it('tells a zone only what its file can hold: one line that is wrong and nothing of it is loaded', async () => {
  const long = `${'a'.repeat(60)}.${'b'.repeat(60)}.${'c'.repeat(60)}.toolong.vn`
  expect(
    await zoneOf(
      ['a;b(c)"d@e.vn', 'exact', 0],
      ['$include.vn', 'exact', 0],
      ['32.1.2.0.192.rpz-ip', 'exact', 0],
      ['*.literal.vn', 'exact', 0],
      ['a.*.vn', 'exact', 0],
      [long, 'exact', 0],
    ),
  ).toEqual([
    String.raw`a\;b\(c\)\"d\@e.vn CNAME .`,
    String.raw`\$include.vn CNAME .`,
    '; 2 entries, 4 that cannot be told in this format; end',
  ])
})

it('gives no addresses to owners that are no host names, for which BIND would refuse the zone', async () => {
  expect(await zoneOf(['evil_x.vn', 'exact', 0], ['-y.vn', 'below', 0], ['z.vn', 'exact', 0])).toEqual([
    'evil_x.vn CNAME .',
    '*.-y.vn CNAME .',
    'z.vn A 10.10.10.10',
    'z.vn AAAA fd00::10',
    '; 3 entries; end',
  ])
})

it('tells nft many elements at a time', async () => {
  const entries = Array.from({ length: 2500 }, (_, at): Entry => [`45.${at >> 8}.${at & 255}.1`, 0])
  const text = await textOf(policyOf([list(1)], [rule(0)], [...entries, ['2001:db8::/48', 0]]), 'nftables')
  expect(text.match(/^add element inet thanhloc bad4 \{$/gm)).toHaveLength(3)
  expect(text.match(/^45\./gm)).toHaveLength(2500)
  expect(text).toMatch(
    /45\.9\.195\.1\n\}\nadd element inet thanhloc bad6 \{\n2001:db8::\/48\n\}\n# 2501 entries; end\n$/,
  )
})

it('leaves a network out of which a part is let through, also of many told together', async () => {
  const rules = [rule(0), rule(1, 'allow')]
  const entries: Entry[] = [['45.0.0.0/16', 0], ['45.0.9.0/24', 1], ['46.0.0.1', 0]] // prettier-ignore
  const text = await textOf(policyOf([list(1), list(2, { kind: 'allow' })], rules, entries), 'nftables')
  expect(text).toMatch(/bad4 \{\n46\.0\.0\.1\n\}\n# 1 entries, 1 that cannot be told in this format; end\n$/)
})

it('tells a name once that is listed and let through by hand', async () => {
  const policy = policyOf([list(1)], [rule(0)], [['evil.vn', 'subtree', 0]], [['evil.vn', 'subtree', 0]])
  expect(await textOf(policy, 'dnsmasq')).toBe('server=/evil.vn/#\n# 1 entries; end\n')
})

it('tells dnsmasq the addresses a zone gives, and the sinkhole where it gives something else', async () => {
  const own: RuleMeta['data'] = [{ type: 1, ttlSeconds: 30, data: 'c0000207' }, { type: 28, ttlSeconds: null, data: `20010db8${'00'.repeat(11)}07` }] // prettier-ignore
  const alias: RuleMeta['data'] = [{ type: 5, ttlSeconds: null, data: '046c616e6402766e00' }]
  const rules = [rule(0, 'sinkhole', own), rule(0, 'sinkhole', alias)]
  const policy = policyOf([list(1)], rules, [['own.vn', 'subtree', 0], ['garden.vn', 'subtree', 1]]) // prettier-ignore
  expect((await textOf(policy, 'dnsmasq')).split('\n').slice(0, 4)).toEqual([
    'address=/own.vn/192.0.2.7',
    'address=/own.vn/2001:db8::7',
    'address=/garden.vn/10.10.10.10',
    'address=/garden.vn/fd00::10',
  ])
})

it('tells RouterOS all of IPv4 first: without IPv6 it stops at the first line that speaks of it', async () => {
  const policy = policyOf([list(1)], [rule(0)], [['45.0.0.1', 0], ['2001:db8::/48', 0], ['46.0.0.0/24', 0]]) // prettier-ignore
  expect(await textOf(policy, 'mikrotik')).toBe(`/ip firewall address-list remove [find list=thanhloc]
/ip firewall address-list add list=thanhloc address=45.0.0.1
/ip firewall address-list add list=thanhloc address=46.0.0.0/24
/ipv6 firewall address-list remove [find list=thanhloc]
/ipv6 firewall address-list add list=thanhloc address=2001:db8::/48
# 3 entries; end
`)
})

it('tells a zone the names between two listed ones, which would end the wildcard above, once', async () => {
  const records = await zoneOf(['bad.vn', 'below', 1], ['a.x.y.bad.vn', 'exact', 0], ['b.x.y.bad.vn', 'exact', 0], ['a\\.b.z.bad.vn', 'exact', 0]) // prettier-ignore
  const ofNonTerminals = records.filter((line) => /^(?:\*\.)?(?:x\.y|y|z)\.bad\.vn /.test(line))
  expect(ofNonTerminals).toEqual(
    ['x.y', 'y', 'z'].flatMap((name) => [`${name}.bad.vn CNAME .`, `*.${name}.bad.vn CNAME .`]),
  )
  expect(records.at(-1)).toBe('; 4 entries; end')
})

it('lets others work between entries that come to nothing', async () => {
  const entries = Array.from({ length: 10_000 }, (_, at): Entry => [`a${at}.vn`, 'subtree', 0])
  const writing = filesOf(policyOf([list(1)], [rule(0, 'log')], entries)).file('domains')
  let rounds = 0
  let isWritten = false
  void writing.then(() => (isWritten = true))
  for (; !isWritten && rounds < 100; rounds++) await new Promise((resolve) => setImmediate(resolve))
  expect(rounds).toBeGreaterThan(5)
})

it('is written again when somebody has removed it', async () => {
  const files = filesOf(policyOf([list(1)], [rule(0)], [['evil.vn', 'subtree', 0]]))
  const { path, tag } = await files.file('domains')
  rmSync(path)
  expect(await files.file('domains')).toMatchObject({ path, tag })
  expect(readFileSync(path, 'utf8')).toContain('evil.vn\n')
})
