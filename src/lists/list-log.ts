/** What a build made of each list, in the log. */
import type { Logger } from '../log/log.ts'
import type { CompiledList } from './compile.ts'
import { validityAt, validityReason, type Validity } from './validity.ts'

/** A line for each list, and one for each of `configured` that is limited in time. `nowMs`: wall clock. */
export function logLists(
  log: Logger,
  lists: readonly CompiledList[],
  configured: readonly (Validity & { readonly id: string })[],
  nowMs: number,
): void {
  for (const list of lists) logList(log, list)
  for (const list of configured) {
    const reason = validityReason(list, validityAt(list, nowMs))
    if (reason !== null) log.warn({ list: list.id, reason }, 'list is limited in time')
  }
}

function logList(log: Logger, { id, state, error, outcome }: CompiledList): void {
  const { entries, lines, duplicates, refused, notEnforceable, heldBackCount } = outcome
  const counts = { list: id, entries, duplicates, refused, notEnforceable, heldBack: heldBackCount }
  if (state === 'failed') log.error({ list: id, reason: error }, 'list not in force')
  else if (state === 'kept-last-good')
    log.warn({ ...counts, reason: error }, 'list not taken; the last good version stays')
  else if (entries === 0 && lines > 0) log.warn(counts, 'list loaded; it holds no entry')
  else log.info(counts, 'list loaded')
  const unseen = refused['name-server'] ?? 0
  if (unseen > 0)
    log.warn({ list: id, rules: unseen }, 'rules by name server (NSDNAME, NSIP) are not enforced: who forwards does not see them') // prettier-ignore
}
