/** How far an import is, in words. */
import type { Static } from 'typebox'
import type { Import } from '../../../../admin/import-schema.ts'
import { Badge, type Tone } from '../../kit/badge.tsx'
import { useWords } from '../../words/words.ts'

type Row = Static<typeof Import>

const TONES: Readonly<Record<Row['state'], Tone>> = {
  waiting: 'plain',
  reading: 'plain',
  comparing: 'plain',
  ready: 'good',
  failed: 'bad',
  discarded: 'plain',
}

export function ImportState({ of: { state, items, unguarded, held } }: { readonly of: Row }) {
  const { imports: words } = useWords()
  if (state !== 'ready') return <Badge tone={TONES[state]}>{words.states[state]}</Badge>
  if (items === 0) return <Badge tone="notice">{words.nothingFound}</Badge>
  return unguarded + held > 0 ? (
    <Badge tone="notice">{words.toDecide}</Badge>
  ) : (
    <Badge tone="good">{words.allDecided}</Badge>
  )
}

/** Whether it changes by itself. */
export function isUnderWay(state: Row['state']): boolean {
  return state === 'waiting' || state === 'reading' || state === 'comparing'
}
