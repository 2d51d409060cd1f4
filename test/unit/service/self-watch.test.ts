import { beforeEach, describe, expect, it } from 'vitest'
import type { SelfAnswer } from '../../../src/service/self-query.ts'
import { SelfWatch } from '../../../src/service/self-watch.ts'
import { FakeClock } from '../../support/fake-clock.ts'

const ANSWERED: SelfAnswer = { outcome: 'answered', ms: 0.5 }
const SILENT: SelfAnswer = { outcome: 'silent', reason: 'no answer at 127.0.0.1:53 within 4000 ms' }
const UNASKED: SelfAnswer = {
  outcome: 'unasked',
  reason: 'this machine has none of the listen addresses now',
}

let clock: FakeClock
let answer: SelfAnswer
let beats: number[]
let stuck: Set<number>
let alive: number
let asked: number
let logged: string[]

beforeEach(() => {
  clock = new FakeClock()
  answer = ANSWERED
  beats = [0, 0]
  stuck = new Set()
  alive = asked = 0
  logged = []
})

function watch(watchdogMs: number | null = 30_000): SelfWatch {
  const say = (level: string) => (first: unknown, message?: string) =>
    void logged.push(`${level} ${message ?? String(first)}`)
  return new SelfWatch({
    words: { heartbeat: (worker) => beats[worker]!, isAnswering: () => true },
    workers: 2,
    ask: async () => {
      asked++
      beats.forEach((_, worker) => {
        if (!stuck.has(worker)) beats[worker]!++
      })
      return answer
    },
    manager: watchdogMs === null ? null : { watchdogMs, alive: () => void alive++ },
    clock,
    log: { info: say('info'), error: say('error') } as never,
  })
}

/** Looks `count` times; the signs of life that gave. */
async function signs(of: SelfWatch, count: number): Promise<number> {
  const before = alive
  for (let look = 0; look < count; look++) await of.look()
  return alive - before
}

describe('SelfWatch', () => {
  it('gives a sign of life for each look that finds all well', async () => {
    expect(await signs(watch(), 3)).toBe(3)
    expect(asked).toBe(3)
    expect(logged).toEqual([])
  })

  it('gives none while a single resolver thread does not move, and again when it does', async () => {
    const all = watch()
    await signs(all, 2)
    stuck.add(1)
    expect(await signs(all, 1)).toBe(1) // It moved since the look before.
    expect(await signs(all, 3)).toBe(0)
    stuck.clear()
    await all.look()
    expect(await signs(all, 2)).toBe(2)
    expect(logged).toEqual(['error no sign of life for the service manager'])
  })

  it('gives none while what was answered before is not, and says so once', async () => {
    const all = watch()
    await signs(all, 1)
    answer = SILENT
    expect(await signs(all, 4)).toBe(0)
    expect(all.status).toEqual({
      outcome: 'silent',
      seconds: 0.0005,
      reason: SILENT.reason,
      asked: 5,
      unanswered: 4,
    })
    answer = ANSWERED
    expect(await signs(all, 1)).toBe(1)
    expect(logged).toEqual([
      'error the server does not answer itself',
      'error no sign of life for the service manager',
      'info the server answers itself again',
    ])
    expect(all.status.reason).toBeNull()
  })

  it('goes on giving signs where it was never answered: a new start would not mend that', async () => {
    answer = SILENT
    const all = watch()
    expect(await signs(all, 4)).toBe(4)
    expect(all.status.outcome).toBe('silent')
    expect(logged).toEqual(['error the server does not answer itself'])
  })

  it('takes a query that could not leave for no sign of anything', async () => {
    const all = watch()
    await signs(all, 1)
    answer = UNASKED
    expect(await signs(all, 3)).toBe(3)
    expect(all.status).toMatchObject({ outcome: 'unasked', asked: 1, unanswered: 0 })
    expect(logged).toEqual([])
  })

  it.each([
    [30_000, 5000],
    [null, 5000],
    [6000, 1000],
    [60, 250],
  ])('with a watchdog of %j ms looks every %i ms', async (watchdogMs, everyMs) => {
    const all = watch(watchdogMs)
    all.start()
    await Promise.resolve()
    expect(asked).toBe(1)
    await new Promise((resolve) => setImmediate(resolve))
    clock.advance(everyMs - 1)
    expect(asked).toBe(1)
    clock.advance(1)
    expect(asked).toBe(2)
    all.stop()
    clock.advance(60_000)
    expect(asked).toBe(2)
  })

  it('without a service manager asks all the same', async () => {
    const all = watch(null)
    await signs(all, 2)
    expect(asked).toBe(2)
    expect(alive).toBe(0)
  })
})
