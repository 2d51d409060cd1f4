/** Traffic lights: from which value on something is in order, to be looked at, or wrong; and what a value means in words. */
import { MappingType, type Threshold, type ValueMap } from '@grafana/grafana-foundation-sdk/dashboard'
import { titleOf, type Bilingual } from './words.ts'

export const COLOURS = { good: 'green', look: 'orange', wrong: 'red', plain: 'blue' } as const
export type Signal = keyof typeof COLOURS

/** From `from` on; null: below all others. */
export type Level = readonly [from: number | null, signal: Signal]

/** A value, what is said instead of it, and how it is meant. */
export type Meaning = readonly [value: number, words: Bilingual, signal: Signal]

/** Nothing about it is good or bad. */
export const PLAIN: readonly Level[] = [[null, 'plain']]

/** Good as long as there is none. */
export const NONE_IS_GOOD: readonly Level[] = [
  [null, 'good'],
  [1, 'wrong'],
]

/** To be looked at as soon as there is one. */
export const NONE_IS_BEST: readonly Level[] = [
  [null, 'good'],
  [1, 'look'],
]

export function stepped(levels: readonly Level[]): Threshold[] {
  return levels.map(([value, signal]) => ({ value, color: COLOURS[signal] }))
}

export function mapped(meanings: readonly Meaning[]): ValueMap[] {
  if (meanings.length === 0) return []
  const options = meanings.map(([value, words, signal], index) => {
    return [String(value), { text: titleOf(words), color: COLOURS[signal], index }] as const
  })
  return [{ type: MappingType.ValueToText, options: Object.fromEntries(options) }]
}
