/**
 * The base snapshot: all configured lists, kept in force. Starts from the packed copy, builds when something changed,
 * and writes down what it took. One build at a time; what is asked for meanwhile is one more build.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../clock.ts'
import type { Settings } from '../config/settings.ts'
import type { Logger } from '../log/log.ts'
import { SnapshotBuilder } from '../policy/builder.ts'
import { SnapshotFullError } from '../policy/full-error.ts'
import { PolicyReader } from '../policy/reader.ts'
import type { Random } from '../random.ts'
import { collectGarbage } from '../thread/collect.ts'
import { movedAllow } from './allow-note.ts'
import { sourceOf, type ListSource } from './basis.ts'
import { compileLists } from './compile.ts'
import type { Compiled, CompiledList } from './compile.ts'
import { configuredLists, settingsDigest } from './configured.ts'
import type { ConfiguredList } from './configured.ts'
import { findGuardedAddresses } from './guarded-addresses.ts'
import { LastGood } from './last-good.ts'
import { logLists } from './list-log.ts'
import { Tally } from './outcome.ts'
import { digestOrNone, PackedCopy } from './packed-copy.ts'
import type { Slots } from './slots.ts'
import { Attempts } from './status.ts'
import type { ListStatus } from './status.ts'
import { actionsAt } from './validity.ts'

export interface BaseEvents {
  /** A snapshot has come into force. */
  published(): void
}

export class Base {
  readonly #slots: Slots
  readonly #clock: Clock
  readonly #log: Logger
  readonly #events: BaseEvents
  readonly #lastGood: LastGood
  readonly #packed: PackedCopy
  readonly #attempts = new Attempts()
  readonly #reader: PolicyReader[]
  #settings: Settings
  #seed: number
  #lists: readonly CompiledList[] = []
  #names = 0
  #addresses = 0
  #buildMs: number | null = null
  #error: string | null = null
  #running: Promise<void> | null = null
  #waiting: { readonly force: Set<string>; readonly done: Promise<void> } | null = null
  /** Of what is being built, otherwise of what is in force; null: not known. */
  #settingsDigest: string | null = null
  /** What the lists do in what was built last, or is known to be what a build would come to: see actionsAt. */
  #actions: string | null = null
  /** Why it was last built for allow entries: see movedAllow. */
  #movedBefore = ''
  #isRetryDue = false
  /** The slot that is not in force is being written. */
  #isCompiling = false
  /** What is in force was built by this thread. */
  #isBuilt = false

  /** The data directory is `settings.store.path`; it is made where it is missing. */
  constructor(
    settings: Settings,
    slots: Slots,
    clock: Clock,
    random: Random,
    log: Logger,
    events: BaseEvents,
  ) {
    this.#settings = settings
    this.#slots = slots
    this.#clock = clock
    this.#log = log
    this.#events = events
    mkdirSync(settings.store.path, { recursive: true, mode: 0o700 })
    this.#lastGood = new LastGood(join(settings.store.path, 'lists'))
    this.#packed = new PackedCopy(join(settings.store.path, 'snapshot.packed'), log)
    this.#reader = slots.pair.map((slot) => new PolicyReader(slot))
    this.#seed = random.bits32() | 0
  }

  /** What names are hashed with, in the overlay too; settled once `start` has returned. */
  get seed(): number {
    return this.#seed
  }

  get lists(): readonly CompiledList[] {
    return this.#lists
  }

  get names(): number {
    return this.#names
  }

  get addresses(): number {
    return this.#addresses
  }

  get buildMs(): number | null {
    return this.#buildMs
  }

  get error(): string | null {
    return this.#error
  }

  number(id: string): number {
    return this.#lastGood.number(id)
  }

  /**
   * Brings the packed copy into force where it holds. Returns whether a snapshot is in force; `update` is then what
   * brings it up to date.
   */
  async start(): Promise<boolean> {
    if (this.#slots.generation > 0) {
      // The thread before this one died; what it built is still in force.
      this.#adopt(this.#slots.activeSlot)
      return true
    }
    if (!this.#packed.load(await this.#slots.next())) return false
    this.#adopt(this.#slots.activeSlot ^ 1)
    this.#slots.publish()
    this.#lists = configuredLists(this.#settings).map((list) => this.#remembered(list))
    this.#log.info({ names: this.#names, addresses: this.#addresses }, 'answering from the packed snapshot')
    this.#events.published()
    return true
  }

  /** Builds unless what is in force was made from the very files and settings that are there now. */
  async update(): Promise<void> {
    if (this.#isBuilt) return
    const nowMs = this.#clock.wallMs()
    const actions = actionsAt(this.#settings.lists, nowMs)
    const isCurrent = await this.#packed.isCurrent(this.#settings, nowMs)
    if (!isCurrent || movedAllow(this.#lists, nowMs) !== '') return this.build()
    if (!this.#isBuilt && !this.#running) {
      this.#settingsDigest = this.#packed.settingsDigest
      this.#actions = actions
    }
    collectGarbage()
  }

  /** Builds when one of the files at `paths` is not what is in force, or is told to be wrong and may be right again. */
  async followFiles(paths: readonly string[]): Promise<void> {
    for (const { id, path, digest, error } of this.#lists) {
      if (!paths.includes(path)) continue
      if (error !== null || (await digestOrNone(path)) !== digest) return this.build()
      this.#confirm(id, path)
    }
  }

  /** Takes over new settings; a build brings them into force, unless they say of the lists what is in force. */
  configure(settings: Settings): Promise<void> {
    this.#settings = settings
    const isKnown =
      this.#settingsDigest === settingsDigest(settings, findGuardedAddresses(settings), this.#clock.wallMs())
    return isKnown ? (this.#running ?? Promise.resolve()) : this.build()
  }

  /** Reads all lists anew and brings them into force. `force`: ids of lists that are taken however small. */
  build(force: Iterable<string> = []): Promise<void> {
    if (this.#waiting) {
      for (const id of force) this.#waiting.force.add(id)
      return this.#waiting.done
    }
    const waiting = { force: new Set(force), done: Promise.resolve() }
    const before = this.#running ?? Promise.resolve()
    const done = before.then(() => {
      this.#waiting = null
      this.#running = this.#build(waiting.force).finally(() => (this.#running = null))
      return this.#running
    })
    this.#waiting = { ...waiting, done }
    return done
  }

  /** Builds where a list has come to its first day, or is past its last, and where an allow entry is: once. */
  followClock(): Promise<void> {
    const nowMs = this.#clock.wallMs()
    const haveListsMoved = this.#actions !== null && this.#actions !== actionsAt(this.#settings.lists, nowMs)
    const moved = movedAllow(this.#lists, nowMs)
    const isDue = haveListsMoved || (moved !== '' && moved !== this.#movedBefore)
    if (!isDue || this.#running || this.#waiting) return Promise.resolve()
    this.#movedBefore = moved
    return this.build()
  }

  /** Builds once more after one that failed for a reason that may pass. */
  retry(): Promise<void> {
    return this.#isRetryDue ? this.build() : Promise.resolve()
  }

  /** Resolves when no build is running or waiting. */
  async settled(): Promise<void> {
    while (this.#running ?? this.#waiting) await (this.#waiting?.done ?? this.#running)
  }

  status(): ListStatus[] {
    const configured = new Map(configuredLists(this.#settings).map((list) => [list.id, list]))
    return this.#lists.flatMap((compiled) => {
      const list = configured.get(compiled.id)
      if (list === undefined) return []
      const version = this.#lastGood.version(compiled.id)
      const good = version === undefined ? null : { ...version, keptPath: this.#lastGood.path(compiled.id) }
      return [this.#attempts.status(list, compiled, good, this.#clock.wallMs())]
    })
  }

  /** What entries of the lists in force are justified from. */
  sources(): ListSource[] {
    const configured = new Map(configuredLists(this.#settings).map((list) => [list.id, list]))
    return this.#lists.flatMap((compiled) => {
      const list = configured.get(compiled.id)
      if (list === undefined) return []
      const good = this.#lastGood.version(compiled.id)
      // The copy is of what is in force; the file may have changed since.
      const path = good?.digest === compiled.digest ? this.#lastGood.path(compiled.id) : compiled.path
      return [sourceOf(list, compiled, path, this.#clock.wallMs())]
    })
  }

  /** The same content was published again: a list that is renewed does not always change. */
  #confirm(id: string, path: string): void {
    try {
      this.#lastGood.confirm(id, path)
    } catch (error) {
      this.#log.debug({ list: id, error }, 'the time of the last good version could not be written')
    }
  }

  async #build(force: ReadonlySet<string>): Promise<void> {
    this.#isRetryDue = false
    try {
      const compiled = await this.#compile(force)
      this.#note(compiled)
      this.#events.published()
      await this.#writeDown(compiled)
    } catch (error) {
      this.#settingsDigest = null
      this.#error = error instanceof Error ? error.message : String(error)
      this.#isRetryDue = !(error instanceof SnapshotFullError)
      this.#log.error({ error }, 'the lists could not be built; what was in force stays')
      if (this.#slots.generation === 0) await this.#publishNothing()
    }
    // What was read and written down; and what the start left, where this was the first.
    collectGarbage()
  }

  /** Builds in the slot that is not in force and puts it in force. */
  async #compile(force: ReadonlySet<string>): Promise<Compiled> {
    const slot = await this.#slots.next()
    this.#isCompiling = true
    try {
      const startedMs = this.#clock.monotonicMs()
      const settings = this.#settings
      const nowMs = this.#clock.wallMs()
      this.#settingsDigest = settingsDigest(settings, findGuardedAddresses(settings), nowMs)
      this.#actions = actionsAt(settings.lists, nowMs)
      const lastGood = this.#lastGood
      const compiled = await compileLists(settings, slot, { seed: this.#seed, lastGood, force, nowMs })
      this.#slots.publish()
      this.#buildMs = this.#clock.monotonicMs() - startedMs
      return compiled
    } finally {
      this.#isCompiling = false
      void this.#dropIdle()
    }
  }

  /** Waited for by nobody: a resolver thread may be stuck on the version before. The next build is a chance again. */
  async #dropIdle(): Promise<void> {
    try {
      await this.#slots.dropIdle(() => !this.#isCompiling)
    } catch (error) {
      this.#log.debug({ error }, 'the memory of the version before is still in use')
    }
  }

  /** Clean names must be answered whatever is wrong with the lists. */
  async #publishNothing(): Promise<void> {
    new SnapshotBuilder(await this.#slots.next(), this.#seed).finish({ lists: [], rules: [], counts: {} })
    this.#slots.publish()
    this.#events.published()
  }

  #note({ lists, built }: Compiled): void {
    const now = this.#clock.wallMs()
    this.#error = null
    this.#isBuilt = true
    this.#lists = lists
    this.#names = built.names
    this.#addresses = built.addresses
    for (const list of lists) this.#attempts.note(list, now)
    logLists(this.#log, lists, configuredLists(this.#settings), now)
    const { names, addresses, bytesUsed } = built
    this.#log.info(
      { names, addresses, bytes: bytesUsed, ms: Math.round(this.#buildMs ?? 0) },
      'lists in force',
    )
  }

  /** After the change, so that no list waits for the disk. A full disk costs the next start time, nothing else. */
  async #writeDown(compiled: Compiled): Promise<void> {
    const takenAt = new Date(this.#clock.wallMs()).toISOString()
    try {
      for (const { id, path, state, digest, format, outcome } of compiled.lists) {
        if (state !== 'loaded' || format === null) continue
        await this.#lastGood.keep(id, { path, digest, format, outcome, takenAt })
      }
      this.#lastGood.save()
      await this.#packed.save(this.#slots.active, compiled)
    } catch (error) {
      this.#log.error({ error }, 'the lists in force could not be written down for the next start')
    }
  }

  /** Goes on with the seed and the list numbers of a snapshot that exists. */
  #adopt(slot: number): void {
    const reader = this.#reader[slot]!
    reader.attach()
    this.#seed = reader.seed
    this.#names = reader.names
    this.#addresses = reader.addresses
    for (const { id, number } of reader.meta.lists) this.#lastGood.adoptNumber(id, number)
    reader.detach()
  }

  #remembered(list: ConfiguredList): CompiledList {
    const { id, kind, path } = list
    const good = this.#lastGood.version(id)
    const digest = this.#packed.digest(id)
    return {
      id,
      number: this.#lastGood.number(id),
      kind,
      path,
      state: digest === '' ? 'failed' : 'loaded',
      outcome: good?.outcome ?? new Tally().outcome(),
      digest,
      format: good?.format ?? null,
      error: null,
    }
  }
}
