import { describe, expect, it } from 'vitest'
import { describeSettings } from '../../../src/config/describe.ts'
import { errorsFrom, settingsFrom } from './settings-from.ts'

const KEY = 'RWQbqYMiQevQ2bJy4Oh1mUd7Np8YGr+z/b4VJmjiC114dPO2XAVRhJYB'
const feed = (keys: string): string => `lists: [ { id: a, feed: { ${keys} } } ]`

describe('feeds', () => {
  it('lie in the data directory, with everything filled in', () => {
    expect(settingsFrom(feed('url: "https://a.vn/x", every: 5m')).lists[0]!.maxAgeMs).toBe(86_400_000)
    const [list] = settingsFrom(`store: { path: data }\n${feed('url: "https://Lists.VN/hosts.txt#top"')}`).lists
    expect(list!.path).toBe('/srv/data/feeds/a')
    expect(list!.maxAgeMs).toBe(3 * 86_400_000)
    expect(list!.feed).toEqual({
      url: 'https://lists.vn/hosts.txt', everyMs: 86_400_000, timeoutMs: 300_000, maxBytes: 100 << 20, addresses: [], proxy: null,
      proxyPasswordFile: null, tokenFile: null, caFile: null, allowHttp: false, sha256: null, signature: null,
      leastPercent: 50, mostPercent: 500,
    })
  }) // prettier-ignore

  it('are read as they are written, and written as they are read', () => {
    const text = feed(
      `url: "https://so.vn:8053/api/v1/enforced/rpz?x=1", every: 10m, timeout: 30s, maxSize: 5MB, proxy: "10.0.0.1:3128", proxyPasswordFile: p, tokenFile: t, caFile: c.pem, sha256: "https://so.vn/sums", signature: { key: "${KEY}" }, leastPercent: 0, mostPercent: 100`,
    )
    const settings = settingsFrom(text)
    expect(settings.lists[0]!.feed).toMatchObject({
      proxy: { address: '10.0.0.1', port: 3128 },
      tokenFile: '/srv/t',
      signature: { key: KEY, url: 'https://so.vn:8053/api/v1/enforced/rpz.minisig?x=1' },
    })
    expect(settingsFrom(describeSettings(settings))).toEqual(settings)
  })

  it('may be in the clear from this machine, with a signature, or by leave', () => {
    for (const keys of ['url: "http://127.0.0.1/x"', 'url: "http://localhost/x"', 'url: "http://a.vn/x", allowHttp: true', `url: "http://a.vn/x", signature: { key: "${KEY}" }`])
      expect(errorsFrom(feed(keys))).toEqual([])
  }) // prettier-ignore

  it.each([
    ['lists: [ { id: a } ]', 'list a: name where it comes from'],
    ['lists: [ { id: a, path: x, feed: { url: "https://a.vn/x" } } ]', 'leave one of them out'],
    [feed(''), 'lacks `url`'],
    [feed('url: hosts.txt'), '`url` is not one of https'],
    [feed('url: "ftp://a.vn/x"'), '`url` is not one of https'],
    [feed('url: "http://a.vn/x"'), '`url` is plain http'],
    [feed('url: "https://me:secret@a.vn/x"'), 'holds a user or a password'],
    [feed('url: "https://a.vn/x", token: secret'), 'a secret does not belong'],
    [feed('url: "https://a.vn:0/x"'), 'port 0'],
    [feed('url: "https://a.vn/x", every: 1s'), 'less than 1m'],
    [feed('url: "https://a.vn/x", maxSize: 2GB'), 'more than 1GB'],
    [feed('url: "https://a.vn/x", sha256: "http://a.vn/sum"'), '`sha256` is plain http'],
    [feed('url: "https://a.vn/x", signature: { key: abc }'), 'no public key of minisign'],
    [
      feed(`url: "https://a.vn/x", signature: { key: "${KEY}", url: x }`),
      '`signature.url` is not one of https',
    ],
    [feed('url: "https://a.vn/x", proxy: "proxy.vn:3128"'), 'not an IP address'],
    [feed('url: "https://a.vn/x", proxyPasswordFile: x'), 'is for a `proxy`'],
    [feed('url: "https://a.vn/x", proxy: "10.0.0.1:3128", addresses: ["10.0.0.2"]'), 'leave `addresses` out'],
    [feed('url: "https://10.0.0.1/x", addresses: ["10.0.0.2"]'), 'holds an address already'],
    [feed(`url: "http://a.vn/x", tokenFile: t, signature: { key: "${KEY}" }`), 'shows the token'],
  ])('refuses %s', (text, reason) => {
    expect(errorsFrom(text).join('\n')).toContain(reason)
    expect(errorsFrom(text)).toHaveLength(1)
  })
})
