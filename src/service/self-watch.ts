/**
 * Whether the server does its work, seen from the main thread: every few seconds it asks itself, and looks at the hearts
 * of the resolver threads. Both well, the service manager gets its sign of life; if not it gets none, and starts the
 * process again. Says so in the log, once for each change.
 */
import type { Clock } from '../clock.ts'
import type { Logger } from '../log/log.ts'
import type { ControlWords } from '../thread/control-words.ts'
import type { SelfAnswer } from './self-query.ts'
import type { ServiceManager } from './service-manager.ts'

/** Without a watchdog, and at most. */
const LOOK_MS = 5000
const MIN_LOOK_MS = 250
/** Looks in one watchdog interval: a query that the kernel drops in a flood must not end the process. */
const LOOKS = 6
/** Of the time between two looks, for the answer. */
const ANSWER_SHARE = 0.8

/** For status and metrics. */
export interface SelfQueryStatus {
  /** Of the last query; null: none left yet. */
  readonly outcome: SelfAnswer['outcome'] | null
  /** Of the last answer. */
  readonly seconds: number | null
  /** Why there was no answer. */
  readonly reason: string | null
  readonly asked: number
  readonly unanswered: number
}

export interface SelfWatchOptions {
  readonly words: Pick<ControlWords, 'heartbeat' | 'isAnswering'>
  readonly workers: number
  /** Sends the query; never rejects. */
  readonly ask: (timeoutMs: number) => Promise<SelfAnswer>
  readonly manager: Pick<ServiceManager, 'watchdogMs' | 'alive'> | null
  readonly clock: Clock
  readonly log: Pick<Logger, 'info' | 'error'>
}

export class SelfWatch {
  readonly #options: SelfWatchOptions
  /** How often it looks. */
  readonly everyMs: number
  readonly #beats: number[]
  #status: SelfQueryStatus = { outcome: null, seconds: null, reason: null, asked: 0, unanswered: 0 }
  #wasEverAnswered = false
  #isLooking = false
  /** Why there is no sign of life; null: there is. */
  #withheld: string | null = null
  #stop: () => void = () => {}

  constructor(options: SelfWatchOptions) {
    this.#options = options
    const watchdogMs = options.manager?.watchdogMs ?? Infinity
    this.everyMs = Math.max(MIN_LOOK_MS, Math.min(LOOK_MS, watchdogMs / LOOKS))
    this.#beats = Array.from({ length: options.workers }, () => -1)
  }

  /** Begins to look; to be called when the server answers. */
  start(): void {
    this.#stop = this.#options.clock.every(this.everyMs, () => void this.look())
    void this.look()
  }

  stop(): void {
    this.#stop()
  }

  get status(): SelfQueryStatus {
    return this.#status
  }

  /** One look. Never rejects. */
  async look(): Promise<void> {
    if (this.#isLooking) return
    this.#isLooking = true
    const still = this.#stillHearts()
    this.#note(await this.#options.ask(this.everyMs * ANSWER_SHARE))
    this.#isLooking = false
    this.#tell(still)
  }

  /** The resolver threads whose hearts have not moved since the last look. */
  #stillHearts(): number[] {
    const { words } = this.#options
    return this.#beats.flatMap((seen, worker) => {
      const beat = words.heartbeat(worker)
      this.#beats[worker] = beat
      return beat === seen ? [worker] : []
    })
  }

  #note(answer: SelfAnswer): void {
    const { log } = this.#options
    const { outcome: before, seconds, asked, unanswered } = this.#status
    const isAnswered = answer.outcome === 'answered'
    this.#wasEverAnswered ||= isAnswered
    this.#status = {
      outcome: answer.outcome,
      seconds: isAnswered ? answer.ms / 1000 : seconds,
      reason: isAnswered ? null : answer.reason,
      asked: asked + Number(answer.outcome !== 'unasked'),
      unanswered: unanswered + Number(answer.outcome === 'silent'),
    }
    if (answer.outcome === 'silent' && before !== 'silent')
      log.error({ reason: answer.reason }, 'the server does not answer itself')
    if (isAnswered && before === 'silent') log.info('the server answers itself again')
  }

  #tell(still: readonly number[]): void {
    const { manager, log } = this.#options
    if (manager?.watchdogMs == null) return
    const reason = this.#trouble(still)
    if (reason === null) manager.alive()
    if (reason !== null && this.#withheld === null)
      log.error(
        { reason, watchdogSeconds: manager.watchdogMs / 1000 },
        'no sign of life for the service manager',
      )
    this.#withheld = reason
  }

  #trouble(still: readonly number[]): string | null {
    if (still.length > 0) return `resolver thread ${still.join(', ')} does not move`
    // What was never answered since the start, for a firewall on the machine itself, say, no new start would mend.
    return this.#status.outcome === 'silent' && this.#wasEverAnswered ? this.#status.reason : null
  }
}
