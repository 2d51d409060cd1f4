import { expect, test } from 'vitest'
import { AUTHORISED, createFixture, NOW } from './fake-threads.ts'

test('recent traffic: what came since a time, and the rates of the last hour', async () => {
  const { app } = await createFixture()
  const recent = async (query = '') =>
    (await app.inject({ url: `/api/v1/traffic/recent${query}`, headers: AUTHORISED })).json()
  expect(await recent('?since=2026-11-21T00:00:00%2B07:00')).toEqual({
    stepSeconds: 5,
    ends: [],
    queries: [],
    blocked: [],
    // Nothing is known of what came before the start.
    sum: { from: new Date(NOW).toISOString(), queries: 0, blocked: 0 },
  })
  expect(await recent()).toMatchObject({ sum: { from: new Date(NOW).toISOString() } })
  expect(await recent('?since=gestern')).toMatchObject({ status: 400 })
  expect(await recent('?until=2026-11-21')).toMatchObject({ status: 400 })
})

test('numbers: of those first seen since a time', async () => {
  const asked: unknown[] = []
  const clients = {
    countClients: (filter: unknown) => {
      asked.push(filter)
      return { machines: { new: 2 }, routers: 0, blocked: 3, logged: 1 }
    },
  }
  const { app } = await createFixture({ clients })
  const url = '/api/v1/numbers?firstSince=2026-11-21'
  expect((await app.inject({ url, headers: AUTHORISED })).json()).toMatchObject({
    machines: { new: 2 },
    hits: 4,
  })
  expect(asked).toEqual([expect.objectContaining({ firstSince: Date.UTC(2026, 10, 21) })])
})
