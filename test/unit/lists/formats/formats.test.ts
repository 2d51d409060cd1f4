import { describe, expect, it } from 'vitest'
import { read } from '../reading.ts'

describe('hosts', () => {
  it('takes every name behind an address', () => {
    const list = '0.0.0.0 a.test b.test # c.test\n::1\tB.test\nfe80::1%lo0 d.test\n127.0.0.1\te.test\r\n'
    expect(read(list, 'hosts')).toEqual([
      'subtree a.test',
      'subtree b.test',
      'subtree b.test',
      'subtree d.test',
      'subtree e.test',
    ])
  })

  it('says what is not a hosts line', () => {
    expect(read('0.0.0.0\n0.0.0.0 0.0.0.0\nfoo bar.test\na.test\n', 'hosts')).toEqual([
      'refused not-a-name',
      'refused not-a-name',
      'refused not-an-address',
      'subtree a.test',
    ])
  })

  it('reads names in other letters', () => {
    expect(read('0.0.0.0 shopgcaothụ.vn', 'hosts')).toEqual(['subtree xn--shopgcaoth-043e.vn'])
  })
})

describe('adblock', () => {
  it('takes plain host rules and exceptions to them', () => {
    const list =
      '[Adblock Plus 2.0]\n! c\n||A.test^\n@@||b.a.test^\n||c.test^$important\n||d.test^$all,document\n||*.e.test^\n||f.test^|\n# note\n'
    expect(read(list, 'adblock')).toEqual([
      'subtree a.test',
      'subtree b.a.test except',
      'subtree c.test',
      'subtree d.test',
      'below e.test',
      'subtree f.test',
    ])
  })

  it.each([
    ['||a.test^$third-party', 'skipped filter'],
    ['@@||a.test^$websocket', 'skipped filter'],
    ['||a.test/x^', 'skipped filter'],
    ['||a.test', 'skipped filter'],
    ['a.test', 'skipped filter'],
    ['##.advert', 'skipped filter'],
    ['a.test##.advert', 'skipped filter'],
    ['#@#.x', 'skipped filter'],
    ['/regex/', 'skipped filter'],
    ['|http://a.test|', 'skipped filter'],
    ['$removeparam=x', 'skipped filter'],
    ['||192.0.2.1^', 'skipped address-url'],
    ['||a*b.test^', 'refused wildcard'],
    ['||xn--a.vn^', 'refused bad-idn'],
  ])('leaves %s to browsers', (rule, event) => {
    expect(read(rule, 'adblock')).toEqual([event])
  })
})

describe('dnsmasq', () => {
  it('takes names to be answered locally, whatever the address', () => {
    const list =
      '# c\naddress=/a.test/b.test/0.0.0.0\nlocal=/c.test/\nserver=/d.test/\naddress=/e.test/\naddress=/f.test/# \nserver=/ok.a.test/#\naddress=/.g.test/::\n'
    expect(read(list, 'dnsmasq')).toEqual([
      'subtree a.test',
      'subtree b.test',
      'subtree c.test',
      'subtree d.test',
      'subtree e.test',
      'subtree f.test',
      'subtree ok.a.test except',
      'subtree g.test',
    ])
  })

  it('sets up no forward zone and does not block everything', () => {
    const list = 'server=/a.test/192.0.2.1\naddress=/#/0.0.0.0\nno-resolv\naddress=/a.*.test/0.0.0.0\n'
    expect(read(list, 'dnsmasq')).toEqual([
      'refused not-yet',
      'refused wildcard',
      'refused not-yet',
      'refused wildcard',
    ])
  })
})

describe('unbound', () => {
  it('takes zones with all under them and data for the name alone', () => {
    const list =
      'server:\nlocal-zone: "a.test" always_nxdomain\n  local-zone: "b.test." redirect # c\nlocal-data: "b.test. A 0.0.0.0"\nlocal-data: \'c.test 60 IN AAAA ::\'\nlocal-zone: ok.a.test always_transparent\n'
    expect(read(list, 'unbound')).toEqual([
      'subtree a.test',
      'subtree b.test',
      'exact b.test',
      'exact c.test',
      'subtree ok.a.test except',
    ])
  })

  it('counts what it does not enforce', () => {
    const list = 'local-zone: "a.test" block_a\nlocal-data: "a.test TXT x"\nforward-zone:\n'
    expect(read(list, 'unbound')).toEqual(['refused not-yet', 'refused not-yet', 'refused not-yet'])
  })
})

describe('wildcard', () => {
  it('takes *.x, +.x and .x as x and all under it, =x as x alone', () => {
    expect(read('*.a.test\n+.b.test\n.c.test\n=d.test\ne.test # c\n*.cốccốc.vn\n', 'wildcard')).toEqual([
      'subtree a.test',
      'subtree b.test',
      'subtree c.test',
      'exact d.test',
      'subtree e.test',
      'subtree xn--cccc-0x5ac.vn',
    ])
  })

  it.each(['*.a*.test', '*.*.test', '*a.test', 'a.*.test', '*'])('refuses %s', (text) => {
    expect(read(text, 'wildcard')).toEqual(['refused wildcard'])
  })
})

describe('addresses', () => {
  it('takes addresses and prefixes, first column', () => {
    const list =
      '# c\n192.0.2.1\n192.0.2.130/25 ; SBL1\n2001:db8:1::/48\n::ffff:192.0.2.2\n::ffff:192.0.2.0/120\n192.0.2.3\t7\n192.0.2.4,x\n'
    expect(read(list, 'addresses')).toEqual([
      'address 192.0.2.1',
      'address 192.0.2.128/25',
      'address 2001:db8:1::/48',
      'address 192.0.2.2',
      'address 192.0.2.0/24',
      'address 192.0.2.3',
      'address 192.0.2.4',
    ])
  })

  it('says what is none', () => {
    const list =
      '192.0.2.1:443\n192.0.2.01\n192.0.2.0/33\na.test\n192.0.2.1/\n[2001:db8::1]:53\nfe80::1%eth0\n'
    expect(read(list, 'addresses')).toEqual([
      'skipped port',
      'refused not-an-address',
      'refused not-an-address',
      'refused not-an-address',
      'refused not-an-address',
      'skipped port',
      'refused not-an-address',
    ])
  })
})
