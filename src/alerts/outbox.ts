/**
 * What has to be told and has not been: one message per alert and channel, in SQLite, so that neither a restart nor a
 * dead mail server loses any. Every alert ends up in exactly one message, or is counted by one.
 */
import type { DatabaseSync } from 'node:sqlite'
import type { AlertChannelSettings } from '../config/settings.ts'
import type { Random } from '../random.ts'
import { inTransaction } from '../sqlite/transaction.ts'
import { conditionAlert, type Alert, type Condition } from './alert.ts'
import { GIVE_UP_MS } from './attempts.ts'
import { addTallies, type Content, type Tally } from './message.ts'
import { OutboxClaims, type Claimed } from './outbox-claims.ts'
import { MAX_PENDING, OutboxIntake } from './outbox-intake.ts'

export type Channels = readonly AlertChannelSettings[]

/** Ended messages that are remembered (without their content). */
const MAX_ENDED = 1000
const ENDED_KEPT_MS = 30 * 24 * 3_600_000
/** Longest `minInterval`: what lies further ahead was written under another clock. */
const LONGEST_WAIT_MS = 7 * 24 * 3_600_000
const GIVE_UP_AT_ONCE = 500

/** How far the store's events were handled. */
export interface Position {
  /** Which log they stand in; null: not known. */
  readonly log: string | null
  /** The last one that was handled. */
  readonly cursor: number
  /** The latest time of one that was handled, milliseconds since 1970; 0: none was; null: not known. */
  readonly lastEventAtMs: number | null
}

/** A channel as the outbox knows it. Times in milliseconds since 1970. */
export interface ChannelRecord {
  /** False: the file cannot be read now, and what stands in it is not counted. */
  readonly isWhole: boolean
  /** Messages that wait, and the alerts they tell of. */
  readonly pending: number
  readonly pendingAlerts: number
  /** Alerts without a message of their own: the next message counts them. */
  readonly held: number
  readonly sent: number
  /** Attempts that failed. */
  readonly failed: number
  /** Messages given up. */
  readonly dead: number
  /** Alerts that found the outbox full. */
  readonly overflowed: number
  readonly lastSuccessAtMs: number | null
  readonly lastError: string | null
  readonly lastErrorAtMs: number | null
}

/** All methods throw what node:sqlite throws, and have then changed nothing. */
export class Outbox {
  readonly #database: DatabaseSync
  readonly #intake: OutboxIntake
  readonly #claims: OutboxClaims
  /** Random, made with the file. */
  readonly instance: string

  constructor(database: DatabaseSync, random: Random, maxPending = MAX_PENDING) {
    this.#database = database
    this.#intake = new OutboxIntake(database, maxPending)
    this.#claims = new OutboxClaims(database, random)
    this.instance = String(database.prepare('SELECT instance FROM outbox').get()!['instance'])
  }

  get position(): Position {
    const row = this.#database.prepare('SELECT log, cursor, last_event_at FROM outbox').get()!
    const { log, cursor, last_event_at: at } = row
    return {
      log: log === null ? null : String(log),
      cursor: Number(cursor),
      lastEventAtMs: at === null ? null : Number(at),
    }
  }

  /** Goes on behind event `cursor` of `log`. Of another log than before, machines have other numbers. */
  follow(log: string, cursor: number): void {
    this.#transaction(() => {
      const { log: before } = this.position
      this.#database
        .prepare(
          `UPDATE outbox SET last_event_at = iif(log = ?1, last_event_at, iif(?2 = 0, 0, NULL)), log = ?1, cursor = ?2`,
        )
        .run(log, cursor)
      if (before !== null && before !== log) this.#intake.forgetMachines()
    })
  }

  /**
   * Takes in what events up to `cursor` gave, and notes how far they went, in one; `lastAtMs` is the latest time of one
   * of them, null where there was none. Returns how many alerts found no room.
   */
  take(
    alerts: readonly Alert[],
    cursor: number,
    lastAtMs: number | null,
    channels: Channels,
    nowMs: number,
  ): number {
    return this.#transaction(() => {
      this.#database
        .prepare(
          'UPDATE outbox SET cursor = ?1, last_event_at = coalesce(max(last_event_at, ?2), last_event_at, ?2)',
        )
        .run(cursor, lastAtMs)
      return this.#intake.add(alerts, channels, nowMs)
    })
  }

  /** Whether the condition has begun and not ended. */
  isActive({ kind, about }: Pick<Condition, 'kind' | 'about'>): boolean {
    return this.#database.prepare('SELECT 1 FROM condition WHERE kind = ? AND about = ?').get(kind, about) !== undefined // prettier-ignore
  }

  /** Begins a condition. Does nothing where it has begun already. */
  begin(condition: Condition, channels: Channels, nowMs: number): void {
    this.#transaction(() => {
      const { changes } = this.#database
        .prepare('INSERT OR IGNORE INTO condition (kind, about, since) VALUES (?, ?, ?)')
        .run(condition.kind, condition.about, nowMs)
      if (Number(changes) > 0) this.#intake.add([conditionAlert(condition, 'begun', nowMs)], channels, nowMs)
    })
  }

  /** Ends a condition. Does nothing where it has not begun. */
  end(condition: Condition, channels: Channels, nowMs: number): void {
    if (!this.isActive(condition)) return
    this.#transaction(() => {
      this.#database
        .prepare('DELETE FROM condition WHERE kind = ? AND about = ?')
        .run(condition.kind, condition.about)
      this.#intake.add([conditionAlert(condition, 'resolved', nowMs)], channels, nowMs)
    })
  }

  /** The message of `channel` to send now, counted as tried, or null. */
  claim(channel: AlertChannelSettings, nowMs: number): Claimed | null {
    return this.#transaction(() => this.#claims.claim(channel, nowMs))
  }

  delivered(channel: string, claimed: Claimed, nowMs: number): void {
    this.#transaction(() => this.#claims.delivered(channel, claimed, nowMs))
  }

  failed(
    channel: string,
    claimed: Claimed,
    reason: string,
    receivers: readonly string[],
    nowMs: number,
  ): void {
    this.#transaction(() => this.#claims.failed(channel, claimed, reason, receivers, nowMs))
  }

  /** Lets what failed before be tried again now: something about the channel has changed. */
  retryNow(channel: string, nowMs: number): void {
    this.#database
      .prepare(
        `UPDATE message SET due_at = ? WHERE channel = ? AND state = 'pending' AND attempts > 0 AND due_at > ?`,
      )
      .run(nowMs, channel, nowMs)
  }

  /**
   * Gives up what has waited for too long and is not in `sending`, and forgets what ended long ago. Returns how many
   * messages of each channel were given up.
   */
  tidy(sending: ReadonlySet<number>, nowMs: number): ReadonlyMap<string, number> {
    return this.#transaction(() => {
      this.#database.prepare('DELETE FROM throttle WHERE next_at <= ?').run(nowMs)
      this.#database
        .prepare(
          `DELETE FROM message WHERE state <> 'pending' AND (ended_at < ? OR id <= (
             SELECT id FROM message WHERE state <> 'pending' ORDER BY id DESC LIMIT 1 OFFSET ?))`,
        )
        .run(nowMs - ENDED_KEPT_MS, MAX_ENDED)
      return this.#giveUp(sending, nowMs)
    })
  }

  /** The wall clock jumped: what waits goes on waiting for as long as it did before. */
  shift(byMs: number): void {
    this.#transaction(() => {
      this.#database
        .prepare(
          `UPDATE message SET created_at = created_at + ?, due_at = due_at + ? WHERE state = 'pending'`,
        )
        .run(byMs, byMs)
      this.#database.prepare('UPDATE throttle SET next_at = next_at + ?').run(byMs)
      this.#database.prepare('UPDATE channel SET allowance_at = allowance_at + ?').run(byMs)
    })
  }

  /**
   * After opening: times that cannot be were written under another clock. Writes in any case, so that a full disk shows
   * here and not with the next alert.
   */
  correctTimes(nowMs: number): void {
    this.#transaction(() => {
      this.#database.exec('UPDATE outbox SET cursor = cursor')
      this.#database
        .prepare(`UPDATE message SET created_at = ? WHERE state = 'pending' AND created_at > ?`)
        .run(nowMs, nowMs)
      this.#database
        .prepare(`UPDATE message SET due_at = ? WHERE state = 'pending' AND due_at > ?`)
        .run(nowMs, nowMs + LONGEST_WAIT_MS)
      this.#database.prepare('DELETE FROM throttle WHERE next_at > ?').run(nowMs + LONGEST_WAIT_MS)
    })
  }

  /** What a test by hand showed of a channel. */
  noteError(channel: string, reason: string, nowMs: number): void {
    this.#claims.noteError(channel, reason, nowMs)
  }

  record(channel: string): ChannelRecord {
    const waiting = this.#database
      .prepare(
        `SELECT count(*) AS messages, coalesce(sum(alert_count), 0) AS alerts FROM message
                WHERE channel = ? AND state = 'pending'`,
      )
      .get(channel)!
    const held = this.#database
      .prepare('SELECT coalesce(sum(alert_count), 0) AS n FROM held WHERE channel = ?')
      .get(channel)!
    const row = this.#database.prepare('SELECT * FROM channel WHERE name = ?').get(channel)
    const timeOrNull = (name: string): number | null => (row?.[name] == null ? null : Number(row[name]))
    return {
      isWhole: true,
      pending: Number(waiting['messages']),
      pendingAlerts: Number(waiting['alerts']),
      held: Number(held['n']),
      sent: Number(row?.['sent_count'] ?? 0),
      failed: Number(row?.['failed_count'] ?? 0),
      dead: Number(row?.['dead_count'] ?? 0),
      overflowed: Number(row?.['overflow_count'] ?? 0),
      lastSuccessAtMs: timeOrNull('last_success_at'),
      lastError: row?.['last_error'] == null ? null : String(row['last_error']),
      lastErrorAtMs: timeOrNull('last_error_at'),
    }
  }

  /** Whether nothing waits and nothing has begun. */
  get isEmpty(): boolean {
    return (
      this.#database
        .prepare(
          `SELECT 1 FROM message WHERE state = 'pending' UNION ALL SELECT 1 FROM held UNION ALL SELECT 1 FROM condition LIMIT 1`,
        )
        .get() === undefined
    )
  }

  close(): void {
    this.#database.close()
  }

  #giveUp(sending: ReadonlySet<number>, nowMs: number): Map<string, number> {
    const given = new Map<string, number>()
    const old = this.#database
      .prepare(`SELECT id, channel, content FROM message WHERE state = 'pending' AND created_at <= ? LIMIT ?`)
      .all(nowMs - GIVE_UP_MS, GIVE_UP_AT_ONCE)
    const end = this.#database.prepare(
      `UPDATE message SET state = 'dead', content = NULL, receivers = '[]', ended_at = ? WHERE id = ?`,
    )
    const count = this.#database.prepare(
      `INSERT INTO channel (name, dead_count) VALUES (?, 1) ON CONFLICT DO UPDATE SET dead_count = dead_count + 1`,
    )
    for (const row of old) {
      if (sending.has(Number(row['id']))) continue
      const channel = String(row['channel'])
      const { alert, more } = JSON.parse(String(row['content'])) as Content
      const tally: Tally = addTallies(more, { [alert.kind]: 1 })
      for (const [kind, alerts] of Object.entries(tally)) this.#intake.hold(channel, kind, alerts)
      end.run(nowMs, row['id']!)
      count.run(channel)
      given.set(channel, (given.get(channel) ?? 0) + 1)
    }
    return given
  }

  #transaction<T>(work: () => T): T {
    return inTransaction(this.#database, work)
  }
}
