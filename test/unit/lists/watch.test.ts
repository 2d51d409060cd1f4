import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { systemClock } from '../../../src/clock.ts'
import { FileWatcher } from '../../../src/lists/watch.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { temporaryDirectory } from './support.ts'

describe('watching files', () => {
  it('waits until a file that is being written holds still', () => {
    const path = join(temporaryDirectory(), 'a.txt')
    writeFileSync(path, 'a')
    const clock = new FakeClock()
    const told: (readonly string[])[] = []
    let event = (): void => {}
    const watcher = new FileWatcher(
      (paths) => void told.push(paths),
      clock,
      (_directory, onEvent) => {
        event = onEvent
        return () => {}
      },
    )
    watcher.watch([path])
    for (let size = 2; size < 6; size++) {
      writeFileSync(path, 'a'.repeat(size))
      event()
      clock.advance(99)
      expect(told).toEqual([])
    }
    clock.advance(200)
    expect(told).toEqual([[path]])
    event()
    clock.advance(1000)
    expect(told).toHaveLength(1)
  })

  it('misses no change when it is told what to watch anew', () => {
    const directory = temporaryDirectory()
    const [old, added] = [join(directory, 'old.txt'), join(directory, 'added.txt')]
    writeFileSync(old, 'a')
    writeFileSync(added, 'a')
    const clock = new FakeClock()
    const told: string[] = []
    const watcher = new FileWatcher(
      (paths) => void told.push(...paths),
      clock,
      () => () => {},
    )
    watcher.watch([old])
    // Written, and not yet told of: settings are read again at this moment.
    writeFileSync(old, 'bb')
    watcher.watch([old, added])
    clock.advance(300)
    expect(told).toEqual([old])
    // What nobody watches any more, and then watches again, begins anew.
    watcher.watch([added])
    writeFileSync(old, 'ccc')
    watcher.watch([old, added])
    clock.advance(10_000)
    expect(told).toEqual([old])
    watcher.close()
  })

  it('finds changes by looking where directories cannot be watched', () => {
    const directory = temporaryDirectory()
    const [here, gone, other] = ['here', 'gone', 'other'].map((name) => join(directory, name)) as [
      string,
      string,
      string,
    ]
    for (const path of [here, gone, other]) writeFileSync(path, 'a')
    const clock = new FakeClock()
    const told: string[] = []
    const watcher = new FileWatcher(
      (paths) => void told.push(...paths),
      clock,
      () => {
        throw new Error('no watches left')
      },
    )
    watcher.watch([here, gone, other])
    writeFileSync(here, 'bb')
    rmSync(gone)
    clock.advance(3300)
    expect(told).toEqual([here, gone])
    watcher.close()
    writeFileSync(other, 'bb')
    clock.advance(10_000)
    expect(told).toHaveLength(2)
  })

  it('sees a file put in the place of another', async () => {
    const directory = temporaryDirectory()
    const path = join(directory, 'a.txt')
    writeFileSync(path, 'a')
    const told: string[] = []
    const watcher = new FileWatcher((paths) => void told.push(...paths), systemClock)
    onTestFinished(() => watcher.close())
    watcher.watch([path])
    writeFileSync(join(directory, 'a.new'), 'bb')
    renameSync(join(directory, 'a.new'), path)
    await vi.waitFor(() => expect(told).toEqual([path]), { timeout: 2500, interval: 20 })
  })
})
