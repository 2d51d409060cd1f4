import { createRequire } from 'node:module'
import { describe, expect, it } from 'vitest'
import { Guards } from '../../../src/lists/guards.ts'
import { WireName } from '../../../src/lists/name.ts'
import { parsePrefix } from '../../../src/lists/prefix-text.ts'
import { LONG_TLDS_WITH_SUFFIXES, NameScreen, SUFFIX_LABELS } from '../../../src/lists/screen.ts'
import { settingsOf } from './settings.ts'

const settings = settingsOf([], {
  forward: [{ zones: ['so.tinh.local', 'ad.tinh.example'], servers: [{ address: '203.0.113.9', port: 53 }] }],
  records: [
    {
      name: 'blocked.thanhloc.test',
      a: [],
      aaaa: [],
      sinkhole: true,
      cname: null,
      ptr: null,
      txt: [],
      ttlSeconds: 60,
    },
  ],
})
const guards = new Guards(settings, {
  own: ['203.0.113.7', 'fe80::1%eth0'],
  upstreams: ['203.0.113.9', '2606:4700::1'],
})
const screen = new NameScreen(guards)

function examine(text: string, accept: readonly string[] = []): string | null {
  const name = new WireName()
  expect(name.readText(text)).toBeNull()
  if (screen.isPlain(name.bytes)) return null
  const found = screen.examine(name.bytes, new Set(accept))
  if (found === null) return null
  return found.kind === 'hash' ? 'hash' : found.reason
}

describe('which names a list may hold', () => {
  it.each([
    ['com', 'single-label'],
    ['ip6-loopback', 'single-label'],
    ['d41d8cd98f00b204e9800998ecf8427e', 'hash'],
    ['com.vn', 'public-suffix'],
    ['angiang.vn', 'public-suffix'],
    ['gov.vn', 'public-suffix'],
    ['co.uk', 'public-suffix'],
    ['xn--55qx5d.cn', 'public-suffix'],
    ['airport.aero', 'public-suffix'],
    ['city.kawasaki.jp', null],
    ['other.kawasaki.jp', 'public-suffix'],
    ['pvt.k12.ma.us', 'public-suffix'],
    ['a.pvt.k12.ma.us', null],
    ['x.ck', 'public-suffix'],
    ['www.ck', null],
    ['com.ru', null],
    ['weebly.com', null],
    ['dyndns.org', null],
    ['a.com.vn', null],
    ['a.local', 'special-use'],
    ['a.localhost', 'special-use'],
    ['a.onion', 'special-use'],
    ['1.0.0.10.in-addr.arpa', 'special-use'],
    ['x.home.arpa', 'special-use'],
    ['evil.test', null],
    ['evil.example', null],
    ['a.gov.vn', 'government'],
    ['dcs.vn', 'government'],
    ['www.dcs.vn', 'government'],
    ['xgov.vn', null],
    ['gov.vn.evil.example', null],
    ['blocked.thanhloc.test', 'own-record'],
    ['a.blocked.thanhloc.test', 'own-record'],
    ['thanhloc.test', 'own-record'],
    ['other.thanhloc.test', null],
    ['tinh.example', 'forward-zone'],
    ['pc1.ad.tinh.example', 'forward-zone'],
  ])('%s: %s', (name, reason) => {
    expect(examine(name)).toBe(reason)
  })

  it('lets an accepted name through the guards, and nothing else', () => {
    expect(examine('hacked.gov.vn', ['hacked.gov.vn'])).toBeNull()
    expect(examine('a.hacked.gov.vn', ['hacked.gov.vn'])).toBe('government')
    expect(examine('com.vn', ['com.vn'])).toBe('public-suffix')
  })

  it('looks up whatever may be a public suffix', async () => {
    const require = createRequire(import.meta.url)
    const trie = (await import(
      new URL('../es6/src/data/trie.js', `file://${require.resolve('tldts')}`).href
    )) as {
      edgeStart: ArrayLike<number>; edgeLength: ArrayLike<number>; edgeChild: ArrayLike<number>
      nodeFlags: ArrayLike<number>; labelText: string; rulesRoot: number
    } // prettier-ignore
    const offsets: number[] = [0]
    for (let edge = 0; edge < trie.edgeLength.length; edge++)
      offsets.push(offsets[edge]! + trie.edgeLength[edge]!)
    const children = (node: number): { label: string; child: number }[] => {
      const found = []
      for (let edge = trie.edgeStart[node]!; edge < trie.edgeStart[node + 1]!; edge++) {
        const label = trie.labelText.slice(offsets[edge], offsets[edge + 1])
        found.push({ label, child: trie.edgeChild[edge]! })
      }
      return found
    }
    const ICANN = 1
    /** Labels of the longest suffix below; 0: there is none. */
    const depth = (node: number): number =>
      Math.max(0, ...children(node).map(({ child }) => {
        const below = depth(child)
        return below > 0 || (trie.nodeFlags[child]! & ICANN) !== 0 ? below + 1 : 0
      })) // prettier-ignore
    const tlds = children(trie.rulesRoot).map(({ label, child }) => ({ label, labels: depth(child) + 1 }))
    const labelsOf = (wanted: RegExp, isWanted: (labels: number) => boolean): string[] =>
      tlds
        .filter(({ label, labels }) => wanted.test(label) && isWanted(labels))
        .map(({ label }) => label)
        .toSorted()
    expect(labelsOf(/^(?!xn--)[a-z]{3,}$/, (labels) => labels > 1)).toEqual([...LONG_TLDS_WITH_SUFFIXES])
    for (const count of [1, 3, 4] as const)
      expect(labelsOf(/^[a-z]{2}$/, (labels) => labels === count)).toEqual(SUFFIX_LABELS[count].split(' '))
    expect(labelsOf(/^[a-z]{2}$/, (labels) => labels > 4)).toEqual([])
  })
})

describe('which addresses a list may hold', () => {
  it.each([
    ['10.1.2.3', 'reserved-address'],
    ['192.168.0.0/24', 'reserved-address'],
    ['127.0.0.1', 'reserved-address'],
    ['224.0.0.1', 'reserved-address'],
    ['255.255.255.255', 'reserved-address'],
    ['100.64.0.1', 'reserved-address'],
    ['169.254.1.1', 'reserved-address'],
    ['::1', 'reserved-address'],
    ['fe80::2', 'reserved-address'],
    ['fd12::/48', 'reserved-address'],
    ['ff02::1', 'reserved-address'],
    ['10.10.10.10', 'sinkhole'],
    ['fd00:10::10', 'sinkhole'],
    ['203.0.113.7', 'own-address'],
    ['203.0.113.0/29', 'own-address'],
    ['203.0.113.9', 'upstream'],
    ['2606:4700::/32', 'upstream'],
    ['8.0.0.0/11', 'too-wide'],
    ['2606::/31', 'too-wide'],
    ['8.0.0.0/12', null],
    ['203.0.113.8', null],
    ['192.0.2.1', null],
    ['2001:db8::1', null],
    ['2606:4701::/32', null],
    ['::ffff:10.0.0.1', 'reserved-address'],
  ])('%s: %s', (text, reason) => {
    expect(guards.addressReason(parsePrefix(text)!)).toBe(reason)
  })
})
