/** Lists that are fetched, as configured. */
import type { FeedStatus } from '../feeds/feed-status.ts'
import type { Declarations, Sample } from './declare.ts'

export function declareFeedMetrics(declare: Declarations, status: () => readonly FeedStatus[]): void {
  const read = (count: (feed: FeedStatus) => number | null) => (): Sample<'list'>[] =>
    status().map((feed) => [{ list: feed.id }, count(feed) ?? NaN])
  declare.gauge('feed_up', 'Whether the last attempt to fetch the list succeeded.', ['list'], read(({ state, failuresInRow }) => (failuresInRow > 0 ? 0 : state === 'ok' ? 1 : null))) // prettier-ignore
  declare.gauge('feed_last_success_timestamp_seconds', 'When the list was fetched last, or found unchanged.', ['list'], read(({ lastSuccessMs }) => (lastSuccessMs === null ? null : lastSuccessMs / 1000))) // prettier-ignore
  declare.counter('feed_failures_total', 'Attempts to fetch the list that brought nothing.', ['list'], read(({ failures }) => failures)) // prettier-ignore
}
