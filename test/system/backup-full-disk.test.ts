/** A backup on a disk that is full: the old one stays as it was, and it is said; hits go on. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { hitOn } from '../support/admin-reports.ts'
import { systemClock } from '../../src/clock.ts'
import { Backup } from '../../src/detection/cases/backup.ts'
import { SmallDisk } from '../support/small-disk.ts'
import { Stage } from '../support/stage.ts'
import { runCommand, type Ran } from '../unit/cli/terminal.ts'

let disk: SmallDisk
let stage: Stage

beforeEach(async () => {
  disk = new SmallDisk(8)
  stage = await Stage.open('lists: [{ id: bad, path: bad.txt }]\n', { 'bad.txt': 'evil.vn\nother.vn\n' })
})
afterEach(async () => {
  await stage.close()
  disk.remove()
})

const backup = (...words: string[]): Promise<Ran> =>
  runCommand('backup', join(disk.path, 'a.backup'), ...words, '--data', stage.server.path('data'))

it('the old backup stays as it was, and the command says why there is no new one', async () => {
  await stage.ask('evil.vn', 'A', { from: '127.0.6.1' })
  await hitOn(stage.server, '127.0.6.1', 'evil.vn')
  expect(await backup()).toMatchObject({ exit: 0, err: '' })
  const before = readFileSync(join(disk.path, 'a.backup'))
  disk.fill()
  const refused = await backup('--replace')
  expect([refused.exit, refused.out]).toEqual([1, ''])
  expect(refused.err).toMatch(
    /No backup is written to .*a\.backup: .* has \d+ bytes free, and \d+ are needed/,
  )
  expect(readFileSync(join(disk.path, 'a.backup')).equals(before)).toBe(true)
  expect(readdirSync(disk.path).filter((name) => name.startsWith('a.'))).toEqual(['a.backup'])
  await stage.ask('other.vn', 'A', { from: '127.0.6.2' })
  await hitOn(stage.server, '127.0.6.2', 'other.vn')
  disk.free()
  expect(await backup('--replace')).toMatchObject({
    exit: 0,
    out: expect.stringContaining('2 clients, 2 cases, 2 hits'),
  })
})

it('a disk that becomes full while it is written leaves the old backup too', async () => {
  await stage.ask('evil.vn', 'A', { from: '127.0.6.1' })
  await hitOn(stage.server, '127.0.6.1', 'evil.vn')
  const path = join(disk.path, 'a.backup')
  const said: string[] = []
  const say = (_: object, message: string): void => void said.push(message)
  const writer = new Backup(stage.server.path('data'), [], systemClock, { info: say, warn: say, error: say })
  expect(await writer.to({ path }, 0)).toMatchObject({ path, hits: 1 })
  const before = readFileSync(path)
  disk.fill()
  // Nothing is said to be needed, so it begins.
  expect(await writer.to({ path, replaces: true }, 0)).toMatchObject({
    problem: 'unavailable',
    message: expect.stringMatching(/No backup is written to .*full/),
  })
  expect(readFileSync(path).equals(before)).toBe(true)
  expect(readdirSync(disk.path).filter((name) => name.startsWith('a.'))).toEqual(['a.backup'])
  expect(said).toEqual(['a backup is written', 'no backup is written'])
})
