/** Reads numbered events behind a number, for those who tell them on. */
import { addressText } from '../../net/address.ts'
import { textOf, type Row } from '../client-rows.ts'
import type { Ask } from '../read-connection.ts'
import { timeOf } from './case-rows.ts'
import type { EventKind } from './event-log.ts'

export interface StoredEvent {
  readonly id: number
  readonly at: number
  readonly kind: EventKind
  readonly caseId: number | null
  readonly clientId: number
  /** Empty: lists without a campaign. */
  readonly campaign: string
  /** These three as they were then. */
  readonly unit: string | null
  readonly hostName: string | null
  readonly address: string
  readonly indicator: string | null
  readonly list: string | null
  readonly state: string | null
  readonly actor: string | null
}

export interface EventPage {
  /** Which log it is: of another one, numbers mean nothing here. */
  readonly log: string
  readonly events: readonly StoredEvent[]
  /** The number to go on behind. */
  readonly next: number
  /** Events between `after` and these are gone: the reader was away for too long, or the number is of another log. */
  readonly isGap: boolean
}

/** `cases`: all but the pairs that are new. */
export type EventScope = 'all' | 'cases'

const MAX_EVENTS = 1000

/** Events behind number `after`, ascending, at most `limit` of them. */
export function eventsAfter(ask: Ask, after: number, limit: number, scope: EventScope): EventPage {
  const [log] = ask('SELECT key, horizon, case_horizon FROM event_log')
  const horizon = Number(log![scope === 'all' ? 'horizon' : 'case_horizon'])
  const most = Math.min(Math.max(Math.trunc(limit) || 1, 1), MAX_EVENTS)
  const only = scope === 'all' ? '' : `AND kind <> 'pair-new'`
  const rows = ask(`SELECT * FROM event WHERE id > :after ${only} ORDER BY id LIMIT :most`, { after, most })
  const last = lastNumber(ask)
  const events = rows.map(storedEvent)
  // What is not shown in this scope need not be looked at again.
  const next = events.length === most ? events.at(-1)!.id : last
  return { log: String(log!['key']), events, next, isGap: after < horizon || after > last }
}

/** Where the log ends now, to begin behind it. */
export function eventsEnd(ask: Ask): Pick<EventPage, 'log' | 'next'> {
  const [log] = ask('SELECT key FROM event_log')
  return { log: String(log!['key']), next: lastNumber(ask) }
}

/** The number of the last event up to number `upTo` that is of `atMs` or before, pairs that are new left out; 0: there is none. */
export function lastCaseEvent(ask: Ask, upTo: number, atMs: number): number {
  const [row] = ask(
    `SELECT id FROM event WHERE id <= :upTo AND kind <> 'pair-new' AND at <= :atMs ORDER BY id DESC LIMIT 1`,
    { upTo, atMs },
  )
  return Number(row?.['id'] ?? 0)
}

/** The last number that was given out, whether or not that event is still there. */
function lastNumber(ask: Ask): number {
  const [row] = ask(`SELECT seq FROM sqlite_sequence WHERE name = 'event'`)
  return Number(row?.['seq'] ?? 0)
}

function storedEvent(row: Row): StoredEvent {
  return {
    id: Number(row['id']),
    at: Number(row['at']),
    kind: row['kind'] as EventKind,
    caseId: timeOf(row['case_id']),
    clientId: Number(row['client_id']),
    campaign: String(row['campaign']),
    unit: textOf(row['unit']),
    hostName: textOf(row['host_name']),
    address: addressText(row['address'] as Uint8Array),
    indicator: textOf(row['indicator']),
    list: textOf(row['list']),
    state: textOf(row['state']),
    actor: textOf(row['actor']),
  }
}
