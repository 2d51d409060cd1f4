/** No list reads more than it shows: which indexes SQLite takes for each filter and order, and that hits are never scanned. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { CASE_SORTS, CaseReader, type CaseFilter } from '../../../src/detection/cases/queries.ts'
import { FigureBoard } from '../../../src/detection/cases/figure-board.ts'
import { openDatabase } from '../../../src/detection/database.ts'
import {
  CLIENT_SORTS,
  PAIR_SORTS,
  StoreReader,
  type ClientFilter,
  type ContactFilter,
  type PairFilter,
} from '../../../src/detection/queries.ts'
import { DATABASE_FILE } from '../../../src/detection/schema.ts'
import { unitOf } from './cases/setup.ts'
import { FakeClock, FakeLog, NOON } from './setup.ts'

const UNITS = [unitOf('tinh', ['10.1.0.0/16']), unitOf('xa', ['10.1.9.0/24'], { parent: 'tinh' })]

const directory = mkdtempSync(join(tmpdir(), 'thanhloc-plans-'))
const path = join(directory, DATABASE_FILE)

beforeAll(() => openDatabase(directory, new FakeClock(), new FakeLog()).database.close())
afterAll(() => rmSync(directory, { recursive: true }))

/** What SQLite does for all that `read` asks, line by line. */
function plansOf(read: (store: StoreReader, cases: CaseReader) => unknown): string[] {
  const prepare = vi.spyOn(DatabaseSync.prototype, 'prepare')
  // Another one each time, because statements are prepared once.
  const store = new StoreReader(directory, UNITS)
  read(store, new CaseReader(store))
  store.close()
  const asked = prepare.mock.calls.map(([sql]) => sql)
  prepare.mockRestore()
  const database = new DatabaseSync(path, { readOnly: true })
  try {
    return asked
      .filter((sql) => !/^(BEGIN|PRAGMA)/.test(sql))
      .flatMap((sql) => database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all())
      .map(({ detail }) => String(detail))
  } finally {
    database.close()
  }
}

/** What may be read whole: there are few rows in it. */
const SMALL =
  /^SCAN (page|l|s|j|list|n|node|o|lc|r|w|place|chosen|json_each|listed_unit|CONSTANT|\(subquery-\d+\)|campaign_case USING INDEX case_of_priority)(?!\w)/

const scans = (plans: readonly string[]): string[] =>
  plans.filter((line) => line.startsWith('SCAN') && !SMALL.test(line))

const FILTERS: readonly ClientFilter[] = [
  {},
  { unit: 'tinh', within: ['xa'] },
  { campaign: '2022' },
  { list: 'apt32', since: NOON, until: NOON + 1 },
  { status: 'new', kind: 'machine', priority: 'high' },
  { isConfirmed: true },
  { q: '10.1.' },
  { q: 'evil' },
]

describe('clients', () => {
  it.each(CLIENT_SORTS.flatMap((sort) => FILTERS.map((filter) => [sort, filter] as const)))(
    'by %s with %j never scan hits',
    (sort, filter) => {
      const plans = plansOf((store) => store.listClients(filter, { sort }))
      expect(scans(plans).filter((line) => !/^SCAN (c|indicator)\b/.test(line))).toEqual([])
    },
  )

  it('found and recent are read in the order of an index, from the cursor on', () => {
    const found = keysOf(
      plansOf((store) => store.listClients({}, { sort: 'found', cursor: cursor('found', 5) })),
    )
    expect(found).toEqual([expect.stringMatching(/^SEARCH c USING INTEGER PRIMARY KEY \(rowid<\?\)/)])
    const recent = keysOf(
      plansOf((store) => store.listClients({}, { sort: 'recent', cursor: cursor('recent', 5, 5) })),
    )
    expect(recent).toEqual([expect.stringMatching(/^SEARCH c USING COVERING INDEX client_by_last_seen/)])
  })

  it('by unit each range asks the index of addresses, also where a filter names units', () => {
    for (const filter of [{}, { unit: 'tinh' }])
      expect(plansOf((store) => store.listClients(filter, { sort: 'unit' })).join('\n')).toMatch(/SEARCH c USING (COVERING )?INDEX client_by_address/) // prettier-ignore
  })
})

/** How the keys of a page are found: the lines before those of its rows. */
function keysOf(plans: readonly string[]): string[] {
  expect(plans[0]).toBe('CO-ROUTINE page')
  return plans.slice(1, plans.indexOf('SCAN page'))
}

function cursor(sort: string, ...keys: readonly number[]): string {
  return Buffer.from(`${sort}:${keys.join(':')}`).toString('base64url')
}

describe('cases', () => {
  const filters: readonly CaseFilter[] = [{}, { unit: 'tinh', states: ['new'] }, { campaign: '', q: 'evil' }]
  it.each(CASE_SORTS.flatMap((sort) => filters.map((filter) => [sort, filter] as const)))(
    'by %s with %j never scan hits',
    (sort, filter) => {
      const plans = plansOf((_, cases) => cases.listCases(filter, { sort }))
      expect(scans(plans).filter((line) => !/^SCAN (c|k|indicator)\b/.test(line))).toEqual([])
    },
  )

  it.each([
    ['recent', 'case_by_recent'],
    ['changed', 'case_by_change'],
  ] as const)('%s ones are read in the order of %s', (sort, index) => {
    const keys = keysOf(plansOf((_, cases) => cases.listCases({}, { sort })))
    expect(keys[0]).toContain(index)
    expect(keys.join()).not.toContain('TEMP B-TREE')
  })
})

describe('contacts', () => {
  it.each<readonly [ContactFilter, RegExp]>([
    [{}, /k USING INDEX contact_by_recent/],
    [{ since: NOON, isConfirmed: true }, /SEARCH k USING INDEX contact_by_recent/],
    [{ unit: 'tinh', within: ['xa'] }, /k USING INDEX/],
    [{ client: 3 }, /SEARCH k USING INDEX sqlite_autoindex_contact_1 \(client_id=\?\)/],
    [{ reference: '7K2MQ-9F3D' }, /SEARCH k USING INTEGER PRIMARY KEY/],
  ])('with %j are read by an index', (filter, expected) => {
    const plans = plansOf((store) => store.listContacts(filter))
    expect(plans.join('\n')).toMatch(expected)
    expect(scans(plans).filter((line) => !/USING INDEX contact_by_recent/.test(line))).toEqual([])
  })
})

describe('hits', () => {
  const filters: readonly PairFilter[] = [
    {},
    { unit: 'tinh', within: ['xa'] },
    { campaign: '2022', list: 'apt32' },
    { client: 3, since: NOON, until: NOON },
    { indicator: 'evil.test' },
    { q: 'evil', action: 'log', node: 'dns2' },
  ]
  it.each(PAIR_SORTS.flatMap((sort) => filters.map((filter) => [sort, filter] as const)))(
    'by %s with %j are reached by their key alone',
    (sort, filter) => {
      const plans = plansOf((store) => store.listPairs(filter, { sort }))
      expect(scans(plans).filter((line) => !/^SCAN (c|indicator)\b/.test(line))).toEqual([])
      const ofHits = plans.filter((line) => /\b(h|hit)\b/.test(line) && line.startsWith('SEARCH'))
      expect(ofHits.length).toBeGreaterThan(0)
      for (const line of ofHits)
        expect(line).toMatch(/PRIMARY KEY \(client_id=\?|hit_by_indicator \(indicator_id=\?/)
    },
  )
})

it('the page of one client, and what is known of it, are read by its id', () => {
  const plans = plansOf((store, cases) => {
    store.getClient(1)
    store.listHits(1)
    cases.clientFile(1, [{ indicator: 'evil.test', kind: 'subtree' }])
  })
  expect(scans(plans)).toEqual([])
})

it('figures are read from clients and cases, each once, and never from hits', () => {
  const plans = plansOf((store) => new FigureBoard({ store, clock: new FakeClock() }).look())
  expect(plans.filter((line) => /\b(h|hit)\b/.test(line))).toEqual([])
  expect(scans(plans)).toEqual([])
  const top = plansOf((store) =>
    new FigureBoard({ store, clock: new FakeClock() }).look().top('2022', ['tinh']),
  )
  expect(top.filter((line) => /\b(h|hit)\b/.test(line)).every((line) => line.startsWith('SEARCH h USING PRIMARY KEY (client_id=?'))).toBe(true) // prettier-ignore
})
