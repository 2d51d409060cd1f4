/**
 * Failed sign-ins by account and by source address: after five in a row there is a wait of 15 minutes, and after each
 * further one again. Names that no account has are counted like others, so that the wait tells nobody which exist.
 * Counted in memory first, because a full disk must not give free guesses; kept in the file over a restart.
 */
import type { Clock } from '../clock.ts'
import { isMappedIPv4, parseAddress } from '../net/address.ts'
import type { AccountsFile } from './accounts-file.ts'
import { digest } from './secret.ts'

const MINUTE_MS = 60_000
/** The wait after the first, second … failure in a row, and after each later one. */
const WAITS_MS = [0, 0, 1000, 4000, 15 * MINUTE_MS]
const LONGEST_WAIT_MS = 15 * MINUTE_MS
/** After so long without a failure all is forgotten. */
const FORGET_MS = 24 * 60 * MINUTE_MS
/** Accounts and addresses remembered; the longest quiet goes first. To push one out takes as many hashes: half an hour. */
const ENTRIES_MAX = 20_000
const IPV6_PREFIX_BYTES = 8

interface Failures {
  readonly count: number
  readonly failedAt: number
  readonly lockedUntil: number
}

export interface LockedOut {
  /** Names as they were typed, whether or not there is such an account. */
  readonly accounts: number
  readonly sources: number
}

export class Lockout {
  readonly #file: AccountsFile
  readonly #clock: Clock
  readonly #entriesMax: number
  /** By digest; the one that failed longest ago first. Null: not read yet. */
  #entries: Map<string, Failures> | null = null

  constructor(file: AccountsFile, clock: Clock, entriesMax = ENTRIES_MAX) {
    this.#file = file
    this.#clock = clock
    this.#entriesMax = entriesMax
  }

  /** Milliseconds until the next attempt at the account `key` from `source` may be made; 0: now. Throws AccountsUnavailable. */
  waitMs(key: string, source: string): number {
    return Math.max(...keysOf(key, source).map((entry) => this.#waitOf(entry)))
  }

  /** Counts a failed attempt; true where a wait of 15 minutes begins with it. Throws AccountsUnavailable; it counts all the same. */
  fail(key: string, source: string): boolean {
    const nowMs = this.#clock.wallMs()
    const entries = this.#load()
    const failed = keysOf(key, source).map((entry) => {
      const count = (this.#find(entry)?.count ?? 0) + 1
      const waitMs = WAITS_MS[Math.min(count, WAITS_MS.length) - 1]!
      const failures = { count, failedAt: nowMs, lockedUntil: nowMs + waitMs }
      entries.delete(entry)
      entries.set(entry, failures)
      return { entry, ...failures }
    })
    const forgotten = [...entries.keys()].slice(0, Math.max(entries.size - this.#entriesMax, 0))
    for (const entry of forgotten) entries.delete(entry)
    this.#file.change((statements) => {
      for (const { entry, count, failedAt, lockedUntil } of failed) {
        statements
          .of('INSERT OR REPLACE INTO failure (key, count, failed_at, locked_until) VALUES (?, ?, ?, ?)')
          .run(entry, count, failedAt, lockedUntil)
      }
      for (const entry of forgotten) statements.of('DELETE FROM failure WHERE key = ?').run(entry)
    })
    return failed.some(({ lockedUntil }) => lockedUntil - nowMs === LONGEST_WAIT_MS)
  }

  /**
   * Forgets the failures of an account, not those of the address: with an account of one's own one could else go on
   * guessing at others. Throws AccountsUnavailable.
   */
  forget(key: string): void {
    const entry = accountEntry(key)
    if (!this.#load().delete(entry)) return
    this.#file.change((statements) => statements.of('DELETE FROM failure WHERE key = ?').run(entry))
  }

  /** How many names and how many networks have to wait for a quarter of an hour now. Throws AccountsUnavailable. */
  waiting(): LockedOut {
    const locked = [...this.#load()].filter(
      ([entry, { count }]) => count >= WAITS_MS.length && this.#waitOf(entry) > 0,
    )
    const accounts = locked.filter(([entry]) => entry.startsWith('account:')).length
    return { accounts, sources: locked.length - accounts }
  }

  #waitOf(entry: string): number {
    const found = this.#find(entry)
    if (found === undefined) return 0
    const nowMs = this.#clock.wallMs()
    // The clock was set back: nobody waits longer for that.
    if (found.lockedUntil - nowMs > LONGEST_WAIT_MS)
      this.#load().set(entry, { ...found, failedAt: nowMs, lockedUntil: nowMs + LONGEST_WAIT_MS })
    return Math.min(Math.max(found.lockedUntil - nowMs, 0), LONGEST_WAIT_MS)
  }

  #find(entry: string): Failures | undefined {
    const found = this.#load().get(entry)
    return found === undefined || this.#clock.wallMs() - found.failedAt > FORGET_MS ? undefined : found
  }

  #load(): Map<string, Failures> {
    this.#entries ??= this.#file.change((statements) => {
      statements.of('DELETE FROM failure WHERE failed_at < ?').run(this.#clock.wallMs() - FORGET_MS)
      const rows = statements
        .of('SELECT key, count, failed_at, locked_until FROM failure ORDER BY failed_at')
        .all()
      return new Map(
        rows.map((row) => [
          String(row['key']),
          {
            count: Number(row['count']),
            failedAt: Number(row['failed_at']),
            lockedUntil: Number(row['locked_until']),
          },
        ]),
      )
    })
    return this.#entries
  }
}

function keysOf(key: string, source: string): readonly string[] {
  return [accountEntry(key), `source:${short(sourceNetwork(source))}`]
}

function accountEntry(key: string): string {
  return `account:${short(key)}`
}

/** An IPv4 address, or the /64 of an IPv6 address, which is one machine's to choose from. Other text as it is. */
function sourceNetwork(source: string): string {
  const bytes = new Uint8Array(16)
  if (!parseAddress(source, bytes)) return source
  return Buffer.from(isMappedIPv4(bytes) ? bytes : bytes.subarray(0, IPV6_PREFIX_BYTES)).toString('hex')
}

function short(text: string): string {
  return digest(text).toString('hex', 0, 16)
}
