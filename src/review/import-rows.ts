/** Imports as they stand in the database: who brought which document, how far it is, what became of its items. */
import type { ReadFile } from '../indicators/proposal.ts'
import type { ImportsDatabase } from './database.ts'
import { refuse } from './problem.ts'
import type { SharedNote } from './sharing.ts'

export const IMPORT_STATES = ['waiting', 'reading', 'comparing', 'ready', 'failed', 'discarded'] as const
export type ImportState = (typeof IMPORT_STATES)[number]

/** What is said of a document when it is imported. */
export interface ImportHead {
  /** Id of the list it is meant for. */
  readonly list: string
  readonly document: string
  readonly issuer: string
  /** `2022-08-23`, or null. */
  readonly issued: string | null
}

/** A file as it came. */
export interface OriginalFile extends Omit<ReadFile, 'format' | 'warnings'> {
  /** Null: not read yet. */
  readonly format: string | null
  readonly warnings: readonly string[]
  /** When and why it was deleted, wall clock, milliseconds; null: it is kept. */
  readonly deleted: { readonly atMs: number; readonly why: string } | null
}

/** Items by what is proposed, what was decided, and how they stand to what is enforced. */
export interface ItemCounts {
  readonly decisions: Readonly<Record<string, number>>
  readonly states: Readonly<Record<string, number>>
  readonly standings: Readonly<Record<string, number>>
  /** Undecided items that a person must decide one by one. */
  readonly held: number
  /** Undecided items that may be approved together. */
  readonly unguarded: number
  /** By each reason, of items that are held or refused. */
  readonly reasons: Readonly<Record<string, number>>
}

export interface ImportRow extends ImportHead {
  readonly id: number
  readonly actor: string
  readonly atMs: number
  readonly state: ImportState
  readonly error: string | null
  readonly items: number
  /** Null: not compared yet. */
  readonly counts: ItemCounts | null
  /** When it was compared with what is enforced. */
  readonly comparedAtMs: number | null
  /** From what is known whether its addresses are shared by many; null: it has none, or nobody was asked. */
  readonly shared: SharedNote | null
  readonly files: readonly OriginalFile[]
  readonly discarded: Discard | null
  /** The import before it of the same file for the same list, the last one; null: there is none. */
  readonly sameAs: number | null
}

export interface Discard {
  readonly actor: string
  readonly atMs: number
  readonly reason: string
}

/** So many that are not discarded, and so many items of theirs; beyond, nothing more is taken. */
export const MAX_IMPORTS = 1000
export const MAX_ITEMS = 4_000_000

type Row = Readonly<Record<string, unknown>>

export class ImportRows {
  readonly #database: ImportsDatabase

  constructor(database: ImportsDatabase) {
    this.#database = database
  }

  /** Throws ReviewError where there are too many. */
  add(
    head: ImportHead,
    actor: string,
    atMs: number,
    file: Pick<OriginalFile, 'name' | 'sha256' | 'bytes'>,
  ): number {
    return this.#database.change(() => {
      const room = this.#database.of(`SELECT count(*) AS imports, total(items) AS items FROM import WHERE state <> 'discarded'`).get()! // prettier-ignore
      if (Number(room['imports']) >= MAX_IMPORTS || Number(room['items']) >= MAX_ITEMS)
        refuse('conflict', `There are ${String(room['imports'])} imports with ${String(room['items'])} items: discard some that are done with first.`) // prettier-ignore
      const { list, document, issuer, issued } = head
      const made = this.#database
        .of(`INSERT INTO import (list, document, issuer, issued, actor, at, state) VALUES (?, ?, ?, ?, ?, ?, 'waiting')`)
        .run(list, document, issuer, issued, actor, atMs) // prettier-ignore
      const id = Number(made.lastInsertRowid)
      this.#database.of('INSERT INTO file (import, number, name, sha256, bytes) VALUES (?, 0, ?, ?, ?)').run(id, file.name, file.sha256, file.bytes) // prettier-ignore
      return id
    })
  }

  /** Throws ReviewError where there is none. */
  get(id: number): ImportRow {
    const row = this.#database.of('SELECT * FROM import WHERE id = ?').get(id)
    return row === undefined ? refuse('unknown', `There is no import ${id}.`) : this.#toImport(row)
  }

  /** The newest first; `before`: those with a smaller id. */
  list(before: number, limit: number): ImportRow[] {
    const rows = this.#database
      .of('SELECT * FROM import WHERE id < ? ORDER BY id DESC LIMIT ?')
      .all(before, limit)
    return rows.map((row) => this.#toImport(row))
  }

  /** Whether there has ever been one for the list. */
  knows(list: string): boolean {
    return this.#database.of('SELECT 1 FROM import WHERE list = ? LIMIT 1').get(list) !== undefined
  }

  /** Those that are not read to their end, the oldest first. */
  unfinished(): ImportRow[] {
    const rows = this.#database.of(`SELECT * FROM import WHERE state IN ('waiting', 'reading', 'comparing') ORDER BY id`).all() // prettier-ignore
    return rows.map((row) => this.#toImport(row))
  }

  /** Undecided items of all imports; when the oldest one came that has some, or null. */
  undecided(): { readonly unguarded: number; readonly held: number; readonly oldestMs: number | null } {
    const row = this.#database
      .of(
        `WITH waiting AS (SELECT at, counts ->> 'unguarded' AS unguarded, counts ->> 'held' AS held FROM import WHERE state = 'ready')
         SELECT total(unguarded) AS unguarded, total(held) AS held, min(at) FILTER (WHERE unguarded + held > 0) AS oldest FROM waiting`,
      )
      .get()!
    const oldestMs = row['oldest'] === null ? null : Number(row['oldest'])
    return { unguarded: Number(row['unguarded']), held: Number(row['held']), oldestMs }
  }

  /** Discarded and failed ones of which items are left: the program ended while they were forgotten. */
  halfForgotten(): number[] {
    const rows = this.#database
      .of(
        `SELECT id FROM import WHERE state IN ('discarded', 'failed') AND EXISTS (SELECT 1 FROM item WHERE item.import = import.id)`,
      )
      .all()
    return rows.map(({ id }) => Number(id))
  }

  setState(id: number, state: ImportState): void {
    this.#database.of('UPDATE import SET state = ? WHERE id = ?').run(state, id)
  }

  /** Reading begins, again where it was begun before; returns how often it was. */
  beginReading(id: number): number {
    this.#database
      .of(`UPDATE import SET state = 'reading', attempts = attempts + 1, items = 0 WHERE id = ?`)
      .run(id)
    return Number(this.#database.of('SELECT attempts FROM import WHERE id = ?').get(id)!['attempts'])
  }

  noteRead(id: number, items: number, files: readonly ReadFile[]): void {
    this.#database.of('UPDATE import SET items = ? WHERE id = ?').run(items, id)
    for (const [number, { format, warnings }] of files.entries())
      this.#database.of('UPDATE file SET format = ?, warnings = ? WHERE import = ? AND number = ?').run(format, JSON.stringify(warnings), id, number) // prettier-ignore
  }

  noteCounts(id: number, counts: ItemCounts): void {
    this.#database.of('UPDATE import SET counts = ? WHERE id = ?').run(JSON.stringify(counts), id)
  }

  noteShared(id: number, note: SharedNote | null): void {
    this.#database
      .of('UPDATE import SET shared = ? WHERE id = ?')
      .run(note === null ? null : JSON.stringify(note), id)
  }

  noteReady(id: number, atMs: number): void {
    this.#database
      .of(`UPDATE import SET state = 'ready', compared_at = ?, error = NULL WHERE id = ?`)
      .run(atMs, id)
  }

  noteFailed(id: number, error: string): void {
    this.#database
      .of(`UPDATE import SET state = 'failed', error = ? WHERE id = ?`)
      .run(error.slice(0, 2000), id)
  }

  noteDiscarded(id: number, discard: Discard): void {
    this.#database.of(`UPDATE import SET state = 'discarded', items = 0, discarded = ? WHERE id = ?`).run(JSON.stringify(discard), id) // prettier-ignore
  }

  noteDeleted(id: number, number: number, atMs: number, why: string): void {
    this.#database.of('UPDATE file SET deleted_at = ?, deleted_why = ? WHERE import = ? AND number = ?').run(atMs, why, id, number) // prettier-ignore
  }

  /** Files that are kept, those first that may go first: nothing of them is enforced, then the oldest. */
  kept(): { readonly id: number; readonly number: number; readonly bytes: number }[] {
    const rows = this.#database
      .of(
        `SELECT file.import AS id, file.number AS number, file.bytes AS bytes FROM file JOIN import ON import.id = file.import
         WHERE deleted_at IS NULL AND import.state IN ('ready', 'failed')
         ORDER BY EXISTS (SELECT 1 FROM item WHERE item.import = file.import AND enforced IS NOT NULL), file.import`,
      )
      .all()
    return rows.map((row) => ({ id: Number(row['id']), number: Number(row['number']), bytes: Number(row['bytes']) })) // prettier-ignore
  }

  #sameAs(id: number, list: string): number | null {
    const row = this.#database
      .of(
        `SELECT max(before.id) AS id FROM file AS own JOIN file AS other ON other.sha256 = own.sha256 JOIN import AS before ON before.id = other.import
         WHERE own.import = ? AND before.id < own.import AND before.list = ? AND before.state NOT IN ('failed', 'discarded')`,
      )
      .get(id, list)!
    return row['id'] === null ? null : Number(row['id'])
  }

  #toImport(row: Row): ImportRow {
    const id = Number(row['id'])
    const counts = String(row['counts'])
    return {
      id,
      list: String(row['list']),
      document: String(row['document']),
      issuer: String(row['issuer']),
      issued: textOf(row['issued']),
      actor: String(row['actor']),
      atMs: Number(row['at']),
      state: row['state'] as ImportState,
      error: textOf(row['error']),
      items: Number(row['items']),
      counts: counts === '{}' ? null : (JSON.parse(counts) as ItemCounts),
      comparedAtMs: row['compared_at'] === null ? null : Number(row['compared_at']),
      shared: row['shared'] === null ? null : (JSON.parse(row['shared'] as string) as SharedNote),
      files: this.#database.of('SELECT * FROM file WHERE import = ? ORDER BY number').all(id).map(toFile),
      discarded: row['discarded'] === null ? null : (JSON.parse(row['discarded'] as string) as Discard),
      sameAs: this.#sameAs(id, String(row['list'])),
    }
  }
}

function toFile(row: Row): OriginalFile {
  return {
    name: String(row['name']),
    sha256: String(row['sha256']),
    bytes: Number(row['bytes']),
    format: textOf(row['format']),
    warnings: JSON.parse(String(row['warnings'])) as string[],
    deleted: row['deleted_at'] === null ? null : { atMs: Number(row['deleted_at']), why: String(row['deleted_why']) }, // prettier-ignore
  }
}

function textOf(value: unknown): string | null {
  return value as string | null
}
