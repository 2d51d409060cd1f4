/** Everything the list thread answers for, tied together: base snapshot, edits over it, watched files, explanations. */
import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Clock } from '../clock.ts'
import type { Settings } from '../config/settings.ts'
import type { Logger } from '../log/log.ts'
import { Policy } from '../policy/decide.ts'
import type { Random } from '../random.ts'
import { ControlWords, Swapped } from '../thread/control-words.ts'
import type { SharedState } from '../thread/shared-state.ts'
import { Base } from './base.ts'
import { justify, originsIn, type ImportOrigin, type Justification } from './basis.ts'
import { configuredLists } from './configured.ts'
import { Edits } from './edits.ts'
import { EnforcedFiles, type EnforcedFile } from './enforced-file.ts'
import type { EnforcedFormat } from './enforced-formats.ts'
import { explain, type Explanation } from './explain.ts'
import type { Override } from './overrides.ts'
import { OVERRIDES_LIST } from './overrides.ts'
import { Slots } from './slots.ts'
import { standingsOf, type Standing } from './standing.ts'
import type { ListsStatus } from './status.ts'
import { FileWatcher } from './watch.ts'
import type { WatchDirectory } from './watch.ts'

const TICK_MS = 1000
const RETRY_TICKS = 10

/** A list as hits are told apart by: see detection/list-registry. */
export interface RegisteredList {
  readonly number: number
  readonly id: string
  readonly campaign: string | null
  readonly basis: string
  readonly action: string
}

export interface DeskEvents {
  /** Base or overlay have changed. */
  published(): void
  /** The lists in force, with their numbers. */
  registered(lists: readonly RegisteredList[]): void
}

/** A lookup as the admin API gives it. */
export interface Lookup extends Explanation {
  /** The entry made by hand that lets it through, or null. */
  readonly override: Override | null
}

export class ListDesk {
  readonly edits: Edits
  readonly #base: Base
  readonly #baseSlots: Slots
  readonly #overlaySlots: Slots
  readonly #words: ControlWords
  readonly #policy: Policy
  readonly #watcher: FileWatcher
  readonly #enforced: EnforcedFiles
  readonly #clock: Clock
  readonly #log: Logger
  #settings: Settings
  #stopTicks: () => void = () => {}
  #following: Promise<void> = Promise.resolve()
  #ticks = 0

  constructor(
    settings: Settings,
    shared: Pick<SharedState, 'control' | 'snapshots' | 'overlays'>,
    clock: Clock,
    random: Random,
    log: Logger,
    events: DeskEvents,
    watchDirectory?: WatchDirectory,
  ) {
    this.#settings = settings
    this.#clock = clock
    this.#log = log
    this.#words = new ControlWords(shared.control, settings.workers)
    this.#baseSlots = new Slots(this.#words, Swapped.snapshot, shared.snapshots)
    this.#overlaySlots = new Slots(this.#words, Swapped.overlay, shared.overlays)
    this.#base = new Base(settings, this.#baseSlots, clock, random, log, {
      published: () => {
        events.registered(this.registry())
        events.published()
      },
    })
    this.edits = new Edits(
      settings.store.path, this.#overlaySlots, this.#words, this.#base, clock, log, () => events.published(),
    ) // prettier-ignore
    this.#policy = new Policy(shared.snapshots, shared.overlays)
    const source = {
      version: () => `${this.#baseSlots.generation}.${this.#overlaySlots.generation}.${JSON.stringify(this.#settings.sinkhole)}`,
      // Its own, because a lookup may come between.
      policy: () => this.#attached(new Policy(shared.snapshots, shared.overlays)),
      head: () => ({ sinkhole: this.#settings.sinkhole }),
    } // prettier-ignore
    this.#enforced = new EnforcedFiles(join(settings.store.path, 'enforced'), source, clock)
    const changed = (paths: readonly string[]): void => {
      this.#following = this.#following.then(() => this.#base.followFiles(paths))
    }
    this.#watcher = new FileWatcher(changed, clock, watchDirectory)
  }

  get names(): number {
    return this.#base.names
  }

  get addresses(): number {
    return this.#base.addresses
  }

  /** Brings a snapshot into force: the packed one, or where there is none the lists themselves. */
  async start(): Promise<void> {
    this.#watch()
    const isInForce = await this.#base.start()
    if (!isInForce) await this.#base.build()
    await this.edits.start()
    this.#stopTicks = this.#clock.every(TICK_MS, () => this.#tick())
  }

  /** Brings what `start` found up to date. */
  async update(): Promise<void> {
    await this.#base.update()
  }

  /** Reads the lists again. `id` and `force`: that list, or with null all, is taken however small it has become. */
  async reload(id: string | null, force: boolean): Promise<ListsStatus> {
    const ids = configuredLists(this.#settings).map((list) => list.id)
    if (id !== null && !ids.includes(id)) throw new RangeError(`there is no list "${id}"`)
    await this.#base.build(!force ? [] : id === null ? ids : [id])
    return this.status()
  }

  async configure(settings: Settings): Promise<void> {
    this.#settings = settings
    this.#watch()
    await this.#base.configure(settings)
  }

  status(): ListsStatus {
    const { names, addresses, buildMs, error } = this.#base
    return {
      lists: this.#base.status(),
      names,
      addresses,
      generation: this.#baseSlots.generation,
      reloadSeconds: buildMs === null ? null : buildMs / 1000,
      error,
      pause: this.edits.pause,
    }
  }

  registry(): RegisteredList[] {
    const lists = this.#base.status()
    const overrides = { number: this.#base.number(OVERRIDES_LIST), id: OVERRIDES_LIST, campaign: null }
    return [
      ...lists.map(({ number, id, campaign, basis, action }) => ({ number, id, campaign, basis, action })),
      { ...overrides, basis: 'allowed by hand', action: 'allow' },
    ]
  }

  /** `client`: address of who would ask; null: somebody of no group. Throws RangeError when `text` is neither a name nor an address. */
  lookup(text: string, client: string | null = null): Lookup {
    this.#attached(this.#policy)
    const isPaused = this.#words.pausedUntilMs > this.#clock.wallMs()
    const found = explain(this.#policy, text, this.#base.status(), isPaused, client)
    return { ...found, override: this.edits.find(found.name) }
  }

  /** A file with what is enforced now. Rejects as EnforcedFiles. */
  enforced(format: EnforcedFormat): Promise<EnforcedFile> {
    return this.#enforced.file(format)
  }

  /** The same with what justifies it, and where it stands. Rejects with RangeError. */
  async justified(text: string, client: string | null = null): Promise<Lookup & Justification> {
    const found = this.lookup(text, client)
    return { ...found, ...(await justify(found, this.#base.sources())) }
  }

  /** Where each of `indicators` comes from that the approved list `id` holds; null: its file does not say. */
  async origins(id: string, indicators: readonly string[]): Promise<(ImportOrigin | null)[]> {
    const source = this.#base.sources().find((one) => one.id === id && one.isApproved)
    return source === undefined ? indicators.map(() => null) : originsIn(source, indicators)
  }

  /** How `indicators`, names in lower-case A-labels or addresses, stand to what is in force. */
  standings(indicators: readonly string[]): Standing[] {
    return standingsOf(this.#attached(this.#policy), indicators)
  }

  /** Resolves when what was begun is in force and written down. */
  async settled(): Promise<void> {
    await this.#following
    await this.#base.settled()
  }

  /** Looks at no file any more and finishes what was begun. */
  async close(): Promise<void> {
    this.#stopTicks()
    this.#watcher.close()
    await this.settled()
  }

  /** Lets `policy` read what is in force now. */
  #attached(policy: Policy): Policy {
    policy.attachBase(this.#baseSlots.activeSlot)
    policy.attachOverlay(this.#overlaySlots.activeSlot)
    return policy
  }

  #watch(): void {
    for (const { path, feed, primary } of this.#settings.lists)
      if (feed !== null || primary !== null) makeDirectory(dirname(path))
    this.#watcher.watch(configuredLists(this.#settings).map(({ path }) => path))
  }

  #tick(): void {
    const failed = (error: unknown): void => this.#log.error({ error }, 'an override could not be ended')
    this.edits.expire().catch(failed)
    void this.#base.followClock()
    if (++this.#ticks % RETRY_TICKS === 0) void this.#base.retry()
  }
}

/** For what is fetched: only a directory that is there can be watched. */
function makeDirectory(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 })
  } catch {
    // A disk that cannot be written: whoever fetches says so, and looking every few seconds has to do.
  }
}
