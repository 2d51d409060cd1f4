import { expect, test } from 'vitest'
import { CLIENT_SORTS } from '../../../src/detection/queries.ts'
import { PERMITTED } from '../../../src/detection/cases/states.ts'
import { exportHref, apiQuery, filtersOf } from '../../../src/web/console/pages/machines/machine-query.ts'
import { whatOf } from '../../../src/web/console/pages/machines/history-words.ts'
import { MOVES, moveWord } from '../../../src/web/console/pages/machines/moves.ts'
import { en } from '../../../src/web/console/words/en/en.ts'
import { vi } from '../../../src/web/console/words/vi/vi.ts'

test('what may be made of a case by hand is what the server permits', () => {
  const sorted = (table: Readonly<Record<string, readonly string[]>>) =>
    Object.fromEntries(Object.entries(table).map(([from, to]) => [from, to.toSorted()]))
  expect(sorted(MOVES)).toEqual(sorted(PERMITTED))
})

test.each([
  ['vi', vi],
  ['en', en],
] as const)('%s: every state and every move has words of its own', (_language, words) => {
  for (const [from, moves] of Object.entries(MOVES)) {
    expect(words.machines.states).toHaveProperty(from)
    const said = moves.map((to) => moveWord(words, from, to))
    expect(new Set(said).size).toBe(moves.length)
    for (const [at, word] of said.entries()) expect(word).not.toBe(moves[at])
  }
})

test('a step back is said as one', () => {
  expect(moveWord(vi, 'cleaning', 'confirmed')).toBe('Trả về đã xác nhận')
  expect(moveWord(vi, 'cleaned', 'cleaning')).toBe('Xử lý lại')
  expect(moveWord(vi, 'new', 'confirmed')).toBe('Xác nhận nhiễm')
})

test('history: opened, moved, noted, confirmed, joined; what is unknown is told as states', () => {
  const told = (cause: string, from: string | null, to: string, note = '') =>
    whatOf({ cause, from, to, note }, vi)
  expect(told('hit', null, 'new')).toBe('Mở hồ sơ')
  expect(told('officer', 'new', 'confirmed', 'x')).toBe('Mới → Đã xác nhận')
  expect(told('officer', 'new', 'new', 'x')).toBe('Ghi chú')
  expect(told('officer', 'new', 'new')).toBe('Mới')
  expect(told('contact', 'new', 'new')).toBe('Máy kết nối tới địa chỉ chặn')
  expect(told('merge', 'new', 'cleaned')).toBe('Gộp hồ sơ của hai máy là một')
  expect(told('comet', 'new', 'vanished')).toBe('Mới → vanished')
})

test('days of the address become moments of the reader’s calendar, both ends inclusive', () => {
  const query = new URLSearchParams(
    'since=2026-11-20&until=2026-11-21&firstSince=2026-02-30&unit=so-yt&sort=hits&reverse=true&cursor=abc&print=1',
  )
  expect(apiQuery(query, true)).toEqual({
    q: '',
    unit: 'so-yt',
    status: '',
    campaign: '',
    list: '',
    priority: '',
    kind: '',
    isConfirmed: '',
    since: new Date(2026, 10, 20).toISOString(),
    until: new Date(new Date(2026, 10, 22).getTime() - 1).toISOString(),
    firstSince: null,
    sort: 'hits',
    reverse: 'true',
    cursor: 'abc',
    limit: 50,
    reveal: true,
  })
  expect(apiQuery(query, false)).toMatchObject({ reveal: null })
})

test('the file has the unit and the days, and nothing it cannot be filtered by', () => {
  const href = exportHref(new URLSearchParams('unit=a%26b&since=2026-11-20&status=new&q=10.1.'))
  const { pathname, searchParams } = new URL(href, 'http://server')
  expect(pathname).toBe('/api/v1/export/clients')
  expect(Object.fromEntries(searchParams)).toEqual({
    format: 'csv',
    since: new Date(2026, 10, 20).toISOString(),
    unit: 'a&b',
  })
})

test('filters that are not given are empty', () => {
  expect(new Set(Object.values(filtersOf(new URLSearchParams('sort=hits'))))).toEqual(new Set(['']))
})

test('the headings sort by what the server can sort by', () => {
  expect(CLIENT_SORTS).toEqual(expect.arrayContaining(['unit', 'state', 'hits', 'first', 'recent']))
})
