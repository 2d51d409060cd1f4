/**
 * The way in: one alert becomes a message of each channel that wants it, or joins one that has not been tried yet. Runs
 * inside the caller's transaction.
 */
import type { DatabaseSync } from 'node:sqlite'
import type { AlertChannelSettings } from '../config/settings.ts'
import { SEVERITIES, type Alert } from './alert.ts'
import { contentOf, fitFor, foldInto, type Content } from './message.ts'
import { MACHINE_KEYS } from './store-event.ts'

/** Messages that may wait; beyond it alerts are only counted. About 10 MB. */
export const MAX_PENDING = 10_000

export class OutboxIntake {
  readonly #maxPending: number
  readonly #countPending
  readonly #findOpen
  readonly #fold
  readonly #findThrottle
  readonly #insert
  readonly #hold
  readonly #countOverflow
  readonly #forgetThrottles
  readonly #closeMessages

  constructor(database: DatabaseSync, maxPending: number) {
    this.#maxPending = maxPending
    this.#countPending = database.prepare(`SELECT count(*) AS n FROM message WHERE state = 'pending'`)
    this.#findOpen = database.prepare(
      `SELECT id, content FROM message
       WHERE channel = ? AND kind = ? AND throttle_key = ? AND state = 'pending' AND attempts = 0`,
    )
    this.#fold = database.prepare(
      'UPDATE message SET content = ?, severity = ?, alert_count = alert_count + 1 WHERE id = ?',
    )
    this.#findThrottle = database.prepare(
      'SELECT next_at FROM throttle WHERE channel = ? AND kind = ? AND throttle_key = ?',
    )
    this.#insert = database.prepare(
      `INSERT INTO message (channel, kind, throttle_key, severity, alert_count, content, created_at, due_at)
       VALUES (?, ?, ?, ?, 1, ?, ?, ?)`,
    )
    this.#hold = database.prepare(
      `INSERT INTO held (channel, kind, alert_count) VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET alert_count = alert_count + excluded.alert_count`,
    )
    this.#countOverflow = database.prepare(
      `INSERT INTO channel (name, overflow_count) VALUES (?, 1)
       ON CONFLICT DO UPDATE SET overflow_count = overflow_count + 1`,
    )
    this.#forgetThrottles = database.prepare('DELETE FROM throttle WHERE throttle_key GLOB ?')
    this.#closeMessages = database.prepare(
      `UPDATE message SET throttle_key = 'former:' || id WHERE state = 'pending' AND attempts = 0 AND throttle_key GLOB ?`,
    )
  }

  /** Takes `alerts` in for the `channels` that want them. Returns how many found no room for a message of their own. */
  add(alerts: readonly Alert[], channels: readonly AlertChannelSettings[], nowMs: number): number {
    let room = this.#maxPending - Number(this.#countPending.get()!['n'])
    let overflowed = 0
    for (const alert of alerts) {
      for (const channel of channels) {
        if (!(channel.on as readonly string[]).includes(alert.kind)) continue
        if (this.#foldIn(alert, channel)) continue
        if (room > 0) {
          this.#insertNew(alert, channel, nowMs)
          room--
        } else {
          this.hold(channel.id, alert.kind, 1)
          this.#countOverflow.run(channel.id)
          overflowed++
        }
      }
    }
    return overflowed
  }

  /** What comes from now on is of other machines, whatever numbers they have: no message waits for them or takes them in. */
  forgetMachines(): void {
    this.#forgetThrottles.run(MACHINE_KEYS)
    this.#closeMessages.run(MACHINE_KEYS)
  }

  /** Leaves alerts to be counted by the channel's next message. */
  hold(channel: string, kind: string, count: number): void {
    this.#hold.run(channel, kind, count)
  }

  #foldIn(alert: Alert, channel: AlertChannelSettings): boolean {
    const open = this.#findOpen.get(channel.id, alert.kind, alert.key)
    if (open === undefined) return false
    const content = fitFor(channel.detail, foldInto(JSON.parse(String(open['content'])) as Content, alert))
    this.#fold.run(JSON.stringify(content), SEVERITIES.indexOf(content.severity), open['id']!)
    return true
  }

  #insertNew(alert: Alert, channel: AlertChannelSettings, nowMs: number): void {
    const content = fitFor(channel.detail, contentOf(alert))
    const throttled = this.#findThrottle.get(channel.id, alert.kind, alert.key)
    // Its beginning has been tried already: whoever was told of it is told at once that it is over.
    const isAtOnce = alert.state === 'resolved' || throttled === undefined
    const dueMs = isAtOnce ? nowMs : Math.max(nowMs, Number(throttled['next_at']))
    const severity = SEVERITIES.indexOf(content.severity)
    this.#insert.run(channel.id, alert.kind, alert.key, severity, JSON.stringify(content), nowMs, dueMs)
  }
}
