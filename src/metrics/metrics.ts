/** All metrics of the process in one registry, and their text form. Lives in the control thread. */
import { Registry } from 'prom-client'
import type { AlertsStatus } from '../alerts/alerts.ts'
import type { ControlWords } from '../thread/control-words.ts'
import { declareAlertMetrics } from './alert-metrics.ts'
import type { Counters } from './counters.ts'
import { Declarations } from './declare.ts'
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
  alerts(): AlertsStatus
}

export class Metrics {
  readonly registry = new Registry()
  readonly #board: StatusBoard

  constructor(sources: MetricsSources) {
    const { board, counters, words, clock } = sources
    const declare = new Declarations(this.registry)
    this.#board = board
    declareQueryMetrics(declare, counters)
    declarePolicyMetrics(declare, board, counters, words, clock)
    declareUpstreamMetrics(declare, board, counters)
    declareAlertMetrics(declare, () => sources.alerts())
    declareProcessMetrics(declare, this.registry, board, sources)
  }

  /** Content type of what `render` gives. */
  get contentType(): string {
    return this.registry.contentType
  }

  /** The exposition in text; within about a second, whatever has become of the other threads. */
  async render(): Promise<string> {
    await this.#board.refresh()
    return this.registry.metrics()
  }
}
