/** Lists that are transferred from a primary name server, as configured. */
import type { ZoneStatus } from '../transfer/zone-status.ts'
import type { Declarations, Sample } from './declare.ts'

export function declareZoneMetrics(declare: Declarations, status: () => readonly ZoneStatus[]): void {
  const read = (count: (zone: ZoneStatus) => number | null) => (): Sample<'list'>[] =>
    status().map((zone) => [{ list: zone.list }, count(zone) ?? NaN])
  declare.gauge('zone_up', 'Whether the last check with the primary of the list succeeded.', ['list'], read(({ state }) => (state === 'current' ? 1 : state === 'waiting' ? null : 0))) // prettier-ignore
  declare.gauge('zone_expired', 'Whether its primary has not confirmed the zone for longer than its SOA allows; what is here stays in force.', ['list'], read(({ state }) => (state === 'expired' ? 1 : 0))) // prettier-ignore
  declare.gauge('zone_serial', 'Serial of the copy here.', ['list'], read(({ serial }) => serial)) // prettier-ignore
  declare.gauge('zone_last_check_timestamp_seconds', 'When the copy was found current last.', ['list'], read(({ checkedMs }) => (checkedMs === null ? null : checkedMs / 1000))) // prettier-ignore
  declare.counter('zone_transfers_total', 'Transfers since the start.', ['list', 'kind'], () =>
    status().flatMap(({ list, transfers }) =>
      Object.entries(transfers).map(([kind, count]): Sample<'list' | 'kind'> => [{ list, kind }, count]),
    ),
  )
  declare.counter('zone_notifies_total', 'NOTIFY of its primary taken since the start.', ['list'], read(({ notifies }) => notifies)) // prettier-ignore
  declare.counter('zone_failures_total', 'Checks with its primary that failed since the start.', ['list'], read(({ failures }) => failures)) // prettier-ignore
}
