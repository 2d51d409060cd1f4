/** Which cases a list of cases is about, as SQL conditions on `campaign_case k` and `client c`. */
import { confirmedSql, nowInRanges, searchSql, type FilterSql } from '../client-filter.ts'
import type { ClientKind } from '../client-identity.ts'
import type { UnitIndex } from '../units.ts'
import type { CaseState, Priority } from './states.ts'

/** All given ones must hold. */
export interface CaseFilter {
  /** Any of them. */
  readonly states?: readonly CaseState[] | undefined
  /** Id of a campaign; empty: lists without one. */
  readonly campaign?: string | undefined
  /** Id of a unit, those under it included. */
  readonly unit?: string | undefined
  /** Ids of units: clients of these and of those under them alone; [] for none at all. */
  readonly within?: readonly string[] | undefined
  /** Null: nobody's. */
  readonly assignee?: string | null | undefined
  /** Row id of a client, also one that has become part of another. */
  readonly client?: number | undefined
  readonly priority?: Priority | undefined
  readonly kind?: ClientKind | undefined
  /** Of clients with a confirmed contact, or without one. */
  readonly isConfirmed?: boolean | undefined
  /** Milliseconds since 1970, both inclusive: cases whose last hit lies between them. */
  readonly since?: number | undefined
  readonly until?: number | undefined
  /** Opened at that time or later. */
  readonly openedSince?: number | undefined
  /** What is searched for of the client, as in ClientFilter. */
  readonly q?: string | undefined
}

/** `matching` gives the row ids of indicators that hold a text. */
export function caseFilterSql(
  filter: CaseFilter,
  units: UnitIndex,
  matching: (text: string) => readonly number[],
): FilterSql {
  const conditions: string[] = []
  const values: FilterSql['values'] = {}
  const add = (condition: string, named: FilterSql['values']): void => {
    conditions.push(condition)
    Object.assign(values, named)
  }
  const { states, campaign, unit, within, assignee, client, priority, kind, isConfirmed, since, until } =
    filter
  const { openedSince, q } = filter
  if (states !== undefined)
    add('k.state IN (SELECT value FROM json_each(:states))', { states: JSON.stringify(states) })
  if (campaign !== undefined) add('k.campaign = :campaign', { campaign })
  if (unit !== undefined) add(nowInRanges('unitRanges'), { unitRanges: JSON.stringify(units.ranges(unit)) })
  if (within !== undefined) {
    const ranges = within.flatMap((one) => units.ranges(one))
    add(nowInRanges('withinRanges'), { withinRanges: JSON.stringify(ranges) })
  }
  if (assignee === null) conditions.push('k.assignee IS NULL')
  else if (assignee !== undefined) add('k.assignee = :assignee', { assignee })
  if (client !== undefined) {
    add('k.client_id = coalesce((SELECT client_id FROM client_alias WHERE old_id = :client), :client)', {
      client,
    })
  }
  // Spelled out, so that the index of the few is used.
  if (priority === 'high') conditions.push(`k.priority = 'high'`)
  else if (priority !== undefined) add('k.priority = :priority', { priority })
  if (kind !== undefined) add('c.kind = :kind', { kind })
  if (isConfirmed !== undefined) conditions.push(confirmedSql(isConfirmed))
  // The minute as well, because it is what the index holds.
  if (since !== undefined)
    add('k.last_hit_at >= :since AND k.last_hit_minute >= :sinceMinute', {
      since,
      sinceMinute: minuteOf(since),
    })
  if (until !== undefined)
    add('k.last_hit_at <= :until AND k.last_hit_minute <= :untilMinute', {
      until,
      untilMinute: minuteOf(until),
    })
  if (openedSince !== undefined) add('k.opened_at >= :openedSince', { openedSince })
  if (q !== undefined && q !== '') {
    const search = searchSql(q, matching)
    add(search.condition, search.values)
  }
  return { conditions, values }
}

function minuteOf(ms: number): number {
  return Math.floor(ms / 60_000)
}
