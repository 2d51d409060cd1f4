/** When a backup was last written is noted in the data directory, for the alarm that tells of old ones. */
import { mkdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { LAST_BACKUP_FILE } from '../../../../src/detection/cases/backup.ts'
import { CaseStore } from './setup.ts'

const place = (store: CaseStore): string => join(store.store.directory, LAST_BACKUP_FILE)
const target = (store: CaseStore): string => join(dirname(store.store.directory), 'copy.backup')

test('where it went, for its owner alone, and its time is when', async () => {
  const store = new CaseStore()
  store.hit()
  await store.work.backupTo({ path: target(store) })
  expect(readFileSync(place(store), 'utf8')).toBe(`${target(store)}\n`)
  expect(statSync(place(store)).mode & 0o777).toBe(0o600)
  utimesSync(place(store), 1000, 1000)
  await store.work.backupTo({ path: target(store), replaces: true })
  expect(Date.now() - statSync(place(store)).mtimeMs).toBeLessThan(60_000)
})

test('one that is not written is not noted', async () => {
  const store = new CaseStore()
  store.hit()
  writeFileSync(target(store), 'mine')
  await store.work.backupTo({ path: target(store), replaces: true })
  await store.work.backupTo({ path: join(dirname(target(store)), 'missing', 'copy') })
  expect(() => statSync(place(store))).toThrow('ENOENT')
})

test('that it cannot be noted is no reason for a backup not to be one', async () => {
  const store = new CaseStore()
  store.hit()
  mkdirSync(place(store))
  writeFileSync(join(place(store), 'a'), '')
  expect(await store.work.backupTo({ path: target(store) })).toMatchObject({ hits: 1 })
})
