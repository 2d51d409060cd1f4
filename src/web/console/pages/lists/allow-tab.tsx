/** Names that are let through by hand, pauses of blocking, and what has ended of both. */
import { useState } from 'preact/hooks'
import type { Static } from 'typebox'
import type { Overrides } from '../../../../admin/routes/allow.ts'
import { mayDo } from '../../api/session.ts'
import { useAnswer } from '../../api/use-answer.ts'
import { actorText } from '../../kit/actor.ts'
import { useFormat } from '../../kit/format.ts'
import { Link } from '../../kit/link.tsx'
import { hrefOf } from '../../kit/router.ts'
import { Empty, Show } from '../../kit/states.tsx'
import { Table, type Column } from '../../kit/table.tsx'
import { useWords } from '../../words/words.ts'
import { AllowDialog, TakeBackDialog } from './allow-dialogs.tsx'
import { EndedPart } from './ended-part.tsx'
import { AllowFiles } from './allow-files.tsx'
import { PausePart } from './pause-part.tsx'

const LOOK_AGAIN_MS = 10_000

type All = Static<typeof Overrides>
type Allowed = All['items'][number]

export function AllowTab() {
  const answer = useAnswer<All>('/allow', { everyMs: LOOK_AGAIN_MS })
  return (
    <Show of={answer}>
      {(data) => (
        <div class="sections">
          <PausePart of={data} onChange={answer.reload} />
          <AllowPart items={data.items} onChange={answer.reload} />
          <AllowFiles files={data.files} />
          <EndedPart ended={data.ended} />
        </div>
      )}
    </Show>
  )
}

function AllowPart({
  items,
  onChange,
}: {
  readonly items: readonly Allowed[]
  readonly onChange: () => void
}) {
  const words = useWords()
  const format = useFormat()
  const [isAdding, add] = useState(false)
  const [taken, takeBack] = useState<string | null>(null)
  const { columns: titles } = words.allow
  const columns: Column<Allowed>[] = [
    {
      title: titles.name,
      cell: ({ name }) => (
        <Link href={hrefOf('/lookup', { name })}>
          <code>{name}</code>
        </Link>
      ),
    },
    { title: titles.reason, cell: ({ reason }) => reason },
    {
      title: titles.by,
      cell: ({ actor, createdAt }) => (
        <>
          {actorText(actor, words)} <div class="hint">{format.time(createdAt)}</div>
        </>
      ),
    },
    {
      title: titles.until,
      cell: ({ until }) =>
        until === null ? (
          words.allow.noEnd
        ) : (
          <>
            {format.time(until)} <div class="hint">{format.ago(until)}</div>
          </>
        ),
    },
  ]
  const mayChange = mayDo('list.allow')
  if (mayChange)
    columns.push({
      title: titles.actions,
      cell: ({ name }) => (
        <button type="button" onClick={() => takeBack(name)}>
          {words.allow.takeBack}
        </button>
      ),
    })
  return (
    <section class="card" aria-labelledby="allow-title">
      <div class="page-head">
        <h2 id="allow-title">{words.allow.title}</h2>
        {mayChange && (
          <button type="button" class="primary" onClick={() => add(true)}>
            {words.allow.add}
          </button>
        )}
      </div>
      <p class="hint">{words.allow.hint}</p>
      {items.length === 0 ? (
        <Empty title={words.allow.none}>{words.allow.noneHint}</Empty>
      ) : (
        <Table caption={words.allow.caption} columns={columns} rows={items} keyOf={({ name }) => name} />
      )}
      {isAdding && <AllowDialog name="" then={onChange} onClose={() => add(false)} />}
      {taken !== null && <TakeBackDialog name={taken} then={onChange} onClose={() => takeBack(null)} />}
    </section>
  )
}
