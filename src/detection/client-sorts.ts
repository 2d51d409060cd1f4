/** The orders in which clients can be told. */
import { pressingSql } from './cases/states.ts'
import { Keyset, type SortSql } from './keyset.ts'
import type { UnitIndex } from './units.ts'

/**
 * `found`: the client found last comes first; nothing is missed or told twice while hits arrive. `recent`: the one seen
 * last; `first`: the one first seen last; `hits`: the one with most hits; `unit`: in the order of units; `priority`: those
 * of units that come first, then by `recent`; `state`: what is most pressing, then by `recent`; `confirmed`: the one whose last
 * confirmed contact came last, those without one at the end. One whose place changes meanwhile may be told twice, or not
 * at all.
 */
export const CLIENT_SORTS = [
  'found',
  'recent',
  'first',
  'hits',
  'unit',
  'priority',
  'state',
  'confirmed',
] as const
export type ClientSort = (typeof CLIENT_SORTS)[number]

/** Clients with a case that comes first. */
export const PRIORITY_CLIENTS = `SELECT client_id FROM campaign_case WHERE priority = 'high'`

const SEEN = ['c.last_seen', 'c.id']

const KEYS: Readonly<Record<Exclude<ClientSort, 'unit'>, readonly string[]>> = {
  found: ['c.id'],
  recent: SEEN,
  first: ['c.first_seen', 'c.id'],
  hits: ['c.blocked_count + c.logged_count', 'c.id'],
  priority: [`c.id IN (${PRIORITY_CLIENTS})`, ...SEEN],
  state: [pressingSql('c.status'), ...SEEN],
  confirmed: ['coalesce(c.confirmed_last_at, 0)', 'c.id'],
}

/** Said, because a filter by unit would have each range look for its clients again. */
export const CLIENTS_BY_ADDRESS = 'client AS c INDEXED BY client_by_address'

export function clientSort(sort: ClientSort, isReversed: boolean, units: UnitIndex): SortSql {
  if (sort !== 'unit') {
    const keyset = new Keyset(sort, KEYS[sort], isReversed)
    return { tables: 'client AS c', conditions: [], values: {}, keyset }
  }
  return unitSort(units, CLIENTS_BY_ADDRESS, ['c.id'], isReversed, 'clients')
}

/**
 * By the unit of the latest address of `client c`, in the order of the tree, those of no unit last. The cursor is of this
 * tree: units that changed meanwhile have other places.
 */
export function unitSort(
  units: UnitIndex,
  tables: string,
  keys: readonly string[],
  isReversed: boolean,
  list: string,
): SortSql {
  const { tree, everywhere } = units
  const placed = everywhere.map(([first, last, unit]) => [
    first,
    last,
    -(unit === null ? tree.places.length : (tree.find(unit)?.rank ?? 0)),
  ])
  return {
    // CROSS JOIN: each range asks the index of addresses, instead of each client all ranges.
    tables: `json_each(:everywhere) AS place CROSS JOIN ${tables}`,
    conditions: ['c.address BETWEEN unhex(place.value ->> 0) AND unhex(place.value ->> 1)'],
    values: { everywhere: JSON.stringify(placed) },
    keyset: new Keyset(`${list}-unit-${tree.mark}`, ['place.value ->> 2', ...keys], isReversed),
  }
}
