/** What a build made of each list, in the log. */
import type { Logger } from '../log/log.ts'
import type { AllowOutcome } from './allow-note.ts'
import type { CompiledList } from './compile.ts'
import { allowReason, validityAt, validityReason, type Validity } from './validity.ts'

/** A line for each list, and one for each of `configured` that is limited in time. `nowMs`: wall clock. */
export function logLists(
  log: Logger,
  lists: readonly CompiledList[],
  configured: readonly (Validity & { readonly id: string })[],
  nowMs: number,
): void {
  for (const list of lists) {
    logList(log, list)
    if (list.outcome.allowed !== undefined) logAllowed(log, list.id, list.outcome.allowed, nowMs)
  }
  for (const list of configured) {
    const reason = validityReason(list, validityAt(list, nowMs))
    if (reason !== null) log.warn({ list: list.id, reason }, 'list is limited in time')
  }
}

function logAllowed(
  log: Logger,
  list: string,
  { expired, unowned, ends }: AllowOutcome,
  nowMs: number,
): void {
  const reason = allowReason(ends, validityAt({ from: null, until: ends }, nowMs))
  if (reason !== null) log.warn({ list, reason }, 'allow list is limited in time')
  if (expired > 0)
    log.warn({ list, entries: expired }, 'allow entries are past their last day: they let nothing pass')
  if (unowned > 0) log.info({ list, entries: unowned }, 'allow entries name nobody who answers for them')
}

function logList(log: Logger, { id, state, error, outcome }: CompiledList): void {
  const { entries, lines, duplicates, refused, notEnforceable, heldBackCount } = outcome
  const counts = { list: id, entries, duplicates, refused, notEnforceable, heldBack: heldBackCount }
  if (state === 'failed') log.error({ list: id, reason: error }, 'list not in force')
  else if (state === 'kept-last-good')
    log.warn({ ...counts, reason: error }, 'list not taken; the last good version stays')
  else if (entries === 0 && lines > 0) log.warn(counts, 'list loaded; it holds no entry')
  else log.info(counts, 'list loaded')
  const endless = refused['bad-date'] ?? 0
  if (endless > 0)
    log.warn({ list: id, entries: endless }, 'allow entries have an `until` that is no date: they let nothing pass') // prettier-ignore
  const unseen = refused['name-server'] ?? 0
  if (unseen > 0)
    log.warn({ list: id, rules: unseen }, 'rules by name server (NSDNAME, NSIP) are not enforced: who forwards does not see them') // prettier-ignore
}
