/** What is read of cases, and how rows become it. Times: milliseconds since 1970. */
import { addressText } from '../../net/address.ts'
import { clientWho, confirmedOf, textOf, type ClientWho, type Confirmed, type Row } from '../client-rows.ts'
import type { UnitIndex } from '../units.ts'
import type { BeaconHint } from './beacon.ts'
import type { BeaconWords } from './beacon-words.ts'
import type { ChangeCause } from './history.ts'
import type { CaseState, Priority } from './states.ts'

export interface CaseSummary {
  readonly id: number
  readonly clientId: number
  /** The client's latest. */
  readonly address: string
  /** `kind` is `router` where many machines stand behind it: such a case counts as none. */
  readonly identity: ClientWho
  /** Id of the unit whose network holds the address, or null. */
  readonly unit: string | null
  /** Id of the campaign; empty: lists without one. */
  readonly campaign: string
  readonly state: CaseState
  /** To be named by whoever changes the case. */
  readonly version: number
  readonly openedAt: number
  readonly changedAt: number
  readonly firstHit: number
  readonly lastHit: number
  readonly hits: number
  readonly assignee: string | null
  readonly reinfections: number
  /** When it was last reported clean, or null. */
  readonly cleanedAt: number | null
  /** Of a false alarm, or null. */
  readonly falseAlarmUntil: number | null
  readonly priority: Priority
  readonly notes: number
  /** Of its client, whatever led there. */
  readonly confirmed: Confirmed | null
  /** Name of the server that saw the first hit; null: this one. */
  readonly node: string | null
}

export interface CaseChangeRow {
  readonly id: number
  readonly at: number
  readonly cause: ChangeCause
  /** Null: the program. */
  readonly actor: string | null
  /** Null: the case was opened. */
  readonly from: CaseState | null
  readonly to: CaseState
  readonly note: string
  /** Whose it was from then on; null: as before, empty: nobody's. */
  readonly assignee: string | null
  readonly until: number | null
  readonly indicator: string | null
}

/** What the client asked for of the case's campaign. */
export interface CaseIndicator {
  readonly indicator: string
  /** exact, subtree, below, address. */
  readonly kind: string
  readonly hits: number
  readonly firstSeen: number
  readonly lastSeen: number
  /** Until when its hits open nothing, or null. */
  readonly silencedUntil: number | null
  readonly hint: BeaconHint
  readonly reason: BeaconWords
}

/** Columns of `campaign_case k`, `client c` and `node n` that `caseSummary` reads. */
export const CASE_COLUMNS = `c.*, k.id AS case_id, k.campaign, k.state, k.version, k.opened_at, k.changed_at,
  k.first_hit_at, k.last_hit_at, k.last_hit_minute, k.hit_count, k.assignee, k.reinfection_count, k.cleaned_at,
  k.false_alarm_until, k.priority, k.note_count, iif(n.id = 0, NULL, iif(n.name = '', n.key, n.name)) AS node`

export const CASE_TABLES = `campaign_case AS k JOIN client AS c ON c.id = k.client_id JOIN node AS n ON n.id = k.node_id`

export function caseSummary(row: Row, units: UnitIndex): CaseSummary {
  const address = row['address'] as Uint8Array
  return {
    id: Number(row['case_id']),
    clientId: Number(row['id']),
    address: addressText(address),
    identity: clientWho(row),
    unit: units.find(address),
    campaign: String(row['campaign']),
    state: row['state'] as CaseState,
    version: Number(row['version']),
    openedAt: Number(row['opened_at']),
    changedAt: Number(row['changed_at']),
    firstHit: Number(row['first_hit_at']),
    lastHit: Number(row['last_hit_at']),
    hits: Number(row['hit_count']),
    assignee: textOf(row['assignee']),
    reinfections: Number(row['reinfection_count']),
    cleanedAt: timeOf(row['cleaned_at']),
    falseAlarmUntil: timeOf(row['false_alarm_until']),
    priority: row['priority'] as Priority,
    notes: Number(row['note_count']),
    confirmed: confirmedOf(row),
    node: textOf(row['node']),
  }
}

export function caseChange(row: Row): CaseChangeRow {
  return {
    id: Number(row['id']),
    at: Number(row['at']),
    cause: row['cause'] as ChangeCause,
    actor: textOf(row['actor']),
    from: textOf(row['from_state']) as CaseState | null,
    to: row['to_state'] as CaseState,
    note: String(row['note']),
    assignee: textOf(row['assignee']),
    until: timeOf(row['until_at']),
    indicator: textOf(row['indicator']),
  }
}

/** A time, or null. */
export function timeOf(value: Row[string] | undefined): number | null {
  return value === null || value === undefined ? null : Number(value)
}
