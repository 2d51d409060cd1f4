import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { detectFormat } from '../../../../src/lists/formats/detect.ts'

const fixture = (name: string): Uint8Array =>
  readFileSync(new URL(`../../../fixtures/lists/${name}`, import.meta.url))

describe('detectFormat', () => {
  it.each([
    ['hostsvn.hosts.txt', 'hosts'],
    ['hostsvn.dnscrypt.txt', 'wildcard'],
    ['hostsvn.domains.txt', 'domains'],
    ['hostsvn.adblock.txt', 'adblock'],
    ['hostsvn.dnsmasq.conf', 'dnsmasq'],
    ['chongluadao.urls.txt', 'domains'],
    ['chongluadao.ubo.txt', 'adblock'],
    ['oznu.rpz.zone', 'rpz'],
    ['oznu.dnsmasq.conf', 'dnsmasq'],
    ['nocoin.adblock.txt', 'adblock'],
    ['nocoin.hosts.txt', 'hosts'],
    ['maltrail.oceanlotus.txt', 'domains'],
    ['maltrail.asyncrat.txt', 'domains'],
    ['maltrail.cidr.txt', 'addresses'],
    ['ipsum.txt', 'addresses'],
    ['amnesty.domains.txt', 'domains'],
  ])('knows %s as %s', (name, format) => {
    expect(detectFormat(fixture(name))).toBe(format)
  })

  it.each([
    ['', 'domains'],
    ['# a comment\n', 'domains'],
    ['\ufeff0.0.0.0 a.test\r\n', 'hosts'],
    ['*.a.test\n', 'wildcard'],
    ['*.a.test\nb.test\n', 'domains'],
    ['local-zone: "a.test" always_nxdomain\n', 'unbound'],
    ['a.test CNAME .\n', 'rpz'],
    ['a.test A 192.0.2.1\n*.a.test A 192.0.2.1\n', 'rpz'],
    ['192.0.2.1\na.test\n', 'domains'],
    ['2001:db8::/32\n', 'addresses'],
  ])('knows %j as %s', (text, format) => {
    expect(detectFormat(Buffer.from(text))).toBe(format)
  })
})
