/** What the running server answers is what its own description says: every call that reads, strictly. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Agency } from '../support/agency.ts'
import { eventually } from '../support/server.ts'
import {
  callsOf,
  exampleValues,
  Judge,
  urlOf,
  type ApiCall,
  type ApiDocument,
} from '../support/api-document.ts'

let agency: Agency
let calls: readonly ApiCall[]
let judge: Judge
let headers: Record<string, string>
let importId: number

beforeAll(async () => {
  agency = await Agency.open()
  const document = (await agency.call('GET', '/openapi.json')).body as ApiDocument
  calls = callsOf(document)
  judge = new Judge(document)
  headers = await agency.token('admin')
  const { api } = { api: agency.stage.server.api.bind(agency.stage.server) }
  await api('POST', '/api/v1/users', { name: 'binh', role: 'officer', units: ['so-yte'] })
  await api('POST', '/api/v1/allow', { name: 'www.evil.vn', reason: 'thử' })
  await api('DELETE', '/api/v1/allow/www.evil.vn', {})
  await api('POST', '/api/v1/allow', { name: 'xa.evil.vn', reason: 'thử' })
  await api('POST', '/api/v1/pause', { for: '10m', reason: 'thử' })
  const upload = {
    headers: { ...headers, 'content-type': 'application/octet-stream' },
    body: 'xau.example\n',
  }
  importId = (
    (await agency.call('POST', '/api/v1/imports?name=a.txt&list=duyet', upload)).body as { id: number }
  ).id
  await eventually(async () => ((await api('GET', `/api/v1/imports/${importId}`)).body as { state: string }).state === 'ready') // prettier-ignore
})
afterAll(() => agency.close())

/** Values that lead to something: what the server has by that name, else the example. */
function valuesOf(call: ApiCall): Record<string, unknown> {
  const [unit] = agency.units
  const id = call.path.includes('/approved')
    ? 'duyet'
    : call.path.includes('/imports')
      ? importId
      : call.path.includes('/reports')
        ? 1
        : call.path.includes('/cases')
          ? unit!.caseIds[0]
          : unit!.clientIds[0]
  const given = { ...exampleValues(call) }
  const isOurs = typeof given['id'] === 'number' || call.path.includes('/approved')
  return call.path.includes('{id}') && isOurs ? { ...given, id } : given
}

/** Whatever bytes there are: as JSON or text they are not taken at all. */
const takesFile = ({ requestBody }: ApiCall): boolean =>
  requestBody?.content['application/octet-stream'] !== undefined

/** Queries that a call understands: none, its examples, and each choice it offers by itself. */
function* queriesOf(call: ApiCall): Generator<Record<string, unknown>> {
  const values = valuesOf(call)
  const inPath = new Set((call.parameters ?? []).filter(({ required }) => required).map(({ name }) => name))
  const least = Object.fromEntries(Object.entries(values).filter(([name]) => inPath.has(name)))
  yield least
  yield values
  for (const { name, schema } of call.parameters ?? []) {
    const choices = schema.enum ?? (schema.anyOf ?? []).flatMap((each) => each.enum ?? [])
    for (const choice of schema.type === 'boolean' ? [true, false] : choices)
      yield { ...least, [name]: choice }
    if (name === 'limit') yield { ...least, limit: 1 }
    if (name === 'after') yield { ...least, after: 0 }
  }
}

function check(call: ApiCall, url: string, reply: Awaited<ReturnType<Agency['call']>>): void {
  const said = call.responses[String(reply.status)]
  expect(said, `${url} answers ${reply.status}: ${reply.text.slice(0, 500)}`).toBeDefined()
  const type = String(reply.headers['content-type']).split(';')[0]!
  const media = said!.content?.[type]
  expect(media, `${url} answers ${type}`).toBeDefined()
  const value = /\bjson$/.test(type) && type !== 'application/x-ndjson' ? reply.body : reply.text
  expect(judge.faults(media!.schema, value), url).toEqual([])
}

it('every call that reads answers as its schema says, with no field more', async () => {
  const reading = calls.filter(({ method }) => method === 'GET')
  expect(reading.length).toBeGreaterThan(20)
  const unanswered = []
  for (const call of reading) {
    let successes = 0
    for (const query of queriesOf(call)) {
      const url = urlOf(call, query)
      const reply = await agency.call('GET', url, { headers })
      check(call, url, reply)
      if (reply.status === 200) successes += 1
    }
    if (successes === 0) unanswered.push(call.call)
  }
  expect(unanswered).toEqual([])
})

it('a server whose tables are filled shows what the schemas speak of: none of it is empty', async () => {
  const get = async (path: string): Promise<Record<string, unknown>> =>
    (await agency.call('GET', `/api/v1${path}`, { headers })).body as Record<string, unknown>
  expect(await get('/cases')).toMatchObject({ items: { length: 6 } })
  expect(await get('/clients')).toMatchObject({ items: { length: 6 } })
  expect(await get('/contacts')).toMatchObject({ items: { length: 4 } })
  expect(await get('/reports')).toMatchObject({ items: { length: 2 }, open: 2 })
  expect(await get('/allow')).toMatchObject({
    items: { length: 1 },
    ended: { length: 1 },
    pause: { kind: 'pause' },
  })
  expect(await get('/events?after=0')).toMatchObject({ items: { length: 20 } })
})

it('exports have the columns the examples show', async () => {
  const call = calls.find(({ path }) => path.endsWith('/export/{what}'))!
  for (const [type, format] of [
    ['text/csv', 'csv'],
    ['application/x-ndjson', 'ndjson'],
  ] as const) {
    // prettier-ignore
    const url = urlOf(call, { what: 'cases', format })
    const reply = await agency.call('GET', url, { headers })
    const columns = (text: string): string[] =>
      format === 'csv'
        ? text.split('\r\n')[0]!.split(',')
        : Object.keys(JSON.parse(text.split('\n')[0]!) as object)
    expect(columns(call.responses['200']!.content![type]!.example as string), type).toEqual(columns(reply.text)) // prettier-ignore
  }
})

it('HEAD answers as GET does, without a body', async () => {
  for (const call of calls.filter(({ method, path }) => method === 'GET' && !path.endsWith('/stream'))) {
    const url = urlOf(call, valuesOf(call))
    const reply = await agency.call('HEAD', url, { headers })
    expect(reply.text).toBe('')
    expect(call.responses, url).toHaveProperty(String(reply.status))
    expect(String(reply.headers['content-type'])).toMatch(/^[a-z]+\/[a-z+.-]+/)
  }
})

it('every call refuses a stranger, a broken body and a foreign page as it says it does', async () => {
  for (const call of calls) {
    const url = urlOf(call, valuesOf(call))
    const json = call.method === 'GET' ? {} : { 'content-type': 'application/json' }
    const tries = [
      await agency.call(call.method, url, { headers: json }),
      await agency.call(call.method, url, { headers: { ...json, authorization: 'Bearer tl_nothing' } }),
      await agency.call(call.method, url, { headers: { ...json, host: 'evil.example' } }),
      ...(call.method === 'GET'
        ? []
        : [
            await agency.call(call.method, url, { headers: { ...json, ...headers }, body: '{"a":' }),
            await agency.call(call.method, url, { headers: { ...json, ...headers, origin: 'http://evil.example' }, body: '{}' }), // prettier-ignore
            await agency.call(call.method, url, { headers: { ...headers, 'content-type': 'text/plain' }, body: '{}' }), // prettier-ignore
            await agency.call(call.method, url, { headers: { ...json, ...headers }, body: JSON.stringify('x'.repeat(70_000)) }), // prettier-ignore
          ]),
    ]
    for (const reply of tries.filter(({ status }) => status >= 400))
      check(call, `${call.method} ${url}`, reply)
    const isFree = call['x-action'] === 'free'
    expect(tries.map(({ status }) => status).slice(1, 3), call.call).toEqual([isFree ? expect.any(Number) : 401, 421]) // prettier-ignore
    if (call.method !== 'GET' && !isFree && call['x-action'] !== 'self.change') expect(tries.slice(3).map(({ status }) => status), call.call).toEqual(takesFile(call) ? [415, 403, 415, 415] : [400, 403, 415, 413]) // prettier-ignore
  }
})
