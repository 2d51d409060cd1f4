/** The form above the list. It changes the address; that decides what is shown. */
import type { ComponentChildren } from 'preact'
import { useEffect, useMemo, useState } from 'preact/hooks'
import { mayDo } from '../../api/session.ts'
import { useAnswer } from '../../api/use-answer.ts'
import { useCampaigns } from '../../kit/campaigns.ts'
import { Field, typed } from '../../kit/dialog.tsx'
import { changeQuery, usePlace, type Query } from '../../kit/router.ts'
import type { UnitNames } from '../../kit/units.ts'
import { useWords } from '../../words/words.ts'
import { FILTERS, filtersOf, RARE_FILTERS, type Filter } from './machine-query.ts'

type ListPage = { readonly items: readonly { readonly id: string; readonly kind: string }[] }

/** In one line in the closed list of choices. */
const INDENT = '\u2003'

export function MachineFilters({ units }: { readonly units: UnitNames }) {
  const { machines } = useWords()
  const { query } = usePlace()
  const now = filtersOf(query)
  // What is being typed is no filter yet, and must outlive whatever is drawn meanwhile.
  const [draft, setDraft] = useState(now.q)
  useEffect(() => setDraft(now.q), [now.q])
  const unitOptions = useMemo(
    () =>
      units.choices.map(({ id, name, depth }) => (
        <option key={id} value={id}>
          {INDENT.repeat(depth)}
          {name}
        </option>
      )),
    [units.choices],
  )
  const isRareUsed = RARE_FILTERS.some((name) => now[name] !== '')
  const campaigns = useCampaigns()
  const lists = useAnswer<ListPage>(mayDo('list.read') ? '/lists' : null).data?.items ?? []
  const apply = (form: HTMLFormElement): void => {
    const values = new FormData(form)
    const wanted: Query = Object.fromEntries(FILTERS.map((name) => [name, typed(values, name).trim()]))
    changeQuery(wanted)
  }
  const select = (name: Filter, label: string, none: string, options: ComponentChildren) => (
    <Field label={label}>
      <select name={name} value={now[name]} onChange={(event) => apply(event.currentTarget.form!)}>
        <option value="">{none}</option>
        {options}
      </select>
    </Field>
  )
  const day = (name: Filter, label: string) => (
    <Field label={label}>
      <input
        type="date"
        name={name}
        value={now[name]}
        onChange={(event) => apply(event.currentTarget.form!)}
      />
    </Field>
  )
  const worded = (words: Readonly<Record<string, string>>) =>
    Object.entries(words).map(([id, word]) => (
      <option key={id} value={id}>
        {word}
      </option>
    ))
  return (
    <form
      class="card machine-filters"
      role="search"
      aria-label={machines.filters}
      onSubmit={(event) => {
        event.preventDefault()
        apply(event.currentTarget)
      }}
    >
      <div class="filters">
        <Field label={machines.search}>
          <input
            type="search"
            name="q"
            value={draft}
            onInput={(event) => setDraft(event.currentTarget.value)}
            maxLength={253}
            disabled={!mayDo('client.reveal')}
            title={machines.searchHint}
            placeholder={machines.searchExample}
          />
        </Field>
        {select(
          'unit',
          machines.unit,
          machines.anyUnit,
          <>
            {now.unit !== '' && !units.choices.some(({ id }) => id === now.unit) && (
              <option value={now.unit}>{now.unit}</option>
            )}
            {unitOptions}
          </>,
        )}
        {select('status', machines.state, machines.anyState, worded(machines.states))}
        <div class="actions">
          <button type="submit" class="primary">
            {machines.apply}
          </button>
          {Object.values(now).some((value) => value !== '') && (
            <button
              type="button"
              class="quiet"
              onClick={() => changeQuery(Object.fromEntries(FILTERS.map((name) => [name, null])))}
            >
              {machines.clear}
            </button>
          )}
        </div>
      </div>
      <details open={isRareUsed}>
        <summary>{machines.moreFilters}</summary>
        <div class="filters">
          {select(
            'campaign',
            machines.campaign,
            machines.all,
            campaigns.choices.map(({ id, title }) => (
              <option key={id} value={id}>
                {title}
              </option>
            )),
          )}
          {lists.length > 0 &&
            select(
              'list',
              machines.list,
              machines.all,
              lists
                .filter(({ kind }) => kind === 'list')
                .map(({ id }) => (
                  <option key={id} value={id}>
                    {id}
                  </option>
                )),
            )}
          {select('priority', machines.priority, machines.all, worded(machines.priorities))}
          {select('kind', machines.kind, machines.all, worded(machines.kinds))}
          {select('isConfirmed', machines.contact, machines.all, worded(machines.contacts))}
          {day('since', machines.since)}
          {day('until', machines.until)}
          {day('firstSince', machines.firstSince)}
        </div>
      </details>
    </form>
  )
}
