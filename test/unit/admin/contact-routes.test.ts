/** Contacts with the sinkhole's address, and reports of wrong blocks, as the API tells them. */
import { describe, expect, it } from 'vitest'
import { socketPrincipal } from '../../../src/accounts/principal.ts'
import type { Role } from '../../../src/accounts/roles.ts'
import type { ContactFilter } from '../../../src/detection/queries.ts'
import {
  CONTACT,
  createFixture,
  healthyThreads,
  NOW,
  type Fixture,
  type FixtureOptions,
} from './fake-threads.ts'

const SETTINGS = 'units: [ { id: so-tttt, networks: [10.1.0.0/16] }, { id: so-gd, networks: [10.2.0.0/16] } ]'
const LOOKUP = {
  name: 'a.test', verdict: 'block', action: 'sinkhole', trigger: 'qname', indicator: 'a.test', indicatorKind: 'subtree', list: 'apt32',
  lists: [], heldBack: [], isPaused: false, group: null, override: null,
} // prettier-ignore

async function asker(
  options: FixtureOptions = {},
  role: Role = 'officer',
  units: readonly string[] | null = null,
) {
  const threads = options.threads ?? healthyThreads().on('lists/lookup', () => LOOKUP)
  const fixture: Fixture = await createFixture({ settings: SETTINGS, ...options, threads })
  const socket = { principal: socketPrincipal(null), source: 'socket' }
  const { secret } = fixture.accounts.tokens.add(socket, { name: 'an', role, units, expiresAt: NOW + 1e8 })
  const headers = { host: '127.0.0.1:8053', authorization: `Bearer ${secret}` }
  const said = ({ statusCode, body }: { statusCode: number; body: string }) => ({
    status: statusCode,
    // eslint-disable-next-line @typescript-eslint/no-unsafe-assignment
    body: JSON.parse(body),
  })
  return {
    fixture,
    call: async (path: string) => said(await fixture.app.inject({ url: `/api/v1${path}`, headers })),
    post: async (path: string, payload: object) => said(await fixture.app.inject({ method: 'POST', url: `/api/v1${path}`, headers, payload })), // prettier-ignore
    trail: (action: string) =>
      fixture.accounts.trail.read({ limit: 50 }).items.filter((entry) => entry.action === action),
  }
}

describe('contacts', () => {
  it('say whose they are where that is asked for, on record', async () => {
    const { call, trail } = await asker()
    const hidden = (await call('/contacts?reveal=false')).body
    expect(hidden.next).toBeNull()
    expect(hidden.items[0]).toMatchObject({
      clientId: 7, address: null, identity: { mac: null }, local: '10.10.10.10', port: 80, host: 'b.evil.test', isConfirmed: true,
      led: 'name', hit: { indicator: 'evil.test', at: new Date(NOW - 30_000).toISOString() }, count: 2,
    }) // prettier-ignore
    expect(trail('client.reveal')).toEqual([])
    const shown = (await call('/contacts?client=7')).body.items[0]
    expect(shown).toMatchObject({ address: '10.1.2.3', identity: { hostName: 'pc-ketoan' } })
    expect(JSON.parse(trail('client.reveal')[0]!.details)).toEqual({ clients: [7], client: 7 })
  })

  it('pass every filter on, and end at the units of the caller', async () => {
    const asked: [ContactFilter | undefined, object | undefined][] = []
    const listContacts = (filter?: ContactFilter, request?: object) => (asked.push([filter, request]), { items: [CONTACT], next: 'x' }) // prettier-ignore
    const { call, trail } = await asker({ clients: { listContacts } }, 'officer', ['so-tttt'])
    const query =
      'client=7&unit=xa&protocol=tls&isConfirmed=true&since=2026-01-01&until=2026-01-02&limit=5&cursor=x'
    // Who asks by a code is shown whose it is.
    const { body } = await call(`/contacts?${query}&reference=7k2mq-9f3d&reveal=false`)
    expect(body.items[0].address).toBe('10.1.2.3')
    expect(trail('client.reveal')).toHaveLength(1)
    expect(asked[0]).toEqual([
      {
        client: 7, unit: 'xa', protocol: 'tls', isConfirmed: true, reference: '7k2mq-9f3d', since: Date.UTC(2026, 0, 1),
        until: Date.UTC(2026, 0, 3) - 1, within: ['so-tttt'],
      },
      { limit: 5, cursor: 'x' },
    ]) // prettier-ignore
  })

  it('by what is no code are refused with how one looks', async () => {
    const { status, body } = await (await asker()).call('/contacts?reference=UUUUU-UUUU')
    expect([status, body.code]).toEqual([422, 'THANHLOC_API_UNPROCESSABLE'])
    expect(body.detail).toContain('7K2MQ-9F3D')
  })

  it.each(['protocol=udp', 'isConfirmed=maybe', 'client=x', 'foo=1'])('%s is refused', async (query) => {
    expect((await (await asker()).call(`/contacts?${query}`)).status).toBe(400)
  })

  it('stand beside their client and case, which can be chosen by them', async () => {
    const { call } = await asker()
    const confirmed = { contacts: 2, firstSeen: new Date(NOW - 30_000).toISOString(), lastSeen: new Date(NOW).toISOString() } // prettier-ignore
    const client = (await call('/clients/7')).body
    expect(client).toMatchObject({ contacts: 2, confirmed, contactPage: { items: [{ id: 11 }], next: null } })
    expect((await call('/clients?isConfirmed=true&sort=confirmed')).body.items[0]).toMatchObject({
      confirmed,
    })
    expect((await call('/cases?isConfirmed=true&sort=confirmed')).body.items[0]).toMatchObject({ confirmed })
    const file = await (await asker()).fixture.app.inject({ url: '/api/v1/export/contacts', headers: { host: '127.0.0.1:8053', authorization: 'Bearer correct-horse-battery-staple' } }) // prettier-ignore
    expect(file.body.split('\r\n')[1]).toMatch(/^7,10\.1\.2\.3,50123,so-tttt,.*,10\.10\.10\.10,80,http,b\.evil\.test,POST,\/gate\.php,WinHttp,false,/) // prettier-ignore
  })
})

describe('reports', () => {
  function add(fixture: Fixture, address = '10.1.2.3', name = 'a.test'): void {
    const who = { address, hostName: 'pc-ketoan', mac: '52:54:00:12:34:56', clientId: 7 }
    fixture.review.reports.add({ ...who, reference: '7K2MQ-9F3D', name, text: 'cần gấp' }, NOW - 1000)
  }

  it('come with what is answered for the name now, and who it was where that is asked for', async () => {
    const { call, fixture, trail } = await asker()
    add(fixture)
    const hidden = (await call('/reports?reveal=false')).body
    expect(hidden).toMatchObject({ next: null, open: 1 })
    expect(hidden.items).toMatchObject([
      { id: 1, reference: '7K2MQ-9F3D', name: 'a.test', text: 'cần gấp', state: 'open', address: null, hostName: null, mac: null, unit: 'so-tttt', verdict: LOOKUP, decision: null }, // prettier-ignore
    ])
    expect(fixture.threads.bodies('lists/lookup')).toEqual([{ name: 'a.test', client: '10.1.2.3' }])
    expect(trail('client.reveal')).toEqual([])
    expect((await call('/reports/1')).body).toMatchObject({ address: '10.1.2.3', hostName: 'pc-ketoan' })
    expect(trail('client.reveal')).toMatchObject([{ target: 'report:1' }])
  })

  it('are shown also while nobody can say what is answered', async () => {
    const { call, fixture } = await asker({ threads: healthyThreads() })
    add(fixture)
    expect((await call('/reports')).body.items).toMatchObject([{ id: 1, verdict: null }])
  })

  it('end at the units of the caller, and pages go on behind the last', async () => {
    const { call, post, fixture } = await asker({}, 'officer', ['so-gd'])
    for (let n = 0; n < 7; n++) add(fixture, n % 2 === 0 ? '10.1.0.1' : '10.2.0.1', `${n}.test`)
    const first = (await call('/reports?limit=2')).body
    expect(first.items.map((item: { name: string }) => item.name)).toEqual(['5.test', '3.test'])
    const second = (await call(`/reports?limit=2&cursor=${first.next}`)).body
    expect(second.items.map((item: { name: string }) => item.name)).toEqual(['1.test'])
    expect(second.next).toBeNull()
    expect((await call('/reports/1')).status).toBe(404)
    expect((await post('/reports/1/decide', { outcome: 'kept', reason: 'x' })).status).toBe(404)
    expect((await call('/reports/2')).status).toBe(200)
  })

  it('are decided once, by whom and why on record', async () => {
    const { call, post, fixture, trail } = await asker()
    add(fixture)
    const { status, body } = await post('/reports/1/decide', { outcome: 'kept', reason: ' có căn cứ ' })
    expect(status).toBe(200)
    expect(body).toMatchObject({ state: 'kept', address: null, decision: { by: 'token:an', at: new Date(NOW).toISOString(), reason: 'có căn cứ' } }) // prettier-ignore
    expect(trail('report.decide')).toMatchObject([
      { target: 'report:1', reason: 'có căn cứ', actor: 'token:an' },
    ])
    expect((await post('/reports/1/decide', { outcome: 'invalid', reason: 'x' })).status).toBe(409)
    expect((await call('/reports?state=open')).body).toMatchObject({ items: [], open: 0 })
    expect((await post('/reports/9/decide', { outcome: 'kept', reason: 'x' })).status).toBe(404)
  })

  it('lead to a name that is let through by those alone who may do that', async () => {
    const officer = await asker()
    add(officer.fixture)
    expect((await officer.post('/reports/1/decide', { outcome: 'allowed', reason: 'x' })).status).toBe(403)
    expect(officer.trail('report.decide')).toEqual([])
    const admin = await asker({}, 'admin')
    add(admin.fixture)
    expect((await admin.post('/reports/1/decide', { outcome: 'allowed', reason: 'x' })).body).toMatchObject({ state: 'allowed' }) // prettier-ignore
  })

  it.each([{ outcome: 'kept' }, { outcome: 'kept', reason: ' ' }, { outcome: 'open', reason: 'x' }])(
    '%j is refused',
    async (body) => {
      const { post, fixture } = await asker()
      add(fixture)
      expect((await post('/reports/1/decide', body)).status).toBe(400)
    },
  )
})
