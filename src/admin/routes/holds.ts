/** `/holds`: legal holds, by the document that orders them. Those of the configuration are shown, and lifted there. */
import { Type } from 'typebox'
import { actorOf } from '../../accounts/principal.ts'
import { formatHeld, parseHeld, type Held } from '../../config/keeping.ts'
import type { HoldSet } from '../../detection/cases/holds.ts'
import type { HoldRow } from '../../detection/cases/queries.ts'
import type { Admin } from '../app.ts'
import { ApiError } from '../problem.ts'
import { NullableTime, Reason, responses, strict, timeText } from '../schema.ts'
import type { AdminSources } from '../sources.ts'
import { askStore } from '../store-letter.ts'

const NullableText = Type.Union([Type.String(), Type.Null()])
const What = { description: '`all`, `unit:ID` (units under it too), `campaign:ID`, `client:NUMBER`' }

export const Hold = Type.Object({
  id: Type.Union([Type.Integer(), Type.Null()], { description: 'null: it stands in the configuration' }),
  document: Type.String({ description: 'number of the document that orders it' }),
  what: Type.String(What),
  reason: Type.String(),
  actor: { ...NullableText, description: 'null: the configuration' },
  setAt: NullableTime,
  isInForce: Type.Boolean(),
  releasedAt: NullableTime,
  releasedBy: NullableText,
  releaseReason: NullableText,
})

export function addHoldRoutes(app: Admin, sources: AdminSources): void {
  const { cases, clients, mail, accounts, settings } = sources

  app.get(
    '/holds',
    {
      config: { access: 'hold.change' },
      schema: {
        tags: ['keeping'],
        summary:
          'Legal holds: those of the configuration, then the others, the newest first, lifted ones too',
        response: responses({ 200: Type.Object({ items: Type.Array(Hold) }) }),
      },
    },
    () => ({
      items: [
        ...settings().keep.holds.map(({ document, ...held }) => ({
          ...NOT_LIFTED, id: null, document, what: formatHeld(held), reason: '', actor: null, setAt: null,
        })), // prettier-ignore
        ...cases.holds().map(toHold),
      ],
    }),
  )

  app.post(
    '/holds',
    {
      config: { access: 'hold.change', refusals: ['THANHLOC_API_UNPROCESSABLE'] },
      schema: {
        tags: ['keeping'],
        summary: 'Set a legal hold: nothing of what it names is deleted until it is lifted',
        body: strict({
          document: Type.String({ minLength: 1, maxLength: 200, pattern: '\\S', description: 'its number' }),
          what: Type.String({ minLength: 3, maxLength: 80, ...What }),
          reason: Type.Optional(Reason),
        }),
        response: responses({ 201: Type.Object({ id: Type.Integer() }) }),
      },
    },
    async ({ body: { document, what, reason = '' }, caller }, reply) => {
      const held = readHeld(what)
      const target = formatHeld(held)
      accounts.record(caller, { action: 'hold.change', target, reason, details: { set: document } })
      const letter = { document, ...held, reason, actor: actorOf(caller.principal) }
      const { id } = await askStore<HoldSet>(mail, 'store/hold', letter)
      return reply.code(201).send({ id })
    },
  )

  app.post(
    '/holds/:id/release',
    {
      config: { access: 'hold.change', refusals: ['THANHLOC_API_NOT_FOUND', 'THANHLOC_API_UNPROCESSABLE'] },
      schema: {
        tags: ['keeping'],
        summary: 'Lift a legal hold; it stays on record',
        params: strict({ id: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }) }),
        body: strict({ reason: Reason }),
        response: responses({ 200: Type.Object({ id: Type.Integer() }) }),
      },
    },
    async ({ params: { id }, body: { reason }, caller }) => {
      const lifted = cases.holds().find((hold) => hold.id === id)
      const details = { release: id, document: lifted?.document }
      const target = lifted === undefined ? '' : formatHeld(lifted)
      accounts.record(caller, { action: 'hold.change', target, reason, details })
      const letter = { id, reason, actor: actorOf(caller.principal) }
      return { ...(await askStore<HoldSet>(mail, 'store/release-hold', letter)) }
    },
  )

  /** What is to be held. A name that is nothing's would hold nothing, and nobody would notice. Throws ApiError. */
  function readHeld(what: string): Held {
    const parsed = parseHeld(what)
    if ('problem' in parsed)
      throw new ApiError('THANHLOC_API_UNPROCESSABLE', `what "${what}" ${parsed.problem}`)
    const { scope, target } = parsed.value
    const { units, campaigns } = settings()
    const isThere =
      scope === 'all' ||
      (scope === 'unit' && units.some(({ id }) => id === target)) ||
      (scope === 'campaign' && (campaigns.some(({ id }) => id === target) || cases.hasCampaign(target))) ||
      (scope === 'client' && clients.getClient(Number(target), 1) !== null)
    if (!isThere) throw new ApiError('THANHLOC_API_UNPROCESSABLE', `There is no ${scope} ${target}.`)
    return parsed.value
  }
}

const NOT_LIFTED = { isInForce: true, releasedAt: null, releasedBy: null, releaseReason: null }

function toHold({ scope, target, setAt, releasedAt, ...hold }: HoldRow) {
  return {
    ...hold,
    what: formatHeld({ scope, target }),
    setAt: timeText(setAt),
    isInForce: releasedAt === null,
    releasedAt: releasedAt === null ? null : timeText(releasedAt),
  }
}
