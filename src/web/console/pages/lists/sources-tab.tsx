/** Where lists come from by themselves: fetched over the network, or transferred from a primary name server. */
import type { Static } from 'typebox'
import type { FeedReport } from '../../../../admin/feed-report.ts'
import type { ZoneReport } from '../../../../admin/zone-report.ts'
import { useAnswer } from '../../api/use-answer.ts'
import { Empty, Show } from '../../kit/states.tsx'
import { useWords } from '../../words/words.ts'
import { FeedCard } from './feed-card.tsx'
import { ZoneCard } from './zone-card.tsx'

const LOOK_AGAIN_MS = 5000

export function SourcesTab() {
  const { sources: words } = useWords()
  const feeds = useAnswer<{ readonly items: readonly Static<typeof FeedReport>[] }>('/feeds', {
    everyMs: LOOK_AGAIN_MS,
  })
  const zones = useAnswer<{ readonly items: readonly Static<typeof ZoneReport>[] }>('/zones', {
    everyMs: LOOK_AGAIN_MS,
  })
  return (
    <div class="sections">
      <section class="sections" aria-labelledby="feeds-title">
        <h2 id="feeds-title">{words.feeds}</h2>
        <Show of={feeds}>
          {({ items }) =>
            items.length === 0 ? (
              <Empty title={words.noFeeds}>{words.noFeedsHint}</Empty>
            ) : (
              <div class="sections">
                {items.map((feed) => (
                  <FeedCard key={feed.id} feed={feed} onChange={feeds.reload} />
                ))}
              </div>
            )
          }
        </Show>
      </section>
      <section class="sections" aria-labelledby="zones-title">
        <h2 id="zones-title">{words.zones}</h2>
        <Show of={zones}>
          {({ items }) =>
            items.length === 0 ? (
              <Empty title={words.noZones}>{words.noZonesHint}</Empty>
            ) : (
              <div class="sections">
                {items.map((zone) => (
                  <ZoneCard key={zone.list} zone={zone} onChange={zones.reload} />
                ))}
              </div>
            )
          }
        </Show>
      </section>
    </div>
  )
}
