import { DatabaseSync } from 'node:sqlite'
import { beforeEach, expect, test } from 'vitest'
import type { AccountsFile } from '../../../src/accounts/accounts-file.ts'
import { sealEntry, type AuditEntry, type AuditHead } from '../../../src/accounts/audit-entry.ts'
import { AuditTrail } from '../../../src/accounts/audit-trail.ts'
import { verifyTrail } from '../../../src/accounts/audit-verify.ts'
import type { FakeClock } from '../../support/fake-clock.ts'
import { DAY_MS, dropTriggers, openFile, SOCKET } from './setup.ts'

const ROWS = 6
let file: AccountsFile
let clock: FakeClock
let trail: AuditTrail
let head: AuditHead

beforeEach(() => {
  ;({ file, clock } = openFile())
  trail = new AuditTrail(file, clock)
  file.change(() => {
    for (let i = 1; i <= ROWS; i++) {
      trail.append(SOCKET, { action: 'case.change', target: `case:${i}`, reason: 'vì thế�' })
      clock.advance(DAY_MS)
    }
  })
  head = trail.head()
})

/** As somebody with the file and without the hurdles. */
function edit(work: (database: DatabaseSync) => void): void {
  const database = new DatabaseSync(file.path)
  try {
    dropTriggers(database)
    work(database)
  } finally {
    database.close()
  }
}

/** Makes the rows from `seq` on over, with `change`, and hashes that fit. */
function rewrite(
  database: DatabaseSync,
  from: number,
  change: (entry: AuditEntry) => Partial<AuditEntry>,
): void {
  const rows = database
    .prepare('SELECT * FROM audit WHERE seq >= ? ORDER BY seq')
    .all(from) as unknown as AuditEntry[]
  let prev = rows[0]!.prev
  for (const row of rows) {
    const { hash: _, ...made } = { ...row, ...change(row), prev }
    const sealed = sealEntry(made)
    prev = sealed.hash
    const { seq, at, actor, role, source, action, target, reason, details, hash } = sealed
    database
      .prepare('INSERT OR REPLACE INTO audit VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
      .run(seq, at, actor, role, source, action, target, reason, details, sealed.prev, hash)
  }
}

test('a trail nobody touched is sound, with and without a head from outside', async () => {
  const report = { isSound: true, broken: null, rows: ROWS, prunedThrough: 0, head: `${ROWS}:${head.hash}` }
  expect(await verifyTrail(file, null)).toEqual({ ...report, outside: 'none' })
  expect(await verifyTrail(file, head)).toEqual({ ...report, outside: 'held' })
  const early = trail.read({ limit: 100 }).items.find(({ seq }) => seq === 2)!
  expect(await verifyTrail(file, early)).toEqual({ ...report, outside: 'held' })
})

test('an empty trail is sound', async () => {
  const empty = openFile()
  const emptyTrail = new AuditTrail(empty.file, empty.clock)
  expect(await verifyTrail(empty.file, emptyTrail.head())).toMatchObject({
    isSound: true,
    rows: 0,
    outside: 'held',
  })
})

test.each([
  ['a text changed', `UPDATE audit SET reason = 'vì khác' WHERE seq = 3`, 'changed', 3],
  ['a text emptied', `UPDATE audit SET actor = '' WHERE seq = 1`, 'changed', 1],
  [
    'bytes that show the same',
    `UPDATE audit SET reason = CAST(x'76c3ac207468e1babfff' AS TEXT) WHERE seq = 3`,
    'changed',
    3,
  ],
  ['a time moved', 'UPDATE audit SET at = at + 1 WHERE seq = 6', 'changed', 6],
  ['a time that is no possible one', 'UPDATE audit SET at = 9223372036854775807 WHERE seq = 2', 'changed', 2],
  ['a hash changed', `UPDATE audit SET hash = upper(hash) WHERE seq = 2`, 'changed', 2],
  ['a row in the middle removed', 'DELETE FROM audit WHERE seq = 4', 'missing', 4],
  ['rows at the start removed', 'DELETE FROM audit WHERE seq < 3', 'missing', 1],
  ['a row moved to the end', 'UPDATE audit SET seq = 7 WHERE seq = 3', 'missing', 3],
  [
    'a row copied to the end',
    `INSERT INTO audit SELECT 7, at, actor, role, source, action, target, reason, details, prev, hash FROM audit WHERE seq = 3`,
    'changed',
    7,
  ],
  [
    'a row with a huge number',
    `INSERT INTO audit SELECT 9223372036854775807, at, actor, role, source, action, target, reason, details, prev, hash FROM audit WHERE seq = 3`,
    'missing',
    7,
  ],
  [
    'a row before the first',
    `INSERT INTO audit SELECT 0, at, actor, role, source, action, target, reason, details, prev, hash FROM audit WHERE seq = 3`,
    'beside',
    0,
  ],
  [
    'the anchor changed',
    `UPDATE audit_anchor SET hash = (SELECT hash FROM audit WHERE seq = 3)`,
    'anchor',
    0,
  ],
  [
    'the start cut off behind a forged anchor',
    `UPDATE audit_anchor SET seq = 3, hash = (SELECT hash FROM audit WHERE seq = 3); DELETE FROM audit WHERE seq <= 3`,
    'anchor',
    3,
  ],
])('without a head from outside is found: %s', async (_, sql, kind, seq) => {
  edit((database) => database.exec(sql))
  expect(await verifyTrail(file, null)).toMatchObject({
    isSound: false,
    broken: { kind, seq },
    outside: 'none',
  })
})

test('two rows that changed places are found', async () => {
  edit(
    (database) =>
    database.exec('UPDATE audit SET seq = 100 WHERE seq = 2; UPDATE audit SET seq = 2 WHERE seq = 3; UPDATE audit SET seq = 3 WHERE seq = 100'), // prettier-ignore
  )
  expect(await verifyTrail(file, null)).toMatchObject({ broken: { kind: 'changed', seq: 2 } })
})

test('a row with a hash that fits is found by the next one', async () => {
  edit((database) => {
    const rest = database.prepare('SELECT * FROM audit WHERE seq > 3').all()
    rewrite(database, 3, () => ({ actor: 'user:bo' }))
    for (const row of rest) database.prepare('UPDATE audit SET prev = ?, hash = ?, actor = ? WHERE seq = ?').run(row['prev']!, row['hash']!, row['actor']!, row['seq']!) // prettier-ignore
  })
  expect(await verifyTrail(file, null)).toMatchObject({ broken: { kind: 'unlinked', seq: 4 } })
})

test('a cut end is found by a head from outside', async () => {
  edit((database) => database.exec('DELETE FROM audit WHERE seq > 4'))
  expect(await verifyTrail(file, null)).toMatchObject({ isSound: true, rows: 4 })
  expect(await verifyTrail(file, head)).toMatchObject({
    isSound: false,
    broken: { kind: 'cut', seq: 5 },
    outside: 'broken',
  })
})

test('a trail without any row is found by a head from outside', async () => {
  edit((database) => database.exec('DELETE FROM audit'))
  expect(await verifyTrail(file, head)).toMatchObject({ broken: { kind: 'cut', seq: 1 }, outside: 'broken' })
})

test.each([1, 4, 6])('a chain rewritten from row %i on is found by a head from outside', async (from) => {
  edit((database) => rewrite(database, from, ({ seq }) => (seq === from ? { actor: 'user:bo' } : {})))
  expect(await verifyTrail(file, null)).toMatchObject({ isSound: true })
  expect(await verifyTrail(file, head)).toMatchObject({
    isSound: false,
    broken: { kind: 'rewritten', seq: 6 },
    outside: 'broken',
  })
})

test('a chain rewritten and made longer is found too', async () => {
  edit((database) => rewrite(database, 5, () => ({ actor: 'user:bo' })))
  for (let i = 0; i < 3; i++) trail.append(SOCKET, { action: 'export' })
  expect(await verifyTrail(file, head)).toMatchObject({ broken: { kind: 'rewritten', seq: 6 } })
})

test('behind the row of the head a break is found as one', async () => {
  trail.append(SOCKET, { action: 'export' })
  edit((database) => database.exec(`UPDATE audit SET actor = 'user:bo' WHERE seq = 7`))
  expect(await verifyTrail(file, head)).toMatchObject({
    isSound: false,
    broken: { kind: 'changed', seq: 7 },
    outside: 'held',
  })
})

test('a head of what was pruned says nothing, and the report says so', async () => {
  const old = trail.read({ limit: 100 }).items.find(({ seq }) => seq === 2)!
  trail.prune(SOCKET, { trailKeptMs: 2 * DAY_MS, hitsKeptMs: 0 })
  expect(await verifyTrail(file, old)).toMatchObject({ isSound: true, outside: 'pruned', prunedThrough: 4 })
  const last = trail.read({ limit: 100 }).items.at(-1)!
  expect(await verifyTrail(file, { seq: 4, hash: last.prev })).toMatchObject({
    isSound: true,
    outside: 'held',
  })
  expect(await verifyTrail(file, { seq: 4, hash: last.hash })).toMatchObject({
    broken: { kind: 'rewritten', seq: 4 },
  })
})

test('a start cut off behind where the trail says it was pruned to is found', async () => {
  trail.prune(SOCKET, { trailKeptMs: 2 * DAY_MS, hitsKeptMs: 0 })
  expect(await verifyTrail(file, null)).toMatchObject({ isSound: true, prunedThrough: 4 })
  edit(
    (database) =>
    database.exec(`UPDATE audit_anchor SET seq = 5, hash = (SELECT hash FROM audit WHERE seq = 5); DELETE FROM audit WHERE seq = 5`), // prettier-ignore
  )
  expect(await verifyTrail(file, trail.head())).toMatchObject({
    isSound: false,
    broken: { kind: 'anchor', seq: 5 },
  })
})

test('a trail that is pruned and appended to meanwhile is not called broken', async () => {
  file.change(() => {
    for (let i = 0; i < 3000; i++) trail.append(SOCKET, { action: 'export' })
  })
  const outside = trail.head()
  clock.advance(DAY_MS)
  const report = verifyTrail(file, head)
  const other = verifyTrail(file, outside)
  trail.append(SOCKET, { action: 'export' })
  trail.prune(SOCKET, { trailKeptMs: DAY_MS / 2, hitsKeptMs: 0 })
  expect(await report).toMatchObject({ isSound: true, outside: 'held', prunedThrough: 3006 })
  expect(await other).toMatchObject({
    isSound: true,
    outside: 'held',
    head: expect.stringMatching(/^3008:/) as string,
  })
})

test('the thread goes on with its work while a long trail is read', async () => {
  file.change(() => {
    for (let i = 0; i < 3000; i++) trail.append(SOCKET, { action: 'export' })
  })
  let turns = 0
  let isDone = false
  const count = (): void => {
    turns++
    if (!isDone) setImmediate(count)
  }
  setImmediate(count)
  await verifyTrail(file, null)
  isDone = true
  expect(turns).toBeGreaterThan(5)
})
