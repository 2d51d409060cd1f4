/** `GET /numbers`: how many machines and hits there are, for who may see no machine. */
import { Type } from 'typebox'
import type { Admin } from '../app.ts'
import { readTime, responses, strict } from '../schema.ts'
import { scopeOf } from '../scope.ts'
import type { AdminSources } from '../sources.ts'

const Text = Type.String({ minLength: 1, maxLength: 253 })
const Moment = Type.String({ minLength: 10, maxLength: 40, description: 'a date, or RFC 3339' })

export const Numbers = Type.Object({
  machines: Type.Record(Type.String(), Type.Integer(), { description: 'by status' }),
  routers: Type.Integer({ description: 'with hits of whoever is behind them' }),
  hits: Type.Integer({ description: 'of all of these since they were first seen' }),
  blocked: Type.Integer(),
  logged: Type.Integer(),
})

export function addNumberRoutes(app: Admin, { clients }: AdminSources): void {
  app.get(
    '/numbers',
    {
      config: { access: 'numbers.read', reads: 'store' },
      schema: {
        tags: ['clients'],
        summary: 'How many machines and hits there are, of the units the caller is responsible for',
        querystring: strict({
          since: Type.Optional(Moment),
          until: Type.Optional(Moment),
          firstSince: Type.Optional(
            Type.String({ ...Moment, description: 'of those first seen at that time or later' }),
          ),
          campaign: Type.Optional(Text),
          list: Type.Optional(Text),
          unit: Type.Optional(Type.String({ ...Text, description: 'units under it included' })),
        }),
        response: responses({ 200: Numbers }),
      },
    },
    ({ query: { since, until, firstSince, ...filter }, caller }) => {
      const { machines, routers, blocked, logged } = clients.countClients({
        ...filter,
        since: since === undefined ? undefined : readTime('since', since),
        until: until === undefined ? undefined : readTime('until', until, true),
        firstSince: firstSince === undefined ? undefined : readTime('firstSince', firstSince),
        ...scopeOf(caller, 'numbers.read'),
      })
      return { machines: { ...machines }, routers, hits: blocked + logged, blocked, logged }
    },
  )
}
