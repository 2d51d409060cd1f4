/**
 * Imports on their way to a proposal, one at a time: read in a thread of its own, held against the guards of this server,
 * compared with what is enforced. Where the program ends in between, the file is read again.
 */
import type { Clock } from '../clock.ts'
import { BATCH_ITEMS } from '../imports/batch.ts'
import { readAnnexes } from '../imports/read-annexes.ts'
import { ImportError } from '../imports/propose.ts'
import type { ProposedItem } from '../indicators/proposal.ts'
import type { Kind } from '../indicators/verdict.ts'
import { parsePrefix } from '../lists/prefix-text.ts'
import { MAX_STANDINGS, type Standing } from '../lists/standing.ts'
import type { Logger } from '../log/log.ts'
import { MAX_ASKED, MAX_EXCEPT } from '../query/shared-addresses.ts'
import type { ImportsDatabase } from './database.ts'
import { countItems } from './item-counts.ts'
import { MetNames } from './item-names.ts'
import type { ImportRow, ImportRows } from './import-rows.ts'
import type { Compared, ItemRow, ItemRows, TargetRow } from './item-rows.ts'
import type { Originals } from './originals.ts'
import type { ReviewReason } from './reasons.ts'
import { lookShared, type AskShared, type Owners } from './sharing.ts'
import type { StateGuards } from './state-guards.ts'
import { targetsOf } from './targets.ts'

/** Items written at once. */
const BATCH = BATCH_ITEMS
/** A file whose reading has ended the program twice is not read again. */
const MAX_ATTEMPTS = 3
const COMPARE_ATTEMPTS = 5
const COMPARE_PAUSE_MS = 1000

/** What is in force about names and addresses, of the list thread. Rejects where it does not answer. */
export type AskStandings = (indicators: readonly string[]) => Promise<readonly Standing[]>

export interface ReadingSources {
  readonly database: ImportsDatabase
  readonly imports: ImportRows
  readonly items: ItemRows
  readonly originals: Originals
  readonly standings: AskStandings
  readonly shared: AskShared
  /** So many owners of clean names make an address a shared one; 0: none do. */
  readonly sharedBy: () => number
  readonly guards: () => StateGuards
  /** What list `id` does with what it holds, or null: it is not configured. */
  readonly actionOf: (list: string) => string | null
  readonly clock: Clock
  readonly log: Pick<Logger, 'info' | 'warn' | 'error'>
}

export class Reading {
  readonly #sources: ReadingSources
  readonly #waiting: number[] = []
  #running: Promise<void> | null = null
  #isClosed = false

  constructor(sources: ReadingSources) {
    this.#sources = sources
  }

  /** Imports that wait or are being read. */
  get busy(): number {
    return this.#waiting.length + (this.#running === null ? 0 : 1)
  }

  /** Reads import `id` when those before it are done. */
  enqueue(id: number): void {
    this.#waiting.push(id)
    this.#running ??= this.#run().finally(() => (this.#running = null))
  }

  /** Resolves when nothing waits. */
  async settled(): Promise<void> {
    while (this.#running !== null) await this.#running
  }

  /** Begins nothing more. */
  close(): void {
    this.#isClosed = true
  }

  async #run(): Promise<void> {
    for (let id = this.#waiting.shift(); id !== undefined && !this.#isClosed; id = this.#waiting.shift()) {
      const { imports, log } = this.#sources
      try {
        await this.#read(imports.get(id))
        if (this.#isClosed) return
        const { items, counts } = imports.get(id)
        log.info({ import: id, items, ...counts?.decisions }, 'an import is ready to be reviewed')
      } catch (error) {
        if (this.#isClosed) return
        await this.#fail(id, error as Error)
      }
    }
  }

  async #fail(id: number, error: Error): Promise<void> {
    const { imports, items, log } = this.#sources
    log.warn({ import: id, reason: error.message }, 'an import could not be read')
    if (!(error instanceof ImportError)) log.error({ import: id, error }, 'reading an import failed')
    try {
      imports.noteFailed(id, error.message)
      await items.remove(id)
    } catch (fault) {
      log.error({ import: id, error: fault }, 'what became of an import could not be written down')
    }
  }

  async #read(row: ImportRow): Promise<void> {
    const { database, imports, items, originals, clock } = this.#sources
    const { id } = row
    if (imports.beginReading(id) > MAX_ATTEMPTS)
      throw new ImportError('reading it was begun several times and never ended')
    await items.remove(id)
    const files = await Promise.all(
      row.files.map(async ({ name }, number) => ({ name, bytes: await originals.read(id, number) })),
    )
    let batch: ProposedItem[] = []
    let count = 0
    const write = (): void => {
      items.add(id, count + 1, batch)
      count += batch.length
      batch = []
    }
    const read = await readAnnexes(files, { nowMs: clock.wallMs() }, (item) => {
      if (batch.push(item) >= BATCH && !this.#isClosed) write()
    })
    if (this.#isClosed) return
    write()
    imports.noteRead(id, count, read.files)
    imports.setState(id, 'comparing')
    await this.#compare(row)
    if (this.#isClosed) return
    imports.noteCounts(id, await countItems(database, id, count))
    imports.noteReady(id, clock.wallMs())
  }

  async #compare({ id, list }: ImportRow): Promise<void> {
    const { items, guards, actionOf } = this.#sources
    const stateGuards = guards()
    const action = actionOf(list)
    const owners = await this.#lookShared(id)
    const names = new MetNames()
    for (let after = 0; ;) {
      const page = items.pageOfTargets(id, after, MAX_STANDINGS)
      if (page.length === 0) break
      const standings = await this.#ask(page.map(({ target }) => target))
      if (this.#isClosed) return
      // Most of a list is as it was added: nothing speaks against it, and nobody holds it.
      for (const { target, number } of page) names.note(target, number)
      const compared = page.flatMap(
        (item, at) =>
          comparedOf(item, standings[at]!, owners.get(item.target) ?? null, action, stateGuards) ?? [],
      )
      if (compared.length > 0) items.compare(id, compared)
      after = page.at(-1)!.number
    }
    await items.names.write(id, names)
  }

  /** Those that many share, by address. Names that the same document lists are not clean. */
  async #lookShared(id: number): Promise<ReadonlyMap<string, Owners>> {
    const { imports, items, shared, sharedBy } = this.#sources
    const least = sharedBy()
    const last = imports.get(id).items
    const withPort = least === 0 ? [] : await items.withPort(id, MAX_ASKED, last)
    const plain = least === 0 ? { texts: [], total: 0 } : await items.targets(id, ADDRESSES, MAX_ASKED, last)
    const addresses = [...new Set([...plain.texts, ...withPort.flatMap(chosenOf)])]
    if (addresses.length === 0) {
      imports.noteShared(id, null)
      return NOBODY
    }
    const total = addresses.length + plain.total - plain.texts.length
    const { texts: except } = await items.targets(id, ['host'], MAX_EXCEPT, last)
    const { note, owners } = await lookShared(addresses, total, except, shared)
    if (this.#isClosed) return NOBODY
    imports.noteShared(id, note)
    const many = new Map([...owners].filter(([, { most }]) => most >= least))
    items.compare(id, withPort.flatMap((item) => toldOf(item, many) ?? [])) // prettier-ignore
    return many
  }

  /** The list thread may be busy with a build, or be started again. */
  async #ask(targets: readonly string[]): Promise<readonly Standing[]> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#sources.standings(targets)
      } catch (error) {
        if (attempt >= COMPARE_ATTEMPTS || this.#isClosed) throw error
        await new Promise((resolve) => setTimeout(resolve, COMPARE_PAUSE_MS))
      }
    }
  }
}

const ADDRESSES: readonly Kind[] = ['ip', 'cidr']
const NOBODY: ReadonlyMap<string, Owners> = new Map()

/** The address a person would choose of one with a port. */
function chosenOf(item: ItemRow): string[] {
  return targetsOf(item).flatMap(({ text }) => (parsePrefix(text) === null ? [] : [text]))
}

/** It is held for its port already: what many share is told with it. Null: nothing is. */
function toldOf(item: ItemRow, shared: ReadonlyMap<string, Owners>): Compared | null {
  const { number, decision, reasons, standing, knownBy, allowedBy } = item
  const sharedBy = chosenOf(item).map((address) => shared.get(address)).find((owners) => owners !== undefined) // prettier-ignore
  if (sharedBy === undefined) return null
  return { number, decision, reasons: ['shared-address', ...reasons], standing, known: { by: knownBy, allowedBy, sharedBy } } // prettier-ignore
}

/** What there is to note; null: nothing. */
function comparedOf(
  { number, decision, reasons, target }: TargetRow,
  standing: Standing,
  sharedBy: Owners | null,
  action: string | null,
  guards: StateGuards,
): Compared | null {
  const guard = guards.reasonOf(target)
  if (guard === null && sharedBy === null && standing.allowedBy === null && standing.knownBy.length === 0)
    return null
  const found: ReviewReason[] = []
  if (guard !== null) found.push(guard)
  if (sharedBy !== null) found.push('shared-address')
  if (standing.allowedBy !== null) found.push('allowed')
  const more = found.filter((reason) => !reasons.includes(reason))
  return {
    number,
    decision: decision === 'accept' && found.length > 0 ? 'hold' : decision,
    reasons: [...more, ...reasons],
    standing: standingOf(standing, action),
    known: { by: standing.knownBy, allowedBy: standing.allowedBy, sharedBy },
  }
}

function standingOf({ knownBy, actions, allowedBy }: Standing, action: string | null): Compared['standing'] {
  if (allowedBy !== null) return 'conflict'
  if (knownBy.length === 0) return 'new'
  return action !== null && actions.some((each) => each !== action) ? 'conflict' : 'known'
}
