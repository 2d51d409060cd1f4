/**
 * Sessions of people who signed in. Only a hash of the cookie is stored. A session ends after some minutes without a
 * request, after half a day in any case, and when its account changes.
 */
import type { Clock } from '../clock.ts'
import type { Random } from '../random.ts'
import type { AccountsFile, Statements } from './accounts-file.ts'
import { AccountsUnavailable } from './fault.ts'
import { digest } from './secret.ts'
import { csrfToken, isCookieValue, makeCookieValue } from './session-cookie.ts'
import { findUserById, type UserRow } from './user-row.ts'

const MINUTE_MS = 60_000
/** Without a request. */
const IDLE_MS = 15 * MINUTE_MS
/** For administrators, who can do most harm from a desk left alone. */
const ADMIN_IDLE_MS = 5 * MINUTE_MS
const ABSOLUTE_MS = 12 * 60 * MINUTE_MS
/** A request is noted when the last one noted is older: not each writes to the disk. Sessions end so much early. */
const NOTE_MS = 20_000
/** A clock set back by more than this ends sessions: nobody knows how old they are. */
const CLOCK_SLACK_MS = MINUTE_MS
const SESSIONS_A_USER = 8

/** After how long without a request a session of that role ends, to be told to its page; up to NOTE_MS earlier. */
export function idleSecondsOf(role: string | null): number {
  return (idleMsOf(role) - NOTE_MS) / 1000
}

function idleMsOf(role: string | null): number {
  return role === 'admin' ? ADMIN_IDLE_MS : IDLE_MS
}

/** What the route gives to the browser. */
export interface NewSession {
  /** For the cookie; nowhere stored. */
  readonly cookie: string
  readonly csrf: string
  /** Milliseconds since 1970: when it ends at the latest. */
  readonly endsAt: number
}

export interface FoundSession {
  readonly user: UserRow
  readonly endsAt: number
}

export class Sessions {
  readonly #file: AccountsFile
  readonly #clock: Clock
  readonly #random: Random

  constructor(file: AccountsFile, clock: Clock, random: Random) {
    this.#file = file
    this.#clock = clock
    this.#random = random
  }

  /** Begins a session; an account's oldest ends where it has eight. Throws AccountsUnavailable. */
  begin(user: UserRow, source: string): NewSession {
    const nowMs = this.#clock.wallMs()
    const cookie = makeCookieValue(this.#random)
    this.#file.change((statements) => {
      statements
        .of('DELETE FROM session WHERE seen_at < ? OR created_at < ?')
        .run(nowMs - IDLE_MS, nowMs - ABSOLUTE_MS)
      statements
        .of(
          `DELETE FROM session WHERE hash IN
             (SELECT hash FROM session WHERE user_id = ? ORDER BY seen_at DESC LIMIT -1 OFFSET ${SESSIONS_A_USER - 1})`,
        )
        .run(user.id)
      statements
        .of('INSERT INTO session (hash, user_id, source, created_at, seen_at) VALUES (?, ?, ?, ?, ?)')
        .run(digest(cookie), user.id, source, nowMs, nowMs)
    })
    return { cookie, csrf: csrfToken(cookie), endsAt: nowMs + ABSOLUTE_MS }
  }

  /**
   * The session of a cookie, or null where it has ended or never was. `isBackground`: a request the page makes by itself,
   * which keeps no session alive. Throws AccountsUnavailable.
   */
  find(cookie: string, isBackground: boolean): FoundSession | null {
    if (!isCookieValue(cookie)) return null
    const hash = digest(cookie)
    const nowMs = this.#clock.wallMs()
    const found = this.#file.read((statements) => {
      const row = statements.of('SELECT user_id, created_at, seen_at FROM session WHERE hash = ?').get(hash)
      const user = row === undefined ? null : findUserById(statements, Number(row['user_id']))
      return user === null
        ? null
        : { user, createdAt: Number(row!['created_at']), seenAt: Number(row!['seen_at']) }
    })
    if (found === null) return null
    const { user, createdAt, seenAt } = found
    const idleMs = idleMsOf(user.role)
    const isLive =
      nowMs - seenAt < idleMs && nowMs - createdAt < ABSOLUTE_MS && seenAt - nowMs < CLOCK_SLACK_MS
    if (!isLive || user.isDisabled) {
      this.#quietly((statements) => statements.of('DELETE FROM session WHERE hash = ?').run(hash))
      return null
    }
    if (!isBackground && nowMs - seenAt >= NOTE_MS)
      this.#quietly((statements) =>
        statements.of('UPDATE session SET seen_at = ? WHERE hash = ?').run(nowMs, hash),
      )
    return { user, endsAt: createdAt + ABSOLUTE_MS }
  }

  /** How many are alive now. Throws AccountsUnavailable. */
  count(): number {
    const nowMs = this.#clock.wallMs()
    const row = this.#file.read((statements) =>
      statements
        .of(
          `SELECT count(*) AS n FROM session AS s JOIN user AS u ON u.id = s.user_id
           WHERE s.seen_at > iif(u.role = 'admin', ?, ?) AND s.created_at > ?`,
        )
        .get(nowMs - ADMIN_IDLE_MS, nowMs - IDLE_MS, nowMs - ABSOLUTE_MS),
    )
    return Number(row!['n'])
  }

  /** Ends the session of a cookie; its account, or null where there was none. Throws AccountsUnavailable. */
  end(cookie: string): UserRow | null {
    if (!isCookieValue(cookie)) return null
    return this.#file.change((statements) => {
      const row = statements.of('DELETE FROM session WHERE hash = ? RETURNING user_id').all(digest(cookie))[0]
      return row === undefined ? null : findUserById(statements, Number(row['user_id']))
    })
  }

  /** A request is not refused because it could not be noted: the file has told its log. */
  #quietly(change: (statements: Statements) => unknown): void {
    try {
      this.#file.change(change)
    } catch (error) {
      if (!(error instanceof AccountsUnavailable)) throw error
    }
  }
}

/** Ends all sessions of an account, in the transaction of what ends them. */
export function endSessions(statements: Statements, userId: number): void {
  statements.of('DELETE FROM session WHERE user_id = ?').run(userId)
}
