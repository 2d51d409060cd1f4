/** Where a unit stands in the organisation. */
import type { UnitSettings } from './settings.ts'

/** By id: the unit above, or null. */
export type Parents = ReadonlyMap<string, string | null>

export function parentsOf(units: readonly Pick<UnitSettings, 'id' | 'parent'>[]): Parents {
  return new Map(units.map(({ id, parent }) => [id, parent]))
}

/** The unit, its parent and so on; [] for none. Parents that go in a circle end too. */
export function unitPath(unit: string | null, parents: Parents): string[] {
  const path = new Set<string>()
  for (let at = unit; at !== null && !path.has(at); at = parents.get(at) ?? null) path.add(at)
  return [...path]
}
