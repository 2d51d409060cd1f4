/** The sources that the configuration names: opened when they come into it, ended when they leave, else left alone. */
import type { IdentitySettings, UnitSettings } from '../config/settings.ts'
import type { AddressBook } from './address-book.ts'
import type { Asset } from './assets.ts'
import type { IdentitySource } from './binding.ts'
import { BotnetSource } from './botnet-source.ts'
import { LeaseSource, leaseSourceId } from './lease-source.ts'
import type { ListedUnit } from './listed-units.ts'
import { NEIGHBOURS_ID, NeighbourSource } from './neighbour-source.ts'
import type { NeighbourTable } from './neighbours.ts'
import { RegisterSource, registerSourceId } from './register-source.ts'
import type { FileContext, SourceStatus, WatchedFile } from './watched-file.ts'

export interface SourceEvents {
  /** The register was read, or is none any more. */
  registered(assets: readonly Asset[]): void
  /** Units on the botnet list. */
  listed(units: readonly ListedUnit[]): void
}

/** A source that is a file. */
export interface FileSource {
  readonly file: WatchedFile
  /** Never rejects. */
  read(): Promise<void>
}

export class SourceSet {
  readonly #book: AddressBook
  readonly #context: FileContext
  readonly #events: SourceEvents
  readonly #readNeighbours: () => Promise<NeighbourTable>
  #leases: LeaseSource[] = []
  #register: RegisterSource | null = null
  #botnet: BotnetSource | null = null
  #neighbours: NeighbourSource | null = null

  constructor(
    book: AddressBook,
    context: FileContext,
    events: SourceEvents,
    readNeighbours: () => Promise<NeighbourTable>,
  ) {
    this.#book = book
    this.#context = context
    this.#events = events
    this.#readNeighbours = readNeighbours
  }

  get files(): readonly FileSource[] {
    return [...this.#leases, this.#register, this.#botnet].filter((source) => source !== null)
  }

  get statuses(): SourceStatus[] {
    return [...this.#leases, this.#neighbours, this.#register, this.#botnet].flatMap(
      (source) => source?.status() ?? [],
    )
  }

  /** Of each kind of source, whether all there are have been read at least once. */
  get wereRead(): Partial<Record<IdentitySource, boolean>> {
    return {
      lease: this.#leases.every(({ file }) => file.status.lastReadMs !== null),
      register: this.#register === null || this.#register.file.status.lastReadMs !== null,
      neighbour: this.#neighbours === null || this.#neighbours.wasRead,
    }
  }

  /** Brings the sources in line with the settings. What is new has not been read yet. */
  arrange(identity: IdentitySettings, units: readonly Pick<UnitSettings, 'id' | 'wan'>[]): void {
    this.#arrangeLeases(identity.leases)
    this.#arrangeRegister(identity.register)
    this.#arrangeBotnetList(identity.botnetList, units)
    this.#arrangeNeighbours(identity.neighbours.enabled)
  }

  /** The entry of the register with this MAC or address, or null. */
  asset(key: string): Asset | null {
    return this.#register?.find(key) ?? null
  }

  /** Looks at the neighbour table, where that is wanted. Never rejects. */
  async look(): Promise<void> {
    await this.#neighbours?.look()
  }

  /** Ends what has run out or has been missing long enough. */
  tick(nowMs: number, monotonicMs: number): void {
    for (const source of [...this.#leases, this.#register, this.#neighbours]) source?.tick(nowMs, monotonicMs)
  }

  /** Has the lease files read once more: the clock by which leases run out was set. */
  expireLeases(): void {
    for (const { file } of this.#leases) file.expire()
  }

  close(): void {
    this.#neighbours?.close()
  }

  #arrangeLeases(leases: IdentitySettings['leases']): void {
    const wanted = new Set(leases.map(leaseSourceId))
    const known = new Map(this.#leases.map((source) => [source.id, source]))
    for (const id of known.keys()) if (!wanted.has(id)) this.#end(id)
    this.#leases = leases.map(
      (lease) => known.get(leaseSourceId(lease)) ?? new LeaseSource(lease, this.#book, this.#context),
    )
  }

  #arrangeRegister(path: string | null): void {
    const before = this.#register
    if (before !== null && (path === null || before.id !== registerSourceId(path))) {
      this.#end(before.id)
      this.#register = null
      if (path === null) this.#events.registered([])
    }
    if (path === null) return
    this.#register ??= new RegisterSource(path, this.#book, this.#context, this.#events.registered)
  }

  #arrangeBotnetList(path: string | null, units: readonly Pick<UnitSettings, 'id' | 'wan'>[]): void {
    if (this.#botnet !== null && this.#botnet.path === path) this.#botnet.setUnits(units)
    else {
      if (this.#botnet !== null) this.#events.listed([])
      this.#botnet = path === null ? null : new BotnetSource(path, units, this.#context, this.#events.listed)
    }
  }

  #arrangeNeighbours(isEnabled: boolean): void {
    if (isEnabled) {
      this.#neighbours ??= new NeighbourSource(this.#book, this.#context, this.#readNeighbours)
    } else if (this.#neighbours !== null) {
      this.#neighbours.close()
      this.#neighbours = null
      this.#end(NEIGHBOURS_ID)
    }
  }

  #end(id: string): void {
    this.#book.close(id, this.#context.clock.wallMs())
  }
}
