/** Why a name is answered as it is, in a sentence. */
import type { Static } from 'typebox'
import type { Verdict } from '../../../../admin/routes/lists.ts'
import type { Words } from '../../words/vi/vi.ts'

export type Found = Static<typeof Verdict>

const KINDS = ['block', 'log', 'allow', 'pass'] as const

/** One of the four a verdict can be. */
export function kindOf({ verdict }: Pick<Found, 'verdict'>): (typeof KINDS)[number] {
  return KINDS.find((kind) => kind === verdict) ?? 'pass'
}

export function because(
  { name, verdict, list, lists, indicator }: Pick<Found, 'name' | 'verdict' | 'list' | 'lists' | 'indicator'>,
  { lookup: { because: words } }: Pick<Words, 'lookup'>,
): string {
  const kind = kindOf({ verdict })
  if (kind === 'pass') return lists.length === 0 ? words.pass : words.passListed
  return words[kind](list === null || list === 'overrides' ? words.overrides : list, indicator ?? name)
}
