/** The console as a browser gets it from the running server, before anybody has signed in. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { call } from '../support/http-call.ts'
import { Stage } from '../support/stage.ts'

let stage: Stage
let port: number

beforeAll(async () => {
  stage = await Stage.open('admin: { listen: "127.0.0.1:0" }\n')
  const ready = stage.server.lines.find(({ msg }) => msg === 'ready')!
  port = Number((ready['admin'] as [string])[0].split(':').at(-1))
})
afterAll(() => stage.close())

const get = (path: string, headers: Readonly<Record<string, string>> = {}) => call(port, 'GET', path, headers)

it('is where a browser looks first, and everything its document names is there', async () => {
  const root = await get('/')
  expect([root.status, root.headers['location']]).toEqual([302, '/console/'])
  const document = await get('/console/')
  expect(document.status).toBe(200)
  const named = [...document.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url]) => url!)
  expect(named.length).toBeGreaterThan(2)
  for (const url of named) {
    const file = await get(url)
    expect([url, file.status, file.headers['x-content-type-options']]).toEqual([url, 200, 'nosniff'])
    expect(file.headers['content-type'], url).not.toContain('html')
    const again = await get(url, { 'if-none-match': String(file.headers['etag']) })
    expect([url, again.status, again.text]).toEqual([url, 304, ''])
  }
})

it('shows nothing: what it is to show it has to ask for, and is asked who it is', async () => {
  for (const path of ['/console/', '/console/machines/1']) expect((await get(path)).text).not.toContain('127.0.0.1') // prettier-ignore
  for (const path of ['/api/v1/session', '/api/v1/clients', '/api/v1/config', '/api/v1/status'])
    expect([path, (await get(path)).status]).toEqual([path, 401])
})

it('leads nowhere else, however the path is written, and answers to its own name alone', async () => {
  const document = (await get('/console/')).text
  for (const path of [
    '/console/../../../package.json',
    '/console/%2e%2e/%2e%2e/%2e%2e/package.json',
    '/console/..%2f..%2f..%2fpackage.json',
    '/console/built/../../../admin/app.ts',
    '/console/console.js/../../console.ts',
  ]) {
    const got = await get(path)
    if (got.status === 200) expect(got.text, path).toBe(document)
    else expect([400, 404], path).toContain(got.status)
  }
  expect((await get('/console/', { host: 'rebound.example' })).status).toBe(421)
})
