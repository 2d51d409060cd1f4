/** One list that is fetched: when it is asked for next, what came of it, and what people are told. */
import type { AlertLog } from '../alerts/log.ts'
import { backOffMs, type BackOff } from '../back-off.ts'
import type { Clock } from '../clock.ts'
import type { Random } from '../random.ts'
import { attempt, type FetchedList, type Progress } from './attempt.ts'
import { FeedError } from './feed-error.ts'
import { FeedRecord } from './feed-record.ts'
import type { FeedStatus } from './feed-status.ts'
import type { ResolveSettings } from './resolve.ts'

export interface FeedOptions {
  readonly list: FetchedList & { readonly path: string }
  readonly settings: () => ResolveSettings
  readonly version: string
  readonly clock: Clock
  readonly random: Random
  readonly log: AlertLog
  /** When nobody else writes the same files any more. */
  readonly ready: Promise<unknown>
  /** A version is in place that a person wanted, however small it is. */
  readonly forced: (id: string) => Promise<unknown>
}

/** The network is away, or the server: it comes back. */
const FAILED: BackOff = { firstMs: 15_000, longestMs: 3_600_000 }
/** What is published is wrong: only its publisher can mend it. */
const REFUSED: BackOff = { firstMs: 600_000, longestMs: 6 * 3_600_000 }
/** However long a server asks to be left alone. */
const LONGEST_WAIT_MS = 86_400_000
/** `every` and up to so much of it, so that not all servers of a country ask at once. */
const JITTER = 0.1

export class Feed {
  readonly #options: FeedOptions
  readonly #record: FeedRecord
  /** Monotonic. */
  #dueMs: number
  #isClosed = false
  #running: { readonly progress: Progress; readonly done: Promise<void>; readonly stop: AbortController } | null = null // prettier-ignore
  #failure: FeedError | null = null
  #failures = 0
  #failuresInRow = 0
  #hasAnswered = false

  /** Throws what the file system says. */
  constructor(options: FeedOptions) {
    this.#options = options
    this.#record = new FeedRecord(options.list.path)
    this.#dueMs = options.clock.monotonicMs() + this.#firstWaitMs()
  }

  get list(): FeedOptions['list'] {
    return this.#options.list
  }

  get isRunning(): boolean {
    return this.#running !== null
  }

  get isDue(): boolean {
    return this.#running === null && this.#options.clock.monotonicMs() >= this.#dueMs
  }

  /** Asks for it now, unless that is under way; resolves when it is over. Never rejects. */
  run(isForced = false): Promise<void> {
    if (this.#running !== null) return this.#running.done
    if (this.#isClosed) return Promise.resolve()
    const stop = new AbortController()
    const progress = { receivedBytes: 0, totalBytes: null, entriesBefore: null, entriesAfter: null }
    const done = this.#attempt(progress, isForced, stop.signal).finally(() => (this.#running = null))
    this.#running = { progress, done, stop }
    return done
  }

  status(): FeedStatus {
    const { list, clock } = this.#options
    const { kept, lastSuccessMs, history } = this.#record
    const url = new URL(list.feed.url)
    const progress = this.#running?.progress ?? null
    const nowMs = clock.monotonicMs()
    return {
      id: list.id,
      url: url.origin + url.pathname,
      state: progress !== null ? 'fetching' : (this.#failure?.kind ?? (this.#hasAnswered ? 'ok' : 'waiting')),
      lastSuccessMs,
      nextMs: clock.wallMs() + Math.max(0, this.#dueMs - nowMs),
      failures: this.#failures,
      failuresInRow: this.#failuresInRow,
      error: this.#failure?.message ?? null,
      advice: this.#failure?.advice ?? null,
      receivedBytes: progress?.receivedBytes ?? null,
      totalBytes: progress?.totalBytes ?? null,
      entries: kept?.entries ?? null,
      bytes: kept?.bytes ?? null,
      sha256: kept?.sha256 ?? null,
      trustedComment: kept?.trustedComment ?? null,
      signedAtMs: kept?.signedAtMs ?? null,
      history,
    }
  }

  /** Cuts off what is under way; resolves when that has let go. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#running?.stop.abort()
    await this.#running?.done
  }

  async #attempt(progress: Progress, isForced: boolean, stopped: AbortSignal): Promise<void> {
    const { list, settings, version, clock, log, ready, forced } = this.#options
    const { id, feed } = list
    await ready
    const startedMs = clock.monotonicMs()
    const nowMs = clock.wallMs()
    const signal = AbortSignal.any([stopped, AbortSignal.timeout(feed.timeoutMs)])
    const record = this.#record
    const note = (outcome: 'taken' | 'unchanged' | 'refused' | 'failed', reason: string | null): void => {
      const { receivedBytes: bytes, entriesBefore, entriesAfter } = progress
      const tookMs = Math.round(clock.monotonicMs() - startedMs)
      record.note({ atMs: nowMs, tookMs, outcome, bytes, entriesBefore, entriesAfter, reason, isForced })
    }
    try {
      const outcome = await attempt({ list, record, settings: settings(), version, nowMs, isForced, signal, progress }) // prettier-ignore
      record.lastSuccessMs = nowMs
      note(outcome, null)
      this.#succeeded(outcome, progress)
    } catch (error) {
      // Shut down, or taken out of the configuration: nothing that anybody has to know.
      if (stopped.aborted) return
      const failure = error instanceof FeedError ? error : unforeseen(error)
      note(failure.kind, failure.message)
      this.#failed(failure)
    }
    try {
      record.save()
    } catch (error) {
      log.warn({ list: id, error }, 'what came of a feed could not be written down')
    }
    if (isForced && this.#failure === null)
      await forced(id).catch((error: unknown) => log.warn({ list: id, error }, 'a list was fetched and could not be brought into force at once')) // prettier-ignore
  }

  #succeeded(outcome: 'taken' | 'unchanged', { entriesBefore, receivedBytes }: Progress): void {
    const { list, clock, random, log } = this.#options
    const { id, feed } = list
    const jitterMs = random.below(Math.floor(feed.everyMs * JITTER) + 1)
    this.#dueMs = clock.monotonicMs() + feed.everyMs + jitterMs
    if (outcome === 'taken')
      log.info({ list: id, entries: this.#record.kept?.entries, entriesBefore, bytes: receivedBytes }, 'a new version of a list was fetched') // prettier-ignore
    else if (this.#failure !== null) log.info({ list: id }, 'a list can be fetched again; it is unchanged')
    this.#failure = null
    this.#failuresInRow = 0
    this.#hasAnswered = true
  }

  #failed(failure: FeedError): void {
    const { list, clock, random, log } = this.#options
    this.#failures++
    this.#failuresInRow++
    const pace = failure.kind === 'refused' ? REFUSED : FAILED
    const waitMs = Math.min(backOffMs(this.#failuresInRow, pace, random), list.feed.everyMs)
    this.#dueMs = clock.monotonicMs() + Math.max(waitMs, Math.min(failure.retryAfterMs ?? 0, LONGEST_WAIT_MS))
    const isSaid = this.#failure?.message === failure.message
    this.#failure = failure
    if (isSaid) return
    const { message: reason, advice } = failure
    if (failure.kind === 'refused')
      log.error({ list: list.id, reason, advice }, 'what was fetched of a list is not taken; what is there stays') // prettier-ignore
    else log.warn({ list: list.id, reason, advice }, 'a list cannot be fetched; what is there stays')
  }

  /** At once where it has never come; else when it would have been due, had the server run on. */
  #firstWaitMs(): number {
    const { list, clock } = this.#options
    const { lastSuccessMs, isInPlace } = this.#record
    if (lastSuccessMs === null || !isInPlace) return 0
    const leftMs = lastSuccessMs + list.feed.everyMs - clock.wallMs()
    // However the clock was set meanwhile.
    return Math.min(Math.max(leftMs, 0), list.feed.everyMs)
  }
}

function unforeseen(error: unknown): FeedError {
  const reason = error instanceof Error ? error.message : String(error)
  return new FeedError('failed', reason, 'see the log', { cause: error })
}
