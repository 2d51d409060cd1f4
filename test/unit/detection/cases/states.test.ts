import { describe, expect, it } from 'vitest'
import {
  afterHit,
  CASE_STATES,
  clientStatus,
  join,
  PERMITTED,
  type CaseState,
  type Joinable,
} from '../../../../src/detection/cases/states.ts'

describe('what an officer may make of a state', () => {
  it.each<[CaseState, CaseState[]]>([
    ['new', ['confirmed', 'cleaning', 'false-alarm']],
    ['confirmed', ['cleaning', 'cleaned', 'false-alarm']],
    ['cleaning', ['confirmed', 'cleaned', 'false-alarm']],
    ['cleaned', ['cleaning']],
    ['reinfected', ['confirmed', 'cleaning', 'false-alarm']],
    ['false-alarm', ['new', 'confirmed']],
  ])('%s', (from, to) => expect(PERMITTED[from]).toEqual(to))

  it('never is what hits alone say', () => {
    for (const state of CASE_STATES) expect(PERMITTED[state]).not.toContain('reinfected')
  })
})

describe('what a hit makes of a case', () => {
  it.each<[CaseState, number, boolean, CaseState]>([
    ['new', 9999, false, 'new'],
    ['confirmed', 9999, false, 'confirmed'],
    ['cleaning', 9999, false, 'cleaning'],
    ['reinfected', 9999, false, 'reinfected'],
    ['cleaned', 1100, false, 'cleaned'],
    ['cleaned', 1101, false, 'reinfected'],
    ['cleaned', 1101, true, 'cleaned'],
    ['false-alarm', 0, false, 'new'],
    ['false-alarm', 9999, true, 'false-alarm'],
  ])('%s at %i, silenced: %s', (state, hitMs, isSilenced, to) =>
    expect(afterHit(state, 1000, hitMs, 100, isSilenced)).toBe(to),
  )
})

describe('two cases of one machine', () => {
  const given = (state: CaseState, lastHitMs = 500, reinfections = 0): Joinable => ({
    state,
    cleanedMs: state === 'cleaned' ? 1000 : null,
    lastHitMs,
    reinfections,
  })

  it.each<[Joinable, Joinable, CaseState, number]>([
    [given('new'), given('new'), 'new', 0],
    [given('new'), given('confirmed'), 'confirmed', 0],
    [given('confirmed'), given('cleaning'), 'cleaning', 0],
    [given('reinfected', 500, 1), given('new'), 'reinfected', 1],
    [given('reinfected', 500, 2), given('cleaning', 500, 1), 'cleaning', 3],
    [given('cleaned'), given('new', 1100), 'cleaned', 0],
    [given('cleaned'), given('new', 1101), 'reinfected', 1],
    [given('cleaned', 500, 1), given('reinfected', 1101, 1), 'reinfected', 2],
    [given('cleaned'), given('cleaning', 1101), 'cleaning', 1],
    [given('cleaned'), given('cleaning', 900), 'cleaned', 0],
    [given('false-alarm'), given('confirmed'), 'confirmed', 0],
    [given('false-alarm'), given('cleaned'), 'cleaned', 0],
    [given('false-alarm'), given('false-alarm'), 'false-alarm', 0],
  ])('%o and %o', (a, b, state, reinfections) => {
    expect(join(a, b, 100, false)).toEqual({ state, reinfections })
    expect(join(b, a, 100, false)).toEqual({ state, reinfections })
  })

  it('are a false alarm where nothing is left that was not judged', () => {
    expect(join(given('false-alarm'), given('new'), 100, true).state).toBe('false-alarm')
    expect(join(given('new'), given('false-alarm'), 100, false).state).toBe('new')
    expect(join(given('confirmed'), given('false-alarm'), 100, true).state).toBe('confirmed')
  })
})

describe('the status of a client', () => {
  it.each<[CaseState[], CaseState]>([
    [[], 'new'],
    [['cleaned', 'new'], 'new'],
    [['new', 'reinfected'], 'reinfected'],
    [['cleaning', 'confirmed'], 'confirmed'],
    [['false-alarm', 'cleaned'], 'cleaned'],
  ])('%j', (states, status) => expect(clientStatus(states)).toBe(status))
})
