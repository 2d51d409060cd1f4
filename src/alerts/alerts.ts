/**
 * Telling people: store events and conditions in, messages to the configured channels out. Owned by the control thread;
 * nothing of it is needed to answer a query, and none of its troubles reaches one.
 */
import { hostname } from 'node:os'
import type { Clock } from '../clock.ts'
import type { AlertChannelSettings, Settings } from '../config/settings.ts'
import { SecureRandom, type Random } from '../random.ts'
import { subjectOf, type Condition } from './alert.ts'
import { GIVE_UP_MS } from './attempts.ts'
import { cleanText } from './clean-text.ts'
import { ChannelRunner } from './channel-runner.ts'
import type { AlertLog } from './log.ts'
import { composeMessage, contentOf } from './message.ts'
import type { Connect } from './outbox-file.ts'
import { OutboxPair } from './outbox-pair.ts'
import type { ChannelRecord, Position } from './outbox.ts'
import { alertOf, type StoreEvents } from './store-event.ts'
import { openTransport } from './open-transport.ts'
import type { Transport } from './transport.ts'

export type AlertSettings = Pick<Settings, 'alerts' | 'units' | 'campaigns' | 'server'>

export interface AlertsOptions {
  readonly settings: AlertSettings
  /** The data directory. */
  readonly directory: string
  /** Of the program, as receivers are told it. */
  readonly version: string
  readonly clock: Clock
  readonly log: AlertLog
  readonly random?: Random
  /** How a channel is reached; tests put receivers of their own here. */
  readonly openTransport?: (settings: AlertChannelSettings) => Transport
  readonly connect?: Connect
  readonly maxPending?: number
}

export interface ChannelStatus extends ChannelRecord {
  readonly id: string
  readonly type: AlertChannelSettings['type']
}

export interface AlertsStatus {
  readonly channels: readonly ChannelStatus[]
  /** What keeps the outbox from being written, or did within the last minute; or null. */
  readonly trouble: string | null
}

export interface TestResult {
  readonly channel: string
  readonly isDelivered: boolean
  /** Why not. */
  readonly reason: string | null
  readonly durationMs: number
}

/** There is no channel of that id. */
export class UnknownChannel extends Error {
  readonly code = 'THANHLOC_UNKNOWN_CHANNEL'
}

const TICK_MS = 1000
const TIDY_MS = 60_000
/** A wall clock that goes wrong by more in a second has been set. */
const JUMP_MS = 5000
/** What is under way at the end may take so long. */
const GRACE_MS = 1000

export class Alerts {
  readonly #options: AlertsOptions
  readonly #clock: Clock
  readonly #random: Random
  readonly #log: AlertLog
  readonly #outboxes: OutboxPair
  readonly #stopTicking: () => void
  #settings: AlertSettings
  #runners: ChannelRunner[] = []
  #lastWallMs: number
  #lastMonotonicMs: number
  #tidyMs = 0
  readonly #running = new Set<Promise<void>>()
  #testNumber = 0

  /** Opens the outbox, or goes on trying to, and begins to send what waits in it. Never throws. */
  constructor(options: AlertsOptions) {
    this.#options = options
    this.#clock = options.clock
    this.#random = options.random ?? new SecureRandom()
    this.#log = options.log
    this.#settings = options.settings
    this.#outboxes = new OutboxPair({ ...options, random: this.#random })
    this.#lastWallMs = this.#clock.wallMs()
    this.#lastMonotonicMs = this.#clock.monotonicMs()
    this.#runners = options.settings.alerts.channels.map((channel) => this.#open(channel))
    this.#stopTicking = this.#clock.every(TICK_MS, () => this.#tick())
  }

  /** How far the store's events were handled. Null: the outbox cannot be read now. */
  position(): Position | null {
    return this.#outboxes.withFile((outbox) => outbox.position)
  }

  /** Goes on behind event `cursor` of `log`. False: that could not be noted. */
  follow(log: string, cursor: number): boolean {
    const isNoted = this.#outboxes.withFile((outbox) => {
      outbox.follow(log, cursor)
      return true
    })
    return isNoted ?? false
  }

  /**
   * Makes alerts of events of the log that is followed, and notes in the same transaction how far they went. What was
   * handled before, or is older than three days, makes none. False: nothing was noted; take them again later.
   */
  take({ log, events, next: cursor }: StoreEvents): boolean {
    const nowMs = this.#clock.wallMs()
    const done = this.#outboxes.withFile((outbox) => {
      const { log: followed, cursor: handled } = outbox.position
      // The file was begun anew meanwhile: it has to be told first where it stands.
      if (log !== followed) return null
      if (cursor <= handled) return { overflowed: 0, tooOld: 0 }
      const fresh = events.filter(({ id }) => id > handled && id <= cursor)
      const alerts = fresh.map((event) => alertOf(event, this.#settings)).filter((alert) => alert !== null)
      const young = alerts.filter(({ atMs }) => atMs > nowMs - GIVE_UP_MS)
      const lastAtMs = fresh.length === 0 ? null : Math.max(...fresh.map(({ at }) => at))
      const overflowed = outbox.take(young, cursor, lastAtMs, this.#settings.alerts.channels, nowMs)
      return { overflowed, tooOld: alerts.length - young.length }
    })
    if (done === null) return false
    const { overflowed, tooOld } = done
    if (tooOld > 0)
      this.#log.warn({ alerts: tooOld }, 'events of more than three days ago: nobody is told of them')
    if (overflowed > 0)
      this.#log.error(
        { alerts: overflowed },
        'too many alerts wait: these are only counted, in the next message',
      )
    this.#send()
    return true
  }

  /** A condition holds. Told once, when it begins, also over restarts; may be called at every look. */
  raise(condition: Condition): void {
    this.#outboxes.begin(condition, this.#settings.alerts.channels)
    this.#send()
  }

  /** A condition does not hold, or no longer, which is told once. May be called at every look. */
  resolve(condition: Omit<Condition, 'reason'>): void {
    this.#outboxes.end({ ...condition, reason: '' }, this.#settings.alerts.channels)
    this.#send()
  }

  /** Sends a test message to `channel` at once, whatever waits there. Throws UnknownChannel. */
  async test(channel: string): Promise<TestResult> {
    const runner = this.#runners.find(({ settings }) => settings.id === channel)
    if (runner === undefined) {
      const ids = this.#runners.map(({ settings }) => settings.id).join(', ')
      throw new UnknownChannel(`there is no alert channel ${channel}: ${ids === '' ? 'none is configured' : `there are ${ids}`}`) // prettier-ignore
    }
    const atMs = this.#clock.wallMs()
    const begunMs = this.#clock.monotonicMs()
    const alert = { kind: 'test', atMs, event: null, state: null, key: '', subject: subjectOf({}) } as const
    const id = `test-${this.#random.bits32().toString(16)}-${++this.#testNumber}`
    const { detail } = runner.settings
    const reason = await runner.sendNow(
      composeMessage(contentOf(alert), { id, server: this.#server, detail }),
    )
    if (reason === null) this.#retry(runner)
    else this.#outboxes.withFile((outbox) => outbox.noteError(channel, reason, this.#clock.wallMs()))
    const durationMs = Math.round(this.#clock.monotonicMs() - begunMs)
    return { channel, isDelivered: reason === null, reason, durationMs }
  }

  status(): AlertsStatus {
    const channels = this.#runners.map(({ settings: { id, type } }) => ({
      id,
      type,
      ...this.#outboxes.record(id),
    }))
    return { channels, trouble: this.#outboxes.trouble }
  }

  /** New settings. Channels that changed begin anew, and try at once what waits; those that are gone send no more. */
  configure(settings: AlertSettings): void {
    const before = new Map(this.#runners.map((runner) => [runner.settings.id, runner]))
    const isServerNew = serverOf(settings) !== this.#server
    this.#settings = settings
    const opened: ChannelRunner[] = []
    this.#runners = settings.alerts.channels.map((channel) => {
      const runner = before.get(channel.id)
      if (
        runner !== undefined &&
        !isServerNew &&
        JSON.stringify(runner.settings) === JSON.stringify(channel)
      ) {
        before.delete(channel.id)
        return runner
      }
      const fresh = this.#open(channel)
      opened.push(fresh)
      return fresh
    })
    for (const runner of before.values()) runner.close()
    for (const runner of opened) this.#retry(runner)
  }

  /** Ends what is under way, within a second, and closes the outbox. */
  async close(): Promise<void> {
    this.#stopTicking()
    await this.#settled(GRACE_MS)
    for (const runner of this.#runners) runner.close()
    await this.#settled(GRACE_MS)
    this.#outboxes.close()
  }

  get #server(): string {
    return serverOf(this.#settings)
  }

  #open(settings: AlertChannelSettings): ChannelRunner {
    const { version } = this.#options
    const context = { version, clock: this.#clock, log: this.#log }
    const transport = this.#options.openTransport?.(settings) ?? openTransport(settings, context)
    return new ChannelRunner({
      settings,
      transport,
      server: this.#server,
      clock: this.#clock,
      random: this.#random,
      log: this.#log,
    })
  }

  #tick(): void {
    const wallMs = this.#clock.wallMs()
    const monotonicMs = this.#clock.monotonicMs()
    const jumpMs = Math.round(wallMs - this.#lastWallMs - (monotonicMs - this.#lastMonotonicMs))
    if (Math.abs(jumpMs) > JUMP_MS) this.#outboxes.withFile((outbox) => outbox.shift(jumpMs))
    this.#lastWallMs = wallMs
    this.#lastMonotonicMs = monotonicMs
    if (monotonicMs >= this.#tidyMs) this.#tidy()
    this.#send()
  }

  #tidy(): void {
    this.#tidyMs = this.#clock.monotonicMs() + TIDY_MS
    const sending = new Set(this.#runners.flatMap((runner) => [...runner.sending]))
    const given = this.#outboxes.withFile((outbox) => outbox.tidy(sending, this.#clock.wallMs()))
    for (const [channel, messages] of given ?? [])
      this.#log.error({ channel, messages }, 'alerts given up: they could not be delivered for three days')
  }

  #retry(runner: ChannelRunner): void {
    runner.reset()
    this.#outboxes.withFile((outbox) => outbox.retryNow(runner.settings.id, this.#clock.wallMs()))
    this.#send()
  }

  /** Lets every channel send what is due. */
  #send(): void {
    for (const runner of this.#runners) {
      if (runner.isBusy) continue
      const run = this.#outboxes.run(runner).finally(() => this.#running.delete(run))
      this.#running.add(run)
    }
  }

  async #settled(withinMs: number): Promise<void> {
    const runs = Promise.all(this.#running)
    let stop = (): void => {}
    const late = new Promise<void>((resolve) => (stop = this.#clock.every(withinMs, resolve)))
    await Promise.race([runs, late]).finally(() => stop())
  }
}

function serverOf({ server }: AlertSettings): string {
  return cleanText(server.id, 253) || hostname()
}
