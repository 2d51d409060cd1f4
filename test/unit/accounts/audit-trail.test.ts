import { DatabaseSync } from 'node:sqlite'
import { beforeEach, expect, test } from 'vitest'
import type { AccountsFile } from '../../../src/accounts/accounts-file.ts'
import { headText, NO_HASH } from '../../../src/accounts/audit-entry.ts'
import { AuditTrail } from '../../../src/accounts/audit-trail.ts'
import { verifyTrail } from '../../../src/accounts/audit-verify.ts'
import type { FakeClock } from '../../support/fake-clock.ts'
import { caller, DAY_MS, dropTriggers, openFile, SOCKET } from './setup.ts'

const AN = caller({ kind: 'user', name: 'an', role: 'officer', units: ['so-a'], mustChangePassword: false })
const GRAFANA = caller({
  kind: 'token',
  name: 'grafana',
  role: 'viewer',
  units: null,
  mustChangePassword: false,
})

let file: AccountsFile
let clock: FakeClock
let trail: AuditTrail

beforeEach(() => {
  ;({ file, clock } = openFile())
  trail = new AuditTrail(file, clock)
})

/** As another program would. */
function edit(work: (database: DatabaseSync) => void): void {
  const database = new DatabaseSync(file.path)
  try {
    work(database)
  } finally {
    database.close()
  }
}

test('a row says who, when, from where, what, to whom and why, and follows on the one before', () => {
  expect(trail.head()).toEqual({ seq: 0, hash: NO_HASH })
  const first = trail.append(AN, {
    action: 'client.reveal',
    target: 'client:42',
    reason: 'công văn 12',
    details: { fields: ['mac'] },
  })
  clock.advance(1500)
  const second = trail.append(SOCKET, { action: 'list.allow', target: 'a.test' })
  expect(first).toMatchObject({
    seq: 1,
    at: Date.UTC(2024, 0, 1),
    actor: 'user:an',
    role: 'officer',
    source: '10.0.0.5',
  })
  expect(first).toMatchObject({ prev: NO_HASH, details: '{"fields":["mac"]}', reason: 'công văn 12' })
  expect(second).toMatchObject({
    seq: 2,
    at: first.at + 1500,
    actor: 'socket:1000',
    role: 'admin',
    prev: first.hash,
  })
  expect(trail.read({ limit: 10 })).toEqual({ items: [second, first], next: null })
  expect(headText(trail.head())).toBe(`2:${second.hash}`)
})

test('what fails in the same transaction leaves no row, and the next one follows on the last that stayed', async () => {
  trail.append(AN, { action: 'export' })
  expect(() =>
    file.change(() => {
      trail.append(AN, { action: 'case.change' })
      throw new Error('after all not')
    }),
  ).toThrow('after all not')
  trail.append(AN, { action: 'sign-out' })
  expect(trail.read({ limit: 10 }).items.map(({ seq, action }) => [seq, action])).toEqual([[2, 'sign-out'], [1, 'export']]) // prettier-ignore
  expect(await verifyTrail(file, null)).toMatchObject({ isSound: true, rows: 2 })
})

test('pages run from the newest to the oldest, whatever is appended meanwhile', () => {
  for (let i = 1; i <= 7; i++) trail.append(AN, { action: 'export', target: String(i) })
  const seen: number[] = []
  let before: number | undefined
  for (;;) {
    const page = trail.read({ limit: 3, before })
    seen.push(...page.items.map(({ seq }) => seq))
    if (page.next === null) break
    before = page.next
    trail.append(AN, { action: 'sign-out' })
  }
  expect(seen).toEqual([7, 6, 5, 4, 3, 2, 1])
})

test('rows are found by actor, action, kind of action and time', () => {
  trail.append(AN, { action: 'sign-in' })
  clock.advance(DAY_MS)
  trail.append(GRAFANA, { action: 'export' })
  clock.advance(DAY_MS)
  trail.append(AN, { action: 'user.add' })
  trail.append(AN, { action: 'user.role' })
  const found = (query: object): number[] => trail.read({ limit: 10, ...query }).items.map(({ seq }) => seq)
  const start = Date.UTC(2024, 0, 1)
  expect(found({ actor: 'user:an' })).toEqual([4, 3, 1])
  expect(found({ actor: 'user:a' })).toEqual([])
  expect(found({ action: 'user.add' })).toEqual([3])
  expect(found({ action: 'user.*' })).toEqual([4, 3])
  expect(found({ action: 'sign-in.*' })).toEqual([])
  expect(found({ sinceMs: start + DAY_MS })).toEqual([4, 3, 2])
  expect(found({ untilMs: start + DAY_MS })).toEqual([1])
  expect(found({ sinceMs: start, untilMs: start + DAY_MS + 1, actor: 'token:grafana' })).toEqual([2])
  expect(found({ action: "x' OR 1=1 --" })).toEqual([])
})

test('a page has a thousand rows at most, and one at least', () => {
  file.change(() => {
    for (let i = 0; i < 1005; i++) trail.append(AN, { action: 'export' })
  })
  expect(trail.read({ limit: 1e9 }).items).toHaveLength(1000)
  expect(trail.read({ limit: -1 }).items).toHaveLength(1)
})

test.each([
  ['a row is changed', `UPDATE audit SET reason = 'x' WHERE seq = 2`],
  ['a row is removed', 'DELETE FROM audit WHERE seq = 2'],
  ['all rows are removed', 'DELETE FROM audit'],
  [
    'a row is replaced',
    `INSERT OR REPLACE INTO audit SELECT seq, at, 'user:bo', role, source, action, target, reason, details, prev, hash FROM audit WHERE seq = 2`,
  ],
  [
    'a row is put where one is missing',
    `INSERT INTO audit SELECT seq + 7, at, actor, role, source, action, target, reason, details, prev, hash FROM audit WHERE seq = 2`,
  ],
  ['the anchor is removed', 'DELETE FROM audit_anchor'],
  ['the anchor is replaced', `INSERT OR REPLACE INTO audit_anchor VALUES (1, 2, 'x')`],
  ['the anchor moves to a row with another hash', `UPDATE audit_anchor SET seq = 2, hash = 'x'`],
  [
    'the anchor stays and has another hash',
    `UPDATE audit_anchor SET hash = (SELECT hash FROM audit WHERE seq = 2)`,
  ],
])('SQL that forgets itself is stopped: %s', async (_, sql) => {
  for (let i = 0; i < 3; i++) trail.append(AN, { action: 'export' })
  edit((database) => {
    expect(() => database.exec(sql)).toThrow('audit trail')
  })
  expect(await verifyTrail(file, trail.head())).toMatchObject({ isSound: true, rows: 3 })
})

test('rows older than both retentions are pruned, and the rest verifies behind its anchor', async () => {
  for (let day = 0; day < 10; day++) {
    trail.append(AN, { action: 'export', target: `day ${day}` })
    clock.advance(DAY_MS)
  }
  const outside = trail.head()
  expect(trail.prune(SOCKET, { trailKeptMs: DAY_MS, hitsKeptMs: 6 * DAY_MS })).toEqual({
    rows: 4,
    isPartial: false,
  })
  const { items } = trail.read({ limit: 100 })
  expect(items.map(({ seq }) => seq)).toEqual([11, 10, 9, 8, 7, 6, 5])
  expect(items[0]).toMatchObject({ action: 'audit.prune', actor: 'socket:1000' })
  expect(JSON.parse(items[0]!.details)).toEqual({ through: 4, hash: items.at(-1)!.prev, rows: 4 })
  expect(await verifyTrail(file, outside)).toMatchObject({
    isSound: true,
    rows: 7,
    prunedThrough: 4,
    outside: 'held',
  })
})

test('with nothing old enough nothing is pruned, and nothing recorded', () => {
  trail.append(AN, { action: 'export' })
  clock.advance(DAY_MS)
  expect(trail.prune(SOCKET, { trailKeptMs: 2 * DAY_MS, hitsKeptMs: 0 })).toEqual({
    rows: 0,
    isPartial: false,
  })
  expect(trail.head().seq).toBe(1)
})

test('rows behind one that is young stay, whatever the clock said when they were written', () => {
  clock.advance(10 * DAY_MS)
  trail.append(AN, { action: 'export' })
  clock.setWall(Date.UTC(2020, 0, 1))
  trail.append(AN, { action: 'export' })
  clock.setWall(Date.UTC(2024, 0, 12))
  expect(trail.prune(SOCKET, { trailKeptMs: 2 * DAY_MS, hitsKeptMs: 0 })).toEqual({
    rows: 0,
    isPartial: false,
  })
})

test('a trail pruned as a whole goes on, and can be pruned again', async () => {
  trail.append(AN, { action: 'export' })
  clock.advance(10 * DAY_MS)
  expect(trail.prune(SOCKET, { trailKeptMs: DAY_MS, hitsKeptMs: DAY_MS })).toEqual({
    rows: 1,
    isPartial: false,
  })
  clock.advance(10 * DAY_MS)
  trail.append(AN, { action: 'export' })
  expect(trail.prune(SOCKET, { trailKeptMs: DAY_MS, hitsKeptMs: DAY_MS })).toEqual({
    rows: 1,
    isPartial: false,
  })
  expect(trail.read({ limit: 10 }).items.map(({ seq }) => seq)).toEqual([4, 3])
  expect(await verifyTrail(file, null)).toMatchObject({ isSound: true, prunedThrough: 2 })
})

test('ten thousand rows go at once, the rest the next time', async () => {
  file.change(() => {
    for (let i = 0; i < 10_050; i++) trail.append(AN, { action: 'export' })
  })
  clock.advance(10 * DAY_MS)
  const keep = { trailKeptMs: DAY_MS, hitsKeptMs: DAY_MS }
  expect(trail.prune(SOCKET, keep)).toEqual({ rows: 10_000, isPartial: true })
  expect(trail.prune(SOCKET, keep)).toEqual({ rows: 50, isPartial: false })
  expect(await verifyTrail(file, trail.head())).toMatchObject({
    isSound: true,
    rows: 2,
    prunedThrough: 10_050,
  })
})

test('a broken trail is not pruned: that would remove what shows it', () => {
  for (let i = 0; i < 3; i++) trail.append(AN, { action: 'export' })
  edit((database) => {
    dropTriggers(database)
    database.exec(`UPDATE audit SET reason = 'x' WHERE seq = 2`)
  })
  clock.advance(10 * DAY_MS)
  expect(trail.prune(SOCKET, { trailKeptMs: DAY_MS, hitsKeptMs: DAY_MS })).toMatchObject({
    kind: 'changed',
    seq: 2,
  })
  expect(trail.head().seq).toBe(3)
})

test('numbers beyond what is possible stop neither reading nor the head', () => {
  for (let i = 0; i < 3; i++) trail.append(AN, { action: 'export' })
  const head = trail.head()
  edit((database) => {
    dropTriggers(database)
    database.exec(`INSERT INTO audit SELECT 9223372036854775807, at, actor, role, source, action, target, reason, details, prev,
      hash FROM audit WHERE seq = 1; UPDATE audit SET at = -9223372036854775807 WHERE seq = 2`)
  })
  expect(trail.read({ limit: 10 }).items.map(({ seq, at }) => [seq, at])).toEqual([
    [3, Date.UTC(2024, 0, 1)],
    [2, 0],
    [1, Date.UTC(2024, 0, 1)],
  ])
  expect(trail.head()).toEqual(head)
})
