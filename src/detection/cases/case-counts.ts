/** How many cases there are, by state, unit and campaign. Routers count apart: they are no infected machines. */
import type { Row } from '../client-rows.ts'
import type { Ask } from '../read-connection.ts'
import type { UnitIndex } from '../units.ts'
import { caseFilterSql, type CaseFilter } from './case-filter.ts'
import { CASE_STATES, OPEN_STATES, type CaseState } from './states.ts'

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

interface CaseSource {
  readonly ask: Ask
  readonly units: UnitIndex
  /** Row ids of the indicators that hold a text. */
  readonly matching: (text: string) => readonly number[]
}

/** All cases there are, for metrics. */
export interface CaseTotals {
  /** Of machines. */
  readonly states: ByState
  /** Ever opened, also of routers, and those that are deleted by now. */
  readonly opened: number
  /** Of these, of priority units and not done. */
  readonly urgent: number
}

/** 5 ms for 30,000 cases. */
export function caseTotals(ask: Ask): CaseTotals {
  const ofMachines = ask(
    `SELECT state, priority, count(*) AS n FROM campaign_case
     WHERE client_id NOT IN (SELECT id FROM client WHERE kind = 'router') GROUP BY state, priority`,
  )
  const [last] = ask(`SELECT seq FROM sqlite_sequence WHERE name = 'campaign_case'`)
  return {
    states: byState(ofMachines),
    opened: Number(last?.['seq'] ?? 0),
    urgent: sum(ofMachines.filter(isUrgent)),
  }
}

export function countCases({ ask, units, matching }: CaseSource, filter: CaseFilter): CaseCounts {
  const { conditions, values } = caseFilterSql(filter, units, matching)
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
    urgent: sum(ofMachines.filter(isUrgent)),
  }
}

/** Of a priority unit, and not done. */
function isUrgent({ priority, state }: Row): boolean {
  return priority === 'high' && OPEN_STATES.includes(state as CaseState)
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
