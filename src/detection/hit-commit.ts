/**
 * One half of a hit table into the database, in one transaction with the sequence that says it is in: exactly once,
 * wherever a thread dies.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { HitPair } from '../thread/hit-table.ts'
import { readHit, type Hit } from './hit-text.ts'
import { HitTotals } from './hit-totals.ts'
import { Identifiers } from './identifiers.ts'
import type { ListRegistry } from './list-registry.ts'

/** A sealed half: which, and what it holds. */
export interface SealedHalf {
  /** Index of the resolver thread. */
  readonly thread: number
  readonly run: number
  readonly sequence: number
  readonly forEach: (take: (pair: HitPair) => void) => void
}

export class HitCommit {
  readonly #database: DatabaseSync
  readonly #registry: ListRegistry
  readonly #identifiers: Identifiers
  readonly #totals: HitTotals
  readonly #findDrained: StatementSync
  readonly #saveDrained: StatementSync
  readonly #updateHit: StatementSync
  readonly #addHit: StatementSync
  readonly #saveFolded: StatementSync
  #savedLists = -1
  #addedRows = 0

  constructor(database: DatabaseSync, registry: ListRegistry) {
    this.#database = database
    this.#registry = registry
    this.#identifiers = new Identifiers(database)
    this.#totals = new HitTotals(database)
    this.#findDrained = database.prepare('SELECT run, sequence FROM drained WHERE thread = ?')
    this.#saveDrained = database.prepare(
      `INSERT INTO drained (thread, run, sequence) VALUES (?, ?, ?)
       ON CONFLICT (thread) DO UPDATE SET run = excluded.run, sequence = excluded.sequence`,
    )
    // The newest hit gives name, type, action and lists; clocks may jump, so "newest" is by its own time.
    this.#updateHit = database.prepare(
      `UPDATE hit SET blocked_count = blocked_count + :blocked, logged_count = logged_count + :logged,
         triggers = triggers | :triggers,
         first_qname = iif(:first < first_at, :firstQname, first_qname), first_at = min(first_at, :first),
         last_qname = iif(:last >= last_at, :lastQname, last_qname),
         last_qtype = iif(:last >= last_at, :qtype, last_qtype),
         last_action = iif(:last >= last_at, :action, last_action),
         list_set_id = iif(:last >= last_at, :lists, list_set_id), last_at = max(last_at, :last)
       WHERE client_id = :client AND indicator_id = :indicator`,
    )
    this.#addHit = database.prepare(
      `INSERT INTO hit (client_id, indicator_id, blocked_count, logged_count, first_at, last_at, first_qname,
         last_qname, last_qtype, last_action, triggers, list_set_id)
       VALUES (:client, :indicator, :blocked, :logged, :first, :last, :firstQname, :lastQname, :qtype, :action,
         :triggers, :lists)`,
    )
    this.#saveFolded = database.prepare(
      `INSERT INTO folded_hit (indicator_id, blocked_count, logged_count, first_at, last_at) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET blocked_count = blocked_count + excluded.blocked_count,
         logged_count = logged_count + excluded.logged_count,
         first_at = min(first_at, excluded.first_at), last_at = max(last_at, excluded.last_at)`,
    )
  }

  /** Rows of `hit` added by the last commit. */
  get addedRows(): number {
    return this.#addedRows
  }

  /** Commits the half. 'known': it is in already, by a store thread that died before it could clear it. */
  commit(half: SealedHalf): 'committed' | 'known' {
    return this.#transaction(() => {
      const drained = this.#findDrained.get(half.thread)
      if (drained && drained['run'] === half.run && Number(drained['sequence']) >= half.sequence)
        return 'known'
      this.#writeLists()
      half.forEach((pair) => this.#write(readHit(pair)))
      this.#totals.write()
      this.#saveDrained.run(half.thread, half.run, half.sequence)
      return 'committed'
    })
  }

  /** Writes what has changed of the lists; nothing to do most of the time. */
  saveLists(): void {
    if (this.#savedLists !== this.#registry.version) this.#transaction(() => this.#writeLists())
  }

  #writeLists(): void {
    if (this.#savedLists === this.#registry.version) return
    for (const list of this.#registry.all()) this.#identifiers.saveList(list)
    this.#savedLists = this.#registry.version
  }

  #write(hit: Hit): void {
    const { blocked, logged, firstMs: first, lastMs: last, triggers, qtype, action } = hit
    const lists = hit.lists.map((number) => this.#identifiers.list(this.#registry.get(number)))
    const indicator = this.#identifiers.indicator(hit.indicator, hit.kind)
    if (lists.length > 0) this.#totals.decide(lists[0]!, blocked + logged)
    if (hit.clientKey === null) {
      this.#saveFolded.run(indicator, blocked, logged, first, last)
      return
    }
    const client = this.#identifiers.client(hit.clientKey, first, last)
    const row = {
      client, indicator, blocked, logged, first, last, triggers, qtype, action,
      lists: this.#identifiers.listSet(lists),
      firstQname: hit.firstQname === hit.indicator ? null : hit.firstQname,
      lastQname: hit.lastQname === hit.indicator ? null : hit.lastQname,
    } // prettier-ignore
    const isNew = this.#updateHit.run(row).changes === 0
    if (isNew) {
      this.#addHit.run(row)
      this.#addedRows++
    }
    this.#totals.add(client, lists, isNew, hit)
  }

  #transaction<T>(work: () => T): T {
    this.#addedRows = 0
    this.#totals.reset()
    this.#database.exec('BEGIN IMMEDIATE')
    try {
      const result = work()
      this.#database.exec('COMMIT')
      return result
    } catch (error) {
      this.#undo()
      throw error
    }
  }

  #undo(): void {
    this.#identifiers.forget()
    this.#savedLists = -1
    this.#addedRows = 0
    try {
      // SQLite has rolled back by itself after some errors (disk full).
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
    } catch {
      // What went wrong first is what is told; the connection is closed after it.
    }
  }
}
