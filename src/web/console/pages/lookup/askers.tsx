/** Machines that asked for what a list holds; who they are is hidden until it is asked for. */
import { useState } from 'preact/hooks'
import { useAnswer } from '../../api/use-answer.ts'
import { mayDo } from '../../api/session.ts'
import { useFormat } from '../../kit/format.ts'
import { Link } from '../../kit/link.tsx'
import { machineName } from '../../kit/machine.tsx'
import { hrefOf } from '../../kit/router.ts'
import { Show } from '../../kit/states.tsx'
import { Table, type Column } from '../../kit/table.tsx'
import { useUnits } from '../../kit/units.ts'
import { useWords } from '../../words/words.ts'
import type { Static } from 'typebox'
import type { ListedHit } from '../../../../admin/routes/hits.ts'

type Asker = Static<typeof ListedHit>

const PAGE = 50

export function Askers({ indicator }: { readonly indicator: string }) {
  const { lookup: words } = useWords()
  const [isRevealed, reveal] = useState(false)
  const hits = useAnswer<{ readonly items: readonly Asker[] }>('/hits', {
    query: { indicator, sort: 'recent', limit: PAGE, reveal: isRevealed },
  })
  return (
    <section class="card" aria-labelledby="askers-title">
      <div class="page-head">
        <h2 id="askers-title">{words.machines}</h2>
        {mayDo('client.reveal') && !isRevealed && (hits.data?.items.length ?? 0) > 0 && (
          <button type="button" onClick={() => reveal(true)}>
            {words.reveal}
          </button>
        )}
      </div>
      <Show of={hits}>
        {({ items }) =>
          items.length === 0 ? <p class="hint">{words.machinesNone}</p> : <AskerTable items={items} />
        }
      </Show>
    </section>
  )
}

function AskerTable({ items }: { readonly items: readonly Asker[] }) {
  const words = useWords()
  const format = useFormat()
  const { nameOf } = useUnits()
  const { machinesColumns: titles } = words.lookup
  const columns: Column<Asker>[] = [
    {
      title: titles.machine,
      cell: ({ clientId, address, identity }) => (
        <>
          <Link href={hrefOf(`/machines/${clientId}`)}>
            {machineName({ id: clientId, address, identity }, words)}
          </Link>
          {address !== null && machineName({ id: clientId, address, identity }, words) !== address && (
            <div class="hint">
              <code>{address}</code>
            </div>
          )}
        </>
      ),
    },
    { title: titles.unit, cell: ({ unit }) => (unit === null ? '–' : nameOf(unit)) },
    { title: titles.asked, cell: ({ lastQname }) => <code>{lastQname}</code> },
    { title: titles.hits, cell: ({ hits }) => format.count(hits), isNumber: true },
    { title: titles.first, cell: ({ firstSeen }) => format.time(firstSeen) },
    { title: titles.last, cell: ({ lastSeen }) => format.time(lastSeen) },
  ]
  return (
    <Table
      caption={words.lookup.machinesCaption}
      columns={columns}
      rows={items}
      keyOf={({ clientId, kind }) => `${clientId} ${kind}`}
    />
  )
}
