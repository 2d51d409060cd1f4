/** Alerts, by channel as configured. */
import type { AlertsStatus, ChannelStatus } from '../alerts/alerts.ts'
import type { Declarations, Sample } from './declare.ts'

export function declareAlertMetrics(declare: Declarations, status: () => AlertsStatus): void {
  const read = (count: (channel: ChannelStatus) => number) => (): Sample<'channel'>[] =>
    status().channels.map((channel) => [{ channel: channel.id }, count(channel)])
  declare.gauge('alerts_pending', 'Messages that wait to be sent.', ['channel'], read((channel) => channel.pending)) // prettier-ignore
  declare.counter(
    'alerts_sent_total',
    'Messages delivered.',
    ['channel'],
    read((channel) => channel.sent),
  )
  declare.counter('alerts_given_up_total', 'Messages given up after three days of failing.', ['channel'], read((channel) => channel.dead)) // prettier-ignore
}
