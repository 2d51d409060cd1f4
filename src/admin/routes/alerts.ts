/** `POST /alerts/{id}/test`: a message to one channel, now, and what became of it. */
import { Type } from 'typebox'
import { UnknownChannel } from '../../alerts/alerts.ts'
import type { Admin } from '../app.ts'
import { ApiError } from '../problem.ts'
import { Reason, responses, strict } from '../schema.ts'
import type { AdminSources } from '../sources.ts'

const Tested = Type.Object({
  channel: Type.String(),
  isDelivered: Type.Boolean(),
  reason: Type.Union([Type.String(), Type.Null()], { description: 'why it was not delivered' }),
  durationMs: Type.Number(),
})

export function addAlertRoutes(app: Admin, { alerts, accounts }: AdminSources): void {
  app.post(
    '/alerts/:id/test',
    {
      config: { access: 'alert.test' },
      schema: {
        tags: ['server'],
        summary: 'Send a test alert to one channel; answered when it was delivered or failed',
        params: Type.Object({ id: Type.String({ minLength: 1, maxLength: 64 }) }),
        body: strict({ reason: Type.Optional(Reason) }),
        response: responses({ 200: Tested }),
      },
    },
    async ({ params, body, caller }) => {
      const target = `alert:${params.id}`
      const known = alerts.status().channels.some(({ id }) => id === params.id)
      // What does not exist is not recorded; `test` says which there are.
      if (known) accounts.record(caller, { action: 'alert.test', target, reason: body.reason ?? '' })
      try {
        return { ...(await alerts.test(params.id)) }
      } catch (error) {
        if (error instanceof UnknownChannel)
          throw new ApiError('THANHLOC_API_NOT_FOUND', error.message, { cause: error })
        throw error
      }
    },
  )
}
