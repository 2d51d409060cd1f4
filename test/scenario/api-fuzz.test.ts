/**
 * Every call of the API with whatever can be sent to it, drawn from its own description: the answer is one the
 * description knows, never a fault of the server, and DNS goes on. New calls are drawn from as soon as they are described.
 */
import { connect } from 'node:net'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PROBLEMS } from '../../src/admin/problem.ts'
import { Agency } from '../support/agency.ts'
import {
  callsOf,
  exampleValues,
  Judge,
  urlOf,
  type ApiCall,
  type ApiDocument,
} from '../support/api-document.ts'
import { drawRequest, type Caller, type DrawnRequest, type Pools } from '../support/api-requests.ts'
import type { Called } from '../support/http-call.ts'

/** Other requests with another one, the same with the same. */
const SEED = Number(process.env['THANHLOC_SEED'] ?? 1298)
const RUNS_A_CALL = Number(process.env['THANHLOC_RUNS'] ?? 20)
/** Fewer than the connections there may be. */
const AT_ONCE = 32
const PASSWORD = 'Mèo trèo cây cau 7'
/** Of the program's inside, for nobody's eyes. */
const INSIDE = /\bat [^\n]{0,200}\.(?:ts|js|mjs|cjs):\d+|node:internal|node_modules|\bSQLITE_|SqliteError|\bTypeError\b|\bundefined\b|\bERR_[A-Z_]+/ // prettier-ignore

let agency: Agency
let calls: readonly ApiCall[]
let judge: Judge
let problemSchema: ApiDocument['components']['schemas'][string]
let pools: Pools
let sessions = 0
let session: Record<string, string> = {}

beforeAll(async () => {
  agency = await Agency.open()
  const document = (await agency.call('GET', '/openapi.json')).body as ApiDocument
  calls = callsOf(document)
  judge = new Judge(document)
  problemSchema = document.components.schemas['Problem']!
  agency.stage.up.answer('www.example.org', 'A', '192.0.2.80')
  await agency.stage.server.api('POST', '/api/v1/users', { name: 'binh', role: 'officer', units: ['so-yte'] })
  const [yte, gd] = agency.units
  pools = {
    id: [...yte!.caseIds, ...gd!.caseIds, 4711],
    client: [...yte!.clientIds],
    name: ['binh', 'evil.vn', 'www.evil.vn', 'grafana', 'an'],
    unit: ['so-yte', 'so-gd', 'tinh', 'khong-co'],
    units: [null, ['so-yte'], []],
    role: ['viewer', 'officer', 'admin', 'auditor', 'node', 'firewall'],
    list: ['apt32', 'khac', 'khong-co'],
    campaign: ['2022', ''],
    for: ['10m', '1d', 'off'],
    version: [1, 2, 3],
    since: ['2026-11-01', '2020-01-01T00:00:00Z'],
    until: ['2099-01-01', '2026-12-31T23:59:59Z'],
    q: ['127.0.21.1', 'PC-bvien', 'aa:bb:cc:00:21:01', 'evil', '127.0.0.0/8'],
    password: [PASSWORD, 'Chuột đi chợ xa 8!'],
    current: [PASSWORD],
    next: ['Chuột đi chợ xa 8!', PASSWORD],
  }
})
afterAll(() => agency.close())

/** A session that lives, of an account of its own each time and from an address of its own: drawn requests lock both. */
async function freshSession(): Promise<Record<string, string>> {
  const name = `nguoi-${++sessions}`
  const given = { name, role: 'officer', password: PASSWORD, isOwn: true }
  const made = await agency.stage.server.api('POST', '/api/v1/users', given)
  expect(made.status, made.text).toBe(201)
  const reply = await agency.call('POST', '/api/v1/session', {
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name, password: PASSWORD }),
    from: `127.0.9.${sessions}`,
  })
  expect(reply.status, reply.text).toBe(200)
  const [cookie = ''] = String(reply.headers['set-cookie']).split(';')
  return { cookie, 'x-csrf-token': (reply.body as { csrf: string }).csrf }
}

/** The cursor of a second page, where there is one. */
async function cursorOf(call: ApiCall): Promise<Pools> {
  if (call.method !== 'GET' || !(call.parameters ?? []).some(({ name }) => name === 'cursor')) return {}
  const url = urlOf(call, { ...exampleValues(call), ...ANY_ROW, id: pools['id']![0], limit: 1 })
  const { body } = await agency.call('GET', url, { headers: await agency.token('admin') })
  const { next } = (body ?? {}) as { next?: unknown }
  return typeof next === 'string' ? { cursor: [next] } : {}
}
/** Examples that would choose rows that are not here. */
const ANY_ROW = Object.fromEntries(['unit', 'state', 'since', 'sort', 'indicator', 'action', 'client', 'campaign'].map((name) => [name, undefined])) // prettier-ignore

async function credentials(caller: Caller): Promise<Record<string, string>> {
  if (caller === 'nobody') return {}
  if (caller === 'junk') return { authorization: 'Bearer tl_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' }
  if (caller !== 'session')
    return agency.token(caller, caller === 'officer' || caller === 'viewer' ? ['so-yte'] : null)
  const isAlive = (await agency.call('GET', '/api/v1/session', { headers: session })).status === 200
  if (!isAlive) session = await freshSession()
  return session
}

async function send({ method, target, headers, body, caller }: DrawnRequest): Promise<Called> {
  return agency.call(method, target, { headers: { ...(await credentials(caller)), ...headers }, body })
}

/** What is wrong with the answer; empty: nothing. */
function faultsOf(call: ApiCall, reply: Called): string[] {
  const { status, text, headers } = reply
  const type = String(headers['content-type']).split(';')[0]!
  if (status === 204 && text === '')
    return call.responses['204'] === undefined ? ['204 is not described'] : []
  const said = call.responses[String(status)]
  // What is not found may be no call of this description at all: a path that leads elsewhere.
  if (said === undefined && status !== 404)
    return [`status ${status} is not described: ${text.slice(0, 300)}`]
  if (status >= 400) {
    const { code = '', status: told } = (reply.body ?? {}) as { code?: string; status?: number }
    return [
      ...(type === 'application/problem+json' ? [] : [`a refusal as ${type}`]),
      ...judge.faults(problemSchema, reply.body),
      ...(told === status && PROBLEMS[code as keyof typeof PROBLEMS] === status
        ? []
        : [`${code} with ${status}`]),
      ...(said === undefined || said.description.includes(code)
        ? []
        : [`${code} is not described for ${status}`]),
      ...(status === 500 || (status === 503 && !call.path.endsWith('/stream'))
        ? [`a fault of the server: ${text}`]
        : []),
      ...(INSIDE.test(text) ? [`its inside: ${text.slice(0, 500)}`] : []),
    ]
  }
  const media = said!.content?.[type]
  if (media === undefined) return [`${type} is not described`]
  return judge.faults(media.schema, type === 'application/json' ? reply.body : text)
}

async function isAlive(): Promise<void> {
  const { process: child, lines } = agency.stage.server
  expect(child.exitCode).toBeNull()
  expect((await agency.call('GET', '/healthz')).body).toEqual({ status: 'alive' })
  expect((await agency.stage.ask('www.example.org', 'A')).answers.map(({ data }) => data)).toEqual([
    '192.0.2.80',
  ])
  const bad = lines.filter(({ msg, level }) => /request failed|died|restarted/.test(msg) || level === 'fatal')
  expect(bad).toEqual([])
}

describe('whatever is sent', () => {
  it('is answered as described, by a server that stays alive', async () => {
    const statuses = new Map<number, number>()
    for (const [index, call] of calls.entries()) {
      const property = fc.asyncProperty(
        drawRequest(call, { ...pools, ...(await cursorOf(call)) }),
        async (drawn) => {
          const reply = await send(drawn)
          statuses.set(reply.status, (statuses.get(reply.status) ?? 0) + 1)
          const faults = faultsOf(call, reply)
          if (faults.length > 0)
            throw new Error(`${drawn.method} ${drawn.target.slice(0, 300)}: ${faults.join('; ')}`)
        },
      )
      await fc.assert(property, { seed: SEED + index, numRuns: RUNS_A_CALL, endOnFailure: true })
      await isAlive()
    }
    // It gets in, it is refused, and in many ways: else it says nothing.
    expect(statuses.get(200)).toBeGreaterThan(RUNS_A_CALL * 5)
    expect([...statuses.keys()].toSorted()).toEqual(
      expect.arrayContaining([200, 201, 204, 400, 401, 403, 404, 415, 421, 422]),
    )
  }, 180_000)

  it('is answered the same when much of it comes at once', async () => {
    // Without those whose sessions others end, and those that hash passwords: few of these may be under way.
    const quick = calls.filter(({ 'x-action': action, path }) => action !== 'self.change' && !/session|password|users$/.test(path)) // prettier-ignore
    const drawn = fc.sample(
      fc
        .constantFrom(...quick)
        .chain((call) => drawRequest(call, pools).map((request) => ({ call, request }))),
      { seed: SEED, numRuns: 300 },
    )
    const waiting = drawn.filter(({ request }) => request.caller !== 'session')
    const workers = Array.from({ length: AT_ONCE }, async () => {
      for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
        const { call, request } = next
        const faults = faultsOf(call, await send(request))
        expect(faults, `${request.method} ${request.target.slice(0, 300)}`).toEqual([])
      }
    })
    await Promise.all(workers)
    await isAlive()
  }, 60_000)

  it('is the same with other methods and paths that are not there', async () => {
    const headers = { ...(await agency.token('admin')), 'content-type': 'application/json' }
    const methods = ['PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'POST', 'HEAD', 'PROPFIND', 'QUERY']
    const paths = [
      ...new Set(calls.map(({ path }) => path.replace(/\{\w+\}/g, '1'))),
      '/',
      '/api',
      '/api/v1/',
      '/api/v2/clients',
      '//api/v1/clients',
      '/api/v1//clients',
      '/api/v1/clients/',
      '/api/v1/clients/1/../2',
      '/api/v1/clients/%2e%2e/%2e%2e/status',
      '/api/v1/clients/%zz',
      '/docs/../src/main.ts',
      '/docs/static/..%2f..%2f..%2fpackage.json',
      '/docs/static/%2e%2e/%2e%2e/package.json',
      '/docs/%00',
      `/api/v1/users/${'x'.repeat(400)}`,
      `/${'a/'.repeat(1500)}`,
    ]
    const known = new Set(calls.map(({ call, path }) => call.replace(path, path.replace(/\{\w+\}/g, '1'))))
    for (const path of paths) {
      for (const method of methods.filter((each) => !known.has(`${each} ${path}`))) {
        const { status, text } = await agency.call(method, path, {
          headers,
          body: method === 'HEAD' ? null : '{}',
        })
        expect([200, 302, 400, 404, 413, 415], `${method} ${path}: ${text.slice(0, 200)}`).toContain(status)
        if (status === 200) expect(method, path).toBe('HEAD')
        expect(text).not.toMatch(INSIDE)
      }
    }
    await isAlive()
  }, 60_000)
})

describe('what is no HTTP', () => {
  /** What comes back until the other end closes. */
  function raw(text: string | Buffer): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connect(agency.port, '127.0.0.1', () => socket.write(text))
      let got = ''
      socket.setTimeout(20_000, () => reject(new Error(`no end of it: ${got.slice(0, 200)}`)))
      socket.setEncoding('utf8').on('data', (chunk: string) => (got += chunk))
      socket.on('error', () => resolve(got))
      socket.on('close', () => resolve(got))
    })
  }
  const head = 'Host: 127.0.0.1\r\n'

  it.each([
    ['an empty line and garbage', '\r\n\r\nxyz\r\n\r\n'],
    ['TLS', Buffer.from('160301020001000001fc0303', 'hex')],
    ['a DNS message', Buffer.from('001d1234010000010000000000000377777707657861', 'hex')],
    ['a header without end', `GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ${'y'.repeat(20_000)}\r\n\r\n`],
    ['a hundred headers', `GET /healthz HTTP/1.0\r\n${head}${'a: b\r\n'.repeat(100)}\r\n`],
    ['two lengths', `POST /api/v1/session HTTP/1.1\r\n${head}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}`],
    ['a length and chunks', `POST /api/v1/session HTTP/1.1\r\n${head}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
    ['a length that is no number', `POST /api/v1/session HTTP/1.1\r\n${head}Content-Length: -1\r\n\r\n`],
    ['a chunk too long to be', `POST /api/v1/session HTTP/1.1\r\n${head}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n`],
    ['two hosts', `GET /healthz HTTP/1.1\r\n${head}Host: evil.example\r\nConnection: close\r\n\r\n`],
    ['no host', 'GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n'],
    ['another protocol asked for', `GET /healthz HTTP/1.1\r\n${head}Connection: Upgrade, close\r\nUpgrade: websocket\r\n\r\n`],
    ['a tunnel', `CONNECT evil.example:443 HTTP/1.1\r\n${head}\r\n`],
    ['an absolute address', `GET http://evil.example/healthz HTTP/1.1\r\n${head}Connection: close\r\n\r\n`],
  ])('%s ends, and nothing of the inside is told', async (_, text) => {
    const reply = await raw(text)
    expect(reply).not.toMatch(INSIDE)
    if (reply !== '') expect(reply).toMatch(/^HTTP\/1\.1 (?:200|4\d\d) /)
    await isAlive()
  }, 30_000) // prettier-ignore

  it('bodies in chunks that do not end are cut off at the bound', async () => {
    const chunk = `4000\r\n${'x'.repeat(0x4000)}\r\n`
    const reply = await raw(
      `POST /api/v1/session HTTP/1.1\r\n${head}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n${chunk.repeat(8)}`,
    )
    expect(reply).toMatch(/^HTTP\/1\.1 413 /)
    await isAlive()
  }, 30_000)
})
