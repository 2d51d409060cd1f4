/**
 * The audit trail: who did what to whom, when, from where and why. Rows are only appended, each with the hash of the one
 * before; the start may be pruned when it is old, which the trail itself records.
 */
import type { Clock } from '../clock.ts'
import type { AccountsFile, Statements } from './accounts-file.ts'
import { ChainCheck, rowsBehind, type ChainBreak } from './audit-chain.ts'
import {
  cleanEvent,
  cleanText,
  sealEntry,
  type AuditEntry,
  type AuditEvent,
  type AuditHead,
} from './audit-entry.ts'
import { actorOf, type Caller } from './principal.ts'

const PAGE_MAX = 1000
/** Rows pruned in one go: they are checked before, and the thread has other work. */
const PRUNED_AT_ONCE = 10_000
/** What a number of the file may be here; one that was forged must not stop the reading. */
const TOP = Number.MAX_SAFE_INTEGER

const HEAD = `SELECT seq, hash FROM (SELECT seq, hash FROM audit WHERE seq <= ${TOP} ORDER BY seq DESC LIMIT 1)
  UNION ALL SELECT seq, hash FROM audit_anchor ORDER BY seq DESC LIMIT 1`
const INSERT = `INSERT INTO audit (seq, at, actor, role, source, action, target, reason, details, prev, hash)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`

/** Which rows to read. Everything given must hold. */
export interface AuditQuery {
  readonly actor?: string | undefined
  /** An action, or all of a kind: `user.*`. */
  readonly action?: string | undefined
  /** Milliseconds since 1970, included. */
  readonly sinceMs?: number | undefined
  /** Milliseconds since 1970, not included. */
  readonly untilMs?: number | undefined
  /** Rows older than this `seq`: `next` of the page before. */
  readonly before?: number | undefined
  /** 1 to 1,000. */
  readonly limit: number
}

export interface AuditPage {
  /** Newest first. */
  readonly items: readonly AuditEntry[]
  /** `before` of the next page, null at the end. */
  readonly next: number | null
}

/** How long rows are kept. */
export interface AuditRetention {
  readonly trailKeptMs: number
  /** The trail says who saw the hits: it is never kept shorter than they are. */
  readonly hitsKeptMs: number
}

export interface Pruned {
  readonly rows: number
  /** True: there is more to prune. */
  readonly isPartial: boolean
}

export class AuditTrail {
  readonly #file: AccountsFile
  readonly #clock: Clock

  constructor(file: AccountsFile, clock: Clock) {
    this.#file = file
    this.#clock = clock
  }

  /** Appends a row, within the transaction that is open, if one is. Throws AccountsUnavailable. */
  append({ principal, source }: Caller, event: AuditEvent): AuditEntry {
    const what = cleanEvent(event)
    return this.#file.change((statements) => {
      const head = readHeadRow(statements)
      const entry = sealEntry({
        seq: head.seq + 1,
        at: Math.trunc(this.#clock.wallMs()),
        actor: cleanText(actorOf(principal)),
        role: principal.role ?? '',
        source: cleanText(source),
        ...what,
        prev: head.hash,
      })
      const { seq, at, actor, role, action, target, reason, details, prev, hash } = entry
      statements
        .of(INSERT)
        .run(seq, at, actor, role, entry.source, action, target, reason, details, prev, hash)
      return entry
    })
  }

  /** The last row: keep it elsewhere. Throws AccountsUnavailable. */
  head(): AuditHead {
    return this.#file.read(readHeadRow)
  }

  /** A page of rows, newest first; rows appended meanwhile change no later page. Throws AccountsUnavailable. */
  read(query: AuditQuery): AuditPage {
    const limit = Math.min(Math.max(Math.trunc(query.limit), 1), PAGE_MAX)
    const conditions = ['seq BETWEEN 1 AND ?']
    const values: (string | number)[] = [(query.before ?? TOP) - 1]
    const where = (condition: string, value: string | number | undefined): void => {
      if (value === undefined) return
      conditions.push(condition)
      values.push(value)
    }
    const kind = query.action?.endsWith('.*') ? query.action.slice(0, -1) : undefined
    where('actor = ?', query.actor)
    where('action = ?', kind === undefined ? query.action : undefined)
    where('action >= ?', kind)
    // A slash is the character behind the dot.
    where('action < ?', kind?.replace(/\.$/, '/'))
    where('at >= ?', query.sinceMs)
    where('at < ?', query.untilMs)
    const sql = `SELECT seq, max(0, min(at, 8640000000000000)) AS at, actor, role, source, action, target, reason, details,
      prev, hash FROM audit WHERE ${conditions.join(' AND ')} ORDER BY seq DESC LIMIT ?`
    const rows = this.#file.read((statements) => statements.of(sql).all(...values, limit + 1))
    const items = rows.slice(0, limit) as unknown as readonly AuditEntry[]
    return { items, next: rows.length > limit ? items.at(-1)!.seq : null }
  }

  /**
   * Removes what is older than both retentions from the start of the trail, 10,000 rows at most, and records that. Rows
   * are checked first: a broken trail is not pruned, but given back as what is wrong. Throws AccountsUnavailable.
   */
  prune(caller: Caller, { trailKeptMs, hitsKeptMs }: AuditRetention): Pruned | ChainBreak {
    const olderThan = this.#clock.wallMs() - Math.max(trailKeptMs, hitsKeptMs)
    return this.#file.change((statements) => {
      const anchor = readAnchor(statements)
      const kept = statements.of('SELECT seq FROM audit WHERE at >= ? ORDER BY seq LIMIT 1').get(olderThan)
      const last = kept === undefined ? readHeadRow(statements).seq : Number(kept['seq']) - 1
      const through = Math.min(last, anchor.seq + PRUNED_AT_ONCE)
      const count = through - anchor.seq
      if (count <= 0) return { rows: 0, isPartial: false }
      const check = new ChainCheck(anchor)
      for (const row of rowsBehind(statements, anchor.seq, count)) {
        const broken = check.take(row)
        if (broken !== null) return broken
      }
      const { seq, hash } = check.at
      this.append(caller, { action: 'audit.prune', details: { through: seq, hash, rows: count } })
      statements.of('UPDATE audit_anchor SET seq = ?, hash = ?').run(seq, hash)
      statements.of('DELETE FROM audit WHERE seq <= ?').run(seq)
      return { rows: count, isPartial: through < last }
    })
  }
}

/** What the first row follows on. */
export function readAnchor(statements: Statements): AuditHead {
  return headOf(statements.of('SELECT seq, hash FROM audit_anchor').get())
}

/** The last row, or the anchor where there is none. */
export function readHeadRow(statements: Statements): AuditHead {
  return headOf(statements.of(HEAD).get())
}

function headOf(row: Record<string, unknown> | undefined): AuditHead {
  return { seq: Number(row!['seq']), hash: String(row!['hash']) }
}
