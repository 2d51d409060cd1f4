/** Who decided what about an import, the last one first. */
import type { Static } from 'typebox'
import type { ImportDecision } from '../../../../admin/import-schema.ts'
import { actorText } from '../../kit/actor.ts'
import { useFormat } from '../../kit/format.ts'
import { useWords } from '../../words/words.ts'
import { filterText } from './filter-text.ts'

export function DecisionHistory({ history }: { readonly history: readonly Static<typeof ImportDecision>[] }) {
  const words = useWords()
  const format = useFormat()
  if (history.length === 0) return null
  return (
    <section class="card" aria-labelledby="history-title">
      <h2 id="history-title">{words.imports.history}</h2>
      <ol class="decisions">
        {history.map(({ number, action, item, filter, count, by, at, reason }) => (
          <li key={number}>
            <strong>{words.imports.historyText[action](format.count(count))}</strong>{' '}
            {item === null ? filterText(filter, words) : `(${words.imports.historyItem(String(item))})`}
            <div class="hint">{words.imports.byAt(actorText(by, words), format.exactTime(at))}</div>
            <div>{reason}</div>
          </li>
        ))}
      </ol>
    </section>
  )
}
