import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { actionAt, actionsAt, validityAt, validityReason } from '../../../src/lists/validity.ts'

const HOUR_MS = 3_600_000
/** A moment by the clock on the wall of the server, wherever that stands. */
const local = (year: number, month: number, day: number, hour = 0): number =>
  new Date(year, month - 1, day, hour).getTime()

describe('validity of a list', () => {
  const list = { from: '2026-08-23', until: '2026-09-30', action: 'sinkhole' as const }

  it.each([
    ['not-yet', local(2026, 8, 22, 23)],
    ['valid', local(2026, 8, 23)],
    ['valid', local(2026, 9, 16, 23)],
    // Two weeks: the last day is the fourteenth.
    ['ending', local(2026, 9, 17)],
    ['ending', local(2026, 9, 30, 23)],
    ['ended', local(2026, 10, 1)],
  ] as const)('is %s', (state, nowMs) => {
    expect(validityAt(list, nowMs)).toBe(state)
    expect(actionAt(list, nowMs)).toBe(state === 'not-yet' || state === 'ended' ? 'log' : 'sinkhole')
    expect(validityReason(list, state) === null).toBe(state === 'valid')
  })

  it('has no bound that is not given', () => {
    const from = { from: '2026-08-23', until: null }
    expect(validityAt(from, local(2026, 8, 23) - HOUR_MS)).toBe('not-yet')
    expect(validityAt(from, local(2060, 1, 1))).toBe('valid')
    const until = { from: null, until: '2028-02-29' }
    expect(validityAt(until, local(2027, 1, 1))).toBe('valid')
    expect(validityAt(until, local(2028, 2, 29, 23))).toBe('ending')
    expect(validityAt(until, local(2028, 3, 1))).toBe('ended')
    expect(validityAt({ from: null, until: null }, 0)).toBe('unlimited')
  })

  it('is not judged by a clock that cannot be right', () => {
    expect(validityAt(list, 0)).toBe('valid')
  })

  it('tells when what a list does changes, for a group too where it only logs for all others', () => {
    const trial = { ...list, action: 'log' as const }
    const days = [local(2026, 8, 22), local(2026, 9, 30), local(2026, 10, 1)].map((at) =>
      actionsAt([trial], at),
    )
    expect(days[0]).not.toBe(days[1])
    expect(days[1]).not.toBe(days[2])
  })
})

describe('days where clocks are odd', () => {
  const source = new URL('../../../src/lists/validity.ts', import.meta.url).href
  /** The first and the last second in which a list of one day is valid there, as UTC. */
  const secondsOf = (timeZone: string, day: string): string => {
    const script = `
      import { validityAt } from '${source}'
      const list = { from: '${day}', until: '${day}' }
      const isIn = (seconds) => validityAt(list, seconds * 1000) === 'ending'
      const noon = Date.parse('${day}T12:00:00Z') / 1000
      let inside = noon - 86400
      for (let step = 0; step < 100 && !isIn(inside); step++) inside += 1800
      const edge = (outside) => { let [low, high] = [inside, outside]; while (Math.abs(high - low) > 1) { const middle = Math.trunc((low + high) / 2); if (isIn(middle)) low = middle; else high = middle } return new Date(low * 1000).toISOString() }
      console.log(edge(inside - 200000), edge(inside + 200000))`
    const options = { env: { ...process.env, TZ: timeZone }, encoding: 'utf8' } as const
    return execFileSync(process.execPath, ['--input-type=module', '-e', script], options).trim()
  }

  it.each([
    // The first on Earth to see a day.
    ['Pacific/Kiritimati', '2026-08-23', '2026-08-22T10:00:00.000Z 2026-08-23T09:59:59.000Z'],
    ['Asia/Ho_Chi_Minh', '2026-08-23', '2026-08-22T17:00:00.000Z 2026-08-23T16:59:59.000Z'],
    ['America/Sao_Paulo', '2026-11-01', '2026-11-01T03:00:00.000Z 2026-11-02T02:59:59.000Z'],
    // Midnight is left out: that day has 23 hours, and begins at one.
    ['Africa/Cairo', '2027-04-30', '2027-04-29T22:00:00.000Z 2027-04-30T20:59:59.000Z'],
    // It had 25.
    ['America/New_York', '2026-11-01', '2026-11-01T04:00:00.000Z 2026-11-02T04:59:59.000Z'],
  ])('%s, %s', (timeZone, day, seconds) => {
    expect(secondsOf(timeZone, day)).toBe(seconds)
  })
})
