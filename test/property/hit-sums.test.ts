/**
 * Whatever the machine's clock does while hits come, every sum that is kept of them says the same, and first and last
 * are the earliest and the latest time that was told.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readSums } from '../support/recorded.ts'
import { CaseStore, HOUR } from '../unit/detection/cases/setup.ts'
import { NOON } from '../unit/detection/setup.ts'

const RUNS = Number(process.env['THANHLOC_FUZZ'] ?? 150)
const CLIENTS = ['10.0.0.1', '10.0.0.2', 'fd00::3']
const THREADS = 2

const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('hit' as const),
      client: fc.constantFrom(...CLIENTS),
      name: fc.constantFrom('a.test', 'b.test'),
      lists: fc.constantFrom([1], [2], [2, 1]),
      thread: fc.nat(THREADS - 1),
      times: fc.integer({ min: 1, max: 3 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('drain' as const) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.nat(10 * 60_000) }) },
  {
    weight: 2,
    // Summer time, a clock that was wrong, one that is set by a second.
    arbitrary: fc.record({ do: fc.constant('set' as const), byMs: fc.constantFrom(-HOUR, HOUR, -1000, -26 * HOUR, 90 * 24 * HOUR) }), // prettier-ignore
  },
)

interface Told {
  count: number
  first: number
  last: number
}

test('a clock that is set forth and back, in the middle of hits, changes no sum', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 60 }), (steps) => {
      const cases = new CaseStore({ threads: THREADS })
      const { store } = cases
      let skewMs = 0
      store.clock.wallMs = () => NOON + store.clock.nowMs + skewMs
      const byClient = new Map<string, Told>()
      const byPair = new Map<string, Told>()
      let all = 0
      for (const one of steps) {
        if (one.do === 'drain') store.tick(3000)
        else if (one.do === 'pass') cases.pass(one.ms)
        else if (one.do === 'set') skewMs += one.byMs
        else {
          const { client, name, lists, thread, times } = one
          const at = cases.nowMs
          for (let i = 0; i < times; i++)
            store.hit({ client, qname: name, indicator: name, lists, at }, thread)
          all += times
          tell(byClient, client, times, at)
          tell(byPair, `${client} ${name}`, times, at)
        }
      }
      // Two halves of each table.
      for (let rounds = 0; rounds < 3; rounds++) store.tick(3000)

      const { hits, clients, hours, decided, folded, lists, cases: ofCases } = readSums(store.directory)
      expect({ hits, clients, hours, decided, folded }).toEqual({ hits: all, clients: all, hours: all, decided: all, folded: 0 }) // prettier-ignore
      // One list is of a campaign and the other of none: a hit of both is in two lists and in two cases.
      expect(ofCases).toBe(lists)

      const listed = cases.reader.listClients({}, { sort: 'recent' }).items
      expect(spans(listed.map((one) => [one.address, one.hits, one.firstSeen, one.lastSeen]))).toEqual(spansOf(byClient)) // prettier-ignore
      expect(listed.map(({ lastSeen }) => lastSeen)).toEqual(listed.map(({ lastSeen }) => lastSeen).toSorted((a, b) => b - a)) // prettier-ignore
      const pairs = listed.flatMap(
        ({ id, address }) =>
        cases.reader.listHits(id).items.map((hit) => [`${address} ${hit.indicator}`, hit.hits, hit.firstSeen, hit.lastSeen] as const), // prettier-ignore
      )
      expect(spans(pairs)).toEqual(spansOf(byPair))
      for (const { firstHit, lastHit, hits: ofCase } of cases.all()) {
        expect(firstHit).toBeLessThanOrEqual(lastHit)
        expect(ofCase).toBeGreaterThan(0)
      }
    }),
    { numRuns: RUNS },
  )
}, 60_000)

function tell(told: Map<string, Told>, key: string, count: number, at: number): void {
  const { count: before, first, last } = told.get(key) ?? { count: 0, first: Infinity, last: -Infinity }
  told.set(key, { count: before + count, first: Math.min(first, at), last: Math.max(last, at) })
}

function spansOf(told: ReadonlyMap<string, Told>): string[] {
  return spans([...told].map(([key, { count, first, last }]) => [key, count, first, last]))
}

function spans(rows: readonly (readonly [string, number, number, number])[]): string[] {
  return rows
    .map(([key, count, first, last]) => `${key}: ${count}, ${first - NOON} to ${last - NOON}`)
    .toSorted()
}
