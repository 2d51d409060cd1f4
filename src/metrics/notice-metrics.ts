/** What came to the sinkhole's address, and whether the service there is connected; reports of wrong blocks. */
import type { Declarations, Sample } from './declare.ts'
import { single } from './declare.ts'

/** Counts: since the control thread was started. */
export interface NoticeReadings {
  readonly isWanted: boolean
  readonly connected: readonly string[]
  readonly contacts: Readonly<Record<string, number>>
  readonly dropped: number
  /** Wall clock, milliseconds; null: none yet. */
  readonly lastMs: number | null
  /** Reports that wait for a decision; null: not known. */
  readonly openReports: number | null
}

export function declareNoticeMetrics(declare: Declarations, read: () => NoticeReadings): void {
  declare.gauge('notice_connected', 'Notice services that are connected; no value where none is configured.', [], () => {
    const { isWanted, connected } = read()
    return single(isWanted ? connected.length : null)
  }) // prettier-ignore
  declare.counter('notice_contacts_total', "Connections and requests at the sinkhole's address that are in the store.", ['protocol'], () =>
    Object.entries(read().contacts).map(([protocol, count]): Sample<'protocol'> => [{ protocol }, count]),
  ) // prettier-ignore
  declare.counter('notice_contacts_dropped_total', 'Connections that the notice service could not hold for want of room.', [], () =>
    single(read().dropped),
  ) // prettier-ignore
  declare.gauge('notice_last_contact_timestamp_seconds', 'When contacts came last.', [], () => {
    const { lastMs } = read()
    return single(lastMs === null ? null : lastMs / 1000)
  })
  declare.gauge('reports_open', 'Reports of a wrong block that wait for a decision.', [], () =>
    single(read().openReports),
  )
}
