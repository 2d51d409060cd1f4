import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { HIT_PAIRS } from '../../../src/thread/hit-table.ts'
import { FakeStore, NOON } from './setup.ts'

test('stores one row per client and indicator, with first, last, lists and sums', () => {
  const store = new FakeStore(2)
  store.hit({ qname: 'a.evil.test', at: NOON, lists: [1, 2] })
  store.tick()
  store.hit({ qname: 'evil.test', at: NOON + 500, trigger: 1, qtype: 28, lists: [1, 2] }, 1)
  store.hit({ client: 'fd00::1', action: 5, lists: [2] }, 1)
  store.tick()

  expect(store.query('SELECT * FROM hit ORDER BY client_id')).toEqual([
    {
      client_id: 1, indicator_id: 1, blocked_count: 2, logged_count: 0, first_at: NOON, last_at: NOON + 500,
      first_qname: 'a.evil.test', last_qname: null, last_qtype: 28, last_action: 0, triggers: 3, list_set_id: 1,
      origin_id: 0, revision: 3,
    },
    {
      client_id: 2, indicator_id: 1, blocked_count: 0, logged_count: 1, first_at: NOON, last_at: NOON,
      first_qname: null, last_qname: null, last_qtype: 1, last_action: 5, triggers: 1, list_set_id: 2,
      origin_id: 0, revision: 3,
    },
  ]) // prettier-ignore
  expect(store.query('SELECT id, first_seen, last_seen, blocked_count, indicator_count FROM client')).toEqual(
    [
      { id: 1, first_seen: NOON, last_seen: NOON + 500, blocked_count: 2, indicator_count: 1 },
      { id: 2, first_seen: NOON, last_seen: NOON, blocked_count: 0, indicator_count: 1 },
    ],
  )
  expect(store.query('SELECT name, campaign, hit_count FROM list')).toEqual([
    { name: 'apt32', campaign: '2022', hit_count: 2 },
    { name: 'watch', campaign: null, hit_count: 1 },
  ])
  expect(store.query('SELECT client_id, list_id, hit_count FROM client_list')).toEqual([
    { client_id: 1, list_id: 1, hit_count: 2 },
    { client_id: 1, list_id: 2, hit_count: 2 },
    { client_id: 2, list_id: 2, hit_count: 1 },
  ])
  expect(store.collector.status()).toMatchObject({
    state: 'ok',
    error: null,
    pending: 0,
    folded: 0,
    lost: 0,
    rows: 2,
  })
})

test('the file belongs to its owner alone', () => {
  const store = new FakeStore()
  store.hit()
  store.tick()
  expect(statSync(store.directory).mode & 0o777).toBe(0o700)
  for (const name of readdirSync(store.directory))
    expect(statSync(`${store.directory}/${name}`).mode & 0o077, name).toBe(0)
})

test('a list number nobody has told of is kept as a number', () => {
  const store = new FakeStore()
  store.hit({ lists: [9, 1] })
  store.tick()
  expect(store.query('SELECT name FROM list ORDER BY name')).toEqual([
    { name: '#9' },
    { name: 'apt32' },
    { name: 'watch' },
  ])
})

test('while another connection holds the lock hits wait, merge and fold; then all are there', () => {
  const store = new FakeStore()
  store.hit()
  store.tick()
  const other = new DatabaseSync(store.path)
  other.exec('BEGIN EXCLUSIVE')
  store.hit()
  store.tick()
  expect(store.collector.status()).toMatchObject({ state: 'locked', pending: 1, error: 'database is locked' })

  let recorded = 2
  for (; recorded < HIT_PAIRS + 100; recorded++) {
    store.hit({ client: `10.${recorded >> 16}.${(recorded >> 8) & 255}.${recorded & 255}` })
  }
  store.tick()
  expect(store.collector.status()).toMatchObject({ state: 'locked', pending: HIT_PAIRS + 2, folded: 98 })

  other.exec('ROLLBACK')
  other.close()
  store.tick(3000)
  store.tick()
  expect(store.collector.status()).toMatchObject({ state: 'ok', pending: 0, error: null, lost: 0 })
  expect(store.stored).toBe(recorded)
  expect(store.query('SELECT blocked_count FROM folded_hit')).toEqual([{ blocked_count: 98 }])
  expect(store.log.of('the store cannot be written')).toHaveLength(1)
  expect(store.log.of('the store can be written again')).toHaveLength(1)
})

test('attempts on a locked file become rarer', () => {
  const store = new FakeStore()
  store.tick()
  const other = new DatabaseSync(store.path)
  other.exec('BEGIN EXCLUSIVE')
  let attempts = 0
  const commit = store.storeWriter.commit.bind(store.storeWriter)
  store.storeWriter.commit = (half) => {
    attempts++
    return commit(half)
  }
  store.hit()
  for (let second = 0; second < 10; second++) for (let i = 0; i < 5; i++) store.tick()
  expect(attempts).toBeLessThan(10)
  expect(attempts).toBeGreaterThan(4)
  other.close()
})

test('on a full disk hits wait, the log goes on, and counts are exact when there is space again', () => {
  const store = new FakeStore()
  let maxPages = 90
  store.connect = (path) => {
    const database = new DatabaseSync(path, { timeout: 1 })
    if (maxPages > 0) database.exec(`PRAGMA max_page_count = ${maxPages}`)
    return database
  }
  let recorded = 0
  for (let round = 0; round < 5; round++) {
    for (let i = 0; i < 1000; i++, recorded++) store.hit({ client: `10.${round}.${i >> 8}.${i & 255}`, qname: 'long-name-to-fill-pages.evil.test' }) // prettier-ignore
    store.tick(2000)
  }
  expect(store.collector.status()).toMatchObject({ state: 'full', error: 'database or disk is full' })
  expect(store.collector.status().pending).toBeGreaterThan(0)
  const logged = store.log.of('blocked').length

  maxPages = 0
  store.tick(3000)
  store.tick(200)
  expect(store.collector.status()).toMatchObject({ state: 'ok', pending: 0, lost: 0 })
  expect(store.stored).toBe(recorded)
  expect(logged).toBeGreaterThan(0)
})

test('a half of which a commit read only a part is logged whole, and each of its pairs once', () => {
  const store = new FakeStore()
  store.tick()
  const commit = store.storeWriter.commit.bind(store.storeWriter)
  let attempts = 0
  store.storeWriter.commit = (half) => {
    if (++attempts > 2) return commit(half)
    let seen = 0
    half.forEach(() => {
      if (++seen > attempts) throw new Error('in the middle')
    })
    throw new Error('not reached')
  }
  const names = ['a.test', 'b.test', 'c.test', 'd.test']
  for (const name of names) store.hit({ indicator: name, qname: name })
  const logged = (): unknown[] => store.log.of('blocked').map(({ indicator, count }) => [indicator, count])
  const once = names.map((name) => [name, 1])
  store.tick()
  store.tick(2000)
  expect([store.stored, attempts]).toEqual([0, 2])
  expect(logged()).toEqual(once)
  store.tick(2000)
  store.tick(2000)
  expect(store.stored).toBe(4)
  expect(logged()).toEqual(once)
})

test('a read-only file is told, and written again when it can be', () => {
  const store = new FakeStore()
  store.tick()
  let isReadOnly = true
  store.restart()
  store.connect = (path) => {
    const database = new DatabaseSync(path, { timeout: 1 })
    if (isReadOnly) database.exec('PRAGMA query_only = 1')
    return database
  }
  store.hit()
  store.tick()
  expect(store.collector.status()).toMatchObject({ state: 'readonly', pending: 1 })
  isReadOnly = false
  store.tick(3000)
  expect(store.collector.status()).toMatchObject({ state: 'ok', pending: 0 })
  expect(store.stored).toBe(1)
})

test('a directory that cannot be made is told, never thrown', () => {
  const store = new FakeStore(1, '/dev/null/data')
  store.hit()
  store.tick()
  expect(store.collector.status()).toMatchObject({ state: 'failed', pending: 1 })
  expect(store.collector.status().error).toContain('/dev/null/data')
})

test('a corrupt file is moved aside at the start, with a loud log line, and a new one begun', () => {
  const store = new FakeStore()
  mkdirSync(store.directory, { recursive: true })
  writeFileSync(store.path, 'this is no database '.repeat(500))
  chmodSync(store.path, 0o644)
  store.hit()
  store.tick()
  const { state, movedTo, pending } = store.collector.status()
  expect([state, pending]).toEqual(['corrupt-moved', 0])
  expect(movedTo).toBe(`${store.path}.corrupt-20261121-120000`)
  expect(readFileSync(movedTo!, 'utf8')).toContain('this is no database')
  expect(statSync(store.path).mode & 0o777).toBe(0o600)
  expect(store.log.of('corrupt')).toMatchObject([{ level: 'error', movedTo }])
  expect(store.stored).toBe(1)
})

test('damage met while running moves the file aside too; the hits go into the new one', () => {
  const store = new FakeStore()
  for (let i = 0; i < 300; i++) store.hit({ client: `10.0.${i >> 8}.${i & 255}`, qname: `${i}.evil.test` })
  store.tick()
  store.storeWriter.close()
  const bytes = readFileSync(store.path)
  bytes.fill(0xa5, 4096, bytes.length)
  writeFileSync(store.path, bytes)
  store.restart()
  store.hit()
  store.tick()
  store.tick()
  expect(store.collector.status()).toMatchObject({ state: 'corrupt-moved', pending: 0 })
  expect(existsSync(store.collector.status().movedTo!)).toBe(true)
  expect(store.stored).toBe(1)
})

test('a file of a later version is left alone', () => {
  const store = new FakeStore()
  store.tick()
  store.storeWriter.close()
  const database = new DatabaseSync(store.path)
  database.exec('PRAGMA user_version = 99')
  database.close()
  store.hit()
  store.tick(3000)
  expect(store.collector.status()).toMatchObject({ state: 'failed', pending: 1 })
  expect(store.collector.status().error).toContain('schema 99')
  expect(readdirSync(store.directory).filter((name) => name.includes('corrupt'))).toEqual([])
})

test('a half the database refuses is given up and counted, and blocks nothing behind it', () => {
  const store = new FakeStore()
  store.tick()
  const commit = store.storeWriter.commit.bind(store.storeWriter)
  let refused = 0
  store.storeWriter.commit = (half) => {
    if (refused++ < 3) throw Object.assign(new Error('constraint failed'), { errcode: 19 })
    return commit(half)
  }
  store.hit()
  store.hit()
  for (let i = 0; i < 3; i++) store.tick(3000)
  expect(store.collector.status()).toMatchObject({ pending: 0, lost: 2 })
  store.hit({ client: '10.0.0.7' })
  store.tick(3000)
  expect(store.collector.status()).toMatchObject({ state: 'ok', pending: 0, lost: 2 })
  expect(store.stored).toBe(1)
})

test('the next store thread commits a half left uncleared once, and logs it once', () => {
  const store = new FakeStore()
  store.hit()
  const clear = store.collector
  store.storeWriter.commit = ((commit) => (half) => {
    commit(half)
    throw new Error('dies between commit and clear')
  })(store.storeWriter.commit.bind(store.storeWriter))
  clear.tick()
  store.restart()
  store.tick()
  store.tick(1000)
  expect(store.stored).toBe(1)
  expect(store.collector.status().pending).toBe(0)
})

test('finishing drains both halves of every table and leaves one clean file', () => {
  const store = new FakeStore(3)
  for (let thread = 0; thread < 3; thread++) store.hit({ client: `10.0.0.${thread}` }, thread)
  expect(store.collector.finish(1000)).toBe(true)
  expect(readdirSync(store.directory)).toEqual(['thanhloc.db'])
  expect(store.log.of('blocked')).toHaveLength(3)
  expect(store.stored).toBe(3)
})

test('finishing gives up in time when the file is locked', () => {
  const store = new FakeStore()
  store.tick()
  const other = new DatabaseSync(store.path)
  other.exec('BEGIN EXCLUSIVE')
  store.hit()
  expect(store.collector.finish(150)).toBe(false)
  expect(store.collector.status().pending).toBe(1)
  other.close()
})

test('the timeline keeps the newest hours when it grows past its bound', () => {
  const store = new FakeStore()
  for (let hour = 0; hour < 130; hour++) {
    store.hit({ at: NOON + hour * 3_600_000 })
    store.tick(3_600_000)
  }
  for (let i = 0; i < 40; i++) store.tick()
  const [row] = store.query('SELECT count(*) AS n, min(hour) AS oldest FROM hit_hour')
  expect(row!['n']).toBeLessThanOrEqual(101)
  expect(store.query(`SELECT value FROM fact WHERE name = 'hour_horizon'`)).toEqual([
    { value: row!['oldest'] },
  ])
  expect(store.stored).toBe(130)
})

test('many pairs gather for less than a second, few do not, and a table that fills is emptied at once', () => {
  const store = new FakeStore()
  const rows = (): number => store.collector.status().rows
  const hits = (from: number, to: number): void => {
    for (let name = from; name < to; name++)
      store.hit({ qname: `n${name}.evil.test`, indicator: `n${name}.evil.test` })
  }
  const ticks = (count: number): void => {
    for (let tick = 0; tick < count; tick++) store.tick()
  }
  hits(0, 10)
  ticks(1)
  expect(rows()).toBe(10)
  hits(10, 1010)
  ticks(3)
  expect(rows()).toBe(10)
  ticks(1)
  expect(rows()).toBe(1010)
  // What comes again while it gathers is one row, and nothing of it is lost.
  hits(0, 1000)
  ticks(1)
  hits(0, 1000)
  ticks(3)
  expect(rows()).toBe(1010)
  expect(store.query('SELECT sum(blocked_count) AS hits FROM hit')).toEqual([{ hits: 3010 }])
  // Growing as it does, it would be full at the next look.
  hits(2000, 8000)
  ticks(1)
  expect(rows()).toBe(7010)
})
