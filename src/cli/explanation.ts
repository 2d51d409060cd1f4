/** What policy says of a name, as lines for a terminal. */
import { basename } from 'node:path'
import type { Basis, ImportOrigin, Justification } from '../lists/basis.ts'
import type { HeldBy } from '../lists/explain.ts'
import { validityReason } from '../lists/validity.ts'
import { describePlace } from './import-report.ts'
import { plain } from './plain.ts'
import { localTime } from './words.ts'

const KINDS = {
  exact: 'that name alone',
  subtree: 'it and all names under it',
  below: 'the names under it',
  address: 'address or network',
} as const

/** What the server adds of an address: see review/shared-in-force.ts. */
interface SharedBy {
  readonly least: number
  readonly most: number
}

/** The verdict first, then why, then all lists that hold it. */
export function describeExplanation(
  explanation: Justification & { readonly sharedBy?: SharedBy | null },
): string[] {
  const { lists, list, indicator, indicatorKind, heldBack, isPaused, group } = explanation
  const lines = [`${describeVerdict(explanation)}${group === null ? '' : ` for group ${group}`}`]
  if (isPaused) lines.push('  blocking is paused: nothing is blocked now; `thanhloc pause off` ends it')
  if (indicator !== null && indicatorKind !== null)
    lines.push(`  indicator  ${indicator} (${KINDS[indicatorKind]})`)
  const { sharedBy = null } = explanation
  if (sharedBy !== null)
    lines.push(
      `  shared     by clean names of ${sharedBy.least === sharedBy.most ? '' : `${sharedBy.least}-`}${sharedBy.most} owners that are asked for here: blocking it blocks them all`,
    )
  const deciding = lists.find((held) => held.id === list)
  if (deciding !== undefined) lines.push(...describeList('list     ', deciding))
  for (const other of lists) if (other !== deciding) lines.push(...describeList('also in  ', other))
  for (const { list: id, text, reason, line } of heldBack) {
    lines.push(
      `  held back  ${text} in list ${id}, line ${line}, by the guard "${reason}": \`accept\` of the list would enforce it`,
    )
  }
  return lines.map(plain)
}

/** `evil.vn: blocked (sinkhole)`. */
export function describeVerdict(
  explanation: Pick<Justification, 'name' | 'verdict' | 'action' | 'list'>,
): string {
  return `${explanation.name}: ${verdictText(explanation)}`
}

function verdictText({ verdict, action, list }: Pick<Justification, 'verdict' | 'action' | 'list'>): string {
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

function describeList(label: string, held: HeldBy & Basis): string[] {
  const { id, basis, campaign, indicator, action, file, validity, allowed, imports } = held
  const lines = [`  ${label}  ${id}: ${indicator} → ${action}`]
  if (basis !== '') lines.push(`  basis      ${basis}`)
  if (campaign !== null) lines.push(`  campaign   ${campaign}`)
  if (file !== null) {
    const line = file.line === null ? '' : `, line ${file.line}`
    lines.push(`  place      ${basename(file.path)}${line} (sha256 ${file.sha256.slice(0, 12)})`)
  }
  if (allowed !== null) lines.push(...describeAllowed(allowed))
  for (const origin of imports) lines.push(...describeOrigin(origin))
  const reason = validityReason(held, validity)
  if (reason !== null) lines.push(`  validity   the list ${reason}`)
  return lines
}

function describeAllowed({ owner, reason, until }: NonNullable<Basis['allowed']>): string[] {
  const lines = [owner === '' ? '  owner      nobody is named' : `  owner      ${plain(owner)}`]
  if (reason !== '') lines.push(`  reason     ${plain(reason)}`)
  if (until !== null) lines.push(`  until      ${until}`)
  return lines
}

function describeOrigin(origin: ImportOrigin): string[] {
  const { document, issuer, issued, file, sha256, place, places, approvedBy, approvedAt, reason, accepted } =
    origin
  const said = [document, issuer, issued ?? ''].filter((part) => part !== '').join(', ')
  const more = places > 1 ? ` and ${places - 1} more` : ''
  const passed = accepted.length === 0 ? '' : `; let past the guard ${accepted.join(', ')}`
  return [
    `  document   ${plain(said)}`,
    `  original   ${describePlace({ file: 0, ...place }, [{ name: plain(file) }])}${more} (sha256 ${sha256.slice(0, 12)})`,
    `  approved   by ${approvedBy}, ${localTime(approvedAt)}: ${plain(reason)} (${origin.import}/${origin.item})${passed}`,
  ]
}
