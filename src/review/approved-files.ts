/**
 * `<data>/approved/<list>.txt`: what is approved for a list, one entry a line, each with its import and item. Made from the
 * database alone, whole or not at all, so that whatever is cut short is made good at the next start.
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { GuardReason } from '../lists/outcome.ts'
import { AtomicFile } from '../lists/atomic-file.ts'
import { acceptedComment } from '../lists/entries.ts'
import type { Scope } from '../indicators/verdict.ts'
import type { ImportsDatabase } from './database.ts'

/** Between two looks at the other work of the thread. */
const STRIDE = 4000

const MARKS: Readonly<Record<Scope, string>> = { subtree: '', exact: '=', below: '*.' }

export class ApprovedFiles {
  readonly #directory: string
  readonly #database: ImportsDatabase
  #writing: Promise<unknown> = Promise.resolve()

  constructor(data: string, database: ImportsDatabase) {
    this.#directory = join(data, 'approved')
    this.#database = database
  }

  /** Writes the file of `list` as the database has it now; true: it has changed. Rejects with what the file system says. */
  write(list: string): Promise<boolean> {
    const done = this.#writing.then(() => this.#write(list))
    this.#writing = done.catch(() => {})
    return done
  }

  exists(list: string): boolean {
    return existsSync(this.#path(list))
  }

  async #write(list: string): Promise<boolean> {
    mkdirSync(this.#directory, { recursive: true, mode: 0o700 })
    const path = this.#path(list)
    const out = new AtomicFile(path)
    const digest = createHash('sha256')
    const put = (text: string): void => {
      digest.update(text)
      out.write(text)
    }
    try {
      for (let last: readonly [number, number] = [0, 0]; ;) {
        const rows = this.#page(list, last)
        if (last[0] === 0 && rows.length > 0) put(headOf(list))
        put(rows.map(approvedLine).join(''))
        if (rows.length < STRIDE) break
        const { id, number } = rows.at(-1)!
        last = [id, number]
        await new Promise((resolve) => setImmediate(resolve))
      }
      const isNew = digest.digest('hex') !== digestOf(path)
      if (isNew) out.finish()
      return isNew
    } finally {
      out.close()
    }
  }

  #path(list: string): string {
    return join(this.#directory, `${list}.txt`)
  }

  #page(list: string, [id, number]: readonly [number, number]): Approved[] {
    const rows = this.#database
      .of(
        `SELECT item.import AS id, number, enforced, enforced_scope, accepted FROM item JOIN import ON import.id = item.import
         WHERE list = ? AND enforced IS NOT NULL AND (item.import, number) > (?, ?) ORDER BY item.import, number LIMIT ?`,
      )
      .all(list, id, number, STRIDE)
    return rows.map((row) => ({
      id: Number(row['id']),
      number: Number(row['number']),
      text: String(row['enforced']),
      scope: row['enforced_scope'] as Scope,
      accepted: JSON.parse(String(row['accepted'])) as GuardReason[],
    }))
  }
}

/** What is approved, and by which item of which import. */
export interface Approved {
  readonly id: number
  readonly number: number
  readonly text: string
  readonly scope: Scope
  readonly accepted: readonly GuardReason[]
}

/** Its line in the file, as the format `domains` reads it. */
export function approvedLine({ id, number, text, scope, accepted }: Approved): string {
  const isName = !/[:/]/.test(text) && !/^[\d.]+$/.test(text)
  return `${isName ? MARKS[scope] : ''}${text} # ${id}/${number}${acceptedComment(accepted)}\n`
}

function headOf(list: string): string {
  return `# What is approved for the list ${list}: import/item. Made from imports.db; what is written here is lost.\n`
}

function digestOf(path: string): string | null {
  try {
    return createHash('sha256').update(readFileSync(path)).digest('hex')
  } catch {
    return null
  }
}
