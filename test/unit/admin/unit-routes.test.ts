/** Units and campaigns as each role sees them. */
import { describe, expect, it } from 'vitest'
import { socketPrincipal } from '../../../src/accounts/principal.ts'
import type { Role } from '../../../src/accounts/roles.ts'
import type { AdminSources } from '../../../src/admin/sources.ts'
import { Figures } from '../../../src/detection/cases/figures.ts'
import { UnitIndex } from '../../../src/detection/units.ts'
import { createFixture, exampleSettings, NOW } from './fake-threads.ts'

const HOST = { host: '127.0.0.1:8053' }
const CONFIG = `
campaigns: [ { id: "2022", title: "APT32", document: "1298/CATTT-NCSC" }, { id: "2023" } ]
lists:
  - { id: apt32, path: /lists/apt32.txt, campaign: "2022", basis: "1298" }
  - { id: own, path: /lists/own.txt }
units:
  - { id: tinh, name: "Tỉnh An Giang", networks: [10.0.0.0/8], contact: "lan@tinh.test", code: "000.00.00.H01" }
  - { id: so-yte, parent: tinh, networks: [10.1.0.0/16], wan: [203.0.113.5], contact: "minh" }
  - { id: benh-vien, parent: so-yte, networks: [10.1.2.0/24] }
  - { id: so-gd, parent: tinh, networks: [10.2.0.0/16] }
`

const clients = [
  // Ranks: tinh 0, so-yte 1, benh-vien 2, so-gd 3; 4 is of no unit.
  { rank: 1, kind: 'machine', n: 3, new: 1, blocked: 10, logged: 2, first_at: NOW - 9, last_at: NOW - 5 },
  { rank: 2, kind: 'machine', n: 2, new: 0, blocked: 5, logged: 0, first_at: NOW - 8, last_at: NOW - 2 },
  { rank: 3, kind: 'router', n: 1, new: 0, blocked: 9, logged: 0, first_at: NOW - 7, last_at: NOW - 1 },
  { rank: 4, kind: 'machine', n: 4, new: 4, blocked: 1, logged: 0, first_at: NOW - 7, last_at: NOW - 1 },
]
const caseOf = (rank: number, campaign: string, state: string, n: number, priority = 'normal') =>
  ({ rank, campaign, kind: 'machine', state, priority, n, opened: 1, reinfections: 0, hits: 10, first_at: NOW - 9, last_at: NOW - rank }) // prettier-ignore
const cases = [
  caseOf(1, '2022', 'new', 2, 'high'),
  caseOf(2, '2022', 'cleaned', 2),
  caseOf(3, '', 'new', 1),
  caseOf(3, '2019', 'new', 5),
]

const asked: [string, readonly string[] | null][] = []
const figures: AdminSources['figures'] = {
  look: () => {
    const units = new UnitIndex(exampleSettings(CONFIG).units)
    return {
      units,
      figures: new Figures((sql) => (sql.includes('campaign_case') ? cases : clients), units, NOW),
      listed: new Map([['so-yte', NOW - 1000]]),
      high: new Set(['so-yte', 'benh-vien']),
      top: (campaign, within) => {
        asked.push([campaign, within])
        const item = {
          indicator: 'evil.test',
          kind: 'subtree',
          clients: 2,
          hits: 9,
          firstSeen: NOW - 9,
          lastSeen: NOW,
        }
        return { items: [item], isWhole: true }
      },
    }
  },
}

async function asker(role: Role, units: readonly string[] | null = null) {
  const fixture = await createFixture({ settings: CONFIG, figures })
  const socket = { principal: socketPrincipal(null), source: 'socket' }
  const { secret } = fixture.accounts.tokens.add(socket, { name: 'an', role, units, expiresAt: NOW + 1e8 })
  const headers = { ...HOST, authorization: `Bearer ${secret}` }
  return async (path: string) => {
    const reply = await fixture.app.inject({ url: `/api/v1${path}`, headers })
    return { status: reply.statusCode, body: reply.json(), text: reply.body }
  }
}
const idsOf = (body: { items: { id: string }[] }): string[] => body.items.map(({ id }) => id)

describe('units', () => {
  it('are told as a tree, each with what is in it and under it', async () => {
    const { body } = await (await asker('officer'))('/units')
    expect(idsOf(body)).toEqual(['tinh', 'so-yte', 'benh-vien', 'so-gd'])
    expect(body.items[1]).toMatchObject({
      id: 'so-yte', parent: 'tinh', children: 1, contact: 'minh', networks: ['10.1.0.0/16'], wan: ['203.0.113.5/32'], priority: 'high',
      listedSince: new Date(NOW - 1000).toISOString(),
      figures: {
        machines: 5, newLastDay: 1, hits: 17, blocked: 15, logged: 2, lastSeen: new Date(NOW - 2).toISOString(),
        cases: { open: 2, urgent: 2, states: { new: 2, cleaned: 2 } },
      },
    }) // prettier-ignore
    expect(body.items[0]).toMatchObject({ code: '000.00.00.H01', figures: { machines: 5, routers: 1 } })
    expect(body.items[2]).toMatchObject({ listedSince: null, priority: 'high' })
    expect(body.items[3]).toMatchObject({ figures: { cases: { open: 6 } }, priority: 'normal' })
    expect(body.outside).toMatchObject({ machines: 4 })
    expect(body.at).toBe(new Date(NOW).toISOString())
  })

  it.each([
    ['parent=tinh', ['so-yte', 'so-gd']],
    ['q=an%20giang', ['tinh']],
    ['q=h01', ['tinh']],
    ['q=SO-', ['so-yte', 'so-gd']],
    ['priority=high', ['so-yte', 'benh-vien']],
    ['sort=open', ['tinh', 'so-gd', 'so-yte', 'benh-vien']],
    ['sort=machines&reverse=true', ['so-gd', 'benh-vien', 'so-yte', 'tinh']],
    ['sort=recent&limit=2', ['tinh', 'so-gd']],
  ])('%s', async (query, expected) => {
    expect(idsOf((await (await asker('admin'))(`/units?${query}`)).body)).toEqual(expected)
  })

  it('are paged', async () => {
    const ask = await asker('viewer')
    const first = (await ask('/units?limit=3')).body
    const rest = (await ask(`/units?limit=3&cursor=${first.next}`)).body
    expect([...idsOf(first), ...idsOf(rest)]).toEqual(['tinh', 'so-yte', 'benh-vien', 'so-gd'])
    expect(rest.next).toBeNull()
    expect((await ask(`/units?sort=open&cursor=${first.next}`)).status).toBe(400)
  })

  it('of others are not there, nor above them, nor who belongs to none', async () => {
    const ask = await asker('officer', ['so-yte'])
    const { body, text } = await ask('/units')
    expect(idsOf(body)).toEqual(['so-yte', 'benh-vien'])
    expect(body).toMatchObject({ outside: null, items: [{ parent: null }, { parent: 'so-yte' }] })
    expect(text).not.toMatch(/so-gd|tinh/)
    expect((await ask('/units/so-gd')).status).toBe(404)
    expect((await ask('/units?parent=tinh')).status).toBe(404)
    expect((await ask('/units/benh-vien')).body.path).toEqual([{ id: 'so-yte', name: '' }])
  })

  it('show contacts to who may read clients alone', async () => {
    expect((await (await asker('viewer'))('/units/so-yte')).body).toMatchObject({
      contact: null,
      figures: { machines: 5 },
    })
    expect((await (await asker('officer'))('/units/so-yte')).body).toMatchObject({ contact: 'minh' })
  })

  it('one of them says where it stands and which campaigns have cases there', async () => {
    const { body } = await (await asker('officer'))('/units/so-yte')
    expect(body.path).toEqual([{ id: 'tinh', name: 'Tỉnh An Giang' }])
    expect(body.campaigns).toMatchObject([{ campaign: '2022', cases: { open: 2, hits: 20 } }])
    const missing = await (await asker('officer'))('/units/no-such')
    expect([missing.status, missing.body.code]).toEqual([404, 'THANHLOC_API_NOT_FOUND'])
  })
})

describe('campaigns', () => {
  it('are those of the configuration, those of which cases are left, and the lists without one', async () => {
    const { body } = await (await asker('viewer'))('/campaigns')
    expect(idsOf(body)).toEqual(['2022', '2023', '2019', ''])
    expect(body.items[0]).toMatchObject({
      title: 'APT32', document: '1298/CATTT-NCSC', isConfigured: true, lists: [{ id: 'apt32', basis: '1298', action: 'sinkhole' }],
      machines: 4, cases: { open: 2, states: { new: 2, cleaned: 2 }, hits: 20 },
    }) // prettier-ignore
    expect(body.items[1]).toMatchObject({ machines: 0, cases: { open: 0, lastHit: null }, lists: [] })
    expect(body.items[2]).toMatchObject({ isConfigured: false, title: '' })
    expect(body.items[3]).toMatchObject({ lists: [{ id: 'own' }], machines: 1 })
  })

  it('are sorted and paged', async () => {
    const ask = await asker('viewer')
    expect(idsOf((await ask('/campaigns?sort=open')).body)).toEqual(['2019', '2022', '', '2023'])
    const first = (await ask('/campaigns?limit=3&reverse=true')).body
    expect(idsOf(first)).toEqual(['', '2019', '2023'])
    expect(idsOf((await ask(`/campaigns?limit=3&reverse=true&cursor=${first.next}`)).body)).toEqual(['2022'])
  })

  it('count and name nothing of other units', async () => {
    const ask = await asker('officer', ['benh-vien'])
    const { body } = await ask('/campaigns')
    expect(body.items[0]).toMatchObject({ id: '2022', machines: 2, cases: { open: 0, hits: 10 } })
    expect(idsOf(body)).toEqual(['2022', '2023', ''])
    expect((await ask('/campaigns/2019')).status).toBe(404)
    asked.length = 0
    expect((await ask('/campaigns/2022')).body.units).toMatchObject([{ unit: 'benh-vien', machines: 2 }])
    expect(asked).toEqual([['2022', ['benh-vien']]])
  })

  it('one of them says what is asked for most, to who may read clients, and where its cases are', async () => {
    const { body } = await (await asker('officer'))('/campaigns/2022')
    expect(body.indicators).toMatchObject({ isWhole: true, items: [{ indicator: 'evil.test', clients: 2 }] })
    expect(body.units).toMatchObject([
      { unit: 'so-yte', machines: 2, cases: { open: 2 } },
      { unit: 'benh-vien', machines: 2, cases: { open: 0 } },
    ])
    expect((await (await asker('viewer'))('/campaigns/2022')).body.indicators).toBeNull()
    expect((await (await asker('officer'))('/campaigns/-')).body).toMatchObject({ id: '', machines: 1 })
    expect((await (await asker('officer'))('/campaigns/no-such')).status).toBe(404)
  })
})
