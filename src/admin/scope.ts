/** Where a caller's part of the agency ends: for the filters of queries, and for what is asked for by its id. */
import type { Caller } from '../accounts/principal.ts'
import { covers, unitsFor, type Action } from '../accounts/roles.ts'
import type { UnitSettings } from '../config/settings.ts'
import { parentsOf, unitPath } from '../config/unit-path.ts'

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
  return covers(principal, action, unitPath(unit, parentsOf(units)))
}
