/** All metrics of the process in one registry, and their text form. Lives in the control thread. */
import { Registry } from 'prom-client'
import type { AccountsStatus } from '../accounts/accounts.ts'
import type { AlertsStatus } from '../alerts/alerts.ts'
import type { IdentityStatus } from '../identity/sources.ts'
import type { NodeStatus } from '../nodes/node-status.ts'
import type { ControlWords } from '../thread/control-words.ts'
import { declareAccountMetrics } from './account-metrics.ts'
import { declareAlertMetrics } from './alert-metrics.ts'
import { declareCaseMetrics } from './case-metrics.ts'
import type { Counters } from './counters.ts'
import { Declarations } from './declare.ts'
import { declareIdentityMetrics } from './identity-metrics.ts'
import { declareNodeMetrics } from './node-metrics.ts'
import { declarePolicyMetrics } from './policy-metrics.ts'
import { declareProcessMetrics, type ProcessReadings } from './process-metrics.ts'
import { declareQueryMetrics } from './query-metrics.ts'
import type { StatusBoard } from './thread-status.ts'
import { declareUpstreamMetrics } from './upstream-metrics.ts'

export interface MetricsSources extends ProcessReadings {
  readonly board: StatusBoard
  /** One a resolver thread. */
  readonly counters: readonly Counters[]
  readonly words: ControlWords
  accounts(): AccountsStatus
  alerts(): AlertsStatus
  identity(): IdentityStatus
  /** Other nodes whose hits are taken over. */
  nodes(): readonly NodeStatus[]
}

export class Metrics {
  readonly registry = new Registry()
  readonly #board: StatusBoard
  /** What costs a look into a file is looked at once a scrape. */
  readonly #renewals: (() => void)[] = []

  constructor(sources: MetricsSources) {
    const { board, counters, words, clock } = sources
    const declare = new Declarations(this.registry)
    this.#board = board
    declareQueryMetrics(declare, counters)
    declarePolicyMetrics(declare, board, counters, words, clock)
    declareUpstreamMetrics(declare, board, counters)
    declareIdentityMetrics(
      declare,
      this.#onceAScrape(() => sources.identity()),
    )
    declareCaseMetrics(declare, board)
    declareAlertMetrics(
      declare,
      this.#onceAScrape(() => sources.alerts()),
    )
    declareAccountMetrics(
      declare,
      this.#onceAScrape(() => sources.accounts()),
    )
    declareNodeMetrics(declare, () => sources.nodes())
    declareProcessMetrics(declare, this.registry, board, sources)
  }

  /** Content type of what `render` gives. */
  get contentType(): string {
    return this.registry.contentType
  }

  /** The exposition in text; within about a second, whatever has become of the other threads. */
  async render(): Promise<string> {
    await this.#board.refresh()
    await this.#board.count()
    for (const renew of this.#renewals) renew()
    return this.registry.metrics()
  }

  #onceAScrape<T extends object>(read: () => T): () => T {
    let known: T | null = null
    this.#renewals.push(() => (known = null))
    return () => (known ??= read())
  }
}
