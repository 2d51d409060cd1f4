/** What was deleted for its age, by which rule. */
import type { Static } from 'typebox'
import type { Deletions } from '../../../../admin/routes/keeping.ts'
import { useAnswer } from '../../api/use-answer.ts'
import { useFormat } from '../../kit/format.ts'
import { usePlace } from '../../kit/router.ts'
import { Empty, Show } from '../../kit/states.tsx'
import { Pager, Table } from '../../kit/table.tsx'
import { wordFor } from '../../kit/word.ts'
import { useWords } from '../../words/words.ts'

type Page = Static<typeof Deletions>
type Deletion = Page['items'][number]

export function DeletionsTab() {
  const { journal } = useWords()
  const format = useFormat()
  const { query } = usePlace()
  const deletions = useAnswer<Page>('/deletions', { query: { cursor: query.get('cursor'), limit: 100 } })
  return (
    <section class="card">
      <p class="hint">{journal.deletionsHint}</p>
      <Show of={deletions}>
        {({ items, next }) =>
          items.length === 0 ? (
            <Empty title={journal.noDeletions} />
          ) : (
            <>
              <Table<Deletion>
                caption={journal.tabs.deletions}
                rows={items}
                keyOf={({ id }) => id}
                columns={[
                  { title: journal.time, cell: ({ to }) => format.time(to) },
                  { title: journal.what, cell: ({ what }) => wordFor(journal.deleted, what) },
                  { title: journal.amount, isNumber: true, cell: ({ amount }) => format.count(amount) },
                  { title: journal.olderThan, cell: ({ olderThan }) => format.day(olderThan) },
                  { title: journal.rule, cell: ({ rule }) => <code>{rule}</code> },
                ]}
              />
              <Pager next={next} />
            </>
          )
        }
      </Show>
    </section>
  )
}
