/** All lists in order of precedence, or one of them (`?list=`). */
import type { Static } from 'typebox'
import type { Lists } from '../../../../admin/routes/lists.ts'
import { mayDo } from '../../api/session.ts'
import { useAnswer } from '../../api/use-answer.ts'
import { useFormat } from '../../kit/format.ts'
import { Link } from '../../kit/link.tsx'
import { hrefOf, usePlace } from '../../kit/router.ts'
import { Empty, Show } from '../../kit/states.tsx'
import { Table, type Column } from '../../kit/table.tsx'
import { wordFor } from '../../kit/word.ts'
import { useWords } from '../../words/words.ts'
import { ListDetail } from './list-detail.tsx'
import { ListState } from './list-state.tsx'
import { ownBasis } from './own-basis.ts'
import { ReloadButton } from './reload.tsx'
import { sumOf } from './sum-of.ts'
import { ValidityText } from './validity.tsx'

const LOOK_AGAIN_MS = 10_000

type List = Static<typeof Lists>['items'][number]

export function ListTab() {
  const { query } = usePlace()
  const chosen = query.get('list')
  const answer = useAnswer<Static<typeof Lists>>('/lists', { everyMs: LOOK_AGAIN_MS })
  return (
    <Show of={answer}>
      {(data) =>
        chosen === null ? (
          <AllLists data={data} onChange={answer.reload} />
        ) : (
          <OneList list={data.items.find(({ id }) => id === chosen)} onChange={answer.reload} />
        )
      }
    </Show>
  )
}

function OneList({ list, onChange }: { readonly list: List | undefined; readonly onChange: () => void }) {
  const { lists } = useWords()
  return (
    <div class="sections">
      <Link href={hrefOf('/lists')} class="back">
        {lists.back}
      </Link>
      {list === undefined ? <Empty title={lists.unknown} /> : <ListDetail list={list} onChange={onChange} />}
    </div>
  )
}

function AllLists({
  data,
  onChange,
}: {
  readonly data: Static<typeof Lists>
  readonly onChange: () => void
}) {
  const { lists: words } = useWords()
  const format = useFormat()
  if (data.items.length === 0)
    return (
      <section class="card">
        <Empty title={words.none}>{words.noneHint}</Empty>
      </section>
    )
  return (
    <section class="card">
      <div class="page-head">
        <p class="hint">
          {words.order} {words.total(format.count(data.names), format.count(data.addresses))}
        </p>
        {mayDo('list.change') && <ReloadButton title={words.reloadAll} onDone={onChange} />}
      </div>
      {data.error !== null && (
        <p class="fault">
          <strong>{words.buildFailed}</strong> <span class="detail">{data.error}</span>
        </p>
      )}
      <ListTable items={data.items} />
    </section>
  )
}

function ListTable({ items }: { readonly items: readonly List[] }) {
  const { lists: words } = useWords()
  const format = useFormat()
  const columns: Column<List>[] = [
    { title: words.columns.number, cell: (list) => items.indexOf(list) + 1, isNumber: true },
    {
      title: words.columns.list,
      cell: (list) => (
        <div class="cell-text">
          <Link href={hrefOf('/lists', { list: list.id })}>
            <code>{list.id}</code>
          </Link>
          <div class="hint">{list.kind === 'allow' ? words.kinds.allow : ownBasis(list)}</div>
        </div>
      ),
    },
    {
      title: words.columns.state,
      cell: (list) => (
        <>
          <ListState list={list} />
          <div class="hint">{wordFor(words.actions, list.action)}</div>
        </>
      ),
    },
    {
      title: words.columns.entries,
      cell: (list) => (
        <>
          {format.count(list.entries)} <Attention list={list} />
        </>
      ),
    },
    {
      title: words.columns.document,
      cell: (list) => (
        <div class="cell-text">
          {list.document !== '' && <div class="nowrap">{list.document}</div>}
          <div class={list.validity === 'unlimited' ? 'hint' : undefined}>
            <ValidityText of={list} />
          </div>
        </div>
      ),
    },
  ]
  return <Table caption={words.caption} columns={columns} rows={items} keyOf={({ id }) => id} />
}

/** What of the list is not enforced, as a way to where it is told. */
function Attention({ list }: { readonly list: List }) {
  const { lists: words } = useWords()
  const format = useFormat()
  const parts = [
    [list.heldBackCount, words.held],
    [sumOf(list.refused), words.refusedCount],
    [sumOf(list.notEnforceable), words.unusable],
  ] as const
  return (
    <>
      {parts
        .filter(([count]) => count > 0)
        .map(([count, text]) => (
          <div key={text(String(count))}>
            <Link href={hrefOf('/lists', { list: list.id })}>{text(format.count(count))}</Link>
          </div>
        ))}
    </>
  )
}
