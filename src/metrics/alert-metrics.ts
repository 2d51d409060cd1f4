/** Alerts, by channel as configured. What stands in the outbox is left out while its file cannot be read. */
import type { AlertsStatus, ChannelStatus } from '../alerts/alerts.ts'
import { single, type Declarations, type Sample } from './declare.ts'

export function declareAlertMetrics(declare: Declarations, status: () => AlertsStatus): void {
  const read = (value: (channel: ChannelStatus) => number | null) => (): Sample<'channel'>[] =>
    status().channels.flatMap((channel) => {
      const found = channel.isWhole ? value(channel) : null
      return found === null ? [] : [[{ channel: channel.id }, found] as const]
    })
  const counter = (name: string, help: string, value: (channel: ChannelStatus) => number): void =>
    declare.counter(name, help, ['channel'], read(value))
  const gauge = (name: string, help: string, value: (channel: ChannelStatus) => number | null): void =>
    declare.gauge(name, help, ['channel'], read(value))

  declare.gauge('alerts_up', '1 while what is to be told can be written down.', [], () =>
    single(Number(status().trouble === null)),
  )
  gauge('alerts_pending', 'Messages that wait to be sent.', ({ pending }) => pending)
  gauge('alerts_held', 'Alerts without a message of their own, which the next message counts.', ({ held }) => held) // prettier-ignore
  counter('alerts_sent_total', 'Messages delivered.', ({ sent }) => sent)
  counter('alerts_failed_total', 'Attempts to deliver a message that failed.', ({ failed }) => failed)
  counter('alerts_given_up_total', 'Messages given up after three days of failing.', ({ dead }) => dead)
  counter('alerts_dropped_total', 'Alerts that found too many waiting, and were only counted.', ({ overflowed }) => overflowed) // prettier-ignore
  gauge('alerts_last_success_timestamp_seconds', 'When a message was last delivered.', ({ lastSuccessAtMs }) =>
    lastSuccessAtMs === null ? null : lastSuccessAtMs / 1000,
  ) // prettier-ignore
}
