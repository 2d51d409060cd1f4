/** The configuration, changed while the server runs: what takes effect, what waits for a restart, what is refused. */
import { renameSync, rmSync, symlinkSync, utimesSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { clientDetail, hitOn, listReports, metric } from '../support/admin-reports.ts'
import { query, type Reply } from '../support/dns-client.ts'
import { FakeUpstream } from '../support/fake-upstream.ts'
import { QueryLoad } from '../support/query-load.ts'
import { eventually, TestServer } from '../support/server.ts'

const HEADER = 'listen: ["127.0.0.1:0"]\nadmin: { listen: "off" }\nstore: { path: data }\nworkers: 1\n'

interface Parts {
  upstreams: string
  lists: string
  sinkhole: string
  more: string
}

let up: FakeUpstream
let other: FakeUpstream
let server: TestServer
let names = 0

/** A name that nobody has asked for. */
const newName = (): string => `n${++names}.vn`

const ask = (name: string, from = '127.0.0.1'): Promise<Reply> =>
  query(name, 'A', { port: server.port, from, timeoutMs: 5_000 })
const dataOf = async (name: string, from?: string): Promise<unknown> =>
  (await ask(name, from)).answers[0]?.data

function yaml(changed: Partial<Parts> = {}): string {
  const parts: Parts = {
    upstreams: up.text,
    lists: '[ { id: first, path: first.txt } ]',
    sinkhole: '{ ipv4: 10.10.10.10, ttl: 60s }',
    more: '',
    ...changed,
  }
  return `upstreams: { servers: ["${parts.upstreams}"] }\nlists: ${parts.lists}\nsinkhole: ${parts.sinkhole}\n${parts.more}`
}

const configure = (changed: Partial<Parts> = {}): void =>
  server.write('thanhloc.yaml', HEADER + yaml(changed))

interface ConfigStatus {
  config: { failures: number; errors: string[]; needsRestart: string[]; loadedAt: string }
  degraded: { part: string; detail: string }[]
}
const status = async (): Promise<ConfigStatus> =>
  (await server.api<ConfigStatus>('GET', '/api/v1/status')).body

/** Through the API, which answers when the threads have been told. */
async function reload(changed: Partial<Parts> = {}): Promise<{ applied: string[]; needsRestart: string[] }> {
  configure(changed)
  const {
    status: code,
    body,
    text,
  } = await server.api<{ applied: string[]; needsRestart: string[] }>('POST', '/api/v1/reload', {})
  if (code !== 200) throw new Error(text)
  return body
}

beforeAll(async () => {
  up = await FakeUpstream.start()
  other = await FakeUpstream.start()
  up.answer('*', 'A', '192.0.2.1')
  other.answer('*', 'A', '192.0.2.2')
  const files = {
    'first.txt': 'evil.vn\n',
    'second.txt': 'evil.vn\nsecond.vn\n',
    'allow.txt': 'evil.vn\n',
    'late/note': '',
  }
  server = await TestServer.start({ config: yaml(), files })
})
afterAll(async () => {
  await server.stop()
  await up.stop()
  await other.stop()
})

describe('changed on disk, without a restart', () => {
  it('upstreams', async () => {
    expect(await dataOf(newName())).toBe('192.0.2.1')
    configure({ upstreams: other.text })
    await eventually(async () => (await dataOf(newName())) === '192.0.2.2')
    const asked = up.queries.length
    expect(await dataOf(newName())).toBe('192.0.2.2')
    expect(up.queries).toHaveLength(asked)
    const { body } = await server.api<{ upstreams: { name: string }[] }>('GET', '/api/v1/status')
    expect(body.upstreams.map(({ name }) => name)).toEqual([other.text])
    configure()
    await eventually(async () => (await dataOf(newName())) === '192.0.2.1')
  })

  it('lists: added, put first, given another action, taken away', async () => {
    expect(await dataOf('second.vn')).toBe('192.0.2.1')
    configure({
      lists: '[ { id: second, path: second.txt, action: nxdomain }, { id: first, path: first.txt } ]',
    })
    await eventually(async () => (await ask('second.vn')).rcode === 'NXDOMAIN')
    expect((await ask('evil.vn')).ede[0]).toEqual({ code: 15, text: 'second' })
    expect([...(await listReports(server)).keys()]).toEqual(['second', 'first'])
    configure({ lists: '[ { id: first, path: first.txt }, { id: second, path: second.txt } ]' })
    await eventually(async () => (await dataOf('second.vn')) === '10.10.10.10')
    expect((await ask('evil.vn')).ede[0]).toEqual({ code: 15, text: 'first' })
    configure()
    await eventually(async () => (await dataOf('second.vn')) === '192.0.2.1')
    expect([...(await listReports(server)).keys()]).toEqual(['first'])
    expect(await metric(server, 'thanhloc_list_entries', { list: 'second' })).toBeUndefined()
  })

  it('a list that is named from now on is watched', async () => {
    configure({ lists: '[ { id: late, path: late/late.txt } ]' })
    await eventually(async () => (await listReports(server)).has('late'))
    server.write('late/late.txt', 'late.vn\n')
    await eventually(async () => (await dataOf('late.vn')) === '10.10.10.10')
    server.write('late/late.txt', 'later.vn\nlatest.vn\n')
    await eventually(async () => (await dataOf('latest.vn')) === '10.10.10.10')
    configure()
    await eventually(async () => (await dataOf('latest.vn')) === '192.0.2.1')
  })

  it('allow', async () => {
    expect(await dataOf('evil.vn')).toBe('10.10.10.10')
    configure({ more: 'allow: [ { path: allow.txt } ]\n' })
    await eventually(async () => (await dataOf('evil.vn')) === '192.0.2.1')
    configure()
    await eventually(async () => (await dataOf('evil.vn')) === '10.10.10.10')
  })

  it('access', async () => {
    expect((await ask(newName(), '127.0.0.2')).rcode).toBe('NOERROR')
    configure({ more: 'access: { networks: [127.0.0.1/32] }\n' })
    await eventually(async () => (await ask(newName(), '127.0.0.2')).rcode === 'REFUSED')
    expect((await ask(newName())).rcode).toBe('NOERROR')
    configure()
    await eventually(async () => (await ask(newName(), '127.0.0.2')).rcode === 'NOERROR')
  })

  it('sinkhole', async () => {
    configure({ sinkhole: '{ ipv4: 10.99.99.99, ttl: 7s }' })
    await eventually(async () => (await dataOf('evil.vn')) === '10.99.99.99')
    expect((await ask('evil.vn')).answers[0]!.ttl).toBe(7)
    configure()
    await eventually(async () => (await dataOf('evil.vn')) === '10.10.10.10')
  })

  it('units', async () => {
    await ask('evil.vn', '127.0.6.1')
    await hitOn(server, '127.0.6.1', 'evil.vn')
    expect((await clientDetail(server, '127.0.6.1'))?.unit).toBeNull()
    configure({ more: 'units: [ { id: truong-a, name: Trường A, networks: [127.0.6.0/24] } ]\n' })
    await eventually(async () => (await clientDetail(server, '127.0.6.1'))?.unit === 'truong-a')
    const { body } = await server.api<{ items: { address: string }[] }>(
      'GET',
      '/api/v1/clients?unit=truong-a',
    )
    expect(body.items.map(({ address }) => address)).toEqual(['127.0.6.1'])
    configure()
    await eventually(async () => (await clientDetail(server, '127.0.6.1'))?.unit === null)
  })

  it('own records and forward zones', async () => {
    const more = `records: { "here.vn": 192.0.2.80 }\nforward: [ { zones: [there.vn], servers: ["${other.text}"] } ]\n`
    expect([await dataOf('here.vn'), await dataOf('a.there.vn')]).toEqual(['192.0.2.1', '192.0.2.1'])
    configure({ more })
    await eventually(async () => (await dataOf('here.vn')) === '192.0.2.80')
    // What was known of the zone before came from somebody else.
    await eventually(async () => (await dataOf('a.there.vn')) === '192.0.2.2')
    configure()
    await eventually(async () => (await dataOf('here.vn')) === '192.0.2.1')
    await eventually(async () => (await dataOf('a.there.vn')) === '192.0.2.1')
  })

  it('by SIGHUP, where watching sees nothing', async () => {
    const put = (address: string): void => {
      configure({ sinkhole: `{ ipv4: ${address} }` })
      utimesSync(server.path('thanhloc.yaml'), 1_700_000_000, 1_700_000_000)
    }
    put('10.1.1.1')
    await eventually(async () => (await dataOf('evil.vn')) === '10.1.1.1')
    put('10.2.2.2')
    server.process.kill('SIGHUP')
    await eventually(async () => (await dataOf('evil.vn')) === '10.2.2.2')
    configure()
    await eventually(async () => (await dataOf('evil.vn')) === '10.10.10.10')
  })

  it('atomically replaced, and through a symlink to a directory, as Kubernetes mounts it', async () => {
    const put = (file: string, address: string): void =>
      server.write(file, HEADER + yaml({ sinkhole: `{ ipv4: ${address} }` }))
    const becomes = (address: string): Promise<unknown> =>
      eventually(async () => (await dataOf('evil.vn')) === address)
    const point = (to: string): void => {
      symlinkSync(to, server.path('..data_tmp'))
      renameSync(server.path('..data_tmp'), server.path('..data'))
    }
    put('.thanhloc.yaml.new', '10.5.5.5')
    renameSync(server.path('.thanhloc.yaml.new'), server.path('thanhloc.yaml'))
    await becomes('10.5.5.5')
    put('..2026_07/thanhloc.yaml', '10.6.6.6')
    put('..2026_08/thanhloc.yaml', '10.7.7.7')
    point('..2026_07')
    rmSync(server.path('thanhloc.yaml'))
    symlinkSync('..data/thanhloc.yaml', server.path('thanhloc.yaml'))
    await becomes('10.6.6.6')
    point('..2026_08')
    await becomes('10.7.7.7')
    rmSync(server.path('thanhloc.yaml'))
    configure()
    await becomes('10.10.10.10')
  })

  it('costs no query: upstreams changed again and again while clients ask', async () => {
    const asked = Array.from({ length: 1000 }, (_, i) => `load${i}.vn`)
    const load = await QueryLoad.start(server.port, [...asked, 'evil.vn'], 200)
    for (const { text } of [other, up, other, up]) {
      await reload({ upstreams: text })
      await new Promise((resolve) => setTimeout(resolve, 150))
    }
    const { sent, lost, rcodes } = await load.stop()
    expect(sent).toBeGreaterThan(50)
    expect([lost, [...rcodes]]).toEqual([0, [[0, sent]]])
  })
})

describe('the reply', () => {
  it('says what took effect', async () => {
    // The server may have seen the file itself by then.
    configure({ sinkhole: '{ ipv4: 10.3.3.3 }' })
    utimesSync(server.path('thanhloc.yaml'), 1_700_000_200, 1_700_000_200)
    await eventually(async () => (await dataOf('evil.vn')) === '10.3.3.3')
    configure({ sinkhole: '{ ipv4: 10.4.4.4 }' })
    utimesSync(server.path('thanhloc.yaml'), 1_700_000_200, 1_700_000_200)
    const { body } = await server.api('POST', '/api/v1/reload', {})
    expect(body).toEqual({ applied: ['sinkhole'], needsRestart: [] })
    expect(await dataOf('evil.vn')).toBe('10.4.4.4')
    expect(await reload({ sinkhole: '{ ipv4: 10.4.4.4 }' })).toEqual({ applied: [], needsRestart: [] })
  })

  it('says what waits for a restart, as do log and status; the rest takes effect', async () => {
    const changed = HEADER.replace('127.0.0.1:0', '127.0.0.7:0').replace('workers: 1', 'workers: 2') + yaml()
    server.write('thanhloc.yaml', changed)
    await server.logged(
      ({ level, msg }) => level === 'warn' && msg === 'these changes take effect at the next start',
    )
    const { body } = await server.api<{ applied: string[]; needsRestart: string[] }>(
      'POST',
      '/api/v1/reload',
      {},
    )
    expect(body.needsRestart).toEqual(['listen', 'workers'])
    expect(await dataOf('evil.vn')).toBe('10.10.10.10')
    const { config, degraded } = await status()
    expect(config.needsRestart).toEqual(['listen', 'workers'])
    expect(degraded).toContainEqual({
      part: 'config',
      detail: 'changes of listen, workers wait for a restart',
    })
    configure()
    await eventually(async () => (await status()).config.needsRestart.length === 0)
  })
})

describe('a configuration with an error', () => {
  it.each([
    ['broken YAML', () => `${HEADER}${yaml()}lists: [\n`, /thanhloc\.yaml:\d+:\d+: /],
    ['an unknown key', () => `${HEADER}${yaml()}sinkhol: {}\n`, /thanhloc\.yaml:8:1: .*sinkhole/],
    [
      'a wrong value',
      () => HEADER + yaml({ sinkhole: '{ ipv4: 10.10.10 }' }),
      /thanhloc\.yaml:7:19: .*10\.10\.10/,
    ],
  ])('(%s) leaves the running one in force, and is told with its place', async (_what, text, place) => {
    const { failures } = (await status()).config
    const logged = server.lines.length
    server.write('thanhloc.yaml', text())
    await eventually(async () => (await status()).config.failures > failures)
    const { config, degraded } = await status()
    expect(config.errors.join('\n')).toMatch(place)
    expect(degraded).toContainEqual({
      part: 'config',
      detail: 'the last configuration was refused; the one before is in force',
    })
    const line = await eventually(() =>
      server.lines
        .slice(logged)
        .find(({ msg }) => msg === 'configuration refused: the one before stays in force'),
    )
    expect(line).toMatchObject({ level: 'error' })
    expect(line['reason']).toMatch(place)
    const { status: code, body } = await server.api('POST', '/api/v1/reload', {})
    expect([code, body['code']]).toEqual([422, 'THANHLOC_API_UNPROCESSABLE'])
    expect(body['detail']).toMatch(place)
    expect(await metric(server, 'thanhloc_config_reload_failures_total')).toBeGreaterThan(failures)
    expect([await dataOf('evil.vn'), await dataOf(newName())]).toEqual(['10.10.10.10', '192.0.2.1'])
    configure()
    await eventually(async () => (await status()).config.errors.length === 0)
  })
})

describe('what the file does not say stays in force', () => {
  it('options of the command line', async () => {
    const args = ['--upstream', other.text, '--list', server.path('second.txt'), '--sinkhole', '10.77.77.77']
    const second = await TestServer.start({ config: yaml(), files: { 'first.txt': 'evil.vn\n' }, args })
    try {
      const answer = async (name: string): Promise<unknown> =>
        (await query(name, 'A', { port: second.port })).answers[0]?.data
      const expected = ['10.77.77.77', '192.0.2.2']
      expect([await answer('second.vn'), await answer(newName())]).toEqual(expected)
      second.write('thanhloc.yaml', `${HEADER}${yaml({ sinkhole: '{ ttl: 5s }' })}`)
      const ttl = async (): Promise<unknown> =>
        (await query('second.vn', 'A', { port: second.port })).answers[0]?.ttl
      await eventually(async () => (await ttl()) === 5)
      expect([await answer('second.vn'), await answer(newName())]).toEqual(expected)
    } finally {
      await second.stop()
    }
  })
})
