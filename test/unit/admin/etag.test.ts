/** Who asks again is told in one line that nothing changed, and never that when something has. */
import { describe, expect, it } from 'vitest'
import { socketPrincipal } from '../../../src/accounts/principal.ts'
import { Tags } from '../../../src/admin/etag.ts'
import { StoreUnavailable } from '../../../src/detection/queries.ts'
import { SecureRandom } from '../../../src/random.ts'
import { AUTHORISED, createFixture, JSON_AUTHORISED, NOW, type Fixture } from './fake-threads.ts'

const TAGGED = [
  '/clients?reveal=false',
  '/clients/7',
  '/cases?state=new',
  '/cases/3',
  '/hits',
  '/numbers',
  '/units',
  '/campaigns',
]

interface Given {
  readonly fixture: Fixture
  version: string
  ask(
    path: string,
    tag?: string,
    headers?: Record<string, string>,
    method?: 'GET' | 'HEAD',
  ): Promise<{ statusCode: number; body: string; headers: Record<string, unknown> }>
}

async function given(): Promise<Given> {
  const one: Given = {
    version: '1',
    fixture: await createFixture({ revisions: { store: () => one.version, figures: () => one.version } }),
    ask: (path, tag, headers = AUTHORISED, method = 'GET') =>
      one.fixture.app.inject({
        method,
        url: `/api/v1${path}`,
        headers: { ...headers, ...(tag === undefined ? {} : { 'if-none-match': tag }) },
      }),
  }
  return one
}

describe.each(TAGGED)('%s', (path) => {
  it('has a tag; who names it gets 304 without a body, until the store has changed', async () => {
    const one = await given()
    const first = await one.ask(path)
    const tag = String(first.headers['etag'])
    expect(tag).toMatch(/^"[\w-]{27}"$/)
    for (const named of [tag, `W/${tag}`, `"other", ${tag}`]) {
      const again = await one.ask(path, named)
      expect([again.statusCode, again.body, again.headers['etag']]).toEqual([304, '', tag])
      expect(again.headers['cache-control']).toBe('no-store')
    }
    one.version = '2'
    const changed = await one.ask(path, tag)
    expect([changed.statusCode, changed.body]).toEqual([200, first.body])
    expect(changed.headers['etag']).not.toBe(tag)
  })
})

it('HEAD says the same without a body', async () => {
  const one = await given()
  const head = await one.ask('/clients', undefined, AUTHORISED, 'HEAD')
  const get = await one.ask('/clients')
  expect([head.statusCode, head.body, head.headers['etag']]).toEqual([200, '', get.headers['etag']])
  const again = await one.ask('/clients', String(get.headers['etag']), AUTHORISED, 'HEAD')
  expect(again.statusCode).toBe(304)
})

it('a tag is of one address, one caller and one start of the program', async () => {
  const one = await given()
  const other = await given()
  const tag = String((await one.ask('/clients?kind=machine')).headers['etag'])
  expect((await one.ask('/clients?kind=router', tag)).statusCode).toBe(200)
  expect((await other.ask('/clients?kind=machine', tag)).statusCode).toBe(200)
  const caller = { principal: socketPrincipal(null), source: 'socket' }
  const { secret } = one.fixture.accounts.tokens.add(caller, {
    name: 'an',
    role: 'officer',
    units: [],
    expiresAt: NOW + 1e8,
  })
  const headers = { host: AUTHORISED.host, authorization: `Bearer ${secret}` }
  expect((await one.ask('/clients?kind=machine', tag, headers)).statusCode).toBe(200)
})

it('nobody is let in by a tag, and what is not there or cannot be read has none', async () => {
  const one = await given()
  const tag = String((await one.ask('/clients/7')).headers['etag'])
  expect((await one.ask('/clients/7', tag, { host: AUTHORISED.host })).statusCode).toBe(401)
  const missing = await one.ask('/clients/9', tag)
  expect([missing.statusCode, missing.headers['etag']]).toEqual([404, undefined])
  const invalid = await one.ask('/clients?limit=0', tag)
  expect([invalid.statusCode, invalid.headers['etag']]).toEqual([400, undefined])
  expect((await one.ask('/clients', '*')).statusCode).toBe(200)
  const revisions = {
    store: () => {
      throw new StoreUnavailable('the store is being opened')
    },
    figures: () => '1',
  }
  const { app } = await createFixture({ revisions })
  const closed = await app.inject({ url: '/api/v1/clients', headers: AUTHORISED })
  expect([closed.statusCode, closed.headers['etag']]).toEqual([503, undefined])
})

it('what nobody was shown is not recorded as shown', async () => {
  const one = await given()
  const rows = (): number =>
    one.fixture.accounts.trail.read({ limit: 50 }).items.filter(({ action }) => action === 'client.reveal')
      .length
  const tag = String((await one.ask('/clients/7')).headers['etag'])
  expect(rows()).toBe(1)
  await one.ask('/clients/7', tag)
  expect(rows()).toBe(1)
})

it('calls that read something else have no tag', async () => {
  const one = await given()
  expect((await one.ask('/status')).headers['etag']).toBeUndefined()
  const changed = await one.fixture.app.inject({
    method: 'POST',
    url: '/api/v1/cache/flush',
    headers: JSON_AUTHORISED,
  })
  expect(changed.headers['etag']).toBeUndefined()
})

it('other settings and other rights of the caller make other tags', () => {
  let settings = {}
  const revisions = { store: () => '1', figures: () => '1' }
  const tags = new Tags({ revisions, settings: () => settings, random: new SecureRandom() })
  const officer = {
    ...socketPrincipal(null),
    kind: 'user',
    name: 'an',
    role: 'officer',
    units: ['xa'],
  } as const
  const seen = [tags.of('store', '/a', officer), tags.of('store', '/a', officer)]
  expect(seen[1]).toBe(seen[0])
  settings = {}
  seen.push(tags.of('store', '/a', officer), tags.of('store', '/a', { ...officer, units: ['xb'] }))
  seen.push(tags.of('store', '/a', { ...officer, role: 'viewer' }), tags.of('figures', '/b', officer))
  expect(new Set(seen).size).toBe(5)
})
