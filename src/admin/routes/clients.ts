/**
 * `GET /clients`, `GET /clients/{id}`: machines that asked for listed names. Who they are is hidden until it is asked
 * for, and then on record. Not so by the socket: who may open it may open the database beside it.
 */
import { Type } from 'typebox'
import { PRIORITIES } from '../../detection/cases/states.ts'
import { pairKey } from '../../detection/cases/queries.ts'
import { CLIENT_SORTS } from '../../detection/queries.ts'
import type { Admin } from '../app.ts'
import {
  Client,
  ClientDetail,
  Next,
  toClient,
  toContactPage,
  toFile,
  toHiddenClient,
  toHit,
  toNote,
} from '../client-schema.ts'
import { ApiError } from '../problem.ts'
import { isInScope, scopeOf } from '../scope.ts'
import { paging, readTime, responses, reversal, strict, timeText } from '../schema.ts'
import type { AdminSources } from '../sources.ts'
import { revealsTo } from '../who.ts'

const Text = Type.String({ minLength: 1, maxLength: 253 })
const Moment = Type.String({ minLength: 10, maxLength: 40, description: 'a date, or RFC 3339' })

const ListQuery = strict({
  since: Type.Optional(Moment),
  until: Type.Optional(Moment),
  campaign: Type.Optional(Text),
  list: Type.Optional(Text),
  unit: Type.Optional(Type.String({ minLength: 1, maxLength: 253, description: 'units under it included' })),
  status: Type.Optional(Text),
  priority: Type.Optional(Type.Enum([...PRIORITIES])),
  firstSince: Type.Optional(Type.String({ ...Moment, description: 'first seen at that time or later' })),
  kind: Type.Optional(
    Type.Union([Type.Literal('machine'), Type.Literal('router')], {
      description: '`router`: many machines stand behind it; none of them is counted',
    }),
  ),
  isConfirmed: Type.Optional(
    Type.Boolean({ description: "with a confirmed contact with the sinkhole's address, or without one" }),
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
    Type.Enum([...CLIENT_SORTS], {
      default: 'found',
      description:
        '`found`: found last comes first, nothing is missed while paging; `recent`: seen last; `first`: first seen last; `hits`: most hits; `unit`: in the order of units; `priority`: high ones; `state`: the most pressing; `confirmed`: confirmed contact last',
    }),
  ),
  ...reversal,
  ...paging,
})

export function addClientRoutes(app: Admin, { clients, cases, accounts, settings }: AdminSources): void {
  app.get(
    '/clients',
    {
      config: { access: 'client.read', reads: 'store' },
      schema: {
        tags: ['clients'],
        summary: "Clients with hits, and visitors of the sinkhole's address",
        querystring: ListQuery,
        response: responses({ 200: Type.Object({ items: Type.Array(Client), next: Next }) }),
      },
    },
    ({ query: { since, until, firstSince, sort, reverse, limit, cursor, reveal, ...filter }, caller }) => {
      const bySocket = caller.principal.kind === 'socket'
      // Who may search by a name or an address learns whose they are.
      const reveals = revealsTo(caller, filter.q === undefined ? reveal : true)
      const span = {
        since: since === undefined ? undefined : readTime('since', since),
        until: until === undefined ? undefined : readTime('until', until, true),
        firstSince: firstSince === undefined ? undefined : readTime('firstSince', firstSince),
      }
      const scope = scopeOf(caller, 'client.read')
      const request = { sort, isReversed: reverse, limit, cursor }
      const { items, next } = clients.listClients({ ...filter, ...span, ...scope }, request)
      if (reveals && !bySocket) {
        const details = { clients: items.map(({ id }) => id), since, until, firstSince, ...filter }
        accounts.record(caller, { action: 'client.reveal', target: 'clients', details })
      }
      return { items: items.map((client) => (reveals ? toClient(client) : toHiddenClient(client))), next }
    },
  )

  app.get(
    '/clients/:id',
    {
      config: { access: 'client.reveal', reads: 'store' },
      schema: {
        tags: ['clients'],
        summary: 'One client and what it asked for; limit and cursor page its hits',
        params: strict({ id: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }) }),
        querystring: strict(paging),
        response: responses({ 200: ClientDetail }),
      },
    },
    ({ params: { id }, query: { limit, cursor }, caller }) => {
      const client = clients.getClient(id, cursor === undefined ? limit : 1)
      if (client === null || !isInScope(caller, 'client.reveal', client.unit, settings().units))
        throw new ApiError('THANHLOC_API_NOT_FOUND', `There is no client ${id}.`)
      if (caller.principal.kind !== 'socket')
        accounts.record(caller, { action: 'client.reveal', target: `client:${client.id}` })
      const hitPage = cursor === undefined ? client.hitPage : clients.listHits(id, { limit, cursor })
      const file = cases.clientFile(client.id, hitPage.items)
      const items = hitPage.items.map((hit) => ({ ...toHit(hit), ...toNote(file.pairs.get(pairKey(hit))!) }))
      return {
        ...toClient(client),
        ...toFile(file),
        hitPage: { items, next: hitPage.next },
        contactPage: toContactPage(client.contactPage),
        timeline: client.timeline.map(({ at, hits }) => ({ at: timeText(at), hits })),
      }
    },
  )
}
