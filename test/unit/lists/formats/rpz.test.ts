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
    'a.test CNAME rpz-drop.',
    'a.test CNAME rpz-tcp-only.',
    'a.test CNAME garden.example.',
    'a.test CNAME rpz-passthru',
    'a.test MX 10 b.test.',
    'a.test TXT "x ; y" z',
    '32.1.2.0.192.rpz-ip CNAME .',
    'ns.test.rpz-nsdname CNAME .',
    '$INCLUDE other.zone',
    '$GENERATE 1-2 a$.test CNAME .',
  ])('counts %s as not yet', (record) => {
    expect(read(`${HEAD}${record}\n`, 'rpz')).toEqual(['refused not-yet'])
  })

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
