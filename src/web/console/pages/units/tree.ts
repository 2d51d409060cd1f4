/** The tree of units as rows: which are seen, how deep they stand, and where the keys of the keyboard lead. */

export interface Placed {
  readonly id: string
  readonly parent: string | null
  readonly name: string
  readonly code: string
}

export interface TreeRow<T> {
  readonly unit: T
  /** 1: uppermost, as ARIA counts. */
  readonly level: number
  readonly hasChildren: boolean
  readonly isOpen: boolean
}

/**
 * Rows to be shown of `units`, which are in the order of the tree. What `closed` names has nothing under it. With `q`
 * those it is a part of, and all above them, closed or not.
 */
export function treeRows<T extends Placed>(
  units: readonly T[],
  closed: ReadonlySet<string>,
  q: string,
): TreeRow<T>[] {
  const byId = new Map(units.map((unit) => [unit.id, unit]))
  const parents = new Set(units.map(({ parent }) => parent))
  const wanted = q === '' ? null : withAbove(units, byId, fold(q))
  const levels = new Map<string, number>()
  const hidden = new Set<string>()
  const rows: TreeRow<T>[] = []
  for (const unit of units) {
    const { id, parent } = unit
    const isUnder = parent !== null && byId.has(parent)
    const level = isUnder ? (levels.get(parent) ?? 0) + 1 : 1
    levels.set(id, level)
    if (wanted === null && isUnder && (closed.has(parent) || hidden.has(parent))) hidden.add(id)
    if (hidden.has(id) || wanted?.has(id) === false) continue
    const hasChildren = parents.has(id)
    rows.push({ unit, level, hasChildren, isOpen: hasChildren && (wanted !== null || !closed.has(id)) })
  }
  return rows
}

/** A tree this small is shown whole. */
const SMALL = 200

/** What is closed when a tree is seen first: of a large one everything below the second level. */
export function firstClosed(units: readonly (Placed & { readonly children: number })[]): ReadonlySet<string> {
  if (units.length <= SMALL) return new Set()
  const ids = new Set(units.map(({ id }) => id))
  return new Set(
    units
      .filter(({ children, parent }) => children > 0 && parent !== null && ids.has(parent))
      .map(({ id }) => id),
  )
}

function withAbove<T extends Placed>(
  units: readonly T[],
  byId: ReadonlyMap<string, T>,
  q: string,
): ReadonlySet<string> {
  const wanted = new Set<string>()
  for (const { id, name, code } of units) {
    if (![id, name, code].some((text) => fold(text).includes(q))) continue
    for (let at: string | null = id; at !== null && !wanted.has(at); at = byId.get(at)?.parent ?? null)
      wanted.add(at)
  }
  return wanted
}

/** As people search: neither case nor marks matter, and đ is d. */
export function fold(text: string): string {
  return text.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase().replaceAll('đ', 'd')
}

/** What a key does at row `at`: another row takes the focus, or the row is opened or closed; null: nothing. */
export function keyStep<T extends Placed>(
  rows: readonly TreeRow<T>[],
  at: number,
  key: string,
): { readonly focus: number } | { readonly toggle: string } | null {
  const row = rows[at]
  if (row === undefined) return null
  const { id, parent } = row.unit
  switch (key) {
    case 'ArrowDown':
      return at + 1 < rows.length ? { focus: at + 1 } : null
    case 'ArrowUp':
      return at > 0 ? { focus: at - 1 } : null
    case 'Home':
      return { focus: 0 }
    case 'End':
      return { focus: rows.length - 1 }
    case 'ArrowRight':
      if (!row.hasChildren) return null
      return row.isOpen ? { focus: at + 1 } : { toggle: id }
    case 'ArrowLeft': {
      if (row.isOpen) return { toggle: id }
      const above = rows.findIndex(({ unit }) => unit.id === parent)
      return above < 0 ? null : { focus: above }
    }
    default:
      return null
  }
}
