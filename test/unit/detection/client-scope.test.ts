/** What may be seen of the list of clients by who is responsible for some units: cut in the query, not behind it. */
import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import type { UnitSettings } from '../../../src/config/settings.ts'
import { StoreReader, type ClientFilter } from '../../../src/detection/queries.ts'
import { FakeStore, NOON } from './setup.ts'

const unit = (id: string, parent: string | null, ...networks: string[]): UnitSettings => ({
  id, name: id, networks, parent, contact: '', wan: [], code: '',
}) // prettier-ignore
const UNITS = [
  unit('province', null, '10.0.0.0/8'),
  unit('health', 'province', '10.1.0.0/16'),
  unit('hospital', 'health', '10.1.2.0/24', 'fd00:1::/32'),
  unit('schools', 'province', '10.3.0.0/16'),
]
/** Address → unit of the longest prefix. */
const CLIENTS: Readonly<Record<string, string | null>> = {
  '10.9.0.1': 'province',
  '10.1.0.1': 'health',
  '10.1.2.1': 'hospital',
  'fd00:1::1': 'hospital',
  '10.3.0.1': 'schools',
  '172.16.0.1': null,
}
const BELOW: Readonly<Record<string, readonly string[]>> = {
  province: ['province', 'health', 'hospital', 'schools'],
  health: ['health', 'hospital'],
  hospital: ['hospital'],
  schools: ['schools'],
  unknown: [],
}

function openReader(): StoreReader {
  const store = new FakeStore()
  for (const client of Object.keys(CLIENTS)) store.hit({ client, at: NOON })
  store.tick()
  const reader = new StoreReader(store.directory, UNITS)
  onTestFinished(() => reader.close())
  return reader
}

/** All pages, two clients each. */
function addressesOf(reader: StoreReader, filter: ClientFilter): string[] {
  const found: string[] = []
  for (let cursor: string | undefined; ;) {
    const { items, next } = reader.listClients(filter, { limit: 2, cursor })
    found.push(...items.map(({ address }) => address))
    if (next === null) return found.toSorted()
    cursor = next
  }
}

const seenBy = (units: readonly string[]): string[] => {
  const theirs = new Set(units.flatMap((one) => BELOW[one] ?? []))
  return Object.keys(CLIENTS).filter((address) => theirs.has(CLIENTS[address] ?? '')).toSorted() // prettier-ignore
}

test('any set of units gives their clients and those below, over all pages, and as many are counted', () => {
  const reader = openReader()
  const units = fc.uniqueArray(fc.constantFrom(...Object.keys(BELOW)))
  fc.assert(
    fc.property(
      units,
      fc.option(fc.constantFrom(...Object.keys(BELOW)), { nil: undefined }),
      (within, asked) => {
        const wanted = seenBy(within).filter(
          (address) => asked === undefined || seenBy([asked]).includes(address),
        )
        expect(addressesOf(reader, { within, unit: asked })).toEqual(wanted)
        const { machines, routers, blocked, logged } = reader.countClients({ within, unit: asked })
        expect(machines['new'] ?? 0).toBe(wanted.length)
        expect([routers, blocked + logged]).toEqual([0, wanted.length])
      },
    ),
    { numRuns: 60 },
  )
})

test('no limit is everything, no unit is nothing', () => {
  const reader = openReader()
  expect(addressesOf(reader, {})).toHaveLength(6)
  expect(addressesOf(reader, { within: [] })).toEqual([])
  expect(reader.countClients({ within: [] })).toEqual({ machines: {}, routers: 0, blocked: 0, logged: 0 })
  expect(reader.countClients().machines).toEqual({ new: 6 })
})
