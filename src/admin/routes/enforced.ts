/** `GET /enforced/{format}`: what is blocked here, for firewalls and other resolvers, which ask for it every few minutes. */
import { createReadStream } from 'node:fs'
import { Type } from 'typebox'
import type { EnforcedFile } from '../../lists/enforced-file.ts'
import { ENFORCED_FORMATS, ENFORCED_TYPE } from '../../lists/enforced-formats.ts'
import type { Admin } from '../app.ts'
import { hasTag } from '../etag.ts'
import { responses, strict } from '../schema.ts'
import type { AdminSources } from '../sources.ts'

/** Ten million names take half a minute; a busy machine longer. */
const WRITE_WAIT_MS = 120_000

export function addEnforcedRoutes(app: Admin, { mail }: Pick<AdminSources, 'mail'>): void {
  app.get(
    '/enforced/:format',
    {
      config: { access: 'list.pull', isBackground: true },
      schema: {
        tags: ['policy'],
        summary: 'All that is blocked here, as a zone, a configuration or a list of networks; with an ETag',
        params: strict({ format: Type.Enum([...ENFORCED_FORMATS]) }),
        response: responses({ 200: Type.Any({ description: 'the file, text' }) }),
      },
    },
    async (request, reply) => {
      const { format } = request.params
      const { path, tag } = await mail.request<EnforcedFile>(
        'lists',
        'lists/enforced',
        { format },
        WRITE_WAIT_MS,
      )
      const etag = `"${tag}"`
      if (hasTag(request, etag)) return reply.code(304).header('etag', etag).send()
      return reply.header('etag', etag).header('content-type', ENFORCED_TYPE).send(createReadStream(path))
    },
  )
}
