/** An exchange on scripted datagrams and a fake clock, with everything it says written down. */
import { Counters } from '../../src/metrics/counters.ts'
import { SecureRandom } from '../../src/random.ts'
import { Exchange } from '../../src/upstream/exchange.ts'
import type { ExchangeOptions, ExchangeSettings, Pending } from '../../src/upstream/exchange.ts'
import { NameKey } from '../../src/wire/name-key.ts'
import { keyFromText } from '../../src/wire/name.ts'
import { FakeClock } from './fake-clock.ts'
import { ScriptedDatagrams } from './scripted-datagrams.ts'

/** One thing the exchange said. */
export interface Said {
  readonly event: 'answered' | 'slow' | 'overdue' | 'failed'
  /** Milliseconds since the bench was made. */
  readonly at: number
  readonly waiters: readonly string[]
  readonly bytes: Uint8Array
  readonly upstream: string
  readonly reason: string
}

export function endpoint(text: string): { address: string; port: number } {
  const at = text.lastIndexOf(':')
  return { address: text.slice(0, at), port: Number(text.slice(at + 1)) }
}

export function makeSettings(
  servers: readonly string[],
  strategy: 'fastest' | 'ordered' = 'ordered',
  forward: readonly { zones: readonly string[]; servers: readonly string[] }[] = [],
): ExchangeSettings {
  return {
    upstreams: { servers: servers.map(endpoint), strategy },
    forward: forward.map(({ zones, servers: own }) => ({ zones, servers: own.map(endpoint) })),
  }
}

export class ExchangeBench {
  readonly clock = new FakeClock()
  readonly datagrams = new ScriptedDatagrams()
  readonly counters = new Counters()
  readonly said: Said[] = []
  readonly exchange: Exchange<string>
  /** What `answered` returns. */
  canRead = true
  /** Does `overdue` answer and drop the waiters, as the query path does? */
  dropsOverdue = true
  readonly #startMs = this.clock.monotonicMs()

  constructor(settings: ExchangeSettings, options: ExchangeOptions = {}) {
    this.exchange = new Exchange<string>(
      settings,
      this.datagrams,
      this.clock,
      new SecureRandom(),
      this.counters,
      {
        answered: (pending, bytes, length, upstream) => {
          this.#note('answered', pending, bytes.slice(0, length), upstream, '')
          return this.canRead
        },
        slow: (pending) => this.#note('slow', pending),
        overdue: (pending) => {
          this.#note('overdue', pending)
          if (this.dropsOverdue) pending.waiters = []
        },
        failed: (pending, reason) =>
          this.#note('failed', pending, new Uint8Array(0), pending.upstream, reason),
      },
      options,
    )
  }

  ask(
    name: string,
    waiter = 'w',
    options: { qtype?: number; dnssecOk?: boolean; checkingDisabled?: boolean; group?: number } = {},
  ): boolean {
    const key = new NameKey()
    if (!keyFromText(name, key)) throw new Error(`no name: ${name}`)
    const { qtype = 1, dnssecOk = false, checkingDisabled = false, group = 0 } = options
    return this.exchange.ask(key, qtype, 1, dnssecOk, checkingDisabled, group, waiter)
  }

  /** The events of one kind. */
  of(event: Said['event']): Said[] {
    return this.said.filter((one) => one.event === event)
  }

  /** Where each question went, in order. */
  get route(): string[] {
    return this.datagrams.sent.map(({ to }) => to)
  }

  /** When, in milliseconds since the bench was made, each question was sent; filled by `recordTimes`. */
  recordTimes(): number[] {
    const times: number[] = []
    this.datagrams.onSend = () => times.push(this.clock.monotonicMs() - this.#startMs)
    return times
  }

  #note(
    event: Said['event'],
    pending: Pending<string>,
    bytes = new Uint8Array(0),
    upstream = '',
    reason = '',
  ): void {
    const at = this.clock.monotonicMs() - this.#startMs
    this.said.push({ event, at, waiters: [...pending.waiters], bytes, upstream, reason })
  }
}
