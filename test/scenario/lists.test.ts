/** Lists as they are published, in every format, by file: what is enforced, what is not, and that it is shown. */
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { listReports, metric, type ListReport } from '../support/admin-reports.ts'
import { root } from '../support/command.ts'
import { expectAnswer } from '../support/dns-client.ts'
import { Stage } from '../support/stage.ts'

const CLEAN = '192.0.2.1'
const SINKHOLE = '10.10.10.10'
const GOVERNMENT = [
  'analytic.angiang.gov.vn',
  'f-emc.ngsp.gov.vn',
  'tracking.tuyenquang.gov.vn',
  'us.mplis.gov.vn',
]

interface Published {
  readonly file: string
  readonly format: string
  readonly entries: number
  readonly heldBack?: readonly string[]
  readonly refused?: Readonly<Record<string, number>>
  readonly notEnforceable?: Readonly<Record<string, number>>
  /** In the list, and blocked. */
  readonly blocked: readonly string[]
}

/** See SOURCES.md beside the files; the numbers are those of grep over them. */
const PUBLISHED: readonly Published[] = [
  {
    file: 'hostsvn.hosts.txt',
    format: 'hosts',
    entries: 44,
    heldBack: GOVERNMENT,
    blocked: ['alivc-aio-sgp.ap-southeast-1.log.aliyuncs.com'],
  },
  {
    file: 'hostsvn.dnsmasq.conf',
    format: 'dnsmasq',
    entries: 44,
    heldBack: GOVERNMENT,
    blocked: ['api-adservices.apple.com'],
  },
  {
    file: 'hostsvn.dnscrypt.txt',
    format: 'wildcard',
    entries: 51,
    heldBack: GOVERNMENT,
    refused: { wildcard: 9 },
    blocked: ['aanetwork.vn', 'www.aanetwork.vn'],
  },
  {
    file: 'hostsvn.domains.txt',
    format: 'domains',
    entries: 52,
    blocked: ['momovn.me', 'xn--shopgcaoth-043e.vn', '123hmdhjg2.dyndns.org'],
  },
  { file: 'hostsvn.adblock.txt', format: 'adblock', entries: 26, blocked: [] },
  {
    file: 'nocoin.adblock.txt',
    format: 'adblock',
    entries: 47,
    notEnforceable: { filter: 269, 'address-url': 1 },
    blocked: [],
  },
  { file: 'nocoin.hosts.txt', format: 'hosts', entries: 313, blocked: [] },
  {
    file: 'chongluadao.urls.txt',
    format: 'domains',
    entries: 30,
    notEnforceable: { path: 109, port: 2 },
    blocked: ['000000.live'],
  },
  {
    file: 'oznu.rpz.zone',
    format: 'rpz',
    entries: 54,
    refused: { 'single-label': 18, 'not-a-name': 2 },
    blocked: ['www.s.sh'],
  },
  {
    file: 'maltrail.oceanlotus.txt',
    format: 'domains',
    entries: 501,
    notEnforceable: { path: 6, port: 27, 'address-url': 13 },
    blocked: ['24.datatimes.org'],
  },
  { file: 'maltrail.cidr.txt', format: 'addresses', entries: 51, blocked: [] },
  { file: 'ipsum.txt', format: 'addresses', entries: 60, blocked: [] },
  {
    file: 'amnesty.domains.txt',
    format: 'domains',
    entries: 10,
    blocked: ['ssl.arkouthrie.com', 'node.podzone.org'],
  },
  { file: 'amnesty.ips.txt', format: 'addresses', entries: 6, blocked: [] },
  { file: 'amnesty.sha256.txt', format: 'domains', entries: 0, notEnforceable: { hash: 15 }, blocked: [] },
]

const idOf = (file: string): string => file.replace(/\.[^.]+$/, '')

describe('lists as published', () => {
  let stage: Stage
  let reports: ReadonlyMap<string, ListReport>

  beforeAll(async () => {
    const entries = PUBLISHED.map(
      ({ file }) => `  - { id: ${idOf(file)}, path: ${join(root, 'test/fixtures/lists', file)} }\n`,
    )
    stage = await Stage.open(`sinkhole: { ipv4: ${SINKHOLE} }\nlists:\n${entries.join('')}`)
    stage.up.answer('*', 'A', CLEAN)
    reports = await listReports(stage.server)
  })
  afterAll(() => stage.close())

  it.each(PUBLISHED)(
    '$file',
    async ({ file, format, entries, heldBack, refused, notEnforceable, blocked }) => {
      const report = reports.get(idOf(file))!
      expect(report).toMatchObject({ state: 'loaded', error: null, format, entries, reloadFailures: 0 })
      expect([report.refused, report.notEnforceable]).toEqual([refused ?? {}, notEnforceable ?? {}])
      expect(report.heldBack.map(({ text }) => text).toSorted()).toEqual(heldBack ?? [])
      expect(report.heldBackCount).toBe(heldBack?.length ?? 0)
      for (const name of blocked) {
        const reply = await stage.ask(name, 'A')
        expect(reply.ede[0]?.code, name).toBe(15)
        const { body } = await stage.server.api<{ lists: { id: string }[] }>(
          'GET',
          `/api/v1/lookup?name=${name}`,
        )
        expect(body.lists.map(({ id }) => id)).toContain(idOf(file))
      }
      expect(await metric(stage.server, 'thanhloc_list_entries', { list: idOf(file) })).toBe(entries)
      const takenAt = await metric(stage.server, 'thanhloc_list_last_success_timestamp_seconds', {
        list: idOf(file),
      })
      expect(Math.abs(Date.now() / 1000 - takenAt!)).toBeLessThan(120)
    },
  )

  it.each(['www.facebook.com', 'sites.google.com', 'play.google.com', 'apps.apple.com', 'oa.zalo.me'])(
    'a URL on %s never became its host',
    async (name) => expectAnswer(await stage.ask(name, 'A'), name, 'A', CLEAN),
  )

  it.each([...GOVERNMENT, 'vcmedia.vn', 'dyndns.org', 'weebly.com', 'other.weebly.com', 'anything.fe'])(
    '%s resolves normally',
    async (name) => expectAnswer(await stage.ask(name, 'A'), name, 'A', CLEAN),
  )

  it('the first lines that are no entries are shown with their numbers', () => {
    expect(reports.get('hostsvn.dnscrypt')!.firstErrors[0]).toEqual({
      line: 13,
      text: '*.admicro*.vcmedia.vn',
      reason: 'wildcard',
    })
    expect(reports.get('hostsvn.hosts')!.heldBack.map(({ line }) => line)).toEqual([40, 46, 52, 63])
    expect(reports.get('amnesty.sha256')!.firstNotEnforceable).toHaveLength(15)
  })

  it('lookup says what was held back, and of which list', async () => {
    const { body } = await stage.server.api('GET', '/api/v1/lookup?name=a.us.mplis.gov.vn')
    expect(body).toMatchObject({ verdict: 'pass', lists: [] })
    expect(body['heldBack']).toContainEqual({
      list: 'hostsvn.hosts',
      line: 63,
      text: 'us.mplis.gov.vn',
      reason: 'government',
    })
  })

  it('an address on a list is blocked in the answer that holds it', async () => {
    stage.up.answer('points-there.vn', 'A', '45.76.106.146')
    const reply = await stage.ask('points-there.vn', 'A')
    expectAnswer(reply, 'points-there.vn', 'A', SINKHOLE)
    expect(reply.ede[0]).toEqual({ code: 15, text: 'amnesty.ips' })
  })
})
