/** One annex: what it proposes against what is enforced, item by item, and deciding about it. */
import { useEffect, useState } from 'preact/hooks'
import type { Static } from 'typebox'
import type { Import, ImportDecision } from '../../../../admin/import-schema.ts'
import { useAnswer } from '../../api/use-answer.ts'
import { useFormat } from '../../kit/format.ts'
import { Link } from '../../kit/link.tsx'
import { hrefOf } from '../../kit/router.ts'
import { Empty, Show } from '../../kit/states.tsx'
import type { PageProps } from '../../routes.tsx'
import { useWords } from '../../words/words.ts'
import { DecisionHistory } from './decision-history.tsx'
import { ImportFigures } from './import-figures.tsx'
import { ImportHead } from './import-head.tsx'
import { isUnderWay } from './import-state.tsx'
import { ItemPart } from './item-part.tsx'
import '../../style/lists.css'

const LOOK_AGAIN_MS = 700

export type OneImport = Static<typeof Import> & {
  readonly history: readonly Static<typeof ImportDecision>[]
}

export function ImportPage({ id }: PageProps) {
  const { imports: words, pages } = useWords()
  // Until it is known how far it is, and as long as it changes by itself.
  const [isFollowed, follow] = useState(true)
  const answer = useAnswer<OneImport>(
    `/imports/${encodeURIComponent(id)}`,
    isFollowed ? { everyMs: LOOK_AGAIN_MS } : {},
  )
  const state = answer.data?.state
  useEffect(() => follow(state === undefined || isUnderWay(state)), [state])
  return (
    <>
      <Link href={hrefOf('/lists', { view: 'imports' })} class="back">
        {words.back}
      </Link>
      {answer.data === null && <h1>{pages.import}</h1>}
      <Show of={answer}>
        {(data) => (
          <div class="sections">
            <ImportHead of={data} onChange={answer.reload} />
            {isUnderWay(data.state) && <UnderWay of={data} />}
            {data.state === 'ready' &&
              (data.items === 0 ? (
                <section class="card">
                  <Empty title={words.noItemsAtAll}>{words.noItemsAtAllHint}</Empty>
                </section>
              ) : (
                <>
                  <ImportFigures of={data} />
                  <ItemPart of={data} onChange={answer.reload} />
                </>
              ))}
            <DecisionHistory history={data.history} />
          </div>
        )}
      </Show>
    </>
  )
}

function UnderWay({ of: { state, items } }: { readonly of: OneImport }) {
  const { imports: words } = useWords()
  const format = useFormat()
  return (
    <section class="card">
      <p class="progress" role="status">
        <progress aria-label={words.states[state]} /> {words.reading}{' '}
        {items > 0 && words.readSoFar(format.count(items))}
      </p>
    </section>
  )
}
