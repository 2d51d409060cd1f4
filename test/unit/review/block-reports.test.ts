/** Reports of wrong blocks: kept, bounded, decided once, and gone when they are old. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import {
  BlockReports,
  OPEN_REPORTS,
  OPEN_REPORTS_A_CLIENT,
  type NewReport,
} from '../../../src/review/block-reports.ts'
import { ImportsDatabase } from '../../../src/review/database.ts'

let directory: string
let database: ImportsDatabase
let reports: BlockReports

function open(): void {
  database = new ImportsDatabase(directory, { error: () => {} })
  reports = new BlockReports(database)
}
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'thanhloc-reports-'))
  open()
})
afterEach(() => {
  database.close()
  rmSync(directory, { recursive: true })
})

const reportOf = (given: Partial<NewReport> = {}): NewReport => ({
  reference: 'R-1', name: 'a.test', text: 'x', address: '10.0.0.1', hostName: 'pc', mac: null, clientId: 7, ...given,
}) // prettier-ignore
const refused = (problem: string) => expect.objectContaining({ problem }) as Error

it('is there after a restart, and the same one again is one', () => {
  expect(reports.add(reportOf({ text: '', clientId: null }), 10)).toEqual({ reference: 'R-1' })
  expect(reports.add(reportOf({ reference: 'R-2', text: 'later' }), 20)).toEqual({ reference: 'R-1' })
  expect(reports.add(reportOf({ reference: 'R-3', text: 'last' }), 30)).toEqual({ reference: 'R-1' })
  reports.add(reportOf({ reference: 'R-4', name: 'b.test' }), 40)
  database.close()
  open()
  expect(reports.open).toBe(2)
  expect(reports.list(null, 99, 10).map(({ id }) => id)).toEqual([2, 1])
  expect(reports.get(1)).toEqual({
    id: 1, reference: 'R-1', name: 'a.test', text: 'later', address: '10.0.0.1', hostName: 'pc', mac: null, clientId: 7,
    atMs: 10, lastMs: 30, count: 3, state: 'open', decision: null,
  }) // prettier-ignore
})

it('is decided once, and may be made again after that', () => {
  reports.add(reportOf(), 10)
  const decided = reports.decide(1, 'kept', 'user:an', 'có căn cứ', 20)
  expect(decided).toMatchObject({
    state: 'kept',
    decision: { actor: 'user:an', atMs: 20, reason: 'có căn cứ' },
  })
  expect(() => reports.decide(1, 'allowed', 'user:binh', 'x', 30)).toThrow(refused('conflict'))
  expect(() => reports.decide(9, 'kept', 'user:an', 'x', 30)).toThrow(refused('unknown'))
  expect(reports.open).toBe(0)
  expect(reports.add(reportOf({ reference: 'R-9' }), 40)).toEqual({ reference: 'R-9' })
  expect(reports.list('open', 99, 10).map(({ id }) => id)).toEqual([2])
  expect(reports.list('kept', 99, 10).map(({ id }) => id)).toEqual([1])
})

it('so many wait of one address, and so many in all', () => {
  for (let n = 0; n < OPEN_REPORTS_A_CLIENT; n++) reports.add(reportOf({ name: `${n}.test` }), n)
  expect(reports.add(reportOf({ name: 'more.test' }), 50)).toBe('limited')
  // One that is there already is no more.
  expect(reports.add(reportOf({ name: '3.test' }), 50)).toHaveProperty('reference')
  database.change(() => {
    const add = database.of(
      `INSERT INTO report (reference, name, text, address, at, last_at) VALUES ('r', ?, '', ?, 1, 1)`,
    )
    for (let n = OPEN_REPORTS_A_CLIENT; n < OPEN_REPORTS; n++)
      add.run(`${n}.test`, `10.1.${n >> 8}.${n & 255}`)
  })
  expect(reports.add(reportOf({ address: '10.0.0.2' }), 50)).toBe('full')
  reports.decide(1, 'invalid', 'user:an', 'x', 60)
  expect(reports.add(reportOf({ address: '10.0.0.2' }), 60)).toHaveProperty('reference')
})

it('goes when it is old, decided or not', () => {
  reports.add(reportOf(), 10)
  reports.add(reportOf({ name: 'b.test' }), 20)
  reports.decide(1, 'kept', 'user:an', 'x', 500)
  reports.add(reportOf({ name: 'b.test' }), 100)
  expect(reports.prune(50)).toBe(1)
  expect(reports.list(null, 99, 10).map(({ id }) => id)).toEqual([2])
})

it('where the database cannot be used nothing is taken, and nobody says how many wait', () => {
  database.close()
  writeFileSync(
    join(directory, 'imports.db'),
    'no database at all, but long enough to be looked at by whoever opens it',
  )
  open()
  expect(reports.open).toBeNull()
  expect(() => reports.add(reportOf(), 1)).toThrow(refused('unavailable'))
})
