/** The audit trail: who did what, and whether anybody has changed what stands there. */
import type { Static } from 'typebox'
import type { AuditPage } from '../../../../admin/routes/audit.ts'
import { mayDo } from '../../api/session.ts'
import { useAnswer } from '../../api/use-answer.ts'
import { actorText } from '../../kit/actor.ts'
import { endOfDay, startOfDay } from '../../kit/days.ts'
import { Field } from '../../kit/dialog.tsx'
import { useFormat } from '../../kit/format.ts'
import { changeQuery, usePlace } from '../../kit/router.ts'
import { Empty, Show } from '../../kit/states.tsx'
import { Pager, Table } from '../../kit/table.tsx'
import { wordFor } from '../../kit/word.ts'
import { useWords } from '../../words/words.ts'
import { TrailCheck } from './trail-check.tsx'

type Page = Static<typeof AuditPage>
type Entry = Page['items'][number]

export function AuditTab() {
  const { journal } = useWords()
  const { query } = usePlace()
  const of = (name: string): string | null => query.get(name)
  const since = of('since')
  const until = of('until')
  const entries = useAnswer<Page>('/audit', {
    query: {
      actor: of('actor'),
      action: of('action'),
      since: since === null ? null : startOfDay(since),
      until: until === null ? null : endOfDay(until),
      cursor: of('cursor'),
      limit: 100,
    },
  })
  return (
    <div class="stack">
      {mayDo('audit.verify') && <TrailCheck />}
      <section class="card" aria-labelledby="entries">
        <h2 id="entries">{journal.entries}</h2>
        <Filters />
        <Show of={entries}>
          {({ items, next }) => (
            <>
              {items.length === 0 ? <Empty title={journal.noEntries} /> : <Entries entries={items} />}
              <Pager next={next} />
            </>
          )}
        </Show>
      </section>
    </div>
  )
}

function Filters() {
  const { journal } = useWords()
  const { query } = usePlace()
  const change = (name: string) => (event: { readonly currentTarget: { readonly value: string } }) =>
    changeQuery({ [name]: event.currentTarget.value.trim() })
  return (
    <div class="filters">
      <Field label={journal.actor}>
        <input
          defaultValue={query.get('actor') ?? ''}
          maxLength={300}
          placeholder={journal.actorHint}
          onChange={change('actor')}
        />
      </Field>
      <Field label={journal.action}>
        <select value={query.get('action') ?? ''} onChange={change('action')}>
          <option value="">{journal.anyAction}</option>
          {Object.entries(journal.kinds).map(([id, name]) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
          {Object.entries(journal.actions).map(([id, name]) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      </Field>
      <Field label={journal.since}>
        <input type="date" value={query.get('since') ?? ''} onChange={change('since')} />
      </Field>
      <Field label={journal.until}>
        <input type="date" value={query.get('until') ?? ''} onChange={change('until')} />
      </Field>
    </div>
  )
}

function Entries({ entries }: { readonly entries: readonly Entry[] }) {
  const words = useWords()
  const { journal } = words
  const format = useFormat()
  return (
    <Table<Entry>
      caption={journal.tabs.audit}
      rows={entries}
      keyOf={({ seq }) => seq}
      columns={[
        { title: journal.number, isNumber: true, cell: ({ seq }) => seq },
        { title: journal.time, cell: ({ at }) => format.exactTime(at) },
        {
          title: journal.who,
          cell: ({ actor, source }) => (
            <>
              {actorText(actor, words)}
              {source !== 'socket' && <div class="hint">{source}</div>}
            </>
          ),
        },
        { title: journal.what, cell: ({ action }) => wordFor(journal.actions, action) },
        {
          title: journal.target,
          cell: (entry) => (
            <>
              {entry.target !== '' && <code>{entry.target}</code>}
              {entry.reason !== '' && <div>{journal.reason(entry.reason)}</div>}
              <Details entry={entry} />
            </>
          ),
        },
      ]}
    />
  )
}

function Details({ entry: { action, role, details, hash } }: { readonly entry: Entry }) {
  const { journal, account } = useWords()
  return (
    <details>
      <summary>{journal.details}</summary>
      <dl class="pairs">
        <dt>{journal.actionName}</dt>
        <dd>
          <code>{action}</code>
        </dd>
        {role !== '' && (
          <>
            <dt>{account.role}</dt>
            <dd>{wordFor(account.roles, role)}</dd>
          </>
        )}
        {details !== '' && details !== '{}' && (
          <>
            <dt>{journal.data}</dt>
            <dd>
              <code>{details}</code>
            </dd>
          </>
        )}
        <dt>{journal.hash}</dt>
        <dd>
          <code>{hash}</code>
        </dd>
      </dl>
    </details>
  )
}
