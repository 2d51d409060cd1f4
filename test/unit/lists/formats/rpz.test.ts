import { describe, expect, it } from 'vitest'
import { read, readEvents } from '../reading.ts'

const HEAD =
  '$TTL 60\n@ SOA localhost. root.localhost. ( 2 3H\n  1H 1W ; retry ( expire\n 1H )\n  NS localhost.\n'

describe('response policy zones', () => {
  it('knows the answers of QNAME triggers', () => {
    const zone = `${HEAD}a.test CNAME .\n*.a.test 60 IN CNAME .\nB.test IN 60 CNAME *.\nok.a.test CNAME rpz-passthru.\n`
    expect(read(zone, 'rpz')).toEqual([
      'exact a.test nxdomain',
      'below a.test nxdomain',
      'exact b.test nodata',
      'exact ok.a.test pass',
    ])
  })

  it('gathers the addresses of one owner, blank owners included, and tells errors by their line', () => {
    const zone = `${HEAD}a.test A 192.0.2.1\n  A 192.0.2.2\n\tAAAA 2001:db8::1\n*.a.test A 192.0.2.1\n`
    expect(readEvents(zone, 'rpz')).toEqual([
      '6 exact a.test 192.0.2.1 192.0.2.2 2001:db8::1',
      '9 below a.test 192.0.2.1',
    ])
  })

  it('takes owners relative to the zone, however that is named', () => {
    const zones = [
      '$ORIGIN rpz.example.\n@ SOA a. b. 1 2 3 4 5\na.test CNAME .\nb.test.rpz.example. CNAME .\n',
      'rpz.example. SOA a. b. 1 2 3 4 5\na.test.rpz.example. CNAME .\n$ORIGIN test.RPZ.example.\nb CNAME .\n',
      '@ SOA a. b. 1 2 3 4 5\nrpz.example. NS a.\na.test CNAME .\nb.test.rpz.example. CNAME .\n',
      '@ SOA a. b. 1 2 3 4 5\n$ORIGIN test\na CNAME .\nb CNAME .\n',
    ]
    for (const zone of zones)
      expect(read(zone, 'rpz')).toEqual(['exact a.test nxdomain', 'exact b.test nxdomain'])
  })

  it('refuses owners outside the zone', () => {
    expect(read('$ORIGIN rpz.example.\n@ SOA a. b. 1 2 3 4 5\na.test. CNAME .\n', 'rpz')).toEqual([
      'refused out-of-zone',
    ])
    expect(read('a.test. CNAME .\n', 'rpz')).toEqual(['refused out-of-zone'])
  })

  it.each([
    'a.test CNAME rpz-later.',
    'a.test DNAME b.test.',
    'a.test RRSIG A 8 2 60 20260101000000 20250101000000 1 b.test. AAAA',
    'a.test ANY x',
    'a.test HTTPS 1 . alpn=h2',
    'a.test TYPE65280 x',
    '$INCLUDE other.zone',
    '$GENERATE 1-2 a$.test CNAME .',
  ])('counts %s as not yet', (record) => {
    expect(read(`${HEAD}${record}\n`, 'rpz')).toEqual(['refused not-yet'])
  })

  it('takes an alias, with its star as it is, and other records', () => {
    const zone = `${HEAD}a.test CNAME garden.example.\n*.a.test 1h CNAME *.g.vn.\nb.test 5 MX 10 b.test.\n  TXT "x ; y" z\n  MX 10 b.test.\n`
    expect(read(zone, 'rpz')).toEqual([
      'exact a.test 5/60/0667617264656e076578616d706c6500',
      // No forged answer is kept for longer than five minutes.
      'below a.test 5/300/012a016702766e00',
      'exact b.test 15/5/000a0162047465737400 16/60/0578203b2079017a',
    ])
  })

  it('reads names in data as relative to the zone, where that is named', () => {
    expect(read(`$ORIGIN g.vn.\n@ SOA a. b. 1 2 3 4 5\na.test CNAME w\n`, 'rpz')).toEqual([
      'exact a.test 5/null/0177016702766e00',
    ])
    expect(read(`${HEAD}a.test CNAME w\n`, 'rpz')).toEqual(['refused not-a-name'])
  })

  it('keeps so many records of one owner as an answer should hold, and an alias alone', () => {
    const many = Array.from({ length: 17 }, (_, i) => `a.test TXT ${i}\n`).join('')
    expect(read(HEAD + many, 'rpz')).toEqual([expect.stringMatching(/^exact a.test( 16\S+){16}$/), 'refused too-long'].toReversed()) // prettier-ignore
    const large = Array.from({ length: 3 }, (_, i) => `a.test TYPE65280 \\# 1000 ${`0${i}`.repeat(1000)}\n`).join('') // prettier-ignore
    expect(read(HEAD + large, 'rpz')).toEqual(['refused too-long', expect.stringMatching(/^exact a.test( 65280\S+){2}$/)]) // prettier-ignore
    expect(read(`${HEAD}a.test CNAME b.test.\n  A 192.0.2.1\n`, 'rpz')).toEqual([
      'exact a.test 5/60/0162047465737400',
      'refused not-a-name',
    ])
    expect(read(`${HEAD}a.test A 192.0.2.1\n  CNAME b.test.\n`, 'rpz')).toEqual([
      'refused not-a-name',
      'exact a.test 192.0.2.1',
    ])
  })

  it('knows the answers that are none', () => {
    const zone = `${HEAD}a.test CNAME rpz-drop.\n*.a.test CNAME RPZ-TCP-Only.\n`
    expect(read(zone, 'rpz')).toEqual(['exact a.test drop', 'below a.test tcp-only'])
  })

  it('takes addresses of answers as triggers', () => {
    const zone = `${HEAD}32.1.2.0.192.rpz-ip CNAME .\n24.0.2.0.192.RPZ-IP CNAME rpz-passthru.\n48.zz.db8.2001.rpz-ip A 192.0.2.9\n`
    expect(read(zone, 'rpz')).toEqual([
      'address 192.0.2.1 nxdomain',
      'address 192.0.2.0/24 pass',
      'address 2001:db8::/48 192.0.2.9',
    ])
  })

  it('takes addresses of clients as triggers', () => {
    const zone = `${HEAD}24.0.1.168.192.rpz-client-ip CNAME rpz-passthru.\n128.1.zz.00fd.rpz-client-ip CNAME *.\n32.5.1.168.192.rpz-client-ip A 192.0.2.9\n`
    expect(read(zone, 'rpz')).toEqual([
      'client 192.168.1.0/24 pass',
      'client fd::1 nodata',
      'client 192.168.1.5 192.0.2.9',
    ])
  })

  it.each(['ns.test.rpz-nsdname', '32.1.2.0.192.rpz-nsip'])(
    'counts %s as what a forwarder cannot see',
    (owner) => {
      expect(read(`${HEAD}${owner} CNAME .\n`, 'rpz')).toEqual(['refused name-server'])
    },
  )

  it.each([
    '24.1.2.0.192.rpz-ip',
    '33.1.2.0.192.rpz-ip',
    '0.zz.rpz-ip',
    '32.1.2.0.rpz-ip',
    'rpz-ip',
    '32.300.2.0.192.rpz-ip',
  ])('refuses %s: no address, or a network with bits behind its prefix', (owner) =>
    expect(read(`${HEAD}${owner} CNAME .\n`, 'rpz')).toEqual(['refused not-an-address']),
  )

  it.each([
    ['* CNAME .', 'refused wildcard'],
    ['a.*.test CNAME .', 'refused wildcard'],
    ['a.test A 192.0.2.300', 'refused not-an-address'],
    ['a.test A 2001:db8::1', 'refused not-an-address'],
    ['a.test AAAA 192.0.2.1', 'refused not-an-address'],
    ['0.0.0.0 CNAME .', 'refused not-a-name'],
    ['a..test CNAME .', 'refused not-a-name'],
    ['a.test TXT "open', 'refused junk'],
    ['a.test CNAME . )', 'refused junk'],
    ['a.test ( CNAME', 'refused junk'],
    ['a.test', 'refused junk'],
    ['a\\.b.test CNAME .', 'exact a\\.b.test nxdomain'],
    ['*.a\\032b.Test CNAME .', 'below a\\032b.test nxdomain'],
    ['a.test ; c\n  CNAME .', 'refused junk exact a.test nxdomain'],
  ])('reads %s', (record, event) => {
    expect(read(`${HEAD}${record}\n`, 'rpz').join(' ')).toBe(event)
  })

  it('does not take a blank owner from before the file', () => {
    expect(read('  CNAME .\n', 'rpz')).toEqual(['refused junk'])
  })
})
