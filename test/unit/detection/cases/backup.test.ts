/** A copy while the server runs, and the way back. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, onTestFinished, test } from 'vitest'
import type { BackupDone } from '../../../../src/detection/cases/backup.ts'
import { copyDatabase } from '../../../../src/detection/cases/backup-process.ts'
import { NotRestorable, restoreFrom } from '../../../../src/detection/cases/restore.ts'
import { HITS_STEP } from '../../../../src/detection/steps/hits.ts'
import { readPeerPage } from '../../../../src/detection/peer-page.ts'
import { addPart } from '../../../../src/sqlite/parts.ts'
import { checkSeal, sealFile } from '../../../../src/sqlite/seal.ts'
import { DataLockError } from '../../../../src/thread/data-lock.ts'
import { CaseStore, DAY } from './setup.ts'

function pathIn(store: CaseStore, name = 'copy.db'): string {
  return join(dirname(store.store.directory), name)
}

function read(path: string, sql: string): unknown {
  const database = new DatabaseSync(path, { readOnly: true })
  try {
    return Object.values(database.prepare(sql).get()!)[0]
  } finally {
    database.close()
  }
}

async function backedUp(store: CaseStore, path = pathIn(store)): Promise<BackupDone> {
  const done = await store.work.backupTo({ path })
  if ('problem' in done) throw new Error(done.message)
  return done
}

test('a backup is one sound file for its owner alone, with everything committed in it', async () => {
  const store = new CaseStore()
  store.hit()
  store.hit({ client: '10.0.0.2' })
  store.bring(1, 'confirmed')
  const done = await backedUp(store)
  expect(done).toMatchObject({ path: pathIn(store), clients: 2, cases: 2, hits: 2 })
  expect(statSync(done.path)).toMatchObject({ size: done.bytes })
  expect(statSync(done.path).mode & 0o777).toBe(0o600)
  expect(readdirSync(dirname(done.path)).toSorted()).toEqual(['copy.db', 'data'])
  expect(read(done.path, 'PRAGMA integrity_check')).toBe('ok')
  expect(read(done.path, `SELECT state FROM campaign_case WHERE id = 1`)).toBe('confirmed')
  expect(read(done.path, 'PRAGMA auto_vacuum')).toBe(2)
})

test('hits go on while it is written; it is of one moment', async () => {
  const store = new CaseStore()
  for (let n = 0; n < 5000; n++)
    store.store.hit({ indicator: `e${n}.test`, qname: `e${n}.test`, at: store.nowMs })
  store.store.tick(3000)
  const writing = store.work.backupTo({ path: pathIn(store) })
  let isDone = false
  void writing.then(() => (isDone = true))
  let rounds = 0
  const progress: (string | undefined)[] = []
  while (!isDone) {
    for (let n = 0; n < 50; n++) store.store.hit({ client: `10.2.0.${n}`, at: store.nowMs })
    store.store.tick(3000)
    progress.push(store.work.backup.running?.path)
    rounds++
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  const done = await writing
  expect(done).toMatchObject({ path: pathIn(store) })
  expect(rounds).toBeGreaterThan(0)
  expect(progress[0]).toBe(pathIn(store))
  expect(store.work.backup).toMatchObject({ running: null, last: { reason: null, done } })
  const sums = `SELECT (SELECT total(blocked_count) FROM client) - (SELECT total(blocked_count) FROM hit)`
  expect(read(pathIn(store), sums)).toBe(0)
  expect(store.store.stored).toBe(5000 + rounds * 50)
  expect((done as BackupDone).hits).toBeLessThanOrEqual(store.store.stored)
})

test.each([
  ['nothing', undefined],
  ['a relative path', 'copy.db'],
  ['a zero byte', '/tmp/a\0b'],
])('%s is no place for a backup', async (_, path) => {
  expect(await new CaseStore().work.backupTo({ path })).toMatchObject({ problem: 'invalid' })
})

test('a backup overwrites nothing, and leaves nothing half done', async () => {
  const store = new CaseStore()
  store.hit()
  writeFileSync(pathIn(store), 'mine')
  expect(await store.work.backupTo({ path: pathIn(store) })).toMatchObject({ problem: 'invalid' })
  expect(readFileSync(pathIn(store), 'utf8')).toBe('mine')
  const missing = join(dirname(store.store.directory), 'missing', 'copy.db')
  expect(await store.work.backupTo({ path: missing })).toMatchObject({ problem: 'unavailable' })
  // What an earlier attempt left is in nobody's way.
  writeFileSync(`${pathIn(store, 'b.db')}.partial`, 'half')
  await backedUp(store, pathIn(store, 'b.db'))
  expect(existsSync(`${pathIn(store, 'b.db')}.partial`)).toBe(false)
})

test('two at once are one too many', async () => {
  const store = new CaseStore()
  store.hit()
  const first = store.work.backupTo({ path: pathIn(store) })
  expect(await store.work.backupTo({ path: pathIn(store, 'b.db') })).toMatchObject({ problem: 'conflict' })
  expect(await first).toMatchObject({ hits: 1 })
})

test('one that is being written is given up when the server ends, and leaves nothing behind', async () => {
  const store = new CaseStore()
  store.hit()
  const writing = store.work.backupTo({ path: pathIn(store) })
  store.work.flush()
  expect(await writing).toMatchObject({ problem: 'unavailable', message: expect.stringContaining('SIGKILL') })
  expect(readdirSync(dirname(pathIn(store)))).toEqual(['data'])
})

test('a copy that is not sound is no backup', async () => {
  const store = new CaseStore()
  for (let n = 0; n < 500; n++)
    store.store.hit({ indicator: `e${n}.test`, qname: `e${n}.test`, at: store.nowMs })
  store.store.tick(3000)
  store.store.storeWriter.close()
  const bytes = readFileSync(store.store.path)
  bytes.fill(0xaa, 8 * 4096, 12 * 4096)
  writeFileSync(store.store.path, bytes)
  const target = pathIn(store)
  writeFileSync(target, '')
  const answer = (() => {
    try {
      return copyDatabase({ source: store.store.path, target, beside: [], atMs: 1 })
    } catch (error) {
      return { problem: (error as Error).message }
    }
  })()
  expect(answer).toHaveProperty('problem')
})

test('what was backed up is there again, and what was there is put aside whole', async () => {
  const store = new CaseStore()
  store.hit()
  store.bring(1, 'confirmed')
  const { path } = await backedUp(store)
  store.hit({ client: '10.0.0.2' })
  store.store.storeWriter.close()
  store.reader.close()
  const restored = restoreFrom(path, store.store.directory, store.store.clock)
  expect(restored).toMatchObject({ clients: 1, cases: 1, hits: 1 })
  expect(read(restored.movedTo!, 'SELECT count(*) FROM client')).toBe(2)
  expect(statSync(store.store.path).mode & 0o777).toBe(0o600)
  expect(readdirSync(store.store.directory).filter((name) => /-wal|-shm|restoring/.test(name))).toEqual([])
  store.restart()
  store.hit()
  expect(store.said()).toEqual(['1 2022 confirmed 2'])
})

test('a log that was not written back goes aside with its database, and not into the backup', async () => {
  const store = new CaseStore()
  store.hit()
  const { path } = await backedUp(store)
  // Killed: the log is left behind.
  store.hit({ client: '10.0.0.2' })
  const left = ['', '-wal', '-shm'].map(
    (suffix) => [suffix, readFileSync(store.store.path + suffix)] as const,
  )
  store.store.storeWriter.close()
  for (const [suffix, bytes] of left) writeFileSync(store.store.path + suffix, bytes)
  const { movedTo } = restoreFrom(path, store.store.directory, store.store.clock)
  expect(read(movedTo!, 'SELECT count(*) FROM client')).toBe(2)
  expect(read(store.store.path, 'SELECT count(*) FROM client')).toBe(1)
  expect(read(store.store.path, 'PRAGMA integrity_check')).toBe('ok')
})

test('a database that cannot be read is put aside as it is', async () => {
  const store = new CaseStore()
  store.hit()
  const { path } = await backedUp(store)
  store.store.storeWriter.close()
  writeFileSync(store.store.path, 'no database at all, and long enough to be read as one'.repeat(100))
  writeFileSync(`${store.store.path}-wal`, 'a log')
  const { movedTo } = restoreFrom(path, store.store.directory, store.store.clock)
  expect(readFileSync(movedTo!, 'utf8')).toContain('no database')
  expect(readFileSync(`${movedTo}-wal`, 'utf8')).toBe('a log')
  expect(existsSync(`${store.store.path}-wal`)).toBe(false)
})

test('events begin anew under another key, so that a reader of the old ones is told', async () => {
  const store = new CaseStore()
  store.hit()
  const { path } = await backedUp(store)
  const before = store.cases.eventsEnd()
  store.hit({ client: '10.0.0.2' })
  store.store.storeWriter.close()
  restoreFrom(path, store.store.directory, store.store.clock)
  expect(store.cases.eventsEnd().log).not.toBe(before.log)
  expect(store.cases.eventsAfter(before.next)).toMatchObject({ events: [], isGap: true })
  store.restart()
  store.hit({ client: '10.0.0.3' })
  expect(store.cases.eventsAfter(0).events.map(({ id }) => id)).toEqual([1, 2])
})

test('another node goes on after it without missing or repeating a hit', async () => {
  const one = new CaseStore()
  const two = new CaseStore()
  let position = ''
  const pull = (): void => {
    for (;;) {
      const page = readPeerPage(JSON.parse(JSON.stringify(one.reader.changesSince(position, 100))))
      two.store.storeWriter.applyPeerPage(page)
      position = page.next
      if (page.isWhole) return
    }
  }
  one.hit()
  const { path } = await backedUp(one)
  for (let n = 0; n < 5; n++) one.hit()
  pull()
  expect(two.store.stored).toBe(6)
  one.store.storeWriter.close()
  restoreFrom(path, one.store.directory, one.store.clock)
  one.restart()
  one.hit({ client: '10.0.0.2' })
  one.pass(DAY)
  for (let n = 0; n < 7; n++) one.hit()
  pull()
  // One that had six of the first machine now tells eight; what was lost of them here is not lost there.
  expect(two.said()).toEqual(['1 2022 new 8', '2 2022 new 1'])
})

test('a backup from before cases were kept is taken, and grows up at the next start', () => {
  const store = new CaseStore()
  store.store.storeWriter.close()
  const path = pathIn(store, 'old.db')
  const old = new DatabaseSync(path)
  old.exec(`${HITS_STEP}; PRAGMA user_version = 1; PRAGMA application_id = 1414285396`)
  old.close()
  restoreFrom(path, store.store.directory, store.store.clock)
  store.restart()
  store.hit()
  expect(store.said()).toEqual(['1 2022 new 1'])
})

test('a directory without a database gets one', async () => {
  const store = new CaseStore()
  store.hit()
  const { path } = await backedUp(store)
  const directory = join(dirname(path), 'other')
  expect(restoreFrom(path, directory, store.store.clock)).toEqual({
    movedTo: null,
    madeAtMs: store.nowMs,
    clients: 1,
    cases: 1,
    hits: 1,
    beside: [],
  })
  expect(readdirSync(directory)).toEqual(['thanhloc.db'])
})

test.each<[string, (path: string) => void]>([
  ['there is no such file', (path) => rmSync(path)],
  ['no database', (path) => writeFileSync(path, 'text'.repeat(1000))],
  ['no database of Thanh Lọc', (path) => write(path, 'PRAGMA application_id = 7')],
  ['install a later one', (path) => write(path, 'PRAGMA user_version = 99')],
  [
    'cannot be read',
    (path) =>
      write(
        path,
        'DROP TABLE hit; DROP TABLE pair_rhythm; DROP TABLE client_list; PRAGMA foreign_keys = OFF; DROP TABLE client',
      ),
  ],
])('what cannot be restored changes nothing: %s', async (said, spoil) => {
  const store = new CaseStore()
  store.hit()
  const { path } = await backedUp(store)
  store.hit({ client: '10.0.0.2' })
  store.store.storeWriter.close()
  const before = readdirSync(store.store.directory)
  spoil(path)
  expect(() => restoreFrom(path, store.store.directory, store.store.clock)).toThrow(NotRestorable)
  expect(() => restoreFrom(path, store.store.directory, store.store.clock)).toThrow(
    said === 'no database' ? '' : said,
  )
  expect(readdirSync(store.store.directory)).toEqual(before)
  expect(read(store.store.path, 'SELECT count(*) FROM client')).toBe(2)
})

test.each<[string, (bytes: Buffer) => Uint8Array]>([
  [
    'a byte of a row is another',
    (bytes) => bytes.fill(bytes[bytes.length >> 1]! ^ 1, bytes.length >> 1, (bytes.length >> 1) + 1),
  ],
  ['a page is empty', (bytes) => bytes.fill(0, 3 * 4096, 4 * 4096)],
  ['its end is cut off', (bytes) => bytes.subarray(0, bytes.length - 4096)],
  ['only its seal is cut off', (bytes) => bytes.subarray(0, bytes.length & ~4095)],
])('a backup that is damaged is refused, and nothing changes: %s', async (_, damage) => {
  const store = withAccounts()
  const { path } = await backedUp(store)
  store.store.storeWriter.close()
  const before = snapshotOf(store.store.directory)
  writeFileSync(path, damage(readFileSync(path)))
  expect(() => restoreFrom(path, store.store.directory, store.store.clock, [BESIDE])).toThrow(NotRestorable)
  expect(snapshotOf(store.store.directory)).toEqual(before)
})

test('a backup that was not sealed, such as a database put aside, is restored as well', async () => {
  const store = new CaseStore()
  store.hit()
  const { path } = await backedUp(store)
  checkSeal(path, true)
  store.store.storeWriter.close()
  const { movedTo } = restoreFrom(path, store.store.directory, store.store.clock)
  expect(restoreFrom(movedTo!, store.store.directory, store.store.clock)).toMatchObject({ hits: 1 })
})

test('a backup makes way for another when it is told to, and only a backup does', async () => {
  const store = new CaseStore()
  store.hit()
  const { path } = await backedUp(store)
  store.hit()
  const replaces = (at: string): Promise<unknown> => store.work.backupTo({ path: at, replaces: true })
  expect(await replaces(path)).toMatchObject({ path, hits: 2 })
  expect(checkSeal(path)).toBe('sound')
  writeFileSync(pathIn(store, 'text'), 'mine')
  writeFileSync(pathIn(store, 'long'), 'mine and long enough to have the head of a database'.repeat(9))
  for (const at of [pathIn(store, 'text'), pathIn(store, 'long'), store.store.path])
    expect(await replaces(at), at).toMatchObject({
      problem: 'invalid',
      message: expect.stringContaining('no backup'),
    })
  expect(readFileSync(pathIn(store, 'text'), 'utf8')).toBe('mine')
})

test('one that fails leaves the old one as it was', async () => {
  const store = withAccounts()
  const { path } = await backedUp(store)
  const before = readFileSync(path)
  writeFileSync(join(store.store.directory, 'beside.db'), 'no database at all, and long enough'.repeat(99))
  expect(await store.work.backupTo({ path, replaces: true })).toMatchObject({
    problem: 'unavailable',
    message: expect.stringContaining('beside.db: file is not a database'),
  })
  expect(store.work.backup).toMatchObject({ running: null, last: { path, done: null } })
  expect(readFileSync(path).equals(before)).toBe(true)
  expect(readdirSync(dirname(path)).toSorted()).toEqual(['copy.db', 'data'])
})

test('without a path it is named by the time, ten at most, and what was left half done goes', async () => {
  const store = new CaseStore()
  store.hit()
  const directory = join(store.store.directory, 'backups')
  mkdirSync(directory)
  writeFileSync(join(directory, 'thanhloc-1.backup.partial'), 'half')
  writeFileSync(join(directory, 'thanhloc-1.backup.partial.accounts.db'), 'half')
  for (let n = 0; n < 10; n++) {
    expect(await store.work.backupTo({ path: null })).toMatchObject({ hits: 1 })
    expect(await store.work.backupTo({ path: null }), 'in the same second').toHaveProperty('problem')
    store.pass(1000)
  }
  expect(await store.work.backupTo({ path: null })).toMatchObject({ problem: 'not-permitted' })
  const names = readdirSync(directory)
  expect(names).toHaveLength(10)
  for (const name of names) expect(name).toMatch(/^thanhloc-\d{8}-\d{6}\.backup$/)
})

const BESIDE = {
  name: 'beside.db',
  prepare: (database: DatabaseSync) => {
    if (Number(database.prepare('SELECT a FROM t').get()!['a']) === 0) throw new Error('it says nothing')
    database.exec('DELETE FROM t WHERE a = 2')
  },
}

/** A store with a hit, and another database beside it that backups hold. */
function withAccounts(first = 1): CaseStore {
  const store = new CaseStore({ beside: [BESIDE.name] })
  store.hit()
  write(join(store.store.directory, BESIDE.name), `CREATE TABLE t (a); INSERT INTO t VALUES (${first}), (2)`)
  return store
}

/** Every file with its bytes. */
function snapshotOf(directory: string): string[] {
  return readdirSync(directory).map(
    (name) => `${name} ${readFileSync(join(directory, name)).toString('base64')}`,
  )
}

test('what stands beside the store goes with it, is made fit, and what was there is put aside', async () => {
  const store = withAccounts()
  const done = await backedUp(store)
  expect(done.parts).toEqual(['beside.db'])
  store.store.storeWriter.close()
  const path = join(store.store.directory, BESIDE.name)
  write(path, 'UPDATE t SET a = 9')
  const restored = restoreFrom(done.path, store.store.directory, store.store.clock, [BESIDE])
  expect(restored.beside).toEqual([
    { name: 'beside.db', movedTo: expect.stringContaining('beside.db.replaced-') },
  ])
  expect(read(path, 'SELECT group_concat(a) FROM t')).toBe('1')
  expect(read(restored.beside[0]!.movedTo!, 'SELECT group_concat(a) FROM t')).toBe('9,9')
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(readFileSync(store.store.path).includes('backup_part')).toBe(false)
  // Left alone by whoever does not ask for it.
  write(path, 'UPDATE t SET a = 7')
  expect(restoreFrom(done.path, store.store.directory, store.store.clock).beside).toEqual([])
  expect(read(path, 'SELECT a FROM t')).toBe(7)
})

test('where a part cannot be used nothing is restored', async () => {
  const store = withAccounts(0)
  const { path } = await backedUp(store)
  store.store.storeWriter.close()
  const before = snapshotOf(store.store.directory)
  const restore = () => restoreFrom(path, store.store.directory, store.store.clock, [BESIDE])
  expect(restore).toThrow('it says nothing')
  const broken = pathIn(store, 'broken')
  writeFileSync(broken, 'no database at all, and long enough'.repeat(99))
  checkSeal(path, true)
  const database = new DatabaseSync(path)
  addPart(database, BESIDE.name, broken)
  database.close()
  sealFile(path)
  expect(restore).toThrow(/beside\.db in .*: file is not a database/)
  expect(snapshotOf(store.store.directory)).toEqual(before)
})

test('a log without its database is not read into the one that comes', async () => {
  const store = new CaseStore()
  store.hit()
  const { path } = await backedUp(store)
  const directory = join(dirname(path), 'other')
  mkdirSync(directory)
  writeFileSync(join(directory, 'thanhloc.db-wal'), 'a log of another')
  restoreFrom(path, directory, store.store.clock)
  expect(readdirSync(directory)).toEqual(['thanhloc.db'])
})

test('the database itself is no backup', () => {
  const store = new CaseStore()
  store.hit()
  store.store.storeWriter.close()
  expect(() => restoreFrom(store.store.path, store.store.directory, store.store.clock)).toThrow('itself')
})

test('while a server runs nothing is restored', async () => {
  const store = new CaseStore()
  store.hit()
  const { path } = await backedUp(store)
  const holder = spawn(process.execPath, ['-e', `
    const fs = require('node:fs')
    const stat = fs.readFileSync('/proc/self/stat', 'utf8')
    fs.symlinkSync(process.pid + ' ' + stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19], process.argv[1])
    console.log('held')
    setTimeout(() => {}, 60000)`, join(store.store.directory, 'thanhloc.lock')]) // prettier-ignore
  onTestFinished(() => void holder.kill())
  await once(holder.stdout, 'data')
  const before = readFileSync(store.store.path)
  expect(() => restoreFrom(path, store.store.directory, store.store.clock)).toThrow(DataLockError)
  expect(readFileSync(store.store.path).equals(before)).toBe(true)
  expect(existsSync(join(store.store.directory, 'thanhloc.db.restoring'))).toBe(false)
})

test('a backup that others could read is private when it is restored', async () => {
  const store = new CaseStore()
  store.hit()
  const { path } = await backedUp(store)
  chmodSync(path, 0o644)
  const directory = join(dirname(path), 'other')
  mkdirSync(directory)
  symlinkSync(path, join(dirname(path), 'link.db'))
  restoreFrom(join(dirname(path), 'link.db'), directory, store.store.clock)
  expect(statSync(join(directory, 'thanhloc.db')).mode & 0o777).toBe(0o600)
})

/** Changes a backup so that only what was changed is wrong with it: without its seal it is a plain database. */
function write(path: string, sql: string): void {
  if (existsSync(path)) checkSeal(path, true)
  const database = new DatabaseSync(path)
  database.exec(sql)
  database.close()
}
