/**
 * The audit trail against everybody who can write its file: whatever rows are changed, removed, put in or moved is found
 * with a head from outside, and what keeps to single rows without one too. A trail nobody touched is never called broken.
 */
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { AccountsFile } from '../../src/accounts/accounts-file.ts'
import { HASHED_FIELDS, sealEntry, type AuditEntry, type AuditHead } from '../../src/accounts/audit-entry.ts'
import { AuditTrail } from '../../src/accounts/audit-trail.ts'
import { verifyTrail } from '../../src/accounts/audit-verify.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { caller, DAY_MS, dropTriggers, FakeLog, SOCKET, temporaryDirectory } from '../unit/accounts/setup.ts'

const RUNS = Number(process.env['THANHLOC_FUZZ'] ?? 150)
const COLUMNS = [...HASHED_FIELDS, 'hash'] as const

type Row = Record<(typeof COLUMNS)[number], SQLInputValue>

const text = fc.string({ unit: 'binary', maxLength: 12 })
const event = fc.record({
  action: fc.constantFrom(
    'sign-in' as const,
    'client.reveal' as const,
    'export' as const,
    'user.role' as const,
  ),
  target: text,
  reason: text,
  details: fc.dictionary(text, fc.jsonValue({ maxDepth: 1 }), { maxKeys: 2 }),
})
const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constant('append' as const), event, name: fc.constantFrom('an', 'bình') }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('wait' as const), days: fc.nat(5) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('prune' as const), keptDays: fc.nat(8) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('set clock' as const), day: fc.nat(30) }) },
)
const history = fc.array(step, { minLength: 1, maxLength: 25 })

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

interface Trail {
  readonly file: AccountsFile
  readonly trail: AuditTrail
  /** Every head the trail ever had. */
  readonly heads: readonly AuditHead[]
}

function live(steps: readonly Step[]): Trail {
  const clock = new FakeClock()
  const file = new AccountsFile({ directory: temporaryDirectory(), clock, log: new FakeLog() })
  const trail = new AuditTrail(file, clock)
  const heads = [trail.head()]
  for (const one of steps) {
    if (one.do === 'wait') clock.advance(one.days * DAY_MS)
    if (one.do === 'set clock') clock.setWall(Date.UTC(2024, 0, one.day + 1))
    if (one.do === 'prune') trail.prune(SOCKET, { trailKeptMs: one.keptDays * DAY_MS, hitsKeptMs: 0 })
    if (one.do === 'append') {
      const { name } = one
      trail.append(
        caller({ kind: 'user', name, role: 'officer', units: null, mustChangePassword: false }),
        one.event,
      )
    }
    heads.push(trail.head())
  }
  return { file, trail, heads }
}

/** As somebody with the file: reads all rows, gives them to `change`, writes what it leaves. False: nothing differs. */
function forge(file: AccountsFile, change: (rows: Row[]) => void): boolean {
  const database = new DatabaseSync(file.path)
  try {
    dropTriggers(database)
    const columns = COLUMNS.join(', ')
    const rows = database.prepare(`SELECT ${columns} FROM audit ORDER BY seq`).all() as unknown as Row[]
    const before = JSON.stringify(rows)
    change(rows)
    if (JSON.stringify(rows.toSorted((a, b) => Number(a.seq) - Number(b.seq))) === before) return false
    database.exec('BEGIN; DELETE FROM audit')
    const insert = database.prepare(
      `INSERT INTO audit (${columns}) VALUES (${COLUMNS.map(() => '?').join(', ')})`,
    )
    for (const row of rows) insert.run(...COLUMNS.map((column) => row[column]))
    database.exec('COMMIT')
    return true
  } finally {
    database.close()
  }
}

/** Hashes that fit, from row `from` on: what a forger with a pocket calculator does. */
function reseal(rows: Row[], from: number): void {
  for (let at = from; at < rows.length; at++) {
    const { hash: _, ...row } = {
      ...rows[at]!,
      prev: at === 0 ? rows[0]!.prev : rows[at - 1]!.hash,
    } as unknown as AuditEntry
    rows[at] = { ...sealEntry(row) }
  }
}

const at = fc.nat(1000)
const forgery = fc.oneof(
  fc.record({ do: fc.constant('change' as const), at, column: fc.constantFrom(...COLUMNS), value: text }),
  fc.record({ do: fc.constant('remove' as const), at }),
  fc.record({ do: fc.constant('copy' as const), at, to: at }),
  fc.record({ do: fc.constant('swap' as const), at, to: at }),
  fc.record({ do: fc.constant('renumber' as const), at }),
)

type Forgery = typeof forgery extends fc.Arbitrary<infer T> ? T : never

function apply(rows: Row[], given: Forgery): void {
  if (rows.length === 0) return
  const index = given.at % rows.length
  const row = rows[index]!
  if (given.do === 'change') {
    const { column, value } = given
    if (column === 'seq') row.seq = Number(row.seq) + 1000 + value.length
    else if (column === 'at') row.at = Number(row.at) + 1 + value.length
    else row[column] = value.toWellFormed().replaceAll('\0', '')
  }
  if (given.do === 'remove') rows.splice(index, 1)
  if (given.do === 'copy') rows.splice(given.to % (rows.length + 1), 0, { ...row, seq: 0 })
  if (given.do === 'swap') {
    const other = rows[given.to % rows.length]!
    ;[row.seq, other.seq] = [other.seq, row.seq]
  }
  if (given.do === 'remove' || given.do === 'copy') return
  // Two rows may not have one number.
  if (given.do === 'renumber') row.seq = Number(rows.at(-1)!.seq) + 1
}

/** Gives the rows the numbers they have by their place: the forger tidies up. */
function renumber(rows: Row[], first: number): void {
  rows.forEach((row, index) => (row.seq = first + index))
}

test('a trail nobody touched is sound, whatever was written and pruned, by every head it ever had', async () => {
  await fc.assert(
    fc.asyncProperty(history, async (steps) => {
      const { file, heads, trail } = live(steps)
      const { seq } = trail.head()
      for (const head of [null, ...heads]) {
        const report = await verifyTrail(file, head)
        expect(report.broken).toBeNull()
        expect(report.isSound).toBe(true)
        expect(report.prunedThrough + report.rows).toBe(seq)
        if (head !== null) expect(report.outside).toBe(head.seq < report.prunedThrough ? 'pruned' : 'held')
      }
      file.close()
    }),
    { numRuns: Math.ceil(RUNS / 3) },
  )
})

test('an edit of rows is found without a head, but for a cut end', async () => {
  let found = 0
  await fc.assert(
    fc.asyncProperty(history, forgery, fc.boolean(), async (steps, given, isTidied) => {
      const { file } = live(steps)
      let isCut = false
      const isForged = forge(file, (rows) => {
        const first = Number(rows[0]?.seq ?? 1)
        isCut = given.do === 'remove' && rows.length > 0 && given.at % rows.length === rows.length - 1
        // Their numbers tell the order; a row copied gets one.
        apply(rows, given)
        if (isTidied || given.do === 'copy') renumber(rows, first)
      })
      // The last row is also what says how far the trail was pruned, if it was.
      if (isForged && !isCut) {
        found++
        expect((await verifyTrail(file, null)).isSound).toBe(false)
      }
      file.close()
    }),
    { numRuns: RUNS },
  )
  expect(found).toBeGreaterThan(RUNS / 3)
})

test('a forger who makes every hash fit is found by a head from outside', async () => {
  let found = 0
  await fc.assert(
    fc.asyncProperty(history, fc.array(forgery, { minLength: 1, maxLength: 3 }), async (steps, forgeries) => {
      const { file, trail } = live(steps)
      const head = trail.head()
      let isOlder = false
      forge(file, (rows) => {
        const before = JSON.stringify(rows)
        const count = rows.length
        const first = Number(rows[0]?.seq ?? 1)
        for (const one of forgeries) apply(rows, one)
        renumber(rows, first)
        reseal(rows, 0)
        // What was only put behind the head is nothing the head can know of.
        isOlder = JSON.stringify(rows.slice(0, count)) !== before
      })
      if (isOlder) {
        found++
        expect(await verifyTrail(file, head)).toMatchObject({ isSound: false, outside: 'broken' })
      }
      file.close()
    }),
    { numRuns: RUNS },
  )
  expect(found).toBeGreaterThan(RUNS / 3)
})

test('a trail that grew behind the head is sound, one rewritten and grown is not', async () => {
  await fc.assert(
    fc.asyncProperty(history, history, fc.boolean(), async (steps, more, isRewritten) => {
      const { file, trail } = live([...steps, { do: 'append', event: { action: 'export', target: '', reason: '', details: {} }, name: 'an' }]) // prettier-ignore
      const head = trail.head()
      if (isRewritten) {
        forge(file, (rows) => {
          rows.at(-1)!.actor = 'user:forged'
          reseal(rows, rows.length - 1)
        })
      }
      for (const one of more) if (one.do === 'append') trail.append(SOCKET, one.event)
      expect((await verifyTrail(file, null)).isSound).toBe(true)
      expect((await verifyTrail(file, head)).isSound).toBe(!isRewritten)
      file.close()
    }),
    { numRuns: Math.ceil(RUNS / 2) },
  )
})
