/** Máy nhiễm: which machines, in which state, since when. Who they are is hidden until it is asked for, because that is recorded. */
import type { Static } from 'typebox'
import { useState } from 'preact/hooks'
import type { Client } from '../../../../admin/client-schema.ts'
import { mayDo } from '../../api/session.ts'
import { useAnswer } from '../../api/use-answer.ts'
import { Badge } from '../../kit/badge.tsx'
import { useFormat, type Format } from '../../kit/format.ts'
import { Link } from '../../kit/link.tsx'
import { machineName, StateBadge } from '../../kit/machine.tsx'
import { hrefOf, usePlace } from '../../kit/router.ts'
import { Empty, Show } from '../../kit/states.tsx'
import { Pager, Table, type Column } from '../../kit/table.tsx'
import { useUnits } from '../../kit/units.ts'
import type { Words } from '../../words/vi/vi.ts'
import { useWords } from '../../words/words.ts'
import { MachineFilters } from './machine-filters.tsx'
import { apiQuery, exportHref, filtersOf } from './machine-query.ts'
import '../../style/machines.css'

type Machine = Static<typeof Client>
type MachinePage = { readonly items: readonly Machine[]; readonly next: string | null }

const SHOWN_LISTS = 2

export function MachinesPage() {
  const words = useWords()
  const format = useFormat()
  const { query } = usePlace()
  const [isRevealed, reveal] = useState(false)
  const units = useUnits()
  const page = useAnswer<MachinePage>('/clients', { query: apiQuery(query, isRevealed) })
  const isShown = isRevealed || query.has('q')
  const isFiltered = Object.values(filtersOf(query)).some((value) => value !== '')
  const { machines } = words
  return (
    <>
      <div class="page-head">
        <h1>{words.pages.machines}</h1>
        <div class="actions">
          {mayDo('client.reveal') && !query.has('q') && (
            <button type="button" onClick={() => reveal(!isRevealed)}>
              {isRevealed ? machines.hide : machines.reveal}
            </button>
          )}
          {mayDo('export') && (
            <a class="button" href={exportHref(query)} download title={machines.exportHint}>
              {machines.export}
            </a>
          )}
        </div>
      </div>
      <MachineFilters units={units} />
      <p class="hint">{isShown ? machines.revealedHint : machines.revealHint}</p>
      <Show of={page}>
        {({ items, next }) =>
          items.length === 0 ? (
            isFiltered ? (
              <Empty title={machines.noneFound}>{machines.noneFoundHint}</Empty>
            ) : (
              <Empty title={machines.none}>{machines.noneHint}</Empty>
            )
          ) : (
            <div class="card machine-list">
              <Table
                caption={machines.caption}
                columns={columnsOf(words, format, units.nameOf)}
                rows={items}
                keyOf={({ id }) => id}
              />
              <Pager next={next} />
            </div>
          )
        }
      </Show>
    </>
  )
}

function columnsOf(words: Words, format: Format, nameOf: (unit: string) => string): Column<Machine>[] {
  const { machines } = words
  return [
    { title: machines.machine, cell: (row) => <Name machine={row} /> },
    {
      title: machines.unit,
      sort: 'unit',
      cell: ({ unit }) => (unit === null ? <span class="hint">{machines.noUnit}</span> : nameOf(unit)),
    },
    { title: machines.state, sort: 'state', cell: (row) => <Badges machine={row} /> },
    {
      title: machines.lists,
      cell: ({ lists }) => (
        <>
          {lists.slice(0, SHOWN_LISTS).map(({ id }) => (
            <div key={id}>
              <code>{id}</code>
            </div>
          ))}
          {lists.length > SHOWN_LISTS && (
            <span class="hint">{machines.moreLists(lists.length - SHOWN_LISTS)}</span>
          )}
        </>
      ),
    },
    { title: machines.hits, sort: 'hits', isNumber: true, cell: ({ hits }) => format.count(hits) },
    { title: machines.firstSeen, sort: 'first', cell: ({ firstSeen }) => format.time(firstSeen) },
    {
      title: machines.lastSeen,
      sort: 'recent',
      cell: ({ lastSeen }) => (
        <time dateTime={lastSeen} title={format.exactTime(lastSeen)}>
          {format.ago(lastSeen)}
        </time>
      ),
    },
  ]
}

function Name({ machine }: { readonly machine: Machine }) {
  const words = useWords()
  const { id, address, identity } = machine
  const name = machineName(machine, words)
  const where = [address === name ? null : address, identity.department, identity.place]
  const beside = where.filter((one) => one !== null).join(' · ')
  return (
    <span>
      <Link href={hrefOf(`/machines/${id}`)} class="machine-name">
        {name}
      </Link>
      {beside !== '' && <span class="hint beside">{beside}</span>}
    </span>
  )
}

/** State, and what makes it worth looking at first. */
export function Badges({
  machine: { status, priority, identity, confirmed },
}: {
  readonly machine: Pick<Machine, 'status' | 'priority' | 'identity' | 'confirmed'>
}) {
  const { machines } = useWords()
  return (
    <span class="badges">
      <StateBadge state={status} />
      {priority === 'high' && <Badge tone="bad">{machines.highPriority}</Badge>}
      {confirmed !== null && <Badge tone="bad">{machines.confirmedContact}</Badge>}
      {identity.kind === 'router' && <Badge tone="plain">{machines.router}</Badge>}
    </span>
  )
}
