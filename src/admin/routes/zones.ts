/** `GET /zones`, `POST /zones/{id}/check`: lists that come from a primary name server, and asking it now. */
import { Type } from 'typebox'
import { may } from '../../accounts/roles.ts'
import type { Admin } from '../app.ts'
import { ApiError } from '../problem.ts'
import { Reason, responses, strict } from '../schema.ts'
import type { AdminSources } from '../sources.ts'
import { ZoneReport, zoneReport } from '../zone-report.ts'

/** Whoever asks is told how far it is by then. */
const PATIENCE_MS = 100_000

export function addZoneRoutes(
  app: Admin,
  { zones, accounts }: Pick<AdminSources, 'zones' | 'accounts'>,
): void {
  app.get(
    '/zones',
    {
      config: { access: 'list.read' },
      schema: {
        tags: ['policy'],
        summary: 'Lists that are transferred from a primary name server: serial, last transfer, why not',
        response: responses({ 200: Type.Object({ items: Type.Array(ZoneReport) }) }),
      },
    },
    async ({ caller }) => {
      const showsErrors = may(caller.principal, 'settings.read')
      return { items: zones.status().map((zone) => zoneReport(zone, showsErrors)) }
    },
  )

  app.post(
    '/zones/:id/check',
    {
      config: { access: 'list.change', refusals: ['THANHLOC_API_NOT_FOUND'] },
      schema: {
        tags: ['policy'],
        summary: 'Ask the primary of a list now; answered when that is over, or under way for long',
        params: strict({ id: Type.String({ minLength: 1, maxLength: 64, description: 'of the list' }) }),
        body: strict({
          force: Type.Optional(
            Type.Boolean({
              description: 'take the zone whole, even where its serial is older than that here',
            }),
          ),
          reason: Type.Optional(Reason),
        }),
        response: responses({ 200: ZoneReport }),
      },
    },
    async ({ params: { id }, body: { force = false, reason = '' }, caller }) => {
      const unknown = new ApiError(
        'THANHLOC_API_NOT_FOUND',
        `There is no list "${id}" that comes from a primary.`,
      )
      if (!zones.status().some(({ list }) => list === id)) throw unknown
      const details = { transfer: true, force }
      accounts.record(caller, { action: 'list.change', target: `list:${id}`, reason, details })
      const status = await zones.check(id, force, PATIENCE_MS)
      // Taken out of the configuration meanwhile.
      if (status === null) throw unknown
      return zoneReport(status, may(caller.principal, 'settings.read'))
    },
  )
}
