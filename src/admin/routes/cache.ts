/** `POST /cache/flush`: answered when every resolver thread has done it. */
import { Type } from 'typebox'
import type { ThreadName } from '../../thread/mail.ts'
import type { Admin } from '../app.ts'
import { ApiError } from '../problem.ts'
import { readDomain, Reason, responses, strict } from '../schema.ts'
import type { AdminSources } from '../sources.ts'

export function addCacheRoutes(app: Admin, { mail, board, accounts }: AdminSources): void {
  app.post(
    '/cache/flush',
    {
      config: { access: 'cache.flush', refusals: ['THANHLOC_API_UNPROCESSABLE'] },
      schema: {
        tags: ['server'],
        summary: 'Forget cached answers: of one name, or all',
        querystring: strict({ name: Type.Optional(Type.String({ minLength: 1, maxLength: 300 })) }),
        body: strict({ reason: Type.Optional(Reason) }),
        response: responses({
          200: Type.Object({ removed: Type.Integer({ description: 'answers forgotten' }) }),
        }),
      },
    },
    async ({ query, body, caller }) => {
      const name = query.name === undefined ? null : readDomain(query.name)
      const target = name === null ? '' : `name:${name}`
      accounts.record(caller, { action: 'cache.flush', target, reason: body.reason ?? '' })
      const removed = await Promise.all([...board.resolvers.keys()].map((thread) => flush(thread, name)))
      return { removed: removed.reduce((sum, count) => sum + count, 0) }
    },
  )

  /** A thread that died begins with an empty cache, so the second answer counts; one that is silent twice is stuck. */
  async function flush(thread: ThreadName, name: string | null): Promise<number> {
    for (let attempt = 1; ; attempt++) {
      try {
        return (await mail.request<{ removed: number }>(thread, 'resolver/flush', { name })).removed
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error)
        if (reason.includes('is being restarted')) return 0
        if (attempt === 2)
          throw new ApiError('THANHLOC_API_UNAVAILABLE', `The cache of ${thread} was not flushed: ${reason}`)
      }
    }
  }
}
