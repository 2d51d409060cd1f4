/** The health of the server as the API shows it. */
import { Type } from 'typebox'
import { Time, timeText } from '../schema.ts'
import { HEALTH_STATES, type DatedTrouble, type Health } from './ledger.ts'
import { COMPONENTS } from './trouble.ts'

const Words = Type.Object({ vi: Type.String(), en: Type.String() })
const State = Type.Enum([...HEALTH_STATES], {
  description: '`unknown`: there is nothing to tell it by, which is neither good nor bad; `detail` says why',
})

const TroubleReport = Type.Object({
  severity: Type.String({
    description: '`warn`: it needs a look; `fail`: something does not do its work',
  }),
  since: { ...Time, description: 'when it was seen first' },
  detail: Words,
  advice: { ...Words, description: 'what to do' },
})

export const HealthReport = Type.Object({
  state: Type.String({ description: 'the worst of all parts: `ok`, `warn` or `fail`' }),
  since: { ...Time, description: 'since when it is so' },
  components: Type.Array(
    Type.Object({
      component: Type.Enum([...COMPONENTS]),
      state: State,
      since: { ...Time, description: 'since when it is so' },
      detail: { ...Words, description: 'what is wrong, or what it does' },
      troubles: Type.Array(TroubleReport, { description: 'empty: nothing is wrong with it' }),
    }),
  ),
})

export function healthReport({ state, sinceMs, components }: Health) {
  return {
    state,
    since: timeText(sinceMs),
    components: components.map(({ component, state, sinceMs, detail, troubles }) => ({
      component,
      state,
      since: timeText(sinceMs),
      detail: { ...detail },
      troubles: troubles.map(troubleReport),
    })),
  }
}

function troubleReport({ severity, sinceMs, detail, advice }: DatedTrouble) {
  return { severity, since: timeText(sinceMs), detail: { ...detail }, advice: { ...advice } }
}
