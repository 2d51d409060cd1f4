/**
 * `GET /clients`, `GET /clients/{id}`: machines that asked for listed names. Who they are is hidden until it is asked
 * for, and then on record. Not so by the socket: who may open it may open the database beside it.
 */
import { Type } from 'typebox'
import type { ClientAddress, ClientHit, ClientSummary } from '../../detection/queries.ts'
import type { Admin } from '../app.ts'
import { ApiError } from '../problem.ts'
import { isInScope, scopeOf } from '../scope.ts'
import { readTime, responses, strict, Time, timeText } from '../schema.ts'
import type { AdminSources } from '../sources.ts'
import { hideIdentity, Identity, revealsTo } from '../who.ts'

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
  kind: Type.Optional(
    Type.Union([Type.Literal('machine'), Type.Literal('router')], {
      description: '`router`: many machines stand behind it; none of them is counted',
    }),
  ),
  q: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 253,
      description:
        'an address it ever had, a network, `10.1.`, or a part of a listed name, a MAC, a host name, the asset register; reveals',
    }),
  ),
  reveal: Type.Optional(
    Type.Boolean({
      description:
        'with addresses and names, or without: then these are null. Shown is on record. Not said: shown to tokens, not to people; by the socket always',
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
  id: Type.Integer({ description: 'outlives addresses; one that was merged leads to the client it became' }),
  address: Type.Union([Type.String(), Type.Null()], { description: 'the latest; null: hidden' }),
  identity: Identity,
  addresses: Type.Array(Type.Object({ address: Type.String(), from: Time, to: Time }), {
    description: 'the latest first, first and last hit from each: 8 in lists, 256 for one client',
  }),
  unit: Type.Union([Type.String(), Type.Null()], { description: 'of the latest address' }),
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
  nodes: Type.Array(Type.String(), { description: 'other servers that saw it' }),
})
const Next = Type.Union([Type.String(), Type.Null()], { description: 'cursor of the next page' })
const Detail = Type.Object({
  ...Client.properties,
  hitPage: Type.Object({ items: Type.Array(Hit), next: Next }, { description: 'the newest first' }),
  timeline: Type.Array(Type.Object({ at: Time, hits: Type.Integer() }), { description: 'hits an hour' }),
})

export function addClientRoutes(app: Admin, { clients, accounts, settings }: AdminSources): void {
  app.get(
    '/clients',
    {
      config: { access: 'client.read' },
      schema: {
        tags: ['clients'],
        summary: 'Clients with hits',
        querystring: ListQuery,
        response: responses({ 200: Type.Object({ items: Type.Array(Client), next: Next }) }),
      },
    },
    ({ query: { since, until, sort, limit, cursor, reveal, ...filter }, caller }) => {
      const bySocket = caller.principal.kind === 'socket'
      // Who may search by a name or an address learns whose they are.
      const reveals = revealsTo(caller, filter.q === undefined ? reveal : true)
      const span = {
        since: since === undefined ? undefined : readTime('since', since),
        until: until === undefined ? undefined : readTime('until', until, true),
      }
      const scope = scopeOf(caller, 'client.read')
      const { items, next } = clients.listClients({ ...filter, ...span, ...scope }, { sort, limit, cursor })
      if (reveals && !bySocket) {
        const details = { clients: items.map(({ id }) => id), since, until, ...filter }
        accounts.record(caller, { action: 'client.reveal', target: 'clients', details })
      }
      return { items: items.map((client) => (reveals ? toClient(client) : toHidden(client))), next }
    },
  )

  app.get(
    '/clients/:id',
    {
      config: { access: 'client.reveal' },
      schema: {
        tags: ['clients'],
        summary: 'One client and what it asked for; limit and cursor page its hits',
        params: strict({ id: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }) }),
        querystring: strict(paging),
        response: responses({ 200: Detail }),
      },
    },
    ({ params: { id }, query: { limit, cursor }, caller }) => {
      const client = clients.getClient(id, cursor === undefined ? limit : 1)
      if (client === null || !isInScope(caller, 'client.reveal', client.unit, settings().units))
        throw new ApiError('THANHLOC_API_NOT_FOUND', `There is no client ${id}.`)
      if (caller.principal.kind !== 'socket')
        accounts.record(caller, { action: 'client.reveal', target: `client:${client.id}` })
      const hitPage = cursor === undefined ? client.hitPage : clients.listHits(id, { limit, cursor })
      return {
        ...toClient(client),
        hitPage: { items: hitPage.items.map(toHit), next: hitPage.next },
        timeline: client.timeline.map(({ at, hits }) => ({ at: timeText(at), hits })),
      }
    },
  )
}

/** Without what says which machine it is. */
function toHidden(client: ClientSummary) {
  return { ...toClient(client), address: null, addresses: [], identity: hideIdentity(client.identity) }
}

function toClient(client: ClientSummary) {
  return {
    ...client,
    ...toSpan(client),
    addresses: client.addresses.map(toAddress),
    lists: client.lists.map((list) => ({ ...list, ...toSpan(list) })),
  }
}

function toAddress({ address, from, to }: ClientAddress) {
  return { address, from: timeText(from), to: timeText(to) }
}

function toHit(hit: ClientHit) {
  return { ...hit, ...toSpan(hit), triggers: [...hit.triggers], lists: [...hit.lists], nodes: [...hit.nodes] }
}

function toSpan({ firstSeen, lastSeen }: { readonly firstSeen: number; readonly lastSeen: number }) {
  return { firstSeen: timeText(firstSeen), lastSeen: timeText(lastSeen) }
}
