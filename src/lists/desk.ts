/** Everything the list thread answers for, tied together: base snapshot, edits over it, watched files, explanations. */
import type { Clock } from '../clock.ts'
import type { Settings } from '../config/settings.ts'
import type { Logger } from '../log/log.ts'
import { Policy } from '../policy/decide.ts'
import type { Random } from '../random.ts'
import { ControlWords, Swapped } from '../thread/control-words.ts'
import type { SharedState } from '../thread/shared-state.ts'
import { Base } from './base.ts'
import { configuredLists } from './configured.ts'
import { Edits } from './edits.ts'
import { explain } from './explain.ts'
import type { Explanation } from './explain.ts'
import type { Override } from './overrides.ts'
import { OVERRIDES_LIST } from './overrides.ts'
import { Slots } from './slots.ts'
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

  /** Throws RangeError when `text` is neither a name nor an address. */
  lookup(text: string): Lookup {
    this.#policy.attachBase(this.#baseSlots.activeSlot)
    this.#policy.attachOverlay(this.#overlaySlots.activeSlot)
    const isPaused = this.#words.pausedUntilMs > this.#clock.wallMs()
    const found = explain(this.#policy, text, this.#base.status(), isPaused)
    return { ...found, override: this.edits.find(found.name) }
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

  #watch(): void {
    this.#watcher.watch(configuredLists(this.#settings).map(({ path }) => path))
  }

  #tick(): void {
    const failed = (error: unknown): void => this.#log.error({ error }, 'an override could not be ended')
    this.edits.expire().catch(failed)
    if (++this.#ticks % RETRY_TICKS === 0) void this.#base.retry()
  }
}
