import { describe, expect, it } from 'vitest'
import { UnhurriedReading } from '../../../src/metrics/unhurried-reading.ts'
import { FakeClock } from '../admin/fake-threads.ts'

/** A reading that takes `costMs`, and what it put off. */
class Given {
  costMs = 0
  read = 0
  readonly later: (() => Promise<void>)[] = []
  readonly #clock = new FakeClock()
  readonly reading = new UnhurriedReading(
    () => {
      this.read++
      this.#clock.nowMs += this.costMs
    },
    this.#clock,
    (task) => this.later.push(task),
  )

  /** As often as there were scrapes, and what was put off after each of them. */
  async scrapes(count: number): Promise<number> {
    const before = this.read
    for (let scrape = 0; scrape < count; scrape++) {
      await this.reading.refresh()
      for (const task of this.later.splice(0)) await task()
    }
    return this.read - before
  }
}

describe('a reading for scrapes', () => {
  it('is waited for while it is cheap', async () => {
    const given = new Given()
    given.costMs = 1
    for (let scrape = 1; scrape <= 5; scrape++) {
      await given.reading.refresh()
      expect(given.read).toBe(scrape)
    }
    expect(given.later).toEqual([])
  })

  it('is waited for the first time, whatever it costs; then it comes after the scrape', async () => {
    const given = new Given()
    given.costMs = 50
    await given.reading.refresh()
    expect(given.read).toBe(1)
    await given.reading.refresh()
    expect(given.read).toBe(1)
    await given.later.shift()!()
    expect(given.read).toBe(2)
  })

  it('is put off once, however many scrapes come meanwhile', async () => {
    const given = new Given()
    given.costMs = 50
    for (let scrape = 0; scrape < 5; scrape++) await given.reading.refresh()
    expect(given.later).toHaveLength(1)
    await given.later.shift()!()
    await given.reading.refresh()
    expect(given.later).toHaveLength(1)
  })

  it('stays put off when one reading finds nothing new, and is waited for again when it has long been cheap', async () => {
    const given = new Given()
    given.costMs = 50
    await given.scrapes(3)
    given.costMs = 0
    await given.scrapes(2)
    await given.reading.refresh()
    expect(given.later).toHaveLength(1)
    given.later.length = 0
    const patient = new Given()
    patient.costMs = 50
    await patient.scrapes(1)
    patient.costMs = 0
    await patient.scrapes(40)
    await patient.reading.refresh()
    expect(patient.later).toHaveLength(0)
  })
})
