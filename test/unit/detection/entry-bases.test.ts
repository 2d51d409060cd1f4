/** The document and place of an approved entry: asked behind its hit, told in the block log, kept with the hits. */
import { expect, onTestFinished, test } from 'vitest'
import { EntryBases, MAX_ASKED, type Entry } from '../../../src/detection/entry-bases.ts'
import { exportHits } from '../../../src/detection/cases/export.ts'
import { StoreReader } from '../../../src/detection/queries.ts'
import type { Settings } from '../../../src/config/settings.ts'
import type { ImportOrigin } from '../../../src/lists/basis.ts'
import { HitCollector } from '../../../src/detection/hit-collector.ts'
import { blockLogOf, FakeStore } from './setup.ts'

const ORIGIN: ImportOrigin = {
  import: 1, item: 34, document: '1298/CATTT-NCSC', issuer: 'Cục ATTT', issued: '2022-08-23', file: 'annex.docx', sha256: 'ab', isKept: true,
  place: { table: 1, row: 2 }, places: 1, written: 'evil[.]test', accepted: [], approvedBy: 'user:binh', approvedAt: '2026-11-21T08:10:00.000Z', reason: 'x',
} // prettier-ignore
const OF_LIST = { campaign: null, basis: '', action: 'sinkhole' }
const LISTS = [
  { ...OF_LIST, id: 'apt32', document: 'CV-0', approved: true },
  { ...OF_LIST, id: 'watch', document: 'CV-9', approved: false },
]

function setUp() {
  const store = new FakeStore()
  store.registry.follow({ lists: LISTS as unknown as Settings['lists'] })
  const { clock, log, registry } = store
  const asked: (readonly Entry[])[] = []
  const known = new Map([['evil.test', ORIGIN]])
  let fault: Error | null = null
  const bases = new EntryBases({
    registry,
    ask: async (entries) => {
      asked.push(entries)
      if (fault !== null) throw fault
      return entries.map(({ indicator }) => known.get(indicator) ?? null)
    },
    save: (found) => store.storeWriter.saveBases(found),
    clock,
    log,
  })
  const collector = new HitCollector(
    store.tables,
    store.storeWriter,
    blockLogOf(registry, clock, log, bases),
    clock,
    log,
  )
  /** Five seconds of the store's ticks. */
  const wait = async (): Promise<void> => {
    for (let tick = 0; tick < 25; tick++) {
      clock.nowMs += 200
      collector.tick()
      bases.tick()
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  const reader = (): StoreReader => {
    const one = new StoreReader(store.directory, [])
    onTestFinished(() => one.close())
    return one
  }
  return { store, asked, known, wait, reader, fail: (error: Error | null) => (fault = error) }
}

test('the line, the hit and its export name the document of the import and the place, not that of the list', async () => {
  const { store, asked, wait, reader } = setUp()
  store.hit({ indicator: 'evil.test', lists: [1, 2] })
  store.hit({ indicator: 'hand.test', lists: [1] })
  store.hit({ indicator: 'other.test', lists: [2, 1] })
  await wait()
  expect(asked).toEqual([[{ list: 'apt32', indicator: 'evil.test' }, { list: 'apt32', indicator: 'hand.test' }]]) // prettier-ignore
  const lines = Object.fromEntries(store.log.of('blocked').map((line) => [line['indicator'], line]))
  expect(lines['evil.test']).toMatchObject({
    list: 'apt32', document: '1298/CATTT-NCSC', import: 1, item: 34, place: { file: 'annex.docx', table: 1, row: 2 }, approvedBy: 'user:binh',
  }) // prettier-ignore
  expect(lines['hand.test']).toMatchObject({ document: 'CV-0' })
  expect(lines['hand.test']).not.toHaveProperty('place')
  expect(lines['other.test']).toMatchObject({ list: 'watch', document: 'CV-9' })
  expect(lines['other.test']).not.toHaveProperty('import')

  const told = { 'evil.test': ['1298/CATTT-NCSC', ORIGIN], 'hand.test': ['CV-0', null], 'other.test': ['CV-9', null] } // prettier-ignore
  const by = (rows: readonly { indicator: string; document: string | null; origin: unknown }[]): object =>
    Object.fromEntries(rows.map(({ indicator, document, origin }) => [indicator, [document, origin]]))
  expect(by(reader().listPairs().items)).toEqual(told)
  expect(by(reader().listHits(1).items)).toEqual(told)
  expect(by([...exportHits(reader())].flat())).toEqual(told)
})

test('is asked again when lists have changed; what is withdrawn stays with the hits before', async () => {
  const { store, asked, known, wait, reader } = setUp()
  const hit = async (): Promise<void> => {
    store.hit({ indicator: 'evil.test', lists: [1] })
    await wait()
    await wait()
  }
  await hit()
  await hit()
  expect(asked).toHaveLength(1)
  known.set('evil.test', { ...ORIGIN, document: '7/2026', item: 2 })
  store.registry.register([])
  await hit()
  expect(asked).toHaveLength(2)
  expect(reader().listPairs().items[0]).toMatchObject({ document: '7/2026', origin: { item: 2 } })
  known.delete('evil.test')
  store.registry.register([])
  await hit()
  expect(asked).toHaveLength(3)
  expect(reader().listPairs().items[0]).toMatchObject({ document: '7/2026', origin: { item: 2 } })
})

test('where nobody answers the line comes all the same, and it is asked again', async () => {
  const { store, asked, wait, reader, fail } = setUp()
  fail(new Error('control did not answer'))
  store.hit({ indicator: 'evil.test', lists: [1] })
  await wait()
  expect(store.log.of('blocked')).toMatchObject([{ indicator: 'evil.test', document: 'CV-0' }])
  expect(store.log.of('asked again')).toHaveLength(1)
  expect(asked).toHaveLength(1)
  fail(null)
  await wait()
  await wait()
  expect(reader().listPairs().items[0]).toMatchObject({ document: '1298/CATTT-NCSC' })
})

test('what cannot be written down yet is written later', async () => {
  const { store, wait, reader } = setUp()
  const save = store.storeWriter.saveBases.bind(store.storeWriter)
  let isFull = true
  store.storeWriter.saveBases = (bases) => {
    if (isFull) throw new Error('disk full')
    save(bases)
  }
  store.hit({ indicator: 'evil.test', lists: [1] })
  await wait()
  expect(reader().listPairs().items[0]).toMatchObject({ document: 'CV-0' })
  isFull = false
  await wait()
  await wait()
  expect(reader().listPairs().items[0]).toMatchObject({ document: '1298/CATTT-NCSC' })
})

test('of many at once so many are asked in a letter', async () => {
  const { store, asked, wait } = setUp()
  for (let at = 0; at < MAX_ASKED + 50; at++) store.hit({ indicator: `n${at}.test`, lists: [1] })
  await wait()
  expect(asked.map(({ length }) => length)).toEqual([MAX_ASKED, 50])
})
