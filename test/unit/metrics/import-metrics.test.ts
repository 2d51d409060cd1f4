import { Registry } from 'prom-client'
import { expect, it } from 'vitest'
import { Declarations } from '../../../src/metrics/declare.ts'
import { declareImportMetrics } from '../../../src/metrics/import-metrics.ts'
import type { ReviewStatus } from '../../../src/review/review.ts'

async function linesOf(status: ReviewStatus): Promise<string[]> {
  const registry = new Registry()
  declareImportMetrics(new Declarations(registry), () => status)
  return (await registry.metrics()).split('\n').filter((line) => /^[a-z]/.test(line))
}

it('tells what waits for people, and since when', async () => {
  expect(await linesOf({ unguarded: 33, held: 7, oldestMs: 1_700_000_000_500, notInForce: [] })).toEqual([
    'thanhloc_import_items_undecided{guard="unguarded"} 33',
    'thanhloc_import_items_undecided{guard="held"} 7',
    'thanhloc_import_oldest_undecided_timestamp_seconds 1700000000.5',
  ])
})

it('has no time where nothing waits, and no number where none is known', async () => {
  expect(await linesOf({ unguarded: 0, held: 0, oldestMs: null, notInForce: [] })).toEqual([
    'thanhloc_import_items_undecided{guard="unguarded"} 0',
    'thanhloc_import_items_undecided{guard="held"} 0',
  ])
  const unknown = await linesOf({ unguarded: null, held: null, oldestMs: null, notInForce: [] })
  expect(unknown.every((line) => !/ \d/.test(line))).toBe(true)
})
