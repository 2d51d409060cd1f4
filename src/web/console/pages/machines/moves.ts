/** What may become of a case by hand, the usual next step first. The server decides; a test holds this to its table. */
import { wordFor } from '../../kit/word.ts'
import type { Words } from '../../words/vi/vi.ts'

/** Targets by state. */
export const MOVES: Readonly<Record<string, readonly string[]>> = {
  new: ['confirmed', 'cleaning', 'false-alarm'],
  confirmed: ['cleaning', 'cleaned', 'false-alarm'],
  cleaning: ['cleaned', 'confirmed', 'false-alarm'],
  cleaned: ['cleaning'],
  reinfected: ['confirmed', 'cleaning', 'false-alarm'],
  'false-alarm': ['new', 'confirmed'],
}

/** Whether it undoes a step: it is said in other words then. */
export function isBack(from: string, to: string): boolean {
  return (from === 'cleaning' && to === 'confirmed') || (from === 'cleaned' && to === 'cleaning')
}

/** What is on the button that does it. */
export function moveWord({ machine }: Pick<Words, 'machine'>, from: string, to: string): string {
  return wordFor(isBack(from, to) ? machine.again : machine.moves, to)
}
