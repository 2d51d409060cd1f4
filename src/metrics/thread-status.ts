/**
 * What the other threads last said of themselves. Asked before a scrape or a status page, with a bound on the wait;
 * a thread that is being restarted keeps its last known status, marked with why it is not newer.
 */
import type { Clock } from '../clock.ts'
import type { StoreStatus } from '../detection/hit-collector.ts'
import type { StoreTotals } from '../detection/queries.ts'
import type { ListsStatus } from '../lists/status.ts'
import type { SelfQueryStatus } from '../service/self-watch.ts'
import type { Mailbox, ThreadName } from '../thread/mail.ts'
import type { ThreadStatus } from '../thread/threads.ts'
import type { UpstreamStatus } from '../upstream/upstream.ts'

/** The part of a mailbox that asking takes. */
export type Mail = Pick<Mailbox, 'request'>

/** `resolver/status`. */
export interface ResolverStatus {
  readonly upstreams: readonly UpstreamStatus[]
  readonly cache: { readonly entries: number; readonly bytes: number }
  readonly datagrams?: string
}

/** `supervisor/status`. */
export interface SupervisorStatus {
  readonly threads: readonly ThreadStatus[]
  /** Whether the server answers itself. */
  readonly selfQuery: SelfQueryStatus
}

/** The last answer of a thread; `error` says why it is not from now. */
export interface Known<T> {
  readonly value: T | null
  /** Wall clock, milliseconds. */
  readonly at: number | null
  readonly error: string | null
}

const NOTHING: Known<never> = { value: null, at: null, error: 'not asked yet' }
const WAIT_MS = 1000
/** Several who ask at once share one round of letters. */
const FRESH_MS = 250
/** A store so large that counting takes long is counted less often: no more than this share of the time. */
const COUNTING_SHARE = 0.05

export class StatusBoard {
  readonly #mail: Mail
  readonly #clock: Clock
  readonly #resolvers = new Map<ThreadName, Known<ResolverStatus>>()
  readonly #readTotals: () => StoreTotals
  #totals: Known<StoreTotals> = NOTHING
  #lists: Known<ListsStatus> = NOTHING
  #store: Known<StoreStatus> = NOTHING
  #supervisor: Known<SupervisorStatus> = NOTHING
  #round: Promise<void> | null = null
  #askedMs = -Infinity
  #countDueMs = -Infinity

  /** `readTotals` reads the store's file and may throw. */
  constructor(mail: Mail, workers: number, clock: Clock, readTotals: () => StoreTotals) {
    this.#mail = mail
    this.#readTotals = readTotals
    this.#clock = clock
    for (let worker = 0; worker < workers; worker++) this.#resolvers.set(`resolver-${worker}`, NOTHING)
  }

  get lists(): Known<ListsStatus> {
    return this.#lists
  }

  get store(): Known<StoreStatus> {
    return this.#store
  }

  /** What stands in the store's file. */
  get totals(): Known<StoreTotals> {
    return this.#totals
  }

  get supervisor(): Known<SupervisorStatus> {
    return this.#supervisor
  }

  get resolvers(): ReadonlyMap<ThreadName, Known<ResolverStatus>> {
    return this.#resolvers
  }

  /** Asks every thread; resolves after a second at the latest, and never rejects. */
  refresh(): Promise<void> {
    if (this.#round) return this.#round
    if (this.#clock.monotonicMs() - this.#askedMs < FRESH_MS) return Promise.resolve()
    this.#round = this.#ask().finally(() => {
      this.#round = null
      this.#askedMs = this.#clock.monotonicMs()
    })
    return this.#round
  }

  /** Counts what stands in the store's file, unless that was done just now. Never throws. */
  async count(): Promise<void> {
    const beganMs = this.#clock.monotonicMs()
    if (beganMs < this.#countDueMs) return
    this.#totals = await this.#known(() => this.#readTotals(), this.#totals)
    const endedMs = this.#clock.monotonicMs()
    this.#countDueMs = endedMs + Math.max(FRESH_MS, (endedMs - beganMs) / COUNTING_SHARE)
  }

  async #ask(): Promise<void> {
    const resolvers = [...this.#resolvers].map(async ([name, last]) => {
      this.#resolvers.set(name, await this.#next(name, 'resolver/status', last))
    })
    const [lists, store, supervisor] = await Promise.all([
      this.#next('lists', 'lists/status', this.#lists),
      this.#next('store', 'store/status', this.#store),
      this.#next('main', 'supervisor/status', this.#supervisor),
      ...resolvers,
    ])
    this.#lists = lists
    this.#store = store
    this.#supervisor = supervisor
  }

  #next<T>(thread: ThreadName, type: string, last: Known<T>): Promise<Known<T>> {
    return this.#known(() => this.#mail.request<T>(thread, type, null, WAIT_MS), last)
  }

  async #known<T>(read: () => T | Promise<T>, last: Known<T>): Promise<Known<T>> {
    try {
      return { value: await read(), at: this.#clock.wallMs(), error: null }
    } catch (error) {
      return { ...last, error: error instanceof Error ? error.message : String(error) }
    }
  }
}
