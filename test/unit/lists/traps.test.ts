/** Traps of real lists, held against cuts of them: see test/fixtures/lists/SOURCES.md. */
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { explain } from '../../../src/lists/explain.ts'
import { compileOffline } from '../../../src/lists/offline.ts'
import type { OfflineLists } from '../../../src/lists/offline.ts'
import type { Outcome } from '../../../src/lists/outcome.ts'
import { listSettings, settingsOf } from './settings.ts'

async function load(name: string): Promise<{ outcome: Outcome; lists: OfflineLists; format: string | null }> {
  const path = fileURLToPath(new URL(`../../fixtures/lists/${name}`, import.meta.url))
  const lists = await compileOffline(settingsOf([listSettings('x', path)]), 0)
  const { outcome, format, error } = lists.lists[0]!
  expect(error).toBeNull()
  return { outcome, lists, format }
}

const verdict = (lists: OfflineLists, name: string): string => explain(lists.policy, name, [], false).verdict
const counts = ({ lines, names, addresses, duplicates }: Outcome): number[] => [
  lines,
  names,
  addresses,
  duplicates,
]

describe('real lists', () => {
  it('never turns URL rows into hosts (trap 1)', async () => {
    const { outcome, lists } = await load('chongluadao.urls.txt')
    expect(counts(outcome)).toEqual([141, 30, 0, 0])
    expect(outcome.notEnforceable).toEqual({ path: 109, port: 2 })
    expect(outcome.refused).toEqual({})
    for (const name of [
      'www.facebook.com',
      'sites.google.com',
      'play.google.com',
      'apps.apple.com',
      'oa.zalo.me',
    ]) {
      expect(verdict(lists, name)).toBe('pass')
    }
    expect(verdict(lists, '000000.live')).toBe('block')
  })

  it.each([
    ['hostsvn.hosts.txt', [40, 46, 52, 63]],
    ['hostsvn.dnsmasq.conf', [24, 30, 35, 46]],
    ['hostsvn.dnscrypt.txt', [48, 53, 57, 60]],
  ])('holds government names in %s back (trap 2)', async (name, lines) => {
    const { outcome, lists } = await load(name)
    expect(outcome.heldBack.map(({ text }) => text).toSorted()).toEqual([
      'analytic.angiang.gov.vn',
      'f-emc.ngsp.gov.vn',
      'tracking.tuyenquang.gov.vn',
      'us.mplis.gov.vn',
    ])
    expect(outcome.heldBack.map(({ line }) => line)).toEqual(lines)
    expect(outcome.heldBackCount).toBe(4)
    expect(verdict(lists, 'us.mplis.gov.vn')).toBe('pass')
    expect(explain(lists.policy, 'a.us.mplis.gov.vn', [{ id: 'x', ...outcome }], false).heldBack).toEqual([
      { list: 'x', line: lines[3], text: 'us.mplis.gov.vn', reason: 'government' },
    ])
  })

  it('knows a name in Vietnamese letters and in punycode as one (trap 3)', async () => {
    const { outcome, lists } = await load('hostsvn.domains.txt')
    expect(counts(outcome)).toEqual([55, 52, 0, 3])
    expect(outcome.refused).toEqual({})
    for (const name of ['shopgcaothụ.vn', 'xn--shopgcaoth-043e.vn', 'SHOPGCAOTHỤ.vn'.normalize('NFD')]) {
      expect(explain(lists.policy, name, [], false)).toMatchObject({
        verdict: 'block',
        name: 'xn--shopgcaoth-043e.vn',
      })
    }
  })

  it('refuses asterisks inside names aloud (trap 4)', async () => {
    const { outcome, lists, format } = await load('hostsvn.dnscrypt.txt')
    expect(format).toBe('wildcard')
    expect(counts(outcome)).toEqual([64, 51, 0, 0])
    expect(outcome.refused).toEqual({ wildcard: 9 })
    expect(outcome.firstErrors[0]).toEqual({ line: 13, text: '*.admicro*.vcmedia.vn', reason: 'wildcard' })
    expect(verdict(lists, 'vcmedia.vn')).toBe('pass')
    expect(verdict(lists, 'aanetwork.vn')).toBe('block')
  })

  it.each([
    ['oznu.rpz.zone', 'rpz', [78, 54, 0, 0], { 'single-label': 18, 'not-a-name': 2 }],
    ['oznu.dnsmasq.conf', 'dnsmasq', [20, 10, 0, 0], { 'single-label': 9, 'not-a-name': 1 }],
  ])('refuses single labels in %s (trap 5)', async (name, wanted, numbers, refused) => {
    const { outcome, lists, format } = await load(name)
    expect(format).toBe(wanted)
    expect(counts(outcome)).toEqual(numbers)
    expect(outcome.refused).toEqual(refused)
    expect(outcome.firstErrors.map(({ text }) => text)).toContain('fe')
    expect(verdict(lists, 'anything.fe')).toBe('pass')
    expect(verdict(lists, 'www.s.sh')).toBe('block')
  })

  it('answers with what a policy zone says', async () => {
    const { lists } = await load('oznu.rpz.zone')
    expect(explain(lists.policy, 's.sh', [], false)).toMatchObject({
      action: 'nxdomain',
      indicatorKind: 'subtree',
    })
  })

  it('blocks the host on shared hosting, never its parent (trap 6)', async () => {
    const { lists } = await load('hostsvn.domains.txt')
    expect(verdict(lists, '123hmdhjg2.dyndns.org')).toBe('block')
    for (const parent of ['dyndns.org', 'weebly.com', 'other.weebly.com'])
      expect(verdict(lists, parent)).toBe('pass')
  })

  it('takes addresses and prefixes (trap 7)', async () => {
    const { outcome, lists, format } = await load('ipsum.txt')
    expect(format).toBe('addresses')
    expect(counts(outcome)).toEqual([60, 0, 60, 0])
    expect(verdict(lists, '193.163.125.1')).toBe('pass')
    const prefixes = await load('maltrail.cidr.txt')
    expect(counts(prefixes.outcome)).toEqual([60, 0, 51, 0])
    expect(prefixes.outcome.refused).toEqual({})
  })

  it('counts what DNS cannot enforce (trap 8)', async () => {
    const oceanlotus = await load('maltrail.oceanlotus.txt')
    expect(counts(oceanlotus.outcome)).toEqual([993, 501, 0, 42])
    expect(oceanlotus.outcome.notEnforceable).toEqual({ path: 6, port: 27, 'address-url': 13 })
    expect(oceanlotus.outcome.refused).toEqual({})
    const cobaltstrike = await load('maltrail.cobaltstrike.txt')
    expect(counts(cobaltstrike.outcome)).toEqual([90, 2, 0, 0])
    expect(cobaltstrike.outcome.notEnforceable).toEqual({ 'address-url': 34, port: 11, url: 12 })
    expect(cobaltstrike.outcome.refused).toEqual({ 'special-use': 2 })
    const asyncrat = await load('maltrail.asyncrat.txt')
    expect(asyncrat.outcome.notEnforceable).toEqual({ port: 32 })
    const hashes = await load('amnesty.sha256.txt')
    expect(hashes.outcome.notEnforceable).toEqual({ hash: 15 })
    expect(hashes.outcome.firstNotEnforceable).toHaveLength(15)
  })

  it('takes host rules of adblock lists only (trap 11)', async () => {
    const nocoin = await load('nocoin.adblock.txt')
    expect(counts(nocoin.outcome)).toEqual([358, 47, 0, 0])
    expect(nocoin.outcome.notEnforceable).toEqual({ filter: 269, 'address-url': 1 })
    expect(counts((await load('nocoin.hosts.txt')).outcome)).toEqual([324, 313, 0, 0])
    expect(counts((await load('hostsvn.adblock.txt')).outcome)).toEqual([34, 26, 0, 0])
    expect(counts((await load('chongluadao.ubo.txt')).outcome)).toEqual([20, 20, 0, 0])
    expect((await load('chongluadao.ubl.txt')).outcome.notEnforceable).toEqual({ path: 20 })
  })

  it('blocks an address by what an answer holds (trap 12)', async () => {
    const { outcome, lists } = await load('amnesty.ips.txt')
    expect(counts(outcome)).toEqual([6, 0, 6, 0])
    expect(explain(lists.policy, '45.76.106.146', [], false)).toMatchObject({
      verdict: 'block',
      trigger: 'address',
      indicator: '45.76.106.146',
      indicatorKind: 'address',
    })
  })

  it('takes the starter lists without a word', async () => {
    const files = ['apt32', 'mustang-panda', 'aoqin-dragon', 'naikon', 'vicious-panda', 'sharp-panda']
    const numbers: number[] = []
    for (const file of files) {
      const { outcome } = await load(`../../../blocklists/${file}.txt`)
      expect({ ...outcome, refused: {}, lines: 0 }).toEqual({
        ...outcome,
        refused: {},
        lines: 0,
        duplicates: 0,
      })
      expect([outcome.refused, outcome.notEnforceable, outcome.heldBackCount]).toEqual([{}, {}, 0])
      numbers.push(outcome.names)
    }
    expect(numbers).toEqual([501, 308, 107, 63, 55, 5])
    expect((await load('../../../blocklists/allow.txt')).outcome.entries).toBe(0)
  })
})
