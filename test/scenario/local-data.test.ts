/** Local data of response policy zones, and aliases that lead elsewhere, by the real product: over UDP and TCP, for groups. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { hitOn } from '../support/admin-reports.ts'
import { expectAnswer, type Reply } from '../support/dns-client.ts'
import { eventually } from '../support/server.ts'
import { countQuestions, Stage } from '../support/stage.ts'

const CONFIG = `
sinkhole: { ipv4: 10.10.10.10, ipv6: "fd00:10::10" }
records:
  home.landing.vn: 192.0.2.50
  portal.so.vn: { cname: www.portal-outside.vn }
lists:
  - { id: zone, path: zone.rpz, format: rpz }
  - { id: trial, path: trial.txt, action: log }
groups:
  - { id: testers, networks: [127.0.4.0/24], lists: { trial: nxdomain } }
`
const ZONE = `$TTL 2h
@ SOA localhost. root.localhost. 1 3600 600 86400 60
  NS localhost.
evil.vn CNAME landing-page.vn.
*.evil.vn 30 CNAME *.garden-of-names.vn.
home.vn CNAME home.landing.vn.
listed-target.vn CNAME listed.vn.
listed.vn CNAME .
trial-target.vn CNAME trial.vn.
late.vn CNAME late-target.vn.
gone.vn CNAME gone-target.vn.
empty.vn CNAME empty-target.vn.
failing.vn CNAME failing-target.vn.
big.vn CNAME big-target.vn.
32.9.113.0.203.rpz-ip CNAME landing-page.vn.
data.vn 45 TXT "đã bị chặn" "two \\"words\\""
 MX 10 mail.data.vn.
 SRV 1 2 443 srv.data.vn.
 45 AAAA 2001:db8::9
 45 TYPE65280 \\# 3 0aff00
 45 PTR blocked.vn.
`
const PAGE = '198.51.100.7'
const [NOBODY, TESTER] = ['127.0.3.1', '127.0.4.1'] as const

let stage: Stage

beforeAll(async () => {
  stage = await Stage.open(CONFIG, { 'zone.rpz': ZONE, 'trial.txt': 'trial.vn\n' })
  stage.up
    .answer('landing-page.vn', 'A', PAGE)
    .answer('landing-page.vn', 'MX', Buffer.from('000a046d61696cc00c', 'hex'))
    .cname('www.portal-outside.vn', 'edge.portal-outside.vn')
    .answer('edge.portal-outside.vn', 'A', PAGE)
    .answer('by-address.vn', 'A', '203.0.113.9')
    .answer('trial.vn', 'A', '192.0.2.8')
    .answer('late-target.vn', 'A', PAGE)
    .delay(300, 'late-target.vn')
    .nodata('empty-target.vn')
    .servfail('failing-target.vn')
    .answer(
      'big-target.vn',
      'A',
      Array.from({ length: 60 }, (_, i) => `198.51.100.${i}`),
    )
})
afterAll(() => stage.close())

const ask = (name: string, type: string | number = 'A', options = {}): Promise<Reply> =>
  stage.ask(name, type, { from: NOBODY, ...options })
const chain = ({ answers }: Reply): unknown[] => answers.map(({ name, type, data }) => [name, type, data])

it('answers an alias with the records of its target, asked for once and kept', async () => {
  for (const tcp of [false, true, false]) {
    const reply = await ask('evil.vn', 'A', { tcp })
    expect(chain(reply)).toEqual([
      ['evil.vn', 'CNAME', 'landing-page.vn'],
      ['landing-page.vn', 'A', PAGE],
    ])
    expect(reply.answers[0]!.ttl).toBe(300)
    expect(reply.ede.map(({ code }) => code)).toEqual([15, 4])
    expect([reply.flags.aa, reply.flags.ad]).toEqual([false, false])
  }
  expect(countQuestions(stage.up, 'landing-page.vn')).toBe(1)
  expect(stage.up.seen('evil.vn')).toEqual([])
  const mx = await ask('evil.vn', 'MX')
  expect(mx.answers.at(-1)).toMatchObject({ name: 'landing-page.vn', type: 'MX' })
  const hit = await hitOn(stage.server, NOBODY, 'evil.vn', 4)
  expect(hit).toMatchObject({ lists: ['zone'], lastAction: 'sinkhole' })
})

it('lets the qname stand for the star', async () => {
  stage.up.answer('www.evil.vn.garden-of-names.vn', 'A', PAGE)
  const reply = await ask('www.evil.vn')
  expectAnswer(reply, 'www.evil.vn', 'A', PAGE, { ede: [15, 4] })
  expect(reply.answers[0]).toMatchObject({ ttl: 30, data: 'www.evil.vn.garden-of-names.vn' })
})

it('follows to own records, and into what lists say of the target', async () => {
  expectAnswer(await ask('home.vn'), 'home.vn', 'A', '192.0.2.50', { ede: [15, 4] })
  const listed = await ask('listed-target.vn')
  expect([listed.rcode, chain(listed)]).toEqual(['NXDOMAIN', [['listed-target.vn', 'CNAME', 'listed.vn']]])
  // Where an answer leads may be what an alias is given for.
  for (let time = 0; time < 2; time++) {
    const reply = await ask('by-address.vn')
    expect(chain(reply)).toEqual([['by-address.vn', 'CNAME', 'landing-page.vn'], ['landing-page.vn', 'A', PAGE]]) // prettier-ignore
  }
})

it('judges the target for who asks', async () => {
  for (let time = 0; time < 2; time++) {
    expectAnswer(await ask('trial-target.vn'), 'trial-target.vn', 'A', '192.0.2.8')
    const tester = await ask('trial-target.vn', 'A', { from: TESTER })
    expect([tester.rcode, chain(tester)]).toEqual(['NXDOMAIN', [['trial-target.vn', 'CNAME', 'trial.vn']]])
  }
})

it('shares one question with all who wait for the target', async () => {
  const replies = await Promise.all([
    ask('late.vn'),
    ask('late-target.vn'),
    ask('late.vn', 'A', { tcp: true }),
  ])
  expect(countQuestions(stage.up, 'late-target.vn')).toBe(1)
  for (const [index, reply] of replies.entries())
    expectAnswer(reply, index === 1 ? 'late-target.vn' : 'late.vn', 'A', PAGE)
})

it.each([
  ['gone.vn', 'NXDOMAIN', ['SOA']],
  ['empty.vn', 'NOERROR', ['SOA']],
  ['failing.vn', 'SERVFAIL', []],
])('%s: the target has nothing, %s', async (name, rcode, authority) => {
  for (let time = 0; time < 2; time++) {
    const reply = await ask(name)
    expect([reply.rcode, reply.answers.length, reply.authority.map(({ type }) => type)]).toEqual([rcode, 1, authority]) // prettier-ignore
  }
})

it('says TC where the whole does not fit a datagram', async () => {
  for (const edns of [false, { udpSize: 512 }]) {
    const small = await ask('big.vn', 'A', { edns })
    expect([small.flags.tc, small.answers]).toEqual([true, []])
  }
  expect((await ask('big.vn', 'A', { tcp: true })).answers).toHaveLength(61)
})

it('gives records of every type there is data for, and NODATA for others', async () => {
  expectAnswer(await ask('data.vn', 'AAAA'), 'data.vn', 'AAAA', '2001:db8::9', { ttl: 45, ede: [15, 4] })
  expect((await ask('data.vn', 'TXT')).answers).toHaveLength(1)
  expect((await ask('data.vn', 'MX')).answers).toHaveLength(1)
  expect((await ask('data.vn', 'SRV')).answers).toHaveLength(1)
  expect((await ask('data.vn', 65_280)).answers).toHaveLength(1)
  expectAnswer(await ask('data.vn', 'PTR'), 'data.vn', 'PTR', 'blocked.vn')
  const nodata = await ask('data.vn', 'A')
  expect([nodata.rcode, nodata.answers, nodata.ede.map(({ code }) => code)]).toEqual(['NOERROR', [], [15]])
})

it('follows an own alias outside', async () => {
  const reply = await ask('portal.so.vn')
  expect(chain(reply)).toEqual([
    ['portal.so.vn', 'CNAME', 'www.portal-outside.vn'],
    ['www.portal-outside.vn', 'CNAME', 'edge.portal-outside.vn'],
    ['edge.portal-outside.vn', 'A', PAGE],
  ])
  expect(reply.ede).toEqual([])
})

it('is told to other resolvers as it is', async () => {
  const { text } = await eventually(async () => {
    const response = await stage.server.api('GET', '/api/v1/enforced/rpz')
    return response.status === 200 && response
  })
  for (const line of [
    'evil.vn 300 CNAME landing-page.vn.',
    '*.evil.vn 30 CNAME *.garden-of-names.vn.',
    'data.vn 45 AAAA 2001:db8::9',
    'data.vn 45 TYPE65280 \\# 3 0aff00',
    '32.9.113.0.203.rpz-ip 300 CNAME landing-page.vn.',
  ])
    expect(text.split('\n')).toContain(line)
  // Whoever reads it says the same.
  const theirs = await Stage.open('lists: [ { id: ours, path: ours.rpz, format: rpz } ]\n', {
    'ours.rpz': text,
  })
  try {
    theirs.up.answer('landing-page.vn', 'A', PAGE)
    expectAnswer(await theirs.ask('evil.vn', 'A'), 'evil.vn', 'A', PAGE, { ede: [15, 4] })
    for (const type of ['TXT', 'MX', 'SRV', 'AAAA', 65_280])
      expect((await theirs.ask('data.vn', type)).answers).toEqual((await ask('data.vn', type)).answers)
  } finally {
    await theirs.close()
  }
})
