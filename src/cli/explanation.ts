/** What policy says of a name, as lines for a terminal. */
import type { Explanation, HeldBy } from '../lists/explain.ts'

const KINDS = {
  exact: 'that name alone',
  subtree: 'it and all names under it',
  below: 'the names under it',
  address: 'address or network',
} as const

/** The verdict first, then why, then all lists that hold it. */
export function describeExplanation(explanation: Explanation): string[] {
  const { name, lists, list, indicator, indicatorKind, heldBack, isPaused } = explanation
  const lines = [`${name}: ${verdictText(explanation)}`]
  if (isPaused) lines.push('  blocking is paused: nothing is blocked now; `thanhloc pause off` ends it')
  if (indicator !== null && indicatorKind !== null)
    lines.push(`  indicator  ${indicator} (${KINDS[indicatorKind]})`)
  const deciding = lists.find((held) => held.id === list)
  if (deciding !== undefined) lines.push(...describeList('list     ', deciding))
  for (const other of lists) if (other !== deciding) lines.push(...describeList('also in  ', other))
  for (const { list: id, text, reason, line } of heldBack) {
    lines.push(
      `  held back  ${text} in list ${id}, line ${line}, by the guard "${reason}": \`accept\` of the list would enforce it`,
    )
  }
  return lines
}

function verdictText({ verdict, action, list }: Explanation): string {
  switch (verdict) {
    case 'block':
      return `blocked (${action})`
    case 'log':
      return 'recorded, not blocked'
    case 'allow':
      return list === 'overrides' ? 'let through by hand' : 'let through by an allow list'
    case 'pass':
      return 'not listed'
  }
}

function describeList(label: string, { id, basis, campaign, indicator, action }: HeldBy): string[] {
  const lines = [`  ${label}  ${id}: ${indicator} → ${action}`]
  if (basis !== '') lines.push(`  basis      ${basis}`)
  if (campaign !== null) lines.push(`  campaign   ${campaign}`)
  return lines
}
