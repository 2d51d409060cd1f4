/** The orders in which cases can be told. */
import { CLIENTS_BY_ADDRESS, unitSort } from '../client-sorts.ts'
import { Keyset, type SortSql } from '../keyset.ts'
import type { UnitIndex } from '../units.ts'
import { pressingSql } from './states.ts'

/**
 * `found`: the case opened last comes first; nothing is missed or told twice while cases come. `recent`: the one hit
 * last, to the minute; `changed`: the one changed last; `first`: the one whose first hit came last; `hits`: the one with
 * most hits; `unit`: in the order of units; `priority`: high ones, then by `recent`; `state`: what is most pressing, then
 * by `recent`; `confirmed`: the one whose client has the last confirmed contact, those without one at the end. One whose place changes meanwhile may be told twice, or not at all.
 */
export const CASE_SORTS = [
  'found',
  'recent',
  'changed',
  'first',
  'hits',
  'unit',
  'priority',
  'state',
  'confirmed',
] as const
export type CaseSort = (typeof CASE_SORTS)[number]

const SEEN = ['k.last_hit_minute', 'k.id']

const KEYS: Readonly<Record<Exclude<CaseSort, 'unit'>, readonly string[]>> = {
  found: ['k.id'],
  recent: SEEN,
  changed: ['k.changed_at', 'k.id'],
  first: ['k.first_hit_at', 'k.id'],
  hits: ['k.hit_count', 'k.id'],
  priority: [`k.priority = 'high'`, ...SEEN],
  state: [pressingSql('k.state'), ...SEEN],
  confirmed: ['coalesce(c.confirmed_last_at, 0)', 'k.id'],
}

/** The tables are `campaign_case k` and `client c`. */
export function caseSort(sort: CaseSort, isReversed: boolean, units: UnitIndex): SortSql {
  if (sort === 'unit') {
    const tables = `${CLIENTS_BY_ADDRESS} JOIN campaign_case AS k ON k.client_id = c.id`
    return unitSort(units, tables, ['k.id'], isReversed, 'cases')
  }
  const keyset = new Keyset(`cases-${sort}`, KEYS[sort], isReversed)
  const tables = 'campaign_case AS k JOIN client AS c ON c.id = k.client_id'
  return { tables, conditions: [], values: {}, keyset }
}
