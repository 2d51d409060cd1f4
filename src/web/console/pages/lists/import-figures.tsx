/** What an import proposes against what is enforced, in numbers that lead to the items. */
import { Figure, Figures } from '../../kit/figure.tsx'
import { useFormat } from '../../kit/format.ts'
import { hrefOf } from '../../kit/router.ts'
import { useWords } from '../../words/words.ts'
import type { OneImport } from './import-page.tsx'
import type { Filter } from './item-filter.ts'

export function ImportFigures({ of }: { readonly of: OneImport }) {
  const { imports: words } = useWords()
  const format = useFormat()
  const { states, standings, decisions } = of
  const figures: readonly [string, number, Filter][] = [
    [words.proposed, of.unguarded, { decision: 'accept', state: 'open' }],
    [words.held, of.held, { decision: 'hold', state: 'open' }],
    [words.approved, states['approved'] ?? 0, { state: 'approved' }],
    [words.rejected, states['rejected'] ?? 0, { state: 'rejected' }],
    [words.withdrawn, states['withdrawn'] ?? 0, { state: 'withdrawn' }],
    [words.refused, decisions['refuse'] ?? 0, { decision: 'refuse' }],
  ]
  const compared: readonly [string, number, Filter][] = [
    [words.fresh, standings['new'] ?? 0, { standing: 'new' }],
    [words.known, standings['known'] ?? 0, { standing: 'known' }],
    [words.conflict, standings['conflict'] ?? 0, { standing: 'conflict' }],
  ]
  const draw = ([label, count, filter]: readonly [string, number, Filter]) => (
    <Figure
      key={label}
      label={label}
      value={format.count(count)}
      href={hrefOf(`/lists/imports/${of.id}`, filter)}
      isBad={filter.standing === 'conflict' && count > 0}
    />
  )
  return (
    <div class="sections import-figures">
      <Figures>{figures.filter(([, count, { state }]) => count > 0 || state === 'open').map(draw)}</Figures>
      <section class="sections" aria-labelledby="diff-title">
        <h2 id="diff-title">{words.diff}</h2>
        <Figures>{compared.map(draw)}</Figures>
      </section>
    </div>
  )
}
