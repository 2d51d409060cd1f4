/** What became of a case, the newest first. */
import { actorText } from '../../kit/actor.ts'
import { useFormat } from '../../kit/format.ts'
import { useWords } from '../../words/words.ts'
import type { CaseDetail } from './answers.ts'
import { whatOf } from './history-words.ts'

export function CaseHistory({ history }: { readonly history: CaseDetail['history'] }) {
  const words = useWords()
  const format = useFormat()
  const { machine: own } = words
  return (
    <div class="stack-tight">
      <h4>{own.history}</h4>
      <ol class="history">
        {history.items.map((change) => (
          <li key={change.id}>
            <time dateTime={change.at} title={format.exactTime(change.at)} class="hint">
              {format.time(change.at)}
            </time>
            <div class="stack-tight">
              <span>
                <strong>{whatOf(change, words)}</strong>
                <span class="hint">
                  {' '}
                  · {change.actor === null ? own.system : actorText(change.actor, words)}
                </span>
                {change.indicator !== null && (
                  <>
                    {' '}
                    <code>{change.indicator}</code>
                  </>
                )}
              </span>
              {change.note !== '' && <p class="note">{change.note}</p>}
              {change.assignee !== null && (
                <span class="hint">
                  {change.assignee === ''
                    ? own.did.unassigned
                    : own.did.assigned(actorText(change.assignee, words))}
                </span>
              )}
              {change.until !== null && (
                <span class="hint">
                  {own.falseAlarmUntil} {format.day(change.until)}
                </span>
              )}
            </div>
          </li>
        ))}
      </ol>
      {history.next !== null && <p class="hint">{own.historyMore}</p>}
    </div>
  )
}
