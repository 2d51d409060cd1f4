/** What became of a list, in a line: for `check` and `reload`. */
import type { CompiledList } from '../lists/compile.ts'

/** What the API and the compiler both say of a list. */
export type ListReport = Pick<CompiledList, 'id' | 'state' | 'error' | 'path'> &
  Pick<
    CompiledList['outcome'],
    'names' | 'addresses' | 'duplicates' | 'refused' | 'notEnforceable' | 'heldBackCount'
  >

/** `apt32: 1204 names, 3 addresses; 2 refused (public-suffix 2); 1 held back`. */
export function describeListState(list: ListReport): string {
  const parts = [`${list.id}: ${list.names} names, ${list.addresses} addresses`]
  if (list.duplicates > 0) parts.push(`${list.duplicates} twice`)
  parts.push(
    ...describeCounts(list.refused, 'refused'),
    ...describeCounts(list.notEnforceable, 'not enforceable by DNS'),
  )
  if (list.heldBackCount > 0) parts.push(`${list.heldBackCount} held back`)
  const line = parts.join('; ')
  if (list.error === null) return line
  return `${line}\n  ${list.state === 'failed' ? 'NOT IN FORCE' : 'an earlier version is in force'}: ${list.error}`
}

function describeCounts(counts: Readonly<Record<string, number>>, what: string): string[] {
  const entries = Object.entries(counts)
  const sum = entries.reduce((total, [, count]) => total + count, 0)
  return sum === 0
    ? []
    : [`${sum} ${what} (${entries.map(([reason, count]) => `${reason} ${count}`).join(', ')})`]
}
