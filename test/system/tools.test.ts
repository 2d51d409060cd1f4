/** What the tools of BIND, Knot and NLnet Labs say of our answers: three readers that are not ours. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Lab, SERVER, SERVER6 } from '../support/lab.ts'

let lab: Lab

beforeAll(async () => {
  lab = await Lab.open()
  await lab.start(
    `
sinkhole: { ipv4: 10.99.0.53, ipv6: "fd99::53", ttl: 60s }
server: { id: ward-7, version: thanhloc, nsid: true }
lists:
  - { id: bad, path: bad.txt }
  - { id: gone, path: gone.txt, action: nxdomain }
`,
    { 'bad.txt': 'evil.vn\n', 'gone.txt': 'gone.vn\n' },
  )
})
afterAll(() => lab.close())

describe('dig', () => {
  const dig = (...words: string[]): string => lab.client('dig', `@${SERVER}`, '+tries=1', '+time=3', ...words)

  it.each([
    ['UDP', []],
    ['TCP', ['+tcp']],
    ['no EDNS', ['+noedns']],
    ['small EDNS', ['+bufsize=512']],
    ['DNSSEC', ['+dnssec']],
    ['a cookie and client subnet', ['+cookie', '+subnet=10.1.2.0/24']],
    ['an unknown option', ['+ednsopt=65001:00ff']],
    ['an unknown flag', ['+ednsflags=0x40']],
  ])('a clean name over %s', (_, options) => {
    const said = dig('www.clean.vn', 'A', ...options)
    expect(said).toContain('status: NOERROR')
    expect(said).toMatch(/flags: qr rd ra;/)
    expect(said).toMatch(/^www\.clean\.vn\.\s+300\s+IN\s+CNAME\s+clean\.vn\.$/m)
    expect(said).toMatch(/^clean\.vn\.\s+300\s+IN\s+A\s+192\.0\.2\.1$/m)
    expect(said).not.toMatch(/warning|malformed|mismatch|extra bytes|recursion requested but/i)
    if (options[0] === '+noedns') expect(said).not.toContain('OPT PSEUDOSECTION')
    else expect(said).toMatch(/EDNS: version: 0, flags:.*; udp: 1232/)
  })

  it('DO is told back with DNSSEC, and only then', () => {
    expect(dig('clean.vn', '+dnssec')).toContain('flags: do; udp: 1232')
    expect(dig('clean.vn')).toContain('flags:; udp: 1232')
  })

  it.each([
    ['A', /IN\s+A\s+10\.99\.0\.53$/m],
    ['AAAA', /IN\s+AAAA\s+fd99::53$/m],
  ])('a listed name, %s', (type, record) => {
    const said = dig('Host.EVIL.vn', type)
    expect(said).toContain('status: NOERROR')
    expect(said).toMatch(record)
    expect(said).toMatch(/^Host\.EVIL\.vn\.\s+60\s/m)
    expect(said).toMatch(/EDE: 15 \(Blocked\)/)
    expect(said).toMatch(/EDE: 4 \(Forged Answer\)/)
  })

  it('a listed name of another type has no data; one of another list does not exist', () => {
    const nodata = dig('evil.vn', 'MX')
    expect(nodata).toContain('status: NOERROR')
    expect(nodata).toContain('ANSWER: 0, AUTHORITY: 1')
    expect(nodata).toMatch(/^evil\.vn\.\s+60\s+IN\s+SOA\s+thanhloc\.invalid\./m)
    expect(dig('www.gone.vn')).toContain('status: NXDOMAIN')
  })

  it('ANY gets the one record of RFC 8482, CHAOS our name, NSID our id', () => {
    expect(dig('evil.vn', 'ANY', '+notcp')).toContain('status: NOERROR')
    expect(dig('clean.vn', 'ANY', '+notcp')).toMatch(/^clean\.vn\.\s+\d+\s+IN\s+HINFO\s+"RFC8482" ""$/m)
    expect(dig('version.bind', 'TXT', 'CH', '+short').trim()).toBe('"thanhloc"')
    expect(dig('id.server', 'TXT', 'CH', '+short').trim()).toBe('"ward-7"')
    expect(dig('clean.vn', '+nsid')).toContain('("ward-7")')
  })

  it('what does not fit is cut off, and had whole over TCP', () => {
    const cut = dig('large.vn', 'TXT', '+ignore')
    expect(cut).toMatch(/flags: qr tc rd ra;/)
    expect(cut).toContain('ANSWER: 0')
    const whole = dig('large.vn', 'TXT')
    expect(whole).toContain('Truncated, retrying in TCP mode')
    expect(whole).toContain('ANSWER: 20')
  })

  it('an unknown EDNS version, opcode and class are answered as RFC 8906 wants', () => {
    expect(dig('clean.vn', '+edns=1', '+noednsnegotiation')).toContain('status: BADVERS')
    expect(dig('clean.vn', '+opcode=NOTIFY')).toContain('status: NOTIMP')
    expect(dig('clean.vn', '+header-only')).toContain('status: FORMERR')
    expect(dig('clean.vn', 'AXFR')).toMatch(/Transfer failed|REFUSED/)
  })

  it('many queries on one TCP connection', () => {
    const said = dig('+tcp', '+keepopen', '+short', 'clean.vn', 'evil.vn', 'clean.vn', 'evil.vn')
    expect(said.trim().split('\n')).toEqual(['192.0.2.1', '10.99.0.53', '192.0.2.1', '10.99.0.53'])
  })

  it('asked over IPv6', () => {
    expect(lab.client('dig', `@${SERVER6}`, 'evil.vn', '+short').trim()).toBe('10.99.0.53')
    expect(lab.client('dig', `@${SERVER6}`, 'clean.vn', '+short', '+tcp').trim()).toBe('192.0.2.1')
    expect(lab.inside('dig', '@::1', 'clean.vn', '+short').trim()).toBe('192.0.2.1')
  })
})

describe('kdig', () => {
  const kdig = (...words: string[]): string => lab.client('kdig', `@${SERVER}`, '+retry=0', ...words)

  it.each([
    ['UDP', []],
    ['TCP', ['+tcp']],
    ['DNSSEC', ['+dnssec']],
    ['padding', ['+padding=128']],
  ])('a clean and a listed name over %s', (_, options) => {
    const clean = kdig('clean.vn', 'A', ...options)
    expect(clean).toMatch(/status: NOERROR/)
    expect(clean).toMatch(/^clean\.vn\.\s+\d+\s+IN\s+A\s+192\.0\.2\.1$/m)
    const listed = kdig('evil.vn', 'A', ...options)
    expect(listed).toMatch(/^evil\.vn\.\s+60\s+IN\s+A\s+10\.99\.0\.53$/m)
    for (const said of [clean, listed]) expect(said).not.toMatch(/WARNING|ERROR: /)
  })

  it('ANY and CHAOS', () => {
    expect(kdig('clean.vn', 'ANY')).toContain('RFC8482')
    expect(kdig('version.bind', 'TXT', 'CH', '+short').trim()).toBe('"thanhloc"')
  })
})

describe('drill', () => {
  const drill = (...words: string[]): string => lab.client('drill', ...words, `@${SERVER}`)

  it.each([
    ['UDP', []],
    ['TCP', ['-t']],
    ['DNSSEC', ['-D']],
  ])('a clean and a listed name over %s', (_, options) => {
    const clean = drill(...options, 'clean.vn')
    expect(clean).toMatch(/rcode: NOERROR/)
    expect(clean).toMatch(/^clean\.vn\.\s+\d+\s+IN\s+A\s+192\.0\.2\.1$/m)
    expect(drill(...options, 'evil.vn')).toMatch(/^evil\.vn\.\s+60\s+IN\s+A\s+10\.99\.0\.53$/m)
  })

  it('a name that does not exist, ANY, and CHAOS', () => {
    expect(drill('nowhere.vn')).toMatch(/rcode: NXDOMAIN/)
    expect(drill('clean.vn', 'ANY')).toMatch(/HINFO\s+"RFC8482" ""/)
    expect(drill('version.bind', 'TXT', 'CH')).toMatch(/CH\s+TXT\s+"thanhloc"/)
  })
})
