/** One case of the machine: how it stands, what became of it, and what may be made of it. */
import { useEffect, useState } from 'preact/hooks'
import { mayDo } from '../../api/session.ts'
import { useAnswer } from '../../api/use-answer.ts'
import { actorText } from '../../kit/actor.ts'
import { Badge } from '../../kit/badge.tsx'
import { useFormat } from '../../kit/format.ts'
import { StateBadge } from '../../kit/machine.tsx'
import { Show } from '../../kit/states.tsx'
import { useWords } from '../../words/words.ts'
import type { CaseDetail, CaseSummary } from './answers.ts'
import { CaseChange } from './case-change.tsx'
import { CaseHistory } from './case-history.tsx'
import { moveWord, MOVES } from './moves.ts'
import { Pair } from './who-card.tsx'

/** Opening a case is recorded like opening the machine: those below the first wait until somebody opens them. */
export function CaseCard({
  summary,
  campaign,
  isOpen,
  latest,
  onChanged,
}: {
  readonly summary: CaseSummary
  /** Its title. */
  readonly campaign: string
  readonly isOpen: boolean
  /** Changes when something has happened. */
  readonly latest: number | null
  readonly onChanged: () => void
}) {
  const words = useWords()
  const [isShown, show] = useState(isOpen)
  const shown = useAnswer<CaseDetail>(isShown ? `/cases/${summary.id}` : null)
  const { refresh } = shown
  useEffect(() => {
    if (latest !== null) refresh()
  }, [latest, refresh])
  const state = shown.data?.state ?? summary.state
  return (
    <article class="card case" aria-label={words.machine.caseNumber(summary.id)}>
      <div class="case-head">
        <h3>{words.machine.caseNumber(summary.id)}</h3>
        <StateBadge state={state} />
        {summary.priority === 'high' && <Badge tone="bad">{words.machines.highPriority}</Badge>}
        <span class="hint">{campaign}</span>
      </div>
      {isShown ? (
        <Show of={shown}>
          {(data) => (
            <CaseBody
              data={data}
              onChanged={() => {
                shown.reload()
                onChanged()
              }}
              onConflict={shown.reload}
            />
          )}
        </Show>
      ) : (
        <div>
          <button type="button" onClick={() => show(true)}>
            {words.machine.showCase}
            <span class="for-ears"> {summary.id}</span>
          </button>
        </div>
      )}
    </article>
  )
}

function CaseBody({
  data,
  onChanged,
  onConflict,
}: {
  readonly data: CaseDetail
  readonly onChanged: () => void
  readonly onConflict: () => void
}) {
  const words = useWords()
  const format = useFormat()
  /** State it is to be given; empty: a note alone; null: no dialog. */
  const [wanted, want] = useState<string | null>(null)
  const { machine: own } = words
  const moves = MOVES[data.state] ?? []
  return (
    <div class="stack">
      <dl class="pairs">
        <Pair label={own.opened} value={format.time(data.openedAt)} />
        <Pair label={own.lastHit} value={`${format.time(data.lastHit)} (${format.ago(data.lastHit)})`} />
        <Pair label={own.hits} value={format.count(data.hits)} />
        <Pair
          label={own.assignee}
          value={data.assignee === null ? own.nobody : actorText(data.assignee, words)}
        />
        <Pair
          label={own.reinfections}
          value={data.reinfections === 0 ? null : format.count(data.reinfections)}
        />
        <Pair label={own.cleanedAt} value={data.cleanedAt === null ? null : format.time(data.cleanedAt)} />
        <Pair
          label={own.falseAlarmUntil}
          value={data.falseAlarmUntil === null ? null : format.day(data.falseAlarmUntil)}
        />
      </dl>
      {mayDo('case.change') && (
        <div class="actions moves">
          {moves.map((to, at) => (
            <button key={to} type="button" class={at === 0 ? 'primary' : undefined} onClick={() => want(to)}>
              {moveWord(words, data.state, to)}
            </button>
          ))}
          <button type="button" onClick={() => want('')}>
            {own.addNote}
          </button>
        </div>
      )}
      <CaseHistory history={data.history} />
      {wanted !== null && (
        <CaseChange
          of={data}
          to={wanted === '' ? null : wanted}
          onDone={onChanged}
          onConflict={onConflict}
          onClose={() => want(null)}
        />
      )}
    </div>
  )
}
