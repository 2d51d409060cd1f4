import { expect, test } from 'vitest'
import { COMPONENTS } from '../../../src/admin/health/trouble.ts'
import { endOfDay, dayOf, startOfDay } from '../../../src/web/console/kit/days.ts'
import { chartData } from '../../../src/web/console/pages/overview/chart-data.ts'
import { listTask, type ListState } from '../../../src/web/console/pages/overview/list-task.ts'
import { en } from '../../../src/web/console/words/en/en.ts'
import { vi } from '../../../src/web/console/words/vi/vi.ts'

test('every part of the server has a name in both languages', () => {
  for (const words of [vi, en])
    expect(Object.keys(words.overview.parts).toSorted()).toEqual([...COMPONENTS].toSorted())
})

test('a list asks for the most pressing thing alone', () => {
  const well: ListState = {
    id: 'apt32',
    state: 'loaded',
    isStale: false,
    renewedAt: null,
    validity: 'unlimited',
    until: null,
  }
  const format = { ago: () => 'hôm qua', day: () => '01/12/2026' }
  const asked = (changes: Partial<ListState>) => listTask({ ...well, ...changes }, vi, format)
  expect(asked({})).toBeNull()
  expect(asked({ state: 'kept-last-good' })).toBeNull()
  const stale = { isStale: true, renewedAt: '2026-11-21T00:00:00Z' }
  expect(asked(stale)).toBe('Danh sách apt32 cập nhật lần cuối hôm qua')
  const ending = { ...stale, validity: 'ending', until: '2026-12-01' }
  expect(asked(ending)).toBe('Danh sách apt32 hết hiệu lực ngày 01/12/2026')
  expect(asked({ ...ending, validity: 'ended' })).toContain('chỉ còn ghi nhận')
  expect(asked({ ...ending, state: 'failed' })).toBe('Danh sách apt32 không nạp được')
})

test('the chart is always of an hour: what is not known stays empty', () => {
  const rates = { stepSeconds: 5, ends: [7195, 7200], queries: [1, 2], blocked: [0, 1] }
  expect(chartData(rates)).toEqual([
    [3600, 7195, 7200],
    [null, 1, 2],
    [null, 0, 1],
  ])
  const whole = { ...rates, ends: [3605, 7200] }
  expect(chartData(whole)).toEqual([
    [3605, 7200],
    [1, 2],
    [0, 1],
  ])
  expect(chartData({ ...rates, ends: [], queries: [], blocked: [] })).toEqual([[], [], []])
})

test('days are those of the calendar beside the reader', () => {
  expect(dayOf(new Date(2026, 0, 2, 23, 59))).toBe('2026-01-02')
  expect(startOfDay('2026-01-02')).toBe(new Date(2026, 0, 2).toISOString())
  expect(endOfDay('2026-12-31')).toBe(new Date(new Date(2027, 0, 1).getTime() - 1).toISOString())
  for (const none of ['', '2026-02-30', '2026-1-2', 'hôm nay', '2026-01-02T00:00:00Z']) {
    expect(startOfDay(none)).toBeNull()
    expect(endOfDay(none)).toBeNull()
  }
})
