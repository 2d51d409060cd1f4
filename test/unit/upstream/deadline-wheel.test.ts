import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { DeadlineWheel, TICK_MS } from '../../../src/upstream/deadline-wheel.ts'

class Item {
  readonly name: number
  dueMs = 0
  wheelSlot = -1
  earlier: Item | null = null
  later: Item | null = null
  constructor(name: number) {
    this.name = name
  }
}

it('gives each item once, at the first tick after it is due, whatever was moved or cancelled', () => {
  const step = fc.record({
    item: fc.nat(9),
    what: fc.constantFrom('set', 'cancel', 'advance'),
    ms: fc.nat(9_000),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      let nowMs = 5_000_000
      const wheel = new DeadlineWheel<Item>(nowMs)
      const items = Array.from({ length: 10 }, (_, name) => new Item(name))
      const expected = new Map<number, number>()
      const advance = (ms: number): void => {
        const due: number[] = []
        nowMs += ms
        wheel.advance(nowMs, (item) => due.push(item.name))
        const tickMs = Math.floor(nowMs / TICK_MS) * TICK_MS
        const shouldBe = [...expected].filter(([, dueMs]) => dueMs <= tickMs).map(([name]) => name)
        expect(new Set(due)).toEqual(new Set(shouldBe))
        expect(due).toHaveLength(shouldBe.length)
        for (const name of due) expected.delete(name)
      }
      for (const { item, what, ms } of steps) {
        if (what === 'advance') advance(ms)
        else if (what === 'set') {
          wheel.set(items[item]!, nowMs + 1 + ms)
          // Never in a tick that has been worked off.
          expected.set(item, Math.max(nowMs + 1 + ms, (Math.floor(nowMs / TICK_MS) + 1) * TICK_MS))
        } else {
          wheel.cancel(items[item]!)
          expected.delete(item)
        }
        expect(wheel.size).toBe(expected.size)
      }
      advance(20_000)
      expect(wheel.size).toBe(0)
    }),
    { numRuns: 200 },
  )
})

it('lets an item set itself again, and cancel its neighbours, while it falls due', () => {
  const wheel = new DeadlineWheel<Item>(0)
  const [first, second, third] = [new Item(1), new Item(2), new Item(3)]
  for (const item of [third, second, first]) wheel.set(item, 100)
  const due: number[] = []
  wheel.advance(100, (item) => {
    due.push(item.name)
    wheel.cancel(second)
    if (item === first) wheel.set(first, 400)
  })
  expect(due).toEqual([1, 3])
  wheel.advance(400, (item) => due.push(item.name))
  expect(due).toEqual([1, 3, 1])
})
