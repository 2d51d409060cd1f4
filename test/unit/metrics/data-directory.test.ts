import { mkdtempSync, rmSync, statfsSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { DataDirectory, type DataDirectoryReadings } from '../../../src/metrics/data-directory.ts'
import { FakeClock } from '../../support/fake-clock.ts'

const UNKNOWN = { room: null, lastBackupMs: null }
const FOUND: DataDirectoryReadings = { room: { free: 1, size: 2 }, lastBackupMs: 3 }

function temporary(): string {
  const directory = mkdtempSync(join(tmpdir(), 'thanhloc-directory-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

test('the room of a real disk, and when the last backup was noted', async () => {
  const path = temporary()
  const directory = new DataDirectory(path, new FakeClock())
  await directory.look()
  await expect.poll(() => directory.readings.room).not.toBeNull()
  const { bsize, blocks } = statfsSync(path)
  const { room } = directory.readings
  expect(room!.size).toBe(bsize * blocks)
  expect(room!.free).toBeGreaterThan(0)
  expect(room!.free).toBeLessThanOrEqual(room!.size)
  expect(directory.readings.lastBackupMs).toBeNull()
  writeFileSync(join(path, 'last-backup'), '/mnt/a.backup\n')
  utimesSync(join(path, 'last-backup'), 1_700_000_000, 1_700_000_000)
  await directory.look()
  expect(directory.readings.lastBackupMs).toBe(1_700_000_000_000)
  directory.close()
})

test('of a directory that is gone nothing is known', async () => {
  const path = temporary()
  const directory = new DataDirectory(join(path, 'gone'), new FakeClock())
  await directory.look()
  expect(directory.readings).toEqual(UNKNOWN)
  directory.close()
})

test('it is looked at every ten seconds, until it is closed', async () => {
  const clock = new FakeClock()
  let looks = 0
  const directory = new DataDirectory('data', clock, async () => {
    looks++
    return FOUND
  })
  await expect.poll(() => directory.readings).toEqual(FOUND)
  clock.advance(9_000)
  expect(looks).toBe(1)
  clock.advance(1_000)
  expect(looks).toBe(2)
  directory.close()
  clock.advance(60_000)
  expect(looks).toBe(2)
})

test('a disk that does not answer is asked once, and forgotten after a minute', async () => {
  const clock = new FakeClock()
  let looks = 0
  let answer: (readings: DataDirectoryReadings) => void = () => {}
  const directory = new DataDirectory('data', clock, () => {
    looks++
    if (looks === 1) return Promise.resolve(FOUND)
    return new Promise((resolve) => (answer = resolve))
  })
  await expect.poll(() => directory.readings).toEqual(FOUND)
  clock.advance(59_000)
  expect(directory.readings).toEqual(FOUND)
  clock.advance(60_000)
  expect(looks).toBe(2)
  expect(directory.readings).toEqual(UNKNOWN)
  answer(FOUND)
  await expect.poll(() => directory.readings).toEqual(FOUND)
  directory.close()
})
