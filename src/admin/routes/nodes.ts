/** `GET /nodes/changes`: what this server saw, for another one of the organisation, which pulls it page by page. */
import { Type } from 'typebox'
import { PeerPageSchema } from '../../detection/peer-page-schema.ts'
import type { Admin } from '../app.ts'
import { responses, strict } from '../schema.ts'
import type { AdminSources } from '../sources.ts'

/** Of a page, so that none keeps the thread from others. */
const MAX_ROWS = 1000

export function addNodeRoutes(app: Admin, { clients }: AdminSources): void {
  app.get(
    '/nodes/changes',
    {
      config: { access: 'hits.pull', isBackground: true },
      schema: {
        tags: ['nodes'],
        summary: 'Hits this server saw and whose they are, changed behind a position; absolute counts',
        querystring: strict({
          after: Type.Optional(
            Type.String({
              maxLength: 63,
              pattern: '^(?:\\d{1,15}(?:\\.\\d{1,15}){3})?$',
              default: '',
              description: '`next` of the page before; empty: from the beginning',
            }),
          ),
          limit: Type.Optional(
            Type.Integer({ minimum: 1, maximum: MAX_ROWS, default: MAX_ROWS, description: 'rows at most' }),
          ),
        }),
        response: responses({ 200: PeerPageSchema }),
      },
    },
    async ({ query: { after = '', limit = MAX_ROWS } }, reply) =>
      // As it is: what receives it checks every key of it.
      reply
        .type('application/json; charset=utf-8')
        .serializer(JSON.stringify)
        .send(clients.changesSince(after, limit)),
  )
}
