/** What a resolver thread's query path is put together from. */
import type { NetworkSet } from '../access/networks.ts'
import type { RateLimiter } from '../access/rate-limit.ts'
import type { AnswerCache } from '../cache/answer-cache.ts'
import type { Clock } from '../clock.ts'
import type { Settings } from '../config/settings.ts'
import type { Counters } from '../metrics/counters.ts'
import type { Policy } from '../policy/decide.ts'
import type { HitWriter } from '../thread/hit-table.ts'
import type { Exchange } from '../upstream/exchange.ts'
import type { Waiter } from './asked.ts'
import type { Forwarders } from './forwarders.ts'

/** What the path works with; all of it belongs to one resolver thread. Members may be replaced between queries. */
export interface Parts {
  readonly clock: Clock
  readonly counters: Counters
  readonly policy: Policy
  readonly cache: AnswerCache
  readonly hits: HitWriter
  readonly limiter: RateLimiter
  readonly forwarders: Forwarders
  readonly exchange: Exchange<Waiter>
  networks: NetworkSet
  settings: Settings
  /** The general upstream of that place leads back to us: for the log and the other threads. */
  readonly onLoop: (upstream: number) => void
  /** Until when blocking is paused, wall clock; 0: it is not. */
  readonly pausedUntilMs: () => number
}
