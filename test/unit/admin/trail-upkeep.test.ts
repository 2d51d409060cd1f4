/** The audit trail, pruned as `keep.audit` says: of a real trail. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { NOBODY } from '../../../src/accounts/principal.ts'
import { TrailUpkeep } from '../../../src/admin/trail-upkeep.ts'
import type { KeepSettings } from '../../../src/config/settings.ts'
import type { DeletionRow } from '../../../src/detection/cases/queries.ts'
import { StoreUnavailable } from '../../../src/detection/queries.ts'
import { MailError } from '../../../src/thread/mail.ts'
import { createFixture, NOW, type Fixture } from './fake-threads.ts'

const DAY = 86_400_000
const NOTHING_DELETED = () => ({ items: [], next: null })
const caller = { principal: NOBODY, source: 'socket' }

let fixture: Fixture
let keep: KeepSettings
let sweptDay: number | null
let upkeep: TrailUpkeep
let deletions: readonly DeletionRow[]
const said: string[] = []

beforeEach(async () => {
  fixture = await createFixture()
  keep = { level: null, hitsMonths: 1, casesMonths: 2, auditMonths: 2, holds: [] }
  fixture.threads.on('store/upkeep', () => ({ isHeld: false }))
  said.length = 0
  deletions = []
  const say = (_: unknown, message?: string): void => void said.push(message!)
  const { accounts, threads, clock } = fixture
  upkeep = new TrailUpkeep({
    reports: fixture.review.reports,
    trail: accounts.trail,
    mail: threads,
    cases: { sweptDay: () => sweptDay, listDeletions: () => ({ items: deletions, next: null }) },
    keep: () => keep,
    clock,
    log: { info: say, warn: say, error: say },
  })
  // Three rows of the twenty-first of November, and one of four weeks later.
  for (let n = 0; n < 3; n++) accounts.record(caller, { action: 'cache.flush', target: String(n) })
  clock.nowMs = NOW + 28 * DAY
  accounts.record(caller, { action: 'list.change' })
  at(NOW + 28 * DAY)
})
afterEach(async () => {
  upkeep.close()
  await fixture.app.close()
})

/** Lets it be `ms`; the store has deleted as of that day. */
function at(ms: number): void {
  fixture.clock.nowMs = ms
  sweptDay = Math.floor(ms / DAY)
}

const actions = (): string[] => fixture.accounts.trail.read({ limit: 10 }).items.map(({ action }) => action)
const verify = () =>
  fixture.accounts.verifyTrail({ ...caller, principal: { ...NOBODY, role: 'auditor' } }, null)

it('what is older than two months goes, is recorded, and the rest verifies', async () => {
  at(Date.UTC(2027, 0, 21, 23))
  expect(await upkeep.run()).toBe(0)
  at(Date.UTC(2027, 0, 22))
  expect(await upkeep.run()).toBe(3)
  expect(actions()).toEqual(['audit.prune', 'list.change'])
  expect(said).toEqual(['old rows of the audit trail are pruned'])
  expect(await verify()).toMatchObject({ isSound: true, prunedThrough: 3, rows: 2 })
  expect(await upkeep.run()).toBe(0)
})

it('never before the hits it tells of', async () => {
  keep = { ...keep, hitsMonths: 3 }
  at(Date.UTC(2027, 1, 20))
  expect(await upkeep.run()).toBe(0)
  at(Date.UTC(2027, 1, 22))
  expect(await upkeep.run()).toBe(3)
})

it('nothing goes while a legal hold is in force, nor before the store believes the clock, nor without the store', async () => {
  at(Date.UTC(2027, 2, 1))
  fixture.threads.on('store/upkeep', () => ({ isHeld: true }))
  expect(await upkeep.run()).toBe(0)
  fixture.threads.on('store/upkeep', () => ({ isHeld: false }))
  for (const last of [sweptDay! - 1, null]) {
    sweptDay = last
    expect(await upkeep.run()).toBe(0)
  }
  fixture.threads.on('store/upkeep', () => {
    throw new MailError('being restarted')
  })
  expect(await upkeep.run()).toBe(0)
  expect([actions().length, said]).toEqual([4, []])
})

it('a trail that is broken is left as it is, and said', async () => {
  at(Date.UTC(2027, 2, 1))
  const { trail } = fixture.accounts
  const append: typeof trail.append = (...given) => trail.append(...given)
  const read: typeof trail.read = (query) => trail.read(query)
  const prune = () => ({ kind: 'changed', seq: 2, detail: 'row 2 was changed' }) as const
  const broken = new TrailUpkeep({
    reports: fixture.review.reports,
    trail: { append, read, prune },
    mail: fixture.threads,
    cases: { sweptDay: () => sweptDay, listDeletions: NOTHING_DELETED },
    keep: () => keep,
    clock: fixture.clock,
    log: {
      info: () => {},
      warn: () => {},
      error: (_: unknown, message?: string) => void said.push(message!),
    },
  })
  expect(await broken.run()).toBe(0)
  expect(said).toEqual(['the audit trail is broken: nothing of it is pruned'])
})

it('a store that cannot be read keeps it from nothing but this hour', async () => {
  at(Date.UTC(2027, 2, 1))
  const right = sweptDay
  let isBroken = true
  const other = new TrailUpkeep({
    reports: fixture.review.reports,
    trail: fixture.accounts.trail,
    mail: fixture.threads,
    cases: {
      listDeletions: NOTHING_DELETED,
      sweptDay: () => {
        if (isBroken) throw new StoreUnavailable('moved away')
        return right
      },
    },
    keep: () => keep,
    clock: fixture.clock,
    log: { info: () => {}, warn: () => {}, error: () => expect.unreachable() },
  })
  expect(await other.run()).toBe(0)
  isBroken = false
  expect(await other.run()).toBe(4)
})

it('what the store deleted on a day is in the trail once that day is over, and once only', async () => {
  const today = Date.UTC(2026, 11, 20)
  const deletion = (id: number, what: DeletionRow['what'], to: number, amount: number): DeletionRow => ({
    id, what, rule: 'keep.hits 1 month', olderThan: NOW, from: to - 1000, to, amount,
  }) // prettier-ignore
  at(today + 10)
  deletions = [
    deletion(3, 'hits', today + 5, 7),
    deletion(2, 'pairs', today - 5, 2),
    deletion(1, 'hits', today - 6, 40),
  ]
  await upkeep.run()
  await upkeep.run()
  const told = (): unknown[] =>
    fixture.accounts.trail
      .read({ action: 'data.delete', limit: 10 })
      .items.map(({ details }) => JSON.parse(details))
  const rule = 'keep.hits 1 month'
  const first = {
    until: today - 5,
    deleted: [
      { what: 'hits', rule, amount: 40 },
      { what: 'pairs', rule, amount: 2 },
    ],
  }
  expect(told()).toEqual([first])
  at(today + DAY)
  await upkeep.run()
  expect(told()).toEqual([{ until: today + 5, deleted: [{ what: 'hits', rule, amount: 7 }] }, first])
  expect(await verify()).toMatchObject({ isSound: true })
})
