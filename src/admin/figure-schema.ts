/** Figures of units and campaigns as the API tells them. */
import { Type } from 'typebox'
import type { CaseFigures, UnitFigures } from '../detection/cases/figures.ts'
import { CASE_STATES } from '../detection/cases/states.ts'
import { NullableTime, timeText } from './schema.ts'

export const CaseReport = Type.Object(
  {
    states: Type.Object(Object.fromEntries(CASE_STATES.map((state) => [state, Type.Integer()])), {
      description: 'cases of machines, by state',
    }),
    open: Type.Integer({ description: 'new, confirmed, cleaning and reinfected ones' }),
    urgent: Type.Integer({ description: 'open ones with priority high' }),
    openedLastDay: Type.Integer({ description: 'opened in the last 24 hours' }),
    reinfections: Type.Integer(),
    routers: Type.Integer({ description: 'cases of routers and forwarders: they stand in no other count' }),
    hits: Type.Integer({ description: 'of machines and routers' }),
    firstHit: NullableTime,
    lastHit: NullableTime,
  },
  { description: 'of cases' },
)

export const UnitReport = Type.Object(
  {
    machines: Type.Integer({ description: 'with hits' }),
    newLastDay: Type.Integer({ description: 'machines first seen in the last 24 hours' }),
    routers: Type.Integer({ description: 'with hits of whoever is behind them' }),
    hits: Type.Integer(),
    blocked: Type.Integer(),
    logged: Type.Integer(),
    firstSeen: NullableTime,
    lastSeen: NullableTime,
    cases: CaseReport,
  },
  { description: 'of the clients whose latest address belongs to it or to a unit under it' },
)

export function toCaseReport({ states, firstHit, lastHit, ...counts }: CaseFigures) {
  return { ...counts, states: { ...states }, firstHit: textOrNull(firstHit), lastHit: textOrNull(lastHit) }
}

export function toUnitReport({ cases, firstSeen, lastSeen, ...counts }: UnitFigures) {
  return {
    ...counts,
    hits: counts.blocked + counts.logged,
    firstSeen: textOrNull(firstSeen),
    lastSeen: textOrNull(lastSeen),
    cases: toCaseReport(cases),
  }
}

function textOrNull(ms: number | null): string | null {
  return ms === null ? null : timeText(ms)
}
