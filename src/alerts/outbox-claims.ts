/**
 * The way out: which message of a channel is to be sent now, and what became of it. A message is claimed, and with that
 * counted as tried and frozen, before it is sent: whoever dies in between leaves it to be sent again, under the same id.
 * Runs inside the caller's transaction.
 */
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite'
import { backOffMs } from '../back-off.ts'
import type { AlertChannelSettings } from '../config/settings.ts'
import type { Random } from '../random.ts'
import { SEVERITIES, severityOf, type Alert, type Kind } from './alert.ts'
import { allowanceAt } from './allowance.ts'
import { ATTEMPTS } from './attempts.ts'
import { addTallies, highest, MAX_LISTED, total, type Content, type Tally } from './message.ts'

export interface Claimed {
  readonly id: number
  readonly content: Content
  /** Attempts, this one included. */
  readonly attempts: number
  /** Who of several has it already. */
  readonly receivers: readonly string[]
}

type Row = Record<string, SQLOutputValue>

const DUE = `channel = ? AND state = 'pending' AND due_at <= ?`
/** Those that another message may take in. */
const OTHERS = `${DUE} AND attempts = 0 AND id <> ?`

export class OutboxClaims {
  readonly #random: Random
  readonly #allowance
  readonly #first
  readonly #countDue
  readonly #othersByKind
  readonly #otherContents
  readonly #othersThrottle
  readonly #dropOthers
  readonly #takeHeld
  readonly #claim
  readonly #throttle
  readonly #remember
  readonly #sent
  readonly #countSent
  readonly #failed
  readonly #countFailed
  readonly #noteError

  constructor(database: DatabaseSync, random: Random) {
    this.#random = random
    this.#allowance = database.prepare('SELECT allowance_at FROM channel WHERE name = ?')
    this.#first = database.prepare(
      `SELECT id, kind, throttle_key, content, attempts, receivers FROM message
       WHERE ${DUE} ORDER BY severity DESC, due_at, id LIMIT 1`,
    )
    this.#countDue = database.prepare(`SELECT count(*) AS n FROM message WHERE ${DUE}`)
    this.#othersByKind = database.prepare(
      `SELECT kind, sum(alert_count) AS n, max(severity) AS severity FROM message WHERE ${OTHERS} GROUP BY kind`,
    )
    this.#otherContents = database.prepare(
      `SELECT content FROM message WHERE ${OTHERS} ORDER BY severity DESC, id DESC LIMIT ${MAX_LISTED}`,
    )
    this.#othersThrottle = database.prepare(
      `INSERT INTO throttle (channel, kind, throttle_key, next_at)
       SELECT channel, kind, throttle_key, ? FROM message WHERE ${OTHERS}
       ON CONFLICT DO UPDATE SET next_at = excluded.next_at`,
    )
    this.#dropOthers = database.prepare(`DELETE FROM message WHERE ${OTHERS}`)
    this.#takeHeld = database.prepare('DELETE FROM held WHERE channel = ? RETURNING kind, alert_count AS n')
    this.#claim = database.prepare(
      `UPDATE message SET attempts = ?, due_at = ?, content = ?, severity = ?, alert_count = ? WHERE id = ?`,
    )
    this.#throttle = database.prepare(
      `INSERT INTO throttle (channel, kind, throttle_key, next_at) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET next_at = excluded.next_at`,
    )
    this.#remember = database.prepare(
      `INSERT INTO channel (name, allowance_at) VALUES (?, ?)
       ON CONFLICT DO UPDATE SET allowance_at = excluded.allowance_at`,
    )
    this.#sent = database.prepare(
      `UPDATE message SET state = 'sent', content = NULL, receivers = '[]', ended_at = ? WHERE id = ? AND state = 'pending'`,
    )
    this.#countSent = database.prepare(
      'UPDATE channel SET sent_count = sent_count + 1, last_success_at = ? WHERE name = ?',
    )
    this.#failed = database.prepare('UPDATE message SET due_at = ?, receivers = ? WHERE id = ?')
    this.#countFailed = database.prepare('UPDATE channel SET failed_count = failed_count + 1 WHERE name = ?')
    this.#noteError = database.prepare(
      `INSERT INTO channel (name, last_error, last_error_at) VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET last_error = excluded.last_error, last_error_at = excluded.last_error_at`,
    )
  }

  /** The message of `channel` to send now, or null where none is due or the hour is full. */
  claim(channel: AlertChannelSettings, nowMs: number): Claimed | null {
    const remembered = Number(this.#allowance.get(channel.id)?.['allowance_at'] ?? 0)
    const { free, afterOneMs } = allowanceAt(nowMs, remembered, channel.perHour)
    if (free < 1) return null
    const row = this.#first.get(channel.id, nowMs)
    if (row === undefined) return null
    const id = Number(row['id'])
    let content = JSON.parse(String(row['content'])) as Content
    if (row['attempts'] === 0) {
      if (free === 1 && Number(this.#countDue.get(channel.id, nowMs)!['n']) > 1)
        content = this.#takeOthersIn(content, channel, id, nowMs)
      content = this.#takeHeldIn(content, channel.id)
      const nextMs = nowMs + channel.minIntervalMs
      this.#throttle.run(channel.id, String(row['kind']), String(row['throttle_key']), nextMs)
    }
    const attempts = Number(row['attempts']) + 1
    const severity = SEVERITIES.indexOf(content.severity)
    const dueMs = nowMs + backOffMs(attempts, ATTEMPTS, this.#random)
    this.#claim.run(attempts, dueMs, JSON.stringify(content), severity, 1 + total(content.more), id)
    this.#remember.run(channel.id, afterOneMs)
    return { id, content, attempts, receivers: JSON.parse(String(row['receivers'])) as string[] }
  }

  /** The receiver has it. */
  delivered(channel: string, { id }: Claimed, nowMs: number): void {
    this.#sent.run(nowMs, id)
    this.#countSent.run(nowMs, channel)
  }

  /** The attempt failed; `receivers` are those of several that have it by now. */
  failed(
    channel: string,
    claimed: Claimed,
    reason: string,
    receivers: readonly string[],
    nowMs: number,
  ): void {
    this.#countFailed.run(channel)
    this.#failed.run(
      nowMs + backOffMs(claimed.attempts, ATTEMPTS, this.#random),
      JSON.stringify(receivers),
      claimed.id,
    )
    this.noteError(channel, reason, nowMs)
  }

  noteError(channel: string, reason: string, nowMs: number): void {
    this.#noteError.run(channel, reason, nowMs)
  }

  /** The last message the hour allows for now tells of everything that waits. */
  #takeOthersIn(content: Content, channel: AlertChannelSettings, id: number, nowMs: number): Content {
    const which = [channel.id, nowMs, id] as const
    let { severity, more } = content
    for (const row of this.#othersByKind.all(...which)) {
      more = addTallies(more, { [String(row['kind'])]: Number(row['n']) })
      severity = highest(severity, SEVERITIES[Number(row['severity'])]!)
    }
    const others = this.#otherContents.all(...which).map(alertIn)
    this.#othersThrottle.run(nowMs + channel.minIntervalMs, ...which)
    this.#dropOthers.run(...which)
    const listed = [...others.toReversed(), ...content.listed].slice(-MAX_LISTED)
    return { ...content, severity, more, listed }
  }

  #takeHeldIn(content: Content, channel: string): Content {
    const held: Tally = Object.fromEntries(
      this.#takeHeld.all(channel).map((row) => [String(row['kind']), Number(row['n'])]),
    )
    const kinds = Object.keys(held) as Kind[]
    const severity = kinds.map((kind) => severityOf({ kind, state: null })).reduce(highest, content.severity)
    return { ...content, severity, more: addTallies(content.more, held) }
  }
}

function alertIn(row: Row): Alert {
  return (JSON.parse(String(row['content'])) as Content).alert
}
