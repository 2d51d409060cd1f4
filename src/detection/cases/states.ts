/**
 * What a case can be, who may make it what, and what a hit and a merge make of it. Pure: no time and no file.
 */

export const CASE_STATES = ['new', 'confirmed', 'cleaning', 'cleaned', 'reinfected', 'false-alarm'] as const
export type CaseState = (typeof CASE_STATES)[number]

/** Those in which there is something to do. */
export const OPEN_STATES: readonly CaseState[] = ['new', 'confirmed', 'cleaning', 'reinfected']

export const PRIORITIES = ['normal', 'high'] as const
export type Priority = (typeof PRIORITIES)[number]

/** What an officer may make of a case. Only a hit makes `reinfected`, and `new` comes back only where a false alarm is withdrawn. */
export const PERMITTED: Readonly<Record<CaseState, readonly CaseState[]>> = {
  new: ['confirmed', 'cleaning', 'false-alarm'],
  confirmed: ['cleaning', 'cleaned', 'false-alarm'],
  cleaning: ['confirmed', 'cleaned', 'false-alarm'],
  // It was said too early.
  cleaned: ['cleaning'],
  reinfected: ['confirmed', 'cleaning', 'false-alarm'],
  'false-alarm': ['new', 'confirmed'],
}

/** What counts for a client with several cases: what nobody has looked at first, what is done last. */
export const PRESSING: readonly CaseState[] = [
  'reinfected',
  'new',
  'confirmed',
  'cleaning',
  'cleaned',
  'false-alarm',
]

/** How far the work on an open case has come. */
const WORK: readonly CaseState[] = ['new', 'reinfected', 'confirmed', 'cleaning']

export function isCaseState(text: unknown): text is CaseState {
  return (CASE_STATES as readonly unknown[]).includes(text)
}

/** SQL of how pressing the state in `column` is: a whole number, the greatest for what is most pressing. */
export function pressingSql(column: string): string {
  const ranks = PRESSING.map((state, at) => `WHEN '${state}' THEN ${PRESSING.length - at}`)
  return `CASE ${column} ${ranks.join(' ')} ELSE 0 END`
}

/** The state of a client by those of its cases; one without a case is `new`. */
export function clientStatus(states: readonly CaseState[]): CaseState {
  return PRESSING.find((state) => states.includes(state)) ?? 'new'
}

/** What a hit at `hitMs` makes of a case. `isSilenced`: the pair is silenced at that time. */
export function afterHit(
  state: CaseState,
  cleanedMs: number | null,
  hitMs: number,
  graceMs: number,
  isSilenced: boolean,
): CaseState {
  if (isSilenced) return state
  if (state === 'false-alarm') return 'new'
  return state === 'cleaned' && hitMs > (cleanedMs ?? 0) + graceMs ? 'reinfected' : state
}

/** What matters of a case when two of them turn out to be one machine's. */
export interface Joinable {
  readonly state: CaseState
  readonly cleanedMs: number | null
  readonly lastHitMs: number
  readonly reinfections: number
}

/** What two cases of one machine come to. `isSilenced`: all their pairs are silenced now. */
export function join(
  a: Joinable,
  b: Joinable,
  graceMs: number,
  isSilenced: boolean,
): Pick<Joinable, 'state' | 'reinfections'> {
  const reinfections = a.reinfections + b.reinfections
  if (a.state === b.state) return { state: a.state, reinfections }
  const [first, second] = CASE_STATES.indexOf(a.state) < CASE_STATES.indexOf(b.state) ? [a, b] : [b, a]
  if (second.state === 'false-alarm') {
    // What was judged of the one holds for the other, where nobody has begun to work on that and it tells nothing else.
    const isJudged = first.state === 'new' && isSilenced
    return { state: isJudged ? 'false-alarm' : first.state, reinfections }
  }
  const cleaned = [a, b].find(({ state }) => state === 'cleaned')
  if (cleaned === undefined) {
    const further = WORK.indexOf(a.state) > WORK.indexOf(b.state) ? a : b
    return { state: further.state, reinfections }
  }
  const open = cleaned === a ? b : a
  if (open.lastHitMs <= (cleaned.cleanedMs ?? 0) + graceMs) return { state: 'cleaned', reinfections }
  // It was hit after it was clean; whoever has begun to look at that goes on.
  const isSeen = open.state === 'confirmed' || open.state === 'cleaning'
  return {
    state: isSeen ? open.state : 'reinfected',
    reinfections: reinfections + Number(open.state !== 'reinfected'),
  }
}
