import { describe, expect, it } from 'vitest'
import { classify } from '../../../src/indicators/classify.ts'

const read = (word: string): string => {
  const reading = classify(word)
  if (reading === null) return 'nothing'
  const { kind, value, refusal, doubts } = reading
  return refusal === null ? [kind, value, ...doubts].join(' ') : `refused ${refusal}`
}

describe('a word', () => {
  it.each([
    ['evil.com', 'host evil.com'],
    ['EVIL.Com.', 'host evil.com'],
    ['_dmarc.evil.com', 'host _dmarc.evil.com'],
    ['cốccốc.vn', 'host xn--cccc-0x5ac.vn'],
    ['cốccốc.vn'.normalize('NFD'), 'host xn--cccc-0x5ac.vn'],
    ['xn--cccc-0x5ac.vn', 'host xn--cccc-0x5ac.vn'],
    ['*.evil.com', 'host evil.com'],
    ['*://*.evil.com/*', 'host evil.com'],
    ['c2.test', 'host c2.test'],
    ['http://evil.com', 'host evil.com'],
    ['https://evil.com/', 'host evil.com'],
    ['https://evil.com:443/', 'host evil.com'],
    ['evil.com/', 'host evil.com'],
    ['evil.com:8080', 'host-port evil.com:8080 with-port'],
    ['http://evil.com:8080/', 'host-port evil.com:8080 with-port'],
    ['http://evil.com/x', 'url http://evil.com/x url-with-path'],
    ['evil.com/x', 'url evil.com/x url-with-path'],
    ['http://evil.com?q=1', 'url http://evil.com?q=1 url-with-path'],
    ['http://a:b@evil.com/', 'url http://a:b@evil.com/ url-with-path'],
    ['http://203.0.113.5/x', 'url http://203.0.113.5/x url-with-path'],
    ['203.0.113.5', 'ip 203.0.113.5'],
    ['http://203.0.113.5', 'ip 203.0.113.5'],
    ['203.0.113.5/32', 'ip 203.0.113.5'],
    ['203.0.113.5/24', 'cidr 203.0.113.0/24'],
    ['203.0.113.5:443', 'ip-port 203.0.113.5:443 with-port'],
    ['203.0.113.5-203.0.113.9', 'cidr 203.0.113.5-203.0.113.9 address-range'],
    ['2001:DB8::5', 'ip 2001:db8::5'],
    ['[2001:db8::5]:443', 'ip-port [2001:db8::5]:443 with-port'],
    ['http://[2001:db8::5]:8080/x', 'url http://[2001:db8::5]:8080/x url-with-path with-port'],
    ['::ffff:203.0.113.5', 'ip 203.0.113.5'],
    ['printer.local', 'host printer.local local-name'],
    ['раypal.com', 'host xn--ypal-43d9g.com mixed-script'],
    ['payload.zip', 'host payload.zip file-or-host'],
    ['invoice.pdf.zip', 'host invoice.pdf.zip file-or-host'],
    ['ASP.NET', 'host asp.net product-name'],
  ])('%s is %s', (word, expected) => expect(read(word)).toBe(expected))

  it.each([
    ['44d88612fea8a8f36de82e1278abb02f', 'hash'],
    ['E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855', 'hash'],
    ['user@evil.com', 'email'],
    ['invoice.doc', 'file-name'],
    ['svchost.exe', 'file-name'],
    ['C:\\Windows\\Temp\\x.dll', 'file-path'],
    ['%APPDATA%\\x.exe', 'file-path'],
    ['HKLM\\Software\\Run', 'file-path'],
    ['/gate.php', 'path-only'],
    ['v1.2.3', 'version'],
    ['10.0.19041-rc1', 'version'],
    ['23.8.2022', 'date'],
    ['26/8/2022', 'date'],
    ['1298/CATTT-NCSC', 'document-number'],
    ['331/2026/NĐ-CP', 'document-number'],
    ['TP.HCM', 'abbreviation'],
    ['PGS.TS', 'abbreviation'],
    ['1.2', 'number'],
    ['12.345.678', 'number'],
    ['999.1.1.1', 'bad-address'],
    ['01.2.3.4', 'bad-address'],
    ['203.0.113.5:99999', 'bad-address'],
    ['aa:bb:cc:dd:ee:ff', 'hardware-address'],
    ['a..b.com', 'bad-name'],
    ['evil.nosuchtld', 'unknown-tld'],
    ['xn--0.com', 'bad-idn'],
    ['x.onion', 'not-in-dns'],
    ['*.a*.evil.com', 'wildcard-inside'],
    [`${'a'.repeat(64)}.com`, 'bad-name'],
    [`http://evil.com/${'a'.repeat(5000)}`, 'too-long'],
  ])('%s is refused as %s', (word, refusal) => expect(read(word)).toBe(`refused ${refusal}`))

  it.each(['evil', '10:30:00', 'và/hoặc', 'Win32/Agent', '...', '1.', 'a@b', ''])('%s is nothing', (word) =>
    expect(read(word)).toBe('nothing'),
  )

  it('a name of look-alike letters is told with the Latin one', () => {
    expect(classify('раypal.com')?.readings).toEqual(['xn--ypal-43d9g.com', 'paypal.com'])
  })

  it('what a name covers is told by its asterisk', () => {
    expect(classify('*.evil.com')?.scope).toBe('below')
    expect(classify('evil.com')?.scope).toBe('subtree')
  })
})
