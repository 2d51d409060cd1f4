/** `top`: rates from counters, a picture that fits, and a terminal that is given back whatever happens. */
import { EventEmitter } from 'node:events'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SERVER_EXAMPLES } from '../../../src/admin/examples/server.ts'
import type { StatusReport } from '../../../src/admin/routes/status.ts'
import type { TrafficReply } from '../../../src/admin/routes/traffic.ts'
import { CommandError } from '../../../src/cli/command.ts'
import { openScreen, painter, type Screen } from '../../../src/cli/screen.ts'
import { showLive } from '../../../src/cli/top.ts'
import { bars, frameLines, type Picture } from '../../../src/cli/top/frame.ts'
import { Ranking } from '../../../src/cli/top/ranking.ts'
import { latenciesBetween, ratesBetween } from '../../../src/cli/top/rates.ts'
import { Watch } from '../../../src/cli/top/watch.ts'

const STATUS = SERVER_EXAMPLES['GET /api/v1/status']!.answer as unknown as StatusReport
const EMPTY: Picture = {
  status: null,
  rates: null,
  latencies: [],
  history: [],
  names: [],
  clients: [],
  error: null,
}

function traffic(upSeconds: number, changes: Partial<TrafficReply> = {}): TrafficReply {
  return {
    time: new Date(Date.UTC(2026, 10, 22) + upSeconds * 1000).toISOString(), upSeconds, queries: { udp: 0, tcp: 0 }, answers: {}, bounds: [0.001, 0.1],
    durations: {}, receiveDrops: 0, cacheEntries: 0, ...changes,
  } // prettier-ignore
}

describe('rates', () => {
  it('are what came between two looks, by the second', () => {
    const before = traffic(10, {
      queries: { udp: 100, tcp: 0 },
      answers: { cached: 90, blocked: 10, failed: 1 },
    })
    const after = traffic(12, {
      queries: { udp: 110, tcp: 4 },
      answers: { cached: 92, blocked: 22, failed: 1 },
    })
    expect(ratesBetween(before, after)).toEqual({
      queries: 7,
      outcomes: [{ outcome: 'blocked', perSecond: 6 }, { outcome: 'cached', perSecond: 1 }],
      receiveDrops: 0,
    }) // prettier-ignore
    expect(ratesBetween(after, before)).toBeNull()
    expect(ratesBetween(after, after)).toBeNull()
  })

  it('of times are bounds that half and 99 of 100 answers kept', () => {
    const before = traffic(0, { durations: { cached: [100, 0, 0], forwarded: [0, 0, 0] } })
    const after = traffic(10, { durations: { cached: [199, 1, 0], forwarded: [0, 5, 1], local: [0, 0, 0] } })
    expect(latenciesBetween(before, after)).toEqual([
      { outcome: 'cached', half: 0.001, most: 0.001 },
      { outcome: 'forwarded', half: 0.1, most: null },
    ])
  })
})

describe('the ranking', () => {
  it('counts what was met, the latest first among equals, and forgets the least met', () => {
    const ranking = new Ranking()
    for (let index = 0; index < 5000; index++)
      ranking.add(`n${index}`, '', { grown: 1, lastSeen: new Date(index * 1000).toISOString() })
    ranking.add('often', 'apt32', { grown: 50, lastSeen: new Date(0).toISOString() })
    ranking.add('often', 'apt32', { grown: null, lastSeen: new Date(1).toISOString() })
    expect(ranking.top(2)).toMatchObject([
      { name: 'often', hits: 51, beside: 'apt32' },
      { name: 'n4999', hits: 1 },
    ])
    expect(ranking.top(1e6).length).toBeLessThanOrEqual(2000)
  })
})

describe('the picture', () => {
  const ranked = fc.record({
    name: fc.string({ maxLength: 300 }).map((text) => text.replace(/\n/g, '')),
    hits: fc.nat(),
    lastSeen: fc.constant('2026-11-22T00:00:00.000Z'),
    beside: fc.string({ maxLength: 50 }).map((text) => text.replace(/\n/g, '')),
  })
  const picture = fc.record({
    status: fc.option(fc.constant(STATUS)),
    rates: fc.option(
      fc.record({
        queries: fc.float({ min: 0, noNaN: true, noDefaultInfinity: true }),
        outcomes: fc.array(fc.record({ outcome: fc.string(), perSecond: fc.nat() }), { maxLength: 10 }),
        receiveDrops: fc.nat(),
      }),
    ),
    latencies: fc.array(
      fc.record({
        outcome: fc.constantFrom('cached', 'blocked'),
        half: fc.option(fc.constantFrom(0.00005, 0.0025, 10)),
        most: fc.option(fc.constantFrom(0.001, 1)),
      }),
    ),
    history: fc.array(fc.nat(), { maxLength: 400 }),
    names: fc.array(ranked, { maxLength: 60 }),
    clients: fc.array(ranked, { maxLength: 60 }),
    error: fc.option(fc.string()),
  })

  it('fits every terminal', () => {
    fc.assert(
      fc.property(
        picture,
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: 1, max: 100 }),
        fc.constantFrom('vi' as const, 'en' as const, 'both' as const),
        (each, columns, rows, tongue) => {
          const lines = frameLines(each, columns, rows, tongue, painter(null))
          expect(lines.length).toBeLessThanOrEqual(rows)
          expect(lines.filter((line) => line.length > columns)).toEqual([])
        },
      ),
      { numRuns: 200 },
    )
  })

  it('says what is wrong first, and what has not been met yet', () => {
    const text = frameLines({ ...EMPTY, status: STATUS }, 80, 24, 'both', painter(null)).join('\n')
    expect(text).toMatch(/^! CẦN XEM LẠI · NEEDS A LOOK .*\n {2}upstreams: 1 trong 2/)
    expect(text).toContain('chưa có từ khi mở màn hình này · none since this was opened')
    expect(frameLines({ ...EMPTY, error: 'gone' }, 80, 24, 'vi', painter(null)).slice(0, 2)).toEqual([
      '✗ máy chủ không trả lời  q: thoát',
      '  gone',
    ])
  })

  it('draws bars to the largest', () => {
    expect(bars([0, 1, 4, 8])).toBe('▁▂▅█')
    expect(bars([0, 0])).toBe('▁▁')
    expect(bars([])).toBe('')
  })
})

describe('the watch', () => {
  /** A server that counts what it is asked. */
  function server(): {
    calls: string[]
    up: number
    isAway: boolean
    hits: number
    call: (request: { path: string }) => Promise<unknown>
  } {
    const state = {
      calls: [] as string[],
      up: 100,
      isAway: false,
      hits: 1,
      call: async ({ path }: { path: string }) => {
        if (state.isAway) throw new CommandError('away')
        const [place = ''] = path.split('?')
        state.calls.push(place)
        if (place === '/api/v1/status') return STATUS
        if (place === '/api/v1/traffic') return traffic(state.up, { queries: { udp: state.up * 3, tcp: 0 } })
        const row = { clientId: 1, address: '10.1.2.3', identity: { hostName: 'pc\u001b[2J', name: null }, unit: 'so-yte', indicator: 'evil.test' } // prettier-ignore
        return {
          items: [{ ...row, hits: state.hits, lastSeen: '2026-11-22T00:01:40.000Z', lists: ['a'] }],
          next: null,
        }
      },
    }
    return state
  }

  it('asks for counters each time, for the rest now and then', async () => {
    const state = server()
    const watch = new Watch(state.call)
    for (let look = 0; look < 10; look++) {
      state.up += 1
      state.hits += 2
      await watch.look()
    }
    const count = (path: string): number => state.calls.filter((call) => call === path).length
    expect(count('/api/v1/status')).toBe(2)
    expect(count('/api/v1/hits')).toBe(5)
    const { rates, history, names, clients } = watch.picture
    expect(rates!.queries).toBe(3)
    expect(history).toHaveLength(9)
    expect(names).toMatchObject([{ name: 'evil.test', hits: 16, beside: 'a' }])
    // Nothing a machine calls itself moves the cursor.
    expect(clients).toMatchObject([{ name: '10.1.2.3 pc [2J', hits: 16, beside: 'so-yte' }])
  })

  it('says when the server is away, and goes on when it is back with counters that begin anew', async () => {
    const state = server()
    const watch = new Watch(state.call)
    await watch.look()
    state.isAway = true
    await watch.look()
    expect(watch.picture.error).toBe('away')
    state.isAway = false
    state.up = 2
    await watch.look()
    expect(watch.picture).toMatchObject({ error: null, rates: null })
    state.up = 3
    await watch.look()
    expect(watch.picture.rates!.queries).toBe(3)
  })
})

describe('the terminal', () => {
  function fakeScreen(): Screen & {
    written: string[]
    press(key: string): void
    resize(): void
    listeners: number
  } {
    const keys = new Set<(key: string) => void>()
    const resizes = new Set<() => void>()
    const written: string[] = []
    return {
      columns: 80,
      rows: 24,
      hasColor: false,
      written,
      write: (text) => void written.push(text),
      onResize(tell) {
        resizes.add(tell)
        return () => void resizes.delete(tell)
      },
      onKey(tell) {
        keys.add(tell)
        return () => void keys.delete(tell)
      },
      press: (key) => keys.forEach((tell) => tell(key)),
      resize: () => resizes.forEach((tell) => tell()),
      get listeners() {
        return keys.size + resizes.size
      },
    }
  }

  const never = new AbortController().signal
  const watching = (look: () => Promise<void>) => ({ look, picture: EMPTY })

  it('is entered, redrawn in one write each, at once when its size changes, and left by q', async () => {
    const screen = fakeScreen()
    let looks = 0
    await showLive(
      watching(async () => {
        looks++
        if (looks === 2) screen.resize()
        if (looks === 3) screen.press('x')
        if (looks === 4) screen.press('q')
      }),
      screen,
      'both',
      never,
      1,
    )
    const [enter, ...frames] = screen.written
    const leave = frames.pop()
    expect(enter).toBe('\u001b[?1049h\u001b[?25l')
    expect(leave).toBe('\u001b[?25h\u001b[?1049l')
    expect(frames).toHaveLength(5)
    // From the first place on, to the end of each line, then all below: nothing is erased before it is written.
    for (const frame of frames) expect(frame).toMatch(/^\u001b\[H.*\u001b\[K[\s\S]*\u001b\[J$/)
    expect(screen.listeners).toBe(0)
    expect(process.listeners('exit').some((listener) => String(listener).includes('LEAVE'))).toBe(false)
  })

  it.each(['\u0003', '\u001b', 'Q'])('is left by %j too', async (key) => {
    const screen = fakeScreen()
    await showLive(
      watching(async () => screen.press(key)),
      screen,
      'vi',
      never,
      1,
    )
    expect(screen.written.at(-1)).toContain('\u001b[?1049l')
  })

  it('is left when the process is told to end, and when something breaks', async () => {
    const end = new AbortController()
    const first = fakeScreen()
    await showLive(
      watching(async () => end.abort()),
      first,
      'vi',
      end.signal,
      1,
    )
    expect(first.written.at(-1)).toContain('\u001b[?1049l')
    const second = fakeScreen()
    const broken = showLive(
      watching(() => Promise.reject(new Error('broken'))),
      second,
      'vi',
      never,
      1,
    )
    await expect(broken).rejects.toThrow('broken')
    expect(second.written.at(-1)).toContain('\u001b[?1049l')
    expect(second.listeners).toBe(0)
  })

  it('is no screen where it cannot be one', () => {
    const input = Object.assign(new EventEmitter(), { isTTY: false }) as unknown as Parameters<
      typeof openScreen
    >[0]
    const output = (isTTY: boolean) =>
      Object.assign(new EventEmitter(), { isTTY, columns: 0, rows: 0, write: () => true }) as unknown as Parameters<typeof openScreen>[1] // prettier-ignore
    expect(openScreen(input, output(false), { TERM: 'xterm' })).toBeNull()
    expect(openScreen(input, output(true), { TERM: 'dumb' })).toBeNull()
    expect(openScreen(input, output(true), {})).toBeNull()
    expect(openScreen(input, output(true), { TERM: 'xterm' })).toMatchObject({ columns: 80, rows: 24, hasColor: true, onKey: null }) // prettier-ignore
    expect(openScreen(input, output(true), { TERM: 'xterm', NO_COLOR: '1' })!.hasColor).toBe(false)
  })
})
