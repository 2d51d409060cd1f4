/** Reads cases, events, holds and deletions from the store for the admin plane, on the connection of `StoreReader`. */
import { INDICATOR_KINDS } from '../../thread/hit-table.ts'
import type { Row } from '../client-rows.ts'
import { pageOf, readCursor, writeCursor, type Page } from '../cursor.ts'
import { HOUR_MS } from '../hit-totals.ts'
import type { PageRequest, StoreReader } from '../queries.ts'
import type { Ask } from '../read-connection.ts'
import { judgeBeacon, type Beacon } from './beacon.ts'
import { beaconWords, type BeaconWords } from './beacon-words.ts'
import { CAMPAIGN_PAIRS } from './campaign-pairs.ts'
import { campaignSummaries, countCases, type CampaignSummary, type CaseCounts } from './case-counts.ts'
import { caseFilterSql, type CaseFilter } from './case-filter.ts'
import {
  CASE_COLUMNS,
  CASE_TABLES,
  caseChange,
  caseSummary,
  timeOf,
  type CaseChangeRow,
  type CaseIndicator,
  type CaseSummary,
} from './case-rows.ts'
import { eventsAfter, eventsEnd, type EventPage, type EventScope } from './event-reader.ts'
import { deletionRows, holdRows, type DeletionRow, type HoldRow } from './keeping-rows.ts'
import { readHistogram } from './rhythm.ts'

export type { CampaignSummary, CaseCounts } from './case-counts.ts'
export type { CaseFilter } from './case-filter.ts'
export type { CaseChangeRow, CaseIndicator, CaseSummary } from './case-rows.ts'
export type { EventPage, EventScope, StoredEvent } from './event-reader.ts'
export type { DeletionRow, HoldRow } from './keeping-rows.ts'

/**
 * `found`: the case opened last comes first; nothing is missed or told twice while cases come. `recent`: the one hit
 * last, to the minute; `changed`: the one changed last. One that is hit or changed meanwhile moves to the front, behind
 * which a cursor does not look.
 */
export type CaseSort = 'found' | 'recent' | 'changed'

export interface CaseDetail extends CaseSummary {
  /** The first page of `listHistory`. */
  readonly history: Page<CaseChangeRow>
  /** Asked for of its campaign, the newest first, a hundred at most. */
  readonly indicators: readonly CaseIndicator[]
}

export interface PairRhythm extends Beacon {
  readonly reason: BeaconWords
}

const DEFAULT_LIMIT = 100
const MAX_LIMIT = 1000
const SHOWN_INDICATORS = 100
/** Hours that tell when a client is on: two months in which there are any every hour. */
const HOURS_LOOKED_AT = 60 * 24
const SORT_KEYS: Readonly<Record<CaseSort, string | null>> = {
  found: null,
  recent: 'last_hit_minute',
  changed: 'changed_at',
}

export class CaseReader {
  readonly #store: Pick<StoreReader, 'connection' | 'units'>
  readonly #ask: Ask

  constructor(store: Pick<StoreReader, 'connection' | 'units'>) {
    this.#store = store
    this.#ask = store.connection.ask
  }

  /** Cases. Throws BadCursor, StoreUnavailable. */
  listCases(
    filter: CaseFilter = {},
    request: PageRequest & { readonly sort?: CaseSort | undefined } = {},
  ): Page<CaseSummary> {
    const sort = request.sort ?? 'found'
    const limit = limitOf(request)
    const key = SORT_KEYS[sort]
    const { conditions, values } = caseFilterSql(filter, this.#store.units)
    if (request.cursor !== undefined) {
      const keys = readCursor(request.cursor, `cases-${sort}`, key === null ? 1 : 2)
      conditions.push(key === null ? 'k.id < :atId' : `(k.${key}, k.id) < (:atKey, :atId)`)
      Object.assign(values, key === null ? { atId: keys[0]! } : { atKey: keys[0]!, atId: keys[1]! })
    }
    const rows = this.#ask(
      `SELECT ${CASE_COLUMNS} FROM ${CASE_TABLES} ${conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : ''}
       ORDER BY ${key === null ? '' : `k.${key} DESC, `}k.id DESC LIMIT :limit`,
      { ...values, limit: limit + 1 },
    )
    return pageOf(
      rows,
      limit,
      (row) => caseSummary(row, this.#store.units),
      (row) =>
        writeCursor(`cases-${sort}`, [...(key === null ? [] : [Number(row[key])]), Number(row['case_id'])]),
    )
  }

  /** One case, or null. An id that has become part of another leads there. Throws StoreUnavailable. */
  getCase(id: number): CaseDetail | null {
    return this.#store.connection.atOnce(() => {
      const [row] = this.#ask(`SELECT ${CASE_COLUMNS} FROM ${CASE_TABLES} WHERE k.id = :id`, {
        id: this.#idNow(id),
      })
      if (row === undefined) return null
      const summary = caseSummary(row, this.#store.units)
      return { ...summary, history: this.listHistory(summary.id), indicators: this.#indicators(summary) }
    })
  }

  /** What became of a case, the newest first. Throws BadCursor, StoreUnavailable. */
  listHistory(id: number, request: PageRequest = {}): Page<CaseChangeRow> {
    const limit = limitOf(request)
    const [before = null] = request.cursor === undefined ? [] : readCursor(request.cursor, 'case-history', 1)
    const rows = this.#ask(
      `SELECT * FROM case_change WHERE case_id = :id AND (:before IS NULL OR id < :before) ORDER BY id DESC LIMIT :limit`,
      { id: this.#idNow(id), before, limit: limit + 1 },
    )
    return pageOf(rows, limit, caseChange, (row) => writeCursor('case-history', [Number(row['id'])]))
  }

  /** Whether a client asks for an indicator (its text) like a program or like a person. Throws StoreUnavailable. */
  rhythm(clientId: number, indicator: string): PairRhythm {
    const [row] = this.#ask(
      `SELECT r.histogram FROM pair_rhythm AS r JOIN indicator AS i ON i.id = r.indicator_id
       WHERE r.client_id = :clientId AND i.value = :indicator`,
      { clientId, indicator },
    )
    return rhythmOf(row, this.#hours(clientId))
  }

  /** Throws StoreUnavailable. */
  counts(filter: CaseFilter = {}): CaseCounts {
    return this.#store.connection.atOnce(() => countCases(this.#ask, this.#store.units, filter))
  }

  /** Every campaign with cases. Throws StoreUnavailable. */
  campaigns(filter: CaseFilter = {}): CampaignSummary[] {
    return this.#store.connection.atOnce(() => campaignSummaries(this.#ask, this.#store.units, filter))
  }

  /** Events behind number `after`, ascending, a thousand at most. Throws StoreUnavailable. */
  eventsAfter(after: number, limit = MAX_LIMIT, scope: EventScope = 'all'): EventPage {
    return this.#store.connection.atOnce(() => eventsAfter(this.#ask, after, limit, scope))
  }

  /** Where the events end now. Throws StoreUnavailable. */
  eventsEnd(): Pick<EventPage, 'log' | 'next'> {
    return this.#store.connection.atOnce(() => eventsEnd(this.#ask))
  }

  /** Legal holds set while the server runs, also lifted ones, the newest first. Throws StoreUnavailable. */
  holds(): HoldRow[] {
    return holdRows(this.#ask)
  }

  /** What was deleted, the newest first. Throws BadCursor, StoreUnavailable. */
  listDeletions(request: PageRequest = {}): Page<DeletionRow> {
    return deletionRows(this.#ask, limitOf(request), request.cursor)
  }

  /** The case that an id means now. */
  #idNow(id: number): number {
    const [alias] = this.#ask('SELECT case_id FROM case_alias WHERE old_id = :id', { id })
    return Number(alias?.['case_id'] ?? id)
  }

  #indicators({ clientId, campaign, firstHit, lastHit }: CaseSummary): CaseIndicator[] {
    const rows = this.#ask(
      `SELECT p.*, i.value, i.kind, s.until_at, r.histogram,
         (SELECT sum(blocked_count + logged_count) FROM hit
          WHERE client_id = :client AND indicator_id = p.indicator_id) AS hits
       FROM (${CAMPAIGN_PAIRS} ORDER BY max(h.last_at) DESC LIMIT :limit) AS p
         JOIN indicator AS i ON i.id = p.indicator_id
         LEFT JOIN silence AS s ON s.client_id = :client AND s.indicator_id = p.indicator_id
         LEFT JOIN pair_rhythm AS r ON r.client_id = :client AND r.indicator_id = p.indicator_id
       ORDER BY p.last_at DESC, p.indicator_id DESC`,
      { client: clientId, campaign, firstMs: firstHit, lastMs: lastHit, limit: SHOWN_INDICATORS },
    )
    const hours = this.#hours(clientId)
    return rows.map((row) => {
      const { hint, reason } = rhythmOf(row, hours)
      return {
        indicator: String(row['value']),
        kind: INDICATOR_KINDS[Number(row['kind'])] ?? 'exact',
        hits: Number(row['hits']),
        firstSeen: Number(row['first_at']),
        lastSeen: Number(row['last_at']),
        silencedUntil: timeOf(row['until_at']),
        hint,
        reason,
      }
    })
  }

  #hours(clientId: number): { at: number; hits: number }[] {
    return this.#ask(
      'SELECT hour, hit_count FROM hit_hour WHERE client_id = :clientId ORDER BY hour DESC LIMIT :limit',
      { clientId, limit: HOURS_LOOKED_AT },
    ).map(({ hour, hit_count: hits }) => ({ at: Number(hour) * HOUR_MS, hits: Number(hits) }))
  }
}

function rhythmOf(row: Row | undefined, hours: Parameters<typeof judgeBeacon>[1]): PairRhythm {
  const histogram = (row?.['histogram'] ?? new Uint8Array(0)) as Uint8Array
  const beacon = judgeBeacon(readHistogram(histogram), hours)
  return { ...beacon, reason: beaconWords(beacon) }
}

function limitOf({ limit = DEFAULT_LIMIT }: PageRequest): number {
  return Math.min(Math.max(Math.trunc(limit) || 1, 1), MAX_LIMIT)
}
