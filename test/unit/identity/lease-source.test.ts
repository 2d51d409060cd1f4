import { execFileSync } from 'node:child_process'
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { LeaseSource } from '../../../src/identity/lease-source.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { keepLog, temporaryDirectory } from '../lists/support.ts'
import { Stage, START } from './histories.ts'

/** Calls `onLook` whenever somebody asks it for the time: in the midst of reading a file, that is. */
class InterruptingClock extends FakeClock {
  onLook: (() => void) | null = null

  override monotonicMs(): number {
    this.onLook?.()
    return super.monotonicMs()
  }
}

const lease = (last: number, mac: number): string => `0 02:00:00:00:00:0${mac} 10.0.0.${last} pc *\n`
const KEA = 'address,hwaddr,valid_lifetime,expire\n'
const row = (last: number): string => `10.0.0.${last},02:00:00:00:00:0${last},3600,${START / 1000 + 3600}\n`

function open(
  text: string,
  format: 'dnsmasq' | 'kea' | 'auto' = 'auto',
): { path: string; clock: InterruptingClock; stage: Stage; source: LeaseSource } {
  const path = join(temporaryDirectory(), 'leases')
  writeFileSync(path, text)
  const clock = new InterruptingClock(START)
  const stage = new Stage()
  const source = new LeaseSource({ path, format }, stage.book, { clock, log: keepLog().log })
  return { path, clock, stage, source }
}

describe('a lease file', () => {
  it('that is written over while it is read is read again, and says nothing until then', async () => {
    const { path, clock, stage, source } = open(lease(1, 1) + lease(2, 2))
    await source.read()
    expect(stage.news()).toHaveLength(2)
    writeFileSync(path, lease(1, 9))
    clock.onLook = () => writeFileSync(path, lease(1, 8) + lease(2, 2))
    await source.read()
    expect(stage.news()).toEqual([])
    expect(source.file.isChanged).toBe(true)
    clock.onLook = null
    await source.read()
    expect(stage.news().map((line) => line.split(' ')[2])).toEqual(['01', '08'])
    expect(source.file.isChanged).toBe(false)
  })

  it('that is never left alone is taken as it is in the end', async () => {
    const { path, clock, stage, source } = open(lease(1, 1))
    let size = 0
    clock.onLook = () => writeFileSync(path, lease(1, 1).repeat(++size))
    for (let at = 0; at < 3; at++) await source.read()
    expect(stage.news()).toEqual([])
    await source.read()
    expect(stage.news()).toHaveLength(1)
  })

  it('that only grows is taken as far as it was read, and read on at once', async () => {
    const { path, clock, stage, source } = open(KEA + row(1), 'kea')
    let next = 2
    clock.onLook = () => {
      if (next <= 3) appendFileSync(path, row(next++))
    }
    await source.read()
    const told = stage.news().length
    expect(told).toBeGreaterThan(0)
    expect(told).toBeLessThan(3)
    clock.onLook = null
    expect(source.file.isChanged).toBe(true)
    await source.read()
    expect(stage.news()).toHaveLength(3 - told)
    expect(source.status()).toMatchObject({ rows: 3, refused: 0 })
  })

  it('may be none: what is there is said', async () => {
    const { path, source } = open('')
    await source.read()
    expect(source.status()).toMatchObject({ rows: 0, format: null, error: null })
    const directory = join(path, '..', 'directory')
    mkdirSync(directory)
    const pipe = join(path, '..', 'pipe')
    execFileSync('mkfifo', [pipe])
    const waiting = new LeaseSource({ path: pipe, format: 'auto' }, new Stage().book, {
      clock: new FakeClock(),
      log: keepLog().log,
    })
    await waiting.read()
    expect(waiting.status().error).toBe('this is no file')
    const other = new LeaseSource({ path: directory, format: 'auto' }, new Stage().book, {
      clock: new FakeClock(),
      log: keepLog().log,
    })
    await other.read()
    expect(other.status().error).toMatch(/this is no file|this is a directory/)
  })
})
