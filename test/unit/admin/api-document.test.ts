/** The API's description is whole: of the right form, with every status a call can give, and examples that fit. */
import { STATUS_CODES } from 'node:http'
import { beforeAll, describe, expect, it } from 'vitest'
import { completeDocument } from '../../../src/admin/api-document.ts'
import { EXAMPLES } from '../../../src/admin/examples/examples.ts'
import { PROBLEMS } from '../../../src/admin/problem.ts'
import {
  callsOf,
  compileShape,
  exampleValues,
  Judge,
  urlOf,
  type ApiCall,
  type ApiDocument,
} from '../../support/api-document.ts'
import { OPENAPI_SHAPE } from '../../support/openapi-shape.ts'
import { AUTHORISED, createFixture, type Fixture } from './fake-threads.ts'

let fixture: Fixture
let document: ApiDocument
let calls: readonly ApiCall[]
let judge: Judge

beforeAll(async () => {
  fixture = await createFixture()
  document = (await fixture.app.inject({ url: '/openapi.json', headers: AUTHORISED })).json()
  calls = callsOf(document)
  judge = new Judge(document)
})

const media = (call: ApiCall, status: string) => Object.entries(call.responses[status]!.content ?? {})
const successes = (call: ApiCall): string[] =>
  Object.keys(call.responses).filter((status) => status.startsWith('2'))

describe('the form', () => {
  const faultsOf = compileShape(OPENAPI_SHAPE)

  it('is that of OpenAPI 3.1, with no key at a place where there is none', () => {
    expect(faultsOf(document)).toEqual([])
  })

  it('is judged by a shape that finds what is wrong', () => {
    const first = structuredClone(document) as unknown as { paths: Record<string, Record<string, object>> }
    Object.assign(first.paths['/healthz']!['get']!, { sumary: 'x' })
    expect(faultsOf(first)).not.toEqual([])
    const second = structuredClone(document) as unknown as typeof first
    Object.assign(second.paths['/healthz']!['get']!, { parameters: [{ name: 'id', in: 'path', schema: {} }] })
    expect(faultsOf(second)).not.toEqual([])
  })

  it('names each operation once, with a tag that is declared', () => {
    const ids = calls.map(({ operationId }) => operationId)
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids).toContain('getClientsById')
    const tags = document.tags.map(({ name }) => name)
    for (const { tags: own, call } of calls) expect(tags, call).toEqual(expect.arrayContaining([...own]))
  })

  it('leads by its references to what is there', () => {
    for (const [, path] of JSON.stringify(document).matchAll(/"\$ref":"#\/components\/([^"]+)"/g)) {
      const [kind, name] = path!.split('/') as ['schemas' | 'examples', string]
      expect(document.components[kind], path).toHaveProperty([name])
    }
  })
})

describe('what a call can be refused with', () => {
  it('stands under its status, by code and with an example', () => {
    for (const call of calls) {
      const refused = Object.keys(call.responses).filter((status) => /^[45]/.test(status))
      expect(refused, call.call).toEqual(expect.arrayContaining(['421', '500']))
      for (const status of refused.filter((each) => !(call.path === '/readyz' && each === '503'))) {
        const codes = call.responses[status]!.description.split(', ')
        const [[type, body]] = media(call, status) as unknown as [
          [string, { examples: Record<string, object> }],
        ]
        expect(type).toBe('application/problem+json')
        expect(Object.keys(body.examples), `${call.call} ${status}`).toEqual(codes)
        for (const code of codes) expect(PROBLEMS[code as keyof typeof PROBLEMS], code).toBe(Number(status))
      }
    }
  })

  it('follows from what it asks of its caller', () => {
    for (const call of calls) {
      const isFree = call['x-action'] === 'free'
      expect(call.security.length === 0, call.call).toBe(isFree)
      if (!isFree) expect(Object.keys(call.responses)).toEqual(expect.arrayContaining(['401', '403', '503']))
      if (call.method !== 'GET') expect(Object.keys(call.responses)).toEqual(expect.arrayContaining(['400', '403', '413', '415'])) // prettier-ignore
      if (call['x-action'] === 'self.change') expect(call.security).toEqual([{ session: [] }])
    }
  })

  it('has an example of each code that is a problem of that status', () => {
    const problem = document.components.schemas['Problem']!
    expect(Object.keys(document.components.examples).toSorted()).toEqual(Object.keys(PROBLEMS).toSorted())
    for (const [code, { value }] of Object.entries(document.components.examples)) {
      expect(judge.faults(problem, value), code).toEqual([])
      expect(value).toMatchObject({ code, status: PROBLEMS[code as keyof typeof PROBLEMS] })
    }
  })

  it('is nothing where a route refuses nothing of its own', () => {
    const plain = { paths: { '/x': { get: { responses: { 200: { description: 'Default Response' } } } } }, components: {} } // prettier-ignore
    completeDocument(plain, [{ method: 'GET', path: '/x', access: 'free', refusals: [], isTagged: false }])
    expect(Object.keys(plain.paths['/x'].get.responses)).toEqual(['200', '421', '500'])
    expect(plain.paths['/x'].get.responses[200].description).toBe('OK')
  })
})

describe('examples', () => {
  it('are there for each call, and for no other', () => {
    expect(Object.keys(EXAMPLES).toSorted()).toEqual(calls.map(({ call }) => call).toSorted())
  })

  it('name only parameters there are, and each one in the path', () => {
    for (const call of calls) {
      const names = (call.parameters ?? []).map(({ name }) => name)
      expect(names, call.call).toEqual(expect.arrayContaining(Object.keys(EXAMPLES[call.call]!.given ?? {})))
      const needed = (call.parameters ?? []).filter(({ required }) => required === true)
      for (const { name, example } of needed) expect(example, `${call.call} ${name}`).toBeDefined()
    }
  })

  it('of what is asked fit their schemas', () => {
    for (const call of calls) {
      for (const { name, schema, example } of call.parameters ?? []) {
        if (example !== undefined) expect(judge.faults(schema, example), `${call.call} ${name}`).toEqual([])
      }
      for (const { schema, example } of Object.values(call.requestBody?.content ?? {})) {
        expect(example, `${call.call}: an example of the body`).toBeDefined()
        expect(judge.faults(schema, example), call.call).toEqual([])
      }
    }
  })

  it('of what is answered fit their schemas, and say everything those name', () => {
    for (const call of calls) {
      const [status, ...others] = successes(call)
      expect(others, call.call).toEqual([])
      expect(STATUS_CODES, call.call).toHaveProperty(status!)
      if (status === '204') expect(EXAMPLES[call.call]!.answer, call.call).toBeNull()
      else expect(media(call, status!).length, call.call).toBeGreaterThan(0)
      for (const [type, { schema, example }] of media(call, status!)) {
        expect(example, `${call.call} ${type}: an example of the answer`).toBeDefined()
        expect(judge.faults(schema, example), `${call.call} ${type}`).toEqual([])
      }
    }
  })

  it('of changes are understood by the server as they stand', async () => {
    for (const call of calls.filter(({ method }) => method !== 'GET')) {
      const { app } = await createFixture()
      const reply = await app.inject({
        method: call.method as 'POST',
        url: urlOf(call, exampleValues(call)),
        headers: { ...AUTHORISED, 'content-type': 'application/json' },
        payload: JSON.stringify(EXAMPLES[call.call]!.body ?? {}),
      })
      // The threads behind are silent here; what counts is that nothing of it is taken for wrongly written.
      expect(reply.body, call.call).not.toContain('THANHLOC_API_INVALID')
    }
  })
})
