/** A list that is fetched: how it is, how far the fetch under way, and the latest attempts. */
import type { Static } from 'typebox'
import type { FeedReport } from '../../../../admin/feed-report.ts'
import { mayDo } from '../../api/session.ts'
import { Badge, type Tone } from '../../kit/badge.tsx'
import { useFormat } from '../../kit/format.ts'
import { Link } from '../../kit/link.tsx'
import { hrefOf } from '../../kit/router.ts'
import { Table, type Column } from '../../kit/table.tsx'
import { wordFor } from '../../kit/word.ts'
import { useWords } from '../../words/words.ts'
import { SourceActions } from './source-actions.tsx'

type Feed = Static<typeof FeedReport>
type Attempt = Feed['history'][number]

const TONES: Readonly<Record<string, Tone>> = {
  ok: 'good',
  refused: 'bad',
  failed: 'bad',
  fetching: 'notice',
}

export function FeedCard({ feed, onChange }: { readonly feed: Feed; readonly onChange: () => void }) {
  const { sources: words } = useWords()
  const format = useFormat()
  const time = (at: string | null): string =>
    at === null ? words.never : `${format.time(at)} (${format.ago(at)})`
  return (
    <article class="card" aria-label={feed.id}>
      <div class="page-head">
        <h3 class="with-state">
          <Link href={hrefOf('/lists', { list: feed.id })}>
            <code>{feed.id}</code>
          </Link>
          <Badge tone={TONES[feed.state] ?? 'plain'}>{wordFor(words.feedStates, feed.state)}</Badge>
        </h3>
        {mayDo('list.change') && (
          <SourceActions<Feed>
            path={`/feeds/${encodeURIComponent(feed.id)}/fetch`}
            now={words.fetchNow}
            force={{ action: words.forceFetch, title: words.forceTitle(feed.id), hint: words.forceHint }}
            isForceOffered={feed.state === 'refused'}
            tell={({ state }) =>
              state === 'ok' ? words.fetched : state === 'fetching' ? words.stillFetching : words.notFetched
            }
            onDone={onChange}
          />
        )}
      </div>
      {feed.error !== null && (
        <div class="fault">
          <p>
            <strong>{wordFor(words.feedStates, feed.state)}</strong>
          </p>
          <p class="detail">{feed.error}</p>
          {feed.advice !== null && <p class="detail">{feed.advice}</p>}
        </div>
      )}
      <Progress feed={feed} />
      <dl class="pairs">
        <dt>{words.url}</dt>
        <dd>
          <code>{feed.url}</code>
        </dd>
        <dt>{words.lastSuccess}</dt>
        <dd>{time(feed.lastSuccessAt)}</dd>
        <dt>{words.next}</dt>
        <dd>{time(feed.nextAt)}</dd>
        {feed.entries !== null && (
          <>
            <dt>{words.version}</dt>
            <dd>{words.versionText(format.count(feed.entries), format.bytes(feed.bytes ?? 0))}</dd>
          </>
        )}
        {feed.trustedComment !== null && (
          <>
            <dt>{words.signed}</dt>
            <dd>
              {feed.trustedComment}
              {feed.signedAt !== null && ` (${words.signedAt(format.day(feed.signedAt))})`}
            </dd>
          </>
        )}
        {feed.failuresInRow > 0 && (
          <>
            <dt>{words.failuresInRow}</dt>
            <dd>{format.count(feed.failuresInRow)}</dd>
          </>
        )}
      </dl>
      <History attempts={feed.history} />
    </article>
  )
}

function Progress({ feed: { state, receivedBytes, totalBytes } }: { readonly feed: Feed }) {
  const { sources: words } = useWords()
  const format = useFormat()
  if (state !== 'fetching') return null
  const got = format.bytes(receivedBytes ?? 0)
  const text = totalBytes === null ? words.progressOpen(got) : words.progress(got, format.bytes(totalBytes))
  return (
    <p class="progress">
      <progress
        aria-label={text}
        {...(totalBytes === null ? {} : { value: receivedBytes ?? 0, max: totalBytes })}
      />{' '}
      {text}
    </p>
  )
}

function History({ attempts }: { readonly attempts: readonly Attempt[] }) {
  const { sources: words } = useWords()
  const format = useFormat()
  if (attempts.length === 0) return null
  const known = (count: number | null): string => (count === null ? '–' : format.count(count))
  const columns: Column<Attempt>[] = [
    { title: words.at, cell: ({ at }) => format.exactTime(at) },
    { title: words.outcome, cell: ({ outcome }) => wordFor(words.outcomes, outcome) },
    { title: words.size, cell: ({ bytes }) => format.bytes(bytes), isNumber: true },
    {
      title: words.entries,
      cell: ({ entriesBefore, entriesAfter }) => `${known(entriesBefore)} → ${known(entriesAfter)}`,
      isNumber: true,
    },
    {
      title: words.why,
      cell: ({ reason, isForced }) =>
        [reason, isForced ? words.forced : null].filter(Boolean).join('; ') || '–',
    },
  ]
  return (
    <details>
      <summary>{`${words.history} (${format.count(attempts.length)})`}</summary>
      <Table caption={words.history} columns={columns} rows={attempts} keyOf={({ at }) => at} />
    </details>
  )
}
