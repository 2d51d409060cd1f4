import { describe, expect, it } from 'vitest'
import { clockText, secondsUntil } from '../../../src/web/console/kit/countdown.ts'
import { withLocalTimes } from '../../../src/web/console/kit/local-times.ts'
import { csvOf } from '../../../src/web/console/kit/save.ts'
import { sectionsWith } from '../../../src/web/console/pages/settings/config-search.ts'

describe('a countdown', () => {
  it('counts begun seconds, and ends at 0', () => {
    expect(secondsUntil(10_000, 7999)).toBe(3)
    expect(secondsUntil(10_000, 8000)).toBe(2)
    expect(secondsUntil(10_000, 10_000)).toBe(0)
    expect(secondsUntil(10_000, 60_000)).toBe(0)
  })

  it('is written as a clock', () => {
    expect([0, 9, 60, 845].map((seconds) => clockText(seconds))).toEqual(['0:00', '0:09', '1:00', '14:05'])
  })
})

describe('a table saved as CSV', () => {
  it('begins with a mark, and ends each row as RFC 4180 says', () => {
    expect(csvOf([['tên', 'số'], ['Sở Y tế', 12]])).toBe('\ufefftên,số\r\nSở Y tế,12\r\n') // prettier-ignore
  })

  it('quotes what would end a cell, and lets no cell be a formula', () => {
    expect(csvOf([['a,b', 'say "x"', 'two\nlines', '=1+1', '-2', '@x', -2]])).toBe(
      '\ufeff"a,b","say ""x""","two\nlines",\'=1+1,\'-2,\'@x,-2\r\n',
    )
    // Also in full width, and behind a line end, which spreadsheets skip.
    expect(csvOf([['＝1+1', '\n=1+1', '＠x']])).toBe("\ufeff'＝1+1,\"'\n=1+1\",'＠x\r\n")
  })
})

describe('moments in text of the server', () => {
  it('are told by the clock of the reader, and nothing else is touched', () => {
    const format = (text: string): string => `<${text.slice(11, 16)}>`
    expect(withLocalTimes('từ 2026-11-22T13:35:46.541Z, 2 lần', format)).toBe('từ <13:35>, 2 lần')
    expect(withLocalTimes('2026-99-99T00:00:00Z 2026-11-22', format)).toBe('2026-99-99T00:00:00Z 2026-11-22')
  })
})

describe('the configuration searched', () => {
  const sections = [
    { key: 'listen', text: 'listen: [ "10.1.0.53:53" ]\n', isReadAtStart: true },
    { key: 'cache', text: 'cache:\n  size: 64MB\n  stale: 1d\n', isReadAtStart: false },
  ]

  it('is whole where nothing is looked for', () => {
    expect(sectionsWith(sections, ' ').map(({ key, lines }) => [key, lines.length])).toEqual([
      ['listen', 1],
      ['cache', 3],
    ])
  })

  it('has the sections where it stands, with the lines', () => {
    const [cache, ...others] = sectionsWith(sections, 'SIZE')
    expect(others).toEqual([])
    expect(cache?.lines.map(({ text, isFound }) => [text, isFound])).toEqual([
      ['cache:', false],
      ['  size: 64MB', true],
      ['  stale: 1d', false],
    ])
  })
})
