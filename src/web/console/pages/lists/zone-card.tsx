/** A list that comes from a primary name server: how current it is, and asking the primary now. */
import type { Static } from 'typebox'
import type { ZoneReport } from '../../../../admin/zone-report.ts'
import { mayDo } from '../../api/session.ts'
import { Badge, type Tone } from '../../kit/badge.tsx'
import { useFormat } from '../../kit/format.ts'
import { Link } from '../../kit/link.tsx'
import { hrefOf } from '../../kit/router.ts'
import { wordFor } from '../../kit/word.ts'
import { useWords } from '../../words/words.ts'
import { SourceActions } from './source-actions.tsx'

type Zone = Static<typeof ZoneReport>

const TONES: Readonly<Record<string, Tone>> = { current: 'good', failing: 'bad', expired: 'bad' }

export function ZoneCard({ zone, onChange }: { readonly zone: Zone; readonly onChange: () => void }) {
  const { sources: words } = useWords()
  const format = useFormat()
  const time = (at: string | null): string =>
    at === null ? words.never : `${format.time(at)} (${format.ago(at)})`
  const known = (count: number | null): string => (count === null ? '–' : format.count(count))
  return (
    <article class="card" aria-label={zone.list}>
      <div class="page-head">
        <h3 class="with-state">
          <Link href={hrefOf('/lists', { list: zone.list })}>
            <code>{zone.list}</code>
          </Link>
          <Badge tone={TONES[zone.state] ?? 'plain'}>{wordFor(words.zoneStates, zone.state)}</Badge>
        </h3>
        {mayDo('list.change') && (
          <SourceActions<Zone>
            path={`/zones/${encodeURIComponent(zone.list)}/check`}
            now={words.checkNow}
            force={{
              action: words.takeWhole,
              title: words.takeWholeTitle(zone.zone),
              hint: words.takeWholeHint,
            }}
            isForceOffered
            tell={({ state, isTransferring }) =>
              isTransferring ? words.stillFetching : state === 'current' ? words.checked : words.notFetched
            }
            onDone={onChange}
          />
        )}
      </div>
      {(zone.error ?? zone.advice) !== null && (
        <div class="fault">
          <p>
            <strong>{wordFor(words.zoneStates, zone.state)}</strong>
          </p>
          {zone.error !== null && <p class="detail">{zone.error}</p>}
          {zone.advice !== null && <p class="detail">{zone.advice}</p>}
        </div>
      )}
      {zone.isTransferring && (
        <p class="progress">
          <progress aria-label={words.fetching} /> {words.fetching}
        </p>
      )}
      <dl class="pairs">
        <dt>{words.zone}</dt>
        <dd>
          <code>{zone.zone}</code>
        </dd>
        <dt>{words.server}</dt>
        <dd>
          <code>{zone.server}</code>
        </dd>
        <dt>{words.key}</dt>
        <dd>{zone.key === null ? words.noKey : <code>{zone.key}</code>}</dd>
        <dt>{words.serial}</dt>
        <dd>{zone.serial ?? '–'}</dd>
        <dt>{words.records}</dt>
        <dd>{known(zone.records)}</dd>
        <dt>{words.lastCheck}</dt>
        <dd>{time(zone.lastCheckAt)}</dd>
        <dt>{words.lastTransfer}</dt>
        <dd>{time(zone.lastTransferAt)}</dd>
        {zone.expiresAt !== null && (
          <>
            <dt>{words.expires}</dt>
            <dd>{time(zone.expiresAt)}</dd>
          </>
        )}
        <dt>{words.next}</dt>
        <dd>{time(zone.nextCheckAt)}</dd>
        <dt>{words.transfers}</dt>
        <dd>{words.transfersText(format.count(zone.transfers.axfr), format.count(zone.transfers.ixfr))}</dd>
      </dl>
    </article>
  )
}
