/** `GET /clients`, `GET /clients/{id}`: machines that asked for listed names. */
import { Type } from 'typebox'
import type { ClientHit, ClientSummary } from '../../detection/queries.ts'
import type { Admin } from '../app.ts'
import { ApiError } from '../problem.ts'
import { readTime, responses, strict, Time, timeText } from '../schema.ts'
import type { AdminSources } from '../sources.ts'

const Text = Type.String({ minLength: 1, maxLength: 253 })
const Moment = Type.String({ minLength: 10, maxLength: 40, description: 'a date, or RFC 3339' })
const paging = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 100 })),
  cursor: Type.Optional(
    Type.String({ minLength: 1, maxLength: 200, description: 'what `next` of the page before said' }),
  ),
}

const ListQuery = strict({
  since: Type.Optional(Moment),
  until: Type.Optional(Moment),
  campaign: Type.Optional(Text),
  list: Type.Optional(Text),
  unit: Type.Optional(Type.String({ minLength: 1, maxLength: 253, description: 'units under it included' })),
  status: Type.Optional(Text),
  q: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 253,
      description: 'an address, a network, `10.1.`, or part of a name',
    }),
  ),
  sort: Type.Optional(
    Type.Union([Type.Literal('found'), Type.Literal('recent')], {
      default: 'found',
      description:
        '`found`: found last comes first, nothing is missed while paging; `recent`: seen last comes first',
    }),
  ),
  ...paging,
})

const Span = { firstSeen: Time, lastSeen: Time }
const Counts = { hits: Type.Integer(), blocked: Type.Integer(), logged: Type.Integer() }
const Client = Type.Object({
  id: Type.Integer({ description: 'outlives the address' }),
  address: Type.String(),
  unit: Type.Union([Type.String(), Type.Null()]),
  status: Type.String(),
  ...Span,
  ...Counts,
  indicators: Type.Integer({ description: 'distinct ones' }),
  lists: Type.Array(
    Type.Object({
      id: Type.String(),
      campaign: Type.Union([Type.String(), Type.Null()]),
      hits: Type.Integer(),
      ...Span,
    }),
  ),
})
const Hit = Type.Object({
  indicator: Type.String(),
  kind: Type.String(),
  ...Counts,
  ...Span,
  firstQname: Type.String(),
  lastQname: Type.String(),
  lastQtype: Type.String(),
  lastAction: Type.String(),
  triggers: Type.Array(Type.String()),
  lists: Type.Array(Type.String(), { description: 'the deciding one first' }),
})
const Next = Type.Union([Type.String(), Type.Null()], { description: 'cursor of the next page' })
const Detail = Type.Object({
  ...Client.properties,
  hitPage: Type.Object({ items: Type.Array(Hit), next: Next }, { description: 'the newest first' }),
  timeline: Type.Array(Type.Object({ at: Time, hits: Type.Integer() }), { description: 'hits an hour' }),
})

export function addClientRoutes(app: Admin, { clients }: AdminSources): void {
  app.get(
    '/clients',
    {
      schema: {
        tags: ['clients'],
        summary: 'Clients with hits',
        querystring: ListQuery,
        response: responses({ 200: Type.Object({ items: Type.Array(Client), next: Next }) }),
      },
    },
    ({ query: { since, until, sort, limit, cursor, ...filter } }) => {
      const span = {
        since: since === undefined ? undefined : readTime('since', since),
        until: until === undefined ? undefined : readTime('until', until, true),
      }
      const { items, next } = clients.listClients({ ...filter, ...span }, { sort, limit, cursor })
      return { items: items.map(toClient), next }
    },
  )

  app.get(
    '/clients/:id',
    {
      schema: {
        tags: ['clients'],
        summary: 'One client and what it asked for; limit and cursor page its hits',
        params: strict({ id: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }) }),
        querystring: strict(paging),
        response: responses({ 200: Detail }),
      },
    },
    ({ params: { id }, query: { limit, cursor } }) => {
      const client = clients.getClient(id, cursor === undefined ? limit : 1)
      if (client === null) throw new ApiError('THANHLOC_API_NOT_FOUND', `There is no client ${id}.`)
      const hitPage = cursor === undefined ? client.hitPage : clients.listHits(id, { limit, cursor })
      return {
        ...toClient(client),
        hitPage: { items: hitPage.items.map(toHit), next: hitPage.next },
        timeline: client.timeline.map(({ at, hits }) => ({ at: timeText(at), hits })),
      }
    },
  )
}

function toClient(client: ClientSummary) {
  return { ...client, ...toSpan(client), lists: client.lists.map((list) => ({ ...list, ...toSpan(list) })) }
}

function toHit(hit: ClientHit) {
  return { ...hit, ...toSpan(hit), triggers: [...hit.triggers], lists: [...hit.lists] }
}

function toSpan({ firstSeen, lastSeen }: { readonly firstSeen: number; readonly lastSeen: number }) {
  return { firstSeen: timeText(firstSeen), lastSeen: timeText(lastSeen) }
}
