/** How a list is, in words. */
import type { Static } from 'typebox'
import type { ListReport } from '../../../../admin/reports.ts'
import { Badge, type Tone } from '../../kit/badge.tsx'
import { wordFor } from '../../kit/word.ts'
import { useWords } from '../../words/words.ts'

const TONES: Readonly<Record<string, Tone>> = { loaded: 'good', 'kept-last-good': 'notice', failed: 'bad' }

export function ListState({ list: { state, isStale } }: { readonly list: Static<typeof ListReport> }) {
  const { lists } = useWords()
  return (
    <span class="badges">
      <Badge tone={TONES[state] ?? 'plain'}>{wordFor(lists.states, state)}</Badge>
      {isStale && <Badge tone="notice">{lists.stale}</Badge>}
    </span>
  )
}
