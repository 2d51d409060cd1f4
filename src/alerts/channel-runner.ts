/**
 * One channel at work: takes what is due from the outbox, one message at a time, and writes down what became of it. A
 * receiver that fails is left alone for a while, longer each time.
 */
import { backOffMs } from '../back-off.ts'
import type { Clock } from '../clock.ts'
import type { AlertChannelSettings } from '../config/settings.ts'
import type { Random } from '../random.ts'
import { ATTEMPTS } from './attempts.ts'
import { cleanText } from './clean-text.ts'
import type { AlertLog } from './log.ts'
import { composeMessage, type Message } from './message.ts'
import type { Claimed } from './outbox-claims.ts'
import type { Outbox } from './outbox.ts'
import { DeliveryError, reasonOf, type Attempt, type Transport } from './transport.ts'

export interface RunnerOptions {
  readonly settings: AlertChannelSettings
  readonly transport: Transport
  /** What messages call this server. */
  readonly server: string
  readonly clock: Clock
  readonly random: Random
  readonly log: AlertLog
}

const MAX_REASON_OCTETS = 500

/** What a failed attempt left. */
interface Failure {
  readonly reason: string
  readonly receivers: readonly string[]
}

export class ChannelRunner {
  readonly #options: RunnerOptions
  /** Ids under way. */
  readonly #sending = new Set<number>()
  #failures = 0
  #retryMs = 0
  #isBusy = false
  #lastReason = ''
  readonly #closing = new AbortController()

  constructor(options: RunnerOptions) {
    this.#options = options
  }

  get settings(): AlertChannelSettings {
    return this.#options.settings
  }

  get isBusy(): boolean {
    return this.#isBusy
  }

  /** Messages being sent now. */
  get sending(): ReadonlySet<number> {
    return this.#sending
  }

  /** Sends what is due in `outbox`, until nothing is or an attempt fails. Rejects with what node:sqlite throws. */
  async run(outbox: Outbox): Promise<void> {
    const { settings, clock } = this.#options
    if (this.#isBusy || clock.monotonicMs() < this.#retryMs) return
    this.#isBusy = true
    try {
      while (!this.#closing.signal.aborted) {
        const claimed = outbox.claim(settings, clock.wallMs())
        if (claimed === null) return
        if (!(await this.#deliver(outbox, claimed))) return
      }
    } finally {
      this.#isBusy = false
    }
  }

  /** Sends one message at once, beside all others. The reason where it fails, else null. */
  async sendNow(message: Message): Promise<string | null> {
    return (await this.#attempt(message, []))?.reason ?? null
  }

  /** Tries again at once what failed before. */
  reset(): void {
    this.#failures = 0
    this.#retryMs = 0
  }

  /** Cuts off what is under way; it is sent again after the next start. */
  close(): void {
    this.#closing.abort()
  }

  /** Whether the receiver has it. */
  async #deliver(outbox: Outbox, claimed: Claimed): Promise<boolean> {
    const { settings, server, clock } = this.#options
    const id = `${outbox.instance}-${claimed.id}`
    const message = composeMessage(claimed.content, { id, server, detail: settings.detail })
    this.#sending.add(claimed.id)
    const failure = await this.#attempt(message, claimed.receivers)
    this.#sending.delete(claimed.id)
    // Cut off by the end of the program: not the receiver's fault, and tried again by the next one.
    if (this.#closing.signal.aborted && failure !== null) return false
    if (failure === null) {
      outbox.delivered(settings.id, claimed, clock.wallMs())
      this.#saySuccess()
      return true
    }
    this.#failures++
    this.#retryMs = clock.monotonicMs() + backOffMs(this.#failures, ATTEMPTS, this.#options.random)
    this.#sayFailure(id, failure.reason, claimed.attempts)
    outbox.failed(settings.id, claimed, failure.reason, failure.receivers, clock.wallMs())
    return false
  }

  async #attempt(message: Message, receivers: readonly string[]): Promise<Failure | null> {
    const { settings, transport, clock } = this.#options
    const late = new AbortController()
    const stopTimer = clock.every(settings.timeoutMs, () => late.abort())
    const signal = AbortSignal.any([late.signal, this.#closing.signal])
    try {
      await untilAborted(transport.send(message, { signal, receivers } satisfies Attempt), signal)
      return null
    } catch (error) {
      const reason = late.signal.aborted
        ? `it took longer than ${settings.timeoutMs / 1000} s`
        : cleanText(reasonOf(error), MAX_REASON_OCTETS)
      return { reason, receivers: error instanceof DeliveryError && error.receivers.length > 0 ? error.receivers : receivers } // prettier-ignore
    } finally {
      stopTimer()
    }
  }

  #sayFailure(message: string, reason: string, attempts: number): void {
    if (reason === this.#lastReason) return
    this.#lastReason = reason
    const fields = { channel: this.settings.id, message, reason, attempts }
    this.#options.log.warn(fields, 'an alert could not be delivered: tried again')
  }

  #saySuccess(): void {
    if (this.#failures > 0)
      this.#options.log.info({ channel: this.settings.id }, 'alerts are delivered again')
    this.#lastReason = ''
    this.reset()
  }
}

/** Settles with `work`, or rejects when `signal` aborts: what does not heed the signal must not hold the channel. */
function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error)
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}
