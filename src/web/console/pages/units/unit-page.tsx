/** One unit: what is in it and under it, whom to call, where to go on. */
import type { Static } from 'typebox'
import type { UnitDetail, Units } from '../../../../admin/routes/units.ts'
import { mayDo } from '../../api/session.ts'
import { useAnswer } from '../../api/use-answer.ts'
import { Badge } from '../../kit/badge.tsx'
import { useCampaigns } from '../../kit/campaigns.ts'
import { Figure, Figures } from '../../kit/figure.tsx'
import { useFormat } from '../../kit/format.ts'
import { Link } from '../../kit/link.tsx'
import { hrefOf } from '../../kit/router.ts'
import { Show } from '../../kit/states.tsx'
import { Table } from '../../kit/table.tsx'
import { useWords } from '../../words/words.ts'

type Detail = Static<typeof UnitDetail>
type Row = Static<typeof Units>['items'][number]

export function UnitPage({ id }: { readonly id: string }) {
  const unit = useAnswer<Detail>(`/units/${encodeURIComponent(id)}`, { everyMs: 30_000 })
  const { pages } = useWords()
  return (
    <>
      {unit.data === null && <h1>{pages.units}</h1>}
      <Show of={unit}>{(data) => <Unit unit={data} />}</Show>
    </>
  )
}

const unitHref = (id: string): string => hrefOf(`/units/${encodeURIComponent(id)}`)

function Unit({ unit }: { readonly unit: Detail }) {
  const { units: words, pages } = useWords()
  const { figures } = unit
  const machines = mayDo('client.read') ? hrefOf('/machines', { unit: unit.id }) : undefined
  const format = useFormat()
  return (
    <div class="stack">
      <nav class="trail" aria-label={words.above}>
        <Link href={hrefOf('/units')}>{pages.units}</Link>
        {unit.path.map(({ id, name }) => (
          <span key={id}>
            <span aria-hidden="true">›</span> <Link href={unitHref(id)}>{name}</Link>
          </span>
        ))}
      </nav>
      <div class="page-head">
        <h1>
          {unit.name} {unit.priority === 'high' && <Badge tone="bad">{words.listed}</Badge>}
        </h1>
        {machines !== undefined && (
          <Link class="button" href={machines}>
            {words.toMachines}
          </Link>
        )}
      </div>
      {unit.listedSince !== null && <p class="fault">{words.listedSince(format.time(unit.listedSince))}</p>}
      <Figures>
        <Figure label={words.machines} value={format.count(figures.machines)} {...linkTo(machines)} />
        <Figure label={words.newLastDay} value={format.count(figures.newLastDay)} />
        <Figure
          label={words.open}
          value={format.count(figures.cases.open)}
          note={words.urgentNote(format.count(figures.cases.urgent))}
          isBad={figures.cases.urgent > 0}
        />
        <Figure label={words.reinfections} value={format.count(figures.cases.reinfections)} />
        <Figure label={words.hits} value={format.count(figures.hits)} />
      </Figures>
      <div class="columns">
        <About unit={unit} />
        <UnitCampaigns unit={unit} />
      </div>
      {unit.children > 0 && <Under id={unit.id} />}
    </div>
  )
}

function linkTo(href: string | undefined): { href?: string } {
  return href === undefined ? {} : { href }
}

function About({ unit }: { readonly unit: Detail }) {
  const { units: words } = useWords()
  const format = useFormat()
  const { figures } = unit
  return (
    <section class="card" aria-labelledby="about">
      <h2 id="about">{words.about}</h2>
      <dl class="pairs">
        <dt>{words.id}</dt>
        <dd>
          <code>{unit.id}</code>
        </dd>
        {unit.code !== '' && (
          <>
            <dt>{words.code}</dt>
            <dd>{unit.code}</dd>
          </>
        )}
        {unit.contact !== null && (
          <>
            <dt>{words.contact}</dt>
            <dd>{unit.contact === '' ? words.noContact : unit.contact}</dd>
          </>
        )}
        <dt>{words.networks}</dt>
        <dd>{unit.networks.length === 0 ? words.noNetworks : <Codes of={unit.networks} />}</dd>
        {unit.wan.length > 0 && (
          <>
            <dt>{words.wan}</dt>
            <dd>
              <Codes of={unit.wan} />
            </dd>
          </>
        )}
        <dt>{words.firstSeen}</dt>
        <dd>{figures.firstSeen === null ? '–' : format.time(figures.firstSeen)}</dd>
        <dt>{words.lastSeen}</dt>
        <dd>{figures.lastSeen === null ? '–' : format.time(figures.lastSeen)}</dd>
      </dl>
    </section>
  )
}

function Codes({ of }: { readonly of: readonly string[] }) {
  return (
    <>
      {of.map((text) => (
        <div key={text}>
          <code>{text}</code>
        </div>
      ))}
    </>
  )
}

function UnitCampaigns({ unit }: { readonly unit: Detail }) {
  const { units: words } = useWords()
  const { titleOf } = useCampaigns()
  const format = useFormat()
  return (
    <section class="card" aria-labelledby="campaigns">
      <h2 id="campaigns">{words.campaigns}</h2>
      {unit.campaigns.length === 0 ? (
        <p class="hint">{words.noCases}</p>
      ) : (
        <Table
          caption={words.campaigns}
          rows={unit.campaigns}
          keyOf={({ campaign }) => campaign}
          columns={[
            {
              title: words.campaign,
              cell: ({ campaign }) => (
                <Link href={hrefOf('/units', { view: 'campaigns', campaign: campaign || '-' })}>
                  {campaign === '' ? words.noCampaign : titleOf(campaign)}
                </Link>
              ),
            },
            { title: words.open, isNumber: true, cell: ({ cases }) => format.count(cases.open) },
            { title: words.urgent, isNumber: true, cell: ({ cases }) => format.count(cases.urgent) },
            {
              title: words.reinfections,
              isNumber: true,
              cell: ({ cases }) => format.count(cases.reinfections),
            },
          ]}
        />
      )}
    </section>
  )
}

function Under({ id }: { readonly id: string }) {
  const { units: words } = useWords()
  const format = useFormat()
  const under = useAnswer<Static<typeof Units>>('/units', { query: { parent: id, limit: 1000 } })
  return (
    <section class="card" aria-labelledby="under">
      <h2 id="under">{words.under}</h2>
      <Show of={under}>
        {({ items }) => (
          <Table<Row>
            caption={words.under}
            rows={items}
            keyOf={({ id: key }) => key}
            columns={[
              { title: words.unit, cell: (one) => <Link href={unitHref(one.id)}>{one.name}</Link> },
              {
                title: words.machines,
                isNumber: true,
                cell: ({ figures }) => format.count(figures.machines),
              },
              {
                title: words.open,
                isNumber: true,
                cell: ({ figures }) => format.count(figures.cases.open),
              },
              {
                title: words.lastSeen,
                cell: ({ figures }) => (figures.lastSeen === null ? '–' : format.time(figures.lastSeen)),
              },
            ]}
          />
        )}
      </Show>
    </section>
  )
}
