/** A machine whose clock is years off: nothing stops, no hit is lost, and hits stay in their order. */
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { query } from '../support/dns-client.ts'
import { FakeUpstream } from '../support/fake-upstream.ts'
import type { ClockOrder } from '../support/faulty-thread.ts'
import { eventually, TestServer } from '../support/server.ts'

const ENTRY = join(import.meta.dirname, '../support/faulty-main.ts')
const PATIENCE_MS = 60_000
const YEAR_MS = 365 * 86_400_000
const CLIENT = '127.0.9.1'
const SECOND_CLIENT = '127.0.9.2'

interface Client {
  readonly address: string
  readonly hits: number
  readonly firstSeen: string
  readonly lastSeen: string
}

let up: FakeUpstream
let server: TestServer | null = null

beforeEach(async () => {
  up = await FakeUpstream.start()
  up.answer('*', 'A', '192.0.2.1', { ttl: 60 })
})
afterEach(async () => {
  await server?.stop()
  server = null
  await up.stop()
})

async function open(offsetMs: number, directory?: string): Promise<TestServer> {
  server = await TestServer.start({
    entry: ENTRY,
    config: `upstreams: { servers: ["${up.text}"] }\nlists: [{ id: bad, path: bad.txt }]\n`,
    files: { 'bad.txt': 'evil.vn\n' },
    env: { THANHLOC_CLOCK_OFFSET_MS: String(offsetMs) },
    ...(directory !== undefined && { directory }),
  })
  return server
}

async function hit(from: string): Promise<void> {
  const reply = await query('evil.vn', 'A', { port: server!.port, from })
  expect(reply.answers[0]?.data).toBe('0.0.0.0')
}

/** The client at `address`, once it has `hits`. */
function clientWith(address: string, hits: number): Promise<Client> {
  return eventually(async () => {
    const { body } = await server!.api<{ items: Client[] }>('GET', '/api/v1/clients')
    return body.items.find((one) => one.address === address && one.hits === hits)
  })
}

/** Threads are told one by one; at once for what follows. */
async function setClock(offsetMs: number): Promise<void> {
  server!.process.send({ clockOffsetMs: offsetMs } satisfies ClockOrder)
  const wantedMs = (): number => Date.now() + offsetMs
  await eventually(async () => {
    const { body } = await server!.api<{ now?: string }>('GET', '/api/v1/status')
    return body.now === undefined || Math.abs(Date.parse(body.now) - wantedMs()) < 60_000
  })
}

describe('a clock that is plainly wrong', { timeout: PATIENCE_MS }, () => {
  it.each([
    ['seven years behind', -7 * YEAR_MS],
    ['forty years ahead', 40 * YEAR_MS],
  ])('%s: hits are dated from the last one on, and by the clock once it is set', async (_, offsetMs) => {
    const startedMs = Date.now()
    const first = await open(0)
    await hit(CLIENT)
    const known = await clientWith(CLIENT, 1)
    await first.stop(true)

    const wrong = await open(offsetMs, first.directory)
    expect((await query('clean.vn', 'A', { port: wrong.port })).answers[0]?.data).toBe('192.0.2.1')
    await hit(CLIENT)
    await hit(SECOND_CLIENT)
    const line = await wrong.logged(({ msg }) => msg.startsWith('the clock is plainly wrong'))
    expect(line.level).toBe('error')
    expect(Date.parse(line['datedFrom'] as string)).toBeGreaterThanOrEqual(Date.parse(known.lastSeen))
    const again = await clientWith(CLIENT, 2)
    const other = await clientWith(SECOND_CLIENT, 1)
    expect(again.firstSeen).toBe(known.firstSeen)
    for (const { lastSeen } of [again, other]) {
      expect(Date.parse(lastSeen)).toBeGreaterThanOrEqual(Date.parse(known.lastSeen))
      expect(Date.parse(lastSeen)).toBeLessThanOrEqual(Date.now())
    }
    const { text } = await wrong.api('GET', '/readyz')
    expect(JSON.parse(text)).toMatchObject({
      degraded: expect.arrayContaining([expect.objectContaining({ part: 'clock' })]),
    })

    await setClock(0)
    await wrong.logged(({ msg }) => msg === 'the clock is right again: hits are dated by it')
    const setMs = Date.now()
    await eventually(async () => {
      await hit(SECOND_CLIENT)
      const { body } = await wrong.api<{ items: Client[] }>('GET', '/api/v1/clients')
      return Date.parse(body.items.find(({ address }) => address === SECOND_CLIENT)!.lastSeen) >= setMs
    })
    expect(Date.parse((await clientWith(CLIENT, 2)).firstSeen)).toBeGreaterThanOrEqual(startedMs)
  })

  it('at the very first start dates hits from when the lists were written on', async () => {
    const startedMs = Date.now()
    await open(-7 * YEAR_MS)
    await hit(CLIENT)
    const { lastSeen } = await clientWith(CLIENT, 1)
    expect(Date.parse(lastSeen)).toBeGreaterThanOrEqual(Math.floor(startedMs))
    expect(Date.parse(lastSeen)).toBeLessThanOrEqual(Date.now())
  })

  it('that jumps while the server runs costs no answer and no hit', async () => {
    const under = await open(0)
    await hit(CLIENT)
    for (const [number, offsetMs] of [-3_600_000, 3_600_000, -7 * YEAR_MS, 0].entries()) {
      await setClock(offsetMs)
      await hit(CLIENT)
      await clientWith(CLIENT, number + 2)
      expect((await query(`n${number}.vn`, 'A', { port: under.port })).answers[0]?.data).toBe('192.0.2.1')
      await under.until(
        () => under.lines.filter(({ msg }) => msg === 'the clock has jumped').length > number,
        20_000,
      )
    }
  })
})
