/** All metrics of the process in one registry, and their text form. Lives in the control thread. */
import { Registry } from 'prom-client'
import type { AccountsStatus } from '../accounts/accounts.ts'
import type { AlertsStatus } from '../alerts/alerts.ts'
import type { FigureView } from '../detection/cases/figure-board.ts'
import type { FeedStatus } from '../feeds/feed-status.ts'
import type { IdentityStatus } from '../identity/sources.ts'
import type { NodeStatus } from '../nodes/node-status.ts'
import type { ReviewStatus } from '../review/review.ts'
import type { ControlWords } from '../thread/control-words.ts'
import type { ZoneStatus } from '../transfer/zone-status.ts'
import { declareAccountMetrics } from './account-metrics.ts'
import { declareAlertMetrics } from './alert-metrics.ts'
import { declareCaseMetrics } from './case-metrics.ts'
import type { Counters } from './counters.ts'
import { Declarations } from './declare.ts'
import { declareFeedMetrics } from './feed-metrics.ts'
import { declareFigureMetrics, lookAt, type FigureSource } from './figure-metrics.ts'
import { declareImportMetrics } from './import-metrics.ts'
import { declareIdentityMetrics } from './identity-metrics.ts'
import { declareNodeMetrics } from './node-metrics.ts'
import { declareNoticeMetrics, type NoticeReadings } from './notice-metrics.ts'
import { declarePolicyMetrics } from './policy-metrics.ts'
import { declareProcessMetrics, type ProcessReadings } from './process-metrics.ts'
import { declareQueryMetrics } from './query-metrics.ts'
import { declareSelfMetrics } from './self-metrics.ts'
import type { StatusBoard } from './thread-status.ts'
import { UnhurriedReading } from './unhurried-reading.ts'
import { declareUpkeepMetrics, type UpkeepReadings } from './upkeep-metrics.ts'
import { declareUpstreamMetrics } from './upstream-metrics.ts'
import { declareZoneMetrics } from './zone-metrics.ts'

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
  /** Lists that are fetched over the network. */
  feeds(): readonly FeedStatus[]
  /** What people have to decide. */
  imports(): ReviewStatus
  /** Lists that are transferred from a primary name server. */
  zones(): readonly ZoneStatus[]
  /** What came to the sinkhole's address. */
  notice(): NoticeReadings
  /** What somebody has to see to now and then. */
  upkeep(): UpkeepReadings
  readonly figures: FigureSource
  /** Ids of the configured campaigns. */
  campaigns(): readonly string[]
}

export class Metrics {
  readonly registry = new Registry()
  readonly #board: StatusBoard
  /** What costs a look into a file is looked at once a scrape. */
  readonly #renewals: (() => void)[] = []
  /** Of the store, which may take long. */
  readonly #readings: readonly UnhurriedReading[]

  constructor(sources: MetricsSources) {
    const { board, counters, words, clock } = sources
    const declare = new Declarations(this.registry)
    this.#board = board
    declareQueryMetrics(declare, counters)
    declareSelfMetrics(declare, board)
    declarePolicyMetrics(declare, board, counters, words, clock)
    declareUpstreamMetrics(declare, board, counters)
    declareIdentityMetrics(
      declare,
      this.#onceAScrape(() => sources.identity()),
    )
    declareCaseMetrics(declare, board)
    let figures: FigureView | null = null
    declareFigureMetrics(
      declare,
      () => figures,
      () => sources.campaigns(),
    )
    this.#readings = [
      new UnhurriedReading(() => board.count(), clock),
      new UnhurriedReading(() => (figures = lookAt(sources.figures)), clock),
    ]
    declareAlertMetrics(
      declare,
      this.#onceAScrape(() => sources.alerts()),
    )
    declareAccountMetrics(
      declare,
      this.#onceAScrape(() => sources.accounts()),
    )
    declareNodeMetrics(declare, () => sources.nodes())
    declareFeedMetrics(
      declare,
      this.#onceAScrape(() => sources.feeds()),
    )
    declareImportMetrics(
      declare,
      this.#onceAScrape(() => sources.imports()),
    )
    declareZoneMetrics(
      declare,
      this.#onceAScrape(() => sources.zones()),
    )
    declareNoticeMetrics(
      declare,
      this.#onceAScrape(() => sources.notice()),
    )
    declareUpkeepMetrics(
      declare,
      board,
      clock,
      this.#onceAScrape(() => sources.upkeep()),
    )
    declareProcessMetrics(declare, this.registry, board, sources)
  }

  /** Content type of what `render` gives. */
  get contentType(): string {
    return this.registry.contentType
  }

  /** The exposition in text; within about a second, whatever has become of the other threads. */
  async render(): Promise<string> {
    await this.#board.refresh()
    for (const reading of this.#readings) await reading.refresh()
    for (const renew of this.#renewals) renew()
    return this.registry.metrics()
  }

  #onceAScrape<T extends object>(read: () => T): () => T {
    let known: T | null = null
    this.#renewals.push(() => (known = null))
    return () => (known ??= read())
  }
}
