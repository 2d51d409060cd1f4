/**
 * Writes one copy of the database, with those beside it inside, and looks whether it is sound. A process of its own: a
 * large file takes a while, hits must not wait for it, and what SQLite has begun it can be kept from in no other way, so that a
 * thread would hold up the end of the server. The copy is of one moment; the writer goes on meanwhile.
 */
import { closeSync, fsyncSync, openSync, rmSync, statSync } from 'node:fs'
import { setPriority } from 'node:os'
import { DatabaseSync } from 'node:sqlite'
import { addPart } from '../../sqlite/parts.ts'
import { damageOf } from '../../sqlite/private-file.ts'
import { sealFile } from '../../sqlite/seal.ts'

/** What the process is told. */
export interface BackupOrder {
  readonly source: string
  /** An empty file of mode 0600. */
  readonly target: string
  /** Databases that go with it: a name in the copy, and where each is. One that is not there is left out. */
  readonly beside: readonly { readonly name: string; readonly path: string }[]
  /** When it is made, milliseconds since 1970; the copy says it. */
  readonly atMs: number
}

/** What it answers. */
export type BackupAnswer =
  | { readonly problem: string }
  | {
      readonly bytes: number
      readonly clients: number
      readonly cases: number
      readonly hits: number
      /** Names of those of `beside` that are in it. */
      readonly parts: readonly string[]
    }

/** Queries come first. */
const NICENESS = 10
/** How long it waits for a lock: a checkpoint that begins the log anew holds one for a moment. */
const WAIT_MS = 5000

/** Copies and checks. Throws what SQLite and the file system throw. */
export function copyDatabase({ source, target, beside, atMs }: BackupOrder): BackupAnswer {
  copyOne(source, target)
  const copy = new DatabaseSync(target)
  // Whatever goes wrong, the copy is thrown away.
  copy.exec('PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF')
  const one = (sql: string): number => Number(Object.values(copy.prepare(sql).get()!)[0])
  const parts: string[] = []
  let counts: Pick<Exclude<BackupAnswer, { problem: string }>, 'clients' | 'cases' | 'hits'>
  try {
    for (const { name, path } of beside) {
      if (statSync(path, { throwIfNoEntry: false }) === undefined) continue
      const between = `${target}.${name}`
      try {
        rmSync(between, { force: true })
        closeSync(openSync(between, 'wx', 0o600))
        copyOne(path, between)
        addPart(copy, name, between)
        parts.push(name)
      } finally {
        rmSync(between, { force: true })
      }
    }
    const note = `INSERT INTO fact (name, value) VALUES ('backup_at', ?) ON CONFLICT DO UPDATE SET value = excluded.value`
    copy.prepare(note).run(atMs)
    counts = {
      clients: one('SELECT count(*) FROM client'),
      cases: one('SELECT count(*) FROM campaign_case'),
      hits: one('SELECT total(blocked_count + logged_count) FROM client'),
    }
  } finally {
    copy.close()
  }
  sealFile(target)
  syncFile(target)
  return { bytes: statSync(target).size, ...counts, parts }
}

/** A copy of one database, without free pages. SQLite takes an empty file that is there, and leaves it its mode. */
function copyOne(source: string, target: string): void {
  const database = new DatabaseSync(source, { readOnly: true, timeout: WAIT_MS })
  try {
    database.prepare('VACUUM INTO ?').run(target)
  } catch (error) {
    throw new Error(`${source}: ${(error as Error).message}`, { cause: error })
  } finally {
    database.close()
  }
  const copy = new DatabaseSync(target, { readOnly: true })
  try {
    const damage = damageOf(copy)
    if (damage !== null) throw new Error(`the copy of ${source} is not sound: ${damage}`)
  } finally {
    copy.close()
  }
}

function syncFile(path: string): void {
  const descriptor = openSync(path, 'r+')
  fsyncSync(descriptor)
  closeSync(descriptor)
}

// Not where tests and the command line call it.
if (import.meta.main && process.send !== undefined) {
  setPriority(NICENESS)
  process.once('message', (order: BackupOrder) => {
    let answer: BackupAnswer
    try {
      answer = copyDatabase(order)
    } catch (error) {
      answer = { problem: (error as Error).message }
    }
    process.send?.(answer, () => process.disconnect?.())
  })
}
