/**
 * The outbox in its file, and one in memory for the time when the file cannot be written: a full disk is among the
 * things that people have to be told of. Store events wait for the file; conditions do not.
 */
import type { Clock } from '../clock.ts'
import type { Random } from '../random.ts'
import type { Condition } from './alert.ts'
import type { ChannelRunner } from './channel-runner.ts'
import type { AlertLog } from './log.ts'
import { isCorrupt, openOutboxFile, openOutboxInMemory, type Connect } from './outbox-file.ts'
import { Outbox, type ChannelRecord, type Channels } from './outbox.ts'

interface PairOptions {
  /** The data directory. */
  readonly directory: string
  readonly clock: Clock
  readonly random: Random
  readonly log: AlertLog
  readonly connect?: Connect
  readonly maxPending?: number
}

/** How long a file that gave trouble is left alone. */
const REOPEN_MS = 5000
/** A nearly full disk takes a small write and refuses the next large one: trouble is over after so long without any. */
const CALM_MS = 60_000
const NOTHING: ChannelRecord = {
  isWhole: false,
  pending: 0,
  pendingAlerts: 0,
  held: 0,
  sent: 0,
  failed: 0,
  dead: 0,
  overflowed: 0,
  lastSuccessAtMs: null,
  lastError: null,
  lastErrorAtMs: null,
}
/** SQLite's primary result code BUSY. */
const BUSY = 5

export class OutboxPair {
  readonly #options: PairOptions
  #file: Outbox | null = null
  #memory: Outbox | null = null
  #trouble: string | null = null
  #failedMs = 0
  #reopenMs = 0
  #isClosed = false

  constructor(options: PairOptions) {
    this.#options = options
    this.withFile(() => null)
  }

  /** What kept the file from being written within the last minute, or keeps it now; or null. */
  get trouble(): string | null {
    return this.#trouble
  }

  /** What `work` makes of the file's outbox; null where that cannot be used now, which is said once. */
  withFile<T>(work: (outbox: Outbox) => T): T | null {
    const { clock, log } = this.#options
    if (this.#isClosed || (this.#file === null && clock.monotonicMs() < this.#reopenMs)) return null
    try {
      const result = work((this.#file ??= this.#open()))
      if (this.#trouble !== null && clock.monotonicMs() - this.#failedMs >= CALM_MS) {
        log.info({}, 'the outbox of alerts can be written again')
        this.#trouble = null
      }
      return result
    } catch (error) {
      this.#fail(error)
      return null
    }
  }

  /** Begins a condition, in the file or else in memory. */
  begin(condition: Condition, channels: Channels): void {
    const nowMs = this.#options.clock.wallMs()
    if (this.#memory?.isActive(condition)) return
    const done = this.withFile((outbox) => {
      if (!outbox.isActive(condition)) outbox.begin(condition, channels, nowMs)
      return true
    })
    if (done === null && !this.#isClosed) this.#inMemory().begin(condition, channels, nowMs)
  }

  end(condition: Condition, channels: Channels): void {
    const nowMs = this.#options.clock.wallMs()
    this.#memory?.end(condition, channels, nowMs)
    this.withFile((outbox) => outbox.end(condition, channels, nowMs))
  }

  /** Lets `runner` send what is due in both. */
  async run(runner: ChannelRunner): Promise<void> {
    const { log } = this.#options
    const file = this.withFile((outbox) => outbox)
    try {
      if (file !== null) await runner.run(file)
    } catch (error) {
      // Of a file that was closed meanwhile nothing more is to be said.
      if (file === this.#file) this.#fail(error)
    }
    const memory = this.#memory
    if (memory === null) return
    try {
      await runner.run(memory)
      if (memory.isEmpty && this.#memory === memory) this.#dropMemory()
    } catch (error) {
      if (memory === this.#memory) log.error({ error }, 'an alert kept in memory could not be sent')
    }
  }

  /** How `channel` stands, both taken together. */
  record(channel: string): ChannelRecord {
    const file = this.withFile((outbox) => outbox.record(channel)) ?? NOTHING
    const memory = this.#memory?.record(channel)
    if (memory === undefined) return file
    const isLater = (memory.lastErrorAtMs ?? 0) > (file.lastErrorAtMs ?? 0)
    return {
      isWhole: file.isWhole,
      pending: file.pending + memory.pending,
      pendingAlerts: file.pendingAlerts + memory.pendingAlerts,
      held: file.held + memory.held,
      sent: file.sent + memory.sent,
      failed: file.failed + memory.failed,
      dead: file.dead + memory.dead,
      overflowed: file.overflowed + memory.overflowed,
      lastSuccessAtMs: Math.max(file.lastSuccessAtMs ?? 0, memory.lastSuccessAtMs ?? 0) || null,
      lastError: isLater ? memory.lastError : file.lastError,
      lastErrorAtMs: isLater ? memory.lastErrorAtMs : file.lastErrorAtMs,
    }
  }

  close(): void {
    this.#isClosed = true
    this.#disconnect()
    this.#dropMemory()
  }

  #open(): Outbox {
    const { directory, clock, random, log, connect, maxPending } = this.#options
    const { database, movedTo } = openOutboxFile(directory, clock, random, log, connect)
    if (movedTo !== null)
      log.error({ movedTo }, 'the outbox of alerts is corrupt: moved aside, a new one begun; what waited in it is not sent') // prettier-ignore
    const outbox = new Outbox(database, random, maxPending)
    try {
      outbox.correctTimes(clock.wallMs())
    } catch (error) {
      outbox.close()
      throw error
    }
    return outbox
  }

  #dropMemory(): void {
    this.#memory?.close()
    this.#memory = null
  }

  #inMemory(): Outbox {
    return (this.#memory ??= new Outbox(openOutboxInMemory(this.#options.random), this.#options.random))
  }

  /** After any trouble but a lock the connection is dropped and made anew, so that no state of it lingers. */
  #fail(error: unknown): void {
    const { clock, log } = this.#options
    const reason = error instanceof Error ? error.message : String(error)
    if (this.#trouble !== reason)
      log.error({ reason, isCorrupt: isCorrupt(error) }, 'the outbox of alerts cannot be used: tried again')
    this.#trouble = reason
    this.#failedMs = clock.monotonicMs()
    if (((error as { errcode?: number }).errcode ?? 0) % 256 === BUSY) return
    this.#disconnect()
    this.#reopenMs = this.#failedMs + REOPEN_MS
  }

  #disconnect(): void {
    const file = this.#file
    this.#file = null
    try {
      file?.close()
    } catch (error) {
      this.#options.log.warn({ error }, 'the outbox of alerts could not be closed')
    }
  }
}
