/** What the notice service sends is believed only where it is of its form; contacts in any order and repetition are counted once. */
import { rmSync } from 'node:fs'
import { dirname } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BadLetter, readServiceLetter } from '../../src/admin/notice-desk/service-letter.ts'
import { CONTACTS_A_CLIENT } from '../../src/detection/contact-rows.ts'
import { CONTACT_TEXT, type Contact } from '../../src/notice/letters.ts'
import { contactOf } from '../support/contacts.ts'
import { CaseStore, NOON } from '../unit/detection/cases/setup.ts'

const RUNS = Number(process.env['THANHLOC_FUZZ'] ?? 300)
const STORE_RUNS = Math.ceil(RUNS / 6)
const SLOW_MS = 120_000

const anything = fc.oneof(fc.string({ unit: 'binary', maxLength: 600 }), fc.integer(), fc.double(), fc.boolean(), fc.constant(null), fc.array(fc.integer(), { maxLength: 3 })) // prettier-ignore
const GOOD: readonly object[] = [
  { type: 'hello', session: 'session-1', version: '0.1.0' },
  { type: 'contacts', sequence: 1, dropped: 0, contacts: [contactOf()] },
  { type: 'check', id: 1, client: '10.0.0.1' },
  { type: 'report', id: 1, client: 'fd00::1', name: 'a.test', text: 'x' },
]

test('any line is a letter of its form, or a BadLetter', () => {
  const line = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.json(),
    // A letter with something else in one place.
    fc.tuple(fc.constantFrom(...GOOD), anything, fc.nat()).map(([good, other, at]) => {
      const keys = Object.keys(good)
      return JSON.stringify({ ...good, [keys[at % keys.length]!]: other })
    }),
    fc.tuple(anything, fc.constantFrom(...Object.keys(contactOf()))).map(([other, key]) =>
      JSON.stringify({
        type: 'contacts',
        sequence: 1,
        dropped: 0,
        contacts: [{ ...contactOf(), [key]: other }],
      }),
    ),
  )
  fc.assert(
    fc.property(line, (text) => {
      let letter
      try {
        letter = readServiceLetter(text)
      } catch (error) {
        if (!(error instanceof BadLetter)) throw error
        return
      }
      // Read again it is the same: nothing is left to be cleaned.
      expect(readServiceLetter(JSON.stringify(letter))).toEqual(letter)
      if (letter.type !== 'contacts') return
      for (const contact of letter.contacts) {
        expect(contact.firstMs).toBeLessThanOrEqual(contact.lastMs)
        for (const [name, most] of Object.entries(CONTACT_TEXT)) {
          const held = contact[name as keyof typeof CONTACT_TEXT]
          if (held === null) continue
          expect(held.length).toBeLessThanOrEqual(most)
          expect(held).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u)
        }
      }
    }),
    { numRuns: RUNS * 5 },
  )
})

const contact = fc.record({
  client: fc.constantFrom('10.0.0.1', '10.0.0.2', 'fd00::3'),
  port: fc.constantFrom(25, 80, 443),
  protocol: fc.constantFrom('http' as const, 'tls' as const, 'tcp' as const),
  host: fc.constantFrom('evil.test', 'other.test', null),
  isBrowserLike: fc.boolean(),
  count: fc.integer({ min: 1, max: 9 }),
})
type Given = typeof contact extends fc.Arbitrary<infer T> ? T : never
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('letter' as const), contacts: fc.array(contact, { maxLength: 6 }), again: fc.nat({ max: 2 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('hit' as const), client: fc.constantFrom('10.0.0.1', '10.0.0.2'), name: fc.constantFrom('evil.test', 'other.test') }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('bind' as const), address: fc.constantFrom('10.0.0.1', '10.0.0.2') }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('service' as const) }) },
  // More kinds than a client has rows.
  { weight: 1, arbitrary: fc.record({ do: fc.constant('flood' as const), client: fc.constantFrom('10.0.0.1', '10.0.0.2') }) },
) // prettier-ignore

test(
  'each connection is counted once, whatever is sent again, merged, folded or restarted; sums are those of the rows',
  { timeout: SLOW_MS },
  () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
        const cases = new CaseStore()
        const { store, reader } = cases
        let session = 1
        let sequence = 0
        let made = 0
        const byProtocol = new Map<string, number>()
        const keep = (given: readonly Partial<Contact>[], again: number): void => {
          const atMs = store.clock.wallMs()
          const contacts = given.map((one) => contactOf({ at: atMs, ...one }))
          const letter = { session: `service-${session}`, sequence: ++sequence, contacts }
          for (let sent = 0; sent <= again; sent++) {
            const outcome = store.storeWriter.contacts((commit) => commit.commit(letter, atMs, () => false))
            expect(outcome).toBe(sent === 0 ? 'committed' : 'known')
          }
          for (const { protocol, count } of contacts) {
            made += count
            byProtocol.set(protocol, (byProtocol.get(protocol) ?? 0) + count)
          }
        }
        for (const each of steps) {
          store.tick(1000)
          if (each.do === 'letter') keep(each.contacts satisfies readonly Given[], each.again)
          else if (each.do === 'flood')
            keep(
              Array.from({ length: 220 }, (_, at) => ({ client: each.client, path: `/${sequence}/${at}` })),
              0,
            )
          else if (each.do === 'hit') {
            store.hit({
              client: each.client,
              indicator: each.name,
              qname: each.name,
              at: store.clock.wallMs(),
            })
            store.tick(1)
          } else if (each.do === 'bind')
            store.bind({ address: each.address, mac: 'aa:00:00:00:00:01', fromMs: -1000 })
          else if (each.do === 'restart') cases.restart()
          else {
            session++
            sequence = 0
          }
        }
        store.tick(1)
        const rows = reader.listContacts({}, { limit: 1000 }).items
        const clients = reader.listClients({}, { limit: 1000 }).items
        const sum = (of: readonly { readonly count: number }[]): number => of.reduce((total, { count }) => total + count, 0) // prettier-ignore
        expect(sum(rows)).toBe(made)
        for (const [protocol, count] of byProtocol) expect(sum(rows.filter((row) => row.protocol === protocol))).toBe(count) // prettier-ignore
        for (const { id, contacts, confirmed, hits, status } of clients) {
          const own = rows.filter(({ clientId }) => clientId === id)
          const sure = own.filter(({ isConfirmed }) => isConfirmed)
          expect(contacts).toBe(sum(own))
          expect(own.filter(({ port }) => port !== null).length).toBeLessThanOrEqual(CONTACTS_A_CLIENT)
          expect(confirmed).toEqual(
            sure.length === 0
              ? null
              : {
                  contacts: sum(sure),
                  firstSeen: Math.min(...sure.map(({ firstSeen }) => firstSeen)),
                  lastSeen: Math.max(...sure.map(({ lastSeen }) => lastSeen)),
                },
          )
          expect(status === 'visitor').toBe(hits === 0)
        }
        for (const { led, hit, isBrowserLike, isConfirmed } of rows) {
          expect(isConfirmed).toBe(led !== 'none' && !isBrowserLike)
          expect(hit === null).toBe(led === 'none')
        }
        expect(Math.min(...rows.map(({ firstSeen }) => firstSeen), Infinity)).toBeGreaterThanOrEqual(NOON)
        reader.close()
        store.storeWriter.close()
        rmSync(dirname(store.directory), { recursive: true, force: true })
      }),
      { numRuns: STORE_RUNS },
    )
  },
)
