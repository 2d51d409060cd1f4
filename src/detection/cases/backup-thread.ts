/**
 * Writes one copy of the database and looks whether it is sound, in a thread of its own: a large file takes a while,
 * and hits must not wait for it. The copy is of one moment; the writer goes on meanwhile.
 */
import { closeSync, fsyncSync, openSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'

/** What the thread is given. */
export interface BackupOrder {
  readonly source: string
  /** An empty file of mode 0600. */
  readonly target: string
}

/** What it answers. */
export type BackupAnswer =
  | { readonly problem: string }
  | {
      readonly bytes: number
      readonly pages: number
      readonly clients: number
      readonly cases: number
      readonly hits: number
    }

/** How long it waits for a lock: a checkpoint that begins the log anew holds one for a moment. */
const WAIT_MS = 5000

/** Copies and checks. Throws what SQLite and the file system throw. */
export function copyDatabase({ source, target }: BackupOrder): BackupAnswer {
  const database = new DatabaseSync(source, { readOnly: true, timeout: WAIT_MS })
  try {
    database.prepare('VACUUM INTO ?').run(target)
  } finally {
    database.close()
  }
  const copy = new DatabaseSync(target, { readOnly: true })
  try {
    const found = String(copy.prepare('PRAGMA quick_check(1)').get()!['quick_check'])
    if (found !== 'ok') return { problem: `the copy is not sound: ${found}` }
    const one = (sql: string): number => Number(Object.values(copy.prepare(sql).get()!)[0])
    const pages = one('PRAGMA page_count')
    const answer = {
      bytes: pages * one('PRAGMA page_size'),
      pages,
      clients: one('SELECT count(*) FROM client'),
      cases: one('SELECT count(*) FROM campaign_case'),
      hits: one('SELECT total(blocked_count + logged_count) FROM client'),
    }
    syncFile(target)
    return answer
  } finally {
    copy.close()
  }
}

function syncFile(path: string): void {
  const descriptor = openSync(path, 'r+')
  fsyncSync(descriptor)
  closeSync(descriptor)
}

if (parentPort !== null && workerData !== null && 'target' in (workerData as object)) {
  let answer: BackupAnswer
  try {
    answer = copyDatabase(workerData as BackupOrder)
  } catch (error) {
    answer = { problem: (error as Error).message }
  }
  parentPort.postMessage(answer)
}
