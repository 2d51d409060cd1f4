/**
 * `<data>/approved/<list>.txt`: what is approved for a list, one entry a line, and on whose word. Made from the database alone, whole or not at all, so that whatever is cut short is made good at the next start.
 */
import { createHash } from 'node:crypto'
import { createReadStream, existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { GuardReason } from '../lists/outcome.ts'
import { AtomicFile } from '../lists/atomic-file.ts'
import { approvalLine, entryComment, importLine } from '../lists/approved-line.ts'
import type { FilePlace } from '../indicators/proposal.ts'
import type { Scope } from '../indicators/verdict.ts'
import type { ImportsDatabase } from './database.ts'

/** Between two looks at the other work of the thread. */
const STRIDE = 1000
/** Read at a time. */
const CHUNK_BYTES = 1 << 20

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
      for (const id of this.#imports(list)) {
        let last: Approved | null = null
        for (;;) {
          const rows = this.#page(id, last?.number ?? 0)
          let text = ''
          for (const row of rows) {
            if (last === null) text += this.#importLine(id)
            if (row.approval !== last?.approval) text += this.#approvalLine(row.approval)
            text += approvedLine(row)
            last = row
          }
          put(text)
          if (rows.length < STRIDE) break
          await nextTurn()
        }
      }
      const isNew = digest.digest('hex') !== (await digestOf(path))
      if (isNew) await out.finishLater()
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

  /** Those of which something is in force, the oldest first. */
  #imports(list: string): number[] {
    const rows = this.#database
      .of('SELECT id FROM import WHERE list = ? AND EXISTS (SELECT 1 FROM item WHERE import = id AND enforced IS NOT NULL) ORDER BY id')
      .all(list) // prettier-ignore
    return rows.map(({ id }) => Number(id))
  }

  /** What is in force of an import, behind item `after`. */
  #page(id: number, after: number): Approved[] {
    const rows = this.#database
      .of(
        `SELECT number, enforced, enforced_scope, accepted, written, places, place_count, approval
         FROM item INDEXED BY item_in_force WHERE import = ? AND number > ? AND enforced IS NOT NULL ORDER BY number LIMIT ?`,
      )
      .all(id, after, STRIDE)
    return rows.map((row) => {
      const [{ file, ...place }] = JSON.parse(String(row['places'])) as [FilePlace]
      return {
        id,
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

/** Null: there is none that can be read. */
async function digestOf(path: string): Promise<string | null> {
  const digest = createHash('sha256')
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES }))
      digest.update(chunk as Uint8Array)
    return digest.digest('hex')
  } catch {
    return null
  }
}
