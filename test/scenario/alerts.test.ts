/** People are told by a webhook: of a new case once, also over kill -9; of a test by hand; of upstreams that are gone. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { rmSync, utimesSync } from 'node:fs'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { query } from '../support/dns-client.ts'
import { FakeUpstream } from '../support/fake-upstream.ts'
import { eventually, TestServer } from '../support/server.ts'

interface Told {
  readonly kind: string
  readonly state: string | null
  readonly event: number | null
  readonly subject: Readonly<Record<string, unknown>>
}

interface Status {
  readonly alerts: {
    readonly trouble: string | null
    readonly channels: readonly {
      readonly id: string
      readonly pending: number
      readonly sent: number
      readonly lastError: string | null
    }[]
  }
  readonly degraded: readonly { readonly part: string; readonly detail: string }[]
}

let up: FakeUpstream
let receiver: Server
let told: Told[]
let answer: number
let server: TestServer | null = null

beforeEach(async () => {
  told = []
  answer = 200
  up = await FakeUpstream.start()
  up.answer('*', 'A', '192.0.2.1')
  receiver = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk))
    request.on('end', () => {
      if (answer === 200) told.push(JSON.parse(body) as Told)
      response.writeHead(answer).end()
    })
  })
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
})
afterEach(async () => {
  await server?.stop()
  server = null
  receiver.close()
  await up.stop()
})

function start(directory?: string, minInterval = '1h'): Promise<TestServer> {
  const { port } = receiver.address() as AddressInfo
  return TestServer.start({
    ...(directory === undefined ? {} : { directory }),
    config: `
upstreams: { servers: ["${up.text}"] }
lists: [{ id: bad, path: bad.txt, maxAge: 1h }]
alerts: { channels: [{ id: soc, type: webhook, url: "http://127.0.0.1:${port}/", detail: full, minInterval: ${minInterval} }] }
`,
    files: { 'bad.txt': 'evil.vn\nother.vn\n' },
  })
}

const ask = (name: string, from: string) => query(name, 'A', { port: server!.port, from, timeoutMs: 5000 })
const toldOf = (kind: string): Told[] => told.filter((one) => one.kind === kind)

async function status(): Promise<Status> {
  return (await server!.api<Status>('GET', '/api/v1/status')).body
}

it('a hit is told of as a new case, and not again after kill -9', async () => {
  // No interval: nothing but what is noted keeps the first one from being told again.
  server = await start(undefined, '0s')
  const { directory } = server
  await ask('evil.vn', '127.0.7.1')
  await eventually(() => toldOf('case-new').length === 1)
  expect(toldOf('case-new')[0]!.subject).toMatchObject({
    address: '127.0.7.1',
    indicator: 'evil.vn',
    list: 'bad',
  })
  // Sent is not noted in the same moment; what is not noted is rightly sent again.
  await eventually(async () => (await status()).alerts.channels[0]!.pending === 0)
  await server.kill()

  server = await start(directory, '0s')
  // The events behind it are read in order: when the next one is told of, the first would have been.
  await ask('evil.vn', '127.0.7.1')
  await ask('other.vn', '127.0.7.2')
  await eventually(() => toldOf('case-new').some(({ subject }) => subject['address'] === '127.0.7.2'))
  expect(toldOf('case-new').map(({ subject }) => subject['address'])).toEqual(['127.0.7.1', '127.0.7.2'])
  expect(new Set(told.map(({ event }) => event)).size).toBe(2)
  expect((await status()).alerts).toMatchObject({ trouble: null, channels: [{ id: 'soc', sent: 2 }] })
})

it('a store that began anew is followed from its start', async () => {
  // Of the new store the first machine has the number that the first of the old one had, which was told of just now.
  server = await start()
  const { directory } = server
  await ask('evil.vn', '127.0.7.1')
  await ask('evil.vn', '127.0.7.2')
  await eventually(() => toldOf('case-new').length === 2)
  await server.stop(true)
  for (const suffix of ['', '-wal', '-shm']) rmSync(`${directory}/data/thanhloc.db${suffix}`, { force: true })

  server = await start(directory)
  await server.logged(({ msg }) => msg === 'the store has begun anew: alerts follow it from its start')
  await ask('other.vn', '127.0.7.3')
  await eventually(() => toldOf('case-new').some(({ subject }) => subject['address'] === '127.0.7.3'))
})

it('a test by hand delivers, and says why where it does not', async () => {
  server = await start()
  const test = (id: string) => server!.api('POST', `/api/v1/alerts/${id}/test`, {})
  expect(await test('soc')).toMatchObject({
    status: 200,
    body: { channel: 'soc', isDelivered: true, reason: null },
  })
  expect(toldOf('test')).toHaveLength(1)
  expect(await test('nobody')).toMatchObject({ status: 404, body: { code: 'THANHLOC_API_NOT_FOUND' } })

  answer = 500
  const failed = await test('soc')
  expect(failed).toMatchObject({ status: 200, body: { isDelivered: false } })
  expect(failed.body['reason']).toContain('500')
  const after = await status()
  expect(after.alerts.channels[0]!.lastError).toContain('500')
  expect(after.degraded).toContainEqual({ part: 'alerts', detail: 'soc did not take the last message' })
  expect((await server.api('GET', '/metrics')).text).toContain('thanhloc_alerts_pending{channel="soc"} 0')
})

it('a list that cannot be taken is told of, and when it can again', async () => {
  server = await start()
  rmSync(server.path('bad.txt'))
  await server.api('POST', '/api/v1/lists/reload', { reason: 'x' })
  await eventually(() => toldOf('list-failed').some(({ state }) => state === 'begun'), 15_000)
  expect(toldOf('list-failed')[0]!.subject['list']).toBe('bad')
  server.write('bad.txt', 'evil.vn\nother.vn\n')
  await server.api('POST', '/api/v1/lists/reload', { reason: 'x' })
  await eventually(() => toldOf('list-failed').some(({ state }) => state === 'resolved'), 15_000)
  expect(toldOf('list-failed').map(({ state }) => state)).toEqual(['begun', 'resolved'])
})

it('a list that is not renewed for longer than it may be is told of, and when it is', async () => {
  server = await start()
  const path = server.path('bad.txt')
  const past = new Date(Date.now() - 2 * 3_600_000)
  utimesSync(path, past, past)
  await eventually(() => toldOf('list-stale').some(({ state }) => state === 'begun'), 15_000)
  expect(toldOf('list-stale')[0]!.subject).toMatchObject({
    list: 'bad',
    reason: `not renewed since ${past.toISOString()}`,
  })
  expect((await status()).degraded).toEqual([
    { part: 'lists', detail: `bad was not renewed since ${past.toISOString()}` },
  ])
  expect((await server.api('GET', '/metrics')).text).toContain('thanhloc_list_stale{list="bad"} 1')
  // A download of the same content.
  server.write('bad.txt', 'evil.vn\nother.vn\n')
  await eventually(() => toldOf('list-stale').some(({ state }) => state === 'resolved'), 15_000)
  expect((await status()).degraded).toEqual([])
})
