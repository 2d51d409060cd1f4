import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { socketPrincipal } from '../../../src/accounts/principal.ts'
import { Alerts } from '../../../src/alerts/alerts.ts'
import {
  AUTHORISED,
  createFixture,
  exampleSettings,
  FakeClock,
  JSON_AUTHORISED,
  NOW,
  type Fixture,
} from './fake-threads.ts'

/** A fixture with one channel, whose receiver fails with `fault`, if any. */
async function withChannel(receiver: { fault: string | null }): Promise<Fixture> {
  const directory = mkdtempSync(join(tmpdir(), 'thanhloc-alert-routes-'))
  const log = { info: () => {}, warn: () => {}, error: () => {} }
  const alerts = new Alerts({
    settings: exampleSettings(
      'alerts: { channels: [ { id: soc, type: webhook, url: "http://127.0.0.1:9/" } ] }',
    ),
    directory,
    version: '0.1.0',
    clock: new FakeClock(),
    log,
    openTransport: () => ({
      send: () => (receiver.fault === null ? Promise.resolve() : Promise.reject(new Error(receiver.fault))),
    }),
  })
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return createFixture({ alerts })
}

const testOf = (fixture: Fixture, id: string) =>
  fixture.app.inject({ method: 'POST', url: `/api/v1/alerts/${id}/test`, headers: JSON_AUTHORISED, payload: {} }) // prettier-ignore

test('a test alert says whether it was delivered', async () => {
  const receiver: { fault: string | null } = { fault: null }
  const fixture = await withChannel(receiver)
  expect((await testOf(fixture, 'soc')).json()).toEqual({
    channel: 'soc',
    isDelivered: true,
    reason: null,
    durationMs: 0,
  })
  receiver.fault = 'no route'
  const failed = await testOf(fixture, 'soc')
  expect(failed.statusCode).toBe(200)
  expect(failed.json()).toMatchObject({ isDelivered: false, reason: 'no route' })
})

test('a channel that is not there is not found, and the answer says which there are', async () => {
  const reply = await testOf(await withChannel({ fault: null }), 'duty')
  expect(reply.statusCode).toBe(404)
  expect(reply.json()).toMatchObject({
    code: 'THANHLOC_API_NOT_FOUND',
    detail: 'there is no alert channel duty: there are soc',
  })
})

test('status and metrics tell how a channel is; what its receiver said only to those who may read the settings', async () => {
  const fixture = await withChannel({ fault: 'mailbox of an@so.example is full' })
  const channel = { id: 'soc', type: 'webhook', pending: 0, sent: 0, dead: 0, lastSuccessAt: null, lastErrorAt: new Date(NOW).toISOString() } // prettier-ignore
  await testOf(fixture, 'soc')
  const statusFor = async (headers: Record<string, string>) =>
    (await fixture.app.inject({ url: '/api/v1/status', headers })).json()
  const full = await statusFor(AUTHORISED)
  expect(full.alerts).toMatchObject({
    trouble: null,
    channels: [{ ...channel, lastError: 'mailbox of an@so.example is full' }],
  })
  expect(full.degraded).toContainEqual({ part: 'alerts', detail: 'soc did not take the last message' })

  const caller = { principal: socketPrincipal(null), source: 'socket' }
  const { secret } = fixture.accounts.tokens.add(caller, {
    name: 'grafana',
    role: 'viewer',
    units: null,
    expiresAt: NOW + 86_400_000,
  })
  const little = await statusFor({ ...AUTHORISED, authorization: `Bearer ${secret}` })
  expect(little.alerts.channels[0]).toMatchObject({ ...channel, lastError: null })

  const metrics = await fixture.metrics.render()
  for (const name of ['pending', 'sent_total', 'given_up_total'])
    expect(metrics).toContain(`thanhloc_alerts_${name}{channel="soc"} 0`)
})
