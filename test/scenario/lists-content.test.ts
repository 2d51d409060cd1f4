/** What a list may hold, line by line, and what it may not block: what is left out is counted, shown, and resolves. */
import { domainToASCII } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { listReport, metric } from '../support/admin-reports.ts'
import { expectAnswer, expectNegative } from '../support/dns-client.ts'
import { Stage } from '../support/stage.ts'

const CLEAN = '192.0.2.1'
const SINKHOLE = '10.10.10.10'

describe('lists written here', () => {
  let stage: Stage

  const CONFIG = `
sinkhole: { ipv4: ${SINKHOLE}, ipv6: "fd00:10::10" }
forward: [ { zones: [so.tinh.local, ad.tinh.vn], servers: [192.0.2.200] } ]
records: { "portal.coquan.vn": 192.0.2.80 }
lists:
  - { id: dirty, path: dirty.txt, format: domains }
  - { id: rpz, path: policy.rpz }
  - { id: unbound, path: unbound.conf }
  - { id: guarded, path: guarded.txt, format: domains }
  - { id: networks, path: networks.txt }
  - { id: accepted, path: accepted.txt, format: domains, accept: [hacked.gov.vn, portal.coquan.vn] }
  - { id: missing, path: no-such-file.txt }
`
  const NFD = 'cốccốc-giả.vn'.normalize('NFD')
  const DIRTY = [
    `\ufeff# a heading\r`,
    'bom.vn\r',
    '\ttabbed.vn\t# a comment\r',
    '  blanks.vn  ; another\r',
    `${NFD}\r`,
    'Upper-CASE.vn.\r',
    'bom.vn\r',
    'com.vn\r',
    'single\r',
    'printer.local\r',
    'bad..name.vn\r',
    'https://host-only.vn/\r',
    'http://with-path.vn/a/b\r',
    '\r',
    'last.vn',
  ].join('\n')
  const RPZ = `$TTL 60
@ SOA rpz.here. root.rpz.here. ( 1 3600 600
  86400 60 )
  NS localhost.
nx.vn CNAME .
*.nx.vn CNAME .
empty.vn CNAME *.
tree-pass.vn CNAME rpz-passthru.
garden.vn A 192.0.2.66
garden.vn AAAA 2001:db8::66
other.vn CNAME landing.vn.
24.0.100.51.198.rpz-ip CNAME .
`
  const UNBOUND = `server:
  local-zone: "zone.unbound.vn" always_nxdomain
  local-zone: "spared.zone.unbound.vn" transparent
  local-data: "data.unbound.vn A 0.0.0.0"
`
  const GUARDED =
    'hacked.gov.vn\ngov.vn\nwww.dcs.vn\nportal.coquan.vn\na.portal.coquan.vn\ncoquan.vn\nad.tinh.vn\npc.ad.tinh.vn\ntinh.vn\nfree.vn\n'

  beforeAll(async () => {
    stage = await Stage.open(CONFIG, {
      'dirty.txt': DIRTY,
      'policy.rpz': RPZ,
      'unbound.conf': UNBOUND,
      'guarded.txt': GUARDED,
      'networks.txt':
        '203.0.113.0/24\n10.1.2.3\n127.0.0.1\n192.0.2.200\n10.10.10.10\nfd00:10::10\n203.0.0.0/11\n2001::/16\n224.0.0.1\n',
      'accepted.txt': 'hacked.gov.vn\nnot-hacked.gov.vn\nportal.coquan.vn\n',
    })
    stage.up.answer('*', 'A', CLEAN)
  })
  afterAll(() => stage.close())

  const expectBlocked = async (name: string, list: string): Promise<void> => {
    const reply = await stage.ask(name, 'A')
    expect(reply.ede[0], name).toEqual({ code: 15, text: list })
  }
  const expectClean = async (name: string, data: string = CLEAN): Promise<void> =>
    expectAnswer(await stage.ask(name, 'A'), name, 'A', data)

  it('BOM, CRLF, tabs, comments, capitals, IDN in any form; what is no entry is counted and told by line', async () => {
    const report = await listReport(stage.server, 'dirty')
    expect(report).toMatchObject({
      names: 7,
      duplicates: 1,
      refused: { 'public-suffix': 1, 'single-label': 1, 'special-use': 1, 'not-a-name': 1 },
      notEnforceable: { url: 1 },
    })
    expect(report.firstErrors).toEqual([
      { line: 8, text: 'com.vn', reason: 'public-suffix' },
      { line: 9, text: 'single', reason: 'single-label' },
      { line: 10, text: 'printer.local', reason: 'special-use' },
      { line: 11, text: 'bad..name.vn', reason: 'not-a-name' },
    ])
    expect(report.firstNotEnforceable).toMatchObject([{ line: 13, text: 'http://with-path.vn/a/b' }])
    const blocked = [
      'bom.vn',
      'tabbed.vn',
      'blanks.vn',
      domainToASCII('cốccốc-giả.vn'),
      'upper-case.vn',
      'host-only.vn',
      'last.vn',
    ]
    for (const name of blocked) await expectBlocked(name, 'dirty')
    for (const name of ['com.vn', 'shop.com.vn', 'with-path.vn']) await expectClean(name)
    const { body } = await stage.server.api(
      'GET',
      `/api/v1/lookup?name=${encodeURIComponent('cốccốc-giả.vn')}`,
    )
    expect(body).toMatchObject({ verdict: 'block', list: 'dirty' })
  })

  it('a response policy zone: NXDOMAIN, NODATA, passthru, local data', async () => {
    expect(await listReport(stage.server, 'rpz')).toMatchObject({ format: 'rpz', refused: {} })
    for (const name of ['nx.vn', 'a.nx.vn'])
      expectNegative(await stage.ask(name, 'A'), 'NXDOMAIN', { ede: [15] })
    expectNegative(await stage.ask('empty.vn', 'A'), 'NODATA', { ede: [15] })
    expectAnswer(await stage.ask('garden.vn', 'A'), 'garden.vn', 'A', '192.0.2.66', { ede: [15, 4] })
    expectAnswer(await stage.ask('garden.vn', 'AAAA'), 'garden.vn', 'AAAA', '2001:db8::66')
    for (const name of ['tree-pass.vn', 'www.garden.vn', 'other.vn']) await expectClean(name)
  })

  it("unbound's directives", async () => {
    expect(await listReport(stage.server, 'unbound')).toMatchObject({
      format: 'unbound',
      entries: 3,
      refused: {},
    })
    for (const name of ['a.zone.unbound.vn', 'data.unbound.vn']) await expectBlocked(name, 'unbound')
    for (const name of ['spared.zone.unbound.vn', 'x.data.unbound.vn']) await expectClean(name)
  })

  it('government names, own records and forward zones, with what is above and under them, are held back', async () => {
    const report = await listReport(stage.server, 'guarded')
    expect(report.entries).toBe(1)
    expect(report.heldBack.map(({ line, text, reason }) => `${line} ${text} ${reason}`)).toEqual([
      '1 hacked.gov.vn government',
      '3 www.dcs.vn government',
      '4 portal.coquan.vn own-record',
      '5 a.portal.coquan.vn own-record',
      '6 coquan.vn own-record',
      '7 ad.tinh.vn forward-zone',
      '8 pc.ad.tinh.vn forward-zone',
      '9 tinh.vn forward-zone',
    ])
    // A public suffix is worse than held back: nothing can accept it.
    expect(report.firstErrors).toEqual([{ line: 2, text: 'gov.vn', reason: 'public-suffix' }])
    for (const name of ['www.dcs.vn', 'coquan.vn', 'other.coquan.vn', 'tinh.vn']) await expectClean(name)
    await expectBlocked('free.vn', 'guarded')
  })

  it('private, reserved and own addresses, upstreams, sinkhole and whole providers are held back', async () => {
    const report = await listReport(stage.server, 'networks')
    expect(report.addresses).toBe(1)
    expect(report.heldBack.map(({ text, reason }) => `${text} ${reason}`)).toEqual([
      '10.1.2.3 reserved-address',
      '127.0.0.1 own-address',
      '192.0.2.200 upstream',
      '10.10.10.10 sinkhole',
      'fd00:10::10 sinkhole',
      '203.0.0.0/11 too-wide',
      '2001::/16 too-wide',
      '224.0.0.1 reserved-address',
    ])
    stage.up.answer('inside.vn', 'A', '10.1.2.3').answer('bad.vn', 'A', '203.0.113.9')
    await expectClean('inside.vn', '10.1.2.3')
    await expectBlocked('bad.vn', 'networks')
  })

  it('`accept` of a list enforces the names it says, and no others', async () => {
    expect(await listReport(stage.server, 'accepted')).toMatchObject({ entries: 2, heldBackCount: 1 })
    await expectBlocked('hacked.gov.vn', 'accepted')
    await expectBlocked('portal.coquan.vn', 'accepted')
    await expectClean('not-hacked.gov.vn')
  })

  it('a list whose file is missing is not in force, the others are, and it is said everywhere', async () => {
    const report = await listReport(stage.server, 'missing')
    expect(report).toMatchObject({ state: 'failed', entries: 0, reloadFailures: 1 })
    expect(report.error).toMatch(/no-such-file\.txt: there is no such file/)
    await stage.server.logged(({ msg, list }) => msg === 'list not in force' && list === 'missing')
    const ready = await stage.server.api<{ degraded: object[] }>('GET', '/readyz')
    expect([ready.status, ready.body.degraded]).toEqual([
      200,
      [{ part: 'lists', detail: 'missing is not in force' }],
    ])
    expect(await metric(stage.server, 'thanhloc_list_reload_failures_total', { list: 'missing' })).toBe(1)
  })
})
