/** What is known of one client beside its hits: its cases, what is silenced, when it is on, and how regular it asks. */
import { INDICATOR_KINDS } from '../../thread/hit-table.ts'
import type { ClientHit, Row } from '../client-rows.ts'
import { HOUR_MS } from '../hit-totals.ts'
import type { Ask } from '../read-connection.ts'
import { judgeIntervals, timesOfDay, type Beacon, type HourOfHits, type TimesOfDay } from './beacon.ts'
import { beaconWords, type BeaconWords } from './beacon-words.ts'
import { timeOf } from './case-rows.ts'
import { BUCKETS, readHistogram, startMs, type Histogram } from './rhythm.ts'
import type { CaseState, Priority } from './states.ts'

export interface PairRhythm extends Beacon {
  readonly reason: BeaconWords
}

/** How many intervals were as long as that. */
export interface IntervalCount {
  readonly fromMs: number
  /** Null: longer. */
  readonly toMs: number | null
  readonly count: number
}

/** Of one pair of the client. */
export interface PairNote {
  /** Until when its hits open nothing, or null; it may be over. */
  readonly silencedUntil: number | null
  readonly rhythm: PairRhythm
  /** Ascending; lengths without any are left out. */
  readonly intervals: readonly IntervalCount[]
}

export interface ClientCase {
  readonly id: number
  /** Empty: lists without one. */
  readonly campaign: string
  readonly state: CaseState
  readonly priority: Priority
  readonly lastHit: number
}

export interface ClientSilence {
  readonly indicator: string
  /** exact, subtree, below, address. */
  readonly kind: string
  readonly until: number
  /** When, by whom and why it was set. */
  readonly at: number
  readonly actor: string
  readonly reason: string
  /** Whose false alarm it is; null: it was set by itself. */
  readonly caseId: number | null
}

export interface ClientFile {
  readonly cases: readonly ClientCase[]
  /** Those that end last come first, ended ones too, a hundred at most. */
  readonly silences: readonly ClientSilence[]
  /** Hits by hour of the day, 24 of them, in the time zone of the server. */
  readonly hoursOfDay: readonly number[]
  /** Of the pair that tells most; null: none has intervals yet. */
  readonly rhythm: (PairRhythm & { readonly indicator: string }) | null
  /** By `pairKey`, of each that was asked for. */
  readonly pairs: ReadonlyMap<string, PairNote>
}

const SHOWN = 100
/** Pairs whose rhythm is looked at to find the one that tells most: those with the most different intervals. */
const JUDGED = 500
/** Hours that tell when a client is on: two months in which there are any every hour. */
const HOURS_LOOKED_AT = 60 * 24

/** Of a client that is none merged into another; `hits`: the pairs to say more of. Throws StoreUnavailable. */
export function clientFile(
  ask: Ask,
  clientId: number,
  hits: readonly Pick<ClientHit, 'indicator' | 'kind'>[],
): ClientFile {
  const times = timesOfDay(clientHours(ask, clientId))
  return {
    cases: casesOf(ask, clientId),
    silences: silencesOf(ask, clientId),
    hoursOfDay: times.byHour,
    rhythm: tellingRhythm(ask, clientId, times),
    pairs: pairNotes(ask, clientId, hits, times),
  }
}

/** Tells pairs of one client apart. */
export function pairKey({ indicator, kind }: Pick<ClientHit, 'indicator' | 'kind'>): string {
  return `${kind} ${indicator}`
}

/** The latest hours in which a client had hits. */
export function clientHours(ask: Ask, clientId: number): HourOfHits[] {
  return ask(
    'SELECT hour, hit_count FROM hit_hour WHERE client_id = :clientId ORDER BY hour DESC LIMIT :limit',
    {
      clientId,
      limit: HOURS_LOOKED_AT,
    },
  ).map(({ hour, hit_count: hits }) => ({ at: Number(hour) * HOUR_MS, hits: Number(hits) }))
}

/** The histogram of a row of `pair_rhythm`; without one an empty one. */
export function histogramOf(row: Row | undefined): Histogram {
  return readHistogram((row?.['histogram'] ?? new Uint8Array(0)) as Uint8Array)
}

/** The hint, with its reason. */
export function pairRhythm(histogram: Histogram, times: TimesOfDay): PairRhythm {
  const beacon = judgeIntervals(histogram, times)
  return { ...beacon, reason: beaconWords(beacon) }
}

function casesOf(ask: Ask, clientId: number): ClientCase[] {
  return ask(
    'SELECT id, campaign, state, priority, last_hit_at FROM campaign_case WHERE client_id = :clientId ORDER BY id DESC LIMIT :shown',
    { clientId, shown: SHOWN },
  ).map((row) => ({
    id: Number(row['id']),
    campaign: String(row['campaign']),
    state: row['state'] as CaseState,
    priority: row['priority'] as Priority,
    lastHit: Number(row['last_hit_at']),
  }))
}

function silencesOf(ask: Ask, clientId: number): ClientSilence[] {
  return ask(
    `SELECT s.*, i.value, i.kind FROM silence AS s JOIN indicator AS i ON i.id = s.indicator_id
     WHERE s.client_id = :clientId ORDER BY s.until_at DESC, i.value LIMIT :shown`,
    { clientId, shown: SHOWN },
  ).map((row) => ({
    indicator: String(row['value']),
    kind: kindOf(row),
    until: Number(row['until_at']),
    at: Number(row['at']),
    actor: String(row['actor']),
    reason: String(row['reason']),
    caseId: timeOf(row['case_id']),
  }))
}

/** A program tells more than a person, who tells more than nothing; then the one with more intervals. */
const TELLING = ['unknown', 'human-like', 'machine-like'] as const satisfies readonly Beacon['hint'][]

function tellingRhythm(ask: Ask, clientId: number, times: TimesOfDay): ClientFile['rhythm'] {
  const rows = ask(
    `SELECT r.histogram, i.value FROM pair_rhythm AS r JOIN indicator AS i ON i.id = r.indicator_id
     WHERE r.client_id = :clientId ORDER BY length(r.histogram) DESC, r.indicator_id LIMIT :judged`,
    { clientId, judged: JUDGED },
  )
  let best: { row: Row; beacon: Beacon } | null = null
  for (const row of rows) {
    const beacon = judgeIntervals(histogramOf(row), times)
    const more = best === null ? 1 : TELLING.indexOf(beacon.hint) - TELLING.indexOf(best.beacon.hint)
    if (more > 0 || (more === 0 && beacon.intervals > best!.beacon.intervals)) best = { row, beacon }
  }
  if (best === null) return null
  return { ...best.beacon, reason: beaconWords(best.beacon), indicator: String(best.row['value']) }
}

function pairNotes(
  ask: Ask,
  clientId: number,
  hits: readonly Pick<ClientHit, 'indicator' | 'kind'>[],
  times: TimesOfDay,
): Map<string, PairNote> {
  const wanted = hits.map(({ indicator, kind }) => [
    indicator,
    (INDICATOR_KINDS as readonly string[]).indexOf(kind),
  ])
  const rows = ask(
    `SELECT i.value, i.kind, r.histogram, s.until_at
     FROM json_each(:wanted) AS w CROSS JOIN indicator AS i ON i.value = w.value ->> 0 AND i.kind = w.value ->> 1
       LEFT JOIN pair_rhythm AS r ON r.client_id = :clientId AND r.indicator_id = i.id
       LEFT JOIN silence AS s ON s.client_id = :clientId AND s.indicator_id = i.id`,
    { clientId, wanted: JSON.stringify(wanted) },
  )
  const byKey = new Map(
    rows.map((row) => [pairKey({ indicator: String(row['value']), kind: kindOf(row) }), row]),
  )
  return new Map(
    hits.map((hit) => {
      const row = byKey.get(pairKey(hit))
      const histogram = histogramOf(row)
      const note = {
        silencedUntil: timeOf(row?.['until_at']),
        rhythm: pairRhythm(histogram, times),
        intervals: intervalCounts(histogram),
      }
      return [pairKey(hit), note]
    }),
  )
}

function intervalCounts(histogram: Histogram): IntervalCount[] {
  return Array.from(histogram, (count, bucket) => ({
    fromMs: startMs(bucket),
    toMs: bucket + 1 < BUCKETS ? startMs(bucket + 1) : null,
    count,
  })).filter(({ count }) => count > 0)
}

function kindOf(row: Row): string {
  return INDICATOR_KINDS[Number(row['kind'])] ?? 'exact'
}
