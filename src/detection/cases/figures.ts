/**
 * How many machines and cases there are in each unit and campaign, summed up for all units at once from the sums that
 * clients and cases carry, never from hits. Whoever asks gets the sums of the units they are responsible for.
 */
import type { Row } from '../client-rows.ts'
import type { Ask } from '../read-connection.ts'
import type { UnitIndex } from '../units.ts'
import { CASE_STATES, OPEN_STATES, type CaseState } from './states.ts'

/** Of cases; those of routers stand in `routers` alone, their hits in the sums. */
export interface CaseFigures {
  /** Of machines, by state. */
  readonly states: Readonly<Record<CaseState, number>>
  /** Of machines: those in which there is something to do, and of these those that come first. */
  readonly open: number
  readonly urgent: number
  /** Of machines: opened in the last 24 hours. */
  readonly openedLastDay: number
  readonly reinfections: number
  /** Cases of routers and forwarders. */
  readonly routers: number
  readonly hits: number
  /** Null: there is none. */
  readonly firstHit: number | null
  readonly lastHit: number | null
}

/** Of clients, by their latest address. */
export interface ClientFigures {
  readonly machines: number
  readonly routers: number
  /** Machines first seen in the last 24 hours. */
  readonly newLastDay: number
  /** Of machines and routers. */
  readonly blocked: number
  readonly logged: number
  readonly firstSeen: number | null
  readonly lastSeen: number | null
}

export interface UnitFigures extends ClientFigures {
  readonly cases: CaseFigures
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }
interface Sums extends Mutable<ClientFigures> {
  readonly cases: CaseSums
}
type CaseSums = Mutable<Omit<CaseFigures, 'states'>> & { readonly states: Record<CaseState, number> }

interface CampaignRow {
  readonly rank: number
  readonly campaign: string
  readonly sums: CaseSums
}

const DAY_MS = 86_400_000

/** Of one moment. */
export class Figures {
  readonly atMs: number
  /** By rank of the unit with all under it. */
  readonly #units: readonly Sums[]
  /** Of no unit. */
  readonly #outside: Sums
  readonly #campaigns: readonly CampaignRow[]

  /** Reads them. Throws StoreUnavailable. */
  constructor(ask: Ask, units: UnitIndex, nowMs: number) {
    this.atMs = nowMs
    const { places } = units.tree
    const sums = [...places, null].map(noSums)
    const campaigns: CampaignRow[] = []
    const values = { everywhere: JSON.stringify(ranked(units)), since: nowMs - DAY_MS }
    for (const row of ask(CLIENTS, values)) addClients(sums[Number(row['rank'])]!, row)
    for (const row of ask(CASES, values)) {
      const rank = Number(row['rank'])
      addCases(sums[rank]!.cases, row)
      const known = campaigns.at(-1)
      const campaign = String(row['campaign'])
      const isSame = known?.rank === rank && known.campaign === campaign
      const one = isSame ? known : { rank, campaign, sums: noCases() }
      if (!isSame) campaigns.push(one)
      addCases(one.sums, row)
    }
    this.#outside = sums.pop()!
    // From the last to the first: what stands under a unit has all of its own by then.
    for (const { rank, parent } of places.toReversed()) if (parent >= 0) join(sums[parent]!, sums[rank]!)
    this.#units = sums
    this.#campaigns = campaigns
  }

  /** Of a unit, by its rank, with all under it. */
  unit(rank: number): UnitFigures {
    return this.#units[rank]!
  }

  /** Of the clients that belong to no unit. */
  get outside(): UnitFigures {
    return this.#outside
  }

  /** Of each campaign with cases (empty: lists without one) in some units, by rank; null: everywhere. */
  campaigns(ranks: ReadonlySet<number> | null): ReadonlyMap<string, CaseFigures> {
    const found = new Map<string, CaseSums>()
    for (const { rank, campaign, sums } of this.#campaigns) {
      if (ranks !== null && !ranks.has(rank)) continue
      const known = found.get(campaign) ?? noCases()
      found.set(campaign, known)
      joinCases(known, sums)
    }
    return found
  }

  /** Of one campaign in each unit with cases of it, what is under it left out; ranks as in `campaigns`, those of no unit last. */
  campaignByUnit(
    campaign: string,
    ranks: ReadonlySet<number> | null,
  ): { readonly rank: number; readonly cases: CaseFigures }[] {
    return this.#campaigns
      .filter((row) => row.campaign === campaign && ranks?.has(row.rank) !== false)
      .map(({ rank, sums }) => ({ rank, cases: sums }))
  }
}

/** Of no case at all. */
export function noFigures(): CaseFigures {
  return noCases()
}

/** The range of each unit with its rank; those of no unit come behind all. */
function ranked({ everywhere, tree }: UnitIndex): (string | number)[][] {
  return everywhere.map(([first, last, unit]) => [
    first,
    last,
    unit === null ? tree.places.length : tree.find(unit)!.rank,
  ])
}

// CROSS JOIN: each range asks the index of addresses.
const PLACED = `json_each(:everywhere) AS place
  CROSS JOIN client AS c ON c.address BETWEEN unhex(place.value ->> 0) AND unhex(place.value ->> 1)`

const CLIENTS = `
  SELECT place.value ->> 2 AS rank, c.kind, total(c.status <> 'visitor') AS n,
    total(c.first_seen >= :since AND c.status <> 'visitor') AS new,
    total(c.blocked_count) AS blocked, total(c.logged_count) AS logged, min(c.first_seen) AS first_at,
    max(c.last_seen) AS last_at
  FROM ${PLACED} GROUP BY 1, 2`

const CASES = `
  SELECT place.value ->> 2 AS rank, k.campaign, c.kind, k.state, k.priority, count(*) AS n,
    total(k.opened_at >= :since) AS opened, total(k.reinfection_count) AS reinfections, total(k.hit_count) AS hits,
    min(k.first_hit_at) AS first_at, max(k.last_hit_at) AS last_at
  FROM ${PLACED} CROSS JOIN campaign_case AS k ON k.client_id = c.id GROUP BY 1, 2, 3, 4, 5`

function addClients(sums: Sums, row: Row): void {
  const n = Number(row['n'])
  if (row['kind'] === 'router') sums.routers += n
  else {
    sums.machines += n
    sums.newLastDay += Number(row['new'])
  }
  sums.blocked += Number(row['blocked'])
  sums.logged += Number(row['logged'])
  sums.firstSeen = earlier(sums.firstSeen, Number(row['first_at']))
  sums.lastSeen = later(sums.lastSeen, Number(row['last_at']))
}

function addCases(sums: CaseSums, row: Row): void {
  const n = Number(row['n'])
  const state = row['state'] as CaseState
  const isOpen = OPEN_STATES.includes(state)
  if (row['kind'] === 'router') sums.routers += n
  else {
    sums.states[state] += n
    if (isOpen) sums.open += n
    if (isOpen && row['priority'] === 'high') sums.urgent += n
    sums.openedLastDay += Number(row['opened'])
    sums.reinfections += Number(row['reinfections'])
  }
  sums.hits += Number(row['hits'])
  sums.firstHit = earlier(sums.firstHit, Number(row['first_at']))
  sums.lastHit = later(sums.lastHit, Number(row['last_at']))
}

function join(into: Sums, from: Sums): void {
  into.machines += from.machines
  into.routers += from.routers
  into.newLastDay += from.newLastDay
  into.blocked += from.blocked
  into.logged += from.logged
  into.firstSeen = earlier(into.firstSeen, from.firstSeen)
  into.lastSeen = later(into.lastSeen, from.lastSeen)
  joinCases(into.cases, from.cases)
}

function joinCases(into: CaseSums, from: CaseSums): void {
  for (const state of CASE_STATES) into.states[state] += from.states[state]
  into.open += from.open
  into.urgent += from.urgent
  into.openedLastDay += from.openedLastDay
  into.reinfections += from.reinfections
  into.routers += from.routers
  into.hits += from.hits
  into.firstHit = earlier(into.firstHit, from.firstHit)
  into.lastHit = later(into.lastHit, from.lastHit)
}

function noSums(): Sums {
  const cases = noCases()
  return { machines: 0, routers: 0, newLastDay: 0, blocked: 0, logged: 0, firstSeen: null, lastSeen: null, cases } // prettier-ignore
}

function noCases(): CaseSums {
  const states = Object.fromEntries(CASE_STATES.map((state) => [state, 0])) as Record<CaseState, number>
  return { states, open: 0, urgent: 0, openedLastDay: 0, reinfections: 0, routers: 0, hits: 0, firstHit: null, lastHit: null } // prettier-ignore
}

function earlier(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.min(a, b)
}

function later(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b)
}
