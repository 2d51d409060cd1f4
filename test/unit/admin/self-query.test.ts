/** What the API and the metrics say of the query of the server to itself. */
import { describe, expect, it } from 'vitest'
import type { SelfQueryStatus } from '../../../src/service/self-watch.ts'
import { serviceSummary } from '../../../src/admin/service-summary.ts'
import type { Health } from '../../../src/admin/health/ledger.ts'
import { selfTroubles } from '../../../src/admin/health/self-troubles.ts'
import { createFixture, healthyThreads, SELF_QUERY, type Fixture } from './fake-threads.ts'

const SILENT: SelfQueryStatus = {
  outcome: 'silent',
  seconds: 0.002,
  reason: 'no answer',
  asked: 9,
  unanswered: 4,
}

async function metricsWith(selfQuery: SelfQueryStatus | null): Promise<string[]> {
  const threads = healthyThreads()
  if (selfQuery === null) threads.answers.delete('supervisor/status')
  else threads.on('supervisor/status', () => ({ threads: [], selfQuery }))
  const { metrics } = await createFixture({ threads })
  const text = await metrics.render()
  return text.split('\n').filter((line) => line.startsWith('thanhloc_self_query'))
}

describe('thanhloc_self_query', () => {
  it('is success, seconds and failures', async () => {
    expect(await metricsWith(SELF_QUERY)).toEqual([
      'thanhloc_self_query_success 1',
      'thanhloc_self_query_seconds 0.0004',
      'thanhloc_self_query_failures_total 0',
    ])
    expect(await metricsWith(SILENT)).toEqual([
      'thanhloc_self_query_success 0',
      'thanhloc_self_query_seconds 0.002',
      'thanhloc_self_query_failures_total 4',
    ])
  })

  it('has no value for what is not known', async () => {
    const unasked: SelfQueryStatus = {
      outcome: 'unasked',
      seconds: null,
      reason: 'none',
      asked: 0,
      unanswered: 0,
    }
    for (const status of [unasked, { ...unasked, outcome: null }])
      expect(await metricsWith(status)).toEqual(['thanhloc_self_query_failures_total 0'])
    expect(await metricsWith(null)).toEqual([])
  })
})

describe('selfTroubles', () => {
  const of = (selfQuery: SelfQueryStatus | null) =>
    selfTroubles({
      supervisor: { value: selfQuery === null ? null : { threads: [], selfQuery }, at: 0, error: null },
    })

  it('tells silence alone: what was not asked is no trouble', () => {
    expect(of(SILENT)).toEqual([
      expect.objectContaining({ part: 'listening', severity: 'fail', key: 'self' }),
    ])
    for (const outcome of ['answered', 'unasked', null] as const)
      expect(of({ ...SILENT, outcome })).toEqual([])
    expect(of(null)).toEqual([])
  })
})

describe('serviceSummary', () => {
  async function summary(fixture: Fixture, components: Health['components'] = []): Promise<string> {
    const { counters, metrics } = fixture
    await metrics.render()
    const board = { lists: { value: { names: 1234567 } } } as never
    return serviceSummary({ counters, board, health: { look: async () => ({ components }) } })
  }

  it('is one line: names, queries, blocked ones, and that all is well', async () => {
    const fixture = await createFixture()
    fixture.counters[0]!.query(0)
    fixture.counters[1]!.query(1)
    fixture.counters[1]!.answer(0, 0, 1)
    expect(await summary(fixture)).toBe('1234567 names listed; 2 queries, 1 blocked; no trouble')
  })

  it('names what is wrong', async () => {
    const detail = { vi: 'danh sách a không có hiệu lực', en: 'a is not in force' }
    const trouble = { part: 'lists', severity: 'fail', key: 'a', detail, advice: detail, sinceMs: 0 } as const
    const lists = { component: 'lists', state: 'fail', sinceMs: 0, detail, troubles: [trouble] } as const
    expect(await summary(await createFixture(), [lists])).toBe(
      '1234567 names listed; 0 queries, 0 blocked; degraded: lists (a is not in force)',
    )
  })
})
