/** `GET /approved/{id}`: what people have approved here of imports, and on whose word, for the other node of the agency. */
import { open } from 'node:fs/promises'
import { Type } from 'typebox'
import type { Admin } from '../app.ts'
import { hasTag } from '../etag.ts'
import { ApiError } from '../problem.ts'
import { responses, strict } from '../schema.ts'
import type { AdminSources } from '../sources.ts'

const TYPE = 'text/plain; charset=utf-8'

export function addApprovedRoutes(app: Admin, { settings }: Pick<AdminSources, 'settings'>): void {
  app.get(
    '/approved/:id',
    {
      config: { access: 'approval.pull', isBackground: true },
      schema: {
        tags: ['imports'],
        summary: 'The file of a list of approved entries, each with its document and who approved it; with an ETag', // prettier-ignore
        params: strict({ id: Type.String({ minLength: 1, maxLength: 64 }) }),
        response: responses({ 200: Type.Any({ description: 'the file, text' }) }),
      },
    },
    async (request, reply) => {
      const list = request.params.id
      const found = settings().lists.find((one) => one.approved && one.id === list)
      if (found === undefined)
        throw new ApiError('THANHLOC_API_NOT_FOUND', `There is no list "${list}" with \`approved: true\`.`)
      const file = await openThere(found.path)
      // Nothing has ever been approved for it: without a line, by which nobody gives up what he has.
      if (file === null) return reply.header('content-type', TYPE).send('')
      try {
        // It is replaced whole: each version is another file.
        const { ino, size, mtimeNs } = await file.stat({ bigint: true })
        const etag = `"${ino.toString(36)}-${size.toString(36)}-${mtimeNs.toString(36)}"`
        if (hasTag(request, etag)) {
          await file.close()
          return await reply.code(304).header('etag', etag).send()
        }
        const text = file.createReadStream()
        return await reply.header('etag', etag).header('content-type', TYPE).header('content-length', String(size)).send(text) // prettier-ignore
      } catch (error) {
        await file.close()
        throw error
      }
    },
  )
}

async function openThere(path: string): Promise<Awaited<ReturnType<typeof open>> | null> {
  try {
    return await open(path, 'r')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}
