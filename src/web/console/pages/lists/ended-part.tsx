/** Allow entries and pauses that have ended, and who ended them. */
import { useState } from 'preact/hooks'
import type { Static } from 'typebox'
import type { Overrides } from '../../../../admin/routes/allow.ts'
import { actorText } from '../../kit/actor.ts'
import { useFormat } from '../../kit/format.ts'
import { Table, type Column } from '../../kit/table.tsx'
import { useWords } from '../../words/words.ts'
import { whomText } from './pause-part.tsx'

const SHOWN_FIRST = 20

type Ended = Static<typeof Overrides>['ended'][number]

export function EndedPart({ ended }: { readonly ended: readonly Ended[] }) {
  const words = useWords()
  const format = useFormat()
  const [shown, show] = useState(SHOWN_FIRST)
  if (ended.length === 0) return null
  const { historyColumns: titles } = words.allow
  const columns: Column<Ended>[] = [
    {
      title: titles.what,
      cell: ({ kind, name }) =>
        kind === 'allow' ? words.allow.whatAllow(name) : words.allow.whatPause(whomText(name, words)),
    },
    { title: titles.reason, cell: ({ reason }) => reason },
    { title: titles.by, cell: ({ actor }) => actorText(actor, words) },
    { title: titles.from, cell: ({ createdAt }) => format.time(createdAt) },
    {
      title: titles.ended,
      cell: ({ endedAt, endedBy }) => words.allow.endedBy(format.time(endedAt), actorText(endedBy, words)),
    },
  ]
  return (
    <section class="card" aria-labelledby="ended-title">
      <h2 id="ended-title">{words.allow.history}</h2>
      <Table
        caption={words.allow.historyCaption}
        columns={columns}
        rows={ended.slice(0, shown)}
        keyOf={({ kind, name, createdAt, endedAt }) => `${kind} ${name} ${createdAt} ${endedAt}`}
      />
      {shown < ended.length && (
        <button type="button" onClick={() => show(shown + SHOWN_FIRST)}>
          {words.allow.showMore}
        </button>
      )}
    </section>
  )
}
