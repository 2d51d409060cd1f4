import { describe, expect, it } from 'vitest'
import { read, readEvents } from '../reading.ts'

describe('plain domains', () => {
  it('reads names in any case, with comments, tabs, CRLF and a final dot', () => {
    const list =
      '# heading\r\nEvil.Example.VN\r\n\t a.test \t# why\r\n\r\n! note\r\n; note\r\nb.test.\r\nc_d-.test ! x\r\n'
    expect(read(list, 'domains')).toEqual([
      'subtree evil.example.vn',
      'subtree a.test',
      'subtree b.test',
      'subtree c_d-.test',
    ])
  })

  it('leaves a byte order mark out and needs no last line feed', () => {
    expect(readEvents('\ufeffa.test\nb.test', 'domains')).toEqual(['1 subtree a.test', '2 subtree b.test'])
  })

  it('covers the name alone where the list says so', () => {
    expect(read('a.test', 'domains', { match: 'exact' })).toEqual(['exact a.test'])
  })

  it('takes *.x as what is below x', () => {
    expect(read('*.a.test\na.test', 'domains')).toEqual(['below a.test', 'subtree a.test'])
  })

  it.each(['a.*.test', '*a.test', '*.admicro*.vcmedia.vn', '*.*.test', '*'])(
    'refuses the asterisk in %s',
    (text) => {
      expect(read(text, 'domains')).toEqual(['refused wildcard'])
    },
  )

  it.each([
    ['cốccốc.vn', 'subtree xn--cccc-0x5ac.vn'],
    ['cốccốc.vn'.normalize('NFD'), 'subtree xn--cccc-0x5ac.vn'],
    ['XN--CCCC-0X5AC.vn', 'subtree xn--cccc-0x5ac.vn'],
    ['faß.de', 'subtree xn--fa-hia.de'],
    ['ＡＢＣ。vn', 'subtree abc.vn'],
    ['evil.test\u200e', 'subtree evil.test'],
    ['\u00a0evil.test\u200b ', 'subtree evil.test'],
  ])('reads the internationalised %s', (text, entry) => {
    expect(read(text, 'domains')).toEqual([entry])
  })

  it.each(['xn--a.vn', 'xn--0.vn', 'xn--abc-.com', 'xn--99zzzzzz.vn', 'a\u200eb.test'])(
    'refuses %s',
    (text) => {
      expect(read(text, 'domains')).toEqual(['refused bad-idn'])
    },
  )

  it.each([
    ['http://a.test', 'subtree a.test'],
    ['https://A.test/', 'subtree a.test'],
    ['a.test/', 'subtree a.test'],
    ['http://a.test/x.php', 'skipped url'],
    ['http://a.test/?q', 'skipped url'],
    ['http://a.test#x', 'skipped url'],
    ['http://a.test:8080', 'skipped port'],
    ['http://user@a.test', 'subtree a.test'],
    ['http://192.0.2.1', 'skipped address-url'],
    ['http://[2001:db8::1]/', 'skipped address-url'],
    ['a.test/x', 'skipped path'],
    ['a.test:443/', 'skipped path'],
    ['/x.php', 'skipped path'],
    ['*://*.a.test/*', 'skipped path'],
    ['192.0.2.1:443', 'skipped port'],
    ['a.test:443', 'skipped port'],
    ['[2001:db8::1]:443', 'skipped port'],
    ['952c16674bde3c16aa3935b3e01f3f0fb4cbac7ffa130143cbf6ccaa72733068', 'skipped hash'],
    ['192.0.2.1', 'address 192.0.2.1'],
    ['192.0.2.77/24', 'address 192.0.2.0/24'],
    ['2001:DB8::1', 'address 2001:db8::1'],
  ])('never cuts %s to a host name', (text, event) => {
    expect(read(text, 'domains')).toEqual([event])
  })

  it.each([
    'a..test',
    '.a.test',
    'a b.test',
    'a@b.test',
    '192.0.2.300',
    '1.2.3',
    '{',
    `${'a'.repeat(64)}.test`,
    '..',
  ])('refuses %s', (text) => {
    expect(read(text, 'domains')).toEqual(['refused not-a-name'])
  })

  it('refuses names over 253 characters', () => {
    const label = 'a'.repeat(62)
    const longest = `${label}.${label}.${label}.${'b'.repeat(59)}.vn`
    expect(longest).toHaveLength(251)
    expect(
      read(`${longest}\nc.${longest}\ncc.${longest}`, 'domains').map((event) => event.slice(0, 7)),
    ).toEqual(['subtree', 'subtree', 'refused'])
  })

  it('counts lines over 4 KB and goes on behind them', () => {
    const list = `a.test\n${'x'.repeat(5000)}\nb.test\n`
    for (const chunkBytes of [7, 4096, 1 << 20]) {
      expect(readEvents(list, 'domains', { chunkBytes })).toEqual([
        '1 subtree a.test',
        '2 refused too-long',
        '3 subtree b.test',
      ])
    }
  })

  it('calls what is no UTF-8 junk', () => {
    expect(read(Uint8Array.from([0x61, 0xff, 0x2e, 0x76, 0x6e, 0x0a]), 'domains')).toEqual(['refused junk'])
  })
})
