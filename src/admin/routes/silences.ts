/** `/silences`: hits of a client and an indicator that open no case, until when, and why. They name clients by their ids. */
import { Type } from 'typebox'
import { actorOf, type Caller } from '../../accounts/principal.ts'
import { unitsFor, type Action } from '../../accounts/roles.ts'
import type { SilenceSet } from '../../detection/cases/desk.ts'
import type { ClientDetail } from '../../detection/queries.ts'
import type { Admin } from '../app.ts'
import { paging } from '../case-schema.ts'
import { ApiError } from '../problem.ts'
import { isInScope, scopeOf } from '../scope.ts'
import { readTime, Reason, responses, strict, Time, timeText } from '../schema.ts'
import type { AdminSources } from '../sources.ts'
import { askStore } from '../store-letter.ts'

const Client = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER, description: 'its id' })
const Indicator = Type.String({
  minLength: 1,
  maxLength: 1100,
  description: 'as lists have it: `evil.example`, `192.0.2.0/24`',
})
const NullableInteger = Type.Union([Type.Integer(), Type.Null()])

const Silence = Type.Object({
  clientId: Type.Integer(),
  unit: Type.Union([Type.String(), Type.Null()], { description: "of the client's latest address" }),
  indicator: Type.String(),
  kind: Type.String({ description: 'exact, subtree, below, address' }),
  until: Time,
  setAt: Time,
  actor: Type.String(),
  reason: Type.String({ description: 'data, never markup' }),
  caseId: { ...NullableInteger, description: 'the case whose false alarm it is; null: set by itself' },
})
const Page = Type.Object({
  items: Type.Array(Silence),
  next: Type.Union([Type.String(), Type.Null()], { description: 'cursor of the next page' }),
})
const Silenced = Type.Object({
  clientId: Type.Integer(),
  indicator: Type.String(),
  until: Time,
  indicators: Type.Integer({ description: 'of that text, of every kind' }),
})

export function addSilenceRoutes(app: Admin, sources: AdminSources): void {
  const { cases, clients, mail, accounts, clock, settings } = sources

  /** The client, if `caller` may do `action` to it. Another unit's is not there. */
  function find(id: number, caller: Caller, action: Action): ClientDetail {
    const found = clients.getClient(id, 1)
    if (found === null || !isInScope(caller, action, found.unit, settings().units))
      throw new ApiError('THANHLOC_API_NOT_FOUND', `There is no client ${id}.`)
    return found
  }

  app.get(
    '/silences',
    {
      config: { access: 'client.read' },
      schema: {
        tags: ['cases'],
        summary: 'What is silenced, by client, of the units the caller is responsible for',
        querystring: strict({
          client: Type.Optional(Client),
          expired: Type.Optional(
            Type.Boolean({ default: false, description: 'also those that hold no more' }),
          ),
          ...paging,
        }),
        response: responses({ 200: Page }),
      },
    },
    ({ query: { client, expired, limit, cursor }, caller }) => {
      const afterMs = expired === true ? 0 : clock.wallMs()
      const filter = { client, afterMs, ...scopeOf(caller, 'client.read') }
      const { items, next } = cases.listSilences(filter, { limit, cursor })
      const toText = ({ until, setAt, ...silence }: (typeof items)[number]) => ({
        ...silence,
        until: timeText(until),
        setAt: timeText(setAt),
      })
      return { items: items.map(toText), next }
    },
  )

  app.post(
    '/silences',
    {
      config: { access: 'case.change', refusals: ['THANHLOC_API_NOT_FOUND', 'THANHLOC_API_UNPROCESSABLE'] },
      schema: {
        tags: ['cases'],
        summary: 'Let hits of a client and an indicator open no case until a time',
        body: strict({
          client: Client,
          indicator: Indicator,
          until: Type.String({
            minLength: 10,
            maxLength: 40,
            description: 'a date, or RFC 3339; 366 days at most',
          }),
          reason: Reason,
        }),
        response: responses({ 201: Silenced }),
      },
    },
    async ({ body: { client, indicator, until, reason }, caller }, reply) => {
      const untilMs = readTime('until', until, true)
      const found = find(client, caller, 'case.change')
      const done = await silence(found.id, indicator, untilMs, reason, caller)
      return reply.code(201).send({ clientId: found.id, indicator, until: timeText(untilMs), ...done })
    },
  )

  app.delete(
    '/silences',
    {
      config: { access: 'case.change', refusals: ['THANHLOC_API_NOT_FOUND', 'THANHLOC_API_UNPROCESSABLE'] },
      schema: {
        tags: ['cases'],
        summary: 'Let them be heard again',
        querystring: strict({ client: Client, indicator: Indicator, reason: Reason }),
        response: responses({ 204: Type.Null({ description: 'its next hit may open a case' }) }),
      },
    },
    async ({ query: { client, indicator, reason }, caller }, reply) => {
      await silence(find(client, caller, 'case.change').id, indicator, null, reason, caller)
      return reply.code(204).send(null)
    },
  )

  /** Records it and does it. `untilMs` null: it is to be heard again. */
  function silence(
    client: number,
    indicator: string,
    untilMs: number | null,
    reason: string,
    caller: Caller,
  ): Promise<SilenceSet> {
    const details = { silence: indicator, until: untilMs === null ? null : timeText(untilMs) }
    accounts.record(caller, { action: 'case.change', target: `client:${client}`, reason, details })
    const actor = actorOf(caller.principal)
    const isOwn = unitsFor(caller.principal, 'case.change') !== null
    return askStore<SilenceSet>(mail, 'cases/silence', { client, indicator, untilMs, actor, reason, isOwn })
  }
}
