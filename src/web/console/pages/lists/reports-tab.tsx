/** What people say is blocked wrongly: each with what is answered now and why, to be decided. */
import { useState } from 'preact/hooks'
import type { Static } from 'typebox'
import type { BlockReportItem } from '../../../../admin/block-report-schema.ts'
import { mayDo } from '../../api/session.ts'
import { useAnswer } from '../../api/use-answer.ts'
import { Field } from '../../kit/dialog.tsx'
import { useFormat } from '../../kit/format.ts'
import { changeQuery, usePlace } from '../../kit/router.ts'
import { Empty, Show } from '../../kit/states.tsx'
import { Pager } from '../../kit/table.tsx'
import { useWords } from '../../words/words.ts'
import { ReportCard } from './report-card.tsx'

const LOOK_AGAIN_MS = 15_000
const OPEN = 'open'
const ANY = 'any'

interface Reports {
  readonly items: readonly Static<typeof BlockReportItem>[]
  readonly next: string | null
  readonly open: number | null
}

export function ReportsTab() {
  const { reports: words } = useWords()
  const format = useFormat()
  const { query } = usePlace()
  const [isRevealed, reveal] = useState(false)
  const state = query.get('state') ?? OPEN
  const answer = useAnswer<Reports>('/reports', {
    query: { state: state === ANY ? null : state, cursor: query.get('cursor'), reveal: isRevealed },
    // Each look at addresses is recorded: none is taken that nobody asked for.
    ...(isRevealed ? {} : { everyMs: LOOK_AGAIN_MS }),
  })
  return (
    <div class="sections">
      <div class="page-head">
        <p class="hint">
          {words.hint} {answer.data?.open != null && words.openCount(format.count(answer.data.open))}
        </p>
        <div class="filters">
          {mayDo('client.reveal') && !isRevealed && (answer.data?.items.length ?? 0) > 0 && (
            <button type="button" onClick={() => reveal(true)}>
              {words.reveal}
            </button>
          )}
          <Field label={words.state}>
            <select
              value={state}
              onChange={({ currentTarget: { value } }) =>
                changeQuery({ state: value === OPEN ? null : value })
              }
            >
              {Object.entries(words.states).map(([id, name]) => (
                <option key={id} value={id}>
                  {name}
                </option>
              ))}
              <option value={ANY}>{words.any}</option>
            </select>
          </Field>
        </div>
      </div>
      <Show of={answer}>
        {({ items, next }) => (
          <div class="sections">
            {items.length === 0 && (
              <section class="card">
                <Empty title={state === OPEN ? words.none : words.noneOf}>{words.noneHint}</Empty>
              </section>
            )}
            {items.map((report) => (
              <ReportCard key={report.id} of={report} onChange={answer.reload} />
            ))}
            <Pager next={next} />
          </div>
        )}
      </Show>
    </div>
  )
}
