/** Deciding about many items of an import: those of the filter, or all. What is held is never approved so. */
import { useState } from 'preact/hooks'
import { FormDialog, typed } from '../../kit/dialog.tsx'
import { useFormat } from '../../kit/format.ts'
import { useWords } from '../../words/words.ts'
import { decide } from './decide-dialog.tsx'
import { filterText } from './filter-text.ts'
import type { OneImport } from './import-page.tsx'
import { bulkActions, bulkTarget, type BulkAction, type Filter } from './item-filter.ts'
import { ReasonField } from './reason-field.tsx'

interface Props {
  readonly of: OneImport
  readonly filter: Filter
  readonly onDone: () => void
}

export function BulkButtons({ of, filter, onDone }: Props) {
  const { imports: words } = useWords()
  const format = useFormat()
  const [action, ask] = useState<BulkAction | null>(null)
  const { states, unguarded } = of
  const isAll = 'all' in bulkTarget(filter)
  const counts = { approve: unguarded, reject: states['open'] ?? 0, withdraw: states['approved'] ?? 0 }
  const titles = {
    approve: isAll ? words.approveAll(format.count(unguarded)) : words.approveFiltered,
    reject: isAll ? words.rejectAll : words.rejectFiltered,
    withdraw: isAll ? words.withdrawAll : words.withdrawFiltered,
  }
  const offered = bulkActions(filter).filter((one) => counts[one] > 0)
  return (
    <div class="bulk" role="group" aria-label={words.many}>
      {offered.map((one) => (
        <button
          key={one}
          type="button"
          class={one === 'approve' ? 'primary' : undefined}
          onClick={() => ask(one)}
        >
          {titles[one]}…
        </button>
      ))}
      {of.held > 0 && <span class="hint">{words.manyHint}</span>}
      {action !== null && (
        <BulkDialog of={of} filter={filter} action={action} onDone={onDone} onClose={() => ask(null)} />
      )}
    </div>
  )
}

function BulkDialog({
  of,
  filter,
  action,
  onDone,
  onClose,
}: Props & { readonly action: BulkAction; readonly onClose: () => void }) {
  const words = useWords()
  const format = useFormat()
  const { imports } = words
  const target = bulkTarget(filter)
  const texts = {
    approve: [
      imports.approveAllTitle,
      imports.approveAllHint(format.count(of.unguarded)),
      imports.approveFilteredHint,
    ],
    reject: [imports.rejectAllTitle, imports.rejectAllHint, imports.rejectFilteredHint],
    withdraw: [imports.withdrawAllTitle, imports.withdrawAllHint, imports.withdrawFilteredHint],
  } as const
  const [title, all, filtered] = texts[action]
  return (
    <FormDialog
      title={title}
      action={imports[action]}
      isDanger={action === 'withdraw'}
      onClose={onClose}
      onDo={async (values) => {
        await decide(of.id, { action, ...target, reason: typed(values, 'reason') }, words)
        onDone()
      }}
    >
      <p>{'all' in target ? all : filtered}</p>
      {'filter' in target && (
        <p>
          <strong>{imports.activeFilter}:</strong> {filterText(target.filter, words)}
        </p>
      )}
      <ReasonField
        hint={imports.reasonHint}
        value={action === 'approve' ? imports.defaultReason(of.document) : ''}
      />
    </FormDialog>
  )
}
