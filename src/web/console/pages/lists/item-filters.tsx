/** What of an import is looked at; each choice is a place to go back to. */
import { Field, typed } from '../../kit/dialog.tsx'
import { useFormat } from '../../kit/format.ts'
import { changeQuery } from '../../kit/router.ts'
import { wordFor } from '../../kit/word.ts'
import { useWords } from '../../words/words.ts'
import { FILTERS, type Filter } from './item-filter.ts'

/** `reasons`: how many items each of them holds. */
export function ItemFilters({
  reasons,
  filter,
}: {
  readonly reasons: Readonly<Record<string, number>>
  readonly filter: Filter
}) {
  const { imports: words, reasons: sentences } = useWords()
  const format = useFormat()
  const counted = Object.fromEntries(
    Object.entries(reasons)
      .toSorted(([, a], [, b]) => b - a)
      .map(([code, count]) => [code, `${wordFor(sentences, code)} (${format.count(count)})`]),
  )
  return (
    <form
      class="filters"
      role="search"
      aria-label={words.filters.label}
      onSubmit={(event) => {
        event.preventDefault()
        changeQuery({ q: typed(new FormData(event.currentTarget), 'q').trim() })
      }}
    >
      <Choice name="state" title={words.filters.state} words={words.itemStates} filter={filter} />
      <Choice name="decision" title={words.filters.decision} words={words.decisions} filter={filter} />
      <Choice name="standing" title={words.filters.standing} words={words.standings} filter={filter} />
      <Choice name="kind" title={words.filters.kind} words={words.kinds} filter={filter} />
      <Choice name="reason" title={words.filters.reason} words={counted} filter={filter} />
      <Field label={words.filters.q}>
        <input
          key={filter.q}
          type="search"
          name="q"
          maxLength={253}
          defaultValue={filter.q ?? ''}
          placeholder={words.filters.qHint}
        />
      </Field>
      <button type="submit">{words.filters.find}</button>
      {Object.keys(filter).length > 0 && (
        <button
          type="button"
          class="quiet"
          onClick={() => changeQuery(Object.fromEntries(FILTERS.map((name) => [name, null])))}
        >
          {words.filters.clear}
        </button>
      )}
    </form>
  )
}

function Choice({
  name,
  title,
  words,
  filter,
}: {
  readonly name: keyof Filter
  readonly title: string
  readonly words: Readonly<Record<string, string>>
  readonly filter: Filter
}) {
  const { imports } = useWords()
  const chosen = filter[name] ?? ''
  return (
    <Field label={title}>
      <select
        name={name}
        value={chosen}
        onChange={(event) => changeQuery({ [name]: event.currentTarget.value })}
      >
        <option value="">{imports.filters.all}</option>
        {Object.entries(words).map(([code, text]) => (
          <option key={code} value={code}>
            {text}
          </option>
        ))}
      </select>
    </Field>
  )
}
