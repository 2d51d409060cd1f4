/**
 * Machines and cases by unit and by campaign, from the sums that officers are shown too. A unit's own: what stands under
 * it is counted there, so that a sum over units counts nothing twice. Labels: the configured units and campaigns, `-` for
 * what has none, and the six states.
 */
import type { FigureView } from '../detection/cases/figure-board.ts'
import { noFigures, type CaseFigures, type UnitFigures } from '../detection/cases/figures.ts'
import { CASE_STATES, type CaseState } from '../detection/cases/states.ts'
import { StoreUnavailable } from '../detection/read-connection.ts'
import type { Declarations, Labels, Sample } from './declare.ts'

/** Label of clients that belong to no unit, and of lists that belong to no campaign. */
export const NONE = '-'

export interface FigureSource {
  /** Throws StoreUnavailable. */
  look(): FigureView
}

/** Null while the store cannot be read: what is not known has no value. */
export function lookAt(source: FigureSource): FigureView | null {
  try {
    return source.look()
  } catch (error) {
    if (error instanceof StoreUnavailable) return null
    throw error
  }
}

/** What is published of a unit. */
interface Counted {
  machines: number
  urgent: number
  reinfections: number
  readonly states: Record<CaseState, number>
}

/** `view`: null while the store cannot be read. `campaigns`: ids of those configured. */
export function declareFigureMetrics(
  declare: Declarations,
  view: () => FigureView | null,
  campaigns: () => readonly string[],
): void {
  // Four metrics are made of one reading.
  let summed: { readonly of: FigureView; readonly units: ReadonlyMap<string, Counted> } | null = null
  const units = (): Iterable<readonly [string, Counted]> => {
    const seen = view()
    if (seen === null) return []
    if (summed?.of !== seen) summed = { of: seen, units: ownOfUnits(seen) }
    return summed.units
  }
  const byUnit = (read: (counted: Counted) => number) => (): Sample<'unit'>[] =>
    Array.from(units(), ([unit, counted]) => [{ unit }, read(counted)])
  const byCampaign = (): (readonly [string, CaseFigures])[] => {
    const figures = view()?.figures.campaigns(null)
    if (figures === undefined) return []
    // The store knows every campaign there ever was; a label for each would never end.
    return ['', ...campaigns()].map((id) => [id === '' ? NONE : id, figures.get(id) ?? noFigures()])
  }

  declare.gauge('unit_info', 'Always 1; the name of a unit stands in the labels, and the unit above it.', ['unit', 'name', 'parent'], () =>
    namesOf(view()).map((labels) => [labels, 1]),
  ) // prettier-ignore
  declare.gauge('unit_machines', 'Machines of a unit that asked for a listed name; those of units under it are counted there.', ['unit'], byUnit(({ machines }) => machines)) // prettier-ignore
  declare.gauge('unit_cases', 'Cases of the machines of a unit, by state.', ['unit', 'state'], () =>
    Array.from(units()).flatMap(([unit, { states }]) => byState({ unit }, states)),
  )
  declare.gauge('unit_urgent_cases', 'Cases of a unit that come first and are not done.', ['unit'], byUnit(({ urgent }) => urgent)) // prettier-ignore
  declare.gauge('unit_reinfections', 'Times a cleaned machine of a unit asked again, in the cases there are.', ['unit'], byUnit(({ reinfections }) => reinfections)) // prettier-ignore
  declare.gauge('campaign_cases', 'Cases of machines by campaign and state.', ['campaign', 'state'], () =>
    byCampaign().flatMap(([campaign, { states }]) => byState({ campaign }, states)),
  )
  declare.gauge('campaign_reinfections', 'Times a cleaned machine asked again for names of a campaign, in the cases there are.', ['campaign'], () =>
    byCampaign().map(([campaign, { reinfections }]) => [{ campaign }, reinfections]),
  ) // prettier-ignore
}

function byState<Labels extends Readonly<Record<string, string>>>(
  labels: Labels,
  states: Readonly<Record<CaseState, number>>,
): (readonly [Labels & { state: CaseState }, number])[] {
  return CASE_STATES.map((state) => [{ ...labels, state }, states[state]])
}

/** `-` is its own name and parent, so that a join by unit loses no machine. */
function namesOf(view: FigureView | null): Labels<'unit' | 'name' | 'parent'>[] {
  if (view === null) return []
  const none = { unit: NONE, name: NONE, parent: NONE }
  const known = view.units.tree.places.map(({ unit: { id, name, parent } }) => {
    return { unit: id, name: name === '' ? id : name, parent: parent ?? NONE }
  })
  return [...known, none]
}

/** Figures hold each unit with all under it: what the units right under it hold is taken off again. */
function ownOfUnits({ units, figures }: FigureView): ReadonlyMap<string, Counted> {
  const { places } = units.tree
  const own = places.map(({ rank }) => countedOf(figures.unit(rank)))
  for (const { rank, parent } of places) {
    if (parent < 0) continue
    const under = figures.unit(rank)
    const above = own[parent]!
    above.machines -= under.machines
    above.urgent -= under.cases.urgent
    above.reinfections -= under.cases.reinfections
    for (const state of CASE_STATES) above.states[state] -= under.cases.states[state]
  }
  const byId = new Map(places.map(({ unit, rank }) => [unit.id, own[rank]!]))
  return byId.set(NONE, countedOf(figures.outside))
}

function countedOf({ machines, cases }: UnitFigures): Counted {
  return { machines, urgent: cases.urgent, reinfections: cases.reinfections, states: { ...cases.states } }
}
