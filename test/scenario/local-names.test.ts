/** Names that are answered here and asked nowhere: own records, special-use names, canaries; and forward zones over them. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectAnswer, expectNegative, query, type Reply } from '../support/dns-client.ts'
import { FakeUpstream } from '../support/fake-upstream.ts'
import { TestServer } from '../support/server.ts'

const GENERAL = '198.51.100.99'
const DIRECTORY = '10.0.0.10'

let server: TestServer
let general: FakeUpstream
let directory: FakeUpstream

beforeAll(async () => {
  general = (await FakeUpstream.start()).answer('*', 'A', GENERAL).answer('*', 'PTR', 'leaked.vn')
  directory = (await FakeUpstream.start()).answer('*', 'A', DIRECTORY).answer('*', 'PTR', 'pc.so.tinh.local')
  const config = `workers: 1
upstreams: { servers: ["${general.text}"] }
forward:
  - zones: [so.tinh.local, 10.in-addr.arpa, d.f.ip6.arpa, lab.test, agency.vn, home.arpa]
    servers: ["${directory.text}"]
sinkhole: { ipv4: 192.0.2.99, ipv6: "2001:db8::99", ttl: 45s }
records:
  blocked.thanhloc.test: sinkhole
  printer.vn: 192.0.2.10
  both.vn: [192.0.2.11, 192.0.2.12, "2001:db8::11"]
  www.vn: { cname: both.vn, ttl: 1m }
  far.vn: { cname: far2.vn }
  far2.vn: { cname: www.elsewhere.com }
  loop-a.vn: { cname: loop-b.vn }
  loop-b.vn: { cname: loop-a.vn }
  10.2.0.192.in-addr.arpa: { ptr: printer.vn }
  texts.vn: { txt: ["one text", "another"], ttl: 2h }
  own.agency.vn: 192.0.2.20
  own.lab.test: 192.0.2.21
  use-application-dns.net.vn: 192.0.2.22
`
  server = await TestServer.start({ config })
})
afterAll(async () => {
  await server.stop()
  await general.stop()
  await directory.stop()
})

const ask = (name: string, type = 'A', tcp = false): Promise<Reply> =>
  query(name, type, { port: server.port, timeoutMs: 8_000, tcp })

describe('own records', () => {
  it.each([
    ['blocked.thanhloc.test', 'A', ['192.0.2.99']],
    ['blocked.thanhloc.test', 'AAAA', ['2001:db8::99']],
    ['printer.vn', 'A', ['192.0.2.10']],
    ['both.vn', 'A', ['192.0.2.11', '192.0.2.12']],
    ['both.vn', 'AAAA', ['2001:db8::11']],
    ['www.vn', 'A', ['192.0.2.11', '192.0.2.12']],
    ['www.vn', 'CNAME', ['both.vn']],
    ['10.2.0.192.in-addr.arpa', 'PTR', ['printer.vn']],
    ['texts.vn', 'TXT', ['one text', 'another']],
    ['own.agency.vn', 'A', ['192.0.2.20']],
    ['own.lab.test', 'A', ['192.0.2.21']],
  ])('%s %s', async (name, type, data) => {
    for (const spelled of [name, name.toUpperCase()]) {
      const reply = await ask(spelled, type)
      expectAnswer(reply, spelled, type, data, { ede: [] })
      expect([reply.flags.aa, reply.flags.ad]).toEqual([false, false])
      expectAnswer(await ask(spelled, type, true), spelled, type, data)
    }
  })

  it('have the TTL that is configured, five minutes otherwise', async () => {
    expect((await ask('www.vn', 'CNAME')).answers[0]?.ttl).toBe(60)
    expect((await ask('texts.vn', 'TXT')).answers[0]?.ttl).toBe(7_200)
    expect((await ask('printer.vn')).answers[0]?.ttl).toBe(300)
  })

  it('are all there is of their name, and say nothing of those beside and under it', async () => {
    expectNegative(await ask('printer.vn', 'AAAA'), 'NODATA')
    expectNegative(await ask('printer.vn', 'TXT'), 'NODATA')
    for (const name of ['under.printer.vn', 'printer.vn.vn', 'xprinter.vn'])
      expectAnswer(await ask(name), name, 'A', GENERAL)
  })

  it('ask nobody', async () => {
    const own = [
      'blocked.thanhloc.test',
      'printer.vn',
      'both.vn',
      'www.vn',
      'texts.vn',
      'own.agency.vn',
      'own.lab.test',
    ]
    for (const up of [general, directory])
      expect(up.queries.filter(({ name }) => own.includes(name))).toEqual([])
  })

  it('the name an officer tests with is no hit', async () => {
    await ask('blocked.thanhloc.test')
    const { text } = await server.api('GET', '/metrics')
    expect(text).not.toMatch(/^thanhloc_hits_total\{.*\} [1-9]/m)
    expect(text).not.toMatch(/^thanhloc_answers_total\{outcome="blocked"\} [1-9]/m)
  })

  it('an alias that leads outside is followed there', async () => {
    const { answers } = await ask('far.vn')
    expect(answers.map(({ name, type, data }) => [name, type, data])).toEqual([
      ['far.vn', 'CNAME', 'far2.vn'],
      ['far2.vn', 'CNAME', 'www.elsewhere.com'],
      ['www.elsewhere.com', 'A', GENERAL],
    ])
  })

  it('aliases in a circle end', async () => {
    const reply = await ask('loop-a.vn')
    expect(reply.answers.filter(({ type }) => type === 'A')).toEqual([])
    expect(reply.answers.length).toBeLessThanOrEqual(8)
  })
})

describe('special-use names are not asked', () => {
  const reverse = [
    '1.0.168.192.in-addr.arpa', '1.0.16.172.in-addr.arpa', '1.1.31.172.in-addr.arpa', '1.0.0.0.in-addr.arpa',
    '1.0.0.127.in-addr.arpa', '1.1.254.169.in-addr.arpa', '1.2.0.192.in-addr.arpa', '1.100.51.198.in-addr.arpa',
    '1.113.0.203.in-addr.arpa', '1.1.64.100.in-addr.arpa', '1.1.127.100.in-addr.arpa', '1.0.8.e.f.ip6.arpa', '1.b.e.f.ip6.arpa', '1.8.b.d.0.1.0.0.2.ip6.arpa',
  ] // prettier-ignore

  it.each([
    ['a.test', 'RFC 6761 §6.2'],
    ['invalid', 'RFC 6761 §6.4'],
    ['deep.down.invalid', 'RFC 6761 §6.4'],
    ['printer.local', 'RFC 6762 §22.1'],
    ['expyuzz4wqqyqhjn.onion', 'RFC 7686'],
    ['gns.alt', 'RFC 9476'],
    ['use-application-dns.net', 'canary'],
    ['mask.icloud.com', 'canary'],
    ['mask-h2.icloud.com', 'canary'],
    ['x.mask.icloud.com', 'canary'],
  ])('%s: NXDOMAIN (%s)', async (name) => {
    for (const type of ['A', 'AAAA', 'HTTPS', 'TXT']) expectNegative(await ask(name, type), 'NXDOMAIN')
  })

  it.each(reverse)('%s: NXDOMAIN (RFC 6303)', async (name) => {
    expectNegative(await ask(name, 'PTR'), 'NXDOMAIN')
  })

  it('localhost is loopback (RFC 6761 §6.3)', async () => {
    for (const name of ['localhost', 'LocalHost', 'db.localhost']) {
      expectAnswer(await ask(name), name, 'A', '127.0.0.1')
      expectAnswer(await ask(name, 'AAAA'), name, 'AAAA', '::1')
      expectNegative(await ask(name, 'TXT'), 'NODATA')
    }
  })

  it('resolver.arpa has no data (RFC 9462)', async () => {
    for (const name of ['resolver.arpa', '_dns.resolver.arpa']) {
      expectNegative(await ask(name, 'SVCB'), 'NODATA')
      expectNegative(await ask(name), 'NODATA')
    }
  })

  it('an empty zone exists itself: NODATA at its top', async () => {
    for (const name of ['168.192.in-addr.arpa', `${'0.'.repeat(32)}ip6.arpa`, `1.${'0.'.repeat(31)}ip6.arpa`])
      expectNegative(await ask(name, 'PTR'), 'NODATA')
  })

  it('the SOA of such an answer is that of the special name', async () => {
    const owner = async (name: string, type: string): Promise<string> =>
      (await ask(name, type)).authority[0]!.name
    expect(await owner('1.0.168.192.in-addr.arpa', 'PTR')).toBe('168.192.in-addr.arpa')
    expect(await owner('a.b.test', 'A')).toBe('test')
    expect(await owner('x.mask.icloud.com', 'A')).toBe('mask.icloud.com')
  })

  it('what is ordinary is asked: ipv4only.arpa (RFC 8880), example, names that only look alike', async () => {
    for (const name of [
      'ipv4only.arpa',
      'www.example',
      'example.com',
      'mytest',
      'x.notlocal',
      'icloud.com',
      'gateway.icloud.com',
      'use-application-dns.net.vn.vn',
    ])
      expectAnswer(await ask(name), name, 'A', GENERAL)
    const reverse = ['1.1.32.172.in-addr.arpa', '1.1.128.100.in-addr.arpa', `2.${'0.'.repeat(31)}ip6.arpa`]
    for (const name of reverse) expectAnswer(await ask(name, 'PTR'), name, 'PTR', 'leaked.vn')
  })

  it('none of it went up', () => {
    const special =
      /(^|\.)(test|invalid|local|onion|alt|localhost|resolver\.arpa|mask\.icloud\.com|mask-h2\.icloud\.com|use-application-dns\.net)$/
    expect(general.queries.filter(({ name }) => special.test(name))).toEqual([])
  })
})

describe('the longest match decides', () => {
  it.each([
    ['dc.so.tinh.local', 'A', DIRECTORY],
    ['so.tinh.local', 'A', DIRECTORY],
    ['pc.lab.test', 'A', DIRECTORY],
    ['1.0.0.10.in-addr.arpa', 'PTR', 'pc.so.tinh.local'],
    ['1.0.d.f.ip6.arpa', 'PTR', 'pc.so.tinh.local'],
    ['nas.home.arpa', 'A', DIRECTORY],
    ['www.agency.vn', 'A', DIRECTORY],
    ['under.own.agency.vn', 'A', DIRECTORY],
  ])('%s %s goes to the zone, as long as or longer than the special name', async (name, type, data) => {
    expectAnswer(await ask(name, type), name, type, data)
    expect(general.seen(name)).toEqual([])
  })

  it('own records stand before zones, zones leave the rest of a special name as it is', async () => {
    expectAnswer(await ask('own.agency.vn'), 'own.agency.vn', 'A', '192.0.2.20')
    expectAnswer(await ask('own.lab.test'), 'own.lab.test', 'A', '192.0.2.21')
    expectNegative(await ask('x.thanhloc.test'), 'NXDOMAIN')
    expectNegative(await ask('other.local'), 'NXDOMAIN')
    // It exists, as names under it do (RFC 8020).
    expectNegative(await ask('tinh.local'), 'NODATA')
    expectNegative(await ask('thanhloc.test'), 'NODATA')
  })
})

describe('canaries', () => {
  it('can be let through, each by a switch of its own', async () => {
    for (const [special, passed, denied] of [
      ['firefoxCanary: false', 'use-application-dns.net', 'mask.icloud.com'],
      ['privateRelay: false', 'mask-h2.icloud.com', 'use-application-dns.net'],
    ] as const) {
      const config = `workers: 1\nupstreams: { servers: ["${general.text}"] }\nspecial: { ${special} }\n`
      const other = await TestServer.start({ config })
      try {
        const port = other.port
        expectAnswer(await query(passed, 'A', { port }), passed, 'A', GENERAL)
        expectNegative(await query(denied, 'A', { port }), 'NXDOMAIN')
      } finally {
        await other.stop()
      }
    }
  })
})
