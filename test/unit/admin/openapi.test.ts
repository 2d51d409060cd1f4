import { expect, test } from 'vitest'
import { Judge, type ApiDocument, type JsonSchema } from '../../support/api-document.ts'
import { createFixture, isOfApi } from './fake-threads.ts'

interface Operation {
  readonly summary?: string
  readonly tags?: string[]
  readonly security?: object[]
  readonly parameters?: { name: string; in: string; required?: boolean; schema: JsonSchema }[]
  readonly requestBody?: { content: Record<string, { schema: JsonSchema }> }
  readonly responses: Record<
    string,
    { description: string; content?: Record<string, { schema: JsonSchema }> }
  >
}
interface Document {
  readonly openapi: string
  readonly paths: Record<string, Record<string, Operation>>
  readonly components: { schemas: Record<string, object>; securitySchemes: object }
}

const HOST = { host: '127.0.0.1:8053' }

async function fetchDocument(): Promise<Document> {
  const { app } = await createFixture()
  return (await app.inject({ url: '/openapi.json', headers: HOST })).json()
}

/** Method and path of each operation, paths as fastify writes them. */
function operations(document: Document): [route: string, operation: Operation][] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(
      ([method, operation]) =>
        [`${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`, operation] as [string, Operation],
    ),
  )
}

test('the document names the routes there are, and no others', async () => {
  const document = await fetchDocument()
  const { app } = await createFixture()
  // role-table.test.ts has them by hand.
  const routes = app.routeTable
    .filter(({ method, path }) => method !== 'HEAD' && isOfApi(path))
    .map(({ method, path }) => `${method} ${path}`)
  expect(routes.length).toBeGreaterThan(60)
  expect(
    operations(document)
      .map(([route]) => route)
      .toSorted(),
  ).toEqual(routes.toSorted())
  for (const [route] of operations(document)) {
    const [method, url] = route.split(' ') as ['GET', string]
    expect(app.hasRoute({ method, url }), route).toBe(true)
  }
})

test('it is OpenAPI 3.1: every schema is JSON Schema 2020-12, every reference and path parameter resolves', async () => {
  const document = await fetchDocument()
  expect(document.openapi).toBe('3.1.0')
  const text = JSON.stringify(document)
  const known = Object.keys(document.components.schemas).map((name) => `#/components/schemas/${name}`)
  for (const [, reference] of text.matchAll(/"\$ref":"(#\/components\/schemas\/[^"]+)"/g))
    expect(known).toContain(reference)
  // OpenAPI 3.0's way to say null.
  expect(text).not.toContain('"nullable"')
  const judge = new Judge(document as unknown as ApiDocument)
  for (const [route, operation] of operations(document)) {
    const bodies = [
      operation.requestBody?.content,
      ...Object.values(operation.responses).map(({ content }) => content),
    ]
    const schemas = [
      ...bodies.flatMap((content) => Object.values(content ?? {}).map(({ schema }) => schema)),
      ...(operation.parameters ?? []).map(({ schema }) => schema),
    ]
    for (const schema of schemas) expect(() => judge.faults(schema, null), route).not.toThrow()
    const inPath = [...route.matchAll(/:(\w+)/g)].map(([, name]) => name)
    const declared = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path')
    expect(declared.map(({ name }) => name)).toEqual(inPath)
    expect(declared.every(({ required }) => required)).toBe(true)
  }
})

test('every operation has a summary, a tag, and problem details for what goes wrong', async () => {
  for (const [route, operation] of operations(await fetchDocument())) {
    expect(operation.summary, route).toBeTruthy()
    expect(operation.tags, route).toHaveLength(1)
    for (const { description } of Object.values(operation.responses)) expect(description, route).toBeTruthy()
    if (!route.includes('/api/')) continue
    expect(operation.responses['default']?.content, route).toHaveProperty(['application/problem+json'])
    // Nobody knows who signs in before they have.
    expect(operation.security?.length === 0, route).toBe(route === 'POST /api/v1/session')
  }
})

test('what the document says needs a token does, and the rest does not', async () => {
  const { app } = await createFixture()
  for (const [route, operation] of operations(await fetchDocument())) {
    const [method, path] = route.split(' ') as ['GET', string]
    const url = path.replace(':id', '7').replace(':name', 'a.test')
    const reply = await app.inject({ method, url, headers: { ...HOST, 'content-type': 'application/json' } })
    expect(reply.statusCode === 401, route).toBe(operation.security?.length !== 0)
  }
})

test('the page that shows it takes nothing from the network', async () => {
  const { app } = await createFixture()
  const page = await app.inject({ url: '/docs/', headers: HOST })
  expect(page.statusCode).toBe(200)
  const sources = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, source]) => source!)
  expect(sources.length).toBeGreaterThan(2)
  for (const source of sources) {
    expect(source).not.toMatch(/^(?:https?:)?\/\//)
    const asset = await app.inject({ url: new URL(source, 'http://x/docs/').pathname, headers: HOST })
    expect(asset.statusCode, source).toBe(200)
    const policy = String(asset.headers['content-security-policy'])
    expect(policy).not.toMatch(/https?:|\*/)
    expect(policy).toContain("script-src 'self'")
    expect(policy).not.toContain("script-src 'self' 'unsafe-inline'")
  }
  expect(page.body).not.toMatch(/<script(?![^>]*src=)[^>]*>[^<]/)
  const start = await app.inject({ url: '/docs/static/swagger-initializer.js', headers: HOST })
  expect(start.body).toContain('/openapi.json')
  expect(start.body).not.toContain('validator.swagger.io')
})
