/** Campaigns with what each has come to; with `campaign` in the address, what is asked for most and where. */
import type { Static } from 'typebox'
import type { CampaignDetail, Campaigns as CampaignPage } from '../../../../admin/routes/campaigns.ts'
import { useAnswer } from '../../api/use-answer.ts'
import { useFormat } from '../../kit/format.ts'
import { Link } from '../../kit/link.tsx'
import { hrefOf, usePlace } from '../../kit/router.ts'
import { Empty, Show } from '../../kit/states.tsx'
import { Table } from '../../kit/table.tsx'
import { useUnits } from '../../kit/units.ts'
import { useWords, type Words } from '../../words/words.ts'

type Page = Static<typeof CampaignPage>
type Campaign = Page['items'][number]
type Detail = Static<typeof CampaignDetail>

export function Campaigns() {
  const { query } = usePlace()
  const id = query.get('campaign')
  return id === null ? <AllCampaigns /> : <OneCampaign id={id} />
}

const campaignHref = (id: string): string => hrefOf('/units', { view: 'campaigns', campaign: id || '-' })

function nameOf({ id, title }: Pick<Campaign, 'id' | 'title'>, words: Words['units']): string {
  return title || id || words.noCampaign
}

function AllCampaigns() {
  const { units: words } = useWords()
  const format = useFormat()
  const campaigns = useAnswer<Page>('/campaigns', { query: { limit: 1000 }, everyMs: 30_000 })
  return (
    <Show of={campaigns}>
      {({ items, at }) =>
        items.length === 0 ? (
          <Empty title={words.noCampaigns}>
            <p>{words.noCampaignsHint}</p>
          </Empty>
        ) : (
          <section class="card">
            <Table<Campaign>
              caption={words.campaigns}
              rows={items}
              keyOf={({ id }) => id}
              columns={[
                {
                  title: words.campaign,
                  cell: (one) => (
                    <>
                      <Link href={campaignHref(one.id)}>{nameOf(one, words)}</Link>
                      <div class="hint">{[one.document, one.issuer].filter(Boolean).join(', ')}</div>
                    </>
                  ),
                },
                { title: words.days, cell: ({ from, to }) => days(from, to, format.day) },
                { title: words.machines, isNumber: true, cell: ({ machines }) => format.count(machines) },
                { title: words.open, isNumber: true, cell: ({ cases }) => format.count(cases.open) },
                {
                  title: words.cleaned,
                  isNumber: true,
                  cell: ({ cases }) => format.count(cases.states['cleaned'] ?? 0),
                },
                {
                  title: words.reinfections,
                  isNumber: true,
                  cell: ({ cases }) => format.count(cases.reinfections),
                },
                {
                  title: words.lastSeen,
                  cell: ({ cases }) => (cases.lastHit === null ? '–' : format.time(cases.lastHit)),
                },
              ]}
            />
            <p class="hint">{words.asOf(format.exactTime(at))}</p>
          </section>
        )
      }
    </Show>
  )
}

function days(from: string | null, to: string | null, day: (text: string) => string): string {
  return from === null && to === null
    ? '–'
    : `${from === null ? '…' : day(from)} – ${to === null ? '…' : day(to)}`
}

function OneCampaign({ id }: { readonly id: string }) {
  const campaign = useAnswer<Detail>(`/campaigns/${encodeURIComponent(id)}`, { everyMs: 30_000 })
  const { units: words } = useWords()
  return (
    <div class="stack">
      <nav class="trail" aria-label={words.above}>
        <Link href={hrefOf('/units', { view: 'campaigns' })}>{words.campaigns}</Link>
      </nav>
      <Show of={campaign}>{(data) => <CampaignCards campaign={data} />}</Show>
    </div>
  )
}

function CampaignCards({ campaign }: { readonly campaign: Detail }) {
  const { units: words } = useWords()
  const format = useFormat()
  const { nameOf: unitName } = useUnits()
  const { indicators } = campaign
  return (
    <div class="stack">
      <section class="card" aria-labelledby="campaign">
        <h2 id="campaign">{nameOf(campaign, words)}</h2>
        <dl class="pairs">
          <dt>{words.document}</dt>
          <dd>{[campaign.document, campaign.issuer].filter(Boolean).join(', ') || '–'}</dd>
          <dt>{words.days}</dt>
          <dd>{days(campaign.from, campaign.to, format.day)}</dd>
          <dt>{words.lists}</dt>
          <dd>
            {campaign.lists.length === 0
              ? '–'
              : campaign.lists.map((list) => (
                  <div key={list.id}>
                    <code>{list.id}</code> {list.basis}
                  </div>
                ))}
          </dd>
        </dl>
      </section>
      <section class="card" aria-labelledby="where">
        <h2 id="where">{words.where}</h2>
        {campaign.units.length === 0 ? (
          <p class="hint">{words.noCases}</p>
        ) : (
          <Table
            caption={words.where}
            rows={campaign.units}
            keyOf={({ unit }) => unit ?? ''}
            columns={[
              {
                title: words.unit,
                cell: ({ unit }) =>
                  unit === null ? (
                    words.noUnit
                  ) : (
                    <Link href={hrefOf(`/units/${encodeURIComponent(unit)}`)}>{unitName(unit)}</Link>
                  ),
              },
              { title: words.machines, isNumber: true, cell: ({ machines }) => format.count(machines) },
              { title: words.open, isNumber: true, cell: ({ cases }) => format.count(cases.open) },
              {
                title: words.reinfections,
                isNumber: true,
                cell: ({ cases }) => format.count(cases.reinfections),
              },
            ]}
          />
        )}
      </section>
      {indicators !== null && (
        <section class="card" aria-labelledby="asked">
          <h2 id="asked">{words.asked}</h2>
          {!indicators.isWhole && <p class="hint">{words.notWhole}</p>}
          {indicators.items.length === 0 ? (
            <p class="hint">{words.noCases}</p>
          ) : (
            <Table
              caption={words.asked}
              rows={indicators.items}
              keyOf={({ indicator, kind }) => `${kind} ${indicator}`}
              columns={[
                { title: words.indicator, cell: ({ indicator }) => <code>{indicator}</code> },
                { title: words.machines, isNumber: true, cell: ({ clients }) => format.count(clients) },
                { title: words.hits, isNumber: true, cell: ({ hits }) => format.count(hits) },
                { title: words.lastSeen, cell: ({ lastSeen }) => format.time(lastSeen) },
              ]}
            />
          )}
        </section>
      )}
    </div>
  )
}
