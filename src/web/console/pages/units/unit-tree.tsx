/** The tree of units as a table that opens and closes, by mouse and by arrow keys. */
import { useRef, useState } from 'preact/hooks'
import { Badge } from '../../kit/badge.tsx'
import { Field } from '../../kit/dialog.tsx'
import { useFormat } from '../../kit/format.ts'
import { Link } from '../../kit/link.tsx'
import { changeQuery, go, hrefOf, usePlace } from '../../kit/router.ts'
import { csvOf, saveText } from '../../kit/save.ts'
import { Empty, Show } from '../../kit/states.tsx'
import { useWords } from '../../words/words.ts'
import { firstClosed, keyStep, treeRows, type TreeRow } from './tree.ts'
import { useAllUnits, type AllUnits, type UnitRow } from './use-all-units.ts'

/** Drawn at once: more takes browsers too long, and nobody reads it. */
const MOST_ROWS = 500

export function UnitTree() {
  const all = useAllUnits()
  return <Show of={all}>{(data) => <Tree {...data} />}</Show>
}

function Tree({ units, outside, at }: AllUnits) {
  const { units: words } = useWords()
  const format = useFormat()
  const { query } = usePlace()
  const q = query.get('q') ?? ''
  const [closed, setClosed] = useState(() => firstClosed(units))
  if (units.length === 0)
    return (
      <Empty title={words.none}>
        <p>{words.noneHint}</p>
      </Empty>
    )
  const all = treeRows(units, closed, q)
  const rows = all.slice(0, MOST_ROWS)
  const inner = units.filter(({ children }) => children > 0).map(({ id }) => id)
  return (
    <section class="card">
      <div class="filters">
        <Field label={words.search}>
          <input
            type="search"
            value={q}
            maxLength={100}
            onInput={(event) => changeQuery({ q: event.currentTarget.value }, true)}
          />
        </Field>
        <button type="button" disabled={q !== ''} onClick={() => setClosed(new Set())}>
          {words.openAll}
        </button>
        <button type="button" disabled={q !== ''} onClick={() => setClosed(new Set(inner))}>
          {words.closeAll}
        </button>
        <button
          type="button"
          onClick={() => saveText(`don-vi-${at.slice(0, 10)}.csv`, 'text/csv', figuresCsv(units, words.csv))}
        >
          {words.saveCsv}
        </button>
      </div>
      {rows.length === 0 ? (
        <Empty title={words.noMatch} />
      ) : (
        <Rows
          rows={rows}
          onToggle={(id) =>
            setClosed((before) => {
              const next = new Set(before)
              if (!next.delete(id)) next.add(id)
              return next
            })
          }
        />
      )}
      {all.length > rows.length && <p role="status">{words.more(format.count(all.length - rows.length))}</p>}
      {outside !== null && outside.machines > 0 && (
        <p>
          {words.outside(format.count(outside.machines))} <span class="hint">{words.outsideHint}</span>
        </p>
      )}
      <p class="hint">{words.asOf(format.exactTime(at))}</p>
    </section>
  )
}

function Rows({
  rows,
  onToggle,
}: {
  readonly rows: readonly TreeRow<UnitRow>[]
  readonly onToggle: (id: string) => void
}) {
  const { units: words } = useWords()
  const body = useRef<HTMLTableSectionElement>(null)
  const [current, setCurrent] = useState<string | null>(null)
  // One row can be reached by Tab; the arrow keys go on from there.
  const reached = Math.max(
    0,
    rows.findIndex(({ unit }) => unit.id === current),
  )
  const onKey = (event: KeyboardEvent, at: number): void => {
    if (event.target !== event.currentTarget) return
    const unit = rows[at]!.unit
    if (event.key === 'Enter') return go(hrefOf(`/units/${encodeURIComponent(unit.id)}`))
    const step = keyStep(rows, at, event.key)
    if (step === null) return
    event.preventDefault()
    if ('toggle' in step) return onToggle(step.toggle)
    setCurrent(rows[step.focus]!.unit.id)
    ;(body.current?.rows[step.focus] as HTMLElement | undefined)?.focus()
  }
  return (
    <div class="table-frame">
      <table role="treegrid" class="unit-tree">
        <caption class="for-ears">{words.caption}</caption>
        <thead>
          <tr>
            <th scope="col">{words.unit}</th>
            {NUMBERS.map(({ title }) => (
              <th key={title} scope="col" class="number">
                {words[title]}
              </th>
            ))}
            <th scope="col">{words.lastSeen}</th>
          </tr>
        </thead>
        <tbody ref={body}>
          {rows.map((row, at) => (
            <tr
              key={row.unit.id}
              aria-level={row.level}
              aria-expanded={row.hasChildren ? row.isOpen : undefined}
              tabIndex={at === reached ? 0 : -1}
              onFocus={() => setCurrent(row.unit.id)}
              onKeyDown={(event) => onKey(event, at)}
            >
              <Cells row={row} onToggle={onToggle} />
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

const NUMBERS = [
  { title: 'machines', of: ({ figures }: UnitRow) => figures.machines },
  { title: 'newLastDay', of: ({ figures }: UnitRow) => figures.newLastDay },
  { title: 'open', of: ({ figures }: UnitRow) => figures.cases.open },
  { title: 'urgent', of: ({ figures }: UnitRow) => figures.cases.urgent },
  { title: 'reinfections', of: ({ figures }: UnitRow) => figures.cases.reinfections },
] as const

function Cells({
  row: { unit, level, hasChildren, isOpen },
  onToggle,
}: {
  readonly row: TreeRow<UnitRow>
  readonly onToggle: (id: string) => void
}) {
  const { units: words } = useWords()
  const format = useFormat()
  return (
    <>
      <td role="gridcell" data-title={words.unit}>
        <span class="branch" style={{ '--level': String(level - 1) }}>
          {hasChildren ? (
            <button
              type="button"
              class="twig"
              tabIndex={-1}
              aria-label={isOpen ? words.closeUnit(unit.name) : words.openUnit(unit.name)}
              onClick={() => onToggle(unit.id)}
            >
              <span aria-hidden="true">{isOpen ? '▾' : '▸'}</span>
            </button>
          ) : (
            <span class="twig" />
          )}
          <span>
            <Link href={hrefOf(`/units/${encodeURIComponent(unit.id)}`)}>{unit.name}</Link>{' '}
            {unit.priority === 'high' && <Badge tone="bad">{words.listed}</Badge>}
          </span>
        </span>
      </td>
      {NUMBERS.map(({ title, of }) => {
        const value = of(unit)
        return (
          <td
            key={title}
            role="gridcell"
            class={value === 0 ? 'number is-zero' : 'number'}
            data-title={words[title]}
          >
            {format.count(value)}
          </td>
        )
      })}
      <td role="gridcell" data-title={words.lastSeen}>
        {unit.figures.lastSeen === null ? '–' : format.time(unit.figures.lastSeen)}
      </td>
    </>
  )
}

/** Of all units, whatever is shown. */
function figuresCsv(units: readonly UnitRow[], heads: readonly string[]): string {
  const rows = units.map(({ id, name, code, parent, figures }) => [
    id,
    name,
    code,
    parent ?? '',
    figures.machines,
    figures.newLastDay,
    figures.hits,
    figures.cases.open,
    figures.cases.urgent,
    figures.cases.reinfections,
    figures.lastSeen ?? '',
  ])
  return csvOf([heads, ...rows])
}
