/** Who may call the admin API over TCP and how it refuses; probes, metrics and OpenAPI, which are for everybody. */
import { statSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hitOn } from '../support/admin-reports.ts'
import { call, type Called } from '../support/http-call.ts'
import { eventually, TestServer } from '../support/server.ts'
import { Stage } from '../support/stage.ts'

const TOKEN = 'c2VjcmV0LXRva2VuLW9mLTMyLWNoYXJhY3RlcnM'
const JSON_TYPE = { 'content-type': 'application/json' }
const BEARER = { authorization: `Bearer ${TOKEN}` }

const OPEN_ADMIN = 'admin: { listen: "127.0.0.1:0" }\nupstreams: { servers: ["127.0.0.1:9"] }\n'

const CONFIG = `
admin: { listen: "127.0.0.1:0", tokenFile: token, hosts: [dns.coquan.vn] }
sinkhole: { ipv4: 10.10.10.10 }
lists: [ { id: apt32, path: apt32.txt } ]
`

let stage: Stage
let port: number

/** Of the admin API, or with `place` 1 of the metrics. */
function adminPort(of: TestServer, place = 0): number {
  const ready = of.lines.find(({ msg }) => msg === 'ready')!
  return Number((ready['admin'] as string[])[place]!.split(':').at(-1))
}

const get = (path: string, headers: Readonly<Record<string, string>> = {}): Promise<Called> =>
  call(port, 'GET', path, headers)
const post = (path: string, headers: Readonly<Record<string, string>>, body = '{}'): Promise<Called> =>
  call(port, 'POST', path, headers, body)

/** RFC 9457, with our code, and nothing of how the server is made. */
function expectProblem({ status, headers, body, text }: Called, wanted: number, code: string): void {
  expect({ status, text }).toMatchObject({ status: wanted })
  expect(headers['content-type']).toMatch(/^application\/problem\+json/)
  expect(body).toMatchObject({
    type: 'about:blank',
    status: wanted,
    code: code.startsWith('ACCOUNT_') ? `THANHLOC_${code}` : `THANHLOC_API_${code}`,
  })
  const { title, detail } = body as { title: string; detail: string }
  expect([typeof title, detail.length > 10]).toEqual(['string', true])
  expect(text).not.toMatch(/node_modules|\.ts:\d|at \w+ \(/)
}

beforeAll(async () => {
  stage = await Stage.open(CONFIG, { 'apt32.txt': 'evil.vn\n', token: `${TOKEN}\n` })
  port = adminPort(stage.server)
  stage.up.answer('*', 'A', '192.0.2.1').servfail('broken.vn')
  await stage.ask('evil.vn', 'A', { from: '127.0.7.1' })
  await stage.ask('clean.vn', 'A')
  await stage.ask('clean.vn', 'A', { tcp: true })
  await stage.ask('broken.vn', 'A')
  await hitOn(stage.server, '127.0.7.1', 'evil.vn')
})
afterAll(() => stage.close())

describe('over TCP', () => {
  it.each([
    ['none', {}, 'TOKEN'],
    ['another', { authorization: `Bearer ${TOKEN}x` }, 'ACCOUNT_TOKEN'],
    ['a beginning', { authorization: `Bearer ${TOKEN.slice(0, -1)}` }, 'ACCOUNT_TOKEN'],
    ['of another scheme', { authorization: `Basic ${TOKEN}` }, 'ACCOUNT_TOKEN'],
    ['an empty one', { authorization: 'Bearer ' }, 'ACCOUNT_TOKEN'],
  ])('a token is needed; %s: 401', async (_what, headers: Record<string, string>, code) => {
    for (const path of [
      '/api/v1/status',
      '/api/v1/clients',
      '/api/v1/clients/1',
      '/api/v1/lists',
      '/api/v1/lookup?name=a.vn',
      '/api/v1/allow',
    ]) {
      const reply = await get(path, headers)
      expectProblem(reply, 401, code)
      expect(reply.headers['www-authenticate']).toMatch(/^Bearer/)
      expect(reply.text).not.toContain('127.0.7.1')
    }
    expectProblem(await post('/api/v1/lists/reload', { ...JSON_TYPE, ...headers }), 401, code)
  })

  it('with the token everything is answered, and kept by no cache', async () => {
    for (const path of ['/api/v1/status', '/api/v1/clients', '/api/v1/lists']) {
      const { status, headers } = await get(path, BEARER)
      expect([status, headers['cache-control'], headers['x-content-type-options']]).toEqual([
        200,
        'no-store',
        'nosniff',
      ])
    }
    expect((await post('/api/v1/lists/reload', { ...JSON_TYPE, ...BEARER })).status).toBe(200)
  })

  it.each([['dns.coquan.vn'], ['dns.coquan.vn:8053'], ['DNS.coquan.vn.'], ['localhost'], ['127.0.0.1:1']])(
    'Host %s is ours',
    async (host) => expect((await get('/api/v1/status', { host, ...BEARER })).status).toBe(200),
  )

  it.each([['evil.vn'], ['dns.coquan.vn.evil.vn'], ['127.0.0.2'], ['10.0.0.1'], ['127.0.0.1@evil.vn']])(
    'Host %s is not: 421, whatever is asked (DNS rebinding)',
    async (host) => {
      for (const path of ['/api/v1/status', '/metrics', '/healthz', '/nothing']) {
        expectProblem(await get(path, { host, ...BEARER }), 421, 'HOST')
      }
    },
  )

  it('a change from another web page: 403, with the token too', async () => {
    const headers = { ...JSON_TYPE, ...BEARER, host: 'localhost' }
    for (const more of [
      { origin: 'https://evil.vn' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ]) {
      expectProblem(await post('/api/v1/lists/reload', { ...headers, ...more }), 403, 'ORIGIN')
    }
    expect((await post('/api/v1/lists/reload', { ...headers, origin: 'http://localhost' })).status).toBe(200)
  })

  it('a change that is not JSON: 415, also without a body', async () => {
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data',
      'application/jsonp',
    ]) {
      expectProblem(
        await post('/api/v1/lists/reload', { 'content-type': type, ...BEARER }),
        415,
        'CONTENT_TYPE',
      )
    }
    expectProblem(await call(port, 'POST', '/api/v1/lists/reload', BEARER), 415, 'CONTENT_TYPE')
    expectProblem(await call(port, 'DELETE', '/api/v1/allow/a.vn', BEARER), 415, 'CONTENT_TYPE')
  })

  it('what cannot be read or is not there is told as a problem', async () => {
    const headers = { ...JSON_TYPE, ...BEARER }
    expectProblem(await post('/api/v1/lists/reload', headers, '{"list":'), 400, 'INVALID')
    expectProblem(await post('/api/v1/lists/reload', headers, '{"lists":"apt32"}'), 400, 'INVALID')
    expectProblem(await get('/api/v1/clients?limit=0', BEARER), 400, 'INVALID')
    expectProblem(await get('/api/v1/clients?since=yesterday', BEARER), 400, 'INVALID')
    expectProblem(await get('/api/v1/clients?cursor=AAAA', BEARER), 400, 'INVALID')
    expectProblem(await get('/api/v1/clients/999999', BEARER), 404, 'NOT_FOUND')
    expectProblem(await get('/api/v1/nothing', BEARER), 404, 'NOT_FOUND')
    expectProblem(await get('/api/v1/%zz', BEARER), 400, 'INVALID')
    expectProblem(await post('/api/v1/lists/reload', headers, '{"list":"no-such"}'), 404, 'NOT_FOUND')
    expectProblem(await get('/api/v1/lookup?name=a..b', BEARER), 422, 'UNPROCESSABLE')
    expectProblem(
      await post('/api/v1/allow', headers, JSON.stringify({ name: 'vn', reason: 'x' })),
      422,
      'UNPROCESSABLE',
    )
    expectProblem(
      await post('/api/v1/allow', headers, JSON.stringify({ name: 'a.vn', reason: 'x'.repeat(70_000) })),
      413,
      'TOO_LARGE',
    )
  })

  it('the token may be replaced while the server runs; a file that is gone lets nobody in', async () => {
    writeFileSync(stage.server.path('token'), 'another-token-of-many-characters\n')
    expectProblem(await get('/api/v1/status', BEARER), 401, 'ACCOUNT_TOKEN')
    expect(
      (await get('/api/v1/status', { authorization: 'Bearer another-token-of-many-characters' })).status,
    ).toBe(200)
    writeFileSync(stage.server.path('token'), `${TOKEN}\n`)
    expect((await get('/api/v1/status', BEARER)).status).toBe(200)
  })
})

describe('by the socket in the data directory', () => {
  it('no token is needed, because its mode lets the owner in alone', async () => {
    expect(statSync(stage.server.path('data/admin.sock')).mode & 0o777).toBe(0o600)
    expect((await stage.server.api('GET', '/api/v1/clients')).status).toBe(200)
    expect((await stage.server.api('POST', '/api/v1/lists/reload', {})).status).toBe(200)
  })
})

describe('without a token in the configuration', () => {
  it('nothing about clients is shown over TCP, and what to do is said', async () => {
    const closed = await TestServer.start({ config: OPEN_ADMIN })
    try {
      const reply = await call(adminPort(closed), 'GET', '/api/v1/clients')
      expectProblem(reply, 401, 'TOKEN')
      expect((reply.body as { detail: string }).detail).toMatch(/admin\.sock.*thanhloc user add/)
      expect((await call(adminPort(closed), 'GET', '/healthz')).status).toBe(200)
    } finally {
      await closed.stop()
    }
  })

  it('that of THANHLOC_ADMIN_TOKEN counts; metrics may have an address of their own', async () => {
    const config = `${OPEN_ADMIN}metrics: { listen: "127.0.0.1:0" }\n`
    const server = await TestServer.start({ config, env: { THANHLOC_ADMIN_TOKEN: TOKEN } })
    try {
      expect((await call(adminPort(server), 'GET', '/api/v1/status', BEARER)).status).toBe(200)
      expectProblem(await call(adminPort(server), 'GET', '/api/v1/status'), 401, 'TOKEN')
      const apart = adminPort(server, 1)
      for (const path of ['/metrics', '/healthz', '/readyz']) {
        expect((await call(apart, 'GET', path)).status, path).toBe(200)
      }
      for (const path of ['/api/v1/status', '/openapi.json', '/docs']) {
        expectProblem(await call(apart, 'GET', path, BEARER), 404, 'NOT_FOUND')
      }
    } finally {
      await server.stop()
    }
  })
})

describe('for everybody', () => {
  it('/healthz and /readyz; a trouble stands in the body, never in the status', async () => {
    const health = await get('/healthz')
    expect([health.status, health.body]).toEqual([200, { status: 'alive' }])
    const ready = await get('/readyz')
    expect([ready.status, ready.body]).toMatchObject([200, { ready: true, degraded: [] }])
    expect((ready.body as { generation: number }).generation).toBeGreaterThan(0)
    writeFileSync(stage.server.path('apt32.txt'), '')
    await eventually(async () => ((await get('/readyz')).body as { degraded: object[] }).degraded.length > 0)
    expect((await get('/readyz')).status).toBe(200)
    writeFileSync(stage.server.path('apt32.txt'), 'evil.vn\n')
    await eventually(
      async () => ((await get('/readyz')).body as { degraded: object[] }).degraded.length === 0,
    )
  })

  it('/metrics, which says nothing about clients', async () => {
    const { status, headers, text } = await get('/metrics')
    expect([status, headers['content-type']]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8'])
    expect(text).not.toMatch(/127\.0\.7\.1|evil\.vn|clean\.vn/)
  })

  it('/openapi.json describes every route, and /docs shows it', async () => {
    const { status, body } = await get('/openapi.json')
    const { openapi, paths } = body as { openapi: string; paths: Record<string, Record<string, object>> }
    expect([status, openapi]).toEqual([200, expect.stringMatching(/^3\.1\./)])
    const routes = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    )
    expect(routes).toEqual(expect.arrayContaining(ROUTES))
    const docs = await get('/docs')
    expect([docs.status, docs.text]).toEqual([200, expect.stringContaining('swagger-ui')])
    const parts = [...docs.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, part]) => part!)
    expect(parts.length).toBeGreaterThan(3)
    for (const part of parts) {
      // Everything comes from here: the page works where there is no Internet.
      const { pathname, host } = new URL(part, 'http://here/docs')
      expect([host, (await get(pathname)).status], part).toEqual(['here', 200])
    }
  })
})

const ROUTES = [
  'get /api/v1/clients',
  'get /api/v1/clients/{id}',
  'get /api/v1/lists',
  'post /api/v1/lists/reload',
  'post /api/v1/cache/flush',
  'get /api/v1/lookup',
  'get /api/v1/allow',
  'post /api/v1/allow',
  'delete /api/v1/allow/{name}',
  'post /api/v1/pause',
  'get /api/v1/status',
  'post /api/v1/reload',
  'get /healthz',
  'get /readyz',
  'get /metrics',
]
