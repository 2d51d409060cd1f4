import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Random } from '../../../src/random.ts'
import { Zone } from '../../../src/transfer/zone.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { block, message, ScriptedPrimary, soa, wholeZone, ZONE } from '../../support/scripted-primary.ts'

/** Without chance: no jitter. */
const random: Random = { below: () => 0, bits32: () => 0 }
const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

let directory: string
let primary: ScriptedPrimary
let clock: FakeClock
let logged: { readonly level: string; readonly text: string; readonly fields: Record<string, unknown> }[]
let zone: Zone
let forced: number

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'thanhloc-'))
  primary = await ScriptedPrimary.open((asked) => wholeZone(asked, 1, [block('a.vn')]))
  clock = new FakeClock(Date.UTC(2026, 10, 21))
  logged = []
  forced = 0
  zone = openZone()
})
afterEach(async () => {
  zone.close()
  await primary.close()
  rmSync(directory, { recursive: true })
})

function openZone(): Zone {
  const log = (level: string) => (fields: object, text: string) =>
    void logged.push({ level, text, fields: fields as Record<string, unknown> })
  return new Zone({
    list: 'dept',
    primary: {
      server: { address: '127.0.0.1', port: primary.port },
      zone: ZONE,
      tsig: null,
      maxBytes: 1 << 20,
    },
    path: join(directory, 'dept'),
    clock,
    random,
    log: { info: log('info'), warn: log('warn') },
    forced: () => Promise.resolve(forced++),
  })
}

/** Milliseconds until the primary is asked next. */
const dueInMs = (): number => zone.status().nextCheckMs - clock.wallMs()

describe('a zone', () => {
  it('is asked for at once, then at the times its SOA gives, within bounds', async () => {
    expect(zone.isDue).toBe(true)
    expect(zone.status()).toMatchObject({ state: 'waiting', serial: null, expiresMs: null })
    await zone.check()
    expect(zone.isDue).toBe(false)
    expect(dueInMs()).toBe(60 * MINUTE_MS)
    for (const [refresh, ms] of [[1, MINUTE_MS], [900, 15 * MINUTE_MS], [99_999_999, DAY_MS]] as const) {
      primary.script = (asked) => [message(asked, [soa(1, { refresh })])]
      clock.advance(DAY_MS)
      expect(zone.isDue).toBe(true)
      await zone.check()
      expect(dueInMs()).toBe(ms)
    } // prettier-ignore
  })

  it('is asked for again after a failure, as the SOA says, and what is here stays', async () => {
    await zone.check()
    primary.script = (asked) => [message(asked, [], 2)]
    await zone.check()
    expect(dueInMs()).toBe(10 * MINUTE_MS)
    expect(zone.status()).toMatchObject({ state: 'failing', serial: 1, records: 2, failures: 1, error: expect.stringContaining('SERVFAIL') }) // prettier-ignore
    await zone.check()
    // Said once.
    expect(logged.filter(({ level }) => level === 'warn').map(({ text }) => text)).toEqual(['a zone cannot be transferred: what is here stays in force, it is tried again']) // prettier-ignore
    primary.script = (asked) => [message(asked, [soa(1)])]
    await zone.check()
    expect(zone.status()).toMatchObject({ state: 'current', error: null })
    expect(logged.at(-1)).toMatchObject({ level: 'info', text: 'a zone is transferred again' })
  })

  it('that is not here yet is asked for sooner and sooner less', async () => {
    primary.script = (asked) => [message(asked, [], 5)]
    const waits: number[] = []
    for (let attempt = 0; attempt < 7; attempt++) {
      await zone.check()
      waits.push(dueInMs())
    }
    expect(waits).toEqual([2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000])
  })

  it('expires as its SOA says, within bounds, and stays in force', async () => {
    primary.script = (asked) => [
      message(asked, [soa(1, { expire: 60 }), block('a.vn'), soa(1, { expire: 60 })]),
    ]
    await zone.check()
    expect(zone.status().expiresMs! - clock.wallMs()).toBe(60 * MINUTE_MS)
    primary.script = (asked) => [message(asked, [], 2)]
    clock.advance(59 * MINUTE_MS)
    await zone.check()
    zone.watchExpiry()
    expect(zone.status().state).toBe('failing')
    clock.advance(2 * MINUTE_MS)
    zone.watchExpiry()
    zone.watchExpiry()
    expect(zone.status()).toMatchObject({ state: 'expired', serial: 1, records: 2 })
    expect(logged.filter(({ text }) => text.startsWith('a zone has expired'))).toHaveLength(1)
  })

  it('is known after a restart, with the time it was found current', async () => {
    await zone.check()
    const { checkedMs, transferredMs } = zone.status()
    zone.close()
    clock.advance(2 * DAY_MS)
    primary.script = (asked) => [message(asked, [soa(1)])]
    zone = openZone()
    await zone.open()
    expect(zone.status()).toMatchObject({ state: 'waiting', serial: 1, records: 2, kind: 'axfr', checkedMs, transferredMs }) // prettier-ignore
    await zone.check()
    expect(primary.asked.at(-1)).toMatchObject({ type: 'IXFR', serial: 1 })
    expect(zone.status()).toMatchObject({ state: 'current', checkedMs: clock.wallMs(), transferredMs })
    zone = openZone()
    await zone.open()
    expect(zone.status().checkedMs).toBe(clock.wallMs())
  })

  it('is asked for whole where the copy here cannot be read', async () => {
    writeFileSync(join(directory, 'dept'), 'half a fi')
    await zone.check()
    expect(primary.asked.map(({ type }) => type)).toEqual(['AXFR'])
  })

  it.each([
    ['knows no differences (NOTIMP)', 4],
    ['knows no differences (FORMERR)', 1],
  ])('is asked for whole where its primary %s', async (_, rcode) => {
    await zone.check()
    primary.script = (asked) =>
      asked.type === 'IXFR' ? [message(asked, [], rcode)] : wholeZone(asked, 2, [])
    await zone.check()
    expect(primary.asked.map(({ type }) => type)).toEqual(['AXFR', 'IXFR', 'AXFR'])
    expect(zone.status()).toMatchObject({ state: 'current', serial: 2, kind: 'axfr' })
  })

  it('is asked for soon when its primary says so, but not more than twice a second', async () => {
    await zone.check()
    zone.notified()
    expect(dueInMs()).toBe(500)
    clock.advance(500)
    expect(zone.isDue).toBe(true)
    await zone.check()
    clock.advance(2000)
    zone.notified()
    expect(zone.isDue).toBe(true)
    expect(zone.status().notifies).toBe(2)
  })

  it('is asked for once more when its primary says so while it is asked', async () => {
    let isFirst = true
    primary.script = (asked) => {
      if (isFirst) zone.notified()
      isFirst = false
      return wholeZone(asked, 1, [])
    }
    await zone.check()
    expect(dueInMs()).toBe(500)
  })

  it('is taken by force once, and the lists are told so', async () => {
    primary.script = (asked) => wholeZone(asked, 9, [block('a.vn'), block('b.vn')])
    await zone.check()
    primary.script = (asked) => wholeZone(asked, 3, [block('a.vn')])
    void zone.hasten(true)
    await zone.check()
    expect(zone.status()).toMatchObject({ serial: 3, kind: 'axfr', error: null })
    primary.script = (asked) => wholeZone(asked, 2, [])
    await zone.check()
    expect(zone.status()).toMatchObject({ serial: 3, error: expect.stringContaining('older than 3') })
    expect(forced).toBe(1)
  })

  it('tells those who wait when it is over, also when it is given up', async () => {
    const told: string[] = []
    const first = zone.hasten(false).then(() => told.push('first'))
    await zone.check()
    await first
    const second = zone.hasten(true).then(() => told.push('second'))
    zone.close()
    await second
    expect(told).toEqual(['first', 'second'])
    expect(zone.isDue).toBe(false)
  })
})
