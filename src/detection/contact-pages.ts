/** What came to the sinkhole's address, over all clients or of one, the newest first. Times: milliseconds since 1970. */
import type { SQLInputValue } from 'node:sqlite'
import { addressText } from '../net/address.ts'
import type { Contact, ContactProtocol } from '../notice/letters.ts'
import { readReference } from '../notice/reference.ts'
import { nowInRanges } from './client-filter.ts'
import { clientWho, textOf, type ClientWho, type Row } from './client-rows.ts'
import type { LedBy } from './contact-hit.ts'
import { pageOf, readCursor, writeCursor, type Page } from './cursor.ts'
import type { Ask } from './read-connection.ts'
import type { UnitIndex } from './units.ts'

/** Connections of a client that look the same. Its texts were sent by the client: data, never markup. */
export interface StoredContact extends Omit<Contact, 'client' | 'local' | 'port' | 'firstMs' | 'lastMs'> {
  readonly id: number
  readonly clientId: number
  /** It came from, the latest; not always the client's latest. */
  readonly address: string
  readonly identity: ClientWho
  /** Of the client's latest address. */
  readonly unit: string | null
  /** Where it connected to; null: a row that counts those past the bound of its client. */
  readonly local: string | null
  readonly port: number | null
  readonly isConfirmed: boolean
  readonly firstSeen: number
  readonly lastSeen: number
  /** What brought it. */
  readonly led: LedBy
  readonly hit: { readonly indicator: string; readonly at: number } | null
}

/** All given ones must hold. */
export interface ContactFilter {
  /** Id of a client, also one that has become part of another. */
  readonly client?: number | undefined
  /** Id of a unit, those under it included. */
  readonly unit?: string | undefined
  /** Ids of units: clients of these and of those under them alone. */
  readonly within?: readonly string[] | undefined
  /** Milliseconds since 1970, both inclusive: rows whose first and last time do not both lie outside on one side. */
  readonly since?: number | undefined
  readonly until?: number | undefined
  readonly protocol?: ContactProtocol | undefined
  readonly isConfirmed?: boolean | undefined
  /** As read out from the notice page: what that machine did in that minute. No code: nothing fits. */
  readonly reference?: string | undefined
}

/** Rows looked at for one page of a reference: those of a minute, of a network that is being flooded. */
const MOST_OF_A_MINUTE = 20_000

/** Throws BadCursor, StoreUnavailable. */
export function contactPage(
  ask: Ask,
  units: UnitIndex,
  filter: ContactFilter,
  limit: number,
  cursor: string | undefined,
): Page<StoredContact> {
  const { client, unit, within, since, until, protocol, isConfirmed, reference } = filter
  const conditions: string[] = []
  const values: Record<string, SQLInputValue> = {}
  const add = (condition: string, named: Record<string, SQLInputValue>): void => {
    conditions.push(condition)
    Object.assign(values, named)
  }
  if (client !== undefined)
    add('k.client_id = coalesce((SELECT client_id FROM client_alias WHERE old_id = :client), :client)', { client }) // prettier-ignore
  if (unit !== undefined) add(nowInRanges('unitRanges'), { unitRanges: JSON.stringify(units.ranges(unit)) })
  if (within !== undefined)
    add(nowInRanges('withinRanges'), { withinRanges: JSON.stringify(within.flatMap((one) => units.ranges(one))) }) // prettier-ignore
  if (since !== undefined) add('k.last_at >= :since', { since })
  if (until !== undefined) add('k.first_at <= :until', { until })
  if (protocol !== undefined) add('k.protocol = :protocol', { protocol })
  if (isConfirmed !== undefined) add('k.is_confirmed = :isConfirmed', { isConfirmed: Number(isConfirmed) })
  if (reference !== undefined) {
    const ids = JSON.stringify(referred(ask, reference))
    add('k.id IN (SELECT value FROM json_each(:referred))', { referred: ids })
  }
  if (cursor !== undefined) {
    const [at, id] = readCursor(cursor, 'contacts', 2)
    add('(k.last_at, k.id) < (:at, :id)', { at: at!, id: id! })
  }
  const rows = ask(
    `SELECT c.*, k.id AS contact_id, k.address AS from_address, k.client_port, k.local, k.port, k.protocol, k.host,
       k.method, k.path, k.user_agent, k.has_referrer, lower(hex(k.first_bytes)) AS first_bytes, k.first_bytes_length,
       k.is_browser_like, k.is_confirmed, k.count, k.first_at, k.last_at, k.led, k.hit_indicator, k.hit_at
     FROM contact AS k JOIN client AS c ON c.id = k.client_id
     ${conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : ''}
     ORDER BY k.last_at DESC, k.id DESC LIMIT :limit`,
    { ...values, limit: limit + 1 },
  )
  const cursorOf = (row: Row): string => writeCursor('contacts', [Number(row['last_at']), Number(row['contact_id'])]) // prettier-ignore
  return pageOf(rows, limit, (row) => storedContact(row, units), cursorOf)
}

/** Row ids of what a client for whom the code was made did in its minute. */
function referred(ask: Ask, text: string): number[] {
  const reference = readReference(text)
  if (reference === null) return []
  const { fromMs, untilMs, matches } = reference
  const rows = ask(
    'SELECT id, address FROM contact WHERE last_at >= :fromMs AND first_at < :untilMs ORDER BY last_at LIMIT :most',
    { fromMs, untilMs, most: MOST_OF_A_MINUTE },
  )
  return rows.filter(({ address }) => matches(addressText(address as Uint8Array))).map(({ id }) => Number(id))
}

function storedContact(row: Row, units: UnitIndex): StoredContact {
  const local = row['local']
  const indicator = textOf(row['hit_indicator'])
  return {
    id: Number(row['contact_id']),
    clientId: Number(row['id']),
    address: addressText(row['from_address'] as Uint8Array),
    clientPort: Number(row['client_port']),
    identity: clientWho(row),
    unit: units.find(row['address'] as Uint8Array),
    local: local instanceof Uint8Array ? addressText(local) : null,
    port: row['port'] === null ? null : Number(row['port']),
    protocol: row['protocol'] as ContactProtocol,
    host: textOf(row['host']),
    method: textOf(row['method']),
    path: textOf(row['path']),
    userAgent: textOf(row['user_agent']),
    hasReferrer: row['has_referrer'] === 1,
    firstBytes: textOf(row['first_bytes']),
    firstBytesLength: Number(row['first_bytes_length']),
    isBrowserLike: row['is_browser_like'] === 1,
    isConfirmed: row['is_confirmed'] === 1,
    count: Number(row['count']),
    firstSeen: Number(row['first_at']),
    lastSeen: Number(row['last_at']),
    led: row['led'] as LedBy,
    hit: indicator === null ? null : { indicator, at: Number(row['hit_at']) },
  }
}
