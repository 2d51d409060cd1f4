import { expect, test } from 'vitest'
import { AUTHORISED, createFixture, JSON_AUTHORISED } from './fake-threads.ts'

const HOST = { host: '127.0.0.1:8053' }
const json = { 'content-type': 'application/json' }

const table: [what: string, request: object, status: number][] = [
  ['no such path', { url: '/nothing', headers: HOST }, 404],
  ['no such path under /api', { url: '/api/v1/nothing', headers: HOST }, 404],
  ['another method', { method: 'PUT', url: '/api/v1/status', headers: JSON_AUTHORISED, payload: '{}' }, 404],
  ['a foreign Host', { url: '/healthz', headers: { host: 'evil.example' } }, 421],
  ['no token', { url: '/api/v1/status', headers: HOST }, 401],
  ['a foreign Origin', { method: 'POST', url: '/api/v1/reload', headers: { ...JSON_AUTHORISED, origin: 'http://evil.example' } }, 403],
  ['a form', { method: 'POST', url: '/api/v1/reload', headers: { ...AUTHORISED, 'content-type': 'application/x-www-form-urlencoded' }, payload: 'a=b' }, 415],
  ['unknown parameter', { url: '/api/v1/clients?limt=5', headers: AUTHORISED }, 400],
  ['limit out of range', { url: '/api/v1/clients?limit=100000', headers: AUTHORISED }, 400],
  ['a time that is none', { url: '/api/v1/clients?since=yesterday!!', headers: AUTHORISED }, 400],
  ['an id that is none', { url: '/api/v1/clients/abc', headers: AUTHORISED }, 400],
  ['no such client', { url: '/api/v1/clients/99', headers: AUTHORISED }, 404],
  ['broken JSON', { method: 'POST', url: '/api/v1/pause', headers: JSON_AUTHORISED, payload: '{"for":' }, 400],
  ['a poisoned prototype', { method: 'POST', url: '/api/v1/pause', headers: JSON_AUTHORISED, payload: '{"__proto__":{"a":1}}' }, 400],
  ['no body where one is needed', { method: 'POST', url: '/api/v1/pause', headers: JSON_AUTHORISED }, 400],
  ['a body too large', { method: 'POST', url: '/api/v1/allow', headers: JSON_AUTHORISED, payload: JSON.stringify({ name: 'x'.repeat(70_000) }) }, 413],
  ['a broken escape in the path', { url: '/api/v1/allow/%ZZ', headers: HOST }, 400],
  ['a path beyond all measure', { url: `/api/v1/clients/${'9'.repeat(400)}`, headers: AUTHORISED }, 400],
] // prettier-ignore

test.each(table)('%s: problem details', async (_what, request, status) => {
  const { app } = await createFixture()
  const reply = await app.inject(request)
  expect(reply.statusCode).toBe(status)
  expect(reply.headers['content-type']).toMatch(/^application\/problem\+json/)
  expect(reply.headers['access-control-allow-origin']).toBeUndefined()
  const problem = reply.json()
  expect(problem).toMatchObject({
    type: 'about:blank',
    status,
    code: expect.stringMatching(/^THANHLOC_API_/),
  })
  expect(problem.title).not.toBe('')
  expect(problem.detail).not.toBe('')
})

test('validation says which field and why', async () => {
  const { app } = await createFixture()
  const unknown = await app.inject({ url: '/api/v1/clients?limt=5', headers: AUTHORISED })
  expect(unknown.json().errors).toEqual([{ field: 'querystring.limt', message: 'is not known here' }])
  const missing = await app.inject({
    method: 'POST',
    url: '/api/v1/allow',
    headers: JSON_AUTHORISED,
    payload: { name: 'a.test' },
  })
  expect(missing.json().errors[0].field).toBe('body.reason')
})

test('401 says how to identify oneself', async () => {
  const { app } = await createFixture({ token: '' })
  const reply = await app.inject({ url: '/api/v1/status', headers: HOST })
  expect(reply.headers['www-authenticate']).toMatch(/^Bearer/)
  expect(reply.json().detail).toContain('POST /api/v1/session')
})

test('a fault of ours is logged, and its inside is not told', async () => {
  const clients = {
    listClients: () => {
      throw new Error('secret inside')
    },
  }
  const { app, logged } = await createFixture({ clients })
  const reply = await app.inject({ url: '/api/v1/clients', headers: AUTHORISED })
  expect(reply.statusCode).toBe(500)
  expect(reply.body).not.toContain('secret inside')
  expect(logged.join('')).toContain('secret inside')
})

test('every answer carries the headers that keep browsers from misusing it', async () => {
  const { app } = await createFixture()
  const paths = [
    { url: '/api/v1/status', headers: AUTHORISED },
    { url: '/nothing', headers: HOST },
    { url: '/metrics', headers: HOST },
    { method: 'POST' as const, url: '/api/v1/reload', headers: { ...HOST, ...json } },
  ]
  for (const path of paths) {
    const { headers } = await app.inject(path)
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' })
    expect(headers['content-security-policy']).toContain("default-src 'none'")
  }
})
