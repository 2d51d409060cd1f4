/**
 * `<data>/approved/<list>.txt`: what is approved for a list, one entry a line, and on whose word. Made from the database alone, whole or not at all, so that whatever is cut short is made good at the next start.
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { GuardReason } from '../lists/outcome.ts'
import { AtomicFile } from '../lists/atomic-file.ts'
import { approvalLine, entryComment, importLine } from '../lists/approved-line.ts'
import type { FilePlace } from '../indicators/proposal.ts'
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
      // Who takes the file over must be able to tell that nothing is approved any more from a file that was lost.
      if (this.#knows(list)) put(headOf(list))
      let last: Approved | null = null
      for (;;) {
        const rows = this.#page(list, last)
        let text = ''
        for (const row of rows) {
          if (row.id !== last?.id) text += this.#importLine(row.id)
          if (row.id !== last?.id || row.approval !== last.approval) text += this.#approvalLine(row.approval)
          text += approvedLine(row)
          last = row
        }
        put(text)
        if (rows.length < STRIDE) break
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

  #knows(list: string): boolean {
    return this.#database.of('SELECT 1 FROM import WHERE list = ? LIMIT 1').get(list) !== undefined
  }

  #importLine(id: number): string {
    const row = this.#database.of('SELECT document, issuer, issued FROM import WHERE id = ?').get(id)!
    const files = this.#database.of('SELECT name, sha256 FROM file WHERE import = ? ORDER BY number').all(id)
    return importLine({
      import: id,
      document: String(row['document']),
      issuer: String(row['issuer']),
      issued: row['issued'] as string | null,
      files: files.map(({ name, sha256 }) => ({ name: String(name), sha256: String(sha256) })),
    })
  }

  #approvalLine(seq: number): string {
    const row = this.#database.of('SELECT actor, at, reason FROM decision WHERE seq = ?').get(seq)!
    const at = new Date(Number(row['at'])).toISOString()
    return approvalLine({ by: String(row['actor']), at, reason: String(row['reason']) })
  }

  #page(list: string, last: Approved | null): Approved[] {
    const rows = this.#database
      .of(
        `SELECT item.import AS id, number, enforced, enforced_scope, accepted, written, places, place_count, approval
         FROM item JOIN import ON import.id = item.import
         WHERE list = ? AND enforced IS NOT NULL AND (item.import, number) > (?, ?) ORDER BY item.import, number LIMIT ?`,
      )
      .all(list, last?.id ?? 0, last?.number ?? 0, STRIDE)
    return rows.map((row) => {
      const [{ file, ...place }] = JSON.parse(String(row['places'])) as [FilePlace]
      return {
        id: Number(row['id']),
        number: Number(row['number']),
        text: String(row['enforced']),
        scope: row['enforced_scope'] as Scope,
        accepted: JSON.parse(String(row['accepted'])) as GuardReason[],
        written: String(row['written']),
        file,
        place,
        places: Number(row['place_count']),
        approval: Number(row['approval']),
      }
    })
  }
}

/** What is approved, and by which item of which import. */
export interface Approved {
  readonly id: number
  readonly number: number
  readonly text: string
  readonly scope: Scope
  readonly accepted: readonly GuardReason[]
  readonly written: string
  readonly file: number
  readonly place: Omit<FilePlace, 'file'>
  readonly places: number
  /** Number of the decision. */
  readonly approval: number
}

/** Its line in the file, as the format `domains` reads it. */
export function approvedLine({ id, number, text, scope, accepted, ...origin }: Approved): string {
  const isName = !/[:/]/.test(text) && !/^[\d.]+$/.test(text)
  const { written, file, place, places } = origin
  const comment = entryComment(text, { import: id, item: number, accepted, written, file, places, place: { ...place } }) // prettier-ignore
  return `${isName ? MARKS[scope] : ''}${text}${comment}\n`
}

function headOf(list: string): string {
  return `# What is approved for the list ${list}. Made from imports.db; what is written here is lost.\n`
}

function digestOf(path: string): string | null {
  try {
    return createHash('sha256').update(readFileSync(path)).digest('hex')
  } catch {
    return null
  }
}
