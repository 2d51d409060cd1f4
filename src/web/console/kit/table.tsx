/** A table that stays readable on a phone, and the way from page to page of a list that is paged by cursors. */
import type { ComponentChildren } from 'preact'
import { useWords } from '../words/words.ts'
import { changeQuery, usePlace } from './router.ts'

export interface Column<T> {
  readonly title: string
  readonly cell: (row: T) => ComponentChildren
  /** Right-aligned, with digits of one width. */
  readonly isNumber?: boolean
  /** Value of the query's `sort` that this column's heading chooses. */
  readonly sort?: string
}

/** `caption` says what is in it to those who hear it; each row needs a key of its own. */
export function Table<T>({
  caption,
  columns,
  rows,
  keyOf,
}: {
  readonly caption: string
  readonly columns: readonly Column<T>[]
  readonly rows: readonly T[]
  readonly keyOf: (row: T) => string | number
}) {
  return (
    <div class="table-frame">
      <table>
        <caption class="for-ears">{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <Heading key={column.title} {...column} />
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)}>
              {columns.map(({ title, cell, isNumber }) => (
                <td key={title} data-title={title} class={isNumber === true ? 'number' : undefined}>
                  {/* On a phone heading and content stand side by side: the content is one box. */}
                  <div>{cell(row)}</div>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Heading<T>({ title, isNumber, sort }: Column<T>) {
  const { query } = usePlace()
  const className = isNumber === true ? 'number' : undefined
  if (sort === undefined)
    return (
      <th scope="col" class={className}>
        {title}
      </th>
    )
  const isChosen = query.get('sort') === sort
  const isReversed = isChosen && query.get('reverse') === 'true'
  return (
    <th
      scope="col"
      class={className}
      aria-sort={isChosen ? (isReversed ? 'ascending' : 'descending') : 'none'}
    >
      <button
        type="button"
        class="sort"
        onClick={() => changeQuery({ sort, reverse: isChosen && !isReversed ? 'true' : null })}
      >
        {title} <span aria-hidden="true">{isChosen ? (isReversed ? '▲' : '▼') : '↕'}</span>
      </button>
    </th>
  )
}

/** Back and on. The cursors of the pages before are the browser's own history; the first page is always one step away. */
export function Pager({ next }: { readonly next: string | null }) {
  const { kit } = useWords()
  const { query } = usePlace()
  const isFirst = query.get('cursor') === null
  if (isFirst && next === null) return null
  return (
    <nav class="pager" aria-label={kit.pages}>
      <button type="button" disabled={isFirst} onClick={() => changeQuery({ cursor: null })}>
        {kit.firstPage}
      </button>
      <button type="button" disabled={isFirst} onClick={() => window.history.back()}>
        {kit.previousPage}
      </button>
      <button type="button" disabled={next === null} onClick={() => changeQuery({ cursor: next })}>
        {kit.nextPage}
      </button>
    </nav>
  )
}
