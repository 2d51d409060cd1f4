import { expect, it } from 'vitest'
import { zoneTroubles } from '../../../src/admin/health/zone-troubles.ts'
import type { ZoneStatus } from '../../../src/transfer/zone-status.ts'
import { AUTHORISED, createFixture } from './fake-threads.ts'

const AT = Date.UTC(2026, 10, 21, 8)
const zone: ZoneStatus = {
  list: 'dept', zone: 'rpz.vn', server: '10.0.0.5:53', key: 'k', state: 'current', serial: 7, records: 3, kind: 'ixfr',
  transferredMs: AT, checkedMs: AT, expiresMs: AT, nextCheckMs: AT, isTransferring: false, transfers: { axfr: 1, ixfr: 2 },
  notifies: 4, failures: 5, bytes: 600, error: null, advice: null,
} // prettier-ignore

it('what is wrong with a zone is told with what is in force', () => {
  expect(zoneTroubles([zone, { ...zone, state: 'waiting' }])).toEqual([])
  const [failing] = zoneTroubles([{ ...zone, state: 'failing' }])
  expect(failing).toMatchObject({ part: 'lists', severity: 'warn', key: 'zone dept' })
  expect(failing!.detail.en).toBe('the zone of list dept has not been confirmed since 2026-11-21T08:00:00.000Z; serial 7 stays in force') // prettier-ignore
  expect(zoneTroubles([{ ...zone, state: 'expired' }])[0]!.detail.vi).toContain('đã quá hạn')
  const [missing] = zoneTroubles([{ ...zone, state: 'failing', serial: null, checkedMs: null }])
  expect(missing).toMatchObject({
    severity: 'fail',
    detail: { en: expect.stringContaining('blocks nothing') },
  })
})

it('a person may have the primary asked; it stands in the trail', async () => {
  const asked: unknown[] = []
  const check = async (...words: unknown[]) => (asked.push(words), zone)
  const { app, accounts } = await createFixture({ zones: { status: () => [zone], check } })
  const post = (id: string, payload: object) => app.inject({ method: 'POST', url: `/api/v1/zones/${id}/check`, headers: AUTHORISED, payload }) // prettier-ignore
  const reply = await post('dept', { force: true, reason: 'đặt lại serial' })
  expect(reply.statusCode).toBe(200)
  expect(reply.json()).toMatchObject({ list: 'dept', lastCheckAt: '2026-11-21T08:00:00.000Z', transfers: { axfr: 1, ixfr: 2 } }) // prettier-ignore
  expect(asked).toEqual([['dept', true, 100_000]])
  expect((await post('other', {})).statusCode).toBe(404)
  expect(asked).toHaveLength(1)
  const trail = await app.inject({ url: '/api/v1/audit?limit=1', headers: AUTHORISED })
  expect(trail.json<{ items: object[] }>().items[0]).toMatchObject({ action: 'list.change', target: 'list:dept', reason: 'đặt lại serial' }) // prettier-ignore
  accounts.close()
  await app.close()
})

it('metrics tell each zone', async () => {
  const { metrics, app } = await createFixture({ zones: { status: () => [zone], check: async () => null } })
  const text = await metrics.render()
  for (const line of [
    'thanhloc_zone_up{list="dept"} 1',
    'thanhloc_zone_expired{list="dept"} 0',
    'thanhloc_zone_serial{list="dept"} 7',
    `thanhloc_zone_last_check_timestamp_seconds{list="dept"} ${AT / 1000}`,
    'thanhloc_zone_transfers_total{list="dept",kind="ixfr"} 2',
    'thanhloc_zone_notifies_total{list="dept"} 4',
    'thanhloc_zone_failures_total{list="dept"} 5',
  ])
    expect(text).toContain(`${line}\n`)
  await app.close()
})
