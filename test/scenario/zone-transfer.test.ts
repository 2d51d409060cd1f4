/** A list that comes from a primary name server: transferred, followed at once, kept when its primary is away or mad. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { existsSync } from 'node:fs'
import { metric } from '../support/admin-reports.ts'
import { thanhloc } from '../support/command.ts'
import { expectAnswer, expectNegative, query } from '../support/dns-client.ts'
import {
  address,
  block,
  KEY,
  message,
  notify,
  ScriptedPrimary,
  sendFrom,
  signed,
  soa,
  wholeZone,
  type Script,
} from '../support/scripted-primary.ts'
import { eventually, TestServer } from '../support/server.ts'
import { Stage } from '../support/stage.ts'

interface ZoneReport {
  readonly list: string
  readonly state: string
  readonly serial: number | null
  readonly records: number | null
  readonly kind: string | null
  readonly transfers: { readonly axfr: number; readonly ixfr: number }
  readonly notifies: number
  readonly error: string | null
}

/** What the primary has: serial → names. */
const first: Script = (asked) =>
  signed(asked, wholeZone(asked, 1, [block('evil.vn'), address('data.vn', '192.0.2.77')]))

let primary: ScriptedPrimary
let stage: Stage

const config = (port: number): string => `
lists:
  - id: dept-rpz
    primary:
      server: 127.0.0.1:${port}
      zone: rpz.so.tinh.vn
      maxSize: 1MB
      tsig: { name: ${KEY.name}, secretFile: rpz.key }
`

beforeAll(async () => {
  primary = await ScriptedPrimary.open(first)
  stage = await Stage.open(config(primary.port), { 'rpz.key': `${KEY.secret}\n` })
  stage.up.answer('*', 'A', '192.0.2.1')
})
afterAll(async () => {
  await stage.close()
  await primary.close()
})

async function zone(): Promise<ZoneReport> {
  const { body } = await stage.server.api<{ items: ZoneReport[] }>('GET', '/api/v1/zones')
  return body.items[0]!
}

/** Has the primary asked now; resolves with how the zone stands then. */
async function check(force = false): Promise<ZoneReport> {
  return (await stage.server.api<ZoneReport>('POST', '/api/v1/zones/dept-rpz/check', { force })).body
}

async function isBlocked(name: string): Promise<boolean> {
  const reply = await stage.ask(name, 'A')
  return reply.rcode === 'NXDOMAIN' && reply.ede.some(({ code }) => code === 15)
}

it('enforces what its primary has, soon after the first start', async () => {
  await eventually(() => isBlocked('evil.vn'))
  expectAnswer(await stage.ask('data.vn', 'A'), 'data.vn', 'A', '192.0.2.77', { ede: [15, 4] })
  expect(await zone()).toMatchObject({ state: 'current', serial: 1, records: 3, kind: 'axfr', error: null })
  expect(primary.asked[0]).toMatchObject({ type: 'AXFR', serial: null })
})

it('asks within a second when its primary says that something has changed, and takes the differences alone', async () => {
  expect(await isBlocked('new.vn')).toBe(false)
  primary.script = (asked) =>
    signed(asked, [message(asked, [soa(2), soa(1), block('evil.vn'), soa(2), block('new.vn'), soa(2)])])
  const reply = await sendFrom('127.0.0.1', stage.server.port, notify(7, undefined, KEY.secret))
  // QR, NOTIFY, AA, NOERROR, and a signature of its own.
  expect(reply!.readUInt16BE(0)).toBe(7)
  expect(reply!.readUInt16BE(2)).toBe(0xa400)
  expect(reply!.readUInt16BE(10)).toBe(1)
  await eventually(() => isBlocked('new.vn'), 2000)
  expect(await isBlocked('evil.vn')).toBe(false)
  expect(primary.asked.at(-1)).toMatchObject({ type: 'IXFR', serial: 1 })
  expect(await zone()).toMatchObject({
    serial: 2,
    records: 3,
    kind: 'ixfr',
    transfers: { axfr: 1, ixfr: 1 },
    notifies: 1,
  })
  expect(await metric(stage.server, 'thanhloc_zone_serial', { list: 'dept-rpz' })).toBe(2)
  expect(
    await metric(stage.server, 'thanhloc_zone_transfers_total', { list: 'dept-rpz', kind: 'ixfr' }),
  ).toBe(1)
})

describe('a NOTIFY is not taken', () => {
  it.each([
    ['unsigned', notify(8), 5],
    ['signed with another secret', notify(8, undefined, Buffer.from('wrong').toString('base64')), 9],
    ['for another zone', notify(8, 'other.vn', KEY.secret), 9],
  ])('%s', async (_, bytes, rcode) => {
    const asked = primary.asked.length
    const reply = await sendFrom('127.0.0.1', stage.server.port, bytes)
    expect(reply![3]! & 15).toBe(rcode)
    expect((await zone()).notifies).toBe(1)
    expect(primary.asked).toHaveLength(asked)
  })

  it('from another address: it is told what everybody is told of that opcode', async () => {
    const reply = await sendFrom('127.0.0.2', stage.server.port, notify(8, undefined, KEY.secret))
    expect(reply![3]! & 15).toBe(4)
    expect((await zone()).notifies).toBe(1)
  })
})

describe('a primary that is mad costs nothing of what is here', () => {
  const many = (count: number) => Array.from({ length: count }, (_, index) => block(`a${index}.vn`))
  const cases: readonly (readonly [string, Script, RegExp])[] = [
    ['without a signature', (asked) => wholeZone(asked, 9, []), /not signed/],
    ['signed with another secret', (asked) => signed(asked, wholeZone(asked, 9, []), { secret: 'AAAA' }), /BADSIG/],
    ['signed an hour ago', (asked) => signed(asked, wholeZone(asked, 9, []), { seconds: Math.floor(Date.now() / 1000) - 3600 }), /clock is 36\d\d s behind/],
    ['another zone', (asked) => signed(asked, [message(asked, [soa(9)], 0, 'other.vn')]), /another zone/],
    ['no SOA at its end', (asked) => [...signed(asked, [message(asked, [soa(9), block('a.vn')])]), null], /before the end/],
    ['a serial that goes back', (asked) => signed(asked, wholeZone(asked, 1, [])), /older than 2/],
    ['a huge zone', (asked) => signed(asked, wholeZone(asked, 9, many(40_000))), /more than 1 MB|larger than 1 MB/],
    ['without an end', function* (asked) { for (;;) yield message(asked, [block('a.vn'), ...many(90)]) }, /not signed|SOA/],
    ['REFUSED', (asked) => signed(asked, [message(asked, [], 5)]), /REFUSED/],
    ['garbage', () => [Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')], /malformed|something else/],
  ] // prettier-ignore

  it.each(cases)('%s', async (_, script, reason) => {
    primary.script = script
    const report = await check()
    expect(report.error).toMatch(reason)
    expect(report).toMatchObject({ state: 'failing', serial: 2, records: 3 })
    expect(await isBlocked('new.vn')).toBe(true)
    expect(existsSync(stage.server.path('data/zones/dept-rpz.tmp'))).toBe(false)
  })

  it('is told: degraded, in the log and in a metric', async () => {
    const { body } = await stage.server.api<{ degraded: { part: string; detail: string }[] }>(
      'GET',
      '/api/v1/status',
    )
    expect(body.degraded).toContainEqual({ part: 'lists', detail: expect.stringMatching(/^the zone of list dept-rpz has not been confirmed since .*; serial 2 stays in force$/) }) // prettier-ignore
    expect(stage.server.lines.some(({ msg, reason }) => msg.startsWith('a zone cannot be transferred: what is here stays in force') && String(reason).includes('BADSIG'))).toBe(true) // prettier-ignore
    expect(await metric(stage.server, 'thanhloc_zone_up', { list: 'dept-rpz' })).toBe(0)
    expect(await metric(stage.server, 'thanhloc_zone_failures_total', { list: 'dept-rpz' })).toBe(
      cases.length,
    )
  })

  it('is told on the command line, with what to do', async () => {
    const data = ['--data', stage.server.path('data')]
    const listed = await thanhloc(['zones', 'list', ...data])
    expect(listed).toMatchObject({ code: 0, stderr: '' })
    expect(listed.stdout).toMatch(/^dept-rpz: failing; serial 2, 3 records, by ixfr .*; found current .*; next .*\n {2}rpz\.so\.tinh\.vn from 127\.0\.0\.1:\d+, key rpz-key\n {2}.*malformed.*\n {2}to do: see the log there/) // prettier-ignore
    const checked = await thanhloc(['zones', 'check', 'dept-rpz', ...data])
    expect(checked).toMatchObject({ code: 1, stderr: expect.stringContaining('what is here stays in force') })
    expect((await thanhloc(['zones', 'check', 'none', ...data])).stderr).toContain('There is no list "none"')
  })

  it('until it answers well again', async () => {
    primary.script = (asked) => signed(asked, [message(asked, [soa(2)])])
    expect(await check()).toMatchObject({ state: 'current', serial: 2, error: null })
    expect(await metric(stage.server, 'thanhloc_zone_up', { list: 'dept-rpz' })).toBe(1)
  })
})

it('asks for the whole zone at once where the differences do not fit', async () => {
  const before = primary.asked.length
  primary.script = (asked) =>
    asked.type === 'IXFR'
      ? signed(asked, [message(asked, [soa(3), soa(2), block('never-there.vn'), soa(3), soa(3)])])
      : signed(asked, wholeZone(asked, 3, [block('whole.vn')]))
  expect(await check()).toMatchObject({ state: 'current', serial: 3, kind: 'axfr', records: 2 })
  expect(primary.asked.slice(before).map(({ type }) => type)).toEqual(['IXFR', 'AXFR'])
  await eventually(() => isBlocked('whole.vn'))
})

it('takes an older serial only when a person says so', async () => {
  primary.script = (asked) => signed(asked, wholeZone(asked, 1, [block('reset.vn')]))
  expect((await check()).error).toMatch(/older/)
  expect(await check(true)).toMatchObject({ state: 'current', serial: 1, kind: 'axfr' })
  await eventually(() => isBlocked('reset.vn'))
  const { body } = await stage.server.api<{ items: object[] }>('GET', '/api/v1/audit?limit=1')
  expect(body.items[0]).toMatchObject({
    action: 'list.change',
    target: 'list:dept-rpz',
    details: '{"transfer":true,"force":true}',
  })
})

it('blocks from the first answer after a restart although its primary is away', async () => {
  const { port } = primary
  await primary.close()
  const { directory } = stage.server
  await stage.server.stop(true)
  const server = await TestServer.start({
    directory,
    config: `upstreams: { servers: ["${stage.up.text}"] }\n${config(port)}`,
  })
  try {
    expectNegative(await query('reset.vn', 'A', { port: server.port }), 'NXDOMAIN', { ede: [15] })
    const report = await eventually(async () => {
      const { body } = await server.api<{ items: ZoneReport[] }>('GET', '/api/v1/zones')
      return body.items[0]!.error !== null && body.items[0]!
    })
    expect(report).toMatchObject({ state: 'failing', serial: 1, kind: 'axfr', records: 2 })
  } finally {
    await server.stop(true)
    primary = await ScriptedPrimary.open(first)
  }
})
