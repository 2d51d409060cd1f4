import { beforeEach, describe, expect, it } from 'vitest'
import { AUTHORISED, createFixture, healthyThreads, JSON_AUTHORISED, type Fixture } from './fake-threads.ts'

const UPLOAD = { ...AUTHORISED, 'content-type': 'application/octet-stream' }
const LISTS =
  'lists: [ { id: cv, approved: true, document: CV-9, issuer: Cục }, { id: bare, approved: true } ]'

let fixture: Fixture
beforeEach(async () => {
  const threads = healthyThreads()
    .on('lists/standings', (body) =>
      (body as { indicators: string[] }).indicators.map(() => ({
        knownBy: [],
        actions: [],
        allowedBy: null,
      })),
    )
    .on('lists/reload', () => null)
  fixture = await createFixture({ threads, settings: LISTS })
})

const post = (url: string, headers: Record<string, string>, payload: string | Buffer) =>
  fixture.app.inject({ method: 'POST', url, headers, payload })
const get = async <T>(url: string): Promise<T> =>
  (await fixture.app.inject({ url, headers: AUTHORISED })).json<T>()
const decide = (body: object) => post('/api/v1/imports/1/decide', JSON_AUTHORISED, JSON.stringify(body))

async function upload(text: string, query = 'name=a.txt&list=cv') {
  const reply = await post(`/api/v1/imports?${query}`, UPLOAD, Buffer.from(text))
  await fixture.review.settled()
  return reply
}

describe('POST /imports', () => {
  it('takes a file, with the document of its list unless another is named', async () => {
    const reply = await upload('evil.vn\n')
    expect([reply.statusCode, reply.headers['location']]).toEqual([202, '/api/v1/imports/1'])
    expect(await get('/api/v1/imports/1')).toMatchObject({
      document: 'CV-9',
      issuer: 'Cục',
      state: 'ready',
      items: 1,
    })
    await upload('xau.vn\n', 'name=b.txt&list=cv&document=CV-10&issued=2026-02-03')
    expect(await get('/api/v1/imports/2')).toMatchObject({ document: 'CV-10', issued: '2026-02-03' })
    expect((await upload('xau.vn\n', 'name=b.txt&list=bare')).json()).toMatchObject({
      code: 'THANHLOC_API_UNPROCESSABLE',
    })
    expect(fixture.accounts.trail.head().seq).toBeGreaterThan(1)
  })

  it('takes no other type, and files are taken nowhere else', async () => {
    const json = await post('/api/v1/imports?name=a.txt&list=cv', JSON_AUTHORISED, '{}')
    expect([json.statusCode, json.json()]).toEqual([
      415,
      expect.objectContaining({ code: 'THANHLOC_API_CONTENT_TYPE' }),
    ])
    for (const url of ['/api/v1/imports/1/decide', '/api/v1/pause', '/api/v1/allow'])
      expect((await post(url, UPLOAD, Buffer.from('x'))).statusCode, url).toBe(415)
    const form = await post(
      '/api/v1/imports?name=a.txt&list=cv',
      { ...AUTHORISED, 'content-type': 'text/plain' },
      'x',
    )
    expect(form.statusCode).toBe(415)
  })

  it('takes no name that leads elsewhere, and no day that is none', async () => {
    for (const query of [
      'name=..%2Fa&list=cv',
      'name=a%00&list=cv',
      'list=cv',
      'name=a&list=cv&issued=2026-13-01',
      'name=a&list=cv&issued=2026-02-30',
      'name=a&list=cv&x=1',
    ])
      expect((await upload('evil.vn\n', query)).statusCode, query).toBe(400)
    expect(await get('/api/v1/imports')).toEqual({ items: [], next: null })
  })
})

describe('decisions', () => {
  it('are about one of item, filter, all', async () => {
    await upload('evil.vn\nca.gov.vn\n')
    const reason = 'vì'
    expect((await decide({ action: 'approve', reason })).statusCode).toBe(400)
    expect((await decide({ action: 'approve', item: 1, all: true, reason })).statusCode).toBe(400)
    expect((await decide({ action: 'approve', filter: {}, reason })).statusCode).toBe(400)
    expect((await decide({ action: 'approve', all: true })).statusCode).toBe(400)
    expect((await decide({ action: 'approve', filter: { decision: 'hold' }, reason })).statusCode).toBe(422)
    const made = await decide({ action: 'approve', all: true, reason })
    expect(made.json()).toMatchObject({
      decision: { count: 1, action: 'approve' },
      isInForce: true,
      import: { held: 1, unguarded: 0 },
    })
    expect(fixture.threads.bodies('lists/reload')).toEqual([{ id: 'cv', force: false }])
  })

  it('are told with the items, page by page', async () => {
    await upload('evil.vn\nca.gov.vn\nxau.vn\n')
    await decide({ action: 'approve', item: 1, reason: 'vì' })
    const first = await get<{ items: object[]; next: string }>('/api/v1/imports/1/items?limit=2')
    expect(first).toMatchObject({
      items: [
        {
          number: 1,
          state: 'approved',
          enforced: { indicator: 'evil.vn', scope: 'subtree' },
          approval: { reason: 'vì' },
          places: [{ file: 'a.txt', line: 1 }],
        },
        { number: 2, decision: 'hold', reasons: ['government'], state: 'open', choices: ['ca.gov.vn'] },
      ],
      next: '2',
    })
    expect(await get(`/api/v1/imports/1/items?limit=2&cursor=${first.next}`)).toMatchObject({
      items: [{ number: 3 }],
      next: null,
    })
    expect(await get('/api/v1/imports/1/items?reason=government')).toMatchObject({ items: [{ number: 2 }] })
    expect(await get('/api/v1/imports/1')).toMatchObject({
      history: [{ item: 1, count: 1, action: 'approve' }],
    })
  })

  it('stand in what a lookup tells', async () => {
    await upload('evil.vn\n')
    await decide({ action: 'approve', item: 1, reason: 'vì' })
    const held = { id: 'cv', basis: '', campaign: null, indicator: 'evil.vn', kind: 'subtree', action: 'sinkhole', document: '', issuer: '', issued: null, from: null, until: null, validity: 'unlimited', file: null, allowed: null, imports: [] } // prettier-ignore
    fixture.threads.on('lists/lookup', () => ({ name: 'evil.vn', verdict: 'block', action: 'sinkhole', trigger: 'qname', indicator: 'evil.vn', indicatorKind: 'subtree', list: 'cv', lists: [held], heldBack: [], isPaused: false, group: null, override: null })) // prettier-ignore
    expect(await get('/api/v1/lookup?name=evil.vn')).toMatchObject({
      lists: [
        {
          imports: [
            { import: 1, item: 1, file: 'a.txt', place: { line: 1 }, document: 'CV-9', reason: 'vì' },
          ],
        },
      ],
    })
  })
})
