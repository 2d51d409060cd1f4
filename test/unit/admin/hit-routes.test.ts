/** Hits over all clients, and the page of one client, as the API tells them. */
import { describe, expect, it } from 'vitest'
import { socketPrincipal } from '../../../src/accounts/principal.ts'
import { TooManyPairs, type ClientFilter, type PairFilter } from '../../../src/detection/queries.ts'
import { createFixture, NOW, type Fixture, type FixtureOptions } from './fake-threads.ts'

const HOST = { host: '127.0.0.1:8053' }

async function asker(options: FixtureOptions = {}, units: readonly string[] | null = null) {
  const fixture: Fixture = await createFixture({
    settings: 'units: [ { id: so-tttt, networks: [10.1.0.0/16] } ]',
    ...options,
  })
  const socket = { principal: socketPrincipal(null), source: 'socket' }
  const { secret } = fixture.accounts.tokens.add(socket, {
    name: 'an',
    role: 'officer',
    units,
    expiresAt: NOW + 1e8,
  })
  const headers = { ...HOST, authorization: `Bearer ${secret}` }
  return {
    call: async (path: string) => {
      const reply = await fixture.app.inject({ url: `/api/v1${path}`, headers })
      return { status: reply.statusCode, body: reply.json() }
    },
    revealed: () =>
      fixture.accounts.trail.read({ limit: 50 }).items.filter(({ action }) => action === 'client.reveal'),
  }
}

describe('hits', () => {
  it('say who asked to programs unless they do without, on record', async () => {
    const { call, revealed } = await asker()
    const hidden = (await call('/hits?reveal=false')).body
    expect(hidden.items[0]).toMatchObject({
      clientId: 7, address: null, identity: { mac: null, hostName: null, sure: 'likely' }, indicator: 'evil.test', hits: 5,
      campaigns: ['2022'], firstSeen: new Date(NOW - 60_000).toISOString(),
    }) // prettier-ignore
    expect(hidden).toMatchObject({ next: null, isWhole: true })
    expect(revealed()).toEqual([])
    const shown = (await call('/hits?list=apt32')).body.items[0]
    expect(shown).toMatchObject({ address: '10.1.2.3', identity: { hostName: 'pc-ketoan' } })
    expect(revealed()).toMatchObject([{ target: 'hits', actor: 'token:an' }])
    expect(JSON.parse(revealed()[0]!.details)).toEqual({ clients: [7], list: 'apt32' })
  })

  it('pass every filter on, and end at the units of the caller', async () => {
    const asked: [PairFilter | undefined, object | undefined][] = []
    const listPairs = (filter?: PairFilter, request?: object) => (asked.push([filter, request]), { items: [], next: 'x', isWhole: false }) // prettier-ignore
    const { call } = await asker({ clients: { listPairs } }, ['so-tttt'])
    const filter =
      'client=7&unit=xa&campaign=&list=l&kind=machine&indicator=evil.test&q=vil&node=dns2&action=log'
    const { body } = await call(
      `/hits?${filter}&since=2026-01-01&until=2026-01-02&sort=recent&limit=5&cursor=x`,
    )
    expect(body).toEqual({ items: [], next: 'x', isWhole: false })
    expect(asked[0]).toEqual([
      {
        client: 7, unit: 'xa', campaign: '', list: 'l', kind: 'machine', indicator: 'evil.test', q: 'vil', node: 'dns2', action: 'log',
        since: Date.UTC(2026, 0, 1), until: Date.UTC(2026, 0, 3) - 1, within: ['so-tttt'],
      },
      { sort: 'recent', limit: 5, cursor: 'x' },
    ]) // prettier-ignore
  })

  it('that are too many to be sorted are refused with what to do', async () => {
    const listPairs = () => {
      throw new TooManyPairs('More than 50000 pairs cannot be sorted: ask for those of one unit.')
    }
    const { status, body } = await (await asker({ clients: { listPairs } })).call('/hits?sort=hits')
    expect([status, body.code, body.detail]).toEqual([
      422,
      'THANHLOC_API_UNPROCESSABLE',
      'More than 50000 pairs cannot be sorted: ask for those of one unit.',
    ])
  })

  it.each(['sort=name', 'action=burn', 'kind=printer', 'client=x', 'limit=0', 'since=yesterday', 'foo=1'])(
    '%s is refused',
    async (query) => {
      expect((await (await asker()).call(`/hits?${query}`)).status).toBe(400)
    },
  )
})

describe('one client', () => {
  it('is shown with its cases, silences, hours of the day, and how regular it asks', async () => {
    const { body } = await (await asker()).call('/clients/7')
    expect(body).toMatchObject({
      priority: 'normal',
      cases: [{ id: 3, campaign: '2022', state: 'new' }],
      rhythm: { indicator: 'evil.test', hint: 'unknown', everySeconds: null, reason: { vi: expect.stringContaining('Chưa') as string } },
      silences: [],
      hitPage: { items: [{ silencedUntil: null, rhythm: { hint: 'unknown', histogram: [] } }] },
    }) // prettier-ignore
    expect(body.hoursOfDay).toHaveLength(24)
  })
})

describe('clients', () => {
  it('are sorted and filtered as asked', async () => {
    const asked: [ClientFilter | undefined, object | undefined][] = []
    const listClients = (filter?: ClientFilter, request?: object) => (asked.push([filter, request]), { items: [], next: null }) // prettier-ignore
    const { call } = await asker({ clients: { listClients } })
    await call('/clients?priority=high&firstSince=2026-01-01&sort=state&reverse=true&limit=7')
    expect(asked).toEqual([
      [
        { priority: 'high', firstSince: Date.UTC(2026, 0, 1) },
        { sort: 'state', isReversed: true, limit: 7 },
      ],
    ])
  })
})
