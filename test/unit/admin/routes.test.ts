import { expect, test } from 'vitest'
import { parseSettings } from '../../../src/config/load.ts'
import { BadCursor, StoreUnavailable } from '../../../src/detection/queries.ts'
import { MailError } from '../../../src/thread/mail.ts'
import { AUTHORISED, createFixture, healthyThreads, JSON_AUTHORISED, NOW } from './fake-threads.ts'

const WHEN = new Date(NOW).toISOString()

test('clients: filters and paging reach the store, times come as RFC 3339', async () => {
  const asked: unknown[] = []
  const clients = {
    listClients: (...given: unknown[]) => {
      asked.push(...given)
      return { items: [], next: 'bmV4dA' }
    },
  }
  const { app } = await createFixture({ clients })
  const query =
    'since=2026-11-01&until=2026-11-21&campaign=2022&list=apt32&unit=so-tttt&status=new&q=10.1.&limit=5&cursor=abc'
  const reply = await app.inject({ url: `/api/v1/clients?${query}`, headers: AUTHORISED })
  expect(reply.json()).toEqual({ items: [], next: 'bmV4dA' })
  expect(asked).toEqual([
    {
      since: Date.UTC(2026, 10, 1),
      until: Date.UTC(2026, 10, 22) - 1,
      campaign: '2022',
      list: 'apt32',
      unit: 'so-tttt',
      status: 'new',
      q: '10.1.',
    },
    { sort: 'found', limit: 5, isReversed: false, cursor: 'abc' },
  ])
})

test('clients: one page, one client, its hits', async () => {
  const { app } = await createFixture()
  const page = (await app.inject({ url: '/api/v1/clients?reveal=true', headers: AUTHORISED })).json()
  expect(page.items).toHaveLength(1)
  expect(page.items[0]).toMatchObject({
    id: 7,
    address: '10.1.2.3',
    lastSeen: WHEN,
    lists: [{ id: 'apt32', lastSeen: WHEN }],
  })
  const client = (await app.inject({ url: '/api/v1/clients/7', headers: AUTHORISED })).json()
  expect(client).toMatchObject({
    id: 7,
    hitPage: { items: [{ indicator: 'evil.test', lastSeen: WHEN }], next: null },
  })
  expect(client.timeline).toEqual([{ at: '2026-11-21T07:00:00.000Z', hits: 5 }])
})

test('lists: status and reload', async () => {
  const threads = healthyThreads()
  threads.on('lists/reload', async () => threads.request('lists', 'lists/status'))
  const { app } = await createFixture({ threads })
  const lists = (await app.inject({ url: '/api/v1/lists', headers: AUTHORISED })).json()
  expect(lists).toMatchObject({
    names: 2,
    items: [{ id: 'apt32', state: 'loaded', lastAttemptAt: WHEN, entries: 2 }],
  })
  const reload = (payload: object) =>
    app.inject({ method: 'POST', url: '/api/v1/lists/reload', headers: JSON_AUTHORISED, payload })
  expect((await reload({ list: 'apt32', force: true })).json()).toMatchObject({ items: [{ id: 'apt32' }] })
  expect((await reload({})).statusCode).toBe(200)
  expect((await reload({ list: 'nonesuch' })).statusCode).toBe(404)
  expect((await reload({ lst: 'apt32' })).statusCode).toBe(400)
  expect(threads.bodies('lists/reload')).toEqual([
    { id: 'apt32', force: true },
    { id: null, force: false },
  ])
})

test('lookup: names in any spelling and addresses', async () => {
  const passed = {
    verdict: 'pass', action: null, trigger: null, indicator: null, indicatorKind: null, list: null, lists: [], heldBack: [],
    isPaused: false, group: null, override: null, sharedBy: null,
  } // prettier-ignore
  const threads = healthyThreads().on('lists/lookup', (body) => ({ ...passed, name: (body as { name: string }).name })) // prettier-ignore
  const { app } = await createFixture({ threads })
  const lookup = (query: string) => app.inject({ url: `/api/v1/lookup?${query}`, headers: AUTHORISED })
  expect((await lookup('name=Evil.TEST.&client=10.1.2.3')).json()).toEqual({
    ...passed,
    name: 'evil.test',
    sharedBy: null,
  })
  await lookup('name=2001:DB8:0::1')
  await lookup(`name=${encodeURIComponent('xấu.vn')}`)
  expect(threads.bodies('lists/lookup')).toEqual([
    { name: 'evil.test', client: '10.1.2.3' },
    { name: '2001:db8::1', client: null },
    { name: 'xn--xu-r5s.vn', client: null },
  ])
  for (const wrong of ['a..b', '192.168.1.300', 'evil.test&client=nobody']) {
    expect((await lookup(`name=${wrong}`)).statusCode, wrong).toBe(422)
  }
  expect((await lookup('')).statusCode).toBe(400)
})

test('allow: made with an end and a reason, listed, taken back', async () => {
  const made = {
    kind: 'allow',
    name: 'good.test',
    reason: 'wrong block',
    actor: 'x',
    createdAt: WHEN,
    until: WHEN,
  }
  const pause = { ...made, kind: 'pause', name: '' }
  const threads = healthyThreads()
    .on('lists/allow', () => made)
    .on('lists/allow-remove', (body) => (body as { name: string }).name === 'good.test')
    .on('lists/overrides', () => ({
      active: [made, pause, { ...pause, name: 'group:schools' }],
      ended: [{ ...made, endedAt: WHEN, endedBy: 'expired' }],
    }))
  const { app } = await createFixture({ threads })
  const allow = (payload: object) =>
    app.inject({ method: 'POST', url: '/api/v1/allow', headers: JSON_AUTHORISED, payload })
  const reply = await allow({ name: 'Good.Test.', reason: ' wrong block ', for: '2h' })
  expect(reply.statusCode).toBe(201)
  expect(reply.headers.location).toBe('/api/v1/allow/good.test')
  expect((await allow({ name: 'good.test', reason: 'x' })).statusCode).toBe(201)
  expect(threads.bodies('lists/allow')).toEqual([
    { name: 'good.test', reason: 'wrong block', forMs: 7_200_000, actor: 'token:admin.tokenFile' },
    { name: 'good.test', reason: 'x', forMs: 86_400_000, actor: 'token:admin.tokenFile' },
  ])
  for (const payload of [
    { name: 'good.test' },
    { name: 'good.test', reason: '  ' },
    { name: 'com', reason: 'x' },
    { name: 'good.test', reason: 'x', for: '10' },
    { name: 'good.test', reason: 'x', for: '0h' },
    { name: 'good.test', reason: 'x', for: '400d' },
  ]) {
    expect([400, 422]).toContain((await allow(payload)).statusCode)
  }
  const listed = (await app.inject({ url: '/api/v1/allow', headers: AUTHORISED })).json()
  expect(listed.items.map((item: { name: string }) => item.name)).toEqual(['good.test'])
  expect(listed.pause).toMatchObject({ kind: 'pause', name: '' })
  expect(listed.pauses).toMatchObject([{ name: 'group:schools' }])
  expect(listed.ended).toHaveLength(1)
  const remove = (name: string) =>
    app.inject({ method: 'DELETE', url: `/api/v1/allow/${name}`, headers: JSON_AUTHORISED })
  expect((await remove('good.test')).statusCode).toBe(204)
  expect((await remove('other.test')).statusCode).toBe(404)
})

test('pause: bounded, with a reason; off ends it', async () => {
  const threads = healthyThreads().on('lists/pause', (body) => {
    const { forMs, reason } = body as { forMs: number; reason: string }
    return forMs === 0 ? null : { until: new Date(NOW + forMs).toISOString(), reason }
  })
  const { app } = await createFixture({ threads })
  const pause = (payload: object) =>
    app.inject({ method: 'POST', url: '/api/v1/pause', headers: JSON_AUTHORISED, payload })
  expect((await pause({ for: '10m', reason: 'repair' })).json()).toEqual({
    pausedUntil: '2026-11-21T08:10:00.000Z',
    reason: 'repair',
  })
  expect((await pause({ for: 'off' })).json()).toEqual({ pausedUntil: null, reason: null })
  expect((await pause({ for: '10m', reason: 'x', client: '10.1.2.3' })).statusCode).toBe(200)
  expect(threads.bodies('lists/pause')).toMatchObject([{ whom: '' }, { whom: '' }, { whom: '10.1.2.3/32' }])
  for (const wrong of [
    { client: '10.1.2' },
    { client: '10.1.2.3/8' },
    { group: 'none' },
    { client: '10.1.2.3', group: 'none' },
  ])
    expect((await pause({ for: '10m', reason: 'x', ...wrong })).statusCode).toBe(422)
  expect((await pause({ for: '10m' })).statusCode).toBe(400)
  expect((await pause({ for: '10d', reason: 'x' })).statusCode).toBe(422)
  expect((await pause({ for: 'ever', reason: 'x' })).statusCode).toBe(422)
})

test('cache flush: answered when every resolver thread has done it', async () => {
  let slow: () => void = () => {}
  const threads = healthyThreads().on('resolver/flush', (_body, thread) =>
    thread === 'resolver-1'
      ? new Promise((resolve) => (slow = () => resolve({ removed: 2 })))
      : { removed: 1 },
  )
  const { app } = await createFixture({ threads })
  const url = '/api/v1/cache/flush?name=Evil.Test'
  let isAnswered = false
  const reply = app.inject({ method: 'POST', url, headers: JSON_AUTHORISED }).then((answer) => {
    isAnswered = true
    return answer
  })
  await expect.poll(() => threads.bodies('resolver/flush').length).toBe(2)
  expect(isAnswered).toBe(false)
  slow()
  expect((await reply).json()).toEqual({ removed: 3 })
  expect(threads.bodies('resolver/flush')).toEqual([{ name: 'evil.test' }, { name: 'evil.test' }])
})

test('cache flush: a thread that is being restarted has nothing to flush; one that is stuck is said', async () => {
  let stuck = false
  const threads = healthyThreads().on('resolver/flush', (_body, thread) => {
    if (thread === 'resolver-0') return { removed: 4 }
    throw new MailError(stuck ? `${thread} did not answer` : `${thread} is being restarted`)
  })
  const { app } = await createFixture({ threads })
  const flush = () => app.inject({ method: 'POST', url: '/api/v1/cache/flush', headers: JSON_AUTHORISED })
  expect((await flush()).json()).toEqual({ removed: 4 })
  stuck = true
  expect((await flush()).statusCode).toBe(503)
})

test('reload: what took effect, what waits, or every error with its place', async () => {
  const post = { method: 'POST', url: '/api/v1/reload', headers: JSON_AUTHORISED } as const
  const good = await createFixture({
    reload: async () => ({ applied: ['lists'], needsRestart: ['workers'] }),
  })
  expect((await good.app.inject(post)).json()).toEqual({ applied: ['lists'], needsRestart: ['workers'] })
  const bad = await createFixture({
    reload: async () => ({ errors: ['/etc/t.yaml:3:5: unknown key "lits"'] }),
  })
  const reply = await bad.app.inject(post)
  expect(reply.statusCode).toBe(422)
  expect(reply.json().detail).toContain('/etc/t.yaml:3:5')
})

test('config: what is in force, section by section, with which wait for a restart', async () => {
  const { app } = await createFixture()
  const { sections, ...rest } = (await app.inject({ url: '/api/v1/config', headers: AUTHORISED })).json<{
    sections: { key: string; text: string; isReadAtStart: boolean }[]
  }>()
  expect(rest).toEqual({ file: '/etc/thanhloc.yaml', loadedAt: WHEN, errors: [], needsRestart: [] })
  const whole = sections.map(({ text }) => text).join('')
  expect(parseSettings(whole, { file: '/etc/thanhloc.yaml' })).toHaveProperty('settings')
  for (const { key, text } of sections) expect(text.startsWith(`${key}:`), key).toBe(true)
  expect(sections.filter(({ isReadAtStart }) => isReadAtStart).map(({ key }) => key).toSorted()).toEqual(
    ['admin', 'bypass', 'datagrams', 'listen', 'metrics', 'store', 'workers'],
  ) // prettier-ignore
})

test('status: everything in one document', async () => {
  const { app } = await createFixture({ logDrops: { lists: 3 } })
  const status = (await app.inject({ url: '/api/v1/status', headers: AUTHORISED })).json()
  expect(status).toMatchObject({
    version: '0.1.0',
    time: WHEN,
    threads: [{ name: 'lists', restarts: 1 }],
    snapshot: { generation: 1, reloadSeconds: 0.5 },
    pausedUntil: null,
    lists: [{ id: 'apt32' }],
    upstreams: [{ name: '192.0.2.53:53', requests: 10, sockets: 4, state: 'up', lastAnswerAt: WHEN }],
    cache: { entries: 20, bytes: 4096 },
    store: { state: 'ok', pending: 3 },
    config: { file: '/etc/thanhloc.yaml', errors: [] },
    log: { dropped: { lists: 3 } },
    degraded: [{ part: 'log' }],
  })
})

test('a thread that is being restarted: its last known status stays, and is marked', async () => {
  const threads = healthyThreads()
  const { app, clock } = await createFixture({ threads })
  await app.inject({ url: '/api/v1/status', headers: AUTHORISED })
  threads.answers.delete('lists/status')
  clock.nowMs += 1000
  const status = (await app.inject({ url: '/api/v1/status', headers: AUTHORISED })).json()
  expect(status.lists).toHaveLength(1)
  expect(status.degraded).toEqual([
    { part: 'threads', detail: expect.stringContaining('lists does not answer') },
  ])
})

test('readyz: the status says whether queries are answered, the body what is wrong', async () => {
  const threads = healthyThreads()
  const { app, words } = await createFixture({ threads, faults: ['the admin API cannot be reached'] })
  const ready = await app.inject({ url: '/readyz', headers: { host: '127.0.0.1' } })
  expect(ready.statusCode).toBe(200)
  expect(ready.json()).toEqual({
    ready: true,
    generation: 1,
    degraded: [{ part: 'admin', detail: expect.any(String) }],
  })
  for (const type of [...threads.answers.keys()]) threads.answers.delete(type)
  expect((await app.inject({ url: '/readyz', headers: { host: '127.0.0.1' } })).statusCode).toBe(200)
  words.forget(0)
  const not = await app.inject({ url: '/readyz', headers: { host: '127.0.0.1' } })
  expect(not.statusCode).toBe(503)
  expect(not.json()).toMatchObject({ ready: false })
})

test('what stands in readyz, healthz and metrics names no client', async () => {
  const { app } = await createFixture()
  for (const url of ['/readyz', '/healthz', '/metrics']) {
    const reply = await app.inject({ url, headers: { host: '127.0.0.1' } })
    expect(reply.statusCode).toBe(200)
    expect(reply.body).not.toContain('10.1.2.3')
  }
})

test('metrics tell the figures of single units to this machine and at their own address alone', async () => {
  const settings = 'units: [ { id: so-tttt, networks: [10.1.0.0/16] } ]'
  for (const mayCountUnits of [true, false]) {
    const { app } = await createFixture({ settings, mayCountUnits })
    const { body } = await app.inject({ url: '/metrics', headers: { host: '127.0.0.1' } })
    expect(body.includes('thanhloc_unit_info{unit="so-tttt"')).toBe(mayCountUnits)
    expect(body.includes('so-tttt')).toBe(mayCountUnits)
    expect(body).toContain('\nthanhloc_list_entries{')
    expect(body).toContain('\n# TYPE thanhloc_list_entries gauge\n')
  }
})

test('by the socket in the data directory no token is needed', async () => {
  const { app } = await createFixture({ bySocket: true, token: '' })
  expect((await app.inject({ url: '/api/v1/clients', headers: { host: 'localhost' } })).statusCode).toBe(200)
})

test('faults of store and threads are 503, a cursor of another list 400', async () => {
  const unavailable = await createFixture({
    clients: {
      listClients: () => {
        throw new StoreUnavailable('the store cannot be read')
      },
      getClient: () => {
        throw new BadCursor('the cursor is not one of this list')
      },
    },
  })
  const { app, threads } = unavailable
  const clients = await app.inject({ url: '/api/v1/clients', headers: AUTHORISED })
  expect(clients.statusCode).toBe(503)
  expect(clients.headers['retry-after']).toBe('1')
  expect((await app.inject({ url: '/api/v1/clients/7', headers: AUTHORISED })).statusCode).toBe(400)
  threads.answers.delete('lists/status')
  expect((await app.inject({ url: '/api/v1/lists', headers: AUTHORISED })).statusCode).toBe(503)
})
