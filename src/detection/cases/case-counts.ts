/** How many cases there are, by state, unit and campaign. Routers count apart: they are no infected machines. */
import type { Row } from '../client-rows.ts'
import type { Ask } from '../read-connection.ts'
import type { UnitIndex } from '../units.ts'
import { caseFilterSql, type CaseFilter } from './case-filter.ts'
import { CASE_STATES, type CaseState } from './states.ts'

export type ByState = Readonly<Record<CaseState, number>>

export interface CaseCounts {
  /** Cases of machines. */
  readonly states: ByState
  /** Cases of routers and forwarders. */
  readonly routers: ByState
  /** Machines with any case. */
  readonly machines: number
  /** Cases of machines by unit; those of no unit under null. */
  readonly units: readonly { readonly unit: string | null; readonly states: ByState }[]
  readonly campaigns: readonly { readonly campaign: string; readonly states: ByState }[]
  /** Of machines: cases of priority units that are not done. */
  readonly urgent: number
}

export interface CampaignSummary {
  /** Empty: lists without a campaign. */
  readonly campaign: string
  /** Machines with a case of it, and routers. */
  readonly machines: number
  readonly routers: number
  /** Cases of machines. */
  readonly states: ByState
  readonly reinfections: number
  /** Hits of machines and routers. */
  readonly hits: number
  readonly firstHit: number
  readonly lastHit: number
  /** Ids of its lists, now. */
  readonly lists: readonly string[]
}

const OPEN: readonly CaseState[] = ['new', 'confirmed', 'cleaning', 'reinfected']

export function countCases(ask: Ask, units: UnitIndex, filter: CaseFilter): CaseCounts {
  const { conditions, values } = caseFilterSql(filter, units)
  const where = conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : ''
  const rows = ask(
    `SELECT c.address, c.kind, k.campaign, k.state, k.priority, count(*) AS n FROM campaign_case AS k
       JOIN client AS c ON c.id = k.client_id ${where} GROUP BY c.id, k.campaign, k.state, k.priority`,
    values,
  )
  const [machines] = ask(
    `SELECT count(DISTINCT c.id) AS n FROM campaign_case AS k JOIN client AS c ON c.id = k.client_id
     WHERE c.kind = 'machine' ${conditions.map((condition) => `AND ${condition}`).join(' ')}`,
    values,
  )
  const ofMachines = rows.filter(({ kind }) => kind !== 'router')
  const byUnit = Map.groupBy(ofMachines, ({ address }) => units.find(address as Uint8Array))
  const byCampaign = Map.groupBy(ofMachines, ({ campaign }) => String(campaign))
  return {
    states: byState(ofMachines),
    routers: byState(rows.filter(({ kind }) => kind === 'router')),
    machines: Number(machines!['n']),
    units: [...byUnit]
      .map(([unit, of]) => ({ unit, states: byState(of) }))
      .sort((a, b) => compare(a.unit ?? '', b.unit ?? '')),
    campaigns: [...byCampaign]
      .map(([campaign, of]) => ({ campaign, states: byState(of) }))
      .sort((a, b) => compare(a.campaign, b.campaign)),
    urgent: sum(
      ofMachines.filter(({ priority, state }) => priority === 'high' && OPEN.includes(state as CaseState)),
    ),
  }
}

/** Every campaign with cases. */
export function campaignSummaries(ask: Ask, units: UnitIndex, filter: CaseFilter): CampaignSummary[] {
  const { conditions, values } = caseFilterSql(filter, units)
  const where = conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : ''
  const rows = ask(
    `SELECT k.campaign, c.kind, k.state, count(*) AS n, sum(k.reinfection_count) AS reinfections,
       sum(k.hit_count) AS hits, min(k.first_hit_at) AS first_at, max(k.last_hit_at) AS last_at
     FROM campaign_case AS k JOIN client AS c ON c.id = k.client_id ${where} GROUP BY k.campaign, c.kind, k.state`,
    values,
  )
  const lists = Map.groupBy(
    ask(`SELECT name, coalesce(campaign, '') AS campaign FROM list ORDER BY name`),
    ({ campaign }) => String(campaign),
  )
  const byCampaign = Map.groupBy(rows, ({ campaign }) => String(campaign))
  return [...byCampaign]
    .map(([campaign, of]) => {
      const ofMachines = of.filter(({ kind }) => kind !== 'router')
      return {
        campaign,
        // A client has one case of a campaign.
        machines: sum(ofMachines),
        routers: sum(of) - sum(ofMachines),
        states: byState(ofMachines),
        reinfections: sum(ofMachines, 'reinfections'),
        hits: sum(of, 'hits'),
        firstHit: Math.min(...of.map((row) => Number(row['first_at']))),
        lastHit: Math.max(...of.map((row) => Number(row['last_at']))),
        lists: (lists.get(campaign) ?? []).map(({ name }) => String(name)),
      }
    })
    .sort((a, b) => compare(a.campaign, b.campaign))
}

function byState(rows: readonly Row[]): ByState {
  const counts = Object.fromEntries(CASE_STATES.map((state) => [state, 0])) as Record<CaseState, number>
  for (const { state, n } of rows) counts[state as CaseState] += Number(n)
  return counts
}

function sum(rows: readonly Row[], column = 'n'): number {
  return rows.reduce((total, row) => total + Number(row[column]), 0)
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}
