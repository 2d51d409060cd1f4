/** `GET /feeds`, `POST /feeds/{id}/fetch`: lists that are fetched, how far that is, and fetching one now. */
import { Type } from 'typebox'
import { may } from '../../accounts/roles.ts'
import type { Admin } from '../app.ts'
import { FeedReport, feedReport } from '../feed-report.ts'
import { ApiError } from '../problem.ts'
import { Reason, responses, strict } from '../schema.ts'
import type { AdminSources } from '../sources.ts'

/** Whoever asks is told how far it is by then. */
const PATIENCE_MS = 100_000

export function addFeedRoutes(
  app: Admin,
  { feeds, accounts }: Pick<AdminSources, 'feeds' | 'accounts'>,
): void {
  app.get(
    '/feeds',
    {
      config: { access: 'list.read' },
      schema: {
        tags: ['policy'],
        summary: 'Lists that are fetched over the network: state, progress, the last 20 attempts',
        response: responses({ 200: Type.Object({ items: Type.Array(FeedReport) }) }),
      },
    },
    async ({ caller }) => {
      const showsErrors = may(caller.principal, 'settings.read')
      return { items: feeds.status().map((feed) => feedReport(feed, showsErrors)) }
    },
  )

  app.post(
    '/feeds/:id/fetch',
    {
      config: { access: 'list.change', refusals: ['THANHLOC_API_NOT_FOUND'] },
      schema: {
        tags: ['policy'],
        summary: 'Fetch a list now; answered when that is over, or with `fetching` when it takes long',
        params: strict({ id: Type.String({ minLength: 1, maxLength: 64, description: 'of the list' }) }),
        body: strict({
          force: Type.Optional(
            Type.Boolean({ description: 'take it although it is suspiciously small or large' }),
          ),
          reason: Type.Optional(Reason),
        }),
        response: responses({ 200: FeedReport }),
      },
    },
    async ({ params: { id }, body: { force = false, reason = '' }, caller }) => {
      if (!feeds.status().some((feed) => feed.id === id))
        throw new ApiError('THANHLOC_API_NOT_FOUND', `There is no list "${id}" that is fetched.`)
      accounts.record(caller, {
        action: 'list.change',
        target: `list:${id}`,
        reason,
        details: { fetch: true, force },
      })
      const status = await feeds.fetch(id, force, PATIENCE_MS)
      // Taken out of the configuration meanwhile.
      if (status === null)
        throw new ApiError('THANHLOC_API_NOT_FOUND', `There is no list "${id}" that is fetched.`)
      return feedReport(status, may(caller.principal, 'settings.read'))
    },
  )
}
