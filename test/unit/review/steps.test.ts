/** Decisions about many items: carried out some at a time, whole whatever comes between, and finished after a kill. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Plan } from '../../../src/review/decisions.ts'
import { ItemRows, type ItemState } from '../../../src/review/item-rows.ts'
import { originsOf, storedOrigins } from '../../../src/review/origins.ts'
import { migrate } from '../../../src/review/schema.ts'
import { ReviewBench } from './bench.ts'

/** Several steps. */
const NAMES = 12_345
const NAMED = Array.from({ length: NAMES }, (_, at) => `a${at}.bad${at % 7}.example`).join('\n')

let bench: ReviewBench
beforeEach(() => void (bench = new ReviewBench()))
afterEach(() => bench.close())

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
const states = (id: number): Readonly<Record<string, number>> => bench.review.get(id).counts!.states
const planOf = (id: number, more: Partial<Plan['asked']> = {}): Plan =>
  bench.review.plan(id, { action: 'approve', item: null, filter: {}, as: null, scope: null, reason: 'vì', actor: 'user:binh', ...more }) // prettier-ignore
/** Items that are in that state in the database now. */
const now = (id: number, state: ItemState): number => bench.review.items(id, { state }, 0, NAMES * 2).length

describe('a decision about many', () => {
  it('leaves room for other work, and is told to be whole when it is', async () => {
    const id = await bench.import(NAMED)
    const deciding = bench.review.decide(planOf(id))
    for (let at = 0; at < 100 && now(id, 'approved') === 0; at++) await turn()
    const reached = now(id, 'approved')
    expect(reached).toBeGreaterThan(0)
    expect(reached).toBeLessThan(NAMES)
    expect(bench.review.decisions(id)).toMatchObject([{ count: reached, isDone: false }])
    expect(await deciding).toMatchObject({ decision: { count: NAMES, isDone: true }, isInForce: true })
    expect(states(id)).toEqual({ approved: NAMES })
    expect(bench.approved()).toHaveLength(NAMES)
    await bench.decide(id, { action: 'withdraw' })
    expect(states(id)).toEqual({ withdrawn: NAMES })
    expect(bench.approved()).toEqual([])
  })

  it('comes after the one before it, and one item that was decided meanwhile is not decided twice', async () => {
    const id = await bench.import(NAMED)
    const one = planOf(id, { item: NAMES })
    const [all, late, none] = await Promise.allSettled([
      bench.review.decide(planOf(id)),
      bench.review.decide(one),
      bench.review.decide(planOf(id, { action: 'reject' })),
    ])
    expect(all).toMatchObject({ value: { decision: { count: NAMES } } })
    expect(late).toMatchObject({ reason: { problem: 'conflict', message: expect.stringContaining('look at it again') as string } }) // prettier-ignore
    expect(none).toMatchObject({ value: { decision: { count: 0 } } })
    expect(bench.review.decisions(id)).toHaveLength(2)
    expect(states(id)).toEqual({ approved: NAMES })
  })

  it('is finished at the next start where the program ended in it, and by the next decision', async () => {
    const id = await bench.import(NAMED)
    const deciding = bench.review
      .decide(planOf(id, { filter: { q: '.bad' } }))
      .catch((error: unknown) => error)
    while (now(id, 'approved') === 0) await turn()
    bench.restart()
    expect(await deciding).toBeInstanceOf(Error)
    expect(now(id, 'approved')).toBeLessThan(NAMES)
    await bench.review.start()
    expect(states(id)).toEqual({ approved: NAMES })
    expect(bench.review.decisions(id)).toMatchObject([{ count: NAMES, isDone: true, actor: 'user:binh' }])
    expect(bench.approved()).toHaveLength(NAMES)

    const withdrawing = bench.review.decide(planOf(id, { action: 'withdraw' })).catch(() => null)
    while (now(id, 'withdrawn') === 0) await turn()
    bench.restart()
    await withdrawing
    const other = await bench.import('other.example\n', 'b.txt')
    await bench.decide(other, {})
    expect(states(id)).toEqual({ withdrawn: NAMES })
    expect(bench.approved()).toEqual([`other.example # ${other}/1`])
  })

  it('takes what was rejected or withdrawn by mistake back where that is said, and nothing else', async () => {
    const id = await bench.import('a.example\nb.example\nc.example\nca.gov.vn\n')
    await bench.decide(id, { item: 1 })
    await bench.decide(id, { action: 'reject' })
    await bench.decide(id, { action: 'withdraw' })
    expect((await bench.decide(id, {})).decision.count).toBe(0)
    expect((await bench.decide(id, { filter: { state: 'rejected' } })).decision.count).toBe(2)
    expect((await bench.decide(id, { filter: { state: 'withdrawn' } })).decision.count).toBe(1)
    expect(bench.approved().map((line) => line.split(' ')[0])).toEqual([
      'a.example',
      'b.example',
      'c.example',
    ])
    expect(bench.review.item(id, 2)).toMatchObject({ state: 'approved', ending: null })
    expect(bench.review.item(id, 4)).toMatchObject({ state: 'rejected', decision: 'hold' })
    expect(() => planOf(id, { filter: { state: 'approved' } })).toThrow('said of an approval')
    expect(() => planOf(id, { action: 'reject', filter: { state: 'open' } })).toThrow('said of an approval')
  })
})

describe('an import that is forgotten', () => {
  it('is forgotten whole where the program ended in it', async () => {
    const id = await bench.import(NAMED)
    const forgetting = bench.review.discard(id, 'nhầm', 'user:an').catch(() => null)
    while (bench.review.get(id).state !== 'discarded') await turn()
    bench.restart()
    await forgetting
    expect(now(id, 'open')).toBeGreaterThan(0)
    await bench.review.start()
    expect(now(id, 'open')).toBe(0)
    const database = new DatabaseSync(join(bench.directory, 'imports.db'), { readOnly: true })
    expect(database.prepare('SELECT count(*) AS n FROM item_name').get()).toEqual({ n: 0 })
    database.close()
  })
})

describe('a file that cannot be written', () => {
  it('is said, and written when it can be, without another decision', async () => {
    const id = await bench.import('evil.vn\n')
    const folder = join(bench.directory, 'approved')
    rmSync(folder, { recursive: true, force: true })
    writeFileSync(folder, '')
    expect(await bench.decide(id, {})).toMatchObject({ isInForce: false })
    expect(bench.review.status().notInForce).toEqual(['cv'])
    bench.clock.advance(10_000)
    for (let at = 0; at < 20; at++) await turn()
    expect(bench.review.status().notInForce).toEqual(['cv'])
    rmSync(folder)
    mkdirSync(folder)
    bench.clock.advance(10_000)
    await expect.poll(() => bench.reloads).toEqual(['cv'])
    expect(bench.approved()).toEqual(['evil.vn # 1/1'])
    expect(bench.review.status().notInForce).toEqual([])
  })

  it('because the disk is full is told in a sentence', async () => {
    const id = await bench.import('evil.vn\n')
    const full = Object.assign(new Error('database or disk is full'), { errcode: 13 })
    const { approveAll } = ItemRows.prototype
    ItemRows.prototype.approveAll = () => {
      throw full
    }
    try {
      await expect(bench.decide(id, {})).rejects.toMatchObject({
        problem: 'unavailable',
        message: 'The disk is full: make room and try again.',
      })
    } finally {
      ItemRows.prototype.approveAll = approveAll
    }
    expect(bench.review.decisions(id)).toEqual([])
    expect(await bench.decide(id, {})).toMatchObject({ isInForce: true })
  })
})

describe('the same file again', () => {
  it('for the same list is told, unless the import before it came to nothing', async () => {
    const first = await bench.import('evil.vn\n')
    expect(bench.review.get(first).sameAs).toBeNull()
    const second = await bench.import('evil.vn\n', 'b.txt')
    expect(bench.review.get(second).sameAs).toBe(first)
    expect(bench.review.get(await bench.import('evil.vn\n', 'a.txt', 'cv2')).sameAs).toBeNull()
    await bench.review.discard(first, 'nhầm', 'user:an')
    expect(bench.review.get(second).sameAs).toBeNull()
  })
})

describe('a database of the version before', () => {
  it('finds where its entries come from, also what a person chose of an item', async () => {
    const id = await bench.import('evil.vn\nhttps://bad.example/x\n')
    await bench.decide(id, {})
    await bench.decide(id, { item: bench.numberOf(id, 'https://bad.example/x'), as: 'bad.example' })
    bench.review.close()
    const path = join(bench.directory, 'imports.db')
    const database = new DatabaseSync(path)
    database.exec(`DROP TABLE item_name; DROP INDEX decision_unfinished; ALTER TABLE decision DROP COLUMN next; DROP INDEX file_by_content;
      CREATE INDEX item_enforced ON item (enforced) WHERE enforced IS NOT NULL; PRAGMA user_version = 3`)
    expect(() => originsOf({ of: (sql) => database.prepare(sql) }, 'cv', 'evil.vn')).toThrow('item_name')
    migrate(database)
    database.close()
    for (const name of ['evil.vn', 'bad.example'])
      expect(storedOrigins(bench.directory)('cv', name)).toMatchObject([{ import: id, document: 'CV-1' }])
    expect(storedOrigins(bench.directory)('cv2', 'evil.vn')).toEqual([])
    bench.restart()
    expect(bench.review.firstOrigin('cv', 'bad.example')).toMatchObject({ import: id, item: 2 })
    expect(readFileSync(join(bench.directory, 'approved/cv.txt'), 'utf8')).toContain('bad.example')
  })
})
