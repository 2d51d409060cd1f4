/**
 * Addresses that configured lists and feeds block and many clean names share: a CDN, shared hosting. No person has looked at
 * them, as somebody has at those of imports. What is found is told and changes nothing: whoever runs the server decides.
 */
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import type { Clock } from '../clock.ts'
import type { Settings } from '../config/settings.ts'
import type { Logger } from '../log/log.ts'
import { MAX_ASKED } from '../query/shared-addresses.ts'
import type { AskStandings } from './reading.ts'
import type { AskShared, Owners } from './sharing.ts'

/** Between two looks. Addresses that are too many for one are looked at in the next ones. */
const EVERY_MS = 3_600_000
/** After a start nothing is known; by then what is asked for every day has been asked for. */
const FIRST_MS = 900_000
/** Told of; who has more has other troubles. */
const MOST_FOUND = 1000

/** An address or network that is blocked and shared. */
export interface SharedEntry {
  readonly address: string
  /** Ids of the lists that hold it, none of them of approvals, in order of precedence. */
  readonly lists: readonly string[]
  readonly owners: Owners
}

export interface SharedInForceSources {
  readonly settings: () => Pick<Settings, 'lists' | 'review'>
  /** Path of the file with the addresses and networks that are blocked, a line each. Rejects where there is none now. */
  readonly enforced: () => Promise<string>
  readonly shared: AskShared
  readonly standings: AskStandings
  readonly clock: Clock
  readonly log: Pick<Logger, 'warn'>
}

export class SharedInForce {
  readonly #sources: SharedInForceSources
  readonly #stop: () => void
  #found: ReadonlyMap<string, SharedEntry> = new Map()
  #nextMs: number
  /** Lines of the file that were looked at in this round. */
  #place = 0
  #isLooking = false

  constructor(sources: SharedInForceSources) {
    this.#sources = sources
    this.#nextMs = sources.clock.monotonicMs() + FIRST_MS
    this.#stop = sources.clock.every(FIRST_MS, () => {
      if (sources.clock.monotonicMs() >= this.#nextMs) void this.look()
    })
  }

  /** As of the last look at each. */
  get found(): readonly SharedEntry[] {
    return [...this.#found.values()]
  }

  /** What is known of an address or network; null: it was not found to be shared. */
  of(address: string): SharedEntry | null {
    return this.#found.get(address) ?? null
  }

  /** Looks now at what was found and at the next addresses. Never rejects. */
  async look(): Promise<void> {
    const { settings, clock, log } = this.#sources
    if (this.#isLooking) return
    this.#isLooking = true
    this.#nextMs = clock.monotonicMs() + EVERY_MS
    try {
      const least = settings().review.sharedBy
      this.#found = least === 0 || !this.#hasLists() ? new Map() : await this.#look(least)
    } catch (error) {
      log.warn({ error }, 'whether listed addresses are shared by clean names could not be looked at')
    } finally {
      this.#isLooking = false
    }
  }

  close(): void {
    this.#stop()
  }

  #hasLists(): boolean {
    return this.#sources.settings().lists.some(({ approved }) => !approved)
  }

  async #look(least: number): Promise<ReadonlyMap<string, SharedEntry>> {
    const { shared, standings, settings } = this.#sources
    const known = [...this.#found.keys()].slice(0, MOST_FOUND)
    const addresses = [...new Set([...known, ...(await this.#next(MAX_ASKED - known.length))])]
    if (addresses.length === 0) return new Map()
    const { owners } = await shared(addresses, [])
    const many = addresses.flatMap((address, at) => (owners[at]!.most >= least ? [{ address, owners: owners[at]! }] : [])) // prettier-ignore
    const first = many.slice(0, MOST_FOUND)
    const holders = first.length === 0 ? [] : await standings(first.map(({ address }) => address))
    const unlooked = new Set(settings().lists.flatMap(({ id, approved }) => (approved ? [] : [id])))
    const entries = first.map((one, at) => ({
      ...one,
      lists: holders[at]!.allowedBy === null ? holders[at]!.knownBy.filter((id) => unlooked.has(id)) : [],
    }))
    return new Map(entries.flatMap((entry) => (entry.lists.length === 0 ? [] : [[entry.address, entry]])))
  }

  /** The next `limit` addresses of the file, from the beginning again behind its end. */
  async #next(limit: number): Promise<string[]> {
    const from = this.#place
    const found: string[] = []
    let line = 0
    const file = createReadStream(await this.#sources.enforced())
    for await (const text of createInterface({ input: file, crlfDelay: Infinity })) {
      if (text.startsWith('#') || text === '' || line++ < from) continue
      if (found.push(text) >= limit) break
    }
    file.destroy()
    this.#place = found.length < limit ? 0 : line
    return found
  }
}
