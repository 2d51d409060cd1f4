import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs' // prettier-ignore
import { DatabaseSync } from 'node:sqlite'
import { dirname } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { AccountsFile } from '../../../src/accounts/accounts-file.ts'
import { AccountsUnavailable, type FaultKind } from '../../../src/accounts/fault.ts'
import { openFile } from './setup.ts'

type Opened = ReturnType<typeof openFile>

const insert = `INSERT INTO failure (key, count, failed_at, locked_until) VALUES (?, 1, 0, 0)`

function write({ file }: Pick<Opened, 'file'>, key: string): void {
  file.change((statements) => statements.of(insert).run(key))
}

function count({ file }: Pick<Opened, 'file'>): number {
  return Number(file.read((statements) => statements.of('SELECT count(*) AS n FROM failure').get()!['n']))
}

/** The next start of the program on the same directory. */
function again({ directory, clock, log }: Opened): Opened {
  const file = new AccountsFile({ directory, clock, log })
  onTestFinished(() => file.close())
  return { file, directory, clock, log }
}

function faultOf(work: () => unknown): FaultKind | null {
  try {
    work()
    return null
  } catch (error) {
    if (error instanceof AccountsUnavailable) return error.kind
    throw error
  }
}

/** A file with one row, closed. */
function made(): Opened {
  const opened = openFile()
  write(opened, 'a')
  opened.file.close()
  return opened
}

test('is made for its owner alone, complete, and with nothing left beside it', () => {
  const opened = openFile()
  write(opened, 'a')
  for (const name of readdirSync(opened.directory))
    expect([name, statSync(`${opened.directory}/${name}`).mode & 0o777]).toEqual([name, 0o600])
  expect(statSync(opened.directory).mode & 0o777).toBe(0o700)
  opened.file.close()
  expect(readdirSync(opened.directory)).toEqual(['accounts.db'])
  expect(count(again(opened))).toBe(1)
})

test('a file others can read is closed to them when it is opened', () => {
  const opened = made()
  chmodSync(opened.file.path, 0o644)
  count(again(opened))
  expect(statSync(opened.file.path).mode & 0o777).toBe(0o600)
})

test('two programs that begin at once share one file', () => {
  const one = openFile()
  const other = again(one)
  write(one, 'a')
  write(other, 'b')
  expect([count(one), count(other)]).toEqual([2, 2])
})

test.each<[what: string, damage: (path: string) => void]>([
  ['garbage', (path) => writeFileSync(path, 'garbage '.repeat(4096))],
  ['empty', (path) => truncateSync(path, 0)],
  ['cut', (path) => truncateSync(path, 8192)],
  [
    'overwritten inside',
    (path) => writeFileSync(path, Buffer.alloc(20_000, 0xa5), { flag: 'r+', flush: true }),
  ],
  [
    'torn inside',
    (path) => {
      const bytes = readFileSync(path)
      bytes.fill(0xa5, 4096, bytes.length)
      writeFileSync(path, bytes)
    },
  ],
  [
    'torn where nothing reads it',
    (path) => {
      const database = new DatabaseSync(path)
      const { rootpage } = database.prepare(`SELECT rootpage FROM sqlite_schema WHERE name = 'token'`).get()!
      database.close()
      const bytes = readFileSync(path)
      bytes.fill(0xa5, (Number(rootpage) - 1) * 4096, Number(rootpage) * 4096)
      writeFileSync(path, bytes)
    },
  ],
  [
    'another program’s database',
    (path) => {
      rmSync(path)
      const other = new DatabaseSync(path)
      other.exec('CREATE TABLE precious (x)')
      other.close()
    },
  ],
  [
    'a database without tables',
    (path) => {
      rmSync(path)
      const other = new DatabaseSync(path)
      other.exec('PRAGMA user_version = 0; VACUUM')
      other.close()
    },
  ],
])('a file that is %s is refused, said once, and left exactly as it is', (_, damage) => {
  const opened = made()
  damage(opened.file.path)
  const before = readFileSync(opened.file.path)
  const later = again(opened)
  for (let i = 0; i < 5; i++) {
    expect(faultOf(() => count(later))).toBe('corrupt')
    expect(faultOf(() => write(later, 'b'))).toBe('corrupt')
    later.clock.advance(6000)
  }
  expect(later.file.fault?.message).toMatch(
    /nobody can sign in.*restore the file from a backup.*socket.*works/,
  )
  expect(later.log.lines).toMatchObject([{ level: 'error', fields: { file: opened.file.path } }])
  later.file.close()
  expect(readFileSync(opened.file.path)).toEqual(before)
  expect(readdirSync(opened.directory)).toEqual(['accounts.db'])
})

test('a database that is gone while its WAL is there is not begun anew', () => {
  const opened = made()
  rmSync(opened.file.path)
  writeFileSync(`${opened.file.path}-wal`, 'rest')
  expect(faultOf(() => count(again(opened)))).toBe('corrupt')
  expect(existsSync(opened.file.path)).toBe(false)
})

test('a file that is taken away while the program runs is not begun anew', () => {
  const opened = openFile()
  write(opened, 'a')
  for (const name of readdirSync(opened.directory)) rmSync(`${opened.directory}/${name}`)
  for (let i = 0; i < 3; i++) {
    expect(faultOf(() => write(opened, 'b'))).toBe('corrupt')
    expect(faultOf(() => count(opened))).toBe('corrupt')
    opened.clock.advance(6000)
  }
  expect(existsSync(opened.file.path)).toBe(false)
})

test('a file that is replaced while the program runs is read from then on', () => {
  const backup = openFile()
  for (const key of ['x', 'y']) write(backup, key)
  backup.file.close()
  const opened = openFile()
  write(opened, 'a')
  opened.clock.advance(6000)
  for (const name of readdirSync(opened.directory)) rmSync(`${opened.directory}/${name}`)
  renameSync(backup.file.path, opened.file.path)
  write(opened, 'z')
  expect(count(opened)).toBe(3)
})

test('a file that is put back is used again after a pause, without a restart', () => {
  const opened = made()
  renameSync(opened.file.path, `${opened.file.path}.backup`)
  writeFileSync(opened.file.path, 'garbage '.repeat(1000))
  const later = again(opened)
  expect(faultOf(() => count(later))).toBe('corrupt')
  renameSync(`${opened.file.path}.backup`, opened.file.path)
  expect(faultOf(() => count(later))).toBe('corrupt')
  later.clock.advance(5000)
  expect(count(later)).toBe(1)
  expect(later.file.fault).toBeNull()
  expect(later.log.of('can be used again')).toHaveLength(1)
})

test('a file of a later version is left alone', () => {
  const opened = made()
  const other = new DatabaseSync(opened.file.path)
  other.exec('PRAGMA user_version = 99')
  other.close()
  const later = again(opened)
  expect(faultOf(() => count(later))).toBe('failed')
  expect(later.file.fault?.message).toContain('install a later version')
})

test('on a full disk all can be read, nothing is half written, and space is found again', () => {
  let maxPages = 0
  const opened = openFile((path) => {
    const database = new DatabaseSync(path)
    if (maxPages > 0) database.exec(`PRAGMA max_page_count = ${maxPages}`)
    return database
  })
  write(opened, 'a')
  opened.file.close()
  maxPages = 1
  const database: { limit: ((pages: number) => void) | null } = { limit: null }
  const file = new AccountsFile({
    directory: opened.directory,
    clock: opened.clock,
    log: opened.log,
    connect: (path) => {
      const connection = new DatabaseSync(path)
      database.limit = (pages) => connection.exec(`PRAGMA max_page_count = ${pages}`)
      database.limit(1)
      return connection
    },
  })
  onTestFinished(() => file.close())
  const full = { ...opened, file }
  const fill = (): void =>
    file.change((statements) => {
      for (let i = 0; i < 500; i++) statements.of(insert).run(`key ${i} ${'x'.repeat(200)}`)
    })
  expect(faultOf(fill)).toBe('full')
  expect(faultOf(fill)).toBe('full')
  expect(count(full)).toBe(1)
  // A transaction that writes nothing tells nothing.
  file.change((statements) => statements.of('SELECT 1').get())
  expect(file.fault?.kind).toBe('full')
  expect(file.fault?.message).toContain('make room')
  expect(opened.log.lines.map(({ level }) => level)).toEqual(['error'])
  database.limit!(100_000)
  fill()
  expect(count(full)).toBe(501)
  expect(file.fault).toBeNull()
  expect(opened.log.lines.map(({ level }) => level)).toEqual(['error', 'info'])
})

test('a read-only file is read, and written again when it can be', () => {
  let connection: DatabaseSync | null = null
  const opened = openFile((path) => (connection = new DatabaseSync(path)))
  write(opened, 'a')
  connection!.exec('PRAGMA query_only = 1')
  expect(faultOf(() => write(opened, 'b'))).toBe('readonly')
  expect(count(opened)).toBe(1)
  expect(opened.file.fault?.message).toContain('make the data directory writable')
  connection!.exec('PRAGMA query_only = 0')
  write(opened, 'b')
  expect(opened.file.fault).toBeNull()
})

test('a data directory that is a file is said without its path', () => {
  const opened = openFile()
  mkdirSync(dirname(opened.directory), { recursive: true })
  writeFileSync(opened.directory, '')
  expect(faultOf(() => count(opened))).toBe('failed')
  expect(opened.file.fault?.message).not.toContain(opened.directory)
  expect(opened.file.fault?.message).toContain('EEXIST')
})

test('another program that keeps the file locked is told from a fault of the file', () => {
  const opened = openFile((path) => new DatabaseSync(path, { timeout: 1 }))
  write(opened, 'a')
  const other = new DatabaseSync(opened.file.path)
  other.exec('BEGIN EXCLUSIVE')
  expect(faultOf(() => write(opened, 'b'))).toBe('locked')
  expect(count(opened)).toBe(1)
  other.exec('ROLLBACK')
  other.close()
  write(opened, 'b')
  expect(opened.file.fault).toBeNull()
  expect(opened.log.lines).toEqual([])
})

test('an error of the work itself undoes the transaction, the outer one too, and is no fault of the file', () => {
  const opened = openFile()
  const { file } = opened
  expect(() =>
    file.change(() => {
      write(opened, 'a')
      file.change(() => write(opened, 'a'))
    }),
  ).toThrow('UNIQUE')
  expect(count(opened)).toBe(0)
  expect(file.fault).toBeNull()
  expect(opened.log.lines).toEqual([])
})

test('what is asked after the end is refused', () => {
  const opened = openFile()
  write(opened, 'a')
  opened.file.close()
  expect(faultOf(() => count(opened))).toBe('failed')
})

test('damage that shows only in use is told, and the file is not opened again for each request', () => {
  const opened = openFile()
  opened.file.change((statements) => {
    for (let i = 0; i < 2000; i++) statements.of(insert).run(`key ${i} ${'x'.repeat(100)}`)
  })
  opened.file.close()
  let opens = 0
  const file = new AccountsFile({
    ...opened,
    connect: (path) => {
      opens++
      const database = new DatabaseSync(path)
      // Pages kept in memory.
      database.exec('PRAGMA cache_size = 5')
      return database
    },
  })
  onTestFinished(() => file.close())
  const later = { ...opened, file }
  file.read((statements) => statements.of('SELECT 1').get())
  // Behind the back of the open connection.
  const bytes = readFileSync(file.path)
  writeFileSync(file.path, bytes.fill(0xa5, 8192), { flag: 'r+' })
  for (let i = 0; i < 20; i++) expect(faultOf(() => count(later))).toBe('corrupt')
  expect(opens).toBe(1)
  later.clock.advance(5000)
  for (let i = 0; i < 20; i++) expect(faultOf(() => count(later))).toBe('corrupt')
  expect(opens).toBe(2)
})
