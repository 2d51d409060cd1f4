import { existsSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ListDesk } from '../../../src/lists/desk.ts'
import { renewalOf, staleReason } from '../../../src/lists/renewal.ts'
import type { ListStatus } from '../../../src/lists/status.ts'
import { SecureRandom } from '../../../src/random.ts'
import { CONTROL_BYTES, ControlWords } from '../../../src/thread/control-words.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { listSettings, settingsOf } from './settings.ts'
import { keepLog, temporaryDirectory } from './support.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const NAMES = ['a', 'b', 'c', 'd'].map((label) => `${label}.evil.test`)

/** One list that may be two days old. */
class Bench {
  readonly clock = new FakeClock()
  readonly directory = temporaryDirectory()
  readonly path = join(this.directory, 'feed.txt')
  #events: (() => void)[] = []
  #desk!: ListDesk

  async start(maxAgeMs: number | null = 2 * DAY_MS): Promise<void> {
    const growable = (): SharedArrayBuffer => new SharedArrayBuffer(1 << 16, { maxByteLength: 1 << 24 })
    const control = new SharedArrayBuffer(CONTROL_BYTES)
    new ControlWords(control, 1).forget(0)
    this.#desk = new ListDesk(
      this.settings(maxAgeMs),
      { control, snapshots: [growable(), growable()], overlays: [growable(), growable()] },
      this.clock,
      new SecureRandom(),
      keepLog().log,
      { published: () => {}, registered: () => {} },
      (_, onEvent) => {
        this.#events.push(onEvent)
        return () => {}
      },
    )
    const desk = this.#desk
    onTestFinished(() => desk.close())
    await desk.start()
    await desk.update()
  }

  stop(): Promise<void> {
    return this.#desk.close()
  }

  settings(maxAgeMs: number | null) {
    return settingsOf([listSettings('feed', this.path, { maxAgeMs })], {
      store: { path: join(this.directory, 'data') },
    })
  }

  /** Writes the file as of `agoMs` ago. */
  publish(names: readonly string[], agoMs = 0): void {
    writeFileSync(this.path, `${names.join('\n')}\n`)
    const seconds = (this.clock.wallMs() - agoMs) / 1000
    utimesSync(this.path, seconds, seconds)
  }

  async settle(): Promise<void> {
    for (const event of this.#events) event()
    for (let look = 0; look < 3; look++) this.clock.advance(100)
    await this.#desk.settled()
  }

  configure(maxAgeMs: number | null): Promise<void> {
    return this.#desk.configure(this.settings(maxAgeMs))
  }

  get status(): ListStatus {
    return this.#desk.status().lists[0]!
  }

  get generation(): number {
    return this.#desk.status().generation
  }
}

describe('a list with maxAge', () => {
  it('is stale when its file was written longer ago, and no more when it is written anew', async () => {
    const bench = new Bench()
    bench.publish(NAMES)
    const writtenMs = bench.clock.wallMs()
    await bench.start()
    expect(bench.status).toMatchObject({ renewedAt: writtenMs, maxAgeMs: 2 * DAY_MS, isStale: false })
    bench.clock.advance(2 * DAY_MS - 10_000)
    expect(bench.status.isStale).toBe(false)
    bench.clock.advance(20_000)
    expect(bench.status.isStale).toBe(true)
    expect(staleReason(bench.status)).toBe(`not renewed since ${new Date(writtenMs).toISOString()}`)
    bench.publish([...NAMES, 'new.evil.test'])
    await bench.settle()
    expect(bench.status).toMatchObject({ isStale: false, entries: 5 })
    expect(staleReason(bench.status)).toBeNull()
  })

  it('is renewed by the same content too, without a build', async () => {
    const bench = new Bench()
    bench.publish(NAMES)
    await bench.start()
    bench.clock.advance(3 * DAY_MS)
    expect(bench.status.isStale).toBe(true)
    bench.publish(NAMES)
    await bench.settle()
    expect(bench.status.isStale).toBe(false)
    expect(bench.generation).toBe(1)
  })

  it('is not renewed by a restart, nor by reading it again', async () => {
    const bench = new Bench()
    bench.publish(NAMES, 3 * DAY_MS)
    await bench.start()
    expect(bench.status.isStale).toBe(true)
    await bench.stop()
    await bench.start()
    expect(bench.status.isStale).toBe(true)
  })

  it('that is kept in an earlier version is as old as that version, also when the file is younger', async () => {
    const bench = new Bench()
    bench.publish(NAMES, DAY_MS)
    await bench.start()
    bench.publish(['# cut off'])
    await bench.settle()
    expect(bench.status).toMatchObject({ state: 'kept-last-good', isStale: false })
    bench.clock.advance(DAY_MS + HOUR_MS)
    expect(bench.status).toMatchObject({ state: 'kept-last-good', isStale: true })
    await bench.stop()
    await bench.start()
    expect(bench.status).toMatchObject({ state: 'kept-last-good', isStale: true })
  })

  it('confirmed before its file went bad is as old as the confirmation', async () => {
    const bench = new Bench()
    bench.publish(NAMES)
    await bench.start()
    bench.clock.advance(DAY_MS)
    bench.publish(NAMES)
    await bench.settle()
    const confirmedMs = Math.trunc(statSync(bench.path).mtimeMs)
    rmSync(bench.path)
    await bench.settle()
    expect(bench.status).toMatchObject({ state: 'kept-last-good', renewedAt: confirmedMs })
  })

  it('takes a changed maxAge over without a build', async () => {
    const bench = new Bench()
    bench.publish(NAMES, 3 * DAY_MS)
    await bench.start(null)
    expect(bench.status).toMatchObject({ maxAgeMs: null, isStale: false })
    await bench.configure(DAY_MS)
    expect(bench.status).toMatchObject({ maxAgeMs: DAY_MS, isStale: true })
    expect(bench.generation).toBe(1)
  })
})

it('what is not in force, or whose file is gone, is not stale: that is told otherwise', () => {
  const path = join(temporaryDirectory(), 'gone.txt')
  expect(existsSync(path)).toBe(false)
  const nothing = { renewedAt: null, maxAgeMs: 1, isStale: false }
  for (const state of ['loaded', 'kept-last-good', 'failed'] as const)
    expect(renewalOf({ maxAgeMs: 1 }, { state, path }, path, 1e15)).toEqual(nothing)
  expect(renewalOf({ maxAgeMs: 1 }, { state: 'kept-last-good', path }, null, 1e15)).toEqual(nothing)
})
