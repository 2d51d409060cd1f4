/** Reads cases, events, holds and deletions from the store for the admin plane, on the connection of `StoreReader`. */
import { INDICATOR_KINDS } from '../../thread/hit-table.ts'
import type { ClientHit } from '../client-rows.ts'
import {
  limitOf,
  MAX_LIMIT,
  pageOf,
  readCursor,
  writeCursor,
  type Page,
  type PageRequest,
  type SortedRequest,
} from '../cursor.ts'
import { sortedRows } from '../keyset.ts'
import type { StoreReader } from '../queries.ts'
import type { Ask } from '../read-connection.ts'
import { timesOfDay } from './beacon.ts'
import { CAMPAIGN_PAIRS } from './campaign-pairs.ts'
import { countCases, type CaseCounts } from './case-counts.ts'
import { caseFilterSql, type CaseFilter } from './case-filter.ts'
import { caseSort, type CaseSort } from './case-sorts.ts'
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
import {
  clientFile,
  clientHours,
  histogramOf,
  pairRhythm,
  type ClientFile,
  type PairRhythm,
} from './client-file.ts'
import { eventsAfter, eventsEnd, lastCaseEvent, type EventPage, type EventScope } from './event-reader.ts'
import {
  deletionRows,
  holdRows,
  hasCampaign,
  sweptDay,
  type DeletionRow,
  type HoldRow,
} from './keeping-rows.ts'
import { silenceRows, type SilenceFilter, type SilenceRow } from './silence-rows.ts'

export type { CaseCounts } from './case-counts.ts'
export type { CaseFilter } from './case-filter.ts'
export { CASE_SORTS, type CaseSort } from './case-sorts.ts'
export type { CaseChangeRow, CaseIndicator, CaseSummary } from './case-rows.ts'
export { pairKey, type ClientFile, type PairNote, type PairRhythm } from './client-file.ts'
export type { EventPage, EventScope, StoredEvent } from './event-reader.ts'
export type { DeletionRow, HoldRow } from './keeping-rows.ts'
export type { SilenceFilter, SilenceRow } from './silence-rows.ts'

export interface CaseDetail extends CaseSummary {
  /** The first page of `listHistory`. */
  readonly history: Page<CaseChangeRow>
  /** Asked for of its campaign, the newest first, a hundred at most. */
  readonly indicators: readonly CaseIndicator[]
}

const SHOWN_INDICATORS = 100

type Store = Pick<StoreReader, 'connection' | 'units' | 'matchingIndicators'>

export class CaseReader {
  readonly #store: Store
  readonly #ask: Ask

  constructor(store: Store) {
    this.#store = store
    this.#ask = store.connection.ask
  }

  /** Cases. Throws BadCursor, StoreUnavailable. */
  listCases(filter: CaseFilter = {}, request: SortedRequest<CaseSort> = {}): Page<CaseSummary> {
    const { units, matchingIndicators } = this.#store
    const limit = limitOf(request)
    const sort = caseSort(request.sort ?? 'found', request.isReversed ?? false, units)
    const told = { columns: CASE_COLUMNS, rows: CASE_TABLES, id: 'k.id' }
    const filtered = caseFilterSql(filter, units, matchingIndicators)
    const rows = sortedRows(this.#ask, sort, filtered, told, limit + 1, request.cursor)
    return pageOf(
      rows,
      limit,
      (row) => caseSummary(row, units),
      (row) => sort.keyset.cursorOf(row),
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
    return pairRhythm(histogramOf(row), timesOfDay(clientHours(this.#ask, clientId)))
  }

  /** What is known of a client (none that was merged) beside its hits, and of these. Throws StoreUnavailable. */
  clientFile(clientId: number, hits: readonly Pick<ClientHit, 'indicator' | 'kind'>[]): ClientFile {
    return this.#store.connection.atOnce(() => clientFile(this.#ask, clientId, hits))
  }

  /** Throws StoreUnavailable. */
  counts(filter: CaseFilter = {}): CaseCounts {
    const { units, matchingIndicators: matching } = this.#store
    return this.#store.connection.atOnce(() => countCases({ ask: this.#ask, units, matching }, filter))
  }

  /** Events behind number `after`, ascending, a thousand at most. Throws StoreUnavailable. */
  eventsAfter(after: number, limit = MAX_LIMIT, scope: EventScope = 'all'): EventPage {
    return this.#store.connection.atOnce(() => eventsAfter(this.#ask, after, limit, scope))
  }

  /** Where the events end now. Throws StoreUnavailable. */
  eventsEnd(): Pick<EventPage, 'log' | 'next'> {
    return this.#store.connection.atOnce(() => eventsEnd(this.#ask))
  }

  /** The number of the last event up to `upTo` that is of `atMs` or before, new pairs left out; 0: none. Throws StoreUnavailable. */
  lastCaseEvent(upTo: number, atMs: number): number {
    return lastCaseEvent(this.#ask, upTo, atMs)
  }

  /** Legal holds set while the server runs, also lifted ones, the newest first. Throws StoreUnavailable. */
  holds(): HoldRow[] {
    return holdRows(this.#ask)
  }

  /** What is silenced, by client and indicator. Throws BadCursor, StoreUnavailable. */
  listSilences(filter: SilenceFilter = {}, request: PageRequest = {}): Page<SilenceRow> {
    return silenceRows(this.#ask, this.#store.units, filter, limitOf(request), request.cursor)
  }

  /** Whether any list ever belonged to a campaign. Throws StoreUnavailable. */
  hasCampaign(campaign: string): boolean {
    return hasCampaign(this.#ask, campaign)
  }

  /** The day (UTC, since 1970) of which everything too old is gone; null: none yet. Throws StoreUnavailable. */
  sweptDay(): number | null {
    return sweptDay(this.#ask)
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
    const times = timesOfDay(clientHours(this.#ask, clientId))
    return rows.map((row) => {
      const { hint, reason } = pairRhythm(histogramOf(row), times)
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
}
