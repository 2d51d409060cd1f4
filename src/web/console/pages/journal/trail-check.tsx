/** Whether the audit trail is whole: its end to be kept elsewhere, and a check of every row against one that was. */
import type { Static } from 'typebox'
import { useState } from 'preact/hooks'
import type { AuditReport } from '../../../../admin/routes/audit.ts'
import { send } from '../../api/call.ts'
import { useAnswer } from '../../api/use-answer.ts'
import { Badge } from '../../kit/badge.tsx'
import { CopyButton } from '../../kit/copy.tsx'
import { Field, typed, useSubmit } from '../../kit/dialog.tsx'
import { useFormat } from '../../kit/format.ts'
import { Fault, Show } from '../../kit/states.tsx'
import { wordFor } from '../../kit/word.ts'
import { useWords } from '../../words/words.ts'

type Report = Static<typeof AuditReport>

export function TrailCheck() {
  const { journal, kit } = useWords()
  const end = useAnswer<{ readonly head: string }>('/audit/head')
  const [report, setReport] = useState<Report | null>(null)
  const { problem, isDoing, submit } = useSubmit(async (values) => {
    setReport(null)
    const head = typed(values, 'head').trim()
    setReport(await send<Report>('POST', '/audit/verify', head === '' ? {} : { head }))
    end.refresh()
  })
  return (
    <section class="card" aria-labelledby="check">
      <h2 id="check">{journal.check}</h2>
      <p class="hint">{journal.checkHint}</p>
      <Show of={end}>
        {({ head }) => (
          <div class="head-line">
            <span class="field-label">{journal.head}</span> <code>{head}</code> <CopyButton text={head} />
          </div>
        )}
      </Show>
      <form class="filters" onSubmit={submit}>
        <Field label={journal.keptHead}>
          <input name="head" maxLength={100} size={40} placeholder={journal.keptHeadHint} />
        </Field>
        <button type="submit" class="primary" disabled={isDoing} aria-busy={isDoing}>
          {isDoing ? kit.working : journal.verify}
        </button>
      </form>
      {problem !== null && <Fault problem={problem} />}
      <div role="status">{report !== null && <Result report={report} />}</div>
    </section>
  )
}

function Result({ report: { isSound, broken, rows, prunedThrough, outside } }: { readonly report: Report }) {
  const { journal } = useWords()
  const format = useFormat()
  return (
    <div class="stack">
      <p>
        <Badge tone={isSound ? 'good' : 'bad'}>{isSound ? journal.sound : journal.unsound}</Badge>{' '}
        {journal.rows(format.count(rows))} {prunedThrough > 0 && journal.pruned(format.count(prunedThrough))}
      </p>
      {outside !== 'none' && <p>{wordFor(journal.outside, outside)}</p>}
      {broken !== null && (
        <p class="fault">
          <strong>{journal.brokenAt(format.count(broken.seq))}</strong>
          <span class="detail">{broken.detail}</span>
        </p>
      )}
    </div>
  )
}
