/** `/keeping`, `/deletions`: for how long what is kept, and the record of what was deleted by which rule. */
import { Type } from 'typebox'
import { formatMonths } from '../../config/keeping.ts'
import { dayOf, keepWarnings, startOfDay } from '../../detection/cases/keeping.ts'
import type { DeletionRow } from '../../detection/cases/queries.ts'
import type { Admin } from '../app.ts'
import { paging } from '../case-schema.ts'
import { NullableTime, responses, strict, Time, timeText } from '../schema.ts'
import type { AdminSources } from '../sources.ts'

/** What the store answers to `store/upkeep`. */
interface UpkeepState {
  readonly isSwept: boolean
  readonly isHeld: boolean
  readonly error: string | null
}

const Months = Type.String({ description: '`12 months`' })

export const Keeping = Type.Object({
  level: Type.Union([Type.Integer(), Type.Null()], { description: 'security level (cấp độ) of the system' }),
  hits: { ...Months, description: 'after the last hit of a client on an indicator' },
  cases: { ...Months, description: 'after the last hit and the last change of a case' },
  audit: { ...Months, description: 'rows of the audit trail' },
  warnings: Type.Array(Type.String(), { description: 'where less is kept than the level asks for' }),
  isHeld: Type.Boolean({ description: 'a legal hold is in force: what it names is not deleted' }),
  isSwept: Type.Boolean({ description: 'everything that is too old is gone as of today' }),
  lastSweep: { ...NullableTime, description: 'the day (UTC) of the last sweep that came to its end' },
  nextSweep: { ...Time, description: 'from then on; in small steps, beside the hits' },
  error: Type.Union([Type.String(), Type.Null()], { description: 'what keeps it from being done' }),
})

const Deletion = Type.Object({
  id: Type.Integer(),
  what: Type.String({
    description:
      'hits, pairs, clients, cases, addresses, hours, indicators, bindings, silences, folded-hits, files',
  }),
  rule: Type.String({ description: '`keep.hits 12 months`' }),
  olderThan: Time,
  from: { ...Time, description: 'when the first of it went' },
  to: Time,
  amount: Type.Integer(),
})

export const Deletions = Type.Object({
  items: Type.Array(Deletion),
  next: Type.Union([Type.String(), Type.Null()], { description: 'cursor of the next page' }),
})

export function addKeepingRoutes(app: Admin, { cases, mail, clock, settings }: AdminSources): void {
  app.get(
    '/keeping',
    {
      config: { access: 'status.read' },
      schema: {
        tags: ['keeping'],
        summary: 'How long hits, cases and the audit trail are kept, and when was and will be deleted',
        response: responses({ 200: Keeping }),
      },
    },
    async () => {
      const { level, hitsMonths, casesMonths, auditMonths } = settings().keep
      const { isSwept, isHeld, error } = await mail.request<UpkeepState>('store', 'store/upkeep')
      const last = cases.sweptDay()
      const today = dayOf(clock.wallMs())
      return {
        level,
        hits: formatMonths(hitsMonths),
        cases: formatMonths(casesMonths),
        audit: formatMonths(auditMonths),
        warnings: keepWarnings(settings().keep),
        isHeld,
        isSwept: isSwept && last === today,
        lastSweep: last === null ? null : timeText(startOfDay(last)),
        nextSweep: timeText(isSwept && last === today ? startOfDay(today + 1) : clock.wallMs()),
        error,
      }
    },
  )

  app.get(
    '/deletions',
    {
      config: { access: 'audit.read' },
      schema: {
        tags: ['keeping'],
        summary:
          'What was deleted for its age, by which rule, the newest first; one record a day, kind and rule',
        querystring: strict(paging),
        response: responses({ 200: Deletions }),
      },
    },
    ({ query: { limit, cursor } }) => {
      const { items, next } = cases.listDeletions({ limit, cursor })
      return { items: items.map(toDeletion), next }
    },
  )
}

function toDeletion({ olderThan, from, to, ...deletion }: DeletionRow) {
  return { ...deletion, olderThan: timeText(olderThan), from: timeText(from), to: timeText(to) }
}
