import { describe, expect, it } from 'vitest'
import { describeSettings } from '../../../src/config/describe.ts'
import { formatMonths, parseHeld, parseMonths } from '../../../src/config/keeping.ts'
import { errorsFrom, settingsFrom } from './settings-from.ts'

const FULL = `
units: [{ id: so-y-te }]
campaigns: [{ id: "2022" }]
cases: { grace: 30m }
keep:
  level: 3
  hits: 9 months
  cases: 2 years
  holds:
    - { document: 12/QĐ, what: unit:so-y-te }
    - { document: 13/QĐ, what: campaign:2022 }
    - { document: 14/QĐ, what: client:17 }
    - { document: 15/QĐ, what: all }
`

describe('cases and keep', () => {
  it('are read', () => {
    const { cases, keep } = settingsFrom(FULL)
    expect(cases).toEqual({ graceMs: 1_800_000 })
    expect(keep).toEqual({
      level: 3,
      hitsMonths: 9,
      casesMonths: 24,
      auditMonths: 24,
      holds: [
        { document: '12/QĐ', scope: 'unit', target: 'so-y-te' },
        { document: '13/QĐ', scope: 'campaign', target: '2022' },
        { document: '14/QĐ', scope: 'client', target: '17' },
        { document: '15/QĐ', scope: 'all', target: '' },
      ],
    })
  })

  it('have an hour of grace, a year of hits and two of cases where nothing is said', () => {
    const { cases, keep } = settingsFrom('')
    expect(cases).toEqual({ graceMs: 3_600_000 })
    expect(keep).toEqual({ level: null, hitsMonths: 12, casesMonths: 24, auditMonths: 24, holds: [] })
  })

  it.each([
    [2, 1],
    [3, 3],
    [4, 6],
    [5, 12],
  ])('level %i keeps hits %i months', (level, months) => {
    expect(settingsFrom(`keep: { level: ${level} }`).keep.hitsMonths).toBe(months)
    expect(settingsFrom(`keep: { level: ${level}, hits: 7 months }`).keep.hitsMonths).toBe(7)
  })

  it.each([
    ['', 24],
    ['keep: { cases: 3 months }', 12],
    ['keep: { hits: 1 month, cases: 3 months }', 3],
    ['keep: { audit: 60 months }', 60],
    ['keep: { audit: 1 month }', 12],
    ['keep: { level: 2, cases: 1 year, audit: 2 months }', 2],
  ])(
    'the audit trail is kept as long as what it tells of, and longer where that is said: %s',
    (text, months) => expect(settingsFrom(text).keep.auditMonths).toBe(months),
  )

  it('are printed so that they read back the same', () => {
    const settings = settingsFrom(FULL)
    const again = settingsFrom(describeSettings(settings))
    expect([again.cases, again.keep]).toEqual([settings.cases, settings.keep])
  })

  it.each([
    ['cases: { grace: 8d }', 'is more than 7d'],
    ['keep: { level: 1 }', 'keep.level'],
    ['keep: { hits: 12 }', 'is not a number of months'],
    ['keep: { hits: 90d }', 'write 3 months'],
    ['keep: { hits: 0 months }', 'a month is the least'],
    ['keep: { cases: 11 years }', 'longer than ten years'],
    ['keep: { holds: [{ document: "", what: all }] }', 'give its number'],
    ['keep: { holds: [{ document: a, what: every }] }', 'what a hold can be about'],
    ['keep: { holds: [{ document: a, what: unit:x }] }', 'there is no unit x'],
    ['campaigns: [{ id: c1 }]\nkeep: { holds: [{ document: a, what: campaign:c2 }] }', 'did you mean c1?'],
    ['keep: { hold: [] }', 'did you mean'],
  ])('%s is refused', (text, said) => expect(errorsFrom(text).join('\n')).toContain(said))
})

describe('months', () => {
  it.each([
    ['1 month', 1],
    ['12 months', 12],
    ['3months', 3],
    [' 2 Years ', 24],
  ])('%s', (text, value) => {
    expect(parseMonths(text)).toEqual({ value })
    expect(parseMonths(formatMonths(value))).toEqual({ value })
  })
})

describe('what a hold is about', () => {
  it.each(['', 'ALL', 'unit:', 'unit:A', 'client:0', 'client:x', 'client:9999999999999999', 'group:1'])(
    '%j is nothing',
    (text) => expect(parseHeld(text)).toHaveProperty('problem'),
  )
})
