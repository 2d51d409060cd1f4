/**
 * All that knows who had an address when, as the configuration names it: lease files, neighbour table, register,
 * forwarders, reverse lookups, and the botnet list beside them. Owned by the control thread; what it finds out goes to the store.
 */
import type { Clock } from '../clock.ts'
import type { Settings } from '../config/settings.ts'
import { FileWatcher, type WatchDirectory } from '../lists/watch.ts'
import type { Logger } from '../log/log.ts'
import { addressText } from '../net/address.ts'
import type { RevealedPair } from '../query/forwarders.ts'
import type { Random } from '../random.ts'
import { AddressBook } from './address-book.ts'
import type { Asset } from './assets.ts'
import type { Binding } from './binding.ts'
import { Breath } from './breath.ts'
import { EdnsSource } from './edns-source.ts'
import { Leftovers } from './leftovers.ts'
import type { ListedUnit } from './listed-units.ts'
import { readNeighbours, type NeighbourTable } from './neighbours.ts'
import { Outbox, type Tell } from './outbox.ts'
import { ReverseSource } from './reverse-source.ts'
import { SourceSet } from './source-set.ts'
import type { SourceStatus } from './watched-file.ts'

export type IdentitySourcesSettings = Pick<Settings, 'identity' | 'forward' | 'units'>

export interface IdentitySourcesOptions {
  readonly settings: IdentitySourcesSettings
  readonly clock: Clock
  readonly log: Logger
  readonly random: Random
  /** Takes bindings, at most a thousand at a time; what it rejects is told again. */
  readonly tell: Tell
  /** Takes the whole register each time it was read. */
  readonly registered?: (assets: readonly Asset[]) => Promise<unknown> | void
  /** Takes the units on the botnet list whenever they may have changed. */
  readonly listed?: (units: readonly ListedUnit[]) => void
  /** Bindings that are open in the store, so that they are the same ones when they are seen again. */
  readonly remembered?: () => Promise<Iterable<Binding>> | Iterable<Binding>
  /** In place of the machine's own, for tests. */
  readonly watchDirectory?: WatchDirectory
  readonly readNeighbours?: () => Promise<NeighbourTable>
}

export interface IdentityStatus {
  readonly sources: readonly SourceStatus[]
  /** Bindings told to the store since the start; those it has not confirmed; those given up because too many waited. */
  readonly told: number
  readonly waiting: number
  readonly dropped: number
}

/** How often what has run out is ended, and what was not confirmed is sent again. */
const TICK_MS = 5000

/** The wall clock was set: by more than it drifts. */
const CLOCK_JUMP_MS = 60_000

export class IdentitySources {
  readonly #options: IdentitySourcesOptions
  readonly #book: AddressBook
  readonly #outbox: Outbox
  readonly #watcher: FileWatcher
  readonly #sources: SourceSet
  readonly #edns: EdnsSource
  readonly #reverse: ReverseSource
  readonly #leftovers: Leftovers
  #settings: IdentitySourcesSettings
  #listed: readonly ListedUnit[] = []
  /** The register, while the store has not taken it. */
  #untold: readonly Asset[] | null = null
  /** One file is read at a time. */
  #reading: Promise<void> = Promise.resolve()
  #looking: Promise<void> = Promise.resolve()
  #stopTicks: () => void = () => {}
  #stopLooks: () => void = () => {}
  #clockOffsetMs: number
  #told = 0
  #isStarted = false
  #isClosed = false

  constructor(options: IdentitySourcesOptions) {
    const { settings, clock, log, random, tell, watchDirectory } = options
    this.#options = options
    this.#settings = settings
    this.#clockOffsetMs = clock.wallMs() - clock.monotonicMs()
    this.#outbox = new Outbox(tell, (error) =>
      log.warn({ error }, 'the store has not taken what is known of machines: it is told again'),
    )
    this.#book = new AddressBook((change, binding) => {
      if (change === 'renewed') return
      this.#told++
      this.#outbox.add(binding)
    })
    const events = {
      registered: (assets: readonly Asset[]) => this.#tellRegister(assets),
      listed: (units: readonly ListedUnit[]) => this.#tellListed(units),
    }
    const neighbours = options.readNeighbours ?? (() => readNeighbours())
    this.#sources = new SourceSet(this.#book, { clock, log }, events, neighbours)
    this.#watcher = new FileWatcher(() => this.#readChanged(), clock, watchDirectory)
    this.#edns = new EdnsSource(this.#book, { clock, log })
    this.#reverse = new ReverseSource({ ...settings.identity, forward: settings.forward }, this.#book, clock, random) // prettier-ignore
    this.#leftovers = new Leftovers(this.#book, clock)
  }

  /** Takes over what the store remembers, reads every source once, and follows them from now on. Never rejects. */
  async start(): Promise<void> {
    const { clock, log, remembered } = this.#options
    const breath = new Breath(clock)
    try {
      for (const binding of (await remembered?.()) ?? []) {
        this.#book.remember(binding)
        this.#edns.remember(binding)
        await breath.pause()
      }
    } catch (error) {
      log.warn({ error }, 'the store does not say what it knows of machines: all of it is told anew')
    }
    if (this.#isClosed) return
    this.#isStarted = true
    this.#arrange()
    if (this.#settings.identity.register === null) this.#tellRegister([])
    this.#stopTicks = clock.every(TICK_MS, () => this.#tick())
    await this.settled()
  }

  /** Takes over changed settings: sources that are gone end, new ones are read, the others go on. */
  configure(settings: IdentitySourcesSettings): void {
    this.#settings = settings
    if (this.#isStarted) this.#arrange()
    this.#reverse.configure({ ...settings.identity, forward: settings.forward })
  }

  /** Resolves when no file and no table is being read, and what is known was told or could not be. */
  async settled(): Promise<void> {
    await this.#reading
    await this.#looking
    await this.#outbox.flush()
  }

  /** Stops. What is known stays open in the store: the next run takes it over. */
  close(): void {
    this.#isClosed = true
    this.#watcher.close()
    this.#stopTicks()
    this.#stopLooks()
    this.#sources.close()
    this.#outbox.close()
  }

  status(): IdentityStatus {
    const { forwarders, reverse } = this.#settings.identity
    return {
      sources: [
        ...this.#sources.statuses,
        ...(forwarders.networks.length > 0 ? [this.#edns.status()] : []),
        ...(reverse.enabled ? [this.#reverse.status()] : []),
      ],
      told: this.#told,
      waiting: this.#outbox.waiting,
      dropped: this.#outbox.dropped,
    }
  }

  /** Who is at `address` (16 bytes) now, by all sources together; null: none knows. */
  find(address: Uint8Array): Binding | null {
    return this.#book.find(addressText(address))
  }

  /** What the register says of a MAC (`aa:bb:…`) or an address in its shortest form, or null. */
  asset(key: string): Asset | null {
    return this.#sources.asset(key)
  }

  /** The units whose public addresses stand on the botnet list. */
  get listedUnits(): readonly ListedUnit[] {
    return this.#listed
  }

  /**
   * Asks the organisation's own DNS for the name of `address` (16 bytes) and tells the store what it says, as known
   * since `sinceMs` (when the address was seen). Null: no name, or nobody may be asked. Never rejects.
   */
  async lookUpName(address: Uint8Array, sinceMs: number): Promise<string | null> {
    const name = await this.#reverse.lookUp(addressText(address), sinceMs)
    await this.#outbox.flush()
    return name
  }

  /** What forwarders said of their machines, as the resolver threads tell it. */
  revealed(pairs: readonly RevealedPair[]): void {
    // What comes before the start, or while the last forwarder is taken out, is told again or means nothing.
    if (!this.#isStarted || this.#settings.identity.forwarders.networks.length === 0) return
    this.#edns.take(pairs)
    void this.#outbox.flush()
  }

  /** Tells the store everything that is known once more: it was restored, or lost what it had. */
  async retell(): Promise<void> {
    for (const binding of this.#book.all()) this.#outbox.add(binding)
    await this.#outbox.flush()
  }

  /** Brings the sources in line with the settings, and reads what is new. */
  #arrange(): void {
    const { identity, units } = this.#settings
    this.#sources.arrange(identity, units)
    if (identity.forwarders.networks.length === 0) this.#edns.end()
    this.#watcher.watch(this.#sources.files.flatMap(({ file }) => file.paths))
    this.#readChanged()
    this.#stopLooks()
    this.#stopLooks = this.#options.clock.every(identity.neighbours.intervalMs, () => this.#look())
    this.#look()
  }

  #look(): void {
    this.#looking = this.#sources.look().then(() => this.#outbox.flush())
  }

  /** Reads the files that look otherwise than when they were read, one after the other. */
  #readChanged(): void {
    this.#reading = this.#readAfter(this.#reading)
  }

  async #readAfter(before: Promise<void>): Promise<void> {
    await before
    for (const source of this.#sources.files) {
      if (this.#isClosed) return
      if (!source.file.isChanged) continue
      await source.read()
      void this.#outbox.flush()
    }
  }

  #tick(): void {
    const { clock } = this.#options
    const nowMs = clock.wallMs()
    const monotonicMs = clock.monotonicMs()
    this.#sources.tick(nowMs, monotonicMs)
    this.#edns.tick(nowMs, monotonicMs)
    this.#leftovers.tick(this.#sources.wereRead)
    const offsetMs = nowMs - monotonicMs
    // What had run out by the old time may be in force by the new one.
    if (Math.abs(offsetMs - this.#clockOffsetMs) > CLOCK_JUMP_MS) this.#sources.expireLeases()
    this.#clockOffsetMs = offsetMs
    // What never holds still is not told by the watcher, and what moved while it was read has to be read again.
    this.#readChanged()
    void this.#sendRegister()
    void this.#outbox.flush()
  }

  #tellRegister(assets: readonly Asset[]): void {
    this.#untold = assets
    void this.#sendRegister()
  }

  async #sendRegister(): Promise<void> {
    const assets = this.#untold
    if (assets === null || this.#isClosed) return
    try {
      await this.#options.registered?.(assets)
      if (this.#untold === assets) this.#untold = null
    } catch (error) {
      this.#options.log.warn({ error }, 'the store has not taken the register of machines: it is told again')
    }
  }

  #tellListed(units: readonly ListedUnit[]): void {
    this.#listed = units
    this.#options.listed?.(units)
  }
}
