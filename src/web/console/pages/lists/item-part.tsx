/** The items of an import: filtered by what stands in the address, a page at a time, decided one by one or together. */
import { useState } from 'preact/hooks'
import { mayDo } from '../../api/session.ts'
import { useAnswer } from '../../api/use-answer.ts'
import { usePlace } from '../../kit/router.ts'
import { Empty, Show } from '../../kit/states.tsx'
import { Pager } from '../../kit/table.tsx'
import { useWords } from '../../words/words.ts'
import { BulkButtons } from './bulk.tsx'
import { DecideDialog, type Deciding } from './decide-dialog.tsx'
import type { OneImport } from './import-page.tsx'
import { readFilter } from './item-filter.ts'
import type { Item } from './item.ts'
import { ItemFilters } from './item-filters.tsx'
import { ItemTable } from './item-table.tsx'

const PAGE = 50

export function ItemPart({ of, onChange }: { readonly of: OneImport; readonly onChange: () => void }) {
  const { imports: words } = useWords()
  const { query } = usePlace()
  const filter = readFilter(query)
  const [deciding, decide] = useState<Deciding | null>(null)
  const items = useAnswer<{ readonly items: readonly Item[]; readonly next: string | null }>(
    `/imports/${of.id}/items`,
    { query: { ...filter, limit: PAGE, cursor: query.get('cursor') } },
  )
  const changed = (): void => {
    items.reload()
    onChange()
  }
  return (
    <section class="card" aria-labelledby="items-title">
      <h2 id="items-title">{words.itemsTitle}</h2>
      <ItemFilters reasons={of.reasons} filter={filter} />
      {mayDo('list.change') && <BulkButtons of={of} filter={filter} onDone={changed} />}
      <Show of={items}>
        {({ items: rows, next }) => (
          <div class="sections">
            {rows.length === 0 ? (
              <Empty title={words.noItems} />
            ) : (
              <ItemTable items={rows} onDecide={(action, item) => decide({ action, item })} />
            )}
            <Pager next={next} />
          </div>
        )}
      </Show>
      {deciding !== null && (
        <DecideDialog of={of} deciding={deciding} onDone={changed} onClose={() => decide(null)} />
      )}
    </section>
  )
}
