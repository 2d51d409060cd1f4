import { describe, expect, it } from 'vitest'
import { guardsOf, hostOf } from '../../../src/indicators/guards.ts'
import { headingOf, isFileType } from '../../../src/indicators/headings.ts'

describe('guards', () => {
  it.each([
    ['host', 'gov.vn', 'government'],
    ['host', 'a.b.gov.vn', 'government'],
    ['host', 'ubnd.dcs.vn', 'government'],
    ['host', 'com.vn', 'public-suffix'],
    ['host', 'weebly.com', 'public-suffix'],
    ['host', 'dns.google', 'resolver'],
    ['host', 'x.windowsupdate.com', 'update'],
    ['host', 'microsoft.com', 'update'],
    ['host', 'ocsp.digicert.com', 'certificate'],
    ['host', '2.asia.pool.ntp.org', 'time'],
    ['host', 'www.facebook.com', 'popular'],
    ['host', 'zalo.me', 'popular'],
    ['host', 'www.vietcombank.com.vn', 'popular'],
    ['host', 'chinhphu.vn', 'popular'],
    ['url', 'https://ca.gov.vn/x', 'government'],
    ['host-port', 'dns.google:443', 'resolver'],
    ['ip', '192.168.1.1', 'reserved-address'],
    ['ip', '127.0.0.1', 'reserved-address'],
    ['ip', 'fe80::1', 'reserved-address'],
    ['ip-port', '1.1.1.1:443', 'resolver'],
    ['ip-port', '[fe80::1]:80', 'reserved-address'],
    ['url', 'http://10.0.0.1/x', 'reserved-address'],
    ['cidr', '45.0.0.0/8', 'too-wide'],
    ['cidr', '10.0.0.0/24', 'reserved-address'],
  ] as const)('%s %s is held: %s', (kind, value, reason) => expect(guardsOf(kind, value)).toContain(reason))

  it.each([
    ['host', 'evil.com'],
    ['host', 'agov.vn'],
    ['host', 'evil.com.vn'],
    ['host', 'x.weebly.com'],
    ['ip', '203.0.113.5'],
    ['cidr', '203.0.113.0/24'],
    ['hash', '44d88612fea8a8f36de82e1278abb02f'],
  ] as const)('%s %s is not', (kind, value) => expect(guardsOf(kind, value)).toEqual([]))

  it('a name above a popular one would take it along', () => {
    expect(guardsOf('host', 'google.com')).toContain('popular')
  })

  it.each([
    ['https://u:p@Evil.com:80/x', 'evil.com'],
    ['evil.com/x', 'evil.com'],
    ['[2001:db8::1]:443', '2001:db8::1'],
  ])('the host of %s', (value, host) => expect(hostOf(value)).toBe(host))
})

describe('headings', () => {
  it.each([
    ['STT', 'index'],
    ['TT', 'index'],
    ['#', 'index'],
    ['Tên miền', 'indicator'],
    ['Tên miền độc hại'.normalize('NFD'), 'indicator'],
    ['Địa chỉ IP/Domain/URL', 'indicator'],
    ['IoC', 'indicator'],
    ['Máy chủ C&C', 'indicator'],
    ['Website giả mạo', 'indicator'],
    ['Trang bị giả mạo', 'reference'],
    ['Website vi phạm pháp luật', 'indicator'],
    ['Domain hợp lệ', 'reference'],
    ['Tên miền an toàn', 'reference'],
    ['Tên miền không an toàn', 'indicator'],
    ['Whitelist', 'reference'],
    ['Tên miền bị tấn công', 'victim'],
    ['IP mạng nội bộ', 'victim'],
    ['to_ids', 'mark'],
    ['Website', 'reference'],
    ['Nguồn', 'reference'],
    ['IP máy bị nhiễm', 'victim'],
    ['Mã băm (MD5)', 'hash'],
    ['Tên tệp tin', 'file'],
    ['Ghi chú', 'note'],
    ['Ngày phát hiện', 'number'],
    ['Loại', 'type'],
    ['Địa chỉ', null],
    ['', null],
  ])('%s: %s', (text, heading) => expect(headingOf(text)).toBe(heading))

  it('a type of files is told from one of names', () => {
    expect(isFileType('filename')).toBe(true)
    expect(isFileType('Tên tệp')).toBe(true)
    expect(isFileType('hostname')).toBe(false)
  })
})
