/** What keeps others from being asked. */
import { describe, expect, it } from 'vitest'
import { ExchangeBench, makeSettings } from '../../support/exchange-bench.ts'

describe('a full table', () => {
  it('lets those go whose clients have been told, so that names nobody answers keep no others out', () => {
    const bench = new ExchangeBench(makeSettings(['192.0.2.1:53']), { maxPending: 3 })
    for (const name of ['a.flood.test', 'b.flood.test', 'c.flood.test']) bench.ask(name)
    expect(bench.ask('young.test')).toBe(false)
    bench.clock.advance(5_000)
    expect(bench.of('overdue')).toHaveLength(3)
    // One of them is asked for again, and goes on.
    expect(bench.ask('a.flood.test', 'again')).toBe(true)
    expect(bench.ask('good.test', 'good')).toBe(true)
    expect(bench.exchange.pendingCount).toBe(3)
    bench.datagrams.last.reply()
    expect(bench.of('answered')).toMatchObject([{ waiters: ['good'] }])
    expect(bench.ask('other.test')).toBe(true)
    expect(bench.ask('third.test')).toBe(true)
    expect(bench.ask('fourth.test')).toBe(false)
    bench.clock.advance(100)
    expect(bench.of('overdue').at(-1)).toMatchObject({ waiters: ['again'] })
    bench.clock.advance(11_000)
    expect(bench.exchange.pendingCount).toBe(0)
  })
})
