/** Names of units, and the tree of them to choose from. */
import type { Static } from 'typebox'
import { useMemo } from 'preact/hooks'
import type { Units } from '../../../admin/routes/units.ts'
import { useAnswer } from '../api/use-answer.ts'

/** More are not offered to choose from; a unit is then reached by its own page. */
const OFFERED = 1000

export interface UnitChoice {
  readonly id: string
  readonly name: string
  /** 0: none of those shown stands above it. */
  readonly depth: number
}

export interface UnitNames {
  /** Each followed by those under it. */
  readonly choices: readonly UnitChoice[]
  /** Its id where the name is not known. */
  readonly nameOf: (id: string) => string
}

/** Those the caller is responsible for; none until they are there. */
export function useUnits(): UnitNames {
  const { data } = useAnswer<Static<typeof Units>>('/units', { query: { limit: OFFERED } })
  // Provinces have a thousand units: nothing about them is made anew while they are the same.
  return useMemo(() => {
    const choices = unitChoices(data?.items ?? [])
    const names = new Map(choices.map(({ id, name }) => [id, name]))
    return { choices, nameOf: (id) => names.get(id) ?? id }
  }, [data])
}

/** `units` in the order of the tree. */
export function unitChoices(
  units: readonly { readonly id: string; readonly name: string; readonly parent: string | null }[],
): UnitChoice[] {
  const depths = new Map<string, number>()
  return units.map(({ id, name, parent }) => {
    const depth = parent === null ? 0 : (depths.get(parent) ?? -1) + 1
    depths.set(id, depth)
    return { id, name, depth }
  })
}
