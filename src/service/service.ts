/**
 * The server as a service, on the main thread: tells the service manager how it is, where there is one, and watches over
 * itself in any case.
 */
import type { Clock } from '../clock.ts'
import type { Logger } from '../log/log.ts'
import type { ControlWords } from '../thread/control-words.ts'
import type { SelfAnswer } from './self-query.ts'
import { SelfWatch, type SelfQueryStatus } from './self-watch.ts'
import { ServiceManager, type ServiceEnvironment } from './service-manager.ts'

/** Queries are answered: a list or control thread that does not start must not cost the DNS after this. */
const PATIENCE_MS = 20_000
const STATUS_MS = 30_000

export interface ServiceOptions {
  readonly environment: ServiceEnvironment
  readonly words: Pick<ControlWords, 'heartbeat' | 'isAnswering'>
  readonly workers: number
  /** Sends the query of self-query.ts; never rejects. */
  readonly ask: (timeoutMs: number) => Promise<SelfAnswer>
  /** The state of the server in one line. May reject. */
  readonly summary: () => Promise<string>
  readonly clock: Clock
  readonly log: Pick<Logger, 'info' | 'warn' | 'error'>
}

export class Service {
  readonly #options: ServiceOptions
  readonly #manager: ServiceManager | null
  readonly #watch: SelfWatch
  #answersSinceMs: number | null = null
  #isReady = false
  #reloads = 0
  #saidMs = -Infinity
  #stopTimer: () => void = () => {}

  constructor(options: ServiceOptions) {
    const { environment, log, ...rest } = options
    this.#options = options
    this.#manager = ServiceManager.of(environment, log)
    this.#watch = new SelfWatch({ ...rest, log, manager: this.#manager })
  }

  get selfQuery(): SelfQueryStatus {
    return this.#watch.status
  }

  /** All resolver threads answer. To be called once or more often. */
  answers(): void {
    if (this.#answersSinceMs !== null) return
    this.#answersSinceMs = this.#options.clock.monotonicMs()
    this.#watch.start()
    if (this.#manager !== null)
      this.#stopTimer = this.#options.clock.every(this.#watch.everyMs, () => this.#look(this.#manager!))
  }

  /** Everything answers. */
  ready(): void {
    if (this.#isReady) return
    this.#isReady = true
    this.#manager?.ready('answers')
    if (this.#manager !== null) this.#look(this.#manager)
  }

  /** Settings and lists are read again until `done` settles. */
  reloading(done: Promise<unknown>): void {
    const manager = this.#manager
    // Before it is ready the manager takes READY=1 for the end of the start.
    if (manager === null || !this.#isReady) return
    this.#reloads++
    manager.reloading()
    const end = (): void => {
      this.#saidMs = -Infinity
      if (--this.#reloads === 0) manager.ready('answers')
      this.#look(manager)
    }
    void done.then(end, end)
  }

  stopping(): void {
    this.#watch.stop()
    this.#stopTimer()
    this.#manager?.stopping()
  }

  close(): void {
    this.#manager?.close()
  }

  #look(manager: ServiceManager): void {
    manager.flush()
    const nowMs = this.#options.clock.monotonicMs()
    if (!this.#isReady && nowMs - this.#answersSinceMs! >= PATIENCE_MS) {
      this.#isReady = true
      manager.ready('answers queries; the list or control thread does not start, see the log')
    }
    if (!this.#isReady || this.#reloads > 0 || nowMs - this.#saidMs < STATUS_MS) return
    this.#saidMs = nowMs
    this.#options.summary().then(
      (text) => manager.status(text),
      () => manager.status('answers; the control thread does not say how it is'),
    )
  }
}
