/**
 * Takes over the hits of one other node: asks behind the position the store here has reached, hands page after page to
 * it, and is content when the other has no more. The position is the store's, written with the rows it stands for, so
 * that nothing is lost or counted twice whoever dies or goes back to an older state.
 */
import { backOffMs } from '../back-off.ts'
import type { Clock } from '../clock.ts'
import type { NodeSettings } from '../config/settings.ts'
import type { PeerApplied } from '../detection/peer-commit.ts'
import type { PeerPage } from '../detection/peer-page-schema.ts'
import { readPosition } from '../detection/peer-position.ts'
import type { StoreNode } from '../detection/queries.ts'
import type { Random } from '../random.ts'
import { readCredentials } from './credentials.ts'
import type { NodeLog } from './log.ts'
import { isApart, type NodeState, type NodeStatus } from './node-status.ts'
import { PageSource, PageTooLarge, type Answered } from './page-source.ts'
import { PullError } from './pull-error.ts'

export interface PullerOptions {
  readonly settings: NodeSettings
  readonly clock: Clock
  readonly random: Random
  readonly log: NodeLog
  /** Servers whose hits stand here, this one first. Throws when the store cannot be read. */
  readonly nodes: () => readonly StoreNode[]
  /** Has the store take a page over; resolves when it is written. */
  readonly apply: (page: PeerPage) => Promise<PeerApplied>
  /** Id of another configured node whose answers bear this key, or null. */
  readonly heldBy: (key: string) => string | null
}

/** For one answer, from connecting to its last byte. */
export const ANSWER_MS = 15_000
/** Rows asked for at once; fewer where a page was too large or took too long. */
export const PAGE_ROWS = 1000
/** So that two nodes that came up together do not ask in step for ever. */
const BACK_OFF = { firstMs: 1000, longestMs: 15_000 }
/** Behind one address stands one database; that it is replaced within a walk happens once. */
const MEETINGS = 2

export class Puller {
  readonly #options: PullerOptions
  readonly #closing = new AbortController()
  #isBusy = false
  #nextMs = 0
  #limit = PAGE_ROWS
  /** Of the database that answers, and what it calls itself. */
  #key: string | null = null
  #name: string | null = null
  /** Of the database here that got the last page. */
  #ownKey: string | null = null
  #failuresInRow = 0
  #failures = 0
  #failure: PullError | null = null
  /** Monotonic: of the first failure in a row. */
  #failingSinceMs = 0
  #lastPullMs: number | null = null
  /** Monotonic. */
  #wholeMs: number | null = null
  #isWhole = false
  #rows = 0
  #hits = 0
  #clockAheadMs: number | null = null
  #saidWarning: string | null = null

  constructor(options: PullerOptions) {
    this.#options = options
  }

  get settings(): NodeSettings {
    return this.#options.settings
  }

  /** Key of the database that answers; null: not known yet. */
  get key(): string | null {
    return this.#key
  }

  /** Takes over all there is, unless that is going on or a failure is too recent. Never rejects. */
  async run(): Promise<void> {
    const { clock, random } = this.#options
    if (this.#isBusy || this.#closing.signal.aborted || clock.monotonicMs() < this.#nextMs) return
    this.#isBusy = true
    try {
      await this.#walk()
    } catch (error) {
      if (this.#closing.signal.aborted) return
      this.#failures++
      this.#nextMs = clock.monotonicMs() + backOffMs(++this.#failuresInRow, BACK_OFF, random)
      this.#sayFailure(error instanceof PullError ? error : storeError(error))
    } finally {
      this.#isBusy = false
    }
  }

  /** Cuts off what is under way; what the store has taken stays. */
  close(): void {
    this.#closing.abort()
  }

  status(): NodeStatus {
    const { settings } = this.#options
    return {
      id: settings.id,
      url: settings.url,
      state: this.#state(),
      name: this.#name,
      key: this.#key,
      lastPullMs: this.#lastPullMs,
      lagMs: this.#lagMs(),
      rows: this.#rows,
      hits: this.#hits,
      failures: this.#failures,
      clockAheadMs: this.#clockAheadMs,
      failingMs: this.#failure === null ? null : this.#options.clock.monotonicMs() - this.#failingSinceMs,
      error: this.#failure?.message ?? null,
      advice: this.#failure?.advice ?? null,
    }
  }

  #state(): NodeState {
    if (this.#failure !== null) return 'failing'
    if (this.#isWhole) return 'current'
    return this.#lastPullMs === null ? 'waiting' : 'catching-up'
  }

  /** Since when what the other saw may be missing here; null: since the start. */
  #lagMs(): number | null {
    if (this.#state() === 'current') return 0
    return this.#wholeMs === null ? null : this.#options.clock.monotonicMs() - this.#wholeMs
  }

  async #walk(): Promise<void> {
    const credentials = readCredentials(this.settings)
    this.#warn(credentials.warning)
    const source = new PageSource(this.settings.url, credentials)
    try {
      let meetings = 0
      for (let isWhole = false; !isWhole && !this.#closing.signal.aborted;) {
        const page = await this.#takePage(source)
        if (page === null && ++meetings > MEETINGS)
          throw new PullError('several databases answer there in turn', 'name one server, not a group of them, in `url`') // prettier-ignore
        isWhole = page?.isWhole ?? false
      }
    } finally {
      source.close()
    }
  }

  /** Asks for a page and has it written. Null: another database answers than was expected, and nothing was taken. */
  async #takePage(source: PageSource): Promise<PeerPage | null> {
    const nodes = this.#options.nodes()
    const ownKey = nodes[0]!.key
    const key = this.#key
    // A new database here may have got the last page without those before it.
    const isReplaced = this.#ownKey !== null && this.#ownKey !== ownKey
    const after = isReplaced ? '' : (nodes.find((node) => node.key === key)?.position ?? '')
    // Who answers is not known yet, so nothing is known of how far it was walked through.
    const { page, dateMs } = await this.#ask(source, after, key === null ? 1 : this.#limit)
    this.#lastPullMs = this.#options.clock.wallMs()
    this.#name = page.name
    this.#compareClocks(dateMs)
    if (page.node !== key) {
      this.#meet(page, ownKey)
      return null
    }
    if (!goesOn(page, after))
      throw new PullError('what it answers does not go on from where it was asked', 'bring both servers to one version') // prettier-ignore
    if (page.rows.length > 0 || page.next !== after) {
      const { rows, hits } = await this.#options.apply(page)
      this.#rows += rows
      this.#hits += hits
    }
    this.#ownKey = ownKey
    this.#saySuccess()
    this.#isWhole = page.isWhole
    if (page.isWhole) this.#wholeMs = this.#options.clock.monotonicMs()
    return page
  }

  async #ask(source: PageSource, after: string, limit: number): Promise<Answered> {
    const late = new AbortController()
    const stopTimer = this.#options.clock.every(ANSWER_MS, () => late.abort())
    try {
      const answer = await source.ask(after, limit, AbortSignal.any([late.signal, this.#closing.signal]))
      this.#limit = Math.min(this.#limit * 2, PAGE_ROWS)
      return answer
    } catch (error) {
      const isLate = late.signal.aborted
      if (isLate || error instanceof PageTooLarge) this.#limit = Math.max(this.#limit >> 1, 1)
      if (isLate) throw new PullError(`it has not answered within ${ANSWER_MS / 1000} s`, 'look at the load there and the network between the two') // prettier-ignore
      throw error
    } finally {
      stopTimer()
    }
  }

  /** Remembers whose pages these are. Throws PullError where they are nobody's to take. */
  #meet({ node, name }: PeerPage, ownKey: string): void {
    const { heldBy, log, settings } = this.#options
    if (node === ownKey)
      throw new PullError('it is this server itself, or has a copy of its database', 'name the other server in `url`; a database that was copied must be begun anew on one of the two') // prettier-ignore
    const other = heldBy(node)
    if (other !== null)
      throw new PullError(`it is node ${other}, by another address`, 'leave one of the two out of `nodes`')
    if (this.#key !== null)
      log.warn({ node: settings.id, key: node }, 'another node has begun a new database: taken over from its beginning') // prettier-ignore
    else log.info({ node: settings.id, url: settings.url, name, key: node }, 'hits of another node are taken over') // prettier-ignore
    this.#key = node
  }

  #compareClocks(dateMs: number | null): void {
    const { clock, log, settings } = this.#options
    const wasApart = isApart(this.#clockAheadMs)
    // The header has whole seconds, cut off.
    this.#clockAheadMs = dateMs === null ? null : dateMs + 500 - clock.wallMs()
    const seconds = Math.round((this.#clockAheadMs ?? 0) / 1000)
    if (isApart(this.#clockAheadMs) && !wasApart)
      log.warn({ node: settings.id, aheadSeconds: seconds }, 'the clock of another node differs from this one: set both by NTP') // prettier-ignore
    if (wasApart && !isApart(this.#clockAheadMs))
      log.info({ node: settings.id }, 'the clock of another node agrees with this one again')
  }

  #warn(warning: string | null): void {
    if (warning !== null && warning !== this.#saidWarning)
      this.#options.log.warn({ node: this.settings.id }, warning)
    this.#saidWarning = warning
  }

  #sayFailure(failure: PullError): void {
    const { clock, log, settings } = this.#options
    if (this.#failure === null) this.#failingSinceMs = clock.monotonicMs()
    const isSaid = this.#failure?.message === failure.message
    this.#failure = failure
    if (isSaid) return
    const { message: reason, advice } = failure
    log.warn({ node: settings.id, url: settings.url, reason, advice }, 'hits of another node cannot be taken over: tried again') // prettier-ignore
  }

  #saySuccess(): void {
    if (this.#failure !== null)
      this.#options.log.info({ node: this.settings.id }, 'hits of another node are taken over again')
    this.#failure = null
    this.#failuresInRow = 0
  }
}

/** Whether a page leads on from `after`: one that does not would be asked for again and again. */
function goesOn({ isWhole, next }: PeerPage, after: string): boolean {
  if (isWhole) return true
  const from = readPosition(after)
  const to = readPosition(next)
  const step = to.revision - from.revision || to.client - from.client || to.indicator - from.indicator
  return to.base === from.base && step > 0
}

/** What the store of this node says. */
function storeError(error: unknown): PullError {
  return new PullError(
    `the store here did not take it: ${(error as Error).message}`,
    'see `store` in `thanhloc status`, and the log',
    { cause: error },
  )
}
