import { describe, expect, it } from 'vitest'
import { socketPrincipal } from '../../../src/accounts/principal.ts'
import type { Role } from '../../../src/accounts/roles.ts'
import type { StoredEvent } from '../../../src/detection/cases/queries.ts'
import type { CaseFilter } from '../../../src/detection/cases/queries.ts'
import {
  CASE,
  createFixture,
  healthyThreads,
  NOW,
  type Fixture,
  type FixtureOptions,
} from './fake-threads.ts'

const HOST = { host: '127.0.0.1:8053', 'content-type': 'application/json' }
const UNITS = 'units: [ { id: so-tttt, networks: [10.1.0.0/16] }, { id: so-yte, networks: [10.2.0.0/16] } ]'

interface Asker {
  readonly fixture: Fixture
  call(method: 'GET' | 'POST', path: string, body?: object): Promise<{ status: number; body: any }> // eslint-disable-line @typescript-eslint/no-explicit-any
  /** Of the trail, the newest first. */
  trail(): { action: string; target: string; reason: string; actor: string; details: string }[]
}

async function asker(
  units: readonly string[] | null = null,
  options: FixtureOptions = {},
  role: Role = 'officer',
): Promise<Asker> {
  const fixture = await createFixture({ settings: UNITS, ...options })
  const socket = { principal: socketPrincipal(null), source: 'socket' }
  const expiresAt = NOW + 86_400_000
  const { secret } = fixture.accounts.tokens.add(socket, { name: 'an', role, units, expiresAt })
  const headers = { ...HOST, authorization: `Bearer ${secret}` }
  return {
    fixture,
    async call(method, path, body) {
      const payload = body === undefined ? {} : { payload: JSON.stringify(body) }
      const reply = await fixture.app.inject({ method, url: `/api/v1${path}`, headers, ...payload })
      return { status: reply.statusCode, body: reply.json() }
    },
    trail: () => [...fixture.accounts.trail.read({ limit: 50 }).items],
  }
}

describe('the list of cases', () => {
  it('shows programs which machines they are about unless they do without, and records who saw', async () => {
    const { call, trail } = await asker()
    const hidden = (await call('GET', '/cases?reveal=false')).body.items[0]
    expect(hidden).toMatchObject({
      id: 3,
      address: null,
      identity: { mac: null, hostName: null, sure: 'likely' },
    })
    expect(trail().filter(({ action }) => action === 'client.reveal')).toEqual([])
    const shown = (await call('GET', '/cases?state=new')).body.items[0]
    expect(shown).toMatchObject({ address: '10.1.2.3', identity: { hostName: 'pc-ketoan' } })
    expect(trail()[0]).toMatchObject({ action: 'client.reveal', target: 'cases', actor: 'token:an' })
    expect(JSON.parse(trail()[0]!.details)).toEqual({ cases: [3], state: 'new' })
    // Who finds a machine by its name knows whose it is.
    expect((await call('GET', '/cases?q=ketoan&reveal=false')).body.items[0]).toMatchObject({
      address: '10.1.2.3',
    })
    expect(JSON.parse(trail()[0]!.details)).toEqual({ cases: [3], q: 'ketoan' })
  })

  it('passes every filter on, and ends at the units of the caller', async () => {
    const asked: [CaseFilter | undefined, object | undefined][] = []
    const cases = { listCases: (filter?: CaseFilter, request?: object) => (asked.push([filter, request]), { items: [], next: null }) } // prettier-ignore
    const { call } = await asker(['so-tttt'], { cases })
    const query =
      'state=new&state=reinfected&campaign=&unit=so-tttt&client=7&priority=high&kind=machine&assignee=an'
    await call('GET', `/cases?${query}&since=2026-01-01&until=2026-01-02&sort=changed&limit=5&cursor=x`)
    await call('GET', '/cases?isUnassigned=true')
    await call('GET', '/cases?q=10.1.&openedSince=2026-01-01&sort=unit&reverse=true&reveal=false')
    expect(asked[2]).toEqual([
      { q: '10.1.', openedSince: Date.UTC(2026, 0, 1), within: ['so-tttt'] },
      { sort: 'unit', isReversed: true, limit: 100 },
    ])
    expect(asked[0]).toEqual([
      {
        states: ['new', 'reinfected'], campaign: '', unit: 'so-tttt', client: 7, priority: 'high', kind: 'machine', assignee: 'an',
        since: Date.UTC(2026, 0, 1), until: Date.UTC(2026, 0, 3) - 1, within: ['so-tttt'],
      },
      { sort: 'changed', isReversed: false, limit: 5, cursor: 'x' },
    ]) // prettier-ignore
    expect(asked[1]![0]).toMatchObject({ assignee: null, within: ['so-tttt'] })
    for (const wrong of ['state=ill', 'sort=name', 'limit=0', 'client=0', 'who=an', 'since=soon-or-later'])
      expect((await call('GET', `/cases?${wrong}`)).status, wrong).toBe(400)
    expect(asked).toHaveLength(3)
  })
})

describe('one case', () => {
  it('comes with what was asked for and what became of it, and is recorded', async () => {
    const { call, trail } = await asker(['so-tttt'])
    const { status, body } = await call('GET', '/cases/3')
    expect(status).toBe(200)
    expect(body).toMatchObject({
      state: 'new',
      version: 1,
      address: '10.1.2.3',
      openedAt: '2026-11-21T07:59:00.000Z',
    })
    expect(body.history.items).toEqual([expect.objectContaining({ cause: 'hit', from: null, to: 'new' })])
    expect(body.indicators[0]).toMatchObject({
      indicator: 'evil.test',
      reason: { en: 'Nothing can be said' },
    })
    expect(trail()[0]).toMatchObject({ action: 'client.reveal', target: 'case:3' })
  })

  it('of another unit is not there, nor can it be changed', async () => {
    const { call, trail, fixture } = await asker(['so-yte'])
    const rows = trail().length
    expect((await call('GET', '/cases/3')).status).toBe(404)
    const refused = await call('POST', '/cases/3/change', { version: 1, to: 'confirmed' })
    expect([refused.status, refused.body.detail]).toEqual([404, 'There is no case 3.'])
    expect(fixture.threads.bodies('cases/change')).toEqual([])
    expect(trail()).toHaveLength(rows)
  })

  it('pages its history', async () => {
    const { call } = await asker(null, { cases: { listHistory: (_id, request) => ({ items: [], next: `${request!.limit} ${request!.cursor}` }) } }) // prettier-ignore
    expect((await call('GET', '/cases/3?limit=2&cursor=abc')).body.history.next).toBe('2 abc')
  })
})

describe('a change', () => {
  it('is made in the name of the caller, and stands in the trail before', async () => {
    let isRecorded = false
    const threads = healthyThreads().on('cases/change', () => {
      isRecorded = asking.trail()[0]!.action === 'case.change'
      return { id: 3, clientId: 7, state: 'false-alarm', version: 2 }
    })
    const asking = await asker(['so-tttt'], { threads })
    const { call, trail } = asking
    const body = { version: 1, to: 'false-alarm', note: 'máy thử', assignee: null, until: '2026-12-01' }
    const { status, body: changed } = await call('POST', '/cases/3/change', body)
    expect([status, changed]).toEqual([200, { id: 3, clientId: 7, state: 'false-alarm', version: 2 }])
    expect(isRecorded).toBe(true)
    expect(threads.bodies('cases/change')).toEqual([
      {
        id: 3, version: 1, to: 'false-alarm', actor: 'token:an', note: 'máy thử', assignee: null,
        untilMs: Date.UTC(2026, 11, 2) - 1,
      },
    ]) // prettier-ignore
    expect(trail()[0]).toMatchObject({ target: 'case:3', reason: 'máy thử', actor: 'token:an' })
    expect(JSON.parse(trail()[0]!.details)).toEqual({ version: 1, to: 'false-alarm', assignee: null, until: '2026-12-01' }) // prettier-ignore
  })

  it('leaves alone what it does not name', async () => {
    const threads = healthyThreads().on('cases/change', () => ({
      id: 3,
      clientId: 7,
      state: 'new',
      version: 2,
    }))
    const { call } = await asker(null, { threads })
    await call('POST', '/cases/3/change', { version: 1, note: 'gọi điện' })
    expect(threads.bodies('cases/change')[0]).toEqual({ id: 3, version: 1, to: null, actor: 'token:an', note: 'gọi điện', assignee: undefined, untilMs: null }) // prettier-ignore
  })

  it.each([
    ['invalid', 422, 'THANHLOC_API_UNPROCESSABLE'],
    ['not-found', 404, 'THANHLOC_API_NOT_FOUND'],
    ['conflict', 409, 'THANHLOC_API_CONFLICT'],
    ['not-permitted', 422, 'THANHLOC_API_UNPROCESSABLE'],
    ['unavailable', 503, 'THANHLOC_API_UNAVAILABLE'],
  ])('that the store refuses as %s is answered %i', async (problem, status, code) => {
    const threads = healthyThreads().on('cases/change', () => ({ problem, message: 'Because.' }))
    const { call } = await asker(null, { threads })
    const refused = await call('POST', '/cases/3/change', { version: 1, to: 'cleaned' })
    expect([refused.status, refused.body.code, refused.body.detail]).toEqual([status, code, 'Because.'])
  })

  it.each([{}, { version: 0 }, { version: 1, to: 'ill' }, { version: 1, assignee: 'x'.repeat(201) }, { version: 1, note: 'x'.repeat(4001) }, { version: 1, by: 'me' }])(
    'that makes no sense is refused before anything is recorded (%#)',
    async (body) => {
      const { call, trail, fixture } = await asker()
      const rows = trail().length
      expect((await call('POST', '/cases/3/change', body)).status).toBe(400)
      expect([trail().length, fixture.threads.bodies('cases/change')]).toEqual([rows, []])
    },
  ) // prettier-ignore
})

describe('events', () => {
  const event = (id: number, unit: string | null): StoredEvent => ({
    id, at: NOW, kind: 'case-opened', caseId: 3, clientId: 7, campaign: '2022', unit, hostName: 'pc-ketoan', address: '10.1.2.3',
    indicator: 'evil.test', list: 'apt32', state: 'new', actor: null,
  }) // prettier-ignore
  const cases = {
    eventsAfter: (after: number, limit?: number, scope?: string) => ({
      log: `${after} ${limit} ${scope}`,
      events: [event(5, 'so-yte'), event(6, 'so-tttt'), event(7, null)],
      next: 7,
      isGap: true,
    }),
    eventsEnd: () => ({ log: 'l1', next: 41 }),
  }

  it('are those of the units of the caller, and never say which machine', async () => {
    const { call } = await asker(['so-tttt'], { cases })
    const { body } = await call('GET', '/events?after=4&limit=3&scope=cases')
    expect(body).toMatchObject({ log: '4 3 cases', next: 7, isGap: true })
    expect(body.items.map(({ id }: StoredEvent) => id)).toEqual([6])
    expect(JSON.stringify(body)).not.toMatch(/pc-ketoan|10\.1\.2\.3/)
    const all = await asker(null, { cases })
    expect((await all.call('GET', '/events?after=4')).body.items).toHaveLength(3)
  })

  it('begin at the end where no number is named', async () => {
    const { call } = await asker(['so-tttt'], { cases })
    expect((await call('GET', '/events')).body).toEqual({ log: 'l1', next: 41, items: [], isGap: false })
  })
})

it('a viewer counts cases and sees none', async () => {
  const { call } = await asker(null, {}, 'viewer')
  for (const path of ['/cases', `/cases/${CASE.id}`, '/events'])
    expect((await call('GET', path)).status, path).toBe(403)
})
