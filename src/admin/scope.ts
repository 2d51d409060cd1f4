/** Where a caller's part of the agency ends: for the filters of queries, and for what is asked for by its id. */
import type { Caller } from '../accounts/principal.ts'
import { covers, unitsFor, type Action } from '../accounts/roles.ts'
import type { UnitSettings } from '../config/settings.ts'

/** What to add to a filter, so that a query gives only what `caller` may do `action` to; nothing: there is no limit. */
export function scopeOf({ principal }: Caller, action: Action): { readonly within?: readonly string[] } {
  const within = unitsFor(principal, action)
  return within === null ? {} : { within }
}

/** Whether `caller` may do `action` to what belongs to `unit` (null: to none). */
export function isInScope(
  { principal }: Caller,
  action: Action,
  unit: string | null,
  units: readonly UnitSettings[],
): boolean {
  return covers(principal, action, unitPath(unit, units))
}

/** The unit, its parent and so on; parents that go in a circle end too. */
function unitPath(unit: string | null, units: readonly UnitSettings[]): string[] {
  const parents = new Map(units.map(({ id, parent }) => [id, parent]))
  const path = new Set<string>()
  for (let at = unit; at !== null && !path.has(at); at = parents.get(at) ?? null) path.add(at)
  return [...path]
}
