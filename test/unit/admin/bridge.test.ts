/** A container behind a bridge shows where people look: in /readyz and in the status. */
import { afterEach, expect, it } from 'vitest'
import { AUTHORISED, createFixture, type Fixture } from './fake-threads.ts'

let fixture: Fixture
afterEach(() => fixture.app.close())

const ROOM = { disk: () => null, memory: () => null }

it.each([
  ['behind a bridge', { gateway: '172.17.0.1' }, 1],
  ['on a network of its own', null, 0],
])('%s: identity has so many troubles', async (_, bridge, count) => {
  fixture = await createFixture({ machine: { ...ROOM, bridge } })
  const { degraded } = (await fixture.app.inject({ url: '/readyz' })).json<{ degraded: { part: string; detail: string }[] }>() // prettier-ignore
  const about = degraded.filter(({ detail }) => detail.includes('behind a bridge'))
  expect(about.map(({ part }) => part)).toEqual(Array.from({ length: count }, () => 'identity'))
  // Read without a token: no address in it.
  expect(JSON.stringify(degraded)).not.toContain('172.17')
  const status = await fixture.app.inject({ url: '/api/v1/status', headers: AUTHORISED })
  expect(status.json()).toMatchObject({ listen: [expect.stringMatching(/:\d+$/)] })
})
