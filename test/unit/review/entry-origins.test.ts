/** Where entries come from: the database for what is approved here, the file for what came from another node. */
import { expect, it } from 'vitest'
import { parseSettings } from '../../../src/config/load.ts'
import type { ImportOrigin } from '../../../src/lists/basis.ts'
import { EntryOrigins } from '../../../src/review/entry-origins.ts'
import { ReviewBench } from './bench.ts'

const origin = (item: number): ImportOrigin => ({ item }) as ImportOrigin

function settings() {
  const loaded = parseSettings(
    'lists: [ { id: own, approved: true }, { id: far, approved: true, feed: { url: "https://one.example/api/v1/approved/far", every: 5m, tokenFile: t } } ]\n',
    { file: null },
  )
  if ('errors' in loaded) throw new Error(loaded.errors.join('\n'))
  return loaded.settings
}

it('are asked of who knows them, in one go each, and told in the order asked', async () => {
  const asked: unknown[] = []
  const origins = new EntryOrigins({
    settings,
    review: { firstOrigin: (list, indicator) => (list === 'own' && indicator === 'a.vn' ? origin(1) : null) },
    ofFile: async (list, indicators) => {
      asked.push([list, ...indicators])
      return indicators.map((indicator) => (indicator === 'b.vn' ? origin(2) : null))
    },
  })
  const entries = [['far', 'b.vn'], ['own', 'a.vn'], ['far', 'a.vn'], ['own', 'b.vn']] as const // prettier-ignore
  const told = await origins.of(entries.map(([list, indicator]) => ({ list, indicator })))
  expect(told).toEqual([origin(2), origin(1), null, null])
  expect(asked).toEqual([['far', 'b.vn', 'a.vn']])
})

it('of two documents the one whose entry stands first in the file of the list is told, which blocked answers name', async () => {
  const bench = new ReviewBench()
  try {
    const first = await bench.import('evil.vn\n')
    const second = await bench.import('other.vn\nevil.vn\n', 'b.txt')
    await bench.decide(second, {})
    expect(bench.review.firstOrigin('cv', 'evil.vn')).toMatchObject({ import: second, item: 2 })
    await bench.decide(first, {})
    expect(bench.review.firstOrigin('cv', 'evil.vn')).toMatchObject({ import: first, item: 1 })
    expect(bench.review.firstOrigin('cv2', 'evil.vn')).toBeNull()
    bench.review.close()
    expect(bench.review.firstOrigin('cv', 'evil.vn')).toBeNull()
  } finally {
    bench.close()
  }
})
