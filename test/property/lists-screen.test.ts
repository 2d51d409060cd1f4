/** What the screen lets pass at a glance, against the long look at every name; and the filter behind it. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { GuardFilter } from '../../src/lists/guard-filter.ts'
import { Guards } from '../../src/lists/guards.ts'
import { WireName } from '../../src/lists/name.ts'
import { NameScreen } from '../../src/lists/screen.ts'
import { settingsOf } from '../unit/lists/settings.ts'

const numRuns = 1000 * Number(process.env['THANHLOC_FUZZ'] ?? 1)

const record = { a: [], aaaa: [], sinkhole: true, cname: null, ptr: null, txt: [], ttlSeconds: 1 }
const guards = new Guards(
  settingsOf([], {
    forward: [{ zones: ['so.tinh.vn', 'ad.tinh.example', 'xn--a-b.com'], servers: [] }],
    records: [
      { name: 'blocked.thanhloc.test', ...record },
      { name: 'deep.er.than.most.dev', ...record },
    ],
  }),
  { own: [], upstreams: [] },
)
const screen = new NameScreen(guards)
const NOBODY = new Set<string>()

/** Labels that mean something to suffixes or guards, and some that do not. */
const label = fc.constantFrom(
  'gov', 'dcs', 'com', 'edu', 'vn', 'so', 'tinh', 'ad', 'example', 'blocked', 'thanhloc', 'test', 'deep', 'er', 'than',
  'most', 'dev', 'jp', 'kawasaki', 'city', 'us', 'ma', 'k12', 'pvt', 'ck', 'www', 'uk', 'sch', 'co', 'ru', 'de', 'arpa',
  'home', 'local', 'onion', 'aero', 'airport', 'xn--a-b', 'x', 'xgov', 'govx', 'a1', 'zz', 'evil',
) // prettier-ignore
const name = fc.array(label, { minLength: 1, maxLength: 7 }).map((labels) => labels.join('.'))

function wireOf(text: string): Uint8Array {
  const wire = new WireName()
  expect(wire.readText(text)).toBeNull()
  return wire.bytes
}

test('a name that passes at a glance passes the long look', () => {
  let passed = 0
  fc.assert(
    fc.property(name, (text) => {
      fc.pre(!text.includes('xn--'))
      const wire = wireOf(text)
      if (!screen.isPlain(wire)) return
      passed++
      expect(screen.examine(wire, NOBODY)).toBeNull()
    }),
    { numRuns },
  )
  expect(passed).toBeGreaterThan(numRuns / 20)
})

test('most names of a list pass at a glance', () => {
  for (const text of [
    'evil.com',
    'a.evil.ru',
    'evil.ru',
    'a.evil.vn',
    'a.evil.com.vn',
    'a.b.evil.co.uk',
    'evil.test',
  ])
    expect(screen.isPlain(wireOf(text)), text).toBe(true)
})

test('the filter holds what guards hold, and hardly another', () => {
  const names = fc.array(name, { maxLength: 6 })
  let wrong = 0
  fc.assert(
    fc.property(names, names, fc.array(name, { minLength: 1, maxLength: 10 }), (within, above, asked) => {
      fc.pre(![...within, ...above, ...asked].some((text) => text.includes('xn--')))
      const filter = new GuardFilter({ namesWithin: within, namesAbove: above })
      const held = [...within, ...above]
      for (const text of [...asked, ...held, ...held.map((each) => `x.${each}`)]) {
        const isWithin = within.some((each) => text === each || text.endsWith(`.${each}`))
        const mayHold = filter.mayHold(wireOf(text))
        if (isWithin || above.includes(text)) expect(mayHold).toBe(true)
        else if (mayHold) wrong++
      }
    }),
    { numRuns: numRuns / 5 },
  )
  expect(wrong).toBe(0)
})

test('what is no name makes the filter hold everything', () => {
  const filter = new GuardFilter({ namesWithin: ['a..b'], namesAbove: [] })
  expect(filter.mayHold(wireOf('evil.test'))).toBe(true)
})
