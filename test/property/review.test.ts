/** What may be approved of any item, and that the file of approved entries says what was approved. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { KINDS, SCOPES } from '../../src/indicators/verdict.ts'
import { parsePrefix, prefixText } from '../../src/lists/prefix-text.ts'
import { approvedLine } from '../../src/review/approved-files.ts'
import { plainTarget, targetsOf } from '../../src/review/targets.ts'
import { read } from '../unit/lists/reading.ts'

const numRuns = Number(process.env['THANHLOC_FUZZ'] ?? 300)
const label = fc
  .stringMatching(/^[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?$/)
  .filter((text) => !text.startsWith('xn--'))
const top = fc.constantFrom('vn', 'com', 'com.vn', 'net', 'xyz', 'gov.vn', 'co.uk', 'local', 'weebly.com')
const name = fc
  .tuple(fc.array(label, { minLength: 1, maxLength: 4 }), top)
  .map(([labels, last]) => [...labels, last].join('.'))
const address = fc
  .oneof(fc.ipV4(), fc.ipV6())
  .map((text) => parsePrefix(text))
  .filter((prefix) => prefix !== null)
const prefix = fc.tuple(address, fc.integer({ min: 0, max: 32 })).map(([{ address: bytes }, length]) => prefixText(bytes, length)).map((text) => parsePrefix(text)!).map(({ address: bytes, prefixLength }) => prefixText(bytes, prefixLength)) // prettier-ignore
const text = fc.oneof(
  name,
  prefix,
  top,
  fc.tuple(fc.constantFrom('https://', 'hxxp://', ''), fc.oneof(name, fc.ipV4()), fc.constantFrom('', ':8080', '/', '/a/b?c=d', ':1/x')).map((parts) => parts.join('')), // prettier-ignore
  fc.string({ unit: 'binary', maxLength: 60 }),
)
const item = fc.record({
  kind: fc.constantFrom(...KINDS),
  value: text,
  scope: fc.constantFrom(...SCOPES),
  readings: fc.array(text, { maxLength: 3 }),
})

describe('what may be enforced of an item', () => {
  it('is a prefix or a name of two labels, nothing a whole registry stands under, and of a URL the host alone', () => {
    fc.assert(
      fc.property(item, (given) => {
        const targets = targetsOf(given)
        for (const target of targets) {
          const asPrefix = parsePrefix(target.text)
          if (asPrefix === null) expect(target.text).toMatch(/^[a-z0-9_-]+(?:\.[a-z0-9_-]+)+$/)
          else expect(target.text).toBe(prefixText(asPrefix.address, asPrefix.prefixLength))
          expect(['vn', 'com', 'com.vn', 'gov.vn', 'co.uk']).not.toContain(target.text)
          expect(target.text).not.toMatch(/\.local$/)
          if (given.kind !== 'host') expect(target.scope).toBe('exact')
        }
        expect(new Set(targets.map(({ text: one }) => one)).size).toBe(targets.length)
        const plain = plainTarget(given)
        if (plain !== null) {
          expect(targets).toContainEqual(plain)
          expect(['host', 'ip', 'cidr']).toContain(given.kind)
          expect(given.readings).toEqual([])
        }
        if (given.kind === 'hash' || given.kind === 'email') expect(plain).toBeNull()
      }),
      { numRuns },
    )
  })
})

describe('a line of approved entries', () => {
  it('is read as what was approved', () => {
    const approved = fc.record({
      id: fc.integer({ min: 1 }),
      number: fc.integer({ min: 1 }),
      text: fc.oneof(name, prefix),
      scope: fc.constantFrom(...SCOPES),
      accepted: fc.subarray(['government', 'own-record', 'too-wide'] as const),
      written: fc.string({ unit: 'binary', maxLength: 300 }),
      file: fc.constant(0),
      place: fc.record({
        line: fc.integer({ min: 1 }),
        path: fc.string({ unit: 'binary', maxLength: 2000 }),
      }),
      places: fc.integer({ min: 1, max: 100 }),
      approval: fc.integer({ min: 1 }),
    })
    fc.assert(
      fc.property(fc.array(approved, { minLength: 1, maxLength: 20 }), (all) => {
        const lines = all.map(approvedLine).join('')
        const isAddress = (one: string): boolean => parsePrefix(one) !== null
        expect(read(Buffer.from(lines), 'domains')).toEqual(all.map(({ text: one, scope }) => (isAddress(one) ? `address ${one}` : `${scope} ${one}`))) // prettier-ignore
      }),
      { numRuns },
    )
  })
})
