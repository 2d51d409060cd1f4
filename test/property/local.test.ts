import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { specialNames } from '../../src/local/special-use.ts'
import { Found, LocalMatch, LocalZones } from '../../src/local/zones.ts'
import { localSettings, record } from '../support/local-settings.ts'
import { keyOf } from '../support/messages.ts'

const FUZZ = Number(process.env['THANHLOC_FUZZ'] ?? 1)
const SPECIAL = specialNames(localSettings({})).map(({ name }) => name)

/** Few labels, so that names meet; upper case only in what is asked. */
const label = fc.constantFrom(
  'a',
  'b',
  'ab',
  'local',
  'test',
  '10',
  'in-addr',
  'arpa',
  'localhost',
  'x'.repeat(50),
)
const name = fc.oneof(
  fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join('.')),
  fc
    .tuple(fc.array(label, { maxLength: 2 }), fc.constantFrom(...SPECIAL))
    .map(([labels, end]) => [...labels, end].join('.')),
)
const names = fc.uniqueArray(name, { maxLength: 12 })

describe('LocalZones', () => {
  it('finds what a plain walk over the suffixes finds', () => {
    fc.assert(
      fc.property(
        names,
        fc.array(names, { maxLength: 4 }),
        fc.array(name),
        fc.integer(),
        (records, forward, asked, seed) => {
          const servers = [{ address: '10.0.0.1', port: 53 }]
          const zones = new LocalZones(
            localSettings({
              records: records.map((one) => record(one, { a: ['10.0.0.1'] })),
              forward: forward.map((all) => ({ zones: all, servers })),
            }),
          )
          zones.rehash(seed)
          const match = new LocalMatch()
          for (const qname of [...asked, ...records, ...forward.flat()]) {
            const spelled = qname.toUpperCase()
            zones.find(keyOf(spelled, seed), 1, match)
            expect({ ...plain(qname, records, forward) }, qname).toEqual({
              kind: match.kind,
              suffix: suffixOf(qname, match),
            })
            if (match.kind === Found.Record) expect(records[match.index]).toBe(qname)
            if (match.kind === Found.Forward) expect(forward[match.index]).toContain(suffixOf(qname, match))
            const others = [...records, ...forward.flat()]
            expect(match.hasNamesBelow, qname).toBe(others.some((other) => other.endsWith(`.${qname}`)))
          }
        },
      ),
      { numRuns: 150 * FUZZ },
    )
  })
})

function suffixOf(qname: string, { kind, label: first }: LocalMatch): string {
  return kind === Found.None ? '' : qname.split('.').slice(first).join('.')
}

function plain(
  qname: string,
  records: readonly string[],
  forward: readonly string[][],
): { kind: Found; suffix: string } {
  if (records.includes(qname)) return { kind: Found.Record, suffix: qname }
  const labels = qname.split('.')
  for (let first = 0; first < labels.length; first++) {
    const suffix = labels.slice(first).join('.')
    if (forward.some((zones) => zones.includes(suffix))) return { kind: Found.Forward, suffix }
    if (SPECIAL.includes(suffix)) return { kind: Found.Special, suffix }
  }
  return { kind: Found.None, suffix: '' }
}
