import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { isPossible } from '../../../src/clock.ts'
import { BelievedClock, lastKnownMs } from '../../../src/detection/believed-clock.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { FakeStore, NOON } from './setup.ts'

const NOW = Date.UTC(2026, 10, 22, 8)
const LAST_HIT = NOW - 3_600_000
const DEAD_BATTERY = Date.UTC(2019, 0, 1)

let machine: FakeClock
let lastHit: number | null
let logged: string[]
let clock: BelievedClock

beforeEach(() => {
  machine = new FakeClock(NOW)
  lastHit = LAST_HIT
  logged = []
  const say = (_: object, message: string): void => void logged.push(message)
  clock = new BelievedClock(machine, () => lastHit, { info: say, error: say } as never)
})

describe('BelievedClock', () => {
  it('is the clock of the machine as long as that can be', () => {
    expect(clock.wallMs()).toBe(NOW)
    machine.setWall(NOW - 86_400_000)
    expect(clock.wallMs()).toBe(NOW - 86_400_000)
    expect(clock.date(NOW + 86_400_000)).toBe(NOW + 86_400_000)
    expect(logged).toEqual([])
  })

  it.each([0, Date.UTC(2000, 0, 1), DEAD_BATTERY, Date.UTC(2099, 0, 1), 8.64e15])(
    'goes on from the last hit while the machine says %i, and says so once',
    (wrong) => {
      machine.setWall(wrong)
      expect(clock.wallMs()).toBe(LAST_HIT)
      machine.advance(5000)
      expect(clock.wallMs()).toBe(LAST_HIT + 5000)
      expect(clock.date(wrong + 2000)).toBe(LAST_HIT + 2000)
      expect(logged).toEqual([
        'the clock is plainly wrong: hits are dated from the last one on until it is set',
      ])
    },
  )

  it('is the clock of the machine again when that is set, also for what was dated just before', () => {
    machine.setWall(DEAD_BATTERY)
    clock.wallMs()
    machine.setWall(NOW)
    expect(clock.wallMs()).toBe(NOW)
    expect(clock.date(DEAD_BATTERY + 1000)).toBe(LAST_HIT + 1000)
    expect(clock.wallMs()).toBe(NOW)
    expect(logged).toEqual([
      expect.stringContaining('plainly wrong'),
      'the clock is right again: hits are dated by it',
    ])
  })

  it('that is wrong a second time goes on from the last hit there is then', () => {
    machine.setWall(DEAD_BATTERY)
    clock.wallMs()
    machine.setWall(NOW)
    clock.wallMs()
    lastHit = NOW
    machine.setWall(DEAD_BATTERY + 60_000)
    expect(clock.wallMs()).toBe(NOW)
  })

  it('without any hit begins with the first day there can be', () => {
    lastHit = null
    machine.setWall(DEAD_BATTERY)
    expect(clock.wallMs()).toBe(Date.UTC(2026, 0, 1))
  })

  it('keeps hits in their order and apart as they were, whatever the clock says', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -8e15, max: 8e15, noNaN: true }),
        fc.array(fc.nat({ max: 60_000 })),
        (start, gaps) => {
          const wrong = Math.trunc(start)
          fc.pre(!isPossible(wrong) && !isPossible(wrong + 3_600_000 * 24))
          machine.setWall(wrong)
          const believed = new BelievedClock(machine, () => LAST_HIT, { info() {}, error() {} } as never)
          const dates = gaps.map((gap) => {
            machine.advance(gap)
            return believed.date(machine.wallMs())
          })
          dates.forEach((date, hit) => {
            expect(isPossible(date)).toBe(true)
            if (hit > 0) expect(date - dates[hit - 1]!).toBe(gaps[hit])
          })
        },
      ),
    )
  })
})

describe('lastKnownMs', () => {
  let directory: string
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'thanhloc-clock-'))
    onTestFinished(() => rmSync(directory, { recursive: true }))
  })
  const write = (name: string, at: number): string => {
    const path = join(directory, name)
    writeFileSync(path, 'no database')
    utimesSync(path, at / 1000, at / 1000)
    return path
  }

  it('is nothing where there is neither a store nor a file', () => {
    expect(lastKnownMs(directory, [join(directory, 'none')])).toBeNull()
    write('thanhloc.db', NOW)
    expect(lastKnownMs(directory, [])).toBeNull()
  })

  it('is when the latest file was written, of those that can be right', () => {
    const files = [
      write('a', NOW - 5000),
      write('b', NOW),
      write('c', DEAD_BATTERY),
      write('d', Date.UTC(2099, 0, 1)),
    ]
    expect(lastKnownMs(directory, files)).toBe(NOW)
    // The database takes whole milliseconds.
    utimesSync(files[0]!, NOW / 1000, NOW / 1000 + 0.0009765625)
    expect(lastKnownMs(directory, files)).toBe(NOW)
  })

  it('is the last hit where that is later', () => {
    const store = new FakeStore()
    store.hit()
    store.tick()
    expect(lastKnownMs(store.directory, [write('a', NOON - 5000)])).toBe(NOON)
  })
})
