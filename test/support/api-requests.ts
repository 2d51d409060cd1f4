/** Requests drawn from the API's description: right ones, nearly right ones, and such as nobody sends who means well. */
import fc from 'fast-check'
import type { ApiCall, JsonSchema } from './api-document.ts'

/** What is sent, as it stands in the request. */
export interface DrawnRequest {
  readonly method: string
  /** Path and query, in printable ASCII. */
  readonly target: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | null
  readonly caller: Caller
}

export const CALLERS = [
  'admin',
  'officer',
  'viewer',
  'auditor',
  'node',
  'firewall',
  'session',
  'nobody',
  'junk',
] as const
export type Caller = (typeof CALLERS)[number]

/** Values that exist, by the names of parameters and keys. */
export type Pools = Readonly<Record<string, readonly unknown[]>>

const HOSTILE_TEXTS = [
  '',
  ' ',
  '%',
  '%_',
  '\0',
  '\u0007\u001b[31m',
  '\r\nX-Injected: 1',
  '\u202egnp.exe',
  '\ud800',
  'ＤＲＯＰ',
  'Trần Bình '.repeat(20),
  "' OR '1'='1' --",
  '1; DROP TABLE client; --',
  '"){}',
  '../../../../etc/passwd',
  '..%2f..%2faccounts.db',
  'file:///etc/passwd',
  '=cmd|"/c calc"!A1',
  '<script>alert(1)</script>',
  '__proto__',
  'constructor',
  'null',
  'NaN',
  '-1',
  '0',
  '1e309',
  '9007199254740993',
  '0x10',
  '٣',
  '2026-02-30',
  '9999-12-31T23:59:59Z',
  '0000-01-01',
  '+275760-09-13T00:00:00Z',
  'a'.repeat(254),
  'a.'.repeat(127),
  'x'.repeat(1500),
  '::ffff:1.2.3.4%eth0',
  '255.255.255.255/33',
  'bmV4dA',
  'eyJ9',
  '1042:' + '9f'.repeat(32),
]
const hostileText = fc.oneof(fc.constantFrom(...HOSTILE_TEXTS), fc.string({ unit: 'binary', maxLength: 40 }))
const hostileValue: fc.Arbitrary<unknown> = fc.oneof(
  hostileText,
  fc.constantFrom<unknown>(null, true, 0, -1, 1.5, 1e308, -1e308, Number.MAX_SAFE_INTEGER + 2, 2 ** 53, [], {}, [[]], [null], { a: 1 }), // prettier-ignore
  fc.array(hostileText, { maxLength: 4 }),
  fc.dictionary(fc.constantFrom('__proto__', 'constructor', 'x', 'name'), hostileText, { maxKeys: 3 }),
)

/** Values that the schema allows; `name` finds those that exist. */
function validValue(schema: JsonSchema, name: string, pools: Pools): fc.Arbitrary<unknown> {
  const free = freeValue(schema, name, pools)
  const pool = pools[name]
  return pool === undefined ? free : fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...pool) }, free)
}

function freeValue(schema: JsonSchema, name: string, pools: Pools): fc.Arbitrary<unknown> {
  if (schema.const !== undefined) return fc.constant(schema.const)
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum)
  if (schema.anyOf !== undefined)
    return fc.oneof(...schema.anyOf.map((each) => validValue(each, name, pools)))
  switch (schema.type) {
    case 'integer':
    case 'number': {
      const { minimum = 0, maximum = 1000 } = schema
      return fc.oneof(
        fc.integer({ min: minimum, max: Math.min(maximum, minimum + 20) }),
        fc.constantFrom(minimum, maximum),
      )
    }
    case 'boolean':
      return fc.boolean()
    case 'null':
      return fc.constant(null)
    case 'array':
      return fc.array(validValue(schema.items ?? {}, name, pools), { minLength: 1, maxLength: 3 })
    case 'object':
      return drawObject(schema, pools)
    default: {
      const { minLength = 0, maxLength = 60 } = schema
      const words = fc.constantFrom('evil.vn', '127.0.21.1', '2026-11-01', '2026-11-01T00:00:00Z', '10m', '24h', 'so-yte', 'đã xử lý') // prettier-ignore
      return fc.oneof(
        words,
        fc.string({ minLength, maxLength: Math.max(minLength, Math.min(maxLength, 60)) }),
      )
    }
  }
}

function drawObject(schema: JsonSchema, pools: Pools): fc.Arbitrary<object> {
  const fields = Object.entries(schema.properties ?? {}).map(([key, of]) => [key, validValue(of, key, pools)])
  const model = Object.fromEntries(fields) as Record<string, fc.Arbitrary<unknown>>
  return fc.record(model, { requiredKeys: [...(schema.required ?? [])] })
}

/** The object with something about it that is not as it should be. */
function spoil(valid: fc.Arbitrary<object>, keys: readonly string[]): fc.Arbitrary<unknown> {
  const key = fc.constantFrom(...keys, 'unknown', '__proto__', 'constructor')
  return fc.oneof(
    fc.tuple(valid, key, hostileValue).map(([object, name, value]) => {
      const spoilt: Record<string, unknown> = { ...object }
      Object.defineProperty(spoilt, name, { value, enumerable: true, configurable: true })
      return spoilt
    }),
    fc.tuple(valid, key).map(([object, name]) => Object.fromEntries(Object.entries(object).filter(([each]) => each !== name))), // prettier-ignore
    hostileValue,
  )
}

/** Texts that are no JSON, or more of it than anybody needs. */
const brokenBody = fc.oneof(
  fc.constantFrom(
    '',
    '{',
    '{"a":}',
    'null',
    '"text"',
    '[',
    '\ufeff{}',
    '{"__proto__":{"role":"admin"}}',
    '{"constructor":{"prototype":{"x":1}}}',
    `${'['.repeat(20_000)}${']'.repeat(20_000)}`,
    `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`,
    `{"note":"${'x'.repeat(70_000)}"}`,
    `{"version":${'9'.repeat(400)}}`,
    '{"name":"\\ud800"}',
    '{"name":"a","name":"b"}',
    '\0\0\0',
  ),
  fc.string({ unit: 'binary', maxLength: 60 }),
)

/** Of the header, in what HTTP lets stand there. */
const CONTENT_TYPES = [
  'application/json',
  'application/json; charset=utf-8',
  'application/json; charset=utf-16',
  'application/jsonp',
  'text/plain',
  'multipart/form-data; boundary=x',
  'application/x-www-form-urlencoded',
  '',
]

/** As `encodeURIComponent`, which throws at half a character. */
function escapeText(text: string): string {
  return encodeURIComponent(text.toWellFormed())
}

function drawQuery(call: ApiCall, pools: Pools): fc.Arbitrary<string> {
  const parameters = (call.parameters ?? []).filter((parameter) => parameter.in === 'query')
  const pairs = parameters.map(({ name, schema, required }) => {
    const value = fc.oneof({ weight: 6, arbitrary: validValue(schema, name, pools) }, hostileText)
    const pair = value.map((given) => [given].flat().map((each) => `${name}=${escapeText(String(each))}`).join('&')) // prettier-ignore
    const chance = required === true ? 0.9 : 0.35
    return fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), pair).map(([drawn, text]) => (drawn < chance ? text : '')) // prettier-ignore
  })
  const odd = fc.oneof(
    { weight: 9, arbitrary: fc.constant('') },
    fc.constantFrom('unknown=1', 'limit=1&limit=2', '%', 'a=%ff', '__proto__[x]=1', '&&=&', 'cursor='),
  )
  return fc.tuple(...pairs, odd).map((parts) => parts.filter((part) => part !== '').join('&'))
}

function drawPath(call: ApiCall, pools: Pools): fc.Arbitrary<string> {
  const names = [...call.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!)
  if (names.length === 0) return fc.constant(call.path)
  const schemas = new Map((call.parameters ?? []).map((parameter) => [parameter.name, parameter.schema]))
  const values = names.map((name) =>
    fc.oneof({ weight: 3, arbitrary: validValue(schemas.get(name) ?? {}, name, pools) }, hostileText),
  )
  return fc.tuple(...values).map((given) => {
    let at = 0
    return call.path.replace(/\{\w+\}/g, () => escapeText(String(given[at++])))
  })
}

function drawBody(call: ApiCall, pools: Pools): fc.Arbitrary<string | null> {
  if (call.method === 'GET') return fc.constant(null)
  const schema = call.requestBody?.content['application/json']?.schema
  const valid = schema === undefined ? fc.constant({}) : drawObject(schema, pools)
  const spoilt = spoil(valid, Object.keys(schema?.properties ?? {}))
  return fc.oneof(
    { weight: 3, arbitrary: valid.map((body) => JSON.stringify(body)) },
    { weight: 3, arbitrary: spoilt.map((body) => JSON.stringify(body) ?? 'null') },
    { weight: 1, arbitrary: brokenBody },
    { weight: 1, arbitrary: fc.constant(null) },
  )
}

/** Requests of `call`, most of them by somebody who may make it. */
export function drawRequest(call: ApiCall, pools: Pools): fc.Arbitrary<DrawnRequest> {
  const usual: Caller = call['x-action'] === 'self.change' ? 'session' : 'admin'
  return fc.record({
    method: fc.constant(call.method),
    target: fc.tuple(drawPath(call, pools), drawQuery(call, pools)).map(([path, query]) => (query === '' ? path : `${path}?${query}`)), // prettier-ignore
    headers: drawHeaders(call),
    body: drawBody(call, pools),
    caller: fc.oneof({ weight: 4, arbitrary: fc.constant(usual) }, fc.constantFrom(...CALLERS)),
  })
}

function drawHeaders(call: ApiCall): fc.Arbitrary<Record<string, string>> {
  const type = fc.oneof(
    { weight: 6, arbitrary: fc.constant('application/json') },
    fc.constantFrom(...CONTENT_TYPES),
  )
  const odd = fc.oneof(
    { weight: 8, arbitrary: fc.constant({}) },
    fc.constantFrom<Record<string, string>>(
      { accept: 'text/html' },
      { 'accept-encoding': 'br' },
      { origin: 'null' },
      { origin: 'http://evil.example' },
      { 'sec-fetch-site': 'cross-site' },
      { host: 'evil.example' },
      { 'x-background': '1' },
      { 'last-event-id': 'e9.1\tx' },
      { 'if-none-match': '*' },
      { 'if-none-match': '"x", W/"y"' },
      { 'x-http-method-override': 'DELETE' },
      { range: 'bytes=0-1' },
      { cookie: 'thanhloc-session=x; thanhloc-session=y' },
    ),
  )
  return fc.tuple(type, odd).map(([contentType, more]) => ({
    ...(call.method === 'GET' || contentType === '' ? {} : { 'content-type': contentType }),
    ...more,
  }))
}
