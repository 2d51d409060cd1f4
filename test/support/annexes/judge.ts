/** Whether what an importer proposes is what the author of the annex meant. */
import type { ProposedItem } from '../../../src/indicators/proposal.ts'
import type { Expected } from './author.ts'

export interface Judgement {
  /** Indicators that nobody would ever hear of, or only as refused. */
  readonly missed: readonly string[]
  /** Proposed, and no indicator, or one that a person must decide about. */
  readonly wrong: readonly string[]
  /** Held though nothing else can be meant. */
  readonly overHeld: readonly string[]
  readonly accepted: number
  /** Items a person has to decide about. */
  readonly held: number
  readonly indicators: number
}

export function judge(items: readonly ProposedItem[], expected: ReadonlyMap<string, Expected>): Judgement {
  const found = new Set<string>()
  const accepted = new Set<string>()
  const held = new Map<string, ProposedItem>()
  for (const item of items) {
    if (item.decision === 'refuse') continue
    for (const value of [item.value, ...item.readings]) found.add(value)
    if (item.decision === 'accept') accepted.add(item.value)
    else held.set(item.value, item)
  }
  const names = [...expected.keys()]
  return {
    // The scheme of a URL says nothing to a resolver: it may be lost.
    missed: names.filter((name) => !found.has(name) && !found.has(name.replace(/^https?:\/\//, ''))),
    wrong: [...accepted].filter((name) => expected.get(name)?.mayAccept !== true),
    overHeld: names
      .filter((name) => expected.get(name)!.mustAccept && !accepted.has(name))
      .map((name) => `${name} (${held.get(name)?.reasons.join() ?? 'as a reading'})`),
    accepted: names.filter((name) => accepted.has(name)).length,
    held: held.size,
    indicators: names.length,
  }
}
