/** Silences, holds, deletions, how long things are kept, backups: what the API makes of them. The store is played. */
import { afterEach, describe, expect, it } from 'vitest'
import { socketPrincipal } from '../../../src/accounts/principal.ts'
import type { Role } from '../../../src/accounts/roles.ts'
import type { SilenceFilter } from '../../../src/detection/cases/queries.ts'
import { createFixture, healthyThreads, NOW, type Fixture, type FixtureOptions } from './fake-threads.ts'

const UNITS = `
units: [ { id: so-tttt, networks: [10.1.0.0/16] }, { id: so-yte, networks: [10.2.0.0/16] } ]
campaigns: [ { id: "2022" } ]
keep: { level: 3, hits: 1 month, holds: [ { document: 1/QĐ, what: unit:so-yte } ] }
`
const DAY = 86_400_000
const UPKEEP = { isSwept: true, isHeld: false, error: null, backup: { running: null, last: null } }

let fixture: Fixture | undefined
afterEach(() => fixture?.app.close())

interface Reply {
  readonly status: number
  readonly body: any // eslint-disable-line @typescript-eslint/no-explicit-any
}
type Call = (method: 'GET' | 'POST' | 'DELETE', path: string, body?: object) => Promise<Reply>

async function callAs(
  role: Role,
  units: readonly string[] | null = null,
  options: FixtureOptions = {},
): Promise<Call> {
  const made = await createFixture({ settings: UNITS, ...options })
  fixture = made
  const socket = { principal: socketPrincipal(null), source: 'socket' }
  const { secret } = made.accounts.tokens.add(socket, { name: 'an', role, units, expiresAt: NOW + DAY })
  const headers = {
    host: '127.0.0.1:8053',
    'content-type': 'application/json',
    authorization: `Bearer ${secret}`,
  }
  return async (method, path, body) => {
    const payload = body === undefined ? {} : { payload: JSON.stringify(body) }
    const reply = await made.app.inject({ method, url: `/api/v1${path}`, headers, ...payload })
    return { status: reply.statusCode, body: reply.body === '' ? null : reply.json() }
  }
}

/** The newest row of the trail. */
function recorded(): { action: string; target: string; reason: string; actor: string; details: unknown } {
  const { action, target, reason, actor, details } = fixture!.accounts.trail.read({ limit: 1 }).items[0]!
  return { action, target, reason, actor, details: JSON.parse(details) }
}

const rows = (): number => fixture!.accounts.trail.read({ limit: 1000 }).items.length

describe('silences', () => {
  const SILENCE = {
    clientId: 7, unit: 'so-tttt', indicator: 'evil.test', kind: 'subtree', until: NOW + DAY, setAt: NOW - DAY, actor: 'user:an',
    reason: 'máy thử', caseId: null,
  } // prettier-ignore

  it('are listed as far as they hold, of the units of the caller', async () => {
    const asked: [SilenceFilter | undefined, object | undefined][] = []
    const listSilences = (filter?: SilenceFilter, request?: object) => {
      asked.push([filter, request])
      return { items: [SILENCE], next: 'bmV4dA' }
    }
    const call = await callAs('officer', ['so-tttt'], { cases: { listSilences } })
    const { body } = await call('GET', '/silences?client=7&limit=5&cursor=x')
    const until = new Date(NOW + DAY).toISOString()
    expect(body).toEqual({
      items: [{ ...SILENCE, until, setAt: new Date(NOW - DAY).toISOString() }],
      next: 'bmV4dA',
    })
    await call('GET', '/silences?expired=true')
    expect(asked).toEqual([
      [
        { client: 7, afterMs: NOW, within: ['so-tttt'] },
        { limit: 5, cursor: 'x' },
      ],
      [{ afterMs: 0, within: ['so-tttt'] }, { limit: 100 }],
    ])
  })

  it('are set in the name of the caller, on record before, and end the same way', async () => {
    let wasRecorded = ''
    const threads = healthyThreads().on('cases/silence', () => {
      wasRecorded = recorded().action
      return { indicators: 2 }
    })
    const call = await callAs('officer', ['so-tttt'], { threads })
    const set = await call('POST', '/silences', { client: 7, indicator: 'evil.test', until: '2026-12-01', reason: 'máy thử' }) // prettier-ignore
    const untilMs = Date.UTC(2026, 11, 2) - 1
    expect([set.status, set.body]).toEqual([
      201,
      { clientId: 7, indicator: 'evil.test', until: new Date(untilMs).toISOString(), indicators: 2 },
    ])
    expect(wasRecorded).toBe('case.change')
    expect(recorded()).toEqual({
      action: 'case.change', target: 'client:7', reason: 'máy thử', actor: 'token:an',
      details: { silence: 'evil.test', until: new Date(untilMs).toISOString() },
    }) // prettier-ignore
    const ended = await call('DELETE', '/silences?client=7&indicator=192.0.2.0%2F24&reason=xong')
    expect([ended.status, ended.body]).toEqual([204, null])
    expect(recorded()).toMatchObject({ reason: 'xong', details: { silence: '192.0.2.0/24', until: null } })
    expect(threads.bodies('cases/silence')).toEqual([
      { client: 7, indicator: 'evil.test', untilMs, actor: 'token:an', reason: 'máy thử', isOwn: true },
      { client: 7, indicator: '192.0.2.0/24', untilMs: null, actor: 'token:an', reason: 'xong', isOwn: true },
    ])
  })

  it('of a client of another unit are refused as if it were not there', async () => {
    const call = await callAs('officer', ['so-yte'], {
      threads: healthyThreads().on('cases/silence', () => ({})),
    })
    const before = rows()
    const body = { client: 7, indicator: 'evil.test', until: '2026-12-01', reason: 'x' }
    expect(await call('POST', '/silences', body)).toMatchObject({
      status: 404,
      body: { detail: 'There is no client 7.' },
    })
    expect((await call('DELETE', '/silences?client=7&indicator=evil.test&reason=x')).status).toBe(404)
    expect((await call('POST', '/silences', { ...body, client: 8 })).body.detail).toBe(
      'There is no client 8.',
    )
    expect([rows(), fixture!.threads.bodies('cases/silence')]).toEqual([before, []])
  })

  it('an administrator may silence what the client has not asked for yet', async () => {
    const threads = healthyThreads().on('cases/silence', () => ({ indicators: 1 }))
    const call = await callAs('admin', null, { threads })
    await call('POST', '/silences', { client: 7, indicator: 'evil.test', until: '2026-12-01', reason: 'x' })
    expect(threads.bodies('cases/silence')[0]).toMatchObject({ isOwn: false })
  })

  it.each([{}, { client: 7 }, { client: 7, indicator: 'a.test', until: '2026-12-01' }, { client: 7, indicator: 'a.test', reason: 'x' }, { client: 7, indicator: 'a.test', reason: ' ', until: '2026-12-01' }, { client: 7, indicator: 'a.test', reason: 'x', until: 'some day soon' }])(
    'that say too little are refused before anything is recorded (%#)',
    async (body) => {
      const call = await callAs('officer')
      const before = rows()
      expect((await call('POST', '/silences', body)).status).toBe(400)
      expect(rows()).toBe(before)
    },
  ) // prettier-ignore
})

describe('holds', () => {
  const HOLD = {
    id: 4, document: '12/QĐ', scope: 'client' as const, target: '7', reason: 'vụ án', actor: 'user:an', setAt: NOW, releasedAt: NOW + 1,
    releasedBy: 'user:binh', releaseReason: 'xong',
  } // prettier-ignore

  it('are those of the configuration and the others, lifted ones too', async () => {
    const call = await callAs('admin', null, { cases: { holds: () => [HOLD] } })
    const { items } = (await call('GET', '/holds')).body
    expect(items[0]).toMatchObject({
      id: null,
      document: '1/QĐ',
      what: 'unit:so-yte',
      actor: null,
      isInForce: true,
    })
    expect(items[1]).toMatchObject({
      id: 4, what: 'client:7', isInForce: false, setAt: new Date(NOW).toISOString(), releasedBy: 'user:binh', releaseReason: 'xong',
    }) // prettier-ignore
  })

  it('are set and lifted on record, with document, reason and actor', async () => {
    const threads = healthyThreads()
      .on('store/hold', () => ({ id: 5 }))
      .on('store/release-hold', () => ({ id: 4 }))
    const call = await callAs('admin', null, { threads, cases: { holds: () => [HOLD] } })
    const body = { document: '12/QĐ', what: 'unit:so-tttt', reason: 'vụ án' }
    expect(await call('POST', '/holds', body)).toEqual({ status: 201, body: { id: 5 } })
    expect(recorded()).toEqual({
      action: 'hold.change', target: 'unit:so-tttt', reason: 'vụ án', actor: 'token:an', details: { set: '12/QĐ' },
    }) // prettier-ignore
    expect(threads.bodies('store/hold')).toEqual([
      { document: '12/QĐ', scope: 'unit', target: 'so-tttt', reason: 'vụ án', actor: 'token:an' },
    ])
    expect(await call('POST', '/holds/4/release', { reason: 'xong' })).toEqual({
      status: 200,
      body: { id: 4 },
    })
    expect(recorded()).toMatchObject({
      target: 'client:7',
      reason: 'xong',
      details: { release: 4, document: '12/QĐ' },
    })
    expect(threads.bodies('store/release-hold')).toEqual([{ id: 4, reason: 'xong', actor: 'token:an' }])
  })

  it.each(['unit:so-gd', 'campaign:2021', 'client:8', 'every', 'unit:', 'client:0'])(
    'on what is not there (%s) hold nothing, and are refused',
    async (what) => {
      const call = await callAs('admin', null, {
        threads: healthyThreads().on('store/hold', () => ({ id: 1 })),
      })
      const before = rows()
      expect((await call('POST', '/holds', { document: '12/QĐ', what })).status).toBe(422)
      expect(rows()).toBe(before)
    },
  )

  it.each(['all', 'unit:so-yte', 'campaign:2022', 'campaign:2019', 'client:7'])(
    'may be on %s',
    async (what) => {
      const threads = healthyThreads().on('store/hold', () => ({ id: 1 }))
      const cases = { hasCampaign: (campaign: string) => campaign === '2019' }
      const call = await callAs('admin', null, { threads, cases })
      expect((await call('POST', '/holds', { document: '12/QĐ', what })).status).toBe(201)
    },
  )

  it('what the store refuses is answered in its words', async () => {
    const threads = healthyThreads().on('store/release-hold', () => ({
      problem: 'not-found',
      message: 'No such.',
    }))
    const call = await callAs('admin', null, { threads })
    expect(await call('POST', '/holds/9/release', { reason: 'x' })).toMatchObject({ status: 404, body: { detail: 'No such.' } }) // prettier-ignore
  })
})

describe('keeping', () => {
  const today = Math.floor(NOW / DAY)

  it('says how long, what is less than it should be, and when the next sweep is', async () => {
    const threads = healthyThreads().on('store/upkeep', () => UPKEEP)
    const call = await callAs('viewer', null, { threads, cases: { sweptDay: () => today } })
    expect((await call('GET', '/keeping')).body).toEqual({
      level: 3, hits: '1 month', cases: '24 months', audit: '24 months',
      warnings: ['keep.hits: 1 month is less than the 3 months that level 3 asks for'],
      isHeld: false, isSwept: true, lastSweep: '2026-11-21T00:00:00.000Z', nextSweep: '2026-11-22T00:00:00.000Z', error: null,
    }) // prettier-ignore
  })

  it.each([today - 1, null])('a day that was not swept yet is swept now (last: %s)', async (last) => {
    const threads = healthyThreads().on('store/upkeep', () => ({ ...UPKEEP, isHeld: true, error: 'full' }))
    const call = await callAs('admin', null, { threads, cases: { sweptDay: () => last } })
    expect((await call('GET', '/keeping')).body).toMatchObject({
      isSwept: false, isHeld: true, error: 'full', nextSweep: new Date(NOW).toISOString(),
      lastSweep: last === null ? null : '2026-11-20T00:00:00.000Z',
    }) // prettier-ignore
  })

  it('auditors read what was deleted', async () => {
    const deletion = { id: 3, what: 'pairs' as const, rule: 'keep.hits 1 month', olderThan: NOW - 9 * DAY, from: NOW - 1, to: NOW, amount: 12 } // prettier-ignore
    const asked: unknown[] = []
    const listDeletions = (request?: object) => (asked.push(request), { items: [deletion], next: null })
    const call = await callAs('auditor', null, { cases: { listDeletions } })
    expect((await call('GET', '/deletions?limit=2&cursor=x')).body).toEqual({
      items: [{ ...deletion, olderThan: new Date(NOW - 9 * DAY).toISOString(), from: new Date(NOW - 1).toISOString(), to: new Date(NOW).toISOString() }],
      next: null,
    }) // prettier-ignore
    expect(asked).toEqual([{ limit: 2, cursor: 'x' }])
  })
})

describe('a backup', () => {
  const BEGUN = { path: '/data/backups/a.backup', bytes: 0, expectedBytes: 4096 }

  it('is begun on record, under a name of its own', async () => {
    const threads = healthyThreads().on('store/backup', () => BEGUN)
    const call = await callAs('admin', null, { threads })
    expect(await call('POST', '/backup', { reason: 'hằng ngày' })).toEqual({ status: 202, body: BEGUN })
    expect(recorded()).toEqual({ action: 'backup', target: 'backups', reason: 'hằng ngày', actor: 'token:an', details: { replaces: false } }) // prettier-ignore
    expect(threads.bodies('store/backup')).toEqual([{ path: null, replaces: false }])
  })

  it('goes where it is told to by the socket alone', async () => {
    const threads = healthyThreads().on('store/backup', () => BEGUN)
    const call = await callAs('admin', null, { threads })
    const before = rows()
    expect(await call('POST', '/backup', { path: '/etc/cron.d/x' })).toMatchObject({ status: 403, body: { code: 'THANHLOC_ACCOUNT_FORBIDDEN' } }) // prettier-ignore
    expect([rows(), threads.bodies('store/backup')]).toEqual([before, []])
    await fixture!.app.close()
    fixture = await createFixture({ threads, bySocket: true })
    const headers = { host: 'localhost', 'content-type': 'application/json' }
    const payload = JSON.stringify({ path: '/srv/a.backup', replaces: true })
    const reply = await fixture.app.inject({ method: 'POST', url: '/api/v1/backup', headers, payload })
    expect(reply.statusCode).toBe(202)
    expect(threads.bodies('store/backup')).toEqual([{ path: '/srv/a.backup', replaces: true }])
    expect(recorded()).toMatchObject({ target: '/srv/a.backup', actor: 'socket' })
  })

  it('tells how far it is, and how the last one ended', async () => {
    const done = {
      path: '/a',
      bytes: 5,
      clients: 1,
      cases: 2,
      hits: 3,
      parts: ['accounts.db'],
      durationMs: 9,
    }
    const ends: [object | null, object | null][] = [
      [null, null],
      [{ path: '/a', atMs: NOW, reason: null, done }, { path: '/a', at: new Date(NOW).toISOString(), reason: null, bytes: 5, clients: 1, cases: 2, hits: 3, parts: ['accounts.db'] }],
      [{ path: '/a', atMs: NOW, reason: 'full', done: null }, { path: '/a', at: new Date(NOW).toISOString(), reason: 'full', bytes: 0, clients: 0, cases: 0, hits: 0, parts: [] }],
    ] // prettier-ignore
    for (const [last, said] of ends) {
      const threads = healthyThreads().on('store/upkeep', () => ({
        ...UPKEEP,
        backup: { running: BEGUN, last },
      }))
      const call = await callAs('admin', null, { threads })
      expect((await call('GET', '/backup')).body).toEqual({ running: BEGUN, last: said })
      await fixture!.app.close()
    }
  })

  it('that cannot be written is refused in the words of the store', async () => {
    const threads = healthyThreads().on('store/backup', () => ({
      problem: 'unavailable',
      message: 'No room.',
    }))
    const call = await callAs('admin', null, { threads })
    expect(await call('POST', '/backup', {})).toMatchObject({ status: 503, body: { detail: 'No room.' } })
  })
})
