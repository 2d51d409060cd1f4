/** `GET /hits`: who asked for what, over all clients. Who they are is hidden until it is asked for, as in `/clients`. */
import { Type } from 'typebox'
import { PAIR_SORTS, TooManyPairs, type ListedPair, type PairPage } from '../../detection/queries.ts'
import { HIT_ACTIONS } from '../../thread/hit-table.ts'
import type { Admin } from '../app.ts'
import { Hit, toHit } from '../client-schema.ts'
import { ApiError } from '../problem.ts'
import { paging, readTime, responses, strict } from '../schema.ts'
import { scopeOf } from '../scope.ts'
import type { AdminSources } from '../sources.ts'
import { hideIdentity, Identity, revealsTo } from '../who.ts'

const Text = Type.String({ minLength: 1, maxLength: 253 })
const Moment = Type.String({ minLength: 10, maxLength: 40, description: 'a date, or RFC 3339' })

const Query = strict({
  client: Type.Optional(Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER })),
  unit: Type.Optional(Type.String({ ...Text, description: 'units under it included' })),
  campaign: Type.Optional(
    Type.String({ maxLength: 253, description: 'its id; empty: lists without a campaign' }),
  ),
  list: Type.Optional(Text),
  kind: Type.Optional(Type.Union([Type.Literal('machine'), Type.Literal('router')])),
  indicator: Type.Optional(
    Type.String({ ...Text, description: 'the whole of it: a name, an address, a network' }),
  ),
  q: Type.Optional(Type.String({ ...Text, description: 'a part of an indicator, or a name under it' })),
  since: Type.Optional(Type.String({ ...Moment, description: 'hit at that time or later' })),
  until: Type.Optional(Type.String({ ...Moment, description: 'hit at that time or before' })),
  node: Type.Optional(
    Type.String({ maxLength: 253, description: 'another server that saw it; empty: this one' }),
  ),
  action: Type.Optional(Type.Enum([...HIT_ACTIONS], { description: 'what was done with the last hit' })),
  reveal: Type.Optional(
    Type.Boolean({ description: 'with addresses and names of clients, or without, as in `/clients`' }),
  ),
  sort: Type.Optional(
    Type.Enum([...PAIR_SORTS], {
      default: 'found',
      description:
        '`found`: by client, found last comes first, nothing is missed while paging; `recent`: hit last comes first; `hits`: most hits first, of 50,000 pairs at most',
    }),
  ),
  ...paging,
})

export const ListedHit = Type.Object({
  clientId: Type.Integer(),
  address: Type.Union([Type.String(), Type.Null()], {
    description: 'the latest of the client; null: hidden',
  }),
  identity: Identity,
  unit: Type.Union([Type.String(), Type.Null()], { description: 'of that address' }),
  ...Hit.properties,
  campaigns: Type.Array(Type.String(), { description: 'of its lists, now' }),
})

export const Hits = Type.Object({
  items: Type.Array(ListedHit),
  next: Type.Union([Type.String(), Type.Null()], {
    description: 'cursor of the next page; a page may hold fewer than `limit`, or none, and not be the last',
  }),
  isWhole: Type.Boolean({
    description:
      'false: sorted were 50,000 pairs, those of the clients seen last; others may have some that belong here',
  }),
})

export function addHitRoutes(app: Admin, { clients, accounts }: AdminSources): void {
  app.get(
    '/hits',
    {
      config: { access: 'client.read', reads: 'store', refusals: ['THANHLOC_API_UNPROCESSABLE'] },
      schema: {
        tags: ['clients'],
        summary: 'Hits, one row for each client and indicator, of the units the caller is responsible for',
        querystring: Query,
        response: responses({ 200: Hits }),
      },
    },
    ({ query: { since, until, sort, limit, cursor, reveal, ...filter }, caller }) => {
      const reveals = revealsTo(caller, reveal)
      const wanted = {
        ...filter,
        since: since === undefined ? undefined : readTime('since', since),
        until: until === undefined ? undefined : readTime('until', until, true),
        ...scopeOf(caller, 'client.read'),
      }
      const { items, next, isWhole } = list(() => clients.listPairs(wanted, { sort, limit, cursor }))
      if (reveals && caller.principal.kind !== 'socket') {
        const shown = [...new Set(items.map(({ clientId }) => clientId))]
        const details = { clients: shown, since, until, ...filter }
        accounts.record(caller, { action: 'client.reveal', target: 'hits', details })
      }
      return { items: items.map((item) => (reveals ? toListed(item) : toHidden(item))), next, isWhole }
    },
  )
}

function list(read: () => PairPage): PairPage {
  try {
    return read()
  } catch (error) {
    if (error instanceof TooManyPairs)
      throw new ApiError('THANHLOC_API_UNPROCESSABLE', error.message, { cause: error })
    throw error
  }
}

function toListed({ clientId, address, identity, unit, campaigns, ...hit }: ListedPair) {
  return { clientId, address, identity, unit, ...toHit(hit), campaigns: [...campaigns] }
}

/** Without what says which machine it is. */
function toHidden(item: ListedPair) {
  return { ...toListed(item), address: null, identity: hideIdentity(item.identity) }
}
