/** `GET /bypass`: machines that ask other resolvers than the one they were given, and that the firewall brought here. */
import { Type } from 'typebox'
import { UnitIndex } from '../../detection/units.ts'
import type { Admin } from '../app.ts'
import { BYPASS_CLIENTS } from '../bypass-board.ts'
import { isInScope } from '../scope.ts'
import { responses, strict, Time, timeText } from '../schema.ts'
import type { AdminSources } from '../sources.ts'

const NullableText = Type.Union([Type.String(), Type.Null()])

const BypassClient = Type.Object({
  address: Type.String(),
  mac: Type.Union([Type.String(), Type.Null()], { description: 'of who has the address now' }),
  hostName: Type.Union([Type.String(), Type.Null()], {
    description: 'as the machine called itself: data, never markup',
  }),
  unit: NullableText,
  queries: Type.Integer({ description: 'since the start, as long as the address stands here' }),
  firstSeen: Time,
  lastSeen: Time,
})

export function addBypassRoutes(app: Admin, { bypass, accounts, settings }: AdminSources): void {
  app.get(
    '/bypass',
    {
      config: { access: 'client.reveal' },
      schema: {
        tags: ['clients'],
        summary: `Machines that ask other resolvers and were brought to bypass.listen, seen last first: the latest ${BYPASS_CLIENTS} since the start`,
        querystring: strict({
          limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 100 })),
        }),
        response: responses({ 200: Type.Object({ items: Type.Array(BypassClient) }) }),
      },
    },
    ({ query: { limit = 100 }, caller }) => {
      const { units } = settings()
      const index = new UnitIndex(units)
      const rows = bypass
        .list()
        .map((client) => ({ ...client, unit: index.find(client.bytes) }))
        .filter(({ unit }) => isInScope(caller, 'client.reveal', unit, units))
        .slice(0, limit)
      if (caller.principal.kind !== 'socket')
        accounts.record(caller, { action: 'client.reveal', target: 'bypass', details: { clients: rows.length } }) // prettier-ignore
      const items = rows.map(({ address, machine, unit, queries, firstMs, lastMs }) => ({
        address,
        mac: machine?.mac ?? null,
        hostName: machine?.hostName ?? null,
        unit,
        queries,
        firstSeen: timeText(firstMs),
        lastSeen: timeText(lastMs),
      }))
      return { items }
    },
  )
}
