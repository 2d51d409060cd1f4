/**
 * Which clients a list of clients is about, as SQL conditions on `client c`. Every combination of filters is one SQL
 * text, so that its statement is prepared once.
 */
import type { SQLInputValue } from 'node:sqlite'
import { isIPv4, isIPv6 } from 'node:net'
import type { Priority } from './cases/states.ts'
import type { ClientKind } from './client-identity.ts'
import { PRIORITY_CLIENTS } from './client-sorts.ts'
import { HOUR_MS } from './hit-totals.ts'
import { foldText } from './search-text.ts'
import { networkRange, type AddressRange, type UnitIndex } from './units.ts'

/** All given ones must hold. */
export interface ClientFilter {
  /**
   * Milliseconds since 1970, both inclusive: clients with a hit between them. With both given, a client that was seen
   * before and after is told by its hours, so a hit up to an hour outside may count.
   */
  readonly since?: number | undefined
  readonly until?: number | undefined
  /** First seen at that time or later. */
  readonly firstSince?: number | undefined
  /** Id of a campaign: hits of any of its lists. */
  readonly campaign?: string | undefined
  /** Id of a list that holds an indicator the client hit, deciding or not. */
  readonly list?: string | undefined
  /** Id of a unit, those under it included. */
  readonly unit?: string | undefined
  /** Ids of units: clients of these and of those under them alone; [] for none at all. */
  readonly within?: readonly string[] | undefined
  readonly status?: string | undefined
  readonly kind?: ClientKind | undefined
  /** `high`: with a case that comes first. */
  readonly priority?: Priority | undefined
  /** With a confirmed contact, or without one. */
  readonly isConfirmed?: boolean | undefined
  /**
   * An address, a network, the start of an IPv4 address (`10.1.`): clients that ever had one. Else a part of an indicator
   * or of a name under it, of a MAC in any spelling, of a host name, or of what the asset register says.
   */
  readonly q?: string | undefined
}

export interface FilterSql {
  /** Conditions, to be joined by AND; may be empty. */
  readonly conditions: string[]
  readonly values: Record<string, SQLInputValue>
}

/** The clients whose latest address is in the ranges of a JSON array of [first, last]. */
export const nowInRanges = (name: string): string =>
  `c.id IN (SELECT r_client.id FROM json_each(:${name}) AS r JOIN client AS r_client
     ON r_client.address BETWEEN unhex(r.value ->> 0) AND unhex(r.value ->> 1))`

/** The clients that ever had an address in them. */
const everInRanges = (name: string): string =>
  `c.id IN (SELECT had.client_id FROM json_each(:${name}) AS r JOIN client_address AS had
     ON had.address BETWEEN unhex(r.value ->> 0) AND unhex(r.value ->> 1))`

/**
 * Fewer pairs of matching indicators than this are gathered by the index; of more, each client is asked, which soon fills
 * a page (benchmark `clients`).
 */
const GATHERED_PAIRS = 100_000

/** `matching` gives the row ids of indicators that hold a text. */
export function filterSql(
  filter: ClientFilter,
  units: UnitIndex,
  matching: (text: string) => readonly number[],
): FilterSql {
  const conditions: string[] = []
  const values: Record<string, SQLInputValue> = {}
  const add = (condition: string, named: Record<string, SQLInputValue>): void => {
    conditions.push(condition)
    Object.assign(values, named)
  }
  const { since, until, campaign, list, unit, within, status, kind, priority, isConfirmed, q, firstSince } =
    filter
  if (since !== undefined) add('c.last_seen >= :since', { since })
  if (until !== undefined) add('c.first_seen <= :until', { until })
  if (firstSince !== undefined) add('c.first_seen >= :firstSince', { firstSince })
  if (since !== undefined && until !== undefined) {
    add(
      `(c.first_seen >= :since OR c.last_seen <= :until
        OR :sinceHour < (SELECT value FROM fact WHERE name = 'hour_horizon')
        OR EXISTS (SELECT 1 FROM hit_hour AS h WHERE h.client_id = c.id AND h.hour BETWEEN :sinceHour AND :untilHour))`,
      { sinceHour: Math.floor(since / HOUR_MS), untilHour: Math.floor(until / HOUR_MS) },
    )
  }
  const span = `${since === undefined ? '' : ' AND last_at >= :since'}${until === undefined ? '' : ' AND first_at <= :until'}`
  const ofLists = (which: string): string =>
    `c.id IN (SELECT client_id FROM client_list WHERE list_id IN (SELECT id FROM list WHERE ${which})${span})`
  if (campaign !== undefined) add(ofLists('campaign = :campaign'), { campaign })
  if (list !== undefined) add(ofLists('name = :list'), { list })
  if (unit !== undefined) add(nowInRanges('unitRanges'), { unitRanges: JSON.stringify(units.ranges(unit)) })
  if (within !== undefined) {
    const ranges = within.flatMap((one) => units.ranges(one))
    add(nowInRanges('withinRanges'), { withinRanges: JSON.stringify(ranges) })
  }
  if (status !== undefined) add('c.status = :status', { status })
  if (kind !== undefined) add('c.kind = :kind', { kind })
  if (priority !== undefined)
    conditions.push(`c.id ${priority === 'high' ? '' : 'NOT '}IN (${PRIORITY_CLIENTS})`)
  if (isConfirmed !== undefined) conditions.push(confirmedSql(isConfirmed))
  if (q !== undefined && q !== '') {
    const search = searchSql(q, matching)
    add(search.condition, search.values)
  }
  return { conditions, values }
}

/** Whether `client c` has a confirmed contact. */
export function confirmedSql(isConfirmed: boolean): string {
  return `c.confirmed_last_at IS ${isConfirmed ? 'NOT NULL' : 'NULL'}`
}

/** What `q` says of `client c`, as one condition. `matching` as in `filterSql`. */
export function searchSql(
  q: string,
  matching: (text: string) => readonly number[],
): { readonly condition: string; readonly values: Record<string, SQLInputValue> } {
  const range = addressRange(q)
  if (range !== null)
    return { condition: everInRanges('qRanges'), values: { qRanges: JSON.stringify([range]) } }
  const indicators = matching(q)
  const mac = macPart(q)
  const known = `instr(c.search, :wanted) > 0${mac === null ? '' : ' OR instr(c.mac, :mac) > 0'}`
  return {
    condition: `(${known} OR ${ofIndicators(indicators)})`,
    values: {
      indicators: JSON.stringify(indicators),
      wanted: foldText(q),
      ...(mac === null ? {} : { mac }),
    },
  }
}

/**
 * Clients that asked for one of the indicators of a JSON array `:indicators`; they are given to choose the way. Of fewer
 * pairs than `gathered` the clients are gathered first.
 */
export function ofIndicators(indicators: readonly number[], gathered = GATHERED_PAIRS): string {
  const ofThese = 'indicator_id IN (SELECT value FROM json_each(:indicators))'
  const pairs = `SELECT client_id FROM hit WHERE ${ofThese}`
  // Of one name there are no more pairs than clients.
  if (indicators.length <= 1) return `c.id IN (${pairs})`
  return `CASE WHEN (SELECT count(*) FROM (${pairs} LIMIT ${gathered})) < ${gathered} THEN c.id IN (${pairs})
    ELSE EXISTS (SELECT 1 FROM hit WHERE client_id = c.id AND ${ofThese}) END`
}

/** `AA-BB-CC`, `aabb.cc`, `aabbccddeeff` as a part of a MAC is stored; null for what is none. */
function macPart(q: string): string | null {
  if (q.length > 17 || !/^[0-9a-f]{2,4}(?:[-.:]?[0-9a-f]{2,4})+[-.:]?$/i.test(q)) return null
  const digits = q.replace(/[-.:]/g, '').toLowerCase()
  return digits.length % 2 === 0 && digits.length <= 12 ? digits.replace(/(..)(?!$)/g, '$1:') : null
}

/** `10.1.2.3`, `10.1.0.0/16`, `10.1.`, `fd00::/8`; null for anything else. */
function addressRange(q: string): AddressRange | null {
  const start = /^(?:\d{1,3}\.){1,3}$/.test(q) ? q.slice(0, -1).split('.') : null
  const cidr = start ? `${[...start, '0', '0', '0'].slice(0, 4).join('.')}/${start.length * 8}` : q
  const [address = '', prefixLength] = cidr.split('/')
  const bits = isIPv4(address) ? 32 : isIPv6(address) ? 128 : -1
  if (bits < 0 || !(Number(prefixLength ?? bits) <= bits)) return null
  return networkRange(`${address}/${prefixLength ?? bits}`)
}
