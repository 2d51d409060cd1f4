/** What health and metrics say of the notice service. */
import { expect, it } from 'vitest'
import type { NoticeStatus } from '../../../../src/admin/notice-desk/notice-desk.ts'
import { AUTHORISED, createFixture } from '../fake-threads.ts'

const WELL: NoticeStatus = {
  isWanted: true, fault: null, connected: ['0.1.0'], contacts: { http: 3, tls: 2, tcp: 0 }, dropped: 1, lastMs: 5000,
} // prettier-ignore

async function look(notice: NoticeStatus) {
  const { app, metrics } = await createFixture({ notice })
  const reply = await app.inject({ url: '/api/v1/status', headers: AUTHORISED })
  const { health } = reply.json<{ health: { components: { component: string; state: string; detail: { en: string }; troubles: { advice: { vi: string; en: string } }[] }[] } }>() // prettier-ignore
  await app.close()
  return {
    part: health.components.find(({ component }) => component === 'notice')!,
    text: await metrics.render(),
  }
}

it('one that is connected is well, and counted', async () => {
  const { part, text } = await look(WELL)
  expect(part).toMatchObject({ state: 'ok', detail: { en: 'connected, 5 contacts noted' } })
  expect(text).toContain('thanhloc_notice_connected 1\n')
  expect(text).toContain('thanhloc_notice_contacts_total{protocol="tls"} 2\n')
  expect(text).toContain('thanhloc_notice_contacts_dropped_total 1\n')
  expect(text).toContain('thanhloc_notice_last_contact_timestamp_seconds 5\n')
  expect(text).toContain('thanhloc_reports_open 0\n')
})

it('one that is away, or cannot come, needs a look, and it is said what to do', async () => {
  const away = await look({ ...WELL, connected: [] })
  expect(away.part).toMatchObject({ state: 'warn', troubles: [{ advice: { en: expect.stringContaining('systemctl restart thanhloc-notice') } }] }) // prettier-ignore
  expect(away.text).toContain('thanhloc_notice_connected 0\n')
  const closed = await look({ ...WELL, connected: [], fault: '/run/thanhloc/notice.sock: EACCES' })
  expect(closed.part).toMatchObject({ state: 'warn', detail: { en: expect.stringContaining('EACCES') } })
})

it('where none is configured nothing is said and nothing is wrong', async () => {
  const { part, text } = await look({ ...WELL, isWanted: false, connected: [], lastMs: null })
  expect(part).toMatchObject({ state: 'unknown', troubles: [] })
  expect(text).not.toMatch(/^thanhloc_notice_connected /m)
})
