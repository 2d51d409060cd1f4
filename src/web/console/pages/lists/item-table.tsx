/** Items of an import: value, place in the document, what holds it, how it stands, what was decided. */
import { mayDo } from '../../api/session.ts'
import { actorText } from '../../kit/actor.ts'
import { Badge, type Tone } from '../../kit/badge.tsx'
import { useFormat } from '../../kit/format.ts'
import { Link } from '../../kit/link.tsx'
import { hrefOf } from '../../kit/router.ts'
import { Table, type Column } from '../../kit/table.tsx'
import { wordFor } from '../../kit/word.ts'
import { useWords } from '../../words/words.ts'
import type { BulkAction } from './item-filter.ts'
import type { Item } from './item.ts'
import { placeText } from './place-text.ts'

const DECISION_TONES = { accept: 'plain', hold: 'notice', refuse: 'plain' } as const
const STATE_TONES = { open: 'plain', approved: 'bad', rejected: 'plain', withdrawn: 'plain' } as const
const STANDING_TONES: Readonly<Record<Item['standing'], Tone>> = {
  new: 'plain',
  known: 'plain',
  conflict: 'notice',
  none: 'plain',
}

export function ItemTable({
  items,
  onDecide,
}: {
  readonly items: readonly Item[]
  readonly onDecide: (action: BulkAction, item: Item) => void
}) {
  const { imports: words } = useWords()
  const { itemColumns: titles } = words
  const columns: Column<Item>[] = [
    { title: titles.number, cell: ({ number }) => number, isNumber: true },
    { title: titles.value, cell: (item) => <Value item={item} /> },
    { title: titles.why, cell: (item) => <Why item={item} /> },
    { title: titles.state, cell: (item) => <State item={item} /> },
  ]
  if (mayDo('list.change'))
    columns.push({ title: titles.actions, cell: (item) => <Actions item={item} onDecide={onDecide} /> })
  return <Table caption={words.itemsCaption} columns={columns} rows={items} keyOf={({ number }) => number} />
}

function Value({ item: { value, kind, places, placeCount, written } }: { readonly item: Item }) {
  const words = useWords()
  const format = useFormat()
  const [first] = places
  const more = placeCount > 1 ? `, ${words.imports.morePlaces(format.count(placeCount - 1))}` : ''
  return (
    <div class="item-value">
      <code>{value}</code> <span class="hint">{words.imports.kinds[kind]}</span>
      {first !== undefined && (
        <div class="hint">
          {placeText(first, words)}
          {more}
        </div>
      )}
      {written !== '' && written !== value && <div class="hint">{words.imports.written(written)}</div>}
    </div>
  )
}

function Why({
  item: { decision, reasons, standing, knownBy, allowedBy, sharedBy },
}: {
  readonly item: Item
}) {
  const { imports: words, reasons: sentences } = useWords()
  return (
    <div class="item-why">
      <span class="badges">
        <Badge tone={DECISION_TONES[decision]}>{words.decisions[decision]}</Badge>
        {standing !== 'none' && <Badge tone={STANDING_TONES[standing]}>{words.standings[standing]}</Badge>}
      </span>
      {reasons.map((code) => (
        <div key={code}>{wordFor(sentences, code)}</div>
      ))}
      {sharedBy !== null && <div class="hint">{words.sharedBy(rangeText(sharedBy))}</div>}
      {knownBy.length > 0 && <div class="hint">{words.knownBy(knownBy.join(', '))}</div>}
      {allowedBy !== null && (
        <div class="hint">{words.allowedBy(allowedBy === 'overrides' ? words.byHand : allowedBy)}</div>
      )}
    </div>
  )
}

/** `4-6`, or the one number it is. */
function rangeText({ least, most }: { readonly least: number; readonly most: number }): string {
  return least === most ? String(most) : `${least}-${most}`
}

function State({ item: { value, state, enforced, accepted, approval, ending } }: { readonly item: Item }) {
  const words = useWords()
  const format = useFormat()
  const decided = ending ?? approval
  return (
    <div class="item-state">
      <Badge tone={STATE_TONES[state]}>{words.imports.itemStates[state]}</Badge>
      {enforced !== null && (
        <div>
          <Link href={hrefOf('/lookup', { name: enforced.indicator })}>
            {enforced.indicator === value ? words.pages.lookup : words.imports.enforcedAs(enforced.indicator)}
          </Link>
          <div class="hint">{words.lists.scopes[enforced.scope]}</div>
        </div>
      )}
      {accepted.map((guard) => (
        <div key={guard} class="hint">
          {words.imports.passes}: {wordFor(words.reasons, guard)}
        </div>
      ))}
      {decided !== null && (
        <div class="hint">
          {words.imports.byAt(actorText(decided.by, words), format.time(decided.at))}
          <div>{decided.reason}</div>
        </div>
      )}
    </div>
  )
}

function Actions({
  item,
  onDecide,
}: {
  readonly item: Item
  readonly onDecide: (action: BulkAction, item: Item) => void
}) {
  const { imports: words } = useWords()
  const button = (action: BulkAction, text: string) => (
    <button type="button" aria-label={`${text}: ${item.value}`} onClick={() => onDecide(action, item)}>
      {text}
    </button>
  )
  if (item.state === 'approved') return <div class="row-actions">{button('withdraw', words.withdraw)}</div>
  return (
    <div class="row-actions">
      {item.choices.length > 0
        ? button('approve', item.state === 'open' ? words.approve : words.approveAgain)
        : item.state === 'open' && <span class="hint">{words.notForDns}</span>}
      {item.state === 'open' && item.decision !== 'refuse' && button('reject', words.reject)}
    </div>
  )
}
