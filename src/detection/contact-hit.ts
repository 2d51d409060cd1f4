/**
 * What brought a client to the sinkhole's address. The hit whose name it speaks of there: the indicator holds the Host or
 * SNI, or the name asked for was that one (an alias led on from it). Else, where a connection to an address of others was
 * brought here by the firewall, that address. Else the last hit within the window that was answered with the sinkhole.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { HIT_ACTIONS, INDICATOR_KINDS } from '../thread/hit-table.ts'
import type { Row } from './client-rows.ts'

export const LED_BY = ['name', 'address', 'time', 'none'] as const
export type LedBy = (typeof LED_BY)[number]

export interface Led {
  readonly by: LedBy
  readonly hit: { readonly indicator: string; readonly atMs: number } | null
  /** Something led there, and no browser came, nor anything that may have been one: the best evidence there is. */
  readonly isConfirmed: boolean
}

/** What is asked about a contact. */
export interface Arrival {
  readonly host: string | null
  readonly isBrowserLike: boolean
  readonly port: number
  /** None: it connected and said nothing. */
  readonly firstBytesLength: number
  readonly firstMs: number
  readonly lastMs: number
  /** It connected to an address that answers never name. */
  readonly isRouted: boolean
}

/** A malware that connects does so at once, or holds the address for as long as the answer may be kept. */
export const HIT_WINDOW_MS = 5 * 60_000
/** The hit and the contact are dated by two processes, and hits to the second they were merged in. */
const SLACK_MS = 2000
/** Hits of one client looked at for the contacts of one letter; only those in the window or of these names count. */
const MOST_HITS = 500
/** A browser connects here in advance, and often says nothing then: HTTP, HTTPS, and what pages have besides. */
const PAGE_PORTS: ReadonlySet<number> = new Set([80, 443, 8080, 8443])
/** A name has 127 labels at most (RFC 1035 §3.1). */
const MOST_LABELS = 127

const SINKHOLE = HIT_ACTIONS.indexOf('sinkhole')
const EXACT = INDICATOR_KINDS.indexOf('exact')
const BELOW = INDICATOR_KINDS.indexOf('below')
const ADDRESS = INDICATOR_KINDS.indexOf('address')

export class ContactHits {
  readonly #byName: StatementSync
  readonly #near: StatementSync

  constructor(database: DatabaseSync) {
    this.#byName = database.prepare(
      `SELECT i.value, h.last_at FROM indicator AS i JOIN hit AS h ON h.indicator_id = i.id AND h.client_id = ?1
       WHERE i.value IN (SELECT value FROM json_each(?2)) AND i.kind <> ${ADDRESS}
         AND iif(i.value = ?3, i.kind <> ${BELOW}, i.kind <> ${EXACT}) AND h.first_at <= ?4
       ORDER BY length(i.value) DESC, h.last_at DESC LIMIT 1`,
    )
    this.#near = database.prepare(
      `SELECT i.value, h.first_at, h.last_at, h.last_action, h.first_qname, h.last_qname
       FROM hit AS h JOIN indicator AS i ON i.id = h.indicator_id
       WHERE h.client_id = ?1 AND h.first_at <= ?4 AND (
         (h.last_at >= ?3 AND h.last_action = ${SINKHOLE})
         OR h.last_qname IN (SELECT value FROM json_each(?2)) OR h.first_qname IN (SELECT value FROM json_each(?2)))
       ORDER BY h.last_at DESC LIMIT ${MOST_HITS}`,
    )
  }

  /** What led a client to each of its arrivals, in their order. Its hits are read once at most, however many there are. */
  of(client: number, arrivals: readonly Arrival[]): Led[] {
    const named = new Map<string, Row | undefined>()
    let near: readonly Row[] | null = null
    const readNear = (): readonly Row[] => (near ??= this.#readNear(client, arrivals))
    return arrivals.map((arrival) => {
      const { host, lastMs } = arrival
      const key = `${host} ${lastMs}`
      if (host !== null && !named.has(key)) named.set(key, this.#named(client, host, lastMs + SLACK_MS))
      return led(arrival, named.get(key), readNear)
    })
  }

  #named(client: number, host: string, untilMs: number): Row | undefined {
    const labels = host.split('.').slice(-MOST_LABELS)
    const names = labels.map((_, at) => labels.slice(at).join('.'))
    return this.#byName.get(client, JSON.stringify(names), host, untilMs)
  }

  #readNear(client: number, arrivals: readonly Arrival[]): readonly Row[] {
    const hosts = [...new Set(arrivals.flatMap(({ host }) => host ?? []))]
    const firstMs = Math.min(...arrivals.map((arrival) => arrival.firstMs))
    const lastMs = Math.max(...arrivals.map((arrival) => arrival.lastMs))
    return this.#near.all(client, JSON.stringify(hosts), firstMs - HIT_WINDOW_MS, lastMs + SLACK_MS)
  }
}

/** `named`: the hit whose indicator holds the host; `near`: hits in the time of all arrivals, the latest first. */
function led(arrival: Arrival, named: Row | undefined, near: () => readonly Row[]): Led {
  const { host, firstMs, lastMs, isBrowserLike, isRouted, port, firstBytesLength } = arrival
  const isThere = (row: Row): boolean => Number(row['first_at']) <= lastMs + SLACK_MS
  const isConfirmed = !isBrowserLike && (firstBytesLength > 0 || !PAGE_PORTS.has(port))
  const byName = named ?? (host === null ? undefined : near().find((row) => isThere(row) && asked(row, host)))
  if (byName !== undefined) return { by: 'name', hit: hitOf(byName), isConfirmed }
  if (isRouted) return { by: 'address', hit: null, isConfirmed }
  const isRecent = (row: Row): boolean =>
    Number(row['last_action']) === SINKHOLE && Number(row['last_at']) >= firstMs - HIT_WINDOW_MS
  const last = near().find((row) => isThere(row) && isRecent(row))
  if (last !== undefined) return { by: 'time', hit: hitOf(last), isConfirmed }
  return { by: 'none', hit: null, isConfirmed: false }
}

function asked(row: Row, host: string): boolean {
  return row['last_qname'] === host || row['first_qname'] === host
}

function hitOf(row: Row): { readonly indicator: string; readonly atMs: number } {
  return { indicator: String(row['value']), atMs: Number(row['last_at']) }
}
