/**
 * From a document somebody sent to an enforced, justified list: files come in, are read and compared, people decide, and
 * what they approved is written where the list thread reads it. An import is a proposal; nothing here blocks by itself.
 */
import type { Clock } from '../clock.ts'
import type { Settings } from '../config/settings.ts'
import { DEFAULT_LIMITS } from '../documents/limits.ts'
import type { ImportOrigin } from '../lists/basis.ts'
import type { Logger } from '../log/log.ts'
import { ApprovedFiles } from './approved-files.ts'
import { BlockReports } from './block-reports.ts'
import { ImportsDatabase } from './database.ts'
import { countItems } from './item-counts.ts'
import { Decisions, type DecisionAsked, type DecisionRow, type Plan } from './decisions.ts'
import { ImportRows, type ImportHead, type ImportRow } from './import-rows.ts'
import { ItemRows, type ItemFilter, type ItemRow } from './item-rows.ts'
import { InForce } from './in-force.ts'
import { Originals } from './originals.ts'
import { firstOriginOf, originsOf } from './origins.ts'
import { fullDisk, refuse } from './problem.ts'
import { Reading, type AskStandings } from './reading.ts'
import { SharedInForce } from './shared-in-force.ts'
import type { AskShared } from './sharing.ts'
import { StateGuards } from './state-guards.ts'

/** Imports that wait to be read, and files that come in at the same time. */
const MAX_WAITING = 10
const MAX_INCOMING = 4
const MAX_DECISIONS = 100
/** Between two attempts to write a file that could not be written. */
const RETRY_MS = 10_000

export interface ReviewOptions {
  readonly settings: () => Settings
  readonly clock: Clock
  readonly log: Logger
  readonly standings: AskStandings
  readonly shared: AskShared
  /** Path of the file with the addresses that are blocked, a line each. Rejects where there is none now. */
  readonly enforcedAddresses: () => Promise<string>
  /** Reads list `id` again; resolves when what lies in its file is in force. */
  readonly bringInForce: (list: string) => Promise<void>
}

/** Undecided items of imports, null: not known; and when the oldest import with some came, null: there is none. */
export interface ReviewStatus {
  readonly unguarded: number | null
  readonly held: number | null
  readonly oldestMs: number | null
  /** Lists whose file could not be written, so that what was decided last about them is not in force. */
  readonly notInForce: readonly string[]
}

/** A decision, and how far it has come. */
export interface Decision {
  readonly decision: DecisionRow
  readonly import: ImportRow
  /** False: it is written down, and the list thread has not taken it yet; it will by itself. */
  readonly isInForce: boolean
}

export class Review {
  /** What people say is blocked wrongly. */
  readonly reports: BlockReports
  /** Addresses of configured lists and feeds that clean names share. */
  readonly shared: SharedInForce
  readonly #options: ReviewOptions
  readonly #database: ImportsDatabase
  readonly #imports: ImportRows
  readonly #items: ItemRows
  readonly #decisions: Decisions
  readonly #originals: Originals
  readonly #inForce: InForce
  readonly #reading: Reading
  readonly #stopRetries: () => void
  #turn: Promise<unknown> = Promise.resolve()
  #incoming = 0

  /** The data directory is that of the settings. Never throws: what is wrong is `fault`. */
  constructor(options: ReviewOptions) {
    const { settings, clock, log } = options
    const directory = settings().store.path
    this.#options = options
    this.#database = new ImportsDatabase(directory, log)
    this.#imports = new ImportRows(this.#database)
    this.#items = new ItemRows(this.#database)
    this.reports = new BlockReports(this.#database)
    this.#decisions = new Decisions(this.#database, this.#items)
    this.#originals = new Originals(directory)
    const files = new ApprovedFiles(directory, this.#database)
    this.#inForce = new InForce({ files, imports: this.#imports, bringInForce: options.bringInForce, log })
    this.#reading = new Reading({
      database: this.#database,
      imports: this.#imports,
      items: this.#items,
      originals: this.#originals,
      standings: options.standings,
      shared: options.shared,
      sharedBy: () => settings().review.sharedBy,
      guards: () => new StateGuards(settings()),
      actionOf: (list) => settings().lists.find(({ id }) => id === list)?.action ?? null,
      clock,
      log,
    })
    const { shared, standings, enforcedAddresses: enforced } = options
    this.shared = new SharedInForce({ settings, enforced, shared, standings, clock, log })
    this.#stopRetries = clock.every(RETRY_MS, () => void this.#retry())
  }

  /** Why imports cannot be read or written, or null. */
  get fault(): string | null {
    return this.#database.fault
  }

  /** What waits for people. */
  status(): ReviewStatus {
    const notInForce = this.#inForce.behind
    try {
      if (this.fault === null) return { ...this.#imports.undecided(), notInForce }
    } catch (error) {
      this.#options.log.warn({ error }, 'what is undecided about imports could not be read')
    }
    return { unguarded: null, held: null, oldestMs: null, notInForce }
  }

  /** Makes good what the end before cut short: files of approved entries, and imports that were not read. Never rejects. */
  async start(): Promise<void> {
    if (this.fault !== null) return
    const { log } = this.#options
    try {
      this.#originals.clean()
      for (const { id } of this.#imports.unfinished()) this.#reading.enqueue(id)
      await this.#inTurn(async () => {
        for (const id of this.#imports.halfForgotten()) await this.#items.remove(id)
        await this.#resume()
        for (const list of this.#approvedLists()) await this.#inForce.restore(list)
      })
    } catch (error) {
      log.error({ error }, 'the files of approved entries could not be written')
    }
  }

  /** Takes in a file that is to be read; resolves when it is on the disk. Rejects with ReviewError. */
  async receive(
    chunks: AsyncIterable<Uint8Array>,
    name: string,
    head: ImportHead,
    actor: string,
  ): Promise<ImportRow> {
    const { clock, settings } = this.#options
    const list = settings().lists.find(({ id }) => id === head.list)
    if (list?.feed != null && list.approved)
      refuse(
        'wrong',
        `What is approved for the list ${head.list} comes from another node: import the document there.`,
      )
    if (list?.approved !== true)
      refuse('wrong', `There is no list ${head.list} that holds what is approved of imports: add { id: ${head.list}, approved: true } to \`lists\` of the configuration.`) // prettier-ignore
    if (this.#incoming >= MAX_INCOMING || this.#reading.busy >= MAX_WAITING)
      refuse('conflict', 'Other imports are still being read: try again in a minute.')
    this.#incoming++
    try {
      const incoming = await this.#originals.receive(chunks, DEFAULT_LIMITS.maxInputBytes)
      let id: number
      try {
        id = this.#imports.add(head, actor, clock.wallMs(), { name, ...incoming })
        this.#originals.keep(incoming, id, 0)
      } catch (error) {
        this.#originals.drop(incoming)
        throw error
      }
      this.#makeRoom()
      this.#reading.enqueue(id)
      return this.#imports.get(id)
    } catch (error) {
      throw fullDisk(error)
    } finally {
      this.#incoming--
    }
  }

  /** The newest first; `before`: those with a smaller id. Throws ReviewError. */
  list(before: number, limit: number): ImportRow[] {
    return this.#imports.list(before, limit)
  }

  /** Throws ReviewError. */
  get(id: number): ImportRow {
    return this.#imports.get(id)
  }

  /** The last decisions about an import, the last one first. */
  decisions(id: number): DecisionRow[] {
    return this.#decisions.list(id, MAX_DECISIONS)
  }

  /** Throws ReviewError. */
  item(id: number, number: number): ItemRow {
    return this.#items.get(this.#imports.get(id).id, number)
  }

  /** Those that fit, by number, behind `after`. Throws ReviewError. */
  items(id: number, filter: ItemFilter, after: number, limit: number): ItemRow[] {
    return this.#items.page(this.#imports.get(id).id, filter, after, limit)
  }

  /** Whether it may be decided so, before it is recorded. Throws ReviewError. */
  plan(id: number, asked: DecisionAsked): Plan {
    const settings = this.#options.settings()
    const guards = new StateGuards(settings)
    return this.#decisions.plan(this.#imports.get(id), asked, settings.review.fourEyes, (target) => guards.reasonOf(target)) // prettier-ignore
  }

  /** Decides, and brings it into force. Rejects with ReviewError, and what SQLite and the file system say. */
  async decide(plan: Plan): Promise<Decision> {
    const { id, list } = plan.row
    const { decision, isWritten } = await this.#inTurn(async () => {
      await this.#resume()
      const made = await this.#decisions.make(plan, this.#options.clock.wallMs())
      await this.#recount(id)
      return { decision: made, isWritten: plan.asked.action === 'reject' ? 'same' : await this.#inForce.write(list) } as const // prettier-ignore
    })
    const isInForce = isWritten === 'changed' ? await this.#inForce.announce(list) : isWritten === 'same'
    return { decision, import: this.#imports.get(id), isInForce }
  }

  /** Forgets the items of an import of which nothing is enforced; who did and why stays. Rejects with ReviewError. */
  discard(id: number, reason: string, actor: string): Promise<ImportRow> {
    return this.#inTurn(async () => {
      const row = this.#imports.get(id)
      if (row.state === 'discarded') refuse('conflict', `Import ${id} is discarded already.`)
      if (row.state !== 'ready' && row.state !== 'failed') refuse('conflict', `Import ${id} is still being read: ask again.`) // prettier-ignore
      await this.#resume()
      if (this.#items.isEnforced(id))
        refuse('conflict', `Something of import ${id} is enforced: withdraw it first.`)
      this.#imports.noteDiscarded(id, { actor, atMs: this.#options.clock.wallMs(), reason })
      for (const [number, { deleted }] of row.files.entries())
        if (deleted === null) this.#delete(id, number, 'the import was discarded')
      await this.#items.remove(id)
      return this.#imports.get(id)
    })
  }

  /** Approvals by which `list` holds `indicator`; none where they cannot be read. */
  origins(list: string, indicator: string): ImportOrigin[] {
    try {
      return this.fault === null ? originsOf(this.#database, list, indicator) : []
    } catch (error) {
      this.#options.log.warn({ error }, 'where an indicator comes from could not be read')
      return []
    }
  }

  /** The first place by which `list` holds `indicator`, whose document a blocked answer names; null: none that can be read. */
  firstOrigin(list: string, indicator: string): ImportOrigin | null {
    try {
      return this.fault === null ? firstOriginOf(this.#database, list, indicator) : null
    } catch (error) {
      this.#options.log.warn({ error }, 'where an indicator comes from could not be read')
      return null
    }
  }

  /** Resolves when nothing is being read. */
  settled(): Promise<void> {
    return this.#reading.settled()
  }

  close(): void {
    this.#stopRetries()
    this.shared.close()
    this.#reading.close()
    this.#database.close()
  }

  /** Decisions and what goes with them, one after the other: each may take many steps. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work).catch((error: unknown) => Promise.reject(fullDisk(error)))
    this.#turn = done.catch(() => {})
    return done
  }

  /** Goes on with what could not be finished. Never rejects. */
  async #retry(): Promise<void> {
    if (this.fault !== null) return
    try {
      await this.#inTurn(() => this.#resume())
      await this.#inForce.retry((work) => this.#inTurn(work))
    } catch (error) {
      this.#options.log.error({ error }, 'a decision could not be carried out to its end; it is tried again')
    }
  }

  /** Finishes what a kill, or a disk that was full, has cut short. */
  async #resume(): Promise<void> {
    for (const id of await this.#decisions.resume()) {
      await this.#recount(id)
      this.#inForce.note(this.#imports.get(id).list)
    }
  }

  async #recount(id: number): Promise<void> {
    this.#imports.noteCounts(id, await countItems(this.#database, id, this.#imports.get(id).items))
  }

  #approvedLists(): string[] {
    return this.#options.settings().lists.filter(({ approved, feed }) => approved && feed === null).map(({ id }) => id) // prettier-ignore
  }

  #makeRoom(): void {
    const room = this.#options.settings().review.originalBytes
    const kept = this.#imports.kept()
    let bytes = kept.reduce((sum, file) => sum + file.bytes, 0)
    for (const file of kept) {
      if (bytes <= room) return
      this.#delete(file.id, file.number, 'to make room (review.originals)')
      bytes -= file.bytes
    }
  }

  #delete(id: number, number: number, why: string): void {
    this.#originals.remove(id, number)
    this.#imports.noteDeleted(id, number, this.#options.clock.wallMs(), why)
    this.#options.log.info({ import: id, file: number, why }, 'an imported file was deleted')
  }
}
